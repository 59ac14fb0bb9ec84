"""docx: all that a page shows, in its order, once; nothing that was deleted; no Latin noise of old fonts."""

from datetime import date

import pytest

from khsearch.documents import reasons
from tests.documents.formats.making import OOXML, RAIN, RICE, W, core, docx, one, para, read, refused, rels, run, zipped

MORE = (
    f'xmlns:mc="{OOXML}/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/'
    'wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"'
)


def styles(inside):
    return {"word/styles.xml": f"<w:styles {W}>{inside}</w:styles>"}


def font(name):
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}"/>'


def legacy(body, parts=None, **links):
    """The texts that are read, and whether something in an old font was told."""
    found = read(docx(body, parts, **links), "docx")
    texts = [item.text for item in found if hasattr(item, "text") and hasattr(item, "fields")]
    return texts, [item.reason for item in found if hasattr(item, "reason")] == [reasons.LEGACY_FONT]


def test_runs_within_a_word_are_one_word():
    assert one(docx(para(run("ស្រូវ"), run("វស្សា"), run("ឆ្នាំ"))), "docx").text == "ស្រូវវស្សាឆ្នាំ"


def test_tables_stand_in_their_place():
    row = "".join(f"<w:tc>{para(run(cell))}{para(run('x'))}</w:tc>" for cell in "កខ")
    inner = f"<w:tbl><w:tr><w:tc>{para(run('គ'))}</w:tc><w:tc>{para(run('ឃ'))}</w:tc></w:tr></w:tbl>"
    body = para(run(RICE)) + f"<w:tbl><w:tr>{row}</w:tr><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>" + para(run(RAIN))
    assert one(docx(body), "docx").text == f"{RICE}\nក\nx\tខ\nx\nគ\tឃ\n{RAIN}"


def test_headers_notes_and_comments_follow_the_text_each_once():
    kinds = {"header1": "hdr", "header2": "hdr", "footer1": "ftr", "footnotes": "footnotes", "comments": "comments"}
    parts = {
        f"word/{name}.xml": f"<w:{tag} {W}>{para(run('ក្បាល' if tag == 'hdr' else name))}</w:{tag}>"
        for name, tag in kinds.items()
    }
    data = docx(para(run(RICE)), parts, **{name: f"{name}.xml" for name in kinds})
    assert one(data, "docx").text == f"{RICE}\nក្បាល\nfooter1\nfootnotes\ncomments"


def test_a_text_box_is_read_once_behind_its_paragraph():
    box = f"<w:txbxContent>{para(run('ប្រអប់'))}</w:txbxContent>"
    both = (
        f'<w:r {MORE}><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{box}</wps:txbx></mc:Choice>'
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    old = f"<w:r {MORE}><w:pict><v:textbox>{box}</v:textbox></w:pict></w:r>"
    for made in (both, old):
        assert one(docx(para(run("ស្រូវ"), made, run("វស្សា")) + para(run(RAIN))), "docx").text == (
            f"ស្រូវវស្សា\nប្រអប់\n{RAIN}"
        )


def test_changes_that_are_tracked():
    deleted = "<w:del><w:r><w:delText>លុប</w:delText></w:r></w:del>"
    moved = f"<w:moveFrom>{run('ទៅ')}</w:moveFrom><w:moveTo>{run('មក')}</w:moveTo>"
    assert one(docx(para(run("ក"), deleted, f"<w:ins>{run('ខ')}</w:ins>", moved)), "docx").text == "កខមក"
    joined = para(run("ស្រូវ"), inside="<w:rPr><w:del/></w:rPr>") + para(run("វស្សា"))
    assert one(docx(joined), "docx").text == "ស្រូវវស្សា"


def test_codes_of_fields_are_left_out_and_what_they_show_is_in():
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "http://x"</w:instrText></w:r>'
        f"{run('ក')}<w:r><w:tab/><w:br/></w:r>{run('ខ')}"
    )
    stops = '<w:tabs><w:tab w:val="left" w:pos="5"/></w:tabs>'
    assert one(docx(para(field, inside=stops)), "docx").text == "ក\t\nខ"


