"""Make the certificates of docs/certificates anew, check each, and write the table of what they say.

    python benchmarks/certificates.py              all of them
    python benchmarks/certificates.py transition   those whose names contain a word

Times are processor seconds of this machine, one thread.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from branches import potentials, proofs  # after the number of threads is set
from branches.proofs.certificate import Certificate

FOLDER = Path(__file__).parents[1] / "docs" / "certificates"
HEAD = """# Certificates

Each file holds a theorem in words and all that is needed to prove it again; all of them at once:

```sh
mvcont verify docs/certificates/*.json
```

They are made anew by `python benchmarks/certificates.py` (statements about everything there is, in the table below) and
`python benchmarks/certificates_local.py` (single states and special points). Times are processor seconds, one thread.

| file | theorem | proof, s | check, s |
|---|---|---|---|
"""

TRANSFORMER, CONFIDENCE = potentials.noisy_transformer, potentials.hegselmann_krause
TRANSITIONS = {
    "transformer-3": (TRANSFORMER(3), "0.752187766367189922", "0.752187766367189923"),
    "transformer-4": (TRANSFORMER(4), "0.391475100836040037", "0.391475100836040038"),
    "transformer-5": (TRANSFORMER(5), "0.187975826580660615", "0.187975826580660616"),
    "transformer-6": (TRANSFORMER(6), "0.0858284823870785970", "0.0858284823870785971"),
    "transformer-10": (TRANSFORMER(10), "0.00286083196979114014", "0.00286083196979114015"),
    "transformer-20": (TRANSFORMER(20), "2.89229494838620621e-7", "2.89229494838620622e-7"),
    "bimodal-0.6": (potentials.bimodal(0.6), "1.98170352222616469", "1.98170352222616470"),
    "bimodal-1": (potentials.bimodal(1), "1.75642368814418068", "1.75642368814418069"),
    "hegselmann-krause-2": (CONFIDENCE(2), "1.43458964212806852", "1.43458964212806853"),
    "hegselmann-krause-1.5": (CONFIDENCE(1.5), "2.87992055490353014", "2.87992055490353015"),
    "hegselmann-krause-1": (CONFIDENCE(1), "7.44115749537747944", "7.44115749537747945"),
}
DIAGRAMS = {  # up to 1.02 κ₁; two-cluster states up to 1.02 κ₂
    "kuramoto": (potentials.kuramoto(), "2.04", None),
    "transformer-1": (TRANSFORMER(1), "1.8048", None),
    "transformer-2": (TRANSFORMER(2), "1.2825", None),
    "transformer-3": (TRANSFORMER(3), "0.774", None),
    "transformer-4": (TRANSFORMER(4), "0.418", None),
    "transformer-6": (TRANSFORMER(6), "0.0997", None),
    "transformer-10": (TRANSFORMER(10), "0.003818", None),
    "bimodal-0.6": (potentials.bimodal(0.6), "2.04", None),
    "transformer-4-two-clusters": (TRANSFORMER(4), "0.6353", 2),
    "doi-onsager": (potentials.doi_onsager(), "4.8066", None),
    "hegselmann-krause-2": (CONFIDENCE(2), "1.469", None),
    "hegselmann-krause-1.5": (CONFIDENCE(1.5), "3.188", None),
}
ALONE = {
    "transformer-4": (TRANSFORMER(4), "0.387068995565"),  # 10⁻⁹ below the fold
    "doi-onsager": (potentials.doi_onsager(), "4.7076"),  # 0.999 κ₂
    "hegselmann-krause-2": (CONFIDENCE(2), "1.4329"),  # the fold of the first branch: 1.43291046669744
    "bimodal-0.6": (potentials.bimodal(0.6), "1.97666"),
}
COUNTS = {
    "transformer-4": (TRANSFORMER(4), "0.4"),
    "doi-onsager": (potentials.doi_onsager(), "5.654866776461628"),
    "hegselmann-krause-2": (CONFIDENCE(2), "1.435"),
    "hegselmann-krause-1.5": (CONFIDENCE(1.5), "2.88"),
    "hegselmann-krause-1": (CONFIDENCE(1), "7.45"),
}
CONTINUOUS = {
    "kuramoto": potentials.kuramoto(),
    "transformer-2.4469": TRANSFORMER(2.4469),
    "hegselmann-krause-2.1392": CONFIDENCE(2.1392),
    "bimodal-0.5": potentials.bimodal(0.5),
    "doi-onsager": potentials.doi_onsager(),
    "maier-saupe": potentials.maier_saupe(),
}


def jobs() -> dict[str, Callable[[], Certificate]]:
    """Return what makes each certificate, by the name of its file."""
    table: dict[str, Callable[[], Certificate]] = {}
    for name, bracket in TRANSITIONS.items():
        table[f"transition-{name}"] = lambda b=bracket: proofs.transition(*b)
    for name, (potential, kappa_max, period) in DIAGRAMS.items():
        table[f"diagram-{name}"] = lambda p=potential, k=kappa_max, n=period: proofs.diagram(p, k, period=n)
    for name, arguments in ALONE.items():
        table[f"uniform-only-{name}"] = lambda a=arguments: proofs.uniform_only(*a)
    for name, arguments in COUNTS.items():
        table[f"states-{name}"] = lambda a=arguments: proofs.states_at(*a)
    for name, potential in CONTINUOUS.items():
        table[f"continuous-{name}"] = lambda p=potential: proofs.continuous(p)
    return table


def timed(task: Callable[[], object]) -> tuple[object, float]:
    """Return what a task returns, and its processor seconds."""
    started = time.process_time()
    return task(), time.process_time() - started


def main(words: list[str]) -> None:
    """Make, check and save; then write README.md."""
    FOLDER.mkdir(exist_ok=True)
    rows = []
    for name, make in jobs().items():
        if words and not any(word in name for word in words):
            continue
        certificate, proving = timed(make)
        path = certificate.save(FOLDER / f"{name}.json")
        result, checking = timed(lambda p=path: proofs.check(p))
        print(f"{name:45s} {certificate.verdict:10s} {result.ok!s:6s} {proving:6.2f} s, check {checking:6.2f} s")
        assert result.ok, (name, result.reason, certificate.undecided)
        rows.append(f"| [{name}]({name}.json) | {certificate.statement} | {proving:.1f} | {checking:.1f} |")
    if not words:
        (FOLDER / "README.md").write_text(HEAD + "\n".join([*rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
