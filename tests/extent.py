"""How often a law is tried: as often as its test says, or a share of it in a run that is to be quick.

With `KHSEARCH_CHANCE=0` in the environment the same examples are tried each time: a change is taken in or not for what
it does. Chance finds new ones in every other run.
"""

import os

from hypothesis import settings

WHOLE, SHORT = "whole", "short"

_ALIKE = os.environ.get("KHSEARCH_CHANCE") == "0"
settings.register_profile(WHOLE, deadline=None, max_examples=100, derandomize=_ALIKE)
settings.register_profile(SHORT, deadline=None, max_examples=10, derandomize=_ALIKE)


def choose(*, quick: bool) -> None:
    """Choose for all tests that are read from now on."""
    settings.load_profile(SHORT if quick else WHOLE)


def examples(count: int) -> settings:
    """Settings of a law that the whole run tries `count` times; the profile says how many of a hundred are tried."""
    return settings(max_examples=max(count * settings().max_examples // 100, 1), deadline=None)
