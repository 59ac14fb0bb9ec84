"""Sheets of xlsx and ods: what people see in the cells, a document a sheet or a row."""

import io
import zipfile
from datetime import date, datetime

import pytest

from khsearch.documents import Document, FieldNames, reasons
from tests.documents.formats.making import (
    RAIN,
    RICE,
    X,
    cells,
    docx,
    odf,
    ods_rows,
    one,
    para,
    read,
    refused,
    rels,
    run,
    xlsx,
)

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="[$-453]dd\\-mmmm\\-yyyy"/><numFmt numFmtId="165" formatCode="h:mm"/>'
    '<numFmt numFmtId="166" formatCode="#,##0.00&quot;days&quot;"/>'
    '<numFmt numFmtId="167" formatCode="[h]:mm;[Red]-[h]:mm"/></numFmts>'
    '<fonts><font><name val="Khmer OS"/></font><font><name val="Limon S1"/></font></fonts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="9"/><xf numFmtId="166"/><xf numFmtId="0" fontId="1"/>'
    '<xf numFmtId="167"/></cellXfs>'
)
BY_ROW = FieldNames(by_row=True)


def cell(value, style=0, kind="n"):
    return f'<row><c s="{style}" t="{kind}"><f>1+1</f><v>{value}</v></c></row>'


@pytest.mark.parametrize(
    ("made", "seen"),
    [
        (cell(1500), "1500"),
        (cell("1500.0"), "1500"),
        (cell("1.5E3"), "1500"),
        (cell("0.30000000000000004"), "0.3"),
        (cell(44327, 1), "2021-05-11"),
        (cell(44327, 3), "2021-05-11"),
        (cell("44327.354166666664", 2), "2021-05-11 08:30"),
        (cell("0.35416666666666669", 4), "08:30"),
        (cell("1.5", 8), "36:00"),
        (cell(59, 1), "1900-02-28"),
        (cell(99999999, 1), "99999999"),
        (cell("0.25", 5), "25%"),
        (cell(44327, 6), "44327"),
        (cell(1, 0, "b"), "TRUE"),
        (cell(RICE, 0, "str"), RICE),
        (cell("2021-05-11T08:30:00", 0, "d"), "2021-05-11 08:30"),
        (cell(1, 0, "s"), RAIN),
        (cell("#N/A", 0, "e") + cell("x", 0, "str"), "x"),
        (cell(99, 0, "s") + cell("nan") + cell("x", 0, "str"), "nan\nx"),
        ("<row><c t='inlineStr'><is><r><t>ស្រូវ</t></r><r><t>វស្សា</t></r><rPh><t>x</t></rPh></is></c></row>", "ស្រូវវស្សា"),
    ],
)
def test_cells_are_read_as_people_see_them(made, seen):
    assert one(xlsx({"a": made}, STYLES, [RICE, RAIN]), "xlsx").text == seen


def test_days_since_1904():
    made = xlsx({"a": cell(42865, 1)}, STYLES, about='<workbookPr date1904="1"/>')
    assert one(made, "xlsx").text == "2021-05-11"


def test_one_sheet_is_the_workbook_and_of_several_each_is_a_document():
    rows = cells([RICE, None, "5"], [None], [RAIN])
    assert one(xlsx({"a": rows, "b": cells([None])}), "xlsx") == Document("a", f"{RICE} 5", f"{RICE}\t5\n{RAIN}")
    found = read(xlsx({"ក": rows, "b": "", "Sheet 2": cells([RAIN])}), "xlsx")
    assert [(document.id, document.title) for document in found] == [("a#ក", "ក"), ("a#Sheet 2", "Sheet 2")]


def test_each_row_is_a_document_where_the_column_of_the_text_is_named():
    styled = (
        f'<row r="9"><c r="A9" t="inlineStr"><is><t>{RICE}</t></is></c><c r="B9" s="1"><v>44327</v></c>'
        '<c r="D9"><v>5</v></c></row>'
    )
    made = xlsx({"a": cells(["Text ", "ថ្ងៃ"]) + styled + cells([RAIN])}, STYLES)
    assert read(made, "xlsx", names=BY_ROW) == [
        Document("a#9", "", RICE, {"ថ្ងៃ": date(2021, 5, 11), "D": 5}),
        Document("a#10", "", RAIN),
    ]


def test_of_several_sheets_the_id_of_a_row_names_its_own():
    rows = cells(["id", "text", "id"], [None, RICE], ["7", RAIN, "x"], ["8"])
    first, second, wrong, other = read(xlsx({"a": rows, "b": cells(["ក"])}), "xlsx", names=BY_ROW)
    assert first == Document("a#a!2", "", RICE)
    assert second == Document("7", "", RAIN, {"id 2": "x"})
    assert str(wrong).startswith("a, sheet 'a', row 4: ")
    assert str(other) == "a, sheet 'b', row 1: no column 'text' among ក; name the right one with --text-field"


