"""The compiled core: what it offers to Python."""

INTERFACE: int
