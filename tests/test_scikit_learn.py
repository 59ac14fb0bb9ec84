"""scikit-learn takes a segmenter, or clusters, as a tokenizer."""

from __future__ import annotations

import pytest

from khsearch import Segmenter, clusters


def test_it_counts_the_tokens_that_it_is_given() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text", reason="scikit-learn is not installed")
    texts = ["កិច្ចប្រជុំលើកទី២", "ប្រជុំលើកទី៣"]
    for tokenizer in (Segmenter(), Segmenter(mode="atom"), clusters):
        vectorizer = text.CountVectorizer(tokenizer=tokenizer, token_pattern=None)
        counts = vectorizer.fit_transform(texts).toarray()
        assert counts.sum() == sum(len(tokenizer(one)) for one in texts)
        assert set(vectorizer.get_feature_names_out()) == {token for one in texts for token in tokenizer(one)}
