"""A folder of files that are made to do harm, or cannot be read, beside some that can."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib
from pathlib import Path

from tests.sync.folders import RICE, write

GOOD = {
    "good.txt": RICE,
    "good.html": f"<p>{RICE}</p>",
    "sub/good.csv": f"id,text\n1,{RICE}\n",
    "good.md": RICE,
}
_NESTED = 100_000


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def docx(document: bytes) -> bytes:
    types = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
    return zipped({"[Content_Types].xml": types, "word/document.xml": document})


W = b"<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>"
ENTITIES = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'>"
    + b"".join(b"<!ENTITY %c '%b'>" % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(8))
    + b"]>"
)


def pdf(*objects: bytes) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + end


def pdf_with(stream: bytes) -> bytes:
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 500 500] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(stream), stream),
    )


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    block = b" " * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def sheet(rows: int) -> bytes:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = b"<row>" + b"<c t='inlineStr'><is><t>\xe1\x9e\x80</t></is></c>" * 20 + b"</row>"
    return zipped(
        {
            "[Content_Types].xml": b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
            b"<Default Extension='xml' ContentType='application/xml'/><Override PartName='/xl/workbook.xml' "
            b"ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/></Types>",
            "_rels/.rels": b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
            b"<Relationship Id='a' Target='xl/workbook.xml' Type='%b/officeDocument'/></Relationships>" % links,
            "xl/workbook.xml": b"<workbook xmlns='%b' xmlns:r='%b'><sheets><sheet name='a' sheetId='1' r:id='a'/>"
            b"</sheets></workbook>" % (main, links),
            "xl/_rels/workbook.xml.rels": b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
            b"relationships'><Relationship Id='a' Target='worksheets/a.xml' Type='%b/worksheet'/></Relationships>"
            % links,
            "xl/worksheets/a.xml": b"<worksheet xmlns='%b'><sheetData>%b</sheetData></worksheet>" % (main, row * rows),
        }
    )


def make(folder: Path) -> int:
    """Fill a folder -> how many of its files cannot be read."""
    outside = folder.parent / "outside"
    write(outside / "secret.txt", RICE)
    for name in GOOD:
        write(
            folder / name,
            f"id,text\n1,{RICE}\n" if name.endswith("csv") else f"<p>{RICE}</p>" if "html" in name else RICE,
        )
    gigabyte = b"<w:p>" + b" " * (400 << 20)
    small = docx(W + f"<w:p><w:r><w:t>{RICE}</w:t></w:r></w:p></w:body></w:document>".encode())
    bad: dict[str, bytes] = {
        "bomb.docx": docx(W + gigabyte),
        "bomb.pdf": pdf_with(bomb(600)),
        "bomb.json.gz": gzip.compress(b" " * (400 << 20), 1),
        "entities.docx": docx(ENTITIES + W + b"&i;</w:body></w:document>"),
        "external.docx": docx(
            b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + W + b"&a;</w:body></w:document>"
        ),
        "deep.json": b"[" * _NESTED,
        "deep.docx": docx(W + b"<w:p>" * _NESTED),
        "deep.pdf": pdf_with(zlib.compress(b"[" * _NESTED)),
        "huge.xlsx": sheet(300_000),
        "truncated.docx": small[: len(small) // 2],
        "truncated.pdf": pdf_with(bomb(1))[:200],
        "loop.pdf": pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"),
        "encrypted.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000,
        "empty.txt": b"",
        "empty.pdf": b"",
        "empty.docx": b"",
        "pdf.docx": pdf_with(bomb(1)),
        "docx.pdf": small,
        "noise.xlsx": bytes(range(256)) * 40,
        "noise.eml": b"\0" * 1000,
        "latin1.txt": b"caf\xe9",
    }
    for name, data in bad.items():
        write(folder / name, data)
    os.mkfifo(folder / "pipe.txt")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "secret.txt").symlink_to(outside / "secret.txt")
    (folder / "all").symlink_to("/")
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(8 << 40)
    return len(bad) + 5  # the loop of folders is read once
