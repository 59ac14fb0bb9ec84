"""Formats: the same laws for each, the dummy to copy among them; and the registry that finds them."""

import io
import json
import os
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from khsearch.cli import app
from khsearch.documents import Document, FieldNames, format_names, read_path, read_stream, register_format
from khsearch.documents.formats import registry
from khsearch.errors import DocumentError, MissingExtraError
from tests import dummy_format
from tests.documents.formats import making, pdf_maker

RICE = "ស្រូវវស្សាឆ្នាំនេះបានផលល្អ"
RAIN = "ភ្លៀងធ្លាក់ខ្លាំងនៅខេត្តកំពត"


@dataclass(frozen=True, slots=True)
class Sample:
    """Content of a format: what it is read as where the source is called "a", and one with a part that is wrong."""

    format: str
    content: str | bytes
    documents: tuple[Document, ...]
    bad: str | bytes
    says: str
    left: int


SAMPLES = [
    Sample("txt", f"{RICE}\n{RAIN}", (Document("a", RICE, f"{RICE}\n{RAIN}"),), "\n", "a: the file is empty", 0),
    Sample(
        "jsonl",
        f'{{"id": "1", "text": "{RICE}", "n": 5}}\n\n{{"_id": 2, "title": "ក", "text": "{RAIN}"}}\n',
        (Document("1", "", RICE, {"n": 5}), Document("2", "ក", RAIN)),
        f'{{"id": "1", "text": "{RICE}"}}\n[]\n{{"id": "2", "text": "{RAIN}"}}',
        "a, line 2: not a JSON object",
        2,
    ),
    Sample(
        "csv",
        f'id,title,text,n\n1,,"{RICE}\n",5\n2,ក,{RAIN},\n',
        (Document("1", "", f"{RICE}\n", {"n": "5"}), Document("2", "ក", RAIN)),
        f"id,text\n1,{RICE}\n2\n3,{RAIN}\n",
        "a, line 3: 1 cells",
        2,
    ),
    Sample(
        "tsv",
        f'id\ttext\tn\n1\t"{RICE}\n"\t5\n\t{RAIN}\t\n',
        (Document("1", "", f"{RICE}\n", {"n": "5"}), Document("a#2", "", RAIN)),
        f'id\ttext\n1\t"{RICE}\n2\t{RAIN}\n3\t{RAIN}\n',
        "a, line 2: not CSV (a quote that is opened and not closed as it should be); mend the row",
        2,
    ),
    Sample(
        "json",
        f'[{{"id": "1", "text": "{RICE}", "n": 5}},\n{{"title": "ក", "text": "{RAIN}", "tags": [1, "b"]}}]',
        (Document("1", "", RICE, {"n": 5}), Document("a#2", "ក", RAIN, {"tags": ["1", "b"]})),
        f'[{{"id": "1", "text": "{RICE}"}}, 5, {{"id": "2", "text": "{RAIN}"}}]',
        "a, object 2: not a JSON object",
        2,
    ),
    Sample(
        "lines",
        f"{RICE} \n\n{RAIN}",
        (Document("a#1", "", RICE), Document("a#3", "", RAIN)),
        "\n",
        "a: the file is empty",
        0,
    ),
    Sample(
        "md",
        f"---\ndate: 2021-05-11\n---\n# {RICE}\n\n**{RAIN[:4]}**{RAIN[4:]}\n",
        (Document("a", RICE, f"{RICE}\n\n{RAIN}", {"date": date(2021, 5, 11)}),),
        "---\ndate: 2021-05-11\n---\n",
        "a: there is no text",
        0,
    ),
    Sample(
        "html",
        f'<html lang="km"><title>{RICE}</title><nav>menu</nav><p>{RAIN[:4]}<b>{RAIN[4:]}</b>',
        (Document("a", RICE, RAIN, {"language": "km"}),),
        f'<p>{RICE}</p><p style="font-family: Limon S1">sMNaj</p>',
        "a: 5 characters in a font from before Unicode (Limon S1)",
        1,
    ),
    Sample(
        "docx",
        making.docx(making.para(making.run(RICE)), {"docProps/core.xml": making.core("", "សុខា", "2021-05-11")}),
        (Document("a", RICE, RICE, {"author": "សុខា", "date": date(2021, 5, 11)}),),
        making.docx(making.para(making.run(RICE), making.run("sMNaj", '<w:rFonts w:ascii="Limon S1"/>'))),
        "a: 5 characters in a font from before Unicode (Limon S1)",
        1,
    ),
    Sample(
        "pptx",
        making.pptx(making.shape(RICE), making.shape(RAIN)),
        (Document("a", RICE, f"{RICE}\f{RAIN}\f", {"pages": 2}),),
        making.pptx(making.shape("")),
        "a: there is no text",
        0,
    ),
    Sample(
        "xlsx",
        making.xlsx({"ក": making.cells([RICE, "5"]), "ខ": making.cells([RAIN])}),
        (Document("a#ក", "ក", f"{RICE}\t5"), Document("a#ខ", "ខ", RAIN)),
        making.xlsx({"ក": making.cells([None])}),
        "a: there is no text",
        0,
    ),
    Sample(
        "odt",
        making.odf(f"<office:text><text:p>{RICE}</text:p></office:text>"),
        (Document("a", RICE, RICE),),
        making.odf("<office:text/>"),
        "a: there is no text",
        0,
    ),
    Sample(
        "ods",
        making.odf(making.ods_rows([RICE, "5"])),
        (Document("a", f"{RICE} 5", f"{RICE}\t5"),),
        making.odf(making.ods_rows([])),
        "a: there is no text",
        0,
    ),
    Sample(
        "epub",
        making.epub(f"<h1>{RICE}</h1>", f"<p>{RAIN}</p>"),
        (Document("a", RICE, f"{RICE}\n{RAIN}"),),
        making.epub(f"<h1>{RICE}</h1>", f"<p>{RAIN}</p>", parts={"text/c0.xhtml": b"\xff\xff"}),
        "a, text/c0.xhtml: not UTF-8 at byte 0",
        1,
    ),
    Sample(
        "srt",
        f"1\n00:00:01,000 --> 00:00:02,000\n<i>{RICE}</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n{RAIN}\n",
        (Document("a", RICE, f"{RICE}\n{RAIN}"),),
        RICE,
        "a: no subtitles",
        0,
    ),
    Sample(
        "eml",
        f"Subject: {RICE}\nFrom: សុខា <s@x.kh>\nDate: Tue, 11 May 2021 08:30:00 +0700\n\n{RAIN}\n",
        (
            Document(
                "a",
                RICE,
                RAIN,
                {
                    "author": "សុខា",
                    "date": datetime(2021, 5, 11, 8, 30, tzinfo=timezone(timedelta(hours=7))),
                },
            ),
        ),
        RICE,
        "a: no mail",
        0,
    ),
    Sample(
        "pdf",
        pdf_maker.pdf([pdf_maker.shown(RICE), pdf_maker.shown(RAIN)]),
        (Document("a", RICE, f"{RICE}\f{RAIN}\f", {"pages": 2}),),
        pdf_maker.pdf([pdf_maker.shown(RICE), pdf_maker.shown("\ufffd" * 9)]),
        "a, p. 2: a text layer that is not what the pages show; --ocr",
        1,
    ),
    Sample(
        "notes",
        f"# {RICE}\n@ 2021-05-11\n{RAIN}\n\n# ក\n{RICE}\n",
        (Document("a#1", RICE, RAIN, {"date": date(2021, 5, 11)}), Document("a#2", "ក", RICE)),
        f"# ក\n{RICE}\n# ខ\n@ today\n{RAIN}\n# គ\n{RAIN}\n",
        "a, line 3: 'today' is no date",
        2,
    ),
]


