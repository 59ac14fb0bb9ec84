from __future__ import annotations

import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.khmer.text import marks, script
from khsearch.khmer.text.normalize import normalize, normalize_all
from khsearch.khmer.words.lexicon import default_lexicon
from tests.strategies import KHMER_BLOCK, MARKS, random_text, texts


def form(text: str) -> str:
    return normalize(text).text


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("\u179f\u17d2\u179a\u17d2\u178f\u17b8", "\u179f\u17d2\u178f\u17d2\u179a\u17b8"),  # RO last among subscripts
        ("\u1780\u17b6\u17d2\u179a", "\u1780\u17d2\u179a\u17b6"),  # a subscript before the vowel
        ("\u1780\u17c6\u17b6", "\u1780\u17b6\u17c6"),  # a sign after the vowel
        ("\u1780\u17b7\u17ca", "\u1780\u17ca\u17b7"),  # the shifter before the vowel
        ("\u1792\u1798\u17d2\u1798\u17cc", "\u1792\u1798\u17cc\u17d2\u1798"),  # robat right behind its base
        ("\u1780\u17c1\u17b8", "\u1780\u17be"),
        ("\u1780\u17b8\u17c1", "\u1780\u17be"),
        ("\u1780\u17c1\u17b6", "\u1780\u17c4"),
        ("\u1780\u17b6\u17b6", "\u1780\u17b6"),
        ("\u1780\u17d2\u178f\u17d2\u178f", "\u1780\u17d2\u178f"),
        ("\u1780\u17d2\u17d2\u178f", "\u1780\u17d2\u178f"),
        ("\u1780\u17d2", "\u1780"),  # a coeng with nothing below
        ("\u178e\u17d2\u178a", "\u178e\u17d2\u178f"),  # subscript DA looks like subscript TA
        ("\u17a3\u17a4\u17a8\u17b2", "\u17a2\u17a2\u17b6\u17a7\u1780\u17b1"),
        ("\u1780\u17b4\u17b5\u1780", "\u1780\u1780"),
        ("អោយ", "\u17b1\u17d2\u1799"),
        ("ឲ្យ", "\u17b1\u17d2\u1799"),
        ("អោយា", "អោយា"),  # another word
        ("ស\u17d2អោយ", "ស\u17d2អោយ"),
        ("ក\u200bម\u200cព\u200d\u2060\ufeff\u00adជា", "កមពជា"),
        ("COVID-១៩ \uff11\uff12", "covid-19 12"),
    ],
)
def test_one_spelling(typed: str, normal: str) -> None:
    assert form(typed) == normal


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("១៥០.០០០", "150000"),
        ("150,000", "150000"),
        ("1.234.567", "1234567"),
        ("1.5", "1.5"),
        ("១,៥", "1.5"),
        ("1,500.50", "1500.50"),
        ("0.125", "0.125"),
        ("11.05.2021", "11.05.2021"),
        ("12.5.", "12.5."),
        (".5", ".5"),
        ("5,", "5,"),
    ],
)
def test_numbers(typed: str, normal: str) -> None:
    assert form(typed) == normal


def test_a_fraction_is_one_number_and_a_date_three() -> None:
    assert normalize("1.5").codes == b"\x021\x035\x02"
    assert normalize("11.05.2021").codes == b"\x0211.05.2021\x02"


@given(texts)
def test_the_short_way_gives_what_the_long_way_gives(text: str) -> None:
    short, long = normalize(text), normalize_all([text])
    assert short.codes == long.codes
    assert short.origin.tolist() == long.origin.tolist()


@given(st.lists(texts, max_size=6))
def test_a_batch_is_its_texts(batch: list[str]) -> None:
    together = normalize_all(batch)
    assert together.codes == b"\x02" + b"".join(normalize(text).codes[1:] for text in batch)
    alone = [first + place - 1 for text, first in zip(batch, together.firsts, strict=True)
             for place in normalize(text).origin.tolist()[1:-1]]  # fmt: skip
    inner = [place for place, code in zip(together.origin.tolist(), together.codes, strict=True) if code != script.END]
    assert inner == alone


@given(texts)
def test_every_code_leads_back_to_a_character_like_it(text: str) -> None:
    normal = normalize(text)
    assert len(normal.codes) == len(normal.origin)
    for code, place in zip(normal.codes[1:-1], normal.origin.tolist()[1:-1], strict=True):
        origin = script.code_of(text[place - 1])
        assert script.CLASS[origin] == script.CLASS[code] or code == script.POINT or origin in b"\xa4\xa8"


@given(texts)
def test_normal_form_is_stable(text: str) -> None:
    once = normalize(text)
    assert normalize(once.text).codes == once.codes


def test_every_character_of_the_block_in_every_place() -> None:
    for char in KHMER_BLOCK:
        for text in (char, f"ក{char}", f"{char}ក", f"ក្{char}", f"ក{char}{char}", f"a{char}1"):
            normal = normalize(text)
            assert normalize(normal.text).codes == normal.codes
            assert not len(marks.out_of_order(normal.array))


def test_marks_in_any_order_are_one_spelling() -> None:
    source = random.Random(7)
    units = ["\u17cc", "\u17d2\u1798", "\u17d2\u179a", "\u17ca", "\u17b8", "\u17c6", "\u17cb"]
    for _ in range(300):
        chosen = source.sample(units, source.randint(1, len(units)))
        shuffled = source.sample(chosen, len(chosen))
        assert form("ក" + "".join(chosen)) == form("ក" + "".join(shuffled))


