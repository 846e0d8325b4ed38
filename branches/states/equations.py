"""Which equations a state is followed with: the one place that decides."""

from __future__ import annotations

from branches.potentials.potential import Potential
from branches.spaces.circle import Dihedral
from branches.spaces.isotropy import Isotropy
from branches.states.quadratic import QuadraticSystem
from branches.states.selfconsistent import SelfConsistentSystem

__all__ = ["StateEquations", "state_equations"]

StateEquations = QuadraticSystem | SelfConsistentSystem


def state_equations(
    potential: Potential,
    isotropy: Isotropy,
    size: int,
    max_size: int | None = None,
    kappa_scale: float | None = None,
) -> StateEquations:
    """Return the equations of the states of a class.

    Even states on the circle have the Fourier quadratic system, which itself gives way where it is too large or
    ill-conditioned (``suited_to``); on every other space, and without the mirror symmetry, the self-consistency
    equations serve.

    Parameters
    ----------
    potential, isotropy
        The interaction, and the class of the states.
    size, max_size, kappa_scale
        As for :class:`~branches.states.quadratic.QuadraticSystem`.

    Examples
    --------
    >>> from branches import potentials
    >>> type(state_equations(potentials.kuramoto(), Dihedral(1), 32)).__name__
    'QuadraticSystem'
    """
    if isinstance(isotropy, Dihedral):
        return QuadraticSystem(potential, isotropy, size, max_size, kappa_scale)
    adaptive = max_size is not None and max_size > size
    return SelfConsistentSystem(potential, isotropy, size, max_size, kappa_scale, adaptive)
