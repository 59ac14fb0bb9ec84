"""PDFs: what their pages say is kept, what lies or is missing is told, whatever bytes there are."""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from khsearch import Index, clusters, words
from khsearch.cli import app
from khsearch.documents import Document, reasons
from khsearch.documents.formats import ocr
from khsearch.documents.formats.pdf.about import fields_of, title_in
from khsearch.documents.formats.pdf.pages import ranges
from khsearch.documents.formats.pdf.pdfium import File
from khsearch.documents.formats.pdf.soundness import lies
from khsearch.documents.formats.reader import Placed, Remark, Source
from khsearch.documents.formats.registry import read
from khsearch.errors import DocumentError
from tests.documents.formats.pdf_maker import CATALOG, FONT, actual, file_of, pdf, shown, stream

FILES = Path(__file__).parents[2] / "files"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "files"
RICE = "ស្រូវវស្សាឆ្នាំនេះបានផលល្អ"
RAIN = "ភ្លៀងធ្លាក់ខ្លាំងនៅខេត្តកំពត"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]"
FONTS = b"/Font<</F %s>>" % (FONT % b"Helvetica")
SOUND = ("lokhmeros", "lonoto", "lotagged", "chrkhmeros", "chrnoto", "rlplain")
needs_tesseract = pytest.mark.skipif(bool(ocr._missing()), reason=ocr._missing() or "-")


def found_in(content: bytes, format: str = "pdf", *, ocr: bool = False) -> list[Placed | Remark | DocumentError]:
    return list(read(Source(io.BytesIO(content), "a", "a", ocr=ocr), format))


def document_of(content: bytes, **options: bool) -> Document:
    (placed, *others) = found_in(content, **options)
    assert isinstance(placed, Placed), placed
    assert all(isinstance(other, Remark) for other in others), others
    return placed.document


def text_of(*contents: bytes, **options: object) -> str:
    return document_of(pdf(contents, **options)).text  # type: ignore[arg-type]


def told_in(content: bytes, format: str = "pdf") -> list[tuple[str, str]]:
    return [(item.reason, str(item)) for item in found_in(content, format) if isinstance(item, DocumentError)]


def plain(text: str) -> str:
    return re.sub("[\u200b-\u200d\u2060\ufeff\u00ad]", "", text)


def kept(original: str, text: str) -> float:
    """The share of the words of two clusters and more of an original that a text has: 0 to 100."""
    wanted = {word for word in words(plain(original)) if len(clusters(word)) > 1 and "\u1780" <= word[0] <= "\u17b3"}
    return 100 * len(wanted & set(words(text))) / len(wanted)


# Real files


@pytest.mark.parametrize("kind", SOUND)
def test_the_words_of_real_files_are_kept(kind):
    for original in (FILES / "021-smot.txt", *sorted(SHARED.glob("*.txt"))):
        file = original.with_suffix(f".{kind}.pdf")
        document = document_of(file.read_bytes())
        text = original.read_text("utf-8")
        assert kept(text, document.text) == 100
        assert document.title.startswith(plain(text).splitlines()[0][:60])
        assert document.fields["pages"] == document.text.count("\f") == 1
        assert isinstance(document.fields["date"], datetime)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("weasy", reasons.TEXT_LAYER),
        ("noactual", reasons.TEXT_LAYER),
        ("lofallback", reasons.TEXT_LAYER),
        ("scan", reasons.SCANNED),
    ],
)
def test_a_text_layer_that_lies_or_is_not_there_is_told(kind, reason):
    files = [*FILES.glob(f"*.{kind}.pdf"), *SHARED.glob(f"*.{kind}.pdf")]
    for file in files:
        assert [told[0] for told in told_in(file.read_bytes())] == [reason]
        assert "a, p. 1: " in told_in(file.read_bytes())[0][1]
        assert "--ocr" in told_in(file.read_bytes())[0][1]


@needs_tesseract
def test_pages_without_sound_text_are_read_by_their_picture():
    original = (FILES / "021-smot.txt").read_text("utf-8")
    for kind in ("scan", "weasy", "noactual"):
        document = document_of((FILES / f"021-smot.{kind}.pdf").read_bytes(), ocr=True)
        assert kept(original, document.text) >= 94
    assert [item.place for item in found_in((FILES / "021-smot.scan.pdf").read_bytes(), ocr=True)] == ["a", "a, p. 1"]
    sound = (FILES / "021-smot.lonoto.pdf").read_bytes()
    assert found_in(sound, ocr=True) == found_in(sound)


