"""The force of an interaction on particles, as finitely many modes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from branches.dynamics.flow_arguments import check_circle
from branches.potentials.potential import Potential, positive_integer

__all__ = ["Force", "force_of"]

Array = NDArray[np.float64]
SCANNED = 512  # modes looked at to see what a truncation neglects
MOST = 128  # modes used at most where none are asked for: beyond, the time step suffers more than the force gains
NEGLIGIBLE = 1e-10  # root mean square of the neglected force, relative to the whole


@dataclass(frozen=True, eq=False)
class Force:
    """The force Σ n g_n sin n(y − x) of a particle at y on one at x, summed over multiples of a period number.

    Parameters
    ----------
    weights
        g_p, g_2p, …, shape (M,), read-only.
    period
        p: every weight of another mode is zero.
    neglected
        Root mean square of the force left out, relative to the whole, from the first 512 modes: a lower estimate
        where the weights decay slowly.
    """

    weights: Array
    period: int
    neglected: float

    @property
    def modes(self) -> NDArray[np.int64]:
        """The modes p, 2p, …, shape (M,)."""
        return self.period * np.arange(1, self.weights.size + 1)

    @cached_property
    def slopes(self) -> Array:
        """Coefficients n g_n of the force, shape (M,)."""
        slopes = self.modes * self.weights
        slopes.flags.writeable = False
        return slopes

    @property
    def stiffness(self) -> float:
        """A bound of every eigenvalue of the linearised force: Σ n² (|g_n| + max(−g_n, 0)).

        The Hessian of the interaction energy of N particles is diag(d) − B/N with |d_i| ≤ Σ n² |g_n|, and B/N is
        above −Σ n² max(−g_n, 0).
        """
        squares = self.modes**2
        return float(squares @ (np.abs(self.weights) + np.maximum(-self.weights, 0.0)))

    def longest_step(self) -> float:
        """Return the time step above which an explicit step may amplify: 2 / stiffness."""
        return 2.0 / self.stiffness if self.stiffness else math.inf

    def time_scale(self, kappa: float) -> float:
        """Return the fastest time scale of the force and of the noise, which blurs mode n within κ/n².

        Parameters
        ----------
        kappa
            The weakest coupling.
        """
        squares = (self.modes**2).astype(float)
        strengths = squares * np.abs(self.weights)
        mean_square = float(squares @ strengths) / float(strengths.sum()) if strengths.any() else 1.0
        return 1.0 / (self.stiffness + mean_square / kappa)


def force_of(potential: Potential, n_modes: int | None = None) -> Force:
    """Return the force of a potential, truncated.

    Parameters
    ----------
    potential
        The interaction, on the circle.
    n_modes
        Modes 1 … n_modes are kept. By default as many as bring what is neglected below 10⁻¹⁰, and 128 at most.

    Raises
    ------
    ValueError
        If ``n_modes`` is not an integer ≥ 1.
    NotImplementedError
        If the potential lives on a sphere.

    Examples
    --------
    >>> from branches import potentials
    >>> force = force_of(potentials.noisy_transformer(4))
    >>> force.weights.size, force.neglected < 1e-10
    (17, True)
    >>> force_of(potentials.doi_onsager(), 8).modes
    array([2, 4, 6, 8])
    """
    check_circle(potential)
    asked = 1 if n_modes is None else positive_integer("n_modes", n_modes)
    table = potential.weights(max(SCANNED, asked))
    power = (np.arange(1, table.size + 1) * table) ** 2
    left = np.sqrt(np.append(np.cumsum(power[::-1])[::-1], 0.0) / max(float(power.sum()), 5e-324))  # beyond mode k
    count = asked if n_modes is not None else max(1, min(int(np.argmax(left <= NEGLIGIBLE)), MOST))
    weights = table[:count]
    acting = np.flatnonzero(weights) + 1
    period = int(np.gcd.reduce(acting)) if acting.size else 1
    kept = weights[period - 1 :: period].copy()
    kept.flags.writeable = False
    return Force(kept, period, float(left[count]))
