"""How terms score, by hand: the idfs by name, and what a scale with boosts refuses."""

import math

import pytest

from khsearch.engine import BoostedScale, FieldScale, boosts_of, term_weight


def test_a_scale_names_its_idf():
    assert term_weight(8, 2, FieldScale()) == term_weight(8, 2, BoostedScale(idf="lucene")) == math.log(1 + 6.5 / 2.5)
    assert term_weight(8, 2, BoostedScale()) == math.log(8 / 3) + 1
    assert term_weight(8, 8, BoostedScale(weight=2)) == 2 * (math.log(8 / 9) + 1)
    assert term_weight(8, 2, BoostedScale(weight=3, idf="none")) == 3
    assert term_weight(0, 0, BoostedScale()) == 1  # a term of an index in which all documents are deleted


def test_a_plain_scale_has_no_boosts():
    assert boosts_of(FieldScale()) == boosts_of(BoostedScale()) == (1.0, "")
    assert boosts_of(BoostedScale(boost=2, boosts="x")) == (2, "x")


@pytest.mark.parametrize("wrong", [{"idf": "bm25"}, {"boost": math.nan}, {"boost": "2"}, {"k1": -1}])
def test_what_no_score_comes_from_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} takes"):
        BoostedScale(**wrong)
