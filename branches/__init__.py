"""Stationary branches of McKean–Vlasov equations on the circle and on spheres.

>>> import branches
>>> from branches import potentials
>>> branch = branches.trace(potentials.noisy_transformer(4), mode=1, kappa_max=0.8)
>>> f"{branch.folds[0].kappa:.12f}"
'0.387068995952'
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers and editors see of the names below
    from branches import potentials as potentials
    from branches import proofs as proofs
    from branches.diagrams.build import diagram as diagram
    from branches.diagrams.diagram import Diagram as Diagram
    from branches.diagrams.records import Branch as Branch
    from branches.diagrams.records import SpecialPoint as SpecialPoint
    from branches.diagrams.search.disconnected import with_disconnected as with_disconnected
    from branches.diagrams.search.search_states import search_states as search_states
    from branches.diagrams.trace import trace as trace
    from branches.diagrams.trace import trace_from as trace_from
    from branches.dynamics.clusters import clusters as clusters
    from branches.dynamics.connections import connections as connections
    from branches.dynamics.critical import critical_rate as critical_rate
    from branches.dynamics.decay_rates import DecayRates as DecayRates
    from branches.dynamics.decay_rates import decay_rates as decay_rates
    from branches.dynamics.ensemble import Ensemble as Ensemble
    from branches.dynamics.exit_time import exit_time as exit_time
    from branches.dynamics.flow import Flow as Flow
    from branches.dynamics.flow import flow as flow
    from branches.dynamics.gap import spectral_gap as spectral_gap
    from branches.dynamics.hysteresis import hysteresis as hysteresis
    from branches.dynamics.initial import empirical as empirical
    from branches.dynamics.mode_growth import fastest_mode as fastest_mode
    from branches.dynamics.mode_growth import mode_growth as mode_growth
    from branches.dynamics.mode_selection import mode_selection as mode_selection
    from branches.dynamics.noneven import noneven_state as noneven_state
    from branches.dynamics.particles import particles as particles
    from branches.dynamics.synchronisation import synchronises as synchronises
    from branches.landscapes.coexistence import coexistence as coexistence
    from branches.landscapes.landscape import landscape as landscape
    from branches.landscapes.transitions import Transition as Transition
    from branches.loci.curves import curves as curves
    from branches.loci.fold_curve import fold_curve as fold_curve
    from branches.loci.pitchfork_tricritical import pitchfork_tricritical_point as pitchfork_tricritical_point
    from branches.onsets.classify import Onset as Onset
    from branches.onsets.classify import onset as onset
    from branches.onsets.critical_beta import critical_beta as critical_beta
    from branches.onsets.tricritical import tricritical_point as tricritical_point
    from branches.potentials.potential import Potential as Potential
    from branches.proofs import certify as certify
    from branches.states.state import State as State
    from branches.sweeps.phase_diagram import PhaseDiagram as PhaseDiagram
    from branches.sweeps.phase_diagram import phase_diagram as phase_diagram
    from branches.sweeps.sweep import sweep as sweep

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
    "mode_selection": "branches.dynamics.mode_selection",
    "critical_beta": "branches.onsets.critical_beta",
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
