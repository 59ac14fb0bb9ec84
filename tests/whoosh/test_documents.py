"""An Index as a whoosh.index.Index, and Whoosh's queries given to Index.search."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import whoosh.index
from whoosh import fields, query, scoring, sorting
from whoosh.qparser import QueryParser
from whoosh.writing import AsyncWriter, BufferedWriter, IndexingError

from khsearch import Document, DocumentError, Index, IndexMismatchError, IndexStoreError, Ranking, Stage
from khsearch.agreement import Agreement
from khsearch.whoosh import create_in, open_dir
from khsearch.whoosh.errors import LockError
from tests.state import lexicons

FIELDS = {"size": "number", "day": "date", "kind": "keyword", "open": "boolean", "note": "text"}
WATER, SCHOOL, FISH, VILLAGE = "ទឹក", "សាលា", "ត្រី", "ភូមិ"
DOCUMENTS = [
    Document(
        "1", FISH, f"{WATER} {SCHOOL} {WATER}", {"size": 3, "day": date(2021, 5, 11), "kind": ["NGO", "Rice Field"]}
    ),
    Document("2", "", f"{SCHOOL} UNICEF", {"size": 2.5, "day": datetime(2022, 5, 1, 8, tzinfo=UTC), "open": True}),
    Document("3", WATER, f"{FISH} {WATER} {VILLAGE}", {"size": Decimal("7.50"), "kind": "ngo", "open": False}),
    Document(
        "4", "", VILLAGE, {"size": (1 << 60) + 1, "day": "2021", "note": f"{FISH} {WATER}", "other": [], "no": None}
    ),
]
PARSED = [
    (WATER, "13"),
    (f"{WATER} {SCHOOL}", "1"),
    (f'"{FISH} {WATER}"', "3"),
    (f"title:{WATER}", "3"),
    (f"note:{WATER}", "4"),
    ("id:2", "2"),
    ("unicef OR kind:ngo", "213"),
    ("kind:'rice  field'", "1"),
    ("kind:r*", "1"),
    ("kind:[m TO o]", "13"),
    ("kind:*", "13"),
    ("size:2.5", "2"),
    ("size:[2 TO 7.5]", "123"),
    ("size:[8 TO]", "4"),
    (f"size:{(1 << 60) + 1}", "4"),
    (f"size:{1 << 60}", ""),
    (f"size:[{(1 << 60) + 1} TO {(1 << 60) + 1}]", "4"),
    ("size:nan", ""),
    ('kind:"Rice  field"', "1"),
    ('day:"20210511"', "1"),
    ("day:*", "124"),
    ("day:2021", "14"),
    ("day:20210511", "1"),
    ("day:[20210101 TO 202205]", "124"),
    ("open:true", "2"),
    ("open:false", "3"),
    ("open:*", "23"),
    (f"NOT {WATER}", "24"),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    made = Index.create(tmp_path_factory.mktemp("two") / "index", fields=FIELDS, lexicon=lexicons.of_parts())
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    return made


@pytest.fixture
def own(tmp_path):
    """An index that a test may change."""
    made = Index.create(tmp_path / "index", fields=FIELDS, lexicon=lexicons.of_parts())
    with made.writer() as writer:
        writer.add_all(DOCUMENTS)
    return made


def parsed(index, text):
    return QueryParser("text", index.whoosh().schema).parse(text)


def test_the_schema_has_the_fields_of_documents(index):
    schema = index.whoosh().schema
    assert schema.names() == sorted(["id", "title", "text", *FIELDS])
    kinds = {"size": fields.NUMERIC, "day": fields.DATETIME, "kind": fields.KEYWORD, "open": fields.BOOLEAN}
    for name, kind in kinds.items():
        assert isinstance(schema[name], kind)
        assert schema[name].column_type
    assert all(field.stored for _, field in schema.items())
    assert schema["id"].unique


def test_an_own_field_that_whoosh_can_not_name_is_stored_all_the_same(tmp_path):
    index = Index.create(tmp_path / "index", fields={"_size": "number"})
    with index.whoosh().writer() as writer:
        writer.add_document(id="1", text="a", _size=3)
    with index.whoosh().searcher() as searcher:
        assert "_size" not in searcher.schema
        assert searcher.document(id="1")["_size"] == 3
    assert index.search("_size:3").total == 1


def test_stored_fields_are_those_of_the_document_and_days_are_their_first_moments(index):
    with index.whoosh().reader() as reader:
        for document, stored in zip(DOCUMENTS, reader.all_stored_fields(), strict=True):
            told = {"id": document.id, "title": document.title, "text": document.text, **document.fields}
            if document.id == "1":
                told["day"] = datetime(2021, 5, 11)
            assert stored == told
            assert {name: type(value) for name, value in stored.items()} == {n: type(v) for n, v in told.items()}


@pytest.mark.parametrize(("text", "ids"), PARSED)
def test_both_sides_find_the_same_with_the_same_scores(index, text, ids):
    q = parsed(index, text)
    with index.whoosh().searcher() as searcher:
        hits = [(hit["id"], hit.score) for hit in searcher.search(q)]
    assert {id for id, _ in hits} == set(ids)
    found = index.search(q)
    assert [(hit.id, hit.score) for hit in found] == hits
    assert [hit.document for hit in found] == [DOCUMENTS[int(id) - 1] for id, _ in hits]
    assert found.total == len(ids)


WEIGHTINGS = [scoring.BM25F(), scoring.TF_IDF(), scoring.Frequency(), scoring.BM25F(K1=2, text_B=0.1), scoring.PL2()]


@pytest.mark.parametrize("weighting", WEIGHTINGS, ids=lambda weighting: type(weighting).__name__)
def test_whoosh_s_own_weightings_score_as_in_any_index(index, tmp_path, weighting):
    schema = fields.Schema(id=fields.ID(stored=True), text=index.whoosh().schema["text"])
    other = create_in(tmp_path, schema)
    with other.writer() as writer:
        for document in DOCUMENTS:
            writer.add_document(id=document.id, text=document.text)
    for text in (WATER, f"{WATER} OR {SCHOOL}", f"{WATER} ANDMAYBE {FISH}"):
        q = parsed(index, text)
        both = [door.searcher(weighting=weighting).search(q) for door in (index.whoosh(), other)]
        one, two = ({hit["id"]: hit.score for hit in hits} for hits in both)
        assert one == pytest.approx(two)


def test_values_of_columns_are_terms(index):
    with index.whoosh().reader() as reader:
        schema = reader.schema
        told = {name: [schema[name].from_bytes(term) for term in reader.lexicon(name)] for name in FIELDS}
        assert told["kind"] == ["ngo", "rice field"]
        assert told["size"] == [2.5, 3, 7.5, float((1 << 60) + 1)]
        assert told["day"] == [datetime(2021, 1, 1), datetime(2021, 5, 11), datetime(2022, 5, 1, 8)]
        assert told["open"] == [False, True]
        assert list(reader.postings("kind", "NGO").all_ids()) == [0, 2]
        assert reader.doc_frequency("kind", "ngo") == 2
        assert ("kind", "NGO") in reader
        assert ("kind", "other") not in reader
        assert set(reader.indexed_field_names()) == {"id", "title", "text", *FIELDS}


def test_keywords_that_are_spelled_nearly_so(index):
    with index.whoosh().searcher() as searcher:
        for text, distance, prefix, ids in (
            ("NG0", 1, 0, "13"),
            ("ng", 1, 1, "13"),
            ("mgo", 1, 1, ""),
            ("gno", 1, 0, ""),
        ):
            near = query.FuzzyTerm("kind", text, maxdist=distance, prefixlength=prefix)
            for weighting in (None, scoring.Frequency()):
                found = index.whoosh().searcher(weighting=weighting).search(near)
                assert "".join(sorted(hit["id"] for hit in found)) == ids
        assert searcher.suggest("kind", "rice feild") == ["rice field"]
        assert len(searcher.search(query.FuzzyTerm("size", "3"))) == 0


def test_documents_are_sorted_and_grouped_by_columns(index):
    every = query.Every()
    with index.whoosh().searcher() as searcher:

        def order(**how):
            return "".join(hit["id"] for hit in searcher.search(every, **how))

        assert order(sortedby="size") == "2134"
        assert order(sortedby="day") == "4123"
        assert order(sortedby="day", reverse=True) == "3214"
        assert order(sortedby="open") == "3214"
        assert order(sortedby=[sorting.FieldFacet("open"), sorting.FieldFacet("size", reverse=True)]) == "3241"
        groups = {name: searcher.search(every, groupedby=name).groups() for name in ("size", "day", "kind", "open")}
        assert groups["open"] == {None: [0, 3], True: [1], False: [2]}
        assert groups["kind"] == {"NGO": [0, 2], "": [1, 3]}
        assert groups["day"][None] == [2]
        overlapping = sorting.FieldFacet("kind", allow_overlap=True)
        assert searcher.search(every, groupedby=overlapping).groups() == {
            "ngo": [0, 2],
            "rice field": [0],
            None: [1, 3],
        }


def test_what_users_of_whoosh_do_with_hits_works(index):
    with index.whoosh().searcher() as searcher:
        hit = searcher.search(parsed(index, SCHOOL))[0]
        assert SCHOOL in hit.highlights("text")
        assert "<b" in hit.highlights("text")
        assert [word for word, _ in searcher.key_terms([0], "text", numterms=1)] == [WATER]
        assert [like["id"] for like in searcher.more_like(0, "text")] == ["3", "2"]
        assert [like["id"] for like in hit.more_like_this("text")]
        assert searcher.document(id="3")["title"] == WATER
        assert searcher.document_number(id="3") == 2
        assert [found["id"] for found in searcher.documents(kind="NGO")] == ["1", "3"]
        assert searcher.suggest("text", "unicev") == ["unicef"]
        assert searcher.suggest("kind", "rise field") == ["rice field"]
        assert [hit["id"] for hit in searcher.search_page(query.Every(), 2, pagelen=3)] == ["4"]


def test_an_index_is_seen_as_it_is_now(own):
    seen = own.whoosh()
    assert isinstance(seen, whoosh.index.Index)
    assert (seen.doc_count(), seen.is_empty(), seen.up_to_date()) == (4, False, True)
    searcher, before = seen.searcher(), seen.latest_generation()
    with own.writer() as writer:
        writer.delete("1")
    assert searcher.doc_count() == 4
    assert not searcher.up_to_date()
    searcher = searcher.refresh()
    assert searcher.doc_count() == seen.doc_count() == 3
    assert seen.latest_generation() == before + 1
    assert seen.last_modified() > 0
    assert seen.refresh().doc_count() == 3
    seen.close()
    assert own.doc_count == seen.doc_count() == 3


def test_whoosh_s_writer_adds_documents_of_the_index(own):
    with own.whoosh().writer() as writer:
        writer.add_document(id="5", title="t", text=WATER, size="៣", day="2020-01", kind=["x"], other=["y"])
        writer.update_document(id="1", text=FISH)
    assert own.get("5") == Document("5", "t", WATER, {"size": "៣", "day": "2020-01", "kind": ["x"], "other": ["y"]})
    assert own.get("1") == Document("1", "", FISH)
    assert [hit.id for hit in own.search("size:3")] == ["5"]
    with own.whoosh().searcher() as searcher:
        assert [hit["id"] for hit in searcher.search(query.Term("size", 3))] == ["5"]


def test_what_was_read_can_be_written_back(own):
    before = list(own.export())
    with own.whoosh().writer() as writer, own.whoosh().searcher() as searcher:
        for stored in searcher.reader().all_stored_fields():
            writer.update_document(**stored)
    first = Document("1", before[0].title, before[0].text, {**before[0].fields, "day": datetime(2021, 5, 11)})
    assert list(own.export()) == [first, *before[1:]]


def test_documents_are_deleted_by_queries_terms_and_numbers(own):
    seen = own.whoosh()
    with seen.writer() as writer:
        writer.add_document(id="5", text=WATER)
        assert writer.delete_by_query(query.Term("text", WATER)) == 3
        assert writer.delete_by_term("open", True) == 1
        assert writer.delete_by_term("id", b"5") == 0
        assert writer.searcher().doc_count() == 1
        writer.delete_document(3)
        assert writer.is_deleted(3)
        assert (writer.has_deletions(), writer.deleted_count()) == (True, 4)
    assert list(own.export()) == []


def test_an_older_document_of_an_id_can_be_deleted_without_the_newer(own):
    with own.whoosh().writer() as writer:
        writer.add_document(id="1", text=FISH)
        writer.delete_document(0)
    assert own.get("1") == Document("1", "", FISH)


def test_a_writer_that_fails_or_is_cancelled_leaves_no_trace(own):
    def fail():
        with own.whoosh().writer() as writer:
            writer.add_document(id="9", text="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    writer = own.whoosh().writer()
    with pytest.raises(LockError):
        own.whoosh().writer()
    writer.delete_by_query(query.Every())
    writer.cancel()
    writer.cancel()
    with pytest.raises(IndexingError):
        writer.add_document(id="9", text="a")
    assert list(own.export()) == DOCUMENTS
    asynchronous = AsyncWriter(own.whoosh())
    asynchronous.add_document(id="9", text="a")
    asynchronous.commit()
    assert own.doc_count == 5


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"text": "a"}, "has an id"),
        ({"id": None, "text": "a"}, "has an id"),
        ({"id": 1, "text": "a"}, "convert it"),
        ({"id": "1"}, "neither title nor text"),
        ({"id": "1", "text": "a", "size": "much"}, "'much' is no number"),
        ({"id": "1", "text": "a", "_stored_text": "b"}, "_stored_text cannot be kept"),
        ({"id": "1", "text": "a", "_boost": 2}, "have no boosts"),
        ({"id": "1", "text": "a", "_text_boost": 2}, "have no boosts"),
    ],
)
def test_what_an_index_can_not_keep_is_refused_in_words(own, given, why):
    with own.whoosh().writer() as writer:
        with pytest.raises(DocumentError, match=why) as refused:
            writer.add_document(**given)
        assert isinstance(refused.value, ValueError)
        writer.add_document(id="5", text="a")
    assert own.doc_count == 5


def test_whoosh_s_buffered_writer_writes_to_an_index(own):
    buffer = BufferedWriter(own.whoosh(), period=None, limit=3)
    for id_ in ("5", "6", "7", "8"):
        buffer.add_document(id=id_, text="UNICEF", size=9)
    buffer.update_document(id="8", text="UNESCO")
    buffer.delete_by_term("id", "5")
    with buffer.searcher() as searcher:
        assert {hit["id"] for hit in searcher.search(query.Term("text", "unicef"), limit=None)} == {"2", "6", "7"}
    buffer.close()
    assert {hit.id for hit in own.search("unicef", filter="size:9")} == {"6", "7"}
    assert own.get("8") == Document("8", text="UNESCO")


def test_the_fields_of_an_index_stay_as_they_are(own):
    seen = own.whoosh()
    writer = seen.writer()
    for deed in (
        lambda: seen.add_field("x", fields.STORED),
        lambda: seen.remove_field("size"),
        lambda: writer.add_field("x", fields.STORED),
        lambda: writer.remove_field("size"),
        writer.start_group,
        lambda: writer.delete_document(0, delete=False),
        lambda: writer.delete_document(4),
        lambda: writer.commit(mergetype=print),
    ):
        with pytest.raises(IndexingError):
            deed()
    writer.cancel()
    with pytest.raises(TypeError, match="'colour'"):
        seen.writer(colour="red")


def test_an_index_in_no_folder_is_refused_in_words():
    index = Index.memory()
    for deed in (index.whoosh, lambda: index.search(query.Every()), lambda: index.search("a", filter=query.Every())):
        with pytest.raises(IndexStoreError, match=r"Index\.create\(path\)"):
            deed()


def test_whoosh_s_own_door_names_the_right_one(index, tmp_path):
    folder = index.path
    for deed in (
        lambda: open_dir(folder),
        lambda: open_dir(folder, schema=index.whoosh().schema),
        lambda: create_in(folder, index.whoosh().schema),
    ):
        with pytest.raises(IndexMismatchError, match=r"Index\.open\(path\)\.whoosh\(\)"):
            deed()
    assert index.doc_count == 4


# Whoosh's queries in Index.search


def test_results_of_a_query_of_whoosh_s_are_as_of_any_other(index):
    found = index.search(parsed(index, f"{WATER} OR {FISH}"))
    assert {hit.id for hit in found} == {"1", "3"}
    first = found[0]
    assert f"<mark>{WATER}</mark>" in first.snippet.html()
    assert sum(part.score for part in first.explain()) == pytest.approx(first.score)
    assert {part.what for part in first.explain()} == {WATER, FISH}
    assert found.facet("kind") == {"NGO": 2, "Rice Field": 1}
    assert (found.problem, found.suggestion) == (None, None)
    assert [hit.id for hit in pickle.loads(pickle.dumps(found))] == [hit.id for hit in found]


def test_a_query_of_whoosh_s_is_filtered_sorted_and_paged(index):
    every = query.Every()
    assert [hit.id for hit in index.search(every, sort="-size")] == ["4", "3", "1", "2"]
    assert [hit.id for hit in index.search(every, filter="kind:ngo")] == ["1", "3"]
    assert [hit.id for hit in index.search(WATER, filter=query.Term("open", False))] == ["3"]
    assert [hit.id for hit in index.search(every, 2, 1)] == ["2", "3"]
    assert index.search(query.NullQuery).total == 0


def test_a_ranking_and_its_stages_judge_a_query_of_whoosh_s_too(index):
    q = parsed(index, f"{WATER} OR {SCHOOL}")
    turned = Ranking(stages=[Stage(lambda found: [-one.score for one in found], "turned")])
    assert [hit.id for hit in index.search(q, ranking=turned)] == [hit.id for hit in index.search(q)][::-1]


def test_snippets_mark_what_patterns_stand_for_and_nothing_unwanted(index):
    beginning = index.search(query.Prefix("text", WATER[:2]))
    assert f"<mark>{WATER}</mark>" in beginning[0].snippet.html()
    without = index.search(query.AndNot(query.Term("text", VILLAGE), query.Term("text", SCHOOL)))
    assert "<mark>" + VILLAGE in without[0].snippet.html()
    assert index.search(query.Not(query.Term("text", SCHOOL)))[0].snippet.html().count("<mark>") == 0


def test_what_whoosh_s_matchers_have_to_find_is_found_and_explained(index):
    near = query.SpanNear(query.Term("text", WATER), query.Term("text", SCHOOL), slop=1)
    found = index.search(near)
    assert [hit.id for hit in found] == ["1"]
    assert sum(part.score for part in found[0].explain()) == pytest.approx(found[0].score)


def test_neither_text_nor_a_query_is_a_value_error(index):
    for given in (3, None, query.Every, [query.Every()]):
        with pytest.raises(ValueError, match=r"query takes a str, or a query of whoosh\.query"):
            index.search(given)


def test_texts_that_would_break_otherwise_are_refused(index, monkeypatch):
    def check(_, text):
        if WATER in text:
            raise IndexMismatchError("broken otherwise")

    monkeypatch.setattr(Agreement, "check", check)
    with pytest.raises(IndexMismatchError):
        index.search(query.Or([query.Term("text", SCHOOL), query.Phrase("title", [FISH, WATER])]))
    for way in ({}, {"weighting": scoring.TF_IDF()}):
        with index.whoosh().searcher(**way) as searcher:
            for ask in (searcher.search, searcher.docs_for_query):
                with pytest.raises(IndexMismatchError):
                    list(ask(query.Prefix("note", WATER)))
    assert index.search(query.Term("kind", WATER)).total == 0
