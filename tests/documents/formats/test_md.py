"""md: words without signs of markup, and the head as title and fields."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.documents import Document, reasons
from khsearch.documents.formats.front_matter import head_of
from tests.documents.formats.making import RAIN, RICE, one, read, refused


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("**ស្រូវ**វស្សា", "ស្រូវវស្សា"),
        ("*ក* _ខ_ ***គ*** ~~ឃ~~ __ង__", "ក ខ គ ឃ ង"),
        ("snake_case 2 * 3 5*3 a_b_c", "snake_case 2 * 3 5*3 a_b_c"),
        ("[ស្រូវ](http://x.kh/a_(b) 'ចំណង')វស្សា [ក][1] [ខ]", "ស្រូវវស្សា ក [ខ]"),
        ("![រូប](a.png) [![រូប](a.png)](b)", "រូប រូប"),
        ("`a*b*` ``c`d`` \\*ក\\*", "a*b* c`d *ក*"),
        ("<b>ស្រូវ</b>វស្សា <http://x.kh> &amp; 1 < 2", "ស្រូវវស្សា  & 1 < 2"),
        ("> - [x] ក", "ក"),
        ("| ក | **ខ** |", "ក\tខ"),
        ("## ក ##", "ក"),
        ("#ក", "#ក"),
        ("ក[^1]\n[^1]: ខ", "ក\n ខ"),
        ("ក <!-- x\ny --> ខ <!-- គ", "ក  ខ <!-- គ"),
        ("```py\nx = **y**\n# z\n```\nក", "x = **y**\n# z\nក"),
        ("| ក |\n|---|\n| ខ |\n\n---\n[1]: http://x", "ក\nខ\n"),
        ("1. ក\n2. ខ", "1. ក\n2. ខ"),
    ],
)
def test_signs_go_and_words_stay(line, plain):
    assert one(f"{RICE}\n\n{line}", "md").text == f"{RICE}\n\n{plain}".strip("\n")


def test_the_title_is_that_of_the_head_or_the_first_heading_or_the_first_line():
    assert one(f"---\ntitle: ក\n---\n# {RICE}", "md").title == "ក"
    assert one(f"{RAIN}\n\n## {RICE}\n# ខ", "md").title == RICE
    assert one(f"{RAIN}\n\n{RICE}\n=====\n", "md").title == RICE
    assert one(f"{RAIN}\n", "md").title == RAIN


def test_the_head_becomes_fields():
    head = """---
title: "ចំណងជើង: ទីមួយ"   # ours
date: 2021-05-11
when: 2021-05-11 08:30:00
authors: [សុខា, "ចាន់, ក"]
tags:
  - ស្រូវ
  - 'it''s'
count: 5
share: 0.5
draft: false
empty:
nothing: ~
phone: 012345678
ប្រភេទ: ព័ត៌មាន
---
"""
    assert one(head + RICE, "md") == Document(
        "a",
        "ចំណងជើង: ទីមួយ",
        RICE,
        {
            "date": date(2021, 5, 11),
            "when": datetime(2021, 5, 11, 8, 30),
            "author": ["សុខា", "ចាន់, ក"],
            "tags": ["ស្រូវ", "it's"],
            "count": 5,
            "share": 0.5,
            "draft": False,
            "phone": "012345678",
            "ប្រភេទ": "ព័ត៌មាន",
        },
    )
    toml = f'+++\ntitle = "ក"\ndate = 2021-05-11\ntags = ["a", "b"]\n[x]\ny = 1\n+++\n{RICE}'
    remark, document = read(toml, "md")
    assert document == Document("a", "ក", RICE, {"date": date(2021, 5, 11), "tags": ["a", "b"]})
    assert "'x' in its head is not read" in remark.text


def test_what_the_head_says_in_other_ways_is_told_and_left_out():
    *remarks, document = read(f"---\na: |\n  lines\nb: {{c: 1}}\nd: [1,\nbig: {9**40}\ne: 1\n---\n{RICE}", "md")
    assert document.fields == {"big": str(9**40), "e": 1}
    assert [remark.text.split(" is")[0] for remark in remarks] == [f"line {n} of its head" for n in (2, 3, 4, 5)]
    remark, document = read(f"+++\nno toml\n+++\n{RICE}", "md")
    assert "no TOML" in remark.text
    assert document.text == RICE


def test_rules_at_the_beginning_are_no_head():
    assert one(f"---\n{RICE}", "md").text == RICE
    assert refused("---\n---\n", "md").reason == reasons.EMPTY


@given(st.text(max_size=200))
def test_a_head_takes_nothing_from_the_text_behind_it(text):
    assert head_of(f"---\na: 1\n---\n{text}").text == text or "\n---" in text or text.startswith(("---", "..."))
    assert head_of(text).text in text


@given(st.text(alphabet="កខគaz \n", max_size=80))
def test_words_without_markup_are_as_they_were(text):
    if text.strip():
        assert one(f"x\n{text}", "md").text.split() == f"x\n{text}".split()
