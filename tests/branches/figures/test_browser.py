"""The interactive pages in a real browser, without a network:  python -m pytest -m browser."""

import re
import shutil

import pytest

import branches
from branches import potentials
from branches.sweeps.phase_column import column_of
from branches.sweeps.phase_diagram import PhaseDiagram

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Where a point of a plot is on the page
PLACE = """([name, x, y]) => {
    const model = Bokeh.documents[0].get_model_by_name(name);
    const view = Bokeh.index.find_one(model), frame = view.frame.bbox, box = view.el.getBoundingClientRect();
    const across = (x - model.x_range.start) / (model.x_range.end - model.x_range.start);
    const up = (y - model.y_range.start) / (model.y_range.end - model.y_range.start);
    return [box.x + frame.left + across * frame.width, box.y + frame.top + (1 - up) * frame.height];
}"""


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield found
        found.close()


@pytest.fixture(scope="module")
def diagram():
    return branches.diagram(potentials.noisy_transformer(4), kappa_max=0.82)


@pytest.fixture(scope="module")
def files(diagram, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    family, values = potentials.bimodal, (0.4, 0.6, 0.8, 1.2, 1.4)
    found = PhaseDiagram(tuple(column_of(family, m) for m in values)).traced(family)
    diagrams = {m: branches.diagram(family(m), kappa_max=4.0) for m in values}
    return {
        "diagram": diagram.to_html(folder / "diagram.html"),
        "phases": found.to_html(folder / "phases.html", diagrams, symbol="m"),
    }


class Page:
    """An open page, and what it said and asked for."""

    def __init__(self, browser, file, size):
        self.noticed = []
        self.page = browser.new_page(viewport=size, has_touch=size is NARROW)
        self.page.on("pageerror", lambda error: self.noticed.append(str(error)))
        self.page.on("console", self._said)
        self.page.on("request", self._asked)
        self.page.goto(file.as_uri())
        self.page.wait_for_function("document.body.dataset.ready === 'yes'", timeout=20_000)

    def _said(self, message):
        if message.type in ("error", "warning"):
            self.noticed.append(message.text)

    def _asked(self, request):
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.noticed.append(f"asked for {request.url}")

    def place(self, plot, x, y):
        self.page.evaluate("(name) => Bokeh.index.find_one(Bokeh.documents[0].get_model_by_name(name))"
                           ".el.scrollIntoView({block: 'center'})", plot)  # fmt: skip
        return self.page.evaluate(PLACE, [plot, x, y])

    def click(self, plot, x, y):
        self.page.mouse.click(*self.place(plot, x, y))
        self.page.wait_for_timeout(500)  # Bokeh waits whether a second tap makes a double one

    def text(self, place):
        return self.page.locator(place).inner_text()

    def states(self):
        rows = self.page.locator("#states tbody tr")
        return [[cell.inner_text() for cell in row.locator("td").all()] for row in rows.all()]


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def size(request):
    return request.param


@pytest.fixture
def page(browser, files, size):
    opened = Page(browser, files["diagram"], size)
    yield opened
    opened.page.close()
    assert opened.noticed == []


def test_the_slider_shows_all_states_and_their_energies(page, diagram):
    for kappa in (0.35, 0.4, 0.7):
        page.page.fill("#kappa-value", str(kappa))
        page.page.press("#kappa-value", "Enter")
        shown = page.states()
        exact = sorted([0.0, *(state.free_energy for state in diagram.at_kappa(kappa))])
        assert [float(row[3]) for row in shown] == pytest.approx(exact, rel=2e-4, abs=1e-7)
        norms = sorted([0.0, *(float((state.a**2).sum() ** 0.5) for state in diagram.at_kappa(kappa))])
        assert sorted(float(row[2]) for row in shown) == pytest.approx(norms, rel=2e-4)
        words = sorted(row[4] for row in shown)
        assert words.count("stable") == (kappa < 0.4098) + sum(s.stable for s in diagram.at_kappa(kappa))
    slider = page.page.locator("#kappa")
    slider.focus()
    before = float(page.page.input_value("#kappa-value"))
    slider.press("ArrowRight")
    assert float(page.page.input_value("#kappa-value")) > before


def test_pointing_at_a_branch_shows_its_state(page, diagram, size):
    (state,) = [s for s in diagram.at_kappa(0.5) if s.n_fold == 1]
    norm = float((state.a**2).sum() ** 0.5)
    x, y = page.place("norm", 0.5, norm)
    if size is WIDE:
        page.page.mouse.move(x, y)
        page.page.wait_for_timeout(300)
    else:
        page.page.touchscreen.tap(x, y)
        page.page.wait_for_timeout(700)
    said = page.text("#pointed")
    assert said.startswith("mode 1")
    assert "stable" in said
    assert "index (0, 0)" in said
    values = dict(re.findall(r"(κ|‖a‖|F) = (\S+)", said))
    assert float(values["κ"]) == pytest.approx(0.5, abs=0.005)
    assert float(values["‖a‖"]) == pytest.approx(norm, abs=0.01)
    lines = page.page.evaluate("Bokeh.documents[0].get_model_by_name('density lines').data.y.map(v => Math.max(...v))")
    assert max(lines) == pytest.approx(float(state.density(0.0)), rel=0.03)


def test_clicking_a_special_point_shows_its_numbers(page, diagram):
    fold = diagram.node("fold 1")
    page.click("norm", fold.kappa, float((fold.a**2).sum() ** 0.5))
    said = page.text("#details")
    assert "0.38706899595" in said
    assert "residual" in said
    page.page.get_by_role("button", name="onset 1").click()
    assert "0.40985852574" in page.text("#details")
    assert page.page.locator("button[aria-pressed=true]").inner_text() == "onset 1"


def test_the_branch_graph_answers(page):
    nodes = page.page.evaluate("window.mvcont.view.data.graph.nodes")
    place = {node["name"]: (node["x"], node["y"]) for node in nodes}
    page.click("graph", *place["onset 2"])
    assert page.text("#details").startswith("onset 2")
    edges = page.page.evaluate("window.mvcont.view.data.graph.edges")
    k = next(k for k, edge in enumerate(edges) if edge["stability"] == "stable" and edge["branch"] == 0)
    middle = len(edges[k]["x"]) // 2
    page.click("graph", edges[k]["x"][middle], edges[k]["y"][middle])
    assert page.text("#edge") == edges[k]["text"]


def test_nothing_sticks_out_and_everything_is_drawn(page, size):
    assert page.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for name in ("norm", "energy", "density", "graph"):
        width, height = page.page.evaluate(
            "(n) => { const m = Bokeh.documents[0].get_model_by_name(n); return [m.inner_width, m.inner_height]; }",
            name,
        )
        assert width > 200
        assert height > 120


def test_a_click_in_a_phase_diagram_opens_the_diagram_there(browser, files, size):
    opened = Page(browser, files["phases"], size)
    for m, height in ((0.61, 1.2), (1.38, 1.05)):
        opened.click("phases", m, height)
        assert f"m = {round(m, 1)}" in opened.text("#diagram-title")
        wanted = height * 2.0 / max(1.0, round(m, 1))
        assert float(opened.page.input_value("#kappa-value")) == pytest.approx(wanted, rel=0.02)
    points = opened.page.evaluate("Bokeh.documents[0].get_model_by_name('phases points').data")
    opened.click("phases", points["x"][0], points["y"][0])
    assert opened.text("#phase-details").startswith("tricritical")
    assert "0.5" in opened.text("#phase-details")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    opened.page.close()
    assert opened.noticed == []
