"""What is public about a text without an index: words and tokens in both modes, of one text and of many."""

from __future__ import annotations

import copy
import itertools
import pickle
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch import Segmenter, Token, clusters, normalize, sentences, tokenize, tokenize_all, words, words_all
from khsearch.khmer import Analyzer, Breaker, breaker
from khsearch.khmer import normalize as normal_form
from khsearch.khmer.terms import listing
from khsearch.khmer.terms.tokens import KINDS, is_space_like
from khsearch.khmer.text.script import is_tag
from khsearch.khmer.words.modes import MODES
from tests.dummy_joiner import JOINING
from tests.extent import examples
from tests.strategies import ALL_BREAKERS, random_text, texts

every_breaker = pytest.mark.parametrize(
    "chosen", [*ALL_BREAKERS, *JOINING], ids=lambda one: f"{one.name} {type(one).__name__}"
)
every_mode = pytest.mark.parametrize("mode", MODES)


def check_all_is_kept(chosen: Breaker, mode: str, text: str) -> None:
    found = tokenize(text, chosen, mode=mode, keep="all")
    assert "".join(text[token.start : token.end] for token in found) == text
    assert all(token.start < token.end for token in found)
    assert {token.kind for token in found} <= set(KINDS)
    alone = tokenize(text, chosen, mode=mode)
    assert alone == [token for token in found if token.kind not in ("punctuation", "space")]
    assert [token.position for token in alone] == list(range(len(alone)))
    told = words(text, chosen, mode=mode)
    assert [visible(word) for word in told] == [visible(text[token.start : token.end]) for token in alone]


@every_breaker
@every_mode
@given(text=st.text() | texts)
@examples(60)
def test_all_tokens_joined_are_the_text(chosen: Breaker, mode: str, text: str) -> None:
    check_all_is_kept(chosen, mode, text)


@pytest.mark.slow
@every_mode
def test_all_tokens_of_twenty_thousand_texts_joined_are_the_text(mode: str) -> None:
    source = random.Random(11)
    for _ in range(20_000):
        check_all_is_kept(JOINING[0], mode, random_text(source))


@every_breaker
@every_mode
@given(batch=st.lists(texts, max_size=6))
@examples(40)
def test_many_texts_are_as_one_by_one(chosen: Breaker, mode: str, batch: list[str]) -> None:
    check_many(chosen, mode, batch)


def check_many(chosen: Breaker, mode: str, batch: list[str]) -> None:
    assert list(words_all(iter(batch), chosen, mode=mode)) == [words(text, chosen, mode=mode) for text in batch]
    for keep in ("words", "all"):
        found = list(tokenize_all(batch, chosen, mode=mode, keep=keep))
        assert found == [tokenize(text, chosen, mode=mode, keep=keep) for text in batch]


@pytest.mark.slow
@every_mode
def test_twenty_thousand_random_texts_as_one_by_one(mode: str) -> None:
    source = random.Random(5)
    for chosen in JOINING:
        for _ in range(2_000):
            check_many(chosen, mode, [random_text(source) for _ in range(5)])


