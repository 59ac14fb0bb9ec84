"""frozen: the decorator for values: what `dataclass(frozen=True, slots=True)` makes, in a tenth of the time.

A dataclass compiles six functions when its module is imported, most of which are never called: with some eighty classes
that was a third of the time in which a search starts. Here each is compiled when it is first called.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from types import MemberDescriptorType
from typing import Any, TypeVar, dataclass_transform

from khsearch.sharing import cached_property

_C = TypeVar("_C", bound=type[Any])


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: _C) -> _C:
    """Make a class of its fields: its objects are equal, hashed and shown by them, and never change.

    Fields are slots, unless the class has a `cached_property`, whose value needs a place. Methods that the class has
    itself stay. All that fields can say in a dataclass is heeded but `init` and `kw_only`.
    """
    own = vars(cls)
    slots = not any(isinstance(value, cached_property) for value in own.values())
    methods = {name: method for name, method in (_METHODS | (_STATES if slots else {})).items() if name not in own}
    if "__eq__" not in own and "__hash__" not in own:
        methods["__hash__"] = _first_hash
    made: Any = dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    for name, method in methods.items():
        setattr(made, name, method)
    return made  # type: ignore[no-any-return]


def _first_init(self: Any, *args: Any, **named: Any) -> None:
    _compile(self, "__init__", _first_init)(self, *args, **named)


def _first_eq(self: Any, other: object) -> Any:
    return _compile(self, "__eq__", _first_eq)(self, other)


def _first_hash(self: Any) -> Any:
    return _compile(self, "__hash__", _first_hash)(self)


def _compile(self: Any, name: str, first: Any) -> Any:
    """Put the method itself in the place of the one that asks for it, in the class that was decorated."""
    owner = next((one for one in type(self).__mro__ if vars(one).get(name) is first), None)
    if owner is None:  # another thread was quicker
        return getattr(type(self), name)
    names: dict[str, Any] = {}
    exec(_SOURCES[name](owner, names), names)
    method = names[name]
    method.__qualname__ = f"{owner.__qualname__}.{name}"
    method.__module__ = owner.__module__
    setattr(owner, name, method)
    return method


def _init(owner: type[Any], names: dict[str, Any]) -> str:
    """Slots are set by their descriptors, and others where they are kept, since `__setattr__` refuses."""
    takes, lines = ["self"], []
    names["MISSING"] = MISSING
    for one in fields(owner):
        name, value = one.name, one.name
        slot = getattr(owner, name, None)
        if one.default is not MISSING:
            names[f"default_{name}"] = one.default
            takes.append(f"{name}=default_{name}")
        elif one.default_factory is not MISSING:
            names[f"make_{name}"] = one.default_factory
            takes.append(f"{name}=MISSING")
            value = f"make_{name}() if {name} is MISSING else {name}"
        else:
            takes.append(name)
        if isinstance(slot, MemberDescriptorType):
            names[f"set_{name}"] = slot.__set__
            lines.append(f" set_{name}(self, {value})")
        else:
            lines.append(f" self.__dict__[{name!r}] = {value}")
    if hasattr(owner, "__post_init__"):
        lines.append(" self.__post_init__()")
    return f"def __init__({', '.join(takes)}):\n" + "\n".join(lines or [" pass"])


def _eq(owner: type[Any], _: dict[str, Any]) -> str:
    compared = [one for one in fields(owner) if one.compare]
    return (
        "def __eq__(self, other):\n"
        " if other.__class__ is not self.__class__: return NotImplemented\n"
        f" return {_tuple('self', compared)} == {_tuple('other', compared)}"
    )


def _hash(owner: type[Any], _: dict[str, Any]) -> str:
    hashed = [one for one in fields(owner) if (one.compare if one.hash is None else one.hash)]
    return f"def __hash__(self): return hash({_tuple('self', hashed)})"


def _tuple(of: str, chosen: list[Field[Any]]) -> str:
    return f"({''.join(f'{of}.{one.name}, ' for one in chosen)})"


def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


def _refuse(_self: object, name: str, *_: object) -> None:
    raise FrozenInstanceError(f"cannot change {name!r} of a value; make another")


_SOURCES = {"__init__": _init, "__eq__": _eq, "__hash__": _hash}
_METHODS: dict[str, Any] = {
    "__init__": _first_init,
    "__eq__": _first_eq,
    "__repr__": _repr,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
}
_STATES = {"__getstate__": _state, "__setstate__": _restore}
