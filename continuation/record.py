"""What every frozen record has in common: read-only arrays, equality and hash by content, a repr of one short line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, fields, is_dataclass
from enum import Enum
from functools import wraps
from typing import Any, ClassVar, TypeVar

import numpy as np

__all__ = ["Record", "brief", "counted", "once", "same_content", "shortened"]

LONGEST = 180  # characters of a repr: a record is named, not listed
LONGEST_TEXT = 48  # of a string in it
DIGITS = 9  # of a number in it
SHORT = 3  # entries up to which a tuple is written out

R = TypeVar("R", bound="Record")
T = TypeVar("T")


class Record:
    """Base of a frozen dataclass with arrays: ``@dataclass(frozen=True, eq=False, repr=False)`` and this class.

    Two records are equal if they are of one class and all fields that compare hold the same: arrays of one dtype and
    shape with the same values, NaN equal to NaN; what is computed on first use plays no part. The hash follows it.
    The arrays it is made with are seen through read-only views; whoever made them keeps his own.

    Notes
    -----
    Comparing and hashing read all arrays, anew each time; nothing is computed before it is asked for.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False, repr=False)
    ... class Point(Record):
    ...     kind: str
    ...     u: np.ndarray
    ...     error: float = float("nan")
    >>> point = Point("fold", np.zeros(40))
    >>> point
    Point(kind='fold', u=float64 (40), error=nan)
    >>> point == Point("fold", np.zeros(40)), point == Point("fold", np.zeros(41)), len({point, Point("fold", point.u)})
    (True, False, 1)
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            seen = _read_only(value)
            if seen is not value:
                object.__setattr__(self, name, seen)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return same_content(self, other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_key(self))

    def __repr__(self) -> str:
        parts = [f"{field.name}={brief(getattr(self, field.name))}" for field in fields(self) if field.repr]
        name = type(self).__name__
        return f"{name}({shortened(', '.join(parts), LONGEST - len(name))})"


def same_content(one: Any, other: Any) -> bool:
    """Whether two values hold the same: records, arrays, sequences, mappings, numbers (NaN equal to NaN).

    Examples
    --------
    >>> same_content((1.0, np.array([np.nan])), (1.0, np.array([np.nan]))), same_content((1.0,), [1.0])
    (True, False)
    """
    if one is other:
        return True
    match one:
        case np.ndarray():
            return isinstance(other, np.ndarray) and _same_array(one, other)
        case tuple() | list():
            alike = type(one) is type(other) and len(one) == len(other)
            return alike and all(map(same_content, one, other))
        case Mapping():
            alike = isinstance(other, Mapping) and one.keys() == other.keys()
            return alike and all(same_content(value, other[key]) for key, value in one.items())
        case float() if one != one:
            return isinstance(other, float) and other != other
    if is_dataclass(one) and type(one) is type(other) and _by_content(type(one)):
        names = [field.name for field in fields(one) if field.compare]
        return all(same_content(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)


def brief(value: Any) -> str:
    """Return a value as a few characters on one line: arrays by dtype and shape, records by class, tuples by length.

    Examples
    --------
    >>> brief(np.zeros((2, 3))), brief((1, 2.5)), brief(tuple(range(99))), brief("x" * 99)
    ('float64 (2, 3)', '(1, 2.5)', '<99 of int>', "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'")
    """
    match value:
        case np.ndarray():
            return f"{value.dtype} ({', '.join(map(str, value.shape))})"
        case Enum():
            return str(value.value) if isinstance(value, str) else value.name
        case str():
            return shortened(repr(shortened(value, LONGEST_TEXT - 2)), LONGEST_TEXT)
        case bool() | np.bool_():
            return str(bool(value))
        case float() | np.floating():
            return f"{value:.{DIGITS}g}"
        case tuple() | list() if len(value) <= SHORT and not any(map(_is_large, value)):
            inner = ", ".join(map(brief, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case tuple() | list() | set() | frozenset() | Mapping():
            kinds = {type(item).__name__ for item in value}
            return f"<{len(value)} of {' or '.join(sorted(kinds))}>"
    if is_dataclass(value) and not isinstance(value, type):
        return f"<{type(value).__name__}>"
    return shortened(repr(value).partition("\n")[0], LONGEST_TEXT)


def counted(kinds: Iterable[str]) -> str:
    """Return kinds with how often each comes, in the order in which they first come; cut where they are many.

    Examples
    --------
    >>> counted(["fold", "pitchfork", "fold"])
    'fold (2), pitchfork'
    """
    counts = Counter(kinds).items()
    return shortened(", ".join(kind if count == 1 else f"{kind} ({count})" for kind, count in counts), 2 * LONGEST_TEXT)


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    r"""Return a text on one line, cut where it is longer.

    Examples
    --------
    >>> shortened("two lines\nof text", 12)
    'two lines o…'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _is_large(value: Any) -> bool:
    return isinstance(value, tuple | list | Mapping | np.ndarray) or is_dataclass(value)


def _read_only(value: Any) -> Any:
    """Return the value with its arrays as read-only views; itself, if there is none that can be written."""
    if isinstance(value, np.ndarray) and value.flags.writeable:
        view = value.view()
        view.flags.writeable = False
        return view
    if isinstance(value, tuple) and any(isinstance(item, np.ndarray) for item in value):
        return tuple(_read_only(item) for item in value)
    return value


def _by_content(kind: type) -> bool:
    """Whether a dataclass compares by its fields: a record, or one whose equality is the generated one."""
    return issubclass(kind, Record) or "__eq__" in vars(kind)


def _same_array(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    if one.dtype.kind in "fc":
        return bool(np.array_equal(one, other, equal_nan=True))
    return bool(np.array_equal(one, other))


def _key(value: Any) -> Any:
    """Return something hashable, the same for values of the same content."""
    match value:
        case np.ndarray() if value.dtype.kind in "fc":
            plain = np.where(np.isnan(value), np.nan, value + 0.0)  # one NaN, one zero
            return value.dtype.str, value.shape, plain.tobytes()
        case np.ndarray():
            return value.dtype.str, value.shape, tuple(value.ravel().tolist())
        case tuple() | list():
            return type(value), tuple(map(_key, value))
        case Mapping():
            return frozenset((key, _key(item)) for key, item in value.items())
        case float() if value != value:
            return "nan"
    if is_dataclass(value) and not isinstance(value, type) and _by_content(type(value)):
        return type(value), tuple(_key(getattr(value, field.name)) for field in fields(value) if field.compare)
    return value


def once(function: Callable[[R], T]) -> Callable[[R], T]:
    """Decorate a function of one record that is worth computing once: the record keeps what it returned.

    What is kept goes with the record and plays no part in its equality.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, eq=False, repr=False)
    ... class Number(Record):
    ...     value: int
    >>> @once
    ... def square(number):
    ...     print("computed")
    ...     return number.value**2
    >>> three = Number(3)
    >>> square(three), square(three)
    computed
    (9, 9)
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def kept(record: R) -> T:
        memory = vars(record)
        if name not in memory:
            memory[name] = function(record)
        result: T = memory[name]
        return result

    return kept
