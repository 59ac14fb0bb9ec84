"""An archive to look at: texts of Khmer with sections, tags, dates and pages, and a book of many pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from khsearch import Index

FIELDS = {
    "section": "keyword",
    "tags": "keyword",
    "date": "date",
    "author": "keyword",
    "draft": "boolean",
    "path": "keyword",
    "format": "keyword",
}
SAMPLES = sorted((Path(__file__).parents[2] / "sample_docs").glob("*.txt"))
SECTIONS = ("សង្គម", "សុខភាព", "អប់រំ", "កសិកម្ម")
PEOPLE = "ជនពិការ"
VILLAGE = "ភូមិ"


def make(place: Path) -> Index:
    """Make the index of the archive in a folder."""
    made = Index.create(place / "archive.idx", fields=FIELDS)
    texts = [path.read_text("utf-8").partition("\n") for path in SAMPLES]
    with made.writer() as writer:
        for number, (path, (title, _, text)) in enumerate(zip(SAMPLES, texts, strict=True)):
            writer.add(
                {
                    "id": path.name,
                    "title": title,
                    "text": text.strip(),
                    "section": SECTIONS[number % len(SECTIONS)],
                    "tags": ["ថ្មី", "ខេត្ត"][: 1 + number % 2],
                    "date": date(2018 + number % 5, 1 + number % 12, 1 + number % 28),
                    "author": ("សុខ ដារា", "UNICEF")[number % 2],
                    "draft": number % 7 == 0,
                    "path": path.name,
                    "format": "text",
                }
            )
        pages = [text.strip() for _, _, text in texts[:12]]
        writer.add(
            {
                "id": "books/report.pdf",
                "title": "របាយការណ៍ប្រចាំឆ្នាំ",
                "text": "".join(f"{page}\f" for page in pages * 3),
                "section": SECTIONS[0],
                "date": date(2023, 6, 1),
                "path": "books/report.pdf",
                "format": "pdf",
            }
        )
    return made