@needs_tesseract
def test_a_text_layer_by_tesseract_is_read(tmp_path):
    with File(io.BytesIO((FILES / "021-smot.scan.pdf").read_bytes())) as file:
        picture = file.picture(1, 150)
    content = b"P5 %d %d 255\n" % (picture.width, picture.height) + picture.pixels
    command = ["tesseract", "stdin", str(tmp_path / "x"), "-l", "khm", "--psm", "4", "pdf"]
    subprocess.run(command, input=content, capture_output=True, check=True)
    text = document_of((tmp_path / "x.pdf").read_bytes()).text
    assert kept((FILES / "021-smot.txt").read_text("utf-8"), text) >= 94


@needs_tesseract
def test_pictures_are_scans():
    white = b"P5 600 200 255\n" + b"\xff" * 120_000
    assert [told[0] for told in told_in(white, "png")] == [reasons.SCANNED]
    assert [item.reason for item in found_in(white, "png", ocr=True)] == [reasons.EMPTY]
    assert "cannot read it" in str(found_in(b"GIF", "jpg", ocr=True)[0])


def test_what_ocr_needs_is_named(monkeypatch):
    scan = (FILES / "021-smot.scan.pdf").read_bytes()
    monkeypatch.setattr(ocr, "_missing", lambda: "reading pictures needs tesseract; install it")
    (problem,) = found_in(scan, ocr=True)
    assert (problem.reason, str(problem)) == (
        reasons.NO_PACKAGE,
        "a, p. 1: pages without text: reading pictures needs tesseract; install it",
    )
    assert [item.reason for item in found_in(b"GIF", "jpg", ocr=True)] == [reasons.NO_PACKAGE]