def test_comments_and_shapes_belong_to_their_sheet():
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": rels(comments="../c.xml", drawing="../d.xml"),
        "xl/c.xml": f"<comments {X}><comment><text><r><t>មតិ</t></r></text></comment></comments>",
        "xl/d.xml": '<x xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:t>រូប</a:t></a:p></x>',
    }
    assert one(xlsx({"a": cells([RICE])}, parts=parts), "xlsx").text == f"{RICE}\nមតិ\nរូប"


def test_headers_and_footers_belong_to_a_sheet_that_holds_something():
    of_page = (
        '</sheetData><headerFooter><oddHeader>&amp;L&amp;"Khmer OS,Bold"&amp;12ក្រសួង &amp;&amp; ដី'
        "&amp;CPage &amp;P</oddHeader>"
        "<evenHeader>&amp;Lក្រសួង &amp;&amp; ដី</evenHeader></headerFooter><sheetData>"
    )
    made = xlsx({"a": cells([RICE]) + of_page, "b": cells([None]) + of_page})
    assert one(made, "xlsx") == Document("a", RICE, f"{RICE}\nក្រសួង & ដី")


def test_a_chart_on_a_sheet_of_its_own_is_read():
    chart = '<c:chart xmlns:c="{0}/chart" xmlns:a="{0}/main"><a:p><a:r><a:t>{1}</a:t></a:r></a:p></c:chart>'
    made = xlsx(
        {"a": cells([RICE]), "ក្រាហ្វ": ""},
        parts={
            "xl/worksheets/_rels/sheet2.xml.rels": rels(drawing="../drawing.xml"),
            "xl/drawing.xml": "<x/>",
            "xl/_rels/drawing.xml.rels": rels(chart="chart.xml"),
            "xl/chart.xml": chart.format("http://schemas.openxmlformats.org/drawingml/2006", RAIN),
        },
        kinds={"ក្រាហ្វ": "chartsheet"},
    )
    assert [found.text for found in read(made, "xlsx")] == [RICE, RAIN]


def test_formulas_without_a_stored_value_are_counted():
    made = xlsx({"a": cells([RICE]) + '<row><c><f>1+1</f></c><c><f>2</f><v/></c><c t="str"><f>""</f><v></v></c></row>'})
    document, remark = read(made, "xlsx")
    assert document.text == RICE
    assert remark.text.startswith("2 formulas have no value stored")


def test_text_in_a_font_from_before_unicode_is_told():
    made = xlsx({"a": cells(["text"]) + cell("sMNaj", 7, "str") + cells([RICE])}, STYLES)
    document, error = read(made, "xlsx")
    assert document.text == f"text\n{RICE}"
    assert error.reason == reasons.LEGACY_FONT
    error, document = read(made, "xlsx", names=BY_ROW)
    assert (error.reason, document.text) == (reasons.LEGACY_FONT, RICE)


def test_another_office_file_under_the_name_is_told():
    assert refused(docx(para(run(RICE))), "xlsx").reason in (reasons.BROKEN, reasons.EMPTY)


def test_sheets_of_opendocument():
    def typed(kind, value, text):
        return f'<table:table-cell office:value-type="{kind}" office:{value}><text:p>{text}</text:p></table:table-cell>'

    row = (
        f"<table:table-cell><text:p>{RICE}</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="2"/>'
        + typed("date", 'date-value="2021-05-11T08:30:00"', "11/05/21")
        + typed("float", 'value="1500"', "1.500")
    )
    head = "".join(
        f"<table:table-cell><text:p>{name}</text:p></table:table-cell>" for name in ("text", "b", "c", "d", "e")
    )
    made = odf(
        '<office:spreadsheet><table:table table:name="ក">'
        f'<table:table-row>{head}</table:table-row><table:table-row table:number-rows-repeated="2"/>'
        f"<table:table-row>{row}</table:table-row></table:table></office:spreadsheet>"
    )
    assert one(made, "ods").text == f"text\tb\tc\td\te\n{RICE}\t11/05/21\t1.500"
    assert read(made, "ods", names=BY_ROW) == [
        Document("a#4", "", RICE, {"d": datetime(2021, 5, 11, 8, 30), "e": 1500}),
    ]
    assert one(odf(ods_rows([RICE], [RAIN])), "ods").text == f"{RICE}\n{RAIN}"


def test_charts_on_sheets_of_opendocument_are_read():
    chart = zipfile.ZipFile(io.BytesIO(odf(f"<office:chart><text:p>{RAIN}</text:p></office:chart>"))).read(
        "content.xml"
    )
    frame = '<table:shapes><draw:frame><draw:object href="./Object 1"/></draw:frame></table:shapes>'
    rows = f"<table:table-row><table:table-cell><text:p>{RICE}</text:p></table:table-cell></table:table-row>"
    body = f'<office:spreadsheet><table:table table:name="a">{frame}{rows}</table:table></office:spreadsheet>'
    assert one(odf(body, **{"Object 1/content.xml": chart}), "ods").text == f"{RICE}\n{RAIN}"