@every_mode
def test_long_texts_are_broken_in_parts_as_a_whole(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(3)
    text = "\n".join(random_text(source, 40) for _ in range(300))
    for chosen in JOINING:
        wanted = words(text, chosen, mode=mode), tokenize(text, chosen, mode=mode, keep="all")
        for size in (50, 700):
            monkeypatch.setattr(listing, "MEGABYTE", size)
            assert words(text, chosen, mode=mode) == wanted[0]
            assert tokenize(text, chosen, mode=mode, keep="all") == wanted[1]
            assert list(words_all(["ក", text, ""], chosen, mode=mode)) == [["ក"], wanted[0], []]
        monkeypatch.undo()


def test_words_of_an_endless_stream_come_as_batches_fill() -> None:
    drawn = 0

    def endless() -> Iterator[str]:
        nonlocal drawn
        while True:
            drawn += 1
            yield "ក្មេងៗ 50%"

    found = words_all(endless())
    assert drawn == 0
    assert list(itertools.islice(found, 3)) == [["ក្មេងៗ", "50%"]] * 3
    assert drawn < 2_000


def test_what_comes_slowly_is_not_waited_for() -> None:
    going_on = threading.Event()

    def slow() -> Iterator[str]:
        yield "ក"
        going_on.wait(0.2)
        yield "ខ"
        raise RuntimeError("nobody waits for more")

    assert list(itertools.islice(words_all(slow()), 2)) == [["ក"], ["ខ"]]


def test_what_came_before_an_error_has_its_words() -> None:
    def broken() -> Iterator[str]:
        yield from ["ក", "ខ"]
        raise OSError("unplugged")

    found = words_all(broken())
    assert [next(found), next(found)] == [["ក"], ["ខ"]]
    with pytest.raises(OSError, match="unplugged"):
        next(found)


def test_what_is_no_text_is_named() -> None:
    with pytest.raises(ValueError, match="number 2 of texts takes a str, not 5"):
        list(words_all(["a", "b", 5]))  # type: ignore[list-item]
    with pytest.raises(ValueError, match="'words' or 'all'"):
        tokenize("x", keep="some")
    with pytest.raises(ValueError, match="'word' or 'atom'"):
        words("x", mode="words")
    with pytest.raises(ValueError, match="unknown breaker"):
        words_all([], "nobody")  # before anything is asked of it


def test_words_are_without_spaces_of_no_width_and_offsets_count_them() -> None:
    text = "ក\u200bម្ពុជា នៅ\u2060 co\u00adop می\u200cخواهم \u200b"
    assert words(text) == ["កម្ពុជា", "នៅ", "coop", "می\u200cخواهم"]
    assert [(token.start, token.end) for token in tokenize(text)][:2] == [(0, 8), (9, 11)]
    text += "😀!!?"
    kinds = [(text[token.start : token.end], token.kind) for token in tokenize(text, keep="all")]
    assert kinds[-4:] == [(" \u200b", "space"), ("😀", "punctuation"), ("!!", "punctuation"), ("?", "punctuation")]


def test_a_token_can_be_pickled_and_never_changes() -> None:
    (token,) = tokenize("COVID-19")
    assert pickle.loads(pickle.dumps(token)) == token == copy.deepcopy(token)
    with pytest.raises(AttributeError):
        token.term = "x"  # type: ignore[misc]
    assert isinstance(token, Token)


# Segmenter


NAMES = ["ភូមិត្រពាំងថ្ម", "វ៉ាក់សាំង COVID-19"]
TEXT = "នៅភូមិត្រពាំងថ្មមានវ៉ាក់សាំង COVID-19 ៥០%"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("lexicon", [None, NAMES])
def test_a_segmenter_breaks_as_words_do(mode: str, lexicon: list[str] | None, tmp_path: Path) -> None:
    segmenter = Segmenter(lexicon=lexicon, mode=mode)
    wanted = words(TEXT, lexicon=lexicon, mode=mode)
    copies = [segmenter, copy.deepcopy(segmenter), pickle.loads(pickle.dumps(segmenter))]
    copies.append(pickle.loads(pickle.dumps(copies[-1])))
    assert [one(TEXT) for one in copies] == [wanted] * 4
    assert len({repr(one) for one in copies}) == 1
    assert f"mode={mode!r}" in repr(segmenter)
    file = tmp_path / "segmenter"
    file.write_bytes(pickle.dumps(segmenter))
    code = f"import pickle; print(pickle.load(open({str(file)!r}, 'rb'))({TEXT!r}) == {wanted!r})"
    told = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert told.stdout == "True\n", told.stderr
    pieces = segmenter.pre_tokenize_str("ក ៥០%។")
    assert pieces[-1] == ("។", (5, 6))
    assert all("ក ៥០%។"[start:end] == piece for piece, (start, end) in pieces)


def test_a_segmenter_of_another_breaker() -> None:
    assert Segmenter("clusters")("កម្ពុជា") == ["ក", "ម្ពុ", "ជា"]
    mine = Segmenter(breaker("clusters"))
    assert pickle.loads(pickle.dumps(mine))("កម្ពុជា") == ["ក", "ម្ពុ", "ជា"]
    with pytest.raises(ValueError, match="reads no lexicon"):
        Segmenter("icu", lexicon=NAMES)


# normalize and sentences


@given(texts | st.text())
@examples(300)
def test_khmer_put_right_is_analysed_as_before(text: str) -> None:
    check_put_right(text)


def check_put_right(text: str) -> None:
    found = normalize(text)
    assert normalize(found) == found
    assert normal_form(found).codes == normal_form(text).codes
    analyzer = Analyzer(ALL_BREAKERS[0])
    assert analyzer.terms(found) == analyzer.terms(text)
    terms = ([token.term for token in analyzer.tokens(one, "word")] for one in (found, text))
    assert next(terms) == next(terms)
    assert clusters(found) == clusters(normalize(found))


@pytest.mark.slow
def test_khmer_of_twenty_thousand_texts_put_right() -> None:
    source = random.Random(9)
    for _ in range(20_000):
        check_put_right(random_text(source))


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8"),
        ("កា\u200b\u17d2រ", "ក\u17d2រា"),
        ("\u1780\u17c1\u17b8", "\u1780\u17be"),
        ("\u1780\u17b6\u17b6", "\u1780\u17b6"),
        ("\u1780\u17d2", "\u1780"),
        ("\u178e\u17d2\u178a", "\u178e\u17d2\u178f"),
        ("\u17a3\u17a4", "\u17a2\u17a2\u17b6"),
        ("ឨ ឲ្យ អោយ ឱ្យ", "ឨ ឲ្យ អោយ ឱ្យ"),  # spellings stay
        ("ក\u200bខ \u200bគ\u200b។\u200b", "កខ គ។"),
        ("COVID-១៩ 1,500.50 «A\tB»\r\n", "COVID-១៩ 1,500.50 «A\tB»\r\n"),
        ("a\u200bb می\u200cخ 👩\u200d🚀 ❤\ufe0fក", "a\u200bb می\u200cخ 👩\u200d🚀 ❤\ufe0fក"),
        ("ក\u17d2 1,500 ខ\u17d2", "ក 1,500 ខ"),
        ("", ""),
        ("\u200b", "\u200b"),
    ],
)
def test_what_is_put_right_and_what_stays(typed: str, right: str) -> None:
    assert normalize(typed) == right


