"""Texts to test with: ordinary Khmer, and whatever else a file can hold."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from khsearch.khmer.words.breakers import BREAKERS, breaker
from khsearch.khmer.words.sources import load
from tests.dummy_breaker import ClusterBreaker

KHMER_BLOCK = [chr(code) for code in range(0x1780, 0x1800)]
BASES = [chr(code) for code in range(0x1780, 0x17B4)]
MARKS = [chr(code) for code in (*range(0x17B4, 0x17D4), 0x17DD)]
INVISIBLE = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u17b4", "\u17b5"]
OTHERS = [
    *"abzABZ019.,-?! \n\r\t\x00\x01\x02\x03%$'\"",
    *("\u00e9", "e\u0301", "\u00df", "ไ", "ท", "ย", "中", "文", "한", "\u0661", "\uff11", "\u0e51", "\U0001d7d8"),
    *("\U0001f600", "\U0001f469\u200d\U0001f680", "\ud800", "\udfff", "\u2028", "\u202e", "\u200f", "\ufffd"),
    *("\U0010ffff", "\U000e0041", "\u19e0"),
]
WORDS = ["ការ", "និង", "ខ្ញុំ", "ទៅ", "កម្ពុជា", "ពិការភាព", "កិច្ចប្រជុំ", "ស្រ្តី", "អោយ", "ឲ្យ", "បណ្ដាល", "១៥០.០០០", "COVID-19"]

SIGNED = [
    *("8:30", "៨:៣០:១៥", "12/03/2024", "12-03-2024", "2019-2020", "50%", "៣០០០៛", "$20", "+855-12-345", "012-345-678"),
    *(
        "G20",
        "1st",
        "e-mail",
        "don't",
        "don\u2019t",
        "U.S.A.",
        "Ph.D",
        "ព.ស.",
        "ស.រ.អ",
        "ឯ.ឧ.",
        "ៗ",
        "ៗៗ",
        "។ល។",
        "#ក",
        "@a",
    ),
    *(
        "a.b@c.org",
        "https://x.org/ក",
        "www.x.org/a_(b).",
        "x.org/",
        "a_b",
        ".",
        "-",
        "/",
        "#",
        "១០\uff05",
        "\uff10.\uff11",
    ),
]

khmer_words = st.lists(st.sampled_from(BASES + MARKS), max_size=12).map("".join) | st.sampled_from(WORDS)
_any = st.lists(st.sampled_from(KHMER_BLOCK + INVISIBLE + OTHERS), max_size=6).map("".join)
pieces = khmer_words | _any | st.text(max_size=4) | st.sampled_from(SIGNED)
texts = st.lists(pieces, max_size=8).map("".join)
"""Any text: Khmer words, random Khmer, every other kind of character."""

_khmer = st.lists(st.sampled_from(BASES + MARKS), max_size=14).map("".join)
khmer_runs = st.builds("".join, st.tuples(st.sampled_from(BASES), _khmer | st.sampled_from(["ម្ពុជា", "ារងារ"])))
"""A run of Khmer: a base and anything of the script behind it."""

OWN_WORDS = ["ការនិង", "ខ្ញុំទៅ", "កម្ពុជាពិការ", "ក", "ខគ", "ខ្ញៃឃ្លៀច", "COVID-19", "ក ខ", "A.", "é中", "កិច្ច ១", "ៗក"]
ALL_BREAKERS = [breaker(name) for name in (*BREAKERS, ClusterBreaker.name)] + [breaker("lattice", load(OWN_WORDS))]


def random_text(source: random.Random, longest: int = 12) -> str:
    """A text of the same kinds, made quickly: for tests of many thousands."""
    kinds = (WORDS, BASES, MARKS, KHMER_BLOCK, INVISIBLE, OTHERS, SIGNED)
    return "".join(source.choice(source.choice(kinds)) for _ in range(source.randint(0, longest)))
