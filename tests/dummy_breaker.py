"""A breaker to copy: every cluster is a word. The tests of the laws run on it as on those that khsearch brings."""

from __future__ import annotations

from collections.abc import Mapping

from khsearch.khmer import RunBreaker, register_breaker


class ClusterBreaker(RunBreaker):
    """Breaks at every cluster."""

    name = "clusters"

    @property
    def version(self) -> str:
        """Raised when it breaks a text differently."""
        return "1"

    def break_text(self, run: str) -> list[int]:
        """Every offset: those inside a cluster are passed over."""
        return list(range(1, len(run) + 1))


def make(resources: Mapping[str, bytes]) -> ClusterBreaker:
    """Its factory: what `register_breaker`, or an entry point in the group `khsearch.breakers`, names."""
    assert not resources
    return ClusterBreaker()


register_breaker(ClusterBreaker.name, make)