def test_a_flag_that_ends_in_tags_stays() -> None:
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert sentences(f" ឈ្នះ។ {flag}\u200b ទៅ {flag} ") == ["ឈ្នះ។", f"{flag}\u200b ទៅ {flag}"]
    assert [one.kind for one in tokenize(f"ឈ្នះ {flag} ទៅ", keep="all")] == [
        "khmer",
        "space",
        "punctuation",
        "space",
        "khmer",
    ]
    assert normalize(f"ឈ្នះ{flag}ឈ្នះ\u200b") == f"ឈ្នះ{flag}ឈ្នះ"


@given(texts | st.text() | st.lists(st.sampled_from([*"កខ។៕.?! \n\"'»)(1a", "។ល។", "www.a?b", "ព.ស."])).map("".join))
@examples(300)
def test_sentences_lose_nothing_but_space(text: str) -> None:
    found = sentences(text)
    assert visible("".join(found)) == visible(text)
    assert all(found)
    at = 0
    for sentence in found:
        at = text.index(sentence, at) + len(sentence)
        assert not is_space_like(sentence[0])
        assert not is_space_like(sentence[-1])


def visible(text: str) -> str:
    return "".join(char for char in text if not is_space_like(char) and not is_tag(char))


@pytest.mark.parametrize(
    "told",
    [
        "សួស្តី។ | តើទៅណា? | ទៅ!! | បាន៕",
        "គាត់ថា «ទៅ។» | ហើយ។ | គាត់សួរ៖ «ទៅទេ?» | ទេ។",
        "សួស្តី ។ | បាទ ។ ។ | ទៅ ?! | ទេ",
        "ស្វាយ ចេក ។ល។ | គាត់ទិញ។ | ធំៗ។ | តូចៗ ។ល ។ | អស់",
        "ឆ្នាំ ២៥៦៧ ព.ស. គ.ស. នេះ ១.៥ និង 1.5 ភាគរយ។ | ឯ.ឧ. ក ទៅ។",
        "សូមមើល https://x.org/?q=1&a=!b និង www.x.org/a?b ហើយ។ | ទៅ",
        "Mr. Smith met Dr. Brown. | He left. | E.g. this one. | It cost 1.5 or 2. | Yes",
        "1. មួយ។ | 2. ពីរ។ | ក. បី",
        "មួយ\n | ពីរ\r\n\r\n | បី",
        'ថា "ទៅ។" | ហើយ។ | "មក" គាត់ថា។ | ថា (ទៅ។) | ហើយ',
        "ចាំ... មើល… ទៅ។ | a.b.c d.e ទៅ។",
    ],
)
def test_where_sentences_end(told: str) -> None:
    assert sentences(told.replace(" | ", " ")) == [one.strip() for one in told.split(" | ")]
