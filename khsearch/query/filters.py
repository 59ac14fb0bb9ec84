"""filters: what hits must match, as data."""

from collections.abc import Mapping

Filter = str | Mapping[str, object]
"""A filter: a query, or fields with what their values must be."""
