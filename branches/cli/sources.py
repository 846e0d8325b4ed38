"""Where a potential comes from on the command line: a name, an expression, or a function in a file."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from branches.potentials.potential import Potential

__all__ = ["Expression", "FunctionFile", "Named", "Source", "dashed"]

ANGLES = ("theta", "θ", "t", "x", "phi")  # what θ may be called in an expression


@dataclass(frozen=True)
class Source:
    """Makes potentials from parameters; picklable, so that processes can."""

    @property
    def title(self) -> str:
        """What it is called in messages, and in the names of folders."""
        raise NotImplementedError

    def needed(self) -> list[str]:
        """Return the parameters without a value of their own."""
        raise NotImplementedError

    def accepted(self) -> list[str] | None:
        """Return all parameters, None where any number of them is possible."""
        raise NotImplementedError

    def __call__(self, **parameters: Any) -> Potential:
        """Return the potential."""
        raise NotImplementedError

    def quick(self, **parameters: float) -> Potential:
        """Return the potential for floats, where thousands are needed: its weights may be integrated."""
        return self(**parameters)


@dataclass(frozen=True)
class Named(Source):
    """A potential of the toolkit, by its name.

    Examples
    --------
    >>> Named("Noisy_Transformer").title, Named("noisy-transformer").needed(), Named("bimodal").accepted()
    ('noisy-transformer', ['beta'], ['m'])
    """

    name: str

    @property
    def title(self) -> str:
        """Its name with dashes."""
        return dashed(self.name)

    def _constructor(self) -> Callable[..., Potential]:
        from branches import potentials

        key = self.title.replace("-", "_")
        if key not in potentials.NAMES:
            names = [dashed(name) for name in potentials.NAMES]
            near = difflib.get_close_matches(self.title, names, n=3, cutoff=0.4)
            hint = f"did you mean {' or '.join(near)}? " if near else ""
            raise ValueError(f"unknown potential {self.name!r}: {hint}known are {', '.join(names)}")
        constructor: Callable[..., Potential] = getattr(potentials, key)
        return constructor

    def needed(self) -> list[str]:
        """Return the parameters of its constructor that have no default."""
        if self.title == "harmonics":
            return []
        return [p.name for p in inspect.signature(self._constructor()).parameters.values() if p.default is p.empty]

    def accepted(self) -> list[str] | None:
        """Return the parameters of its constructor."""
        constructor = self._constructor()
        return None if self.title == "harmonics" else list(inspect.signature(constructor).parameters)

    def __call__(self, **parameters: Any) -> Potential:
        """Return the potential."""
        from branches.potentials import by_name

        return by_name(self.name, **parameters)


@dataclass(frozen=True)
class Expression(Source):
    """W(θ) as SymPy reads it; symbols other than θ are parameters.

    Examples
    --------
    >>> own = Expression("-cos(t) - m*cos(2*t)")
    >>> own.needed(), own(m=0.5).weights(3)
    (['m'], array([1. , 0.5, 0. ]))
    """

    text: str

    @property
    def title(self) -> str:
        """The expression."""
        return self.text

    def _parsed(self) -> tuple[Any, Any]:
        """Return the expression and its angle."""
        import sympy

        words = set(re.findall(r"[^\W\d]\w*", self.text))
        symbols = {word: sympy.Symbol(word, real=True) for word in words if not _is_function(word, self.text)}
        try:
            expression = sympy.sympify(self.text.replace("^", "**"), locals=symbols)
            free = sorted(map(str, expression.free_symbols))
        except Exception:  # whatever the parser of somebody's text raises
            raise ValueError(f"--sympy = {self.text!r} is not an expression, such as -cos(t)**3") from None
        angles = [name for name in ANGLES if name in free]
        if len(angles) != 1:
            raise ValueError(
                f"--sympy = {self.text!r} is not allowed: call the angle by one of {', '.join(ANGLES)}; "
                f"its symbols are {', '.join(free) or 'none'}"
            )
        return expression, symbols[angles[0]]

    def needed(self) -> list[str]:
        """Return the symbols other than the angle."""
        expression, angle = self._parsed()
        return sorted(map(str, expression.free_symbols - {angle}))

    def accepted(self) -> list[str]:
        """Return them too: none has a default."""
        return self.needed()

    def __call__(self, **parameters: Any) -> Potential:
        """Return the potential, decimal numbers taken exactly."""
        import sympy

        from branches.potentials import from_sympy

        expression, angle = self._parsed()
        values = {sympy.Symbol(key, real=True): sympy.Rational(str(value)) for key, value in parameters.items()}
        shown = ", ".join([self.text, *(f"{key} = {value}" for key, value in parameters.items())])
        return from_sympy(expression.subs(values), angle, name=shown)

    def quick(self, **parameters: float) -> Potential:
        """Return the potential with its weights integrated."""
        from branches.potentials import from_function

        shown = ", ".join([self.text, *(f"{key} = {value}" for key, value in parameters.items())])
        function, names = _compiled(self)
        return from_function(partial(_reordered, function, tuple(parameters[name] for name in names)), name=shown)


@dataclass(frozen=True)
class FunctionFile(Source):
    """W(θ, parameters…) as a function of a Python file."""

    place: str

    @property
    def title(self) -> str:
        """The name of the function."""
        return self.place.rpartition(":")[2]

    def _function(self) -> Callable[..., Any]:
        file, colon, name = self.place.rpartition(":")
        if not (colon and file and name):
            raise ValueError(f"--function = {self.place!r} is not allowed: give FILE:NAME, such as own.py:W")
        return _loaded(Path(file).absolute(), name)

    def _parameters(self) -> list[inspect.Parameter]:
        return list(inspect.signature(self._function()).parameters.values())[1:]

    def needed(self) -> list[str]:
        """Return its arguments after θ that have no default."""
        return [p.name for p in self._parameters() if p.default is p.empty]

    def accepted(self) -> list[str]:
        """Return its arguments after θ."""
        return [p.name for p in self._parameters()]

    def __call__(self, **parameters: Any) -> Potential:
        """Return the potential."""
        from branches.potentials import from_function

        shown = ", ".join([self.title, *(f"{key} = {value}" for key, value in parameters.items())])
        return from_function(partial(self._function(), **parameters), name=shown)


def dashed(name: str) -> str:
    """Return a name as it is typed.

    Examples
    --------
    >>> dashed("Noisy transformer")
    'noisy-transformer'
    """
    return name.strip().lower().replace("_", "-").replace(" ", "-")


def folder_name(title: str, parameters: Mapping[str, Any]) -> str:
    """Return the name of a folder for a potential.

    Examples
    --------
    >>> folder_name("noisy transformer", {"beta": 4.0}), folder_name("-cos(t)**3", {})
    ('noisy-transformer-beta-4', 'cos-t-3')
    """
    values = {key: value if isinstance(value, str) else f"{value:g}" for key, value in parameters.items()}
    parts = [title, *(f"{key}-{value}" for key, value in values.items())]
    return re.sub(r"[^\w.+-]+", "-", "-".join(parts).replace("_", "-")).strip("-.")[:80]


@cache
def _compiled(own: Expression) -> tuple[Callable[..., Any], tuple[str, ...]]:
    """Return an expression as a function of the angle and its parameters, and their names."""
    import sympy

    expression, angle = own._parsed()
    others = sorted(expression.free_symbols - {angle}, key=str)
    return sympy.lambdify([angle, *others], expression, "numpy"), tuple(map(str, others))


def _reordered(function: Callable[..., Any], parameters: tuple[float, ...], theta: Any) -> Any:
    return function(theta, *parameters)


def _is_function(word: str, text: str) -> bool:
    """Whether a word of an expression is a function of SymPy or a constant, not a symbol."""
    return word in ("pi", "E") or re.search(rf"\b{word}\s*\(", text) is not None


@cache
def _loaded(path: Path, name: str) -> Callable[..., Any]:
    file = path.name
    if not path.is_file():
        raise ValueError(f"--function: there is no file {str(path)!r}")
    specification = spec_from_file_location(f"_own_{path.stem}", path)
    if specification is None or specification.loader is None:
        raise ValueError(f"--function: {file!r} is not a Python file")
    module = module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except Exception as error:  # whatever somebody's file raises
        raise ValueError(f"--function: {file} cannot be run: {type(error).__name__}: {error}") from error
    function = getattr(module, name, None)
    if not callable(function):
        known = [key for key, value in vars(module).items() if inspect.isfunction(value)]
        raise ValueError(f"--function: {file} has no function {name!r}; it has {', '.join(known) or 'none'}")
    found: Callable[..., Any] = function
    return found
