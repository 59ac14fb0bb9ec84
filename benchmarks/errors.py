"""errors: how a benchmark ends when it has no figures to show, or figures that must not be shown."""


class BenchmarkError(Exception):
    """What was asked for cannot be measured; the message says what to do."""


class DisagreementError(BenchmarkError):
    """Two sides did not find the same: what was timed is worth nothing. The message names both and a document."""


class MissedError(BenchmarkError):
    """A figure stands below the bar that `--check` holds it to."""