def test_hostile_sizes() -> None:
    assert form("") == ""
    long_cluster = "ក" + "្ខ" * 40 + "ា" * 1000
    assert form(long_cluster) == "ក្ខា"
    assert len(normalize("\u200b" * 100_000).codes) == 2
    source = random.Random(5)
    normalize_all([random_text(source, 50_000)])


def plainly_joined(number: str) -> str:
    """What a number becomes, told group by group."""
    first, *rest = re.split(r"([.,])", number)
    signs, groups = rest[::2], rest[1::2]
    if not groups:
        return number
    in_threes = [len(group) == 3 for group in groups]
    if all(in_threes) and first != "0":
        return first + "".join(groups)
    if all(in_threes[:-1]) and signs[-1] not in signs[:-1]:
        return first + "".join(groups[:-1]) + "\x03" + groups[-1]
    return number


@given(st.lists(st.sampled_from(["0", "1", "000", "25", "250", ".", ",", " ", "a", "ក"]), max_size=30).map("".join))
def test_numbers_as_told_group_by_group(text: str) -> None:
    pieces = re.split(r"([0-9]+(?:[.,][0-9]+)*)", text)
    expected = "".join(plainly_joined(piece) if i % 2 else piece for i, piece in enumerate(pieces))
    assert form(text).replace(".", "\x03") == expected.replace(".", "\x03")


_DISORDERED = st.lists(
    st.sampled_from(
        ["ក", "ប", "ស", "\u17d2", "\u17d2រ", "\u17d2ខ", "\u17bb", "\u17b7", "\u17b8", "\u17c1", "\u17b6", *MARKS]
    ),
    max_size=40,
).map("".join)


@given(st.lists(_DISORDERED, max_size=3))
def test_few_clusters_are_mended_as_many_are(batch: list[str]) -> None:
    forms = []
    for few in (0, 1 << 30):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(marks, "_FEW", few)
            found = normalize_all(batch)
            again = normalize_all([found.text])
        forms.append((found.codes, found.origin.tolist()))
        assert again.codes == found.codes or len(batch) != 1
    assert forms[0] == forms[1]


def test_a_cluster_keeps_few_subscripts() -> None:
    for count in (1, 2, 3, 4, 5, 9, 2_000):
        below = "".join("\u17d2" + "ខគង"[i % 3] for i in range(count))
        assert form("ក" + below) == "ក" + below[: 2 * marks.MOST_SUBSCRIPTS]
        assert form("ក" + below + "\u17d2រ\u17b6") == form("ក\u17d2រ\u17b6" + below)
        assert form("ក" + below + "\u17d2រ").endswith("\u17d2រ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ទ្បើង", "ឡើង"),
        ("សំទ្បេង", "សំឡេង"),
        ("ក្រទ្បាប់", "ក្រឡាប់"),
        ("ទ្រ្បា", "ឡ្រា"),
        ("ស\u17bb\u17b8", "ស\u17ca\u17b8"),
        ("ស\u17b8\u17bb", "ស\u17ca\u17b8"),
        ("ហ្ស\u17b7\u17bbក", "ហ្ស\u17ca\u17b7ក"),
        ("ម\u17ba\u17bbន", "ម\u17c9\u17baន"),
        ("យ\u17bb\u17d0រ", "យ\u17c9\u17d0រ"),
        ("ញ\u17bb\u17b6\u17c6", "ញ\u17c9\u17b6\u17c6"),
        ("ស\u17bb\u17c1\u17b8ប", "ស\u17ca\u17beប"),
        ("ស\u17bb\u17beប", "ស\u17ca\u17beប"),
    ],
)
def test_encodings_that_look_right_are_put_right(typed: str, meant: str) -> None:
    assert form(typed) == form(meant)
    assert normalize_all([typed, meant]).codes.split(b"\x02")[1:3] == [normalize(meant).codes[1:-1]] * 2


@pytest.mark.parametrize(
    "text", ["ស្ទ្បា", "ក\u17bb\u17c6", "ក\u17bb\u17c7", "ក\u17b6\u17bb", "ក\u17bb\u17cb", "ទប", "ទ្ពា"]
)
def test_what_only_resembles_these_stays(text: str) -> None:
    assert form(text) == normalize_all([text]).text
    assert "\u17c9" not in form(text)
    assert "\u17ca" not in form(text)
    assert "ឡ" not in form(text)


def test_under_ba_u_stays_since_either_shifter_may_be_meant() -> None:
    assert form("ប\u17bb\u17b7ច") == "ប\u17b7\u17bbច"


def test_no_two_words_of_the_lexicon_become_one_but_two_spellings_of_it() -> None:
    """What the lexicon has with such an encoding is either no other word of it, or the same word spelt right."""
    words = default_lexicon().model.words
    changed = {word: form(word) for word in words if form(word) != word}
    assert len(set(changed.values())) == len(changed)
    assert all(right in words or words[wrong] > 13_000 for wrong, right in changed.items())


@given(texts)
def test_a_stretch_ends_before_what_nobody_sees_behind_it(text: str) -> None:
    normal = normalize("ក" + text + "\u200b\u200b\ufeffខ")
    end = len(normal.codes) - 2
    first, last = normal.spans(np.array([1]), np.array([end]))
    assert normal.raw[int(last[0]) - 1] not in "\u200b\ufeff"
    assert int(first[0]) == 1