@pytest.fixture(autouse=True)
def _others(monkeypatch):
    """Register the dummy, and forget it, and whatever else a test brings, afterwards."""
    monkeypatch.setattr(registry, "_registered", {})
    register_format("notes", dummy_format.read)


def encoded(content):
    return content.encode() if isinstance(content, str) else content


def read(content, format, **options):
    return list(read_stream(io.BytesIO(encoded(content)), format, source="a", **options))


every_format = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.format)


def test_every_format_that_khsearch_brings_has_a_sample():
    rooms = [registry.BUILT_IN[sample.format] for sample in SAMPLES if sample.format != "notes"]
    others = ["gz", "picture"]  # what is in the one, its name says; the other has no text
    assert sorted([*rooms, *others]) == sorted(set(registry.BUILT_IN.values()))


@every_format
def test_documents_come_in_the_order_of_the_content(sample):
    assert read(sample.content, sample.format) == list(sample.documents)
    if isinstance(sample.content, str):
        assert read("\ufeff" + sample.content, sample.format) == list(sample.documents)


@every_format
def test_a_pipe_is_read_as_a_file_is(sample):
    ends = os.pipe()
    with os.fdopen(ends[1], "wb") as pipe:
        pipe.write(encoded(sample.content))
    with os.fdopen(ends[0], "rb") as pipe:
        assert tuple(read_stream(pipe, sample.format, source="a")) == sample.documents


