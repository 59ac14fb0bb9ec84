"""Word lists of any source: what their entries are, and what is told of those that cannot be."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from khsearch import LexiconError, tokenize, words
from khsearch.khmer.text import script
from khsearch.khmer.words.entries import given, in_file
from khsearch.khmer.words.lattice import MAX_WORD
from khsearch.khmer.words.lexicon import Lexicon
from khsearch.khmer.words.sources import LexiconSource, load

pytestmark = pytest.mark.usefixtures("few_words_by_default")

NAME = "សោមដាលីន"
LONG = "ក" * (MAX_WORD + 1)


def entries(text: str) -> tuple[Mapping[str, float | None], list[str]]:
    found = in_file(text.encode(), Path("words.txt"))
    return {script.decode_term(word): often for word, often in found.words.items()}, [*found.phrases]


@pytest.mark.parametrize(
    ("text", "words", "phrases"),
    [
        (f"{NAME}\n", {NAME: None}, []),
        (f"\ufeff# ours\r\n\r\n  {NAME} \r{NAME}ក # a comment", {NAME: None, f"{NAME}ក": None}, []),
        ("C#\nF# # a language\n#a\tb\nA#B\t2\t# twice", {}, ["A#B", "C#", "F#"]),
        (f"{NAME} 120  # per million", {NAME: 120}, []),
        (f"{NAME}\t0.5", {NAME: 0.5}, []),
        (f"{NAME} 5\n{NAME}\n{NAME} 7\n{NAME}\n", {NAME: 7}, []),
        ("ការ\u200bងារ", {"ការងារ": None}, []),
        ("", {}, []),
        (f"{NAME} {NAME}", {}, [f"{NAME} {NAME}"]),
        ("ផ្លូវ ២៧១", {}, ["ផ្លូវ ២៧១"]),  # a number in Khmer digits is a part
        (f"{NAME} 1 2", {}, [f"{NAME} 1 2"]),
        ("New  \u00a0York\t12", {}, ["New York"]),
        ("Phnom 5", {}, ["Phnom 5"]),  # only a word of Khmer has its frequency behind a space
        ("COVID-19\nព.ស.\nក្មេងៗ\n១២៣\n東京\n.NET", {}, [".NET", "COVID-19", "ក្មេងៗ", "ព.ស.", "១២៣", "東京"]),
        (LONG, {}, [LONG]),
    ],
)
def test_what_the_lines_of_a_file_are(text: str, words: Mapping[str, float | None], phrases: list[str]) -> None:
    assert entries(text) == (words, phrases)


NUMBER = "one number above 0, up to 1,000,000"
REFUSED = [
    (f"{NAME} 0", NUMBER),
    (f"{NAME} -5", NUMBER),
    (f"{NAME} nan", NUMBER),
    (f"{NAME} inf", NUMBER),
    (f"{NAME} 1e9", NUMBER),
    (f"{NAME}\tten", NUMBER),
    (f"{NAME}\t5\t5", NUMBER),
    ("\u17b6ក", "without a letter before"),
    ("a\u17b6", "without a letter before"),
    ("\u200b", "empty"),
    ("...", "no letter and no digit"),
    ("\U0001f600", "no letter and no digit"),
    ("a\x07b", "control character"),
    ("a b" * 100, "longer than 200 characters"),
]


@pytest.mark.parametrize(("line", "told"), REFUSED)
def test_a_line_that_cannot_be_is_an_error_with_its_number(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"# a comment\n{NAME}\n{line}\n", "utf-8")
    with pytest.raises(LexiconError, match=rf"words\.txt, line 3: .*{told}.*; mend it") as caught:
        tokenize("កម្ពុជា", lexicon=path)
    assert len(str(caught.value)) < 500


def test_all_lines_that_cannot_be_are_told_at_once() -> None:
    text = "\n".join([NAME, *(line for line, _ in REFUSED), *["?"] * 1_200])
    with pytest.raises(LexiconError) as caught:
        entries(text)
    told = str(caught.value).split("\n")
    assert [line.split(":")[0] for line in told[:-1]] == [f"words.txt, line {i}" for i in range(2, 22)]
    assert told[-1] == "and 1,194 more; mend them"


def test_entries_that_are_given_are_told_by_their_place() -> None:
    with pytest.raises(LexiconError, match=r"lexicon, entry 2: 'a\\nb': a control character"):
        given([(NAME, None), ("a\nb", None)])
    with pytest.raises(LexiconError, match=r"lexicon, entry 1: .*surrogate"):
        words(NAME, lexicon=["\ud800a"])
    with pytest.raises(LexiconError, match=rf"lexicon, entry 1: .*{NUMBER}"):
        words(NAME, lexicon={NAME: 0.0})
    assert given([(f" {NAME}\n", None), ("C#", None)]).phrases == ["C#"]  # no comment: it was given so


def test_one_lexicon_whatever_gives_the_words(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"COVID-19\n{NAME} 5\nខ្ញៃ\nឧខា\nA B # two\n", "utf-8")
    often: dict[str, float | None] = {"A  B": None, "ខ្ញៃ": None, "ឧខា": None, NAME: 5, "COVID-19": None}
    listed = [*often, NAME]
    found = [load(source) for source in (path, str(path), often, dict(reversed(often.items())))]
    assert len({one.fingerprint for one in found if one}) == 1
    sources: list[LexiconSource] = [listed, listed[::-1], iter(listed), {*listed}, dict.fromkeys(listed)]
    alike = {one.fingerprint for one in map(load, sources) if one}
    assert len(alike) == 1
    assert found[0] is not None
    assert found[0].fingerprint not in alike  # one has a frequency
    assert load(listed) is load(tuple(listed))  # made once


def test_no_words_are_the_lexicon_as_it_was(few_words_by_default: Lexicon) -> None:
    for nothing in ([], {}, iter(())):
        assert load(nothing) is few_words_by_default  # type: ignore[arg-type]


def test_a_str_is_a_path_and_no_letters() -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        words(NAME, lexicon=NAME)


def test_lists_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be read"):
        load(tmp_path / "none.txt")
    with pytest.raises(LexiconError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LexiconError, match="UTF-8"):
        load(tmp_path / "latin.txt")


def test_a_changed_list_is_read_again(tmp_path: Path, few_words_by_default: Lexicon) -> None:
    path = tmp_path / "words.txt"
    path.write_text(f"{NAME}\n", "utf-8")
    assert words(NAME, lexicon=path) == [NAME]
    path.write_text("# nothing now, and more bytes than before\n", "utf-8")
    assert words(NAME, lexicon=path) == words(NAME, lexicon=few_words_by_default)


def test_a_word_list_may_come_from_a_pipe(tmp_path: Path) -> None:
    pipe, file = tmp_path / "pipe", tmp_path / "words.txt"
    file.write_text(f"{NAME}\n" * 1_000, "utf-8")
    os.mkfifo(pipe)
    thread = threading.Thread(target=lambda: pipe.write_bytes(file.read_bytes()))
    thread.start()
    found, wanted = load(pipe), load(file)
    thread.join(10)
    assert found is not None
    assert wanted is not None
    assert found.fingerprint == wanted.fingerprint
