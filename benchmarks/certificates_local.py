"""Make the certificates of single states and special points in docs/certificates anew, check each, print their table.

    python benchmarks/certificates_local.py          all of them
    python benchmarks/certificates_local.py fold     those whose names contain a word

Times are processor seconds of this machine, one thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from certificates import CONFIDENCE, FOLDER, TRANSFORMER, timed

from branches import potentials, proofs
from branches.proofs.certificate import Certificate

FOLDS = {
    "transformer-3": (TRANSFORMER(3), [0.39, 0.16, 0.06], "0.75026010610281"),
    "transformer-4": (TRANSFORMER(4), [0.547, 0.34, 0.18], "0.38706899595204"),
    "transformer-5": (TRANSFORMER(5), [0.614, 0.444, 0.284], "0.184300682955606"),
    "bimodal-0.6": (potentials.bimodal(0.6), [0.33, 0.12], "1.97666262196633"),
    "bimodal-1": (potentials.bimodal(1), [0.4426, 0.3354], "1.72846021877044"),
    "hegselmann-krause-2": (CONFIDENCE(2), [0.327, 0.1115, 0.0313], "1.43291046669744"),
    "hegselmann-krause-1.5": (CONFIDENCE(1.5), [0.6126, 0.4378, 0.2753], "2.82837625801"),
}
STATES = {
    "transformer-4-upper": (TRANSFORMER(4), [0.74, 0.5, 0.3], "0.4"),
    "transformer-4-lower": (TRANSFORMER(4), [0.25, 0.04], "0.4"),
    "kuramoto-4": (potentials.kuramoto(), [0.83, 0.5, 0.2], "4"),
    "kuramoto-10": (potentials.kuramoto(), [0.95, 0.8, 0.6], "10"),
    "doi-onsager": (potentials.doi_onsager(), [0, 0.62, 0, 0.27], "5.654866776461628"),
    "hegselmann-krause-0.5": (CONFIDENCE(0.5), [0.97 ** (n * n) for n in range(1, 30)], "36.140356214046"),
    "two-signs": (potentials.harmonics({1: 1.0, 2: -0.5}), [0.63, 0.2], "3"),
}
TRICRITICAL = {
    "transformer": (potentials.noisy_transformer, ("1", "4"), 1),
    "transformer-mode-2": (potentials.noisy_transformer, ("2", "36"), 2),
    "transformer-mode-3": (potentials.noisy_transformer, ("3", "36"), 3),
    "hegselmann-krause": (potentials.hegselmann_krause, ("0.5", "3.14"), 1),
    "bimodal": (potentials.bimodal, ("0", "1"), 1),
}
PITCHFORKS = {
    "bimodal-2": (potentials.bimodal(2), [0, 0.594, 0, 0.2], 1.2549663488385279, 2, 1),
    "bimodal-0.6": (potentials.bimodal(0.6), [0, -0.473, 0, 0.12], 3.794706538824, 2, 1),
}


def jobs() -> dict[str, Callable[[], Certificate]]:
    """Return what makes each certificate, by the name of its file."""
    table: dict[str, Callable[[], Certificate]] = {}
    for name, arguments in FOLDS.items():
        table[f"fold-{name}"] = partial(proofs.fold, *arguments)
    for name, (family, bracket, mode) in TRICRITICAL.items():
        table[f"tricritical-{name}"] = partial(proofs.tricritical, family, bracket, mode, digits=50)
    for name, arguments in STATES.items():
        table[f"state-{name}"] = partial(proofs.state, *arguments)
    for name, place in PITCHFORKS.items():
        table[f"pitchfork-{name}"] = partial(proofs.pitchfork, *place)
    for name, potential, mode in (("transformer-4", TRANSFORMER(4), 1), ("doi-onsager", potentials.doi_onsager(), 2)):
        table[f"onset-{name}"] = partial(proofs.onset, potential, mode)
    return table


def main(words: list[str]) -> None:
    """Make, check, save and print."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in jobs().items():
        if words and not any(word in name for word in words):
            continue
        certificate, proving = timed(make)
        path = certificate.save(FOLDER / f"{name}.json")
        result, checking = timed(lambda p=path: proofs.check(p))
        known = {**certificate.given, **certificate.proved}
        first = known.get("value") or known.get("free_energy") or known.get("kappa")
        shown = f"[{first[0]}, {first[1]}]" if first else certificate.undecided
        print(f"| [{name}](certificates/{name}.json) | {shown} | {proving:.1f} | {checking:.1f} |", flush=True)
        assert result.ok, (name, result.reason, certificate.undecided)


if __name__ == "__main__":
    main(sys.argv[1:])
