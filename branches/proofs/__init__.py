"""Certificates: theorems about states, special points, transitions and whole diagrams, which anyone can re-check.

>>> from branches import potentials, proofs
>>> certificate = proofs.onset(potentials.noisy_transformer(4), mode=1)
>>> certificate.verdict, certificate.proved["shape"]
('certified', 'subcritical')
"""

from importlib import import_module
from typing import Any

# Where each public name lives.  Imported on first use, so that `import branches.proofs` needs no python-flint.
# Modules are named otherwise than functions: importing one must not hide the other.
_HOMES = {
    "Certificate": "branches.proofs.certificate",
    "Check": "branches.proofs.checker",
    "check": "branches.proofs.checker",
    "certify": "branches.proofs.results",
    "state": "branches.proofs.states",
    "fold": "branches.proofs.folds",
    "onset": "branches.proofs.onsets",
    "tricritical": "branches.proofs.tricriticality",
    "pitchfork": "branches.proofs.pitchforks",
    "continuous": "branches.proofs.transitions",
    "transition": "branches.proofs.transitions",
    "states_at": "branches.proofs.enumerate",
    "uniform_only": "branches.proofs.enumerate",
    "diagram": "branches.proofs.graph",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'branches.proofs' has no attribute {name!r}; it offers {', '.join(__all__)}")
    try:
        module = import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        if error.name != "flint":
            raise
        raise ImportError('proofs need python-flint: pip install "mckean-vlasov-continuation[proof]"') from error
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