@every_format
def test_a_part_that_is_wrong_is_told_with_its_place_and_the_others_follow(sample):
    told = []
    assert len(read(sample.bad, sample.format, on_error=told.append)) == sample.left
    assert [str(error).startswith(sample.says) for error in told] == [True]
    with pytest.raises(DocumentError, match=r"^a[,:]"):
        read(sample.bad, sample.format)


@every_format
@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"\0" * 50, b"PK\3\4" + bytes(range(256))])
def test_what_has_no_documents_is_an_error_that_names_the_source(sample, content):
    told = []
    found = list(read_stream(io.BytesIO(content), sample.format, source="a", on_error=told.append))
    assert found or told
    assert all(str(error).startswith(("a: ", "a, ")) for error in told)


@every_format
def test_every_byte_is_told_once(sample):
    sizes = []
    read(sample.content, sample.format, on_bytes=sizes.append)
    assert sum(sizes) == len(encoded(sample.content))


@every_format
def test_a_stream_that_fails_is_an_error_that_names_the_source(sample):
    class Failing(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, _buffer):
            raise OSError(5, "Input/output error")

    with pytest.raises(DocumentError, match=r"^a: cannot be read \(Input/output error\)"):
        list(read_stream(Failing(), sample.format, source="a"))


@every_format
def test_a_file_is_found_in_a_folder_and_indexed(sample, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / f"x.{sample.format.upper()}").write_bytes(encoded(sample.content))
    assert len(list(read_path(tmp_path / "docs"))) == len(sample.documents)
    assert len(list(read_path(tmp_path / "docs", sample.format))) == len(sample.documents)
    run = CliRunner().invoke
    assert run(app, ["index", str(tmp_path / "x.idx"), str(tmp_path / "docs")]).exit_code == 0
    told = run(app, ["index", str(tmp_path / "y.idx"), "-", "--format", sample.format], input=sample.content)
    assert told.exit_code == 0
    assert f"{len(sample.documents)} added" in told.stderr


def test_help_and_errors_list_what_is_registered(tmp_path):
    run = CliRunner().invoke
    listed = "|".join([*registry.BUILT_IN, "notes"])
    assert f"[{listed}]" in run(app, ["index", "--help"]).stdout.replace("\n", "").replace(" ", "")
    assert f"--format {listed}" in run(app, ["index", str(tmp_path / "x"), "-"]).stderr
    assert "'notes'" in run(app, ["index", str(tmp_path / "x"), "-", "--format", "doc"]).stderr
    with pytest.raises(DocumentError, match=rf"use one of {listed.replace('|', ', ')}$"):
        read("", "doc")


def test_a_program_may_read_several_suffixes_and_ours_otherwise(tmp_path):
    register_format(["md", "markup", "txt"], dummy_format.read)
    for suffix in ("md", "markup", "txt"):
        (tmp_path / f"x.{suffix}").write_text(f"# ក\n{RICE}\n", encoding="utf-8")
    assert [document.id for document in read_path(tmp_path)] == ["x.markup#1", "x.md#1", "x.txt#1"]
    assert format_names() == [*registry.BUILT_IN, "notes", "markup"]


@pytest.mark.parametrize("suffix", ["", ".md", "MD", "tar.gz", "a b"])
def test_what_is_no_suffix_cannot_be_registered(suffix):
    with pytest.raises(ValueError, match="suffixes takes"):
        register_format(suffix, dummy_format.read)


