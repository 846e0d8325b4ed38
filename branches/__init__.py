"""Stationary branches of McKean–Vlasov equations on the circle.

>>> import branches
>>> from branches import potentials
>>> branch = branches.trace(potentials.noisy_transformer(4), mode=1, kappa_max=0.8)
>>> f"{branch.folds[0].kappa:.12f}"
'0.387068995952'
"""

from importlib import import_module
from typing import Any

# Where each public name lives.  Imported on first use, so that `import branches` stays light.
_HOMES = {
    "potentials": "branches.model.potentials",
    "Potential": "branches.model.potential",
    "State": "branches.diagrams.records",
    "SpecialPoint": "branches.diagrams.records",
    "Branch": "branches.diagrams.records",
    "trace": "branches.diagrams.trace",
    "trace_from": "branches.diagrams.trace",
    "Diagram": "branches.diagrams.diagram",
    "diagram": "branches.diagrams.build",
    "onset": "branches.onsets.classify",
    "Onset": "branches.onsets.classify",
    "tricritical_point": "branches.onsets.tricritical",
    "certify": "branches.proofs",
    "proofs": "branches.proofs",
    "coexistence": "branches.transitions.coexistence",
    "landscape": "branches.transitions.landscape",
    "phase_diagram": "branches.transitions.phase_diagram",
    "PhaseDiagram": "branches.transitions.phase_diagram",
    "sweep": "branches.transitions.sweep",
    "Transition": "branches.transitions.records",
    "with_disconnected": "branches.transitions.disconnected",
    "search_states": "branches.transitions.search",
    "curves": "branches.transitions.curves",
    "fold_curve": "branches.transitions.fold_curve",
    "pitchfork_tricritical_point": "branches.transitions.pitchfork_tricritical",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'branches' has no attribute {name!r}; it offers {', '.join(__all__)}")
    module = import_module(_HOMES[name])
    value = module if name in ("potentials", "proofs") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
