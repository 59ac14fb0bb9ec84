"""Other spellings: the tables that ship, a user's file, the rules, and offsets that fall between clusters."""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.errors import LexiconError
from khsearch.khmer.spelling import variants as room
from khsearch.khmer.spelling.forms import Forms, units_of
from khsearch.khmer.spelling.groups import read_groups
from khsearch.khmer.spelling.variants import BUILT_IN, Alternative, Variants, default_variants
from khsearch.khmer.terms.analyzer import Analyzer, cluster_spans
from khsearch.khmer.text.normalize import normalize
from khsearch.khmer.words.breakers import breaker
from khsearch.khmer.words.lexicon import default_lexicon
from tests.strategies import khmer_words, texts

VARIANTS = default_variants()
SPELLINGS = [group for group in VARIANTS.groups if group.weight == 1]

# Spellings of one word that are both among the words met more than twenty times in a million.
BOTH_FREQUENT = {
    ("ចរាចរណ៍", "ចរាចរ"): "traffic: the ending -n is not spoken",
    ("ច័ន្ទ", "ចន្ទ"): "Monday, the moon: with and without the sign",
    ("ត្រឡប់", "ត្រលប់"): "to return: two letters L",
    ("ទូរសព្ទ", "ទូរស័ព្ទ"): "telephone: with and without the sign",
    ("នីមួយ", "និមួយ"): "each: long and short vowel",
    ("ប៉ូលិស", "ប៉ូលីស"): "police",
    ("ព័ត៌មាន", "ពត៌មាន"): "news: with and without the sign",
    ("រយៈ", "រយះ"): "duration: two signs that look alike",
    ("រំលឹក", "រំឭក"): "to remind: the independent vowel, or a letter with a vowel",
    ("លក្ខខណ្ឌ", "ល័ក្ខខ័ណ្ឌ"): "condition: with and without the signs",
    ("លឺ", "ឮ"): "to hear: the independent vowel, or a letter with a vowel",
    ("វិវត្តន៍", "វិវត្ត"): "evolution: the ending -n is not spoken",
    ("សម្បូរ", "សម្បូរណ៍"): "plenty: a silent ending",
    ("សំបូរ", "សម្បូរណ៍"): "the same",
    ("សម្ព័ន្ធ", "សម្ពន្ធ"): "alliance: with and without the sign",
    ("សម្ភារៈ", "សម្ភារ"): "material: the ending is not always spoken",
    ("សម្ភាសន៍", "សម្ភាស"): "interview: the ending -n is not spoken",
    ("សម្លាញ់", "សំឡាញ់"): "friend",
    ("សាធារណៈ", "សាធារណ"): "public: as a word and as a part of compounds",
    ("សិល្បៈ", "សិល្ប"): "art: as a word and as a part of compounds",
    ("សំណួរ", "សំនួរ"): "question: two letters N",
    ("សំឡេង", "សំលេង"): "sound: two letters L",
    ("ស្ថានីយ៍", "ស្ថានីយ"): "station: a sign that is not spoken",
    ("ស្រឡាញ់", "ស្រលាញ់"): "to love: two letters L",
    ("អគារ", "អាគារ"): "building",
    ("អគ្គិភ័យ", "អគ្គីភ័យ"): "fire: short and long vowel",
    ("អនុវត្ត", "អនុវត្តន៍"): "to practise: the ending -n is not spoken",
    ("អភិវឌ្ឍន៍", "អភិវឌ្ឍ"): "to develop: the ending -n is not spoken",
    ("ឫទ្ធិ", "រិទ្ធិ"): "power: the independent vowel, or a letter with a vowel",
    ("ក្លឹប", "ក្លិប"): "club",
    ("អ៊ីចឹង", "អីចឹង"): "so: spoken language has no settled spelling",
    ("អ៊ីចឹង", "អញ្ចឹង"): "the same",
    ("អីចឹង", "អញ្ចឹង"): "the same",
    ("បូរី", "បុរី"): "housing estate, town",
    ("ពោធិ៍", "ពោធិ"): "bodhi tree: a sign that is not spoken",
    ("មីនា", "មិនា"): "March",
    ("កម្លាំង", "កំឡាំង"): "strength: two letters L",
    ("កំឡាំង", "កំលាំង"): "the same",
}

