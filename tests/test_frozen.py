"""Values: what a dataclass promises, and that nothing is compiled before it is needed."""

import copy
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from khsearch.frozen import frozen
from khsearch.sharing import cached_property


@frozen
class Point:
    """A place and what is there."""

    x: int
    y: int = 0
    names: list[str] = field(default_factory=list, hash=False)
    note: str = field(default="", compare=False, repr=False)

    def __post_init__(self):
        if self.x < 0:
            raise ValueError("x")


@frozen
class Named(Point):
    """One with a field more."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Usual:
    """The same as dataclasses make it."""

    x: int
    y: int = 0
    names: list[str] = field(default_factory=list, hash=False)
    note: str = field(default="", compare=False, repr=False)


def test_it_is_made_as_a_dataclass_is():
    for cls in (Point, Usual):
        made = cls(1, names=["a"])
        assert (made.x, made.y, made.names, made.note) == (1, 0, ["a"], "")
        assert cls(1).names is not cls(1).names
        for args, named in (((), {}), ((1, 2, [], "", 5), {}), ((1,), {"z": 1}), ((1,), {"x": 1})):
            with pytest.raises(TypeError, match="__init__"):
                cls(*args, **named)
    with pytest.raises(ValueError, match="x"):
        Point(-1)
    assert Named(1, 2, [], "", "n").name == "n"


def test_it_is_equal_hashed_and_shown_by_its_fields():
    assert Point(1, 2) == Point(1, 2, note="other")
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Named(1, 2)
    assert Point(1, 2) != Usual(1, 2)
    assert hash(Point(1, 2, ["a"])) == hash(Usual(1, 2, ["b"])) == hash(Point(1, 2))
    assert hash(Named(1, 2, name="a")) != hash(Named(1, 2, name="b"))
    assert repr(Point(1, 2)) == repr(Usual(1, 2)).replace("Usual", "Point")
    match Point(1, 2):
        case Point(x, 2):
            assert x == 1


def test_it_never_changes():
    made = Point(1)
    for change in (lambda: setattr(made, "x", 2), lambda: delattr(made, "x"), lambda: setattr(made, "other", 2)):
        with pytest.raises(FrozenInstanceError):
            change()
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize("made", [Point(1, 2, ["a"], "n"), Named(1, 2, ["a"], "n", "m")])
def test_copies_are_equal(made):
    for other in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)), replace(made)):
        assert other == made
        assert other.note == "n"
    assert replace(made, x=5).x == 5
    assert [one.name for one in fields(made)][:2] == ["x", "y"]


@frozen
class Worked:
    """One that works something out."""

    x: int
    names: list[str] = field(default_factory=list, hash=False)

    @cached_property
    def twice(self):
        return 2 * self.x


def test_what_is_worked_out_is_kept_with_its_value():
    made = Worked(1, ["a"])
    assert (made.twice, vars(made)) == (2, {"x": 1, "names": ["a"], "twice": 2})
    assert made == Worked(1, ["a"])
    assert hash(made) == hash(Worked(1))
    assert repr(made).endswith("Worked(x=1, names=['a'])")
    for other in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)), replace(made)):
        assert other == made
    assert replace(made, x=2).twice == 4
    for change in (lambda: setattr(made, "x", 2), lambda: delattr(made, "x"), lambda: setattr(made, "other", 2)):
        with pytest.raises(FrozenInstanceError):
            change()


def test_methods_of_the_class_stay():
    @frozen
    class Own:
        x: int

        def __eq__(self, other):
            return isinstance(other, Own)

        def __hash__(self):
            return 7

        def __repr__(self):
            return "own"

    assert Own(1) == Own(2)
    assert hash(Own(1)) == 7
    assert repr(Own(1)) == "own"


def test_a_method_is_compiled_once_for_the_class_that_has_the_fields():
    @frozen
    class Base:
        x: int

    class Below(Base):
        __slots__ = ()

        def __init__(self, x):
            super().__init__(x + 1)

    first = vars(Base)["__init__"]
    assert (Below(1).x, Below(1).x) == (2, 2)
    assert vars(Base)["__init__"] is not first
    assert "__eq__" not in vars(Below)
    assert Below(1) == Below(1)
    assert hash(Below(1)) == hash(Below(1))


def test_threads_may_call_a_method_first_at_once():
    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(200):
            made = frozen(type("Pair", (), {"__annotations__": {"one": int, "two": int}}))
            with ThreadPoolExecutor(4) as pool:
                pairs = list(pool.map(lambda n, made=made: made(n, 2), range(8)))
            assert [pair.one for pair in pairs] == list(range(8))
    finally:
        sys.setswitchinterval(switch)
