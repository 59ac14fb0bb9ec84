"""What Whoosh's users have stored comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.errors import DocumentError, IndexDamagedError
from khsearch.whoosh import values

stored = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.binary(),
        st.datetimes().map(lambda moment: moment.replace(fold=0)),
        st.dates(),
        st.decimals(allow_nan=False),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from(["a", "$", "v"]), inner, max_size=3),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["title", "body", "$"]), stored))
def test_stored_values_keep_value_and_type(document):
    back = values.decode(values.encode(document))
    assert back == document
    assert repr(back) == repr({name: document[name] for name in back})


def test_half_of_a_character_is_refused_by_the_name_of_its_field():
    with pytest.raises(DocumentError, match=r"field 'body'.*UTF-8"):
        values.encode({"title": "a", "body": ["\ud800"]})


def test_a_damaged_stored_document_is_told():
    with pytest.raises(IndexDamagedError):
        values.decode(b"{")