def test_properties_become_title_and_fields():
    app = '<Properties xmlns="x"><Pages>12</Pages></Properties>'
    parts = {"docProps/core.xml": core("របាយការណ៍", "សុខា; ចាន់", "2021-05-11"), "docProps/app.xml": app}
    document = one(docx(para(run(RICE)), parts), "docx")
    assert document.title == "របាយការណ៍"
    assert document.fields == {"author": ["សុខា", "ចាន់"], "date": date(2021, 5, 11), "pages": 12}
    parts = {"docProps/core.xml": core("Document1", "", "soon")}
    document = one(docx(para(run(RICE)), parts), "docx")
    assert (document.title, document.fields) == (RICE, {})


@pytest.mark.parametrize(
    ("body", "parts", "links"),
    [
        (para(run("sMNaj", font("Limon S1"))), {}, {}),
        (
            para(run("sMNaj", '<w:rStyle w:val="b"/>')),
            styles(
                f'<w:style w:type="character" w:styleId="a"><w:rPr>{font("ABC-TEXT-05")}</w:rPr></w:style>'
                '<w:style w:type="character" w:styleId="b"><w:basedOn w:val="a"/></w:style>'
            ),
            {"styles": "styles.xml"},
        ),
        (
            para(run("sMNaj"), inside='<w:pStyle w:val="p"/>'),
            styles(f'<w:style w:type="paragraph" w:styleId="p"><w:rPr>{font("Limon R1")}</w:rPr></w:style>'),
            {"styles": "styles.xml"},
        ),
        (
            para(run("sMNaj")),
            styles(
                f'<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:rPr>{font("Limon R1")}</w:rPr></w:style>'
            ),
            {"styles": "styles.xml"},
        ),
        (
            para(run("sMNaj")),
            styles(f"<w:docDefaults><w:rPrDefault><w:rPr>{font('Limon R1')}</w:rPr></w:rPrDefault></w:docDefaults>"),
            {"styles": "styles.xml"},
        ),
        (
            para(run("sMNaj", '<w:rFonts w:asciiTheme="minorHAnsi"/>')),
            {
                "word/theme.xml": f'<a:theme xmlns:a="{OOXML}/drawingml/2006/main"><a:minorFont>'
                '<a:latin typeface="Limon S1"/></a:minorFont></a:theme>'
            },
            {"theme": "theme.xml"},
        ),
        (para('<w:r><w:sym w:font="Limon S1" w:char="F061"/></w:r>'), {}, {}),
    ],
    ids=["run", "character style", "paragraph style", "usual style", "defaults", "theme", "symbol"],
)
def test_text_in_a_font_from_before_unicode_is_told_wherever_the_font_is_named(body, parts, links):
    assert legacy(body, parts, **links) == ([], True)
    assert legacy(body + para(run(RICE, font("Khmer OS"))), parts, **links) == ([RICE], True)


def test_khmer_in_such_a_font_is_khmer():
    body = para(run(RICE, font("Limon S1")), run(" 12, ", font("Limon S1")), run("x", font("Khmer OS")))
    assert one(docx(body), "docx").text == f"{RICE} 12, x"


def test_the_text_is_found_where_the_package_says():
    body = f"<w:document {W}><w:body>{para(run(RICE))}</w:body></w:document>"
    parts = {"_rels/.rels": rels(officeDocument="/word/document2.xml"), "word/document2.xml": body}
    assert one(zipped(parts), "docx").text == RICE


def test_a_document_within_the_document_is_told():
    data = docx('<w:altChunk r:id="aFChunk"/>' + para(run(RICE)), {"word/a.htm": "x"}, aFChunk="a.htm")
    remark, document = read(data, "docx")
    assert "another document within it (word/a.htm)" in remark.text
    assert document.text == RICE


def test_a_document_without_text_is_told():
    assert refused(docx(""), "docx").reason == reasons.EMPTY
    assert refused(zipped({"word/document.xml": "<x"}), "docx").reason == reasons.BROKEN


def test_pages_that_are_pictures_are_told_as_such():
    assert refused(docx(para(), {"word/media/image1.png": "x"}), "docx").reason == reasons.SCANNED
    assert one(docx(para(run(RICE)), {"word/media/image1.png": "x"}), "docx").text == RICE
