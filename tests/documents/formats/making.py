"""Files of every office kind, as small as such files can be, and reading what was made."""

import io
import zipfile
from xml.sax.saxutils import escape

from khsearch.documents import Placed, Source
from khsearch.documents.formats import registry
from khsearch.documents.formats.reader import Remark
from khsearch.errors import DocumentError

RICE = "ស្រូវវស្សាឆ្នាំនេះបានផលល្អ"
RAIN = "ភ្លៀងធ្លាក់ខ្លាំងនៅខេត្តកំពត"

OOXML = "http://schemas.openxmlformats.org"
W = f'xmlns:w="{OOXML}/wordprocessingml/2006/main" xmlns:r="{OOXML}/officeDocument/2006/relationships"'
X = f'xmlns="{OOXML}/spreadsheetml/2006/main" xmlns:r="{OOXML}/officeDocument/2006/relationships"'
P = (
    f'xmlns:p="{OOXML}/presentationml/2006/main" xmlns:a="{OOXML}/drawingml/2006/main" '
    f'xmlns:r="{OOXML}/officeDocument/2006/relationships"'
)
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{full or name}:1.0"'
    for name, full in {
        **dict.fromkeys(("office", "text", "table", "style", "presentation", "meta"), ""),
        **{"draw": "drawing", "fo": "xsl-fo-compatible", "svg": "svg-compatible"},
    }.items()
)


def zipped(parts, **options):
    """A zip of parts, by their names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return made.getvalue()


def rels(**links):
    """The relationships of a part: kind="target", where a kind may have a number behind it; ids are the names."""
    made = "".join(
        f'<Relationship Id="{name}" Type="{OOXML}/officeDocument/2006/relationships/{name.rstrip("0123456789")}" '
        f'Target="{target}"/>'
        for name, target in links.items()
    )
    return f'<Relationships xmlns="{OOXML}/package/2006/relationships">{made}</Relationships>'


def core(title="", author="", created=""):
    return (
        '<cp:coreProperties xmlns:cp="x" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>'
        f"<dcterms:created>{created}</dcterms:created></cp:coreProperties>"
    )


def run(text, inside=""):
    return f'<w:r><w:rPr>{inside}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*runs, inside=""):
    return f"<w:p><w:pPr>{inside}</w:pPr>{''.join(runs)}</w:p>"


def docx(body, parts=None, **links):
    """A document of Word with a body; parts: others, by name; links: to them."""
    return zipped(
        {
            "_rels/.rels": rels(officeDocument="word/document.xml"),
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": rels(**links),
            **(parts or {}),
        }
    )


def pptx(*slides, parts=None):
    """Slides, each the XML of its shapes, in the order given though their names say another."""
    names = [f"slide{len(slides) - number}" for number in range(len(slides))]
    shown = "".join(f'<p:sldId id="{number}" r:id="{name}"/>' for number, name in enumerate(names))
    return zipped(
        {
            "_rels/.rels": rels(officeDocument="ppt/presentation.xml"),
            "ppt/presentation.xml": f"<p:presentation {P}><p:sldIdLst>{shown}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": rels(**{name: f"slides/{name}.xml" for name in names}),
            **{
                f"ppt/slides/{name}.xml": f"<p:sld {P}>{slide}</p:sld>"
                for name, slide in zip(names, slides, strict=True)
            },
            **(parts or {}),
        }
    )


def shape(*lines):
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return f"<p:sp><p:txBody>{paragraphs}</p:txBody></p:sp>"


def xlsx(sheets, styles="", strings=(), parts=None, about="", kinds=None):
    """A workbook: the XML of the rows of each sheet, by its name; kinds: of sheets that are no worksheets."""
    names = {name: f"sheet{number}" for number, name in enumerate(sheets, 1)}
    listed = "".join(f'<sheet name="{name}" r:id="work{part}"/>' for name, part in names.items())
    links = {
        f"work{part}": (f"worksheets/{part}.xml", (kinds or {}).get(name, "worksheet")) for name, part in names.items()
    }
    made = {
        "_rels/.rels": rels(officeDocument="xl/workbook.xml"),
        "xl/workbook.xml": f"<workbook {X}>{about}<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": rels(styles="styles.xml", sharedStrings="strings.xml").replace(
            "</Relationships>", ""
        )
        + "".join(
            f'<Relationship Id="{key}" Type="x/{kind}" Target="{target}"/>' for key, (target, kind) in links.items()
        )
        + "</Relationships>",
        "xl/styles.xml": f"<styleSheet {X}>{styles}</styleSheet>",
        "xl/strings.xml": f"<sst {X}>{''.join(f'<si><t>{text}</t></si>' for text in strings)}</sst>",
        **{
            f"xl/worksheets/{part}.xml": f"<worksheet {X}><sheetData>{sheets[name]}</sheetData></worksheet>"
            for name, part in names.items()
        },
        **(parts or {}),
    }
    return zipped(made)


def cells(*rows):
    """Rows of cells that hold their text themselves; None for an empty one."""
    return "".join(
        "<row>"
        + "".join("<c/>" if cell is None else f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row)
        + "</row>"
        for row in rows
    )


def odf(body, styles="", meta="", automatic="", **parts):
    """An OpenDocument file with a body."""
    return zipped(
        {
            "content.xml": f"<office:document-content {ODF}>{automatic}<office:body>{body}</office:body>"
            "</office:document-content>",
            "styles.xml": f"<office:document-styles {ODF}>{styles}</office:document-styles>",
            "meta.xml": f'<office:document-meta {ODF} xmlns:dc="http://purl.org/dc/elements/1.1/">{meta}'
            "</office:document-meta>",
            **parts,
        }
    )


def ods_rows(*rows, name="ក"):
    """The body of an OpenDocument file with one sheet of texts."""
    made = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return f'<office:spreadsheet><table:table table:name="{name}">{made}</table:table></office:spreadsheet>'


def epub(*chapters, about="", parts=None):
    """A book of chapters, each the content of its body; the table of contents stands before them."""
    items = "".join(
        f'<item id="c{number}" href="c{number}.xhtml" media-type="application/xhtml+xml"/>'
        for number in range(len(chapters))
    )
    order = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    return zipped(
        {
            "META-INF/container.xml": '<container><rootfile full-path="text/book.opf"/></container>',
            "text/book.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata>{about}</metadata><manifest>"
            f'<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>{items}'
            f'</manifest><spine><itemref idref="nav"/>{order}</spine></package>',
            "text/nav.xhtml": "<html><body><nav>contents</nav></body></html>",
            **{
                f"text/c{number}.xhtml": f"<html><head><title>c</title></head><body>{chapter}</body></html>"
                for number, chapter in enumerate(chapters)
            },
            **(parts or {}),
        }
    )


def read(content, format, **options):
    """All that reading gives: documents, remarks and errors."""
    data = content.encode() if isinstance(content, str) else content
    return [
        item.document if isinstance(item, Placed) else item
        for item in registry.read(Source(io.BytesIO(data), "a", "a", **options), format)
    ]


def one(content, format, **options):
    """The one document, where nothing is left out."""
    found = [item for item in read(content, format, **options) if not isinstance(item, Remark)]
    assert not [item for item in found if isinstance(item, DocumentError)], found
    (document,) = found
    return document


def refused(content, format, **options):
    """The one error, where nothing else comes."""
    (error,) = read(content, format, **options)
    assert isinstance(error, DocumentError)
    return error
