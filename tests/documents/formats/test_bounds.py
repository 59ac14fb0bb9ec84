"""Bad and hostile files: whatever the bytes, a reader gives documents and errors that say what to do, within bounds."""

import io
import random
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khsearch.documents import reasons
from khsearch.documents.formats import packages, registry, whole
from khsearch.documents.formats.reader import Remark
from khsearch.errors import DocumentError
from tests.documents.formats import making
from tests.documents.formats.making import RICE, cells, docx, para, read, refused, run, xlsx, zipped
from tests.documents.formats.test_kept_words import KINDS, OWN
from tests.extent import examples

OFFICE = ["docx", "pptx", "xlsx", "odt", "ods", "epub"]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def check(data, format):
    for item in read(data, format):
        if isinstance(item, DocumentError):
            assert str(item).startswith(("a: ", "a, "))
            assert "fails (" not in str(item), item  # an exception that nobody foresaw
            assert ";" in str(item)


@pytest.mark.parametrize("format", OFFICE)
def test_another_kind_under_the_name_is_told(format):
    for data, says, reason in (
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted; save it without a password", reasons.ENCRYPTED),
        (OLE + "WordDocument".encode("utf-16-le"), "the old format of Word under another name", reasons.UNKNOWN_KIND),
        (b"{\\rtf1 x}", "RTF under another name", reasons.UNKNOWN_KIND),
        (b"%PDF-1.7", "a PDF under another name", reasons.UNKNOWN_KIND),
        (b"rubbish", "no zip", reasons.BROKEN),
        (b"", "the file is empty", reasons.EMPTY),
        (zipped({"x": "y"}), "a zip, but no", reasons.BROKEN),
    ):
        error = refused(data, format)
        assert says in str(error)
        assert error.reason == reason


def test_an_encrypted_zip_is_told():
    data = bytearray(docx(para(run(RICE))))
    at = data.find(b"PK\x01\x02")
    while at >= 0:  # say so in each entry of the directory
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 1)
    assert refused(bytes(data), "docx").reason == reasons.ENCRYPTED
    manifest = "<m><file-entry><encryption-data/></file-entry></m>"
    assert refused(zipped({"content.xml": b"\x8f\x01", "META-INF/manifest.xml": manifest}), "odt").reason == (
        reasons.ENCRYPTED
    )
    locks = (
        '<e><EncryptedData><EncryptionMethod Algorithm="aes"/><CipherData><CipherReference URI="text/c0.xhtml"/>'
        "</CipherData></EncryptedData></e>"
    )
    assert refused(making.epub("x", parts={"META-INF/encryption.xml": locks}), "epub").reason == reasons.ENCRYPTED


def test_a_zip_that_unpacks_to_too_much_is_told_and_takes_little_room(monkeypatch):
    monkeypatch.setattr(packages, "MOST_BYTES", 2_000_000)
    data = docx("<w:p/>" * 500_000)
    tracemalloc.start()
    error = refused(data, "docx")
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()
    assert error.reason == reasons.TOO_LARGE
    assert "unpacks to far more" in str(error)


def test_a_part_that_unpacks_to_far_more_than_xml_does_is_told_early(monkeypatch):
    monkeypatch.setattr(packages, "_SURELY_FINE", 100_000)
    assert refused(docx("<w:p/>" * 50_000), "docx").reason == reasons.TOO_LARGE
    assert refused(docx("".join(f"<w:p>{number}</w:p>" for number in range(20_000))), "docx").reason == reasons.EMPTY


def test_a_directory_that_is_too_long_is_told(monkeypatch):
    monkeypatch.setattr(packages, "_LONGEST_DIRECTORY", 70_000)
    assert "its directory is too long" in str(refused(zipped(dict.fromkeys(map(str, range(2_000)), "")), "docx"))


def test_a_text_that_is_too_long_is_told(monkeypatch):
    monkeypatch.setattr(whole, "MOST_CHARACTERS", 1_000)
    assert refused(docx(para(run("x" * 1_001))), "docx").reason == reasons.TOO_LARGE
    strings = ["x" * 500]
    rows = '<row><c t="s"><v>0</v></c></row>' * 100
    assert refused(xlsx({"a": rows}, strings=strings), "xlsx").reason == reasons.TOO_LARGE


@pytest.mark.parametrize(
    "declared",
    ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<!DOCTYPE x>"],
)
def test_document_types_are_refused(declared):
    data = zipped({"word/document.xml": f"<?xml version='1.0'?>{declared}<x>&a;</x>"})
    assert "has a document type" in str(refused(data, "docx"))


