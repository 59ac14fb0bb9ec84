"""How often a law is tried: as often as its test says, or a share of it in a run that is to be quick."""

from hypothesis import settings

WHOLE, SHORT = "whole", "short"

settings.register_profile(WHOLE, deadline=None, max_examples=100)
settings.register_profile(SHORT, deadline=None, max_examples=10)


def choose(*, quick: bool) -> None:
    """Choose for all tests that are read from now on."""
    settings.load_profile(SHORT if quick else WHOLE)


def examples(count: int) -> settings:
    """Settings of a law that the whole run tries `count` times; the profile says how many of a hundred are tried."""
    return settings(max_examples=max(count * settings().max_examples // 100, 1), deadline=None)