# Pairs of words that sound or look nearly alike and are not the same: "two" and "from", "wife" and "system", ...
TWO_WORDS = ["ពី ពីរ", "ប្រពន្ធ ប្រព័ន្ធ", "និង នឹង", "បណ្តឹង បន្តឹង", "គូ គូរ", "ប្រាសាទ ប្រសាទ", "អាច អាចម៍", "ផ្សា ផ្សារ"]


typed = Analyzer(breaker()).typed


def others(text: str, variants: Variants = VARIANTS) -> set[str]:
    return {item.spelling for item in variants.alternatives(typed(text))}


def form(text: str) -> str:
    return normalize(text).text


def infix_folded(text: str) -> str:
    """The infix -am- in one spelling."""
    return re.sub("\u1798\u17d2([\u1780-\u17a2])", lambda found: "\u17c6" + found[1], form(text))


def test_every_group_has_a_reason_and_forms_that_differ():
    assert len(VARIANTS.groups) > 500
    for group in VARIANTS.groups:
        assert group.reason
        assert 0 < group.weight <= 1
        forms = [normalize(spelling).codes for spelling in group.spellings]
        assert len(forms) == len(set(forms)) >= 2, group


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_file_is_as_sound_as_a_file_of_a_user_must_be(name):
    groups = read_groups(Path(room.__file__).parent.parent / "data" / name)
    assert set(groups) <= set(VARIANTS.groups)


def test_no_spelling_stands_in_two_groups():
    seen: dict[str, str] = {}
    for group in SPELLINGS:
        for spelling in group.spellings:
            assert seen.setdefault(form(spelling), group.spellings[0]) == group.spellings[0], spelling


def test_no_group_merges_two_frequent_words():
    costs = default_lexicon().model.words
    frequent = -1000 * math.log(20 / 1e6)
    strange = []
    for group in SPELLINGS:
        words = [spelling for spelling in group.spellings if costs.get(form(spelling), 99_999) <= frequent]
        strange += [
            pair
            for pair in combinations(words, 2)
            if pair not in BOTH_FREQUENT
            and pair[::-1] not in BOTH_FREQUENT
            and infix_folded(pair[0]).replace("ដ", "ត") != infix_folded(pair[1]).replace("ដ", "ត")
        ]
    assert strange == []


@pytest.mark.parametrize("pair", TWO_WORDS)
def test_two_words_stay_two(pair):
    one, other = pair.split()
    assert other not in others(one)
    assert one not in others(other)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ពត៌មាន", "ព័ត៌មាន"),
        ("អោកាស", "ឱកាស"),
        ("ដៃគូរ", "ដៃគូ"),
        ("សំរាប់", "សម្រាប់"),
        ("សម្រាប់", "សំរាប់"),
        ("សំដែង", "សម្តែង"),
        ("ប៉ូលីស", "ប៉ូលិស"),
        ("រយះពេល", "រយៈពេល"),
        ("ប\u17bb\u17b7ច", "ប\u17ca\u17b7ច"),  # a register shifter typed as the vowel U
        ("ប្រយោជន\u17cf", "ប្រយោជន៍"),
        ("កូវីដ-១៩", "COVID-19"),
        ("Covid-19", "កូវីដ-១៩"),
        ("គ.ជ.ប", "គណៈកម្មាធិការជាតិរៀបចំការបោះឆ្នោត"),
        ("ព.ស.", "ពុទ្ធសករាជ"),
        ("ម្នាក់ៗ", "ម្នាក់ម្នាក់"),
        ("ម្នាក់ម្នាក់", "ម្នាក់ៗ"),
    ],
)
def test_finds_the_other_spelling(text, meant):
    found = [item for item in VARIANTS.alternatives(typed(text)) if form(item.spelling) == form(meant)]
    assert [(item.start, item.end) for item in found] == [(0, len(text))]


def test_inside_a_run_and_across_invisible_characters():
    text = "តាមពត៌\u200bមានថ្មី"
    found = VARIANTS.alternatives(typed(text))
    assert {text[item.start : item.end] for item in found} == {"ពត៌\u200bមាន"}
    assert found[0].spelling == "ព័ត៌មាន"


def test_short_spellings_only_where_a_word_stands():
    assert "ដែល" in others("ទៀតដេលកំពុង")
    assert others("ដេលី") == set()


def test_words_of_other_scripts_only_whole():
    assert "អ.ស.ប." in others("UN 2021")
    assert others("under") == others("run") == set()


