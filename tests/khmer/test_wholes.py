"""Whole words beyond what a joiner joins: what signs make one word, whatever the breaker; phrases; hostile texts."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from khsearch.khmer import Analyzer, breaker
from khsearch.khmer.terms.patterns import spans
from khsearch.khmer.terms.tokens import Token
from khsearch.khmer.terms.wholes import phrases_of
from khsearch.khmer.text.normal_text import NormalText
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words.breakers import Breaker
from khsearch.khmer.words.modes import joiner_of
from tests.dummy_breaker import ClusterBreaker
from tests.dummy_joiner import JOINING, JoiningBreaker, PairJoiner
from tests.khmer.test_laws import check_laws, check_whole_batch, named
from tests.strategies import ALL_BREAKERS, random_text

CLUSTERS = Analyzer(breaker(ClusterBreaker.name))


def whole(text: str, analyzer: Analyzer = CLUSTERS) -> list[str]:
    """Words of a text, in mode "word", as they stand."""
    return [text[token.start : token.end] for token in analyzer.tokens(text, "word")]


# Each text is written with | between its words; signs between words stand by themselves or not at all.
TABLE = """
8:30 | ៨:៣០:១៥ | 1:1000
ម៉ោ|ង|៨:៣០
12/03/2024 | ១២/០៣/២០២៤ | 1/2 | 24/7
12-03-2024 | 2024-03-12 | 12-03-24 | 2024.03.12 | 11.05.2021 | 2024-03-12T08:30:00
2019|-|2020 | 10|-|15 | 8:30|-|9:30 | 2024|-|03|-|12|-|05
1.2.3 | 10.0.0.1 | 150.000 | 1.5 | 1,500.50
1|,|2|,|3
50% | ៥០% | 12.5% | 50\uff05 | 5\u2030 | $20 | 20$ | US$5 | €5 | 20€ | ៣០០០៛ | ៛៣០០០ | -|5 | $1,500.50
+855 | +85512345678 | +855-12-345-678 | 012-345-678 | 012-345678 | 012 | 345 | 678 | 1|+|1
1st | 21st | 2nd | 5kg | 20k | 4G
ទី|១១ | ទី|១|ក
G20 | iPhone15 | COVID-19 | F-16 | e-mail | Ang-Duong | 5-year-old | covid\u201119 | \uff27\uff12\uff10
ក|COVID-19|ន | ក|G20|ន
don't | don\u2019t | l'eau | l'été | col-lecció
a_b | snake_case_name | _|a|_ | a|--|b
U.S.A. | U.S.A | e.g. | Ph.D. | Ph.D | p.m. | Node.js | end|. | A|.
ព.ស. | ព.ស | ស.រ.អ. | ឯ.ឧ. | ក|ព.ស.|២៥៦៧ | ឯ.ឧ.|ហ៊ុ|ន | ស.វ.|ទី|១៩ | ព.ស|២៥៦៧ | ភី.ធី | ឯ|.|ឧ|ហ៊ុ | ក|ខ|.|ក|ខ
ធំៗ | ធំ\u200bៗ | ក|ធំៗ|តូ|ចៗ
a.b@c.org | a_b+c@d-e.co.uk | a|@|b
https://x.org/a?b=1&c | http://x.org/ក | (|https://en.org/a_(b)|) | www.x.org|. | x.org | x.org/a/b|, | a|/|b
https://x.org/a|នៅ | https://x.org:80/?a=ខគ | www.x.org|.|ក
@name | #word | #ក | #កខ_ក1 | a|#|b
ក|។ល។ | ។ល។|ក | ក|។|ល | ល|។
ไทย|2024москва7été | gmail|部署
"""


def cells() -> list[tuple[str, list[str]]]:
    found = []
    for line in TABLE.strip().splitlines():
        for cell in line.split(" | "):
            words = [word for word in cell.split("|") if any(map(str.isalnum, word.replace("ៗ", "")))]
            found.append((cell.replace("|", ""), words))
    return found


@pytest.mark.parametrize(("text", "words"), cells())
def test_what_signs_make_one_word(text: str, words: list[str]) -> None:
    assert whole(text) == words
    assert whole(f"ក {text} ក") == ["ក", *words, "ក"]
    check_whole_batch(CLUSTERS, ["", text, f"ក {text}", f"{text}\n{text}"])


def test_no_word_reaches_over_a_space() -> None:
    for space in " \u00a0\t\n":
        assert whole(f"COVID{space}-19 ធំ{space}ៗ 5{space}%") == ["COVID", "19", "ធំ", "5"]


def test_patterns_are_the_same_for_every_breaker() -> None:
    text = "ព.ស. ៥០% ក្មេងៗ a.b@c.org ។ល។"
    for chosen in [*ALL_BREAKERS, *JOINING]:
        if chosen.name != "clusters" and phrases_of(joiner_of(chosen)) is None:
            assert whole(text, Analyzer(chosen)) == ["ព.ស.", "៥០%", "ក្មេងៗ", "a.b@c.org", "។ល។"]


def test_tokens_have_terms_kinds_and_atoms() -> None:
    found = CLUSTERS.tokens("១២/០៣/២០២៤ ៥០\uff05 ធំៗ don\u2019t 20€ G20 été 中 ក.ខ. #ក1 ។ល។ ក", "word")
    assert [(token.term, token.kind) for token in found] == [
        ("12/03/2024", "number"),
        ("50%", "number"),
        ("ធំៗ", "khmer"),
        ("don't", "latin"),
        ("20€", "number"),
        ("g20", "latin"),
        ("été", "latin"),
        ("中", "other"),
        ("ក.ខ.", "khmer"),
        ("#ក1", "other"),
        ("។ល។", "punctuation"),
        ("ក", "khmer"),
    ]
    assert [token.position for token in found] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]
    date = found[0]
    assert [(part.term, part.position, part.start, part.end) for part in date.parts] == [
        ("12", 0, 0, 2),
        ("03", 1, 3, 5),
        ("2024", 2, 6, 10),
    ]
    assert date.parts[0].parts == (date.parts[0],)
    assert repr(date) == "Token(term='12/03/2024', position=0, start=0, end=10, kind='number')"
    assert {date: 1}[Token("12/03/2024", 0, 0, 10, "number", date.parts)] == 1


class Phrases:
    """Phrases to copy: stretches of codes by heart."""

    def __init__(self, *forms: str) -> None:
        self.forms = [normalize(form).codes[1:-1] for form in forms]

    def spans(self, normal: NormalText, starts: Sequence[int], ends: Sequence[int]) -> list[tuple[int, int]]:
        """Wherever one stands, whole or not."""
        found = []
        for form in self.forms:
            at = normal.codes.find(form)
            while at >= 0:
                found.append((at, at + len(form)))
                at = normal.codes.find(form, at + 1)
        return found


class PhraseJoiner(PairJoiner):
    """A joiner with phrases."""

    def __init__(self, *forms: str) -> None:
        self.phrases = Phrases(*forms)


def with_phrases(*forms: str) -> Analyzer:
    chosen: Breaker = JoiningBreaker(breaker(ClusterBreaker.name))
    chosen.joiner = PhraseJoiner(*forms)  # type: ignore[attr-defined]
    return Analyzer(chosen)


def test_phrases_come_before_patterns_and_the_joiner() -> None:
    analyzer = with_phrases("ខ គ", "ខ", "b-1", "ចៗឆ", "ម", "x")
    for text, words in [
        ("កខគឃ", ["ក", "ខ", "គឃ"]),
        ("កខ គឃ", ["ក", "ខ គ", "ឃ"]),
        ("a-b-1-c", ["a", "b-1", "c"]),
        ("ចៗឆជ", ["ចៗឆ", "ជ"]),
        ("ចៗៗឆ", ["ចៗៗ", "ឆ"]),
        ("ម្ពុម", ["ម្ពុ", "ម"]),
        ("ax x", ["ax", "x"]),
    ]:
        assert whole(text, analyzer) == words
        check_whole_batch(analyzer, [text, "", text])


def test_a_mark_that_stands_on_no_letter_goes_with_its_number() -> None:
    (token,) = CLUSTERS.tokens("0\u0300", "word")
    assert (token.term, token.kind, len(token.parts)) == ("0\u0300", "number", 1)


@pytest.mark.parametrize("text", ["ក\uff0eខ", "\uff03ក", "http\uff1a\uff0f\uff0fx", "a\uff3f\uff3f\u200b\uff3fb"])
def test_signs_of_full_width_are_read_alike_alone_and_in_a_batch(text: str) -> None:
    assert whole(text) == [text]
    check_whole_batch(CLUSTERS, ["ក", text, "ក ’ ក"])


def test_a_joiner_that_joins_badly_is_told() -> None:
    class Odd(PairJoiner):
        def join_run(self, clusters: Sequence[bytes], counts: Sequence[int]) -> list[int]:
            return [len(counts) + 1]

        def join_all(self, codes, clusters, begins, numbers=None):  # type: ignore[no-untyped-def]
            return ~begins

    chosen = JoiningBreaker(breaker(ClusterBreaker.name))
    chosen.joiner = Odd()
    with pytest.raises(ValueError, match="mend it"):
        Analyzer(chosen).tokens("កខគ", "word")
    with pytest.raises(ValueError, match="mend it"):
        Analyzer(chosen).whole_batch(["កខគ"])


HOSTILE = [
    *(".", "1", "@", "a.", "1.", "a@", "1-", "a-", "a@a-", "1-1@", "www.", "http://", "http://(", ")", "(", "#", "#ក"),
    *("ក.", "ក.ក", "a'", "_", "a_", "$", "1$", "$1", "+1-", "01-", "12-", "a@a.", "a1", "ៗ", "កៗ", "/", "a.bc/"),
    *("1:", "។ល។", "។", "a.b@", "%", "a.b.c1-", "http://ក/", "-+a", "0_-", "a_ក", "''", "៛", "១៛", "ក#"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    codes = normalize(piece * 50_000).codes  # at quadratic cost, minutes
    for end in (b"", b"@", b"!", b"a"):
        for _ in spans(codes[1:-1] + end, 0, len(codes) - 2 + len(end)):
            pass


@pytest.mark.slow
@pytest.mark.parametrize("chosen", [*ALL_BREAKERS, *JOINING], ids=named)
def test_twenty_thousand_random_texts_in_both_modes(chosen: Breaker) -> None:
    source = random.Random(16)
    analyzer = Analyzer(chosen)
    for _ in range(20_000 if chosen.name != "icu" else 3_000):
        texts = [random_text(source) for _ in range(2)]
        check_laws(chosen, texts[0])
        check_whole_batch(analyzer, texts)