@pytest.mark.parametrize(
    ("reader", "says"),
    [
        (lambda source: [Document("1", text=RICE)], "TypeError: it gives Document"),
        (lambda source: None, "TypeError: 'NoneType'"),
        (lambda source: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_reader_that_fails_is_a_document_error_that_names_the_format(tmp_path, reader, says):
    register_format("odd", reader)
    (tmp_path / "x.odd").write_text("x")
    with pytest.raises(DocumentError, match=rf"x\.odd.*what reads \.odd fails .{says}.*mend it, or leave this out"):
        list(read_path(tmp_path / "x.odd"))


# Formats of installed packages


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a package with formats: one as it should be, others that fail when they are loaded or read."""
    folder = tmp_path / "site"
    about = folder / "some_formats-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: some-formats\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        f"[{registry.GROUP}]\n"
        "kv = tests.dummy_format:read\n"
        "txt = some_formats:nothing\n"
        "gone = some_formats:nothing\n"
        "broken = some_formats_broken:read\n"
        "extra = some_formats:read\n"
        "late = some_formats:late\n"
    )
    (folder / "some_formats_broken.py").write_text("import some_library_that_is_not_there\n")
    (folder / "some_formats.py").write_text(
        "from khsearch.errors import MissingExtraError\n"
        "def __getattr__(name):\n"
        "    if name == 'read':\n"
        "        raise MissingExtraError(\"pip install 'some-formats[all]'\")\n"
        "    raise AttributeError(name)\n"
        "def late(source):\n"
        "    raise MissingExtraError(\"pip install 'some-formats[late]'\")\n"
        "    yield\n"
    )
    monkeypatch.syspath_prepend(folder)
    registry._entry_points.cache_clear()
    yield
    registry._entry_points.cache_clear()
    for name in ("some_formats", "some_formats_broken"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("installed")
def test_an_installed_package_brings_a_format(tmp_path):
    (tmp_path / "x.kv").write_text(f"# ក\n{RICE}\n", encoding="utf-8")
    assert list(read_path(tmp_path / "x.kv")) == [Document("x.kv#1", "ក", RICE)]
    assert {"txt", "kv", "gone", "broken", "extra"} <= set(format_names())


@pytest.mark.usefixtures("installed")
def test_what_khsearch_reads_itself_no_package_takes_over():
    assert read(RICE, "txt") == [Document("a", RICE, RICE)]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("format", "says"),
    [
        ("gone", "a: the reader of .gone of the package some-formats cannot be loaded (AttributeError"),
        ("broken", "a: the reader of .broken of the package some-formats cannot be loaded (ModuleNotFoundError"),
        ("extra", "a: pip install 'some-formats[all]'"),
        ("late", "a: pip install 'some-formats[late]'"),
    ],
)
def test_a_format_that_fails_is_an_error_that_names_its_package_and_stops_no_other(tmp_path, format, says):
    with pytest.raises(DocumentError) as caught:
        read(RICE, format)
    assert str(caught.value).startswith(says)
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in (f"a.{format}", "b.txt"):
        (docs / name).write_text(RICE, encoding="utf-8")
    told = []
    assert [document.id for document in read_path(docs, on_error=told.append)] == ["b.txt"]
    assert len(told) == 1


@pytest.mark.usefixtures("installed")
def test_who_asks_for_a_reader_is_told_which_package_is_missing():
    with pytest.raises(MissingExtraError, match="pip install"):
        registry.reader_of("extra")
    with pytest.raises(DocumentError, match="unknown format 'doc'"):
        registry.reader_of("doc")


def test_packages_are_looked_for_only_where_a_suffix_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_entry_points", lambda: pytest.fail("looked for"))
    for sample in SAMPLES:
        assert tuple(read(sample.content, sample.format)) == sample.documents
    (tmp_path / "x.txt").write_text(RICE, encoding="utf-8")
    assert len(list(read_path(tmp_path))) == 1


def test_names_of_keys_come_to_the_reader():
    def keys(source):
        content = json.loads(source.read())
        yield source.placed(Document(content[source.names.id], text=content[source.names.text]))

    register_format("keys", keys)
    told = read(f'{{"no": "7", "body": "{RICE}"}}', "keys", names=FieldNames("no", "head", "body"))
    assert told == [Document("7", "", RICE)]


def test_no_suffix_is_no_format(tmp_path):
    (tmp_path / "README").write_text(RICE, encoding="utf-8")
    (tmp_path / "a.").write_text(RICE, encoding="utf-8")
    (tmp_path / "b.txt").write_text(RICE, encoding="utf-8")
    assert [document.id for document in read_path(tmp_path)] == ["b.txt"]
    with pytest.raises(DocumentError, match="its name tells no format"):
        list(read_path(Path(tmp_path / "README")))
