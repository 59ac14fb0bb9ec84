"""schema: the streams of terms that every index keeps."""

from __future__ import annotations

TITLE, TEXT, LEAD, BIGRAMS = "title", "text", "lead", "bigrams"
"""Fields of every index: words of the title, of the text, of the title and first words, and cluster bigrams."""

ID = "id"
"""The field of ids."""

LEAD_WORDS = 40
"""Words of the lead: the title's, and as many of the text's first as there is room for."""
