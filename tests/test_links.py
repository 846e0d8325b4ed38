"""Links between pages lead somewhere: to a file, or to what the site makes as it is built."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FENCED = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
MADE = {DOCS / "gallery" / f"{script.stem}.png" for script in (ROOT / "examples").glob("*.py")}
MADE |= {DOCS / "notebooks" / f"{path.stem}.md" for path in (ROOT / "notebooks").glob("*.ipynb")}


def links(page: Path) -> list[tuple[str, str]]:
    """Return (path, anchor) of every link of a page that stays in the repository."""
    return LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path, anchor in links(page):
        target = (page.parent / path).resolve() if path else page
        saved = re.search(rf'["/]{re.escape(path)}"', text)  # a figure that code of the page saves
        assert target.exists() or target in MADE or saved, f"{page.name} links to {path}, which is not there"
        if anchor and target.suffix == ".md" and target.exists():
            assert anchor in anchors(target), f"{page.name} links to {path}#{anchor}, which is not there"


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}


def test_links_are_found() -> None:
    assert ("gallery.md", "") in links(DOCS / "index.md")
    assert sum(map(len, map(links, PAGES))) > 40


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        assert f": {page.relative_to(DOCS).as_posix()}\n" in navigation, page
