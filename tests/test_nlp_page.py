"""The recipes of docs/nlp.md do what they say, where what they are for is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from khsearch import Segmenter, clusters
from tests.pages import ROOT, example, page

PAGE = page("docs/nlp.md")


def printed(name: str, folder: Path) -> list[str]:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{example(PAGE, name, 'python')}"
    told = subprocess.run([sys.executable, "-"], cwd=folder, input=code, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


def test_tokens(tmp_path: Path) -> None:
    assert printed("tokens", tmp_path) == [
        "['ជន', 'ពិការភាព', '៥០%']",
        "['ជន', 'ពិការ', 'ភាព', '៥០']",
        "0 0 6 khmer ['ក្មេង']",
        "1 6 7 space [' ']",
        "1 7 15 latin ['covid', '19']",
    ]


def test_batches(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("ជនពិការភាព\n\nCOVID-19 ។\n", "utf-8")
    assert printed("batches", tmp_path) == ["ជន|ពិការភាព", "", "COVID-19"]


def test_sentences(tmp_path: Path) -> None:
    told = "['ឆ្នាំ ២៥៦៧ ព.ស. ។', 'តើទៅណា?', 'ទៅ www.x.org/?a=1 ។']"
    assert printed("sentences", tmp_path) == [told]


def test_scikit_learn(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    assert printed("scikit-learn", tmp_path) == ["ជន ទី បាន ប្រជុំ ពិការភាព លើក ២"]


def test_scikit_learn_takes_segmenters_and_clusters() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text", reason="scikit-learn is not installed")
    texts = ["កិច្ចប្រជុំលើកទី២", "ប្រជុំលើកទី៣"]
    for tokenizer in (Segmenter(), Segmenter(mode="atom"), clusters):
        vectorizer = text.CountVectorizer(tokenizer=tokenizer, token_pattern=None)
        counts = vectorizer.fit_transform(texts).toarray()
        assert counts.sum() == sum(len(tokenizer(one)) for one in texts)
        assert set(vectorizer.get_feature_names_out()) == {token for one in texts for token in tokenizer(one)}


def test_hugging_face(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    assert printed("tokenizers", tmp_path) == ["['ពិការភាព', '។']"]


def test_spacy(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")
    assert printed("spacy", tmp_path) == ["['ជន', 'ពិការភាព', 'បាន', 'ប្រជុំ', '។'] ជនពិការភាព បានប្រជុំ។"]
