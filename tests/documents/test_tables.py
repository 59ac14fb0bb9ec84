"""Tables, JSON and lines, as spreadsheets, dumps and crawlers write them: each is taken, or told by its line."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.documents import Document, FieldNames, read_path
from khsearch.documents.formats import dialects, registry
from khsearch.documents.formats.reader import Placed, Remark, Source
from khsearch.errors import DocumentError

RICE = "ស្រូវវស្សាឆ្នាំនេះបានផលល្អ"
USUAL = FieldNames()
RAIN = "ភ្លៀងធ្លាក់ខ្លាំងនៅខេត្តកំពត"


def read(
    content: str | bytes, format: str, names: FieldNames = USUAL, *, qualified: bool = False
) -> tuple[list[Document], list[str], list[str]]:
    """Documents, errors and remarks."""
    data = content.encode() if isinstance(content, str) else content
    found = list(registry.read(Source(io.BytesIO(data), "a", "a", names, qualified=qualified), format))
    return (
        [item.document for item in found if isinstance(item, Placed)],
        [str(item) for item in found if isinstance(item, DocumentError)],
        [item.text for item in found if isinstance(item, Remark)],
    )


@pytest.mark.parametrize(("delimiter", "called"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_what_divides_cells_is_found_and_told(delimiter: str, called: str, format: str) -> None:
    rows = [["id", "text", "price"], ["1", f'"{RICE}, {RAIN}"', "1,5"], ["2", RAIN, "2"]]
    documents, errors, remarks = read("\r\n".join(map(delimiter.join, rows)), format)
    assert [document.text for document in documents] == [f"{RICE}, {RAIN}", RAIN]
    assert not errors
    assert remarks == ([] if (format, delimiter) == ("tsv", "\t") else [f"its cells are divided by {called}"])


def test_excel_says_what_divides_cells() -> None:
    documents, errors, _ = read(f"sep=;\nid;text\n1;{RICE}\n2;x;y\n", "csv")
    assert documents == [Document("1", "", RICE)]
    assert errors == ["a, line 4: 3 cells, but the header has 2; mend the row"]


@given(st.lists(st.text("ab ,;\t|\"'\n", max_size=8), min_size=1, max_size=9))
def test_any_lines_have_a_delimiter(lines: Sequence[str]) -> None:
    assert dialects.delimiter_of(lines, ",", lambda row: "a" in row) in dialects.DELIMITERS


@given(st.text('ab,"\n;', max_size=60))
def test_every_line_is_a_row_or_told(content: str) -> None:
    documents, errors, _ = read(f"id,text\n{content}\nlast,{RICE}\n", "csv")
    assert documents or errors
    assert documents == [] or documents[-1].text == RICE
    assert documents or all(": not CSV (" in error for error in errors)


def test_a_quote_that_nobody_closes_keeps_no_other_row_out() -> None:
    lines = ["id,text", *(f"{number},{RICE}" for number in range(50))]
    lines[10] = f'9,"{RICE}'
    lines[30] = f'29,"{RICE}" x'
    documents, errors, _ = read("\n".join(lines), "csv")
    assert len(documents) == 48
    assert [error.partition(":")[0] for error in errors] == ["a, line 11", "a, line 31"]


def test_heads_are_read_as_people_write_them() -> None:
    documents, errors, _ = read(f" ID ,Text,Title\n7,{RICE},ក\n", "csv")
    assert documents == [Document("7", "ក", RICE)]
    assert not errors


def test_own_fields_are_columns_of_any_spelling() -> None:
    names = FieldNames(own=(("\u1786\u17d2\u1793\u17b6\u17c6", "dmy"), ("\u1794\u178e\u17d2\u178e_\u17a2\u17c1", ";")))
    heads = "text,\u1786\u17d2\u1793\u17b6\u200b\u17c6,\u1794\u178e\u17d2\u178e \u17a2\u17c1,x"
    documents, errors, _ = read(f"{heads}\n{RICE},១១-០៥-២០២១,NGO; UNICEF;,5\n{RICE},31/31/2021,,\n", "csv", names)
    assert documents == [
        Document("a#1", "", RICE, {names.own[0][0]: date(2021, 5, 11), names.own[1][0]: ["NGO", "UNICEF"], "x": "5"})
    ]
    assert [error.partition(":")[0] for error in errors] == ["a, line 3"]


def test_two_columns_of_one_name_are_both_kept() -> None:
    assert read(f"text,n,n\n{RICE},1,2\n", "csv")[0] == [Document("a#1", "", RICE, {"n": "1", "n 2": "2"})]


def test_a_table_without_texts_is_one_document_and_nothing_is_lost() -> None:
    documents, errors, remarks = read(f"{RICE};1500\n{RAIN};2000;\n", "csv")
    assert documents == [Document("a", f"{RICE} 1500", f"{RICE}\t1500\n{RAIN}\t2000")]
    assert not errors
    assert remarks[1].startswith("one document, as no column is called text")
    named = FieldNames(text="body", by_row=True)
    assert (
        "no column 'body' among name, price; name the right one with --text-field"
        in read("name,price\na,1\n", "csv", named)[1][0]
    )


def test_ids_are_made_unique_by_the_file_where_it_is_one_of_many() -> None:
    content = f"id,text\n1,{RICE}\n,{RAIN}\n"
    assert [document.id for document in read(content, "csv")[0]] == ["1", "a#2"]
    assert [document.id for document in read(content, "csv", qualified=True)[0]] == ["a#1", "a#2"]
    for one in f'{{"text": "{RICE}"}}', f'{{"data": [{{"text": "{RICE}"}}], "n": 1}}':
        assert [document.id for document in read(one, "json", qualified=True)[0]] == ["a#1" if "data" in one else "a"]


@pytest.mark.parametrize("format", ["jsonl", "json"])
def test_nested_values_that_nobody_asked_for_are_left_out_and_told(format: str) -> None:
    line = (
        f'{{"id": "1", "text": "{RICE}", "meta": {{"a": 1}}, "n": [1, 2], "m": [[1]], "d": {{"$date": "2021-05-11"}}}}'
    )
    documents, errors, remarks = read(line, format)
    assert documents == [Document("1", "", RICE, {"n": ["1", "2"], "d": date(2021, 5, 11)})]
    assert not errors
    assert remarks == ["nested values are left out: m, meta"]
    assert "its field 'meta'" in read(line, format, FieldNames(own=(("meta", ""),)))[1][0]


def test_a_text_in_pieces_is_joined_and_one_that_is_none_is_told_as_such() -> None:
    chat = f'{{"id": 1, "text": ["{RICE} ", {{"type": "bold", "text": "ដី"}}, "ធ្លី"]}}'
    book = f'{{"id": 2, "text": ["{RICE}", "{RAIN}"]}}'
    documents, errors, remarks = read(f'[{chat}, {book}, {{"text": {{"a": 1}}}}]', "json")
    assert [document.text for document in documents] == [f"{RICE} ដីធ្លី", f"{RICE}\n{RAIN}"]
    assert errors == ["a, object 3: 'text' is not a string; make it one, or name what holds it with --text-field"]
    assert not remarks


@pytest.mark.parametrize("content", ["name,note\n?????,????\n12,??????\n", "id,text\n1,??????????\n"])
def test_letters_that_were_lost_before_are_told(content: str) -> None:
    for format in ("csv", "txt"):
        assert any("its letters are question marks" in remark for remark in read(content, format)[2])
    assert not any("question" in remark for remark in read(content.replace("?", "ក?"), "csv")[2])
    wrong = f"id,text\n1,{RICE.encode().decode('cp1252', 'replace')}\n"
    assert any("took it for Windows-1252" in remark for remark in read(wrong, "csv")[2])


def test_a_text_whose_bytes_were_written_as_characters_is_read_as_it_was_meant() -> None:
    line = json.dumps({"id": "1", "text": f"{RICE} \U0001f600".encode().decode("latin-1"), "by": "caf\u00e9"})
    assert read(line, "jsonl")[0] == [Document("1", "", f"{RICE} \U0001f600", {"by": "caf\u00e9"})]


def test_json_that_is_none_is_told_with_its_line() -> None:
    assert read('[{"text": "a"},\n {"text" 5}]', "json")[1][0].startswith("a: not JSON (")
    assert "line 2" in read('[{"text": "a"},\n {"text" 5}]', "json")[1][0]
    assert read('"a"', "json")[1] == ["a: neither a JSON object nor a list of them; write [{...}, ...]"]
    assert "'text' is missing" in read('{"a": 5}', "json")[1][0]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("11/05/2021", "dmy", date(2021, 5, 11)),
        ("11/05/2021", "mdy", date(2021, 11, 5)),
        ("១១-០៥-២០២១", "dmy", date(2021, 5, 11)),
        ("2021/5/11", "dmy", date(2021, 5, 11)),
        ("2021-05-11", "mdy", date(2021, 5, 11)),
        ("11.5.2021 08:30", "dmy", datetime(2021, 5, 11, 8, 30)),
        ("ថ្ងៃអង្គារ ទី១១ ខែឧសភា ឆ្នាំ២០២១", "mdy", date(2021, 5, 11)),
        ("May 11th, 2021", "dmy", date(2021, 5, 11)),
        ("11 Sept. 2021", "dmy", date(2021, 9, 11)),
        ("44327", "excel", date(2021, 5, 11)),
        ("44327.5", "excel", datetime(2021, 5, 11, 12)),
    ],
)
def test_dates_are_read_in_the_order_that_is_said(text: str, order: str, day: date) -> None:
    documents, _, _ = read(f'text,d\n{RICE},"{text}"\n', "csv", FieldNames(own=(("d", order),)))
    assert documents[0].fields["d"] == day


@pytest.mark.parametrize("text", ["11/05/21", "31/02/2021", "soon", "11/05/2021x", "99999999999"])
def test_what_is_no_date_is_told(text: str) -> None:
    _, errors, _ = read(f"text,d\n{RICE},{text}\n", "csv", FieldNames(own=(("d", "dmy"),)))
    assert errors[0].startswith("a, line 2: its field 'd': ")


def test_the_head_of_a_page_has_own_fields_as_a_table_has() -> None:
    names = FieldNames(own=(("d", "dmy"), ("tags", ";"), ("note_2", "")))
    documents, errors, _ = read(f"---\nD: 11/05/2021\ntags: NGO; ក\nnote 2: y\n---\n{RICE}\n", "md", names)
    assert not errors
    assert documents[0].fields == {"d": date(2021, 5, 11), "tags": ["NGO", "ក"], "note_2": "y"}
    assert read(f"---\nd: soon\n---\n{RICE}\n", "md", names)[1][0].startswith("a: its field 'd': ")


def test_a_file_that_gzip_made_smaller_is_read_as_its_name_says(tmp_path: Path) -> None:
    lines = f'{{"id": "1", "text": "{RICE}"}}\n'.encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "b.TXT.GZ").write_bytes(gzip.compress(RICE.encode()))
    (tmp_path / "broken.jsonl.gz").write_bytes(gzip.compress(lines * 9)[:-9])
    (tmp_path / "no.txt.gz").write_text(RICE, encoding="utf-8")
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(lines))
    told: list[str] = []
    found = read_path(tmp_path, on_error=lambda error: told.append(str(error).partition(f"{tmp_path}/")[2]))
    assert [document.id for document in found] == ["1", "b.TXT.GZ"]
    assert told[0].startswith("broken.jsonl.gz: cannot be read (not what gzip wrote: ")
    assert told[1].startswith("no.txt.gz: cannot be read (not what gzip wrote: ")
    assert told[2].startswith("x.tar.gz: its name does not tell what is inside")
