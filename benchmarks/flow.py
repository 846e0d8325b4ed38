"""The flow of the noisy transformer at 64 modes: error at t = 8 and time, beside SciPy's integrator on the same field.

python benchmarks/flow.py
"""

import time

import numpy as np
from scipy.integrate import solve_ivp

import branches
from branches import potentials
from branches.dynamics.integrate import FlowSettings
from branches.dynamics.vector_field import EvenField

START = [0.05, -0.02, 0.03, 0.01]
REFERENCE = 0.910196393553  # a₁(8) at β = 4, κ = 0.5, by two codes
MODES, REPEATS = 64, 20


def best(run) -> tuple[float, float]:
    """Return the least of several times, in milliseconds, and the error of a₁ at t = 8."""
    times, value = [], 0.0
    for _ in range(REPEATS):
        begun = time.perf_counter()
        value = run()
        times.append(1e3 * (time.perf_counter() - begun))
    return min(times), abs(value - REFERENCE)


def main() -> None:
    potential = potentials.noisy_transformer(4)
    field = EvenField(potential, 0.5, 1, MODES)
    y = np.pad(START, (0, MODES - len(START)))

    def scipy(method: str, rtol: float, atol: float) -> float:
        found = solve_ivp(field.velocity, (0.0, 8.0), y, method=method, jac=field.jacobian, rtol=rtol, atol=atol)
        return float(found.y[0, -1])

    def ours(rtol: float) -> float:
        tolerances = FlowSettings(rtol=rtol, atol=1e-4 * rtol)
        return float(branches.flow(potential, 0.5, START, [8.0], n_modes=MODES, settings=tolerances).a[-1, 0])

    rows = [
        ("branches.flow, rtol 1e-9", lambda: ours(1e-9)),
        ("branches.flow, rtol 1e-10 (default)", lambda: ours(1e-10)),
        ("solve_ivp LSODA, rtol 1e-9", lambda: scipy("LSODA", 1e-9, 1e-13)),
        ("solve_ivp Radau, rtol 1e-8", lambda: scipy("Radau", 1e-8, 1e-12)),
        ("solve_ivp BDF, rtol 1e-8", lambda: scipy("BDF", 1e-8, 1e-12)),
    ]
    for name, run in rows:
        milliseconds, error = best(run)
        print(f"{name:38s} {milliseconds:7.1f} ms   error {error:.1e}")


if __name__ == "__main__":
    main()
