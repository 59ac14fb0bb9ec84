"""breakers: what a breaker is, and the breakers that there are, by name.

A breaker finds the boundaries between words: the clusters of a run in, how many of them each word has out. It sees
nothing but runs of Khmer in normal form, so that a boundary can never fall inside a cluster and a run breaks alike
wherever it stands. khsearch brings three:

    lattice  the cheapest path over khsearch's lexicon (`by_lexicon`): the default
    icu      the dictionary that comes with ICU (`icu`)
    crf      the conditional random field of khmer-nltk (`crf`): fine on compounds

Others are registered, by a call of `register_breaker` or by an entry point of their package in the group
`khsearch.breakers`, under a name that indexes keep. What is registered is a factory: it takes the resources that an
index kept of a breaker, and makes one that breaks as that one did. This room loads no breaker before it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from khsearch import plugins
from khsearch.arguments import FUNCTION, TEXT, checked
from khsearch.sharing import loading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from khsearch.khmer.text.clusters import Clusters
    from khsearch.khmer.text.points import Offsets
    from khsearch.khmer.words.lexicon import Lexicon
    from khsearch.native import Breaking


class Breaker(Protocol):
    """Finds the words in runs of Khmer. `RunBreaker` is a base for one that breaks a run as a str."""

    @property
    def name(self) -> str:
        """Name by which it is chosen, and under which it is registered."""

    @property
    def version(self) -> str:
        """Whatever changes when it breaks a text differently."""

    @property
    def trait(self) -> str:
        """A line that every segment keeps of what its breaks depend on and `resources` has not, as "icu 74.2".

        It begins with a word of its own and holds no line end; empty where the resources say it all.
        """

    @property
    def lexicon(self) -> Lexicon | None:
        """The lexicon by whose numbers of clusters it breaks; None for a breaker that reads none."""

    def resources(self) -> Mapping[str, bytes]:
        """What an index must keep to break as this one does, by name; its factory takes them."""

    def break_run(self, clusters: Sequence[bytes]) -> list[int]:
        """Break one run: its clusters, in codes -> for each word how many clusters it has, in order."""

    def break_all(self, codes: bytes, clusters: Clusters, numbers: Offsets | None = None) -> NDArray[np.bool_]:
        """Break all runs of a batch: codes and their c clusters -> (c,) bool, true where a word begins.

        `numbers`, of the clusters in its `lexicon`, are given where they are known already.
        """


Factory = Callable[[Mapping[str, bytes]], Breaker]
"""Makes a breaker of the resources that an index kept of one; of none, the one that comes by default."""

BREAKERS = ("lattice", "icu", "crf")
"""Names of the breakers that khsearch brings, the default first."""

_ROOMS = {"lattice": "by_lexicon", "icu": "icu", "crf": "crf"}
_GROUP = "khsearch.breakers"
_FACTORY = replace(FUNCTION, takes="a factory of breakers")
_registered: dict[str, Factory] = {}


@checked(name=TEXT, factory=_FACTORY)
def register_breaker(name: str, factory: Factory) -> None:
    """Let a breaker be chosen by a name: by `words`, `Index.create`, the command line, and by indexes made with it.

    A second factory of a name takes the place of the first; ValueError for a name of what khsearch brings.
    """
    if not name.strip():
        raise ValueError("name takes a name that can be typed, not a blank one")
    if name in _ROOMS:
        raise ValueError(f"khsearch brings a breaker {name!r}; choose another name")
    _registered[name] = factory


def breaker_names() -> tuple[str, ...]:
    """Names of all breakers: those that khsearch brings, those registered, those of entry points."""
    return tuple(dict.fromkeys([*BREAKERS, *_registered, *plugins.entry_points(_GROUP)]))


def factory_of(name: str) -> Factory | None:
    """Return what is registered under a name by now, if anything: it may be registered anew."""
    return _registered.get(name)


def make_breaker(name: str, resources: Mapping[str, bytes]) -> Breaker:
    """Make the breaker of a name from what an index kept of it; of nothing, the one that comes by default.

    ValueError for an unknown name, or for an entry point that cannot be loaded; LexiconError for a lexicon that cannot
    be read.
    """
    if name in _ROOMS:
        room = f"khsearch.khmer.words.{_ROOMS[name]}"
        loading(room)
        return cast("Factory", import_module(room).make)(resources)
    factory = _registered.get(name)
    if factory is None:
        point = plugins.entry_points(_GROUP).get(name)
        if point is None:
            raise ValueError(f"unknown breaker {name!r}; choose one of {', '.join(breaker_names())}")
        factory = _registered.setdefault(name, plugins.load(point, f"the breaker {name!r}", _FACTORY))
    return _made(name, factory, resources)


def breaker(name: str | None = None, lexicon: Lexicon | None = None) -> Breaker:
    """Return the breaker of a name, or the default one; `lexicon` is for the lattice, which brings its own.

    ValueError for an unknown name, or for a breaker that reads no lexicon.
    """
    name = name or BREAKERS[0]
    if lexicon is None:
        return make_breaker(name, {})
    if name != BREAKERS[0]:
        raise ValueError(f"the breaker {name!r} reads no lexicon; leave the lexicon out or choose {BREAKERS[0]!r}")
    from khsearch.khmer.words.by_lexicon import LatticeBreaker

    return LatticeBreaker(lexicon)


def check_registered(breaker: Breaker) -> Breaker:
    """Return a breaker that an index can make again, by its name and from its resources; ValueError for another."""
    name = breaker.name
    try:
        made = make_breaker(name, breaker.resources())
    except ValueError as problem:
        raise ValueError(
            f"an index could not be opened again with the breaker {name!r} ({problem}); before, call "
            f"khsearch.khmer.register_breaker({name!r}, factory), where the index is opened, too"
        ) from None
    if (made.name, made.version) != (name, breaker.version):
        raise ValueError(
            f"what is registered as {name!r} makes {made.name!r} {made.version} of the resources of {name!r} "
            f"{breaker.version}; register a factory that makes the same breaker of them"
        )
    return breaker


def check_counts(breaker: Breaker, counts: Sequence[int], clusters: int) -> None:
    """Check that a breaker divides a run of so many clusters into words; ValueError names it."""
    if sum(counts) != clusters or min(counts) < 1:
        raise ValueError(
            f"the breaker {breaker.name!r} divides a run of {clusters} clusters into {counts!r:.60}: "
            "a word has one or more, and all together are the run; mend it"
        )


def compiled_of(breaker: Breaker) -> Breaking | None:
    """Return what breaks texts as a breaker does, in the compiled core: what one of khsearch has as `compiled`."""
    return cast("Breaking | None", getattr(breaker, "compiled", None)) if breaker.name in BREAKERS else None


_PARTS = ("version", "trait", "lexicon", "resources", "break_run", "break_all")


def _made(name: str, factory: Factory, resources: Mapping[str, bytes]) -> Breaker:
    """What a factory of others makes; ValueError where that is no breaker of the name."""
    try:
        made = factory(resources)
    except Exception as problem:  # whatever a package of others raises
        raise ValueError(
            f"the breaker {name!r} cannot be made: its factory, asked with {{{', '.join(resources)}}}, fails with "
            f"{problem!r}; mend it"
        ) from problem
    odd = [part for part in _PARTS if not hasattr(made, part)]
    if odd or getattr(made, "name", None) != name:
        lacks = f"without {', '.join(odd)}" if odd else f"named {getattr(made, 'name', None)!r}"
        raise ValueError(f"what the factory of the breaker {name!r} makes is no such breaker ({lacks}); mend it")
    return made
