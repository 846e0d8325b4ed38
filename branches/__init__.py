"""Stationary branches of McKean–Vlasov equations on the circle.

>>> import branches
>>> from branches import potentials
>>> branch = branches.trace(potentials.noisy_transformer(4), mode=1, kappa_max=0.8)
>>> f"{branch.folds[0].kappa:.12f}"
'0.387068995952'
"""

import logging
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent until somebody listens

# Where each public name lives.  Imported on first use, so that `import branches` stays light.
_HOMES = {
    "potentials": "branches.potentials",
    "Potential": "branches.potentials.potential",
    "State": "branches.states.state",
    "SpecialPoint": "branches.diagrams.records",
    "Branch": "branches.diagrams.records",
    "trace": "branches.diagrams.trace",
    "trace_from": "branches.diagrams.trace",
    "Diagram": "branches.diagrams.diagram",
    "diagram": "branches.diagrams.build",
    "onset": "branches.onsets.classify",
    "Onset": "branches.onsets.classify",
    "tricritical_point": "branches.onsets.tricritical",
    "coexistence": "branches.landscapes.coexistence",
    "landscape": "branches.landscapes.landscape",
    "phase_diagram": "branches.sweeps.phase_diagram",
    "PhaseDiagram": "branches.sweeps.phase_diagram",
    "sweep": "branches.sweeps.sweep",
    "Transition": "branches.landscapes.transitions",
    "with_disconnected": "branches.diagrams.search.disconnected",
    "search_states": "branches.diagrams.search.search_states",
    "curves": "branches.loci.curves",
    "fold_curve": "branches.loci.fold_curve",
    "pitchfork_tricritical_point": "branches.loci.pitchfork_tricritical",
    "particles": "branches.dynamics.particles",
    "Ensemble": "branches.dynamics.ensemble",
    "hysteresis": "branches.dynamics.hysteresis",
    "exit_time": "branches.dynamics.exit_time",
    "clusters": "branches.dynamics.clusters",
    "mode_growth": "branches.dynamics.mode_growth",
    "fastest_mode": "branches.dynamics.mode_growth",
    "synchronises": "branches.dynamics.synchronisation",
    "flow": "branches.dynamics.flow",
    "Flow": "branches.dynamics.flow",
    "empirical": "branches.dynamics.initial",
    "decay_rates": "branches.dynamics.decay_rates",
    "DecayRates": "branches.dynamics.decay_rates",
    "spectral_gap": "branches.dynamics.gap",
    "critical_rate": "branches.dynamics.critical",
    "connections": "branches.dynamics.connections",
    "noneven_state": "branches.dynamics.noneven",
    "certify": "branches.proofs",
    "proofs": "branches.proofs",
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