def test_words_of_other_scripts_are_compared_as_their_terms_are(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("ឯកសារ\t\uff26\uff29\uff2c\uff25\tname\n", "utf-8")
    for text in ("file", "\ufb01le", "\uff46\uff49\uff4c\uff45"):
        assert others(text, Variants.read(path)) == {"ឯកសារ"}
    assert others("\uff35\uff2e") == others("UN")


def test_a_users_file_adds_to_what_there_is(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("# ours\n\nក្រុមហ៊ុន ក\tABC Co\tour name 0.5\nចំណុច\tចុច\tslip\n", "utf-8")
    own = Variants.read(path)
    assert own.alternatives(typed("abc co")) == [Alternative(0, 6, "ក្រុមហ៊ុន ក", 0.5)]
    both = VARIANTS.joined(own)
    assert {"ចុច", "ចំនុច"} <= others("ចំណុច", both)


def test_letters_of_other_scripts_are_told_apart(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("ភ្នំពេញ\t金边\tname\n", "utf-8")
    own = Variants.read(path)
    assert others("金边", own) == {"ភ្នំពេញ"}
    assert others("中国", own) == set()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ចំណុច\tslip", "two spellings"),
        ("ចំណុច\t\tslip", "two spellings"),
        ("ចំណុច\tចំនុច\t", "two spellings"),
        ("ចំណុច\tចំណុច\tslip", "line 2"),
        ("ច\u17bb\u17c6\tច\u17c6\u17bb\tslip", "line 2"),  # one word, its marks in two orders
        ("ចំណុច\t\u200b\tslip", "no letter"),
        ("ចំណុច\tចំនុច\tslip 1.5", "up to 1"),
        ("ចំណុច\tចំនុច\t0.5", "up to 1"),
        ("ok\tokay\tslip\nokay\toké\tslip", "line 2"),
    ],
)
def test_a_line_that_is_no_group_is_named(tmp_path, line, why):
    path = tmp_path / "own.tsv"
    path.write_text("# comment\n" + line + "\n", "utf-8")
    with pytest.raises(LexiconError, match=rf"own\.tsv, line [23]: .*{why}"):
        Variants.read(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(LexiconError, match=r"none\.tsv"):
        Variants.read(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(b"\xe9\t\xe8\tslip\n")
    with pytest.raises(LexiconError, match=r"latin\.tsv"):
        Variants.read(tmp_path / "latin.tsv")


listed = st.sampled_from([spelling for group in VARIANTS.groups for spelling in group.spellings])


@given(text=st.lists(texts | khmer_words | listed, max_size=5).map("".join))
def test_offsets_fall_between_clusters(text):
    inner = {place for start, end in cluster_spans(text) for place in range(start + 1, end)}
    for item in VARIANTS.alternatives(typed(text)):
        assert 0 <= item.start < item.end <= len(text)
        assert item.start not in inner
        assert item.end not in inner
        assert normalize(item.spelling).codes != normalize(text[item.start : item.end]).codes
        assert 0 < item.weight <= 1


@given(spelling=listed)
def test_every_listed_spelling_finds_its_group(spelling):
    assert others(spelling) & {
        other for group in VARIANTS.groups if spelling in group.spellings for other in group.spellings
    }


odd = st.sampled_from(
    [
        "\u00e9t\u00e9",
        "EU",
        "\u017fo",
        "so",
        " \u1780",
        "\u1780",
        "\u1780\u17b6",
        "12",
        "1,5",
        "a\u00e9",
        "! \n !",
        "1 2",
    ]
)


@given(
    spellings=st.lists(odd | listed | texts.filter(str.strip), max_size=12), text=st.lists(odd | listed).map("".join)
)
def test_spellings_are_found_where_their_units_stand(spellings: list[str], text: str) -> None:
    forms = Forms(spellings)
    whole = [tuple(units_of(normalize(spelling.strip()))) for spelling in spellings]
    assert [forms.units(number) for number in range(len(spellings))] == whole
    for units in [units_of(normalize(text)), *map(list, whole)]:
        for at in range(len(units)):
            expected: dict[int, list[int]] = {}
            for number, wanted in enumerate(whole):
                if wanted and tuple(units[at : at + len(wanted)]) == wanted:
                    expected.setdefault(at + len(wanted), []).append(number)
            assert forms.standing(units, at) == sorted(expected.items())