def test_depth_and_length_of_tags_are_bounded():
    deep = docx("<w:tbl>" * 100_000 + "</w:tbl>" * 100_000)
    assert "nested more than" in str(refused(deep, "docx"))
    assert "does not end" in str(refused(docx(f"<!--{'x' * 60_000_000}-->"), "docx"))
    for tag in ("div", "b", "font", "span"):
        assert refused(f"<{tag}>" * 100_000 + RICE, "html").reason == reasons.TOO_LARGE
    many = "".join(f"<b id={number}>" for number in range(2_500)) + "<p>x" * 100_000
    assert refused(many, "html").reason == reasons.TOO_LARGE
    sloppy = f"<p>{RICE}<li>x<td>y" * 50_000  # as old pages are
    assert read(sloppy, "html")[0].title.startswith(RICE)
    levels = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3_000))
    check(f"Subject: x\n{levels}", "eml")


def test_what_is_not_in_the_zip_is_not_opened():
    data = docx(
        para(run(RICE)),
        header1="../../../etc/passwd",
        header2="/etc/passwd",
        header3="http://example.org/x",
        chart="",
    )
    assert making.one(data, "docx").text == RICE
    book = making.epub("x").replace(b"c0.xhtml", b"../../x1")
    check(book, "epub")


def test_a_sheet_that_claims_to_be_enormous_takes_no_time():
    rows = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row><row r="99999999999"/>'
    assert making.one(xlsx({"a": rows}), "xlsx").text == "x"
    repeated = (
        '<office:spreadsheet><table:table><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet>"
    )
    assert making.one(making.odf(repeated), "ods").text == "x"


def real():
    found = [(file.read_bytes(), kind.rpartition(".")[2]) for kind in KINDS for file in [OWN / f"021-smot.{kind}"]]
    return [
        *found,
        (making.odf(making.ods_rows([RICE])), "ods"),
        (f"---\ntitle: x\ntags: [a, 'b']\n---\n# {RICE} `x` [a](b) *c*\n\n|a|b|\n".encode(), "md"),
    ]


@pytest.mark.parametrize(("data", "format"), real(), ids=lambda value: value if isinstance(value, str) else "")
def test_files_that_are_cut_or_have_wrong_bytes_raise_nothing_else(data, format):
    draw = random.Random(format)
    for _ in range(60):
        check(data[: draw.randrange(len(data))], format)
        broken = bytearray(data)
        for _ in range(draw.choice((1, 5, 50))):
            broken[draw.randrange(len(data))] = draw.randrange(256)
        check(bytes(broken), format)


@pytest.mark.parametrize(("data", "format"), real(), ids=lambda value: value if isinstance(value, str) else "")
def test_parts_with_wrong_bytes_raise_nothing_else(data, format):
    """Bytes that are changed within the packed parts, where a zip would notice them otherwise."""
    if not data.startswith(b"PK"):
        return
    draw = random.Random(format)
    parts = {
        name: zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
    }
    for _ in range(60):
        name = draw.choice(list(parts))
        part = bytearray(parts[name])
        for _ in range(draw.choice((1, 3)) if part else 0):
            at = draw.randrange(len(part))
            part[at : at + draw.choice((0, 1, 30))] = draw.choice(
                (b"", b"<", b"9999999999", b"\xff", b'"', b"-1", b"s")
            )
        check(zipped({**parts, name: bytes(part)}), format)


TEXTS = ["md", "html", "srt", "vtt", "eml", "txt"]
_PIECES = st.sampled_from(
    [
        *("---\n", "+++\n", "<", ">", "\n", "\n\n", "[", "](", ")", "`", "```\n", "*", "_", "|", "#", " ", "-", ": "),
        *("&#x", ";", "\\", "<b>", "</p>", "<nav>", "<style>a{font-family:Limon}", "-->", "<!--", "00:01 --> 00:02"),
        *("Subject: ", "=?utf-8?b?", "?=", "charset=", "Content-Type: ", "multipart/mixed; boundary=x\n", "--x\n"),
        *("WEBVTT\n", "NOTE", "\ud7ff", RICE, "\u17d2", "date: 2021-13-45", "tags: [a,", "\0", "\U000f0000", "\ufeff"),
        *("Date: ", "Tue, 99 May 99999 99:99 +9999", '"', "'"),
    ]
)


@examples(100)
@given(st.lists(_PIECES, max_size=30).map("".join), st.sampled_from(TEXTS))
def test_texts_with_odd_markup_raise_nothing_else(text, format):
    check(text, format)


@examples(60)
@given(st.lists(_PIECES, max_size=12).map("".join), st.sampled_from(["a", "b"]))
def test_odd_rows_raise_nothing_else(text, name):
    plain = "".join(char for char in text if char >= " ").replace("&", "").replace("<", "")
    check(xlsx({name: cells([plain, None], [plain, "5"])}), "xlsx")


def test_every_office_kind_is_guarded():
    assert {"docx", "odf", "ods", "pptx", "xlsx", "epub", "html", "mail"} <= registry.GUARDED
    assert not [item for item in read(docx(para(run(RICE))), "docx") if isinstance(item, Remark)]