def test_missing_programs_are_told_apart(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    ocr._missing.cache_clear()
    assert "needs the program tesseract; install it (apt-get install tesseract-ocr" in ocr._missing()
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\necho eng\n")
    program.chmod(0o755)
    ocr._missing.cache_clear()
    assert "no data for Khmer" in ocr._missing()
    ocr._missing.cache_clear()


BEASTS = ("ខ្លា", "ដំរី", "ឆ្កែ", "ឆ្មា", "គោ", "ក្របី")
COLOURS = ("ស", "ខ្មៅ", "ក្រហម", "លឿង", "តូច")
NAMES = [f"សត្វ{beast}{colour}" for beast in BEASTS for colour in COLOURS]


def test_a_word_of_its_middle_finds_each_file_and_its_page(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    for kind in SOUND:
        shutil.copy(FILES / f"021-smot.{kind}.pdf", docs)
    lines = [f"{RICE}។ ទំព័រនេះនិយាយអំពី {word} ប៉ុណ្ណោះ។" for word in NAMES]
    (docs / "book.pdf").write_bytes(pdf(shown(line) for line in lines))
    run = CliRunner().invoke
    assert run(app, ["index", str(tmp_path / "x.idx"), str(docs)]).exit_code == 0
    index = Index.open(tmp_path / "x.idx")
    assert {hit.id for hit in index.search("វែងអន្លាយ") if not hit.loose} == {f"021-smot.{kind}.pdf" for kind in SOUND}
    for page, word in enumerate(NAMES, 1):
        (hit, *_) = index.search(word)
        assert (hit.id, hit.page) == ("book.pdf", page)
    assert "book.pdf, p. 7" in run(app, ["search", str(tmp_path / "x.idx"), NAMES[6]]).stdout


# What pages are made of


def test_what_a_stretch_stands_for_is_its_text_once():
    glyphs = b"(x) Tj 3 2 Td (y) Tj 3 -2 Td (z) Tj"
    assert (
        text_of(b"BT /F 12 Tf 50 700 Td /Span<</ActualText %s>>BDC %s EMC ET" % (actual(RICE), glyphs)) == f"{RICE}\f"
    )
    twice = shown("កា", 50) + shown("កា", 60)
    assert text_of(twice) == "កាកា\f"
    assert text_of(shown("កា") * 3) == "កា\f"  # drawn three times at one place, to look bold
    nested = b"/P<</ActualText %s>>BDC %s EMC" % (actual(RAIN), shown(RICE) + shown(RICE, 60))
    assert text_of(nested) == f"{RAIN}\f"
    assert text_of(shown("", 50) + shown(RICE, 60)) == f"{RICE}\f"


def test_what_stretches_stand_for_may_be_a_resource_or_in_a_form():
    named = b"BT /F 12 Tf 50 700 Td /Span /P0 BDC (x) Tj EMC ET"
    properties = b"/Properties<</P0 4 0 R>>"
    assert text_of(named, resources=properties, more=[b"<</ActualText %s>>" % actual(RICE)]) == f"{RICE}\f"
    form = stream(shown(RAIN), b"%s/Matrix[2 0 0 2 0 -700]/Resources<<%s>>" % (FORM, FONTS))
    page = shown(RICE) + b"/X Do"
    assert text_of(page, resources=b"/XObject<</X 4 0 R>>", more=[form]) == f"{RICE} {RAIN}\f"


def test_lines_go_on_where_they_go_on():
    long, short = "គាត់បានទៅធ្វើការងារនៅវាល", "ស្រែ។ ថ្ងៃនេះ"
    lines = [(long, 700), (short, 685), (long, 670), (long, 655)]
    content = b"".join(shown(text, y=y, glyphs=b"x" * len(text)) for text, y in lines)
    assert text_of(content) == f"{long}{short} {long}{long}\f".replace(f"{short} ", f"{short}\n")
    further = b"".join(shown(long, y=y, glyphs=b"x" * 20) for y in (700, 685, 640))
    assert text_of(further) == f"{long}{long}\n{long}\f"
    heading = shown(long, y=700, size=20, glyphs=b"x" * 9) + shown(long, y=680, glyphs=b"x" * 20)
    assert text_of(heading) == f"{long}\n{long}\f"


def test_a_word_that_a_page_divides_is_whole_on_the_first():
    assert text_of(shown(f"{RICE} ក្រសួងអប់"), shown("រំបានប្រកាស")) == f"{RICE} ក្រសួងអប់រំ\fបានប្រកាស\f"
    assert text_of(shown(RICE), shown(RAIN)) == f"{RICE}\f{RAIN}\f"
    assert text_of(shown("ក្រសួងអប់"), shown("2021")) == "ក្រសួងអប់\f2021\f"


def test_latin_lines_keep_their_spaces_and_lose_their_hyphens():
    def line(text: bytes, y: int) -> bytes:
        return b"BT /F 12 Tf 50 %d Td (%s) Tj ET\n" % (y, text)

    hyphen = line(b"The quick brown fox ju-", 700) + line(b"mps over 11 lazy dogs.", 686)
    assert text_of(hyphen) == "The quick brown fox jumps over 11 lazy dogs.\f"
    kerned = b"BT /F 12 Tf 50 700 Td [(The)-400(qu)20(ick)] TJ ET"
    assert text_of(kerned) == "The quick\f"
    digits = b"".join(b"BT /F 12 Tf %g 700 Td (1) Tj ET " % (50 + 6.672 * number) for number in range(4))
    assert text_of(digits) == "1111\f"


def test_signs_of_a_font_of_signs_are_bullets():
    items = b"".join(shown("\uf0b7 food", y=y) for y in (700, 650, 600, 550))
    assert text_of(items) == "\u2022 food\n\u2022 food\n\u2022 food\n\u2022 food\f"


def test_what_was_filled_into_a_form_is_text():
    fields = b"<</Subtype/Widget/FT/Tx/V %s>><</Subtype/Widget/FT/Btn/V/Yes>><</Subtype/FreeText/Contents %s>>"
    content = pdf([shown("ឈ្មោះ")]).replace(
        b"/MediaBox", b"/Annots[%s]/MediaBox" % (fields % (actual("សុខា"), actual(RAIN)))
    )
    assert document_of(content).text == f"ឈ្មោះ\nសុខា\n{RAIN}\f"


def test_turned_text_is_read_in_its_direction():
    span = b"BT /F 12 Tf 0 1 -1 0 100 %d Tm /Span<</ActualText %s>>BDC (xxxxx) Tj EMC ET "
    assert text_of(span % (100, actual("ប៉ារីស")) + span % (130, actual("ហាណូយ"))) == "ប៉ារីសហាណូយ\f"


def test_pages_that_lie_are_left_out_and_the_others_are_read():
    junk = shown("េ\ufffdា្\u0002" * 20)
    picture = b"q 600 0 0 800 0 0 cm /X Do Q"
    image = stream(b"\0", b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray")
    pages = [shown(RICE), junk, picture, picture, b"", junk, shown(RAIN)]
    content = pdf(pages, resources=b"/XObject<</X 4 0 R>>", more=[image])
    placed, *told = found_in(content)
    assert placed.document.text == f"{RICE}\f\f\f\f\f\f{RAIN}\f"
    assert placed.document.fields == {"pages": 7}
    assert [(item.reason, str(item).partition(":")[0]) for item in told] == [
        (reasons.TEXT_LAYER, "a, p. 2, 6"),
        (reasons.SCANNED, "a, p. 3 to 4"),
    ]


def test_words_on_a_picture_are_a_slide_or_the_stamp_of_a_scanner():
    image = stream(b"\0", b"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray")
    whole = b"q 600 0 0 800 0 0 cm /X Do Q "
    pages = [whole + shown("ជំពូក ១"), whole + shown("Scanned by CamScanner"), whole + shown("12")]
    placed, told = found_in(pdf(pages, resources=b"/XObject<</X 4 0 R>>", more=[image]))
    assert placed.document.text == "ជំពូក ១\f\f\f"
    assert (told.reason, str(told).partition(":")[0]) == (reasons.SCANNED, "a, p. 2 to 3")


def test_a_page_with_little_text_is_no_sounder_than_its_file():
    junk = shown("\u17c1\ufffd\u17b6\u17d2" * 20)
    assert [str(item).partition(":")[0] for item in found_in(pdf([junk, shown("\u1785\u1794\u17cb ២"), junk]))] == [
        "a, p. 1 to 3"
    ]
    assert len(found_in(pdf([junk, shown(RICE * 4)]))) == 2


def test_text_in_fonts_from_before_unicode_is_left_out_and_told():
    old = b"BT /F 12 Tf 50 700 Td (RksYgeFVIkar kmCa RBHraCaNacRk) Tj ET"
    assert told_in(pdf([old], font=b"ABCDEF+LimonS1")) == [
        (
            reasons.LEGACY_FONT,
            "a, p. 1: text in a font from before Unicode (LimonS1) is left out; "
            "convert it to Unicode, for instance with Khmer Converter, and index what comes out",
        )
    ]
    placed, told = found_in(pdf([old + shown(RICE, y=600)], font=b"LimonS1"))
    assert (placed.document.text, told.reason) == (f"{RICE}\f", reasons.LEGACY_FONT)


def test_vowels_in_the_order_of_their_shapes_are_told():
    text = (FILES / "021-smot.txt").read_text("utf-8")
    assert not lies(text)
    assert lies(re.sub("([\u1780-\u17b3](?:\u17d2[\u1780-\u17b3])*)([\u17c1-\u17c3])", r"\2\1", text))
    assert [lies(text) for text in ("Page 12", "", "\ufffd" * 9)] == [False, False, True]


def test_ranges_of_pages():
    assert ranges([1, 2, 3, 7, 9, 10]) == "p. 1 to 3, 7, 9 to 10"
    assert len(ranges(list(range(1, 2000, 2)))) < 400


# What files say of themselves


@pytest.mark.parametrize(
    ("title", "shown_as"),
    [
        ("ច្បាប់ដីធ្លី ២០០១", "ច្បាប់ដីធ្លី ២០០១"),
        ("Annual Report 2021", "Annual Report 2021"),
        ("  Land \n law ", "Land law"),
        *((title, "") for title in ("", "untitled", "Untitled-1", "Microsoft Word - x.doc", "report.docx", "C:\\a b")),
        *((title, "") for title in ("??? ????", "\ufffdx", "Slide 1", "12.3")),
        ("ច្បាប់".encode().decode("latin-1"), "ច្បាប់"),
    ],
)
def test_titles_that_are_some(title, shown_as):
    assert title_in({"Title": title}.__getitem__) == shown_as


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("D:20210511093005+07'00'", datetime(2021, 5, 11, 9, 30, 5, tzinfo=timezone(timedelta(hours=7)))),
        ("D:20210511093005Z", datetime(2021, 5, 11, 9, 30, 5, tzinfo=UTC)),
        ("D:20210511", date(2021, 5, 11)),
        ("D:2021", date(2021, 1, 1)),
        ("2021-05-11T09:30:05", datetime(2021, 5, 11, 9, 30, 5)),
        *((date, None) for date in ("", "D:20211511", "D:00000000", "yesterday", "D:20210511093005+99'00'")),
    ],
)
def test_dates(written, read_as):
    value = {"CreationDate": written, "Author": "សុខា"}.get
    assert fields_of(lambda name: value(name) or "", 3) == {
        "pages": 3,
        "author": "សុខា",
        **({} if read_as is None else {"date": read_as}),
    }


def test_a_file_says_its_title_and_author():
    about = {"Title": actual("រឿងព្រេង"), "Author": b"(Sok)", "CreationDate": b"(D:20210511)"}
    assert document_of(pdf([shown(RICE)], about=about)) == Document(
        "a", "រឿងព្រេង", f"{RICE}\f", {"pages": 1, "author": "Sok", "date": date(2021, 5, 11)}
    )
    assert document_of(pdf([shown(RICE)], about={"Title": b"(a)"})).title == RICE  # the name of the file
    both = document_of(pdf([shown(RICE)], about={"Author": b"(Sok; Chan;)"}))
    assert both.fields["author"] == ["Sok", "Chan"]


# Whatever bytes there are


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", reasons.EMPTY),
        (b"%PDF-1.7\n", reasons.BROKEN),
        (b"<html>", reasons.BROKEN),
        (pdf([]), reasons.BROKEN),
        (pdf([b"", b""]), reasons.EMPTY),
        (file_of([b"<</Type/Catalog/Pages 1 0 R>>"]), reasons.EMPTY),
        (file_of([CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 9>>"]), reasons.BROKEN),
        (pdf([b"[" * 100_000]), reasons.EMPTY),
        (pdf([b"q " * 100_000]), reasons.EMPTY),
    ],
    ids=range(9),
)
def test_what_is_no_pdf_or_has_no_text_is_told(content, reason):
    assert [told[0] for told in told_in(content)] == [reason]


def test_a_form_in_itself_and_a_page_of_endless_size():
    form = stream(b"/X Do " + shown(RICE), b"%s/Resources<</XObject<</X 4 0 R>>%s>>" % (FORM, FONTS))
    content = pdf([b"/X Do"], resources=b"/XObject<</X 4 0 R>>", more=[form])
    assert document_of(content).text.strip("\f") == RICE
    far = b"BT /F 1e38 Tf 1e38 1e38 1e38 1e38 1e38 1e38 Tm /Span<</ActualText %s>>BDC (x) Tj EMC ET" % actual(RICE)
    assert text_of(far) == f"{RICE}\f"


def test_broken_files_are_told_and_never_an_exception():
    source = random.Random(5)
    files = [(FILES / f"021-smot.{kind}.pdf").read_bytes() for kind in ("lotagged", "rlplain", "weasy", "chrnoto")]
    files.append(pdf([shown(RICE), zlib.compress(shown(RAIN))], about={"Title": actual("x")}))
    for _ in range(60):
        content = bytearray(source.choice(files))
        if source.random() < 0.3:
            del content[source.randrange(len(content)) :]
        for _ in range(source.choice((1, 20, 300))):
            if content:
                content[source.randrange(len(content))] = source.randrange(256)
        found = found_in(bytes(content))
        assert found
        assert not any("fails (" in str(item) for item in found)


def test_a_stream_that_fails_in_its_midst():
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 5000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    (problem,) = read(Source(Failing((FILES / "021-smot.lonoto.pdf").read_bytes()), "a", "a"), "pdf")
    assert str(problem).startswith("a: cannot be read (Input/output error)")


def test_without_its_package_a_pdf_is_told_and_a_scan_is_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf([shown(RICE)]))
    (tmp_path / "b.png").write_bytes(b"\x89PNG")
    code = (
        "import sys\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from khsearch.documents import read_path\n"
        "told = []\n"
        "list(read_path(sys.argv[1], on_error=told.append))\n"
        "print([(one.reason, 'khsearch[pdf]' in str(one)) for one in told])\n"
    )
    (tmp_path / ".site").mkdir()
    (tmp_path / ".site" / "pypdfium2.py").write_text("raise ImportError")
    command = [sys.executable, "-c", code, str(tmp_path), str(tmp_path / ".site")]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == f"{[(reasons.NO_PACKAGE, True), (reasons.SCANNED, False)]}\n"


def test_threads_read_at_once():
    files = [(FILES / f"021-smot.{kind}.pdf").read_bytes() for kind in SOUND] * 4
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(document_of, files)] == [*map(document_of, files)]
