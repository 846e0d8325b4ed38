"""Floats that carry a bound of their error through a calculation."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

__all__ = ["RunningError"]

EPS = 2.0**-52


@dataclass(frozen=True, slots=True)
class RunningError:
    """A value and a bound of its error; sums, products and quotients add what rounding does to them.

    Examples
    --------
    >>> third = RunningError(1.0) / 3
    >>> third.error < 1e-15, (third - third).value
    (True, 0.0)
    """

    value: float
    error: float = 0.0

    @classmethod
    def of(cls, x: Any) -> RunningError:
        """Return a number as one without error, unless it has one."""
        return x if isinstance(x, RunningError) else cls(float(x))

    def __add__(self, other: Any) -> RunningError:
        y = RunningError.of(other)
        value = self.value + y.value
        return RunningError(value, self.error + y.error + EPS * abs(value))

    __radd__ = __add__

    def __neg__(self) -> RunningError:
        return RunningError(-self.value, self.error)

    def __sub__(self, other: Any) -> RunningError:
        return self + (-RunningError.of(other))

    def __rsub__(self, other: Any) -> RunningError:
        return RunningError.of(other) + (-self)

    def __mul__(self, other: Any) -> RunningError:
        y = RunningError.of(other)
        value = self.value * y.value
        error = abs(self.value) * y.error + abs(y.value) * self.error + self.error * y.error
        return RunningError(value, error + EPS * abs(value) if error == error else inf)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> RunningError:
        y = RunningError.of(other)
        room = abs(y.value) - y.error
        if not room > 0:
            return RunningError(self.value / y.value if y.value else inf, inf)
        value = self.value / y.value
        return RunningError(value, (self.error + abs(value) * y.error) / room + EPS * abs(value))

    def __rtruediv__(self, other: Any) -> RunningError:
        return RunningError.of(other) / self

    def __float__(self) -> float:
        return self.value
