"""version: of this package; an index records which one wrote it."""

__version__ = "0.1.0"
