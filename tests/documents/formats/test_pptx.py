"""pptx: slides in the order in which they are shown, each a page with its notes."""

from khsearch.documents import reasons
from tests.documents.formats.making import OOXML, RAIN, RICE, P, one, pptx, read, rels, shape


def test_slides_come_as_they_are_shown_not_as_they_are_named():
    slides = [f"ស្លាយ{number}" for number in range(1, 13)]
    document = one(pptx(*map(shape, slides)), "pptx")
    assert document.text == "".join(f"{slide}\f" for slide in slides)
    assert document.fields == {"pages": 12}


def test_notes_stand_on_the_page_of_their_slide_without_its_number():
    number = '<a:p><a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p>'
    notes = f"<p:notes {P}>{shape('កំណត់')}<p:sp><p:txBody>{number}</p:txBody></p:sp></p:notes>"
    parts = {"ppt/notes/n.xml": notes, "ppt/slides/_rels/slide2.xml.rels": rels(notesSlide="../notes/n.xml")}
    assert one(pptx(shape(RICE), shape(RAIN), parts=parts), "pptx").text == f"{RICE}\nកំណត់\f{RAIN}\f"


def test_groups_tables_and_pieces_of_words():
    row = "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:txBody></a:tc>" for cell in "កខ")
    table = f"<p:graphicFrame><a:tbl><a:tr>{row}</a:tr><a:tr>{row}</a:tr></a:tbl></p:graphicFrame>"
    runs = "".join(f"<a:r><a:t>{piece}</a:t></a:r>" for piece in ("ស្រូវ", "វស្សា"))
    pieces = f"<p:sp><p:txBody><a:p>{runs}<a:br/><a:r><a:t>គ</a:t></a:r></a:p></p:txBody></p:sp>"
    slide = f"<p:grpSp><p:grpSp>{shape(RICE)}</p:grpSp></p:grpSp>{table}{pieces}"
    assert one(pptx(slide), "pptx").text == f"{RICE}\nក\tខ\nក\tខ\nស្រូវវស្សា\nគ\f"


def test_words_of_charts_and_diagrams():
    spaces = f'xmlns:c="{OOXML}/drawingml/2006/chart" xmlns:a="{OOXML}/drawingml/2006/main"'
    chart = (
        f"<c:chart {spaces}><a:p><a:t>តម្លៃ</a:t></a:p>"
        "<c:cat><c:strCache><c:pt><c:v>កំពត</c:v></c:pt></c:strCache></c:cat>"
        "<c:val><c:numCache><c:v>5</c:v></c:numCache></c:val></c:chart>"
    )
    parts = {
        "ppt/charts/c.xml": chart,
        "ppt/diagrams/d.xml": f"<x {spaces}><a:p><a:t>ដ្យាក្រាម</a:t></a:p></x>",
        "ppt/slides/_rels/slide1.xml.rels": rels(chart="../charts/c.xml", diagramData="../diagrams/d.xml"),
    }
    assert one(pptx(shape(RICE), parts=parts), "pptx").text == f"{RICE}\nតម្លៃ\nកំពត\nដ្យាក្រាម\f"


def test_text_in_a_font_from_before_unicode_is_told():
    run = '<a:r><a:rPr><a:latin typeface="Limon S1"/></a:rPr><a:t>sMNaj</a:t></a:r><a:r><a:t>x</a:t></a:r>'
    document, error = read(pptx(f"<p:sp><p:txBody><a:p>{run}</a:p></p:txBody></p:sp>"), "pptx")
    assert document.text == "x\f"
    assert error.reason == reasons.LEGACY_FONT
