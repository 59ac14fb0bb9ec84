"""odf: all that a page shows, in its order, once; slides as pages."""

import io
import zipfile
from datetime import date

import pytest

from khsearch.documents import reasons
from tests.documents.formats.making import RAIN, RICE, odf, one, read, zipped


def text(body, **parts):
    return one(odf(f"<office:text>{body}</office:text>", **parts), "odt").text


def test_spans_within_a_word_are_one_word():
    assert text("<text:p>ស្រូវ<text:span>វស្សា</text:span>ឆ្នាំ</text:p>") == "ស្រូវវស្សាឆ្នាំ"
    assert text('<text:p>ក<text:s text:c="99999999999"/>ខ<text:tab/>គ<text:line-break/>ឃ</text:p>') == "ក ខ\tគ\nឃ"
    assert text("<text:h>ក</text:h>\n  <text:p>ខ\n   គ</text:p>") == "ក\nខ គ"


def test_notes_and_boxes_stand_behind_their_paragraph():
    note = (
        "<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>កំណត់</text:p></text:note-body></text:note>"
    )
    box = "<draw:frame><draw:text-box><text:p>ប្រអប់</text:p></draw:text-box></draw:frame>"
    initials = "<meta:creator-initials>x</meta:creator-initials>"
    comment = f"<office:annotation>{initials}<text:p>មតិ</text:p></office:annotation>"
    assert text(f"<text:p>ស្រូវ{note}{box}{comment}វស្សា</text:p><text:p>{RAIN}</text:p>") == (
        f"ស្រូវវស្សា\nកំណត់\nប្រអប់\nមតិ\n{RAIN}"
    )


def test_tables_page_headers_and_deleted_text():
    row = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in "កខ")
    deleted = "<text:tracked-changes><text:p>លុប</text:p></text:tracked-changes>"
    header = "<style:master-page><style:header><text:p>ក្បាល</text:p></style:header></style:master-page>"
    body = f"{deleted}<table:table><table:table-row>{row}</table:table-row></table:table><text:p>{RICE}</text:p>"
    assert text(body, styles=header) == f"ក\tខ\n{RICE}\nក្បាល"


def test_slides_are_pages_with_their_notes_and_charts():
    def slide(words, notes=""):
        frame = f"<draw:frame><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"
        return f"<draw:page>{frame}{notes}</draw:page>"

    notes = f"<presentation:notes>{slide('កំណត់')[11:-12]}</presentation:notes>"
    chart = '<draw:frame><draw:object href="./Object 1"/></draw:frame>'
    body = f"<office:presentation>{slide(RICE, notes)}{slide(RAIN, chart)}</office:presentation>"
    part = odf("<office:chart><text:p>តារាង</text:p></office:chart>")
    content = zipfile.ZipFile(io.BytesIO(part)).read("content.xml")
    document = one(odf(body, **{"Object 1/content.xml": content}), "odp")
    assert document.text == f"{RICE}\nកំណត់\f{RAIN}\nតារាង\f"
    assert document.fields == {"pages": 2}


def test_properties_become_title_and_fields():
    meta = (
        "<office:meta><dc:title>ចំណងជើង</dc:title><dc:creator>ខ</dc:creator>"
        "<meta:initial-creator>ក</meta:initial-creator>"
        "<meta:creation-date>2021-05-11</meta:creation-date>"
        '<meta:document-statistic meta:page-count="3"/></office:meta>'
    )
    document = one(odf(f"<office:text><text:p>{RICE}</text:p></office:text>", meta=meta), "odt")
    assert document.title == "ចំណងជើង"
    assert document.fields == {"author": "ក", "date": date(2021, 5, 11), "pages": 3}


FACES = (
    '<office:font-face-decls><style:font-face style:name="F" svg:font-family="&apos;Limon S1&apos;"/>'
    "</office:font-face-decls>"
)


@pytest.mark.parametrize(
    ("paragraph", "automatic", "styles"),
    [
        (
            '<text:p><text:span text:style-name="T1">sMNaj</text:span></text:p>',
            f'{FACES}<style:style style:family="text" style:name="T1"><style:text-properties style:font-name="F"/>'
            "</style:style>",
            "",
        ),
        (
            '<text:p text:style-name="P1">sMNaj</text:p>',
            '<style:style style:family="paragraph" style:name="P1" style:parent-style-name="S"/>',
            '<style:style style:family="paragraph" style:name="S"><style:text-properties fo:font-family="Limon S1"/>'
            "</style:style>",
        ),
        (
            "<text:p>sMNaj</text:p>",
            "",
            f'{FACES}<style:default-style style:family="paragraph"><style:text-properties style:font-name="F"/>'
            "</style:default-style>",
        ),
    ],
    ids=["span", "ancestor", "defaults"],
)
def test_text_in_a_font_from_before_unicode_is_told(paragraph, automatic, styles):
    made = odf(f"<office:text>{paragraph}<text:p>{RICE}</text:p></office:text>", styles=styles, automatic=automatic)
    document, error = read(made, "odt")
    assert document.text == RICE
    assert error.reason == reasons.LEGACY_FONT


def test_a_zip_of_another_kind_is_told():
    (error,) = read(zipped({"x": "y"}), "odt")
    assert "no OpenDocument file" in str(error)
