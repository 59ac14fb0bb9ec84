"""Words of real files of every office kind: each of those that the text had is among those that are read."""

import re
from pathlib import Path

import pytest

from khsearch import clusters, words
from khsearch.documents import read_path

OWN = Path(__file__).parents[2] / "files"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "files"
KINDS = ["khmeros.docx", "table.docx", "odt", "pptx", "xlsx", "noto.html", "epub", "srt", "eml"]
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")


def spoken(text):
    """Words without invisible characters, which some kinds of files lose and words() gives back as they stood."""
    return [_INVISIBLE.sub("", word) for word in words(text)]


def lost(original, file):
    """Words of two clusters or more that were not read."""
    wanted = {
        word
        for word in spoken(original.read_text("utf-8"))
        if len(clusters(word)) > 1 and "\u1780" <= word[0] <= "\u17b3"
    }
    assert len(wanted) > 50
    return wanted - set(spoken("\n".join(document.text for document in read_path(file))))


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_is_lost(kind):
    assert not lost(OWN / "021-smot.txt", OWN / f"021-smot.{kind}")


def test_what_stands_beside_the_text_is_read_too_or_left_out_on_purpose():
    (table,) = read_path(OWN / "021-smot.table.docx")
    assert table.text.endswith("\nព្រះរាជាណាចក្រកម្ពុជា")  # the page header
    (slides,) = read_path(OWN / "021-smot.pptx")
    assert slides.text.count("\f") == slides.text.count("កំណត់ចំណាំ") == slides.fields["pages"]
    (sheet,) = read_path(OWN / "021-smot.xlsx")
    assert "\t1500\tរៀល" in sheet.text
    (page,) = read_path(OWN / "021-smot.noto.html")
    assert page.text.startswith(page.title)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the files are not here: ../shared/data/files")
def test_no_word_of_the_shared_files_is_lost():
    files = [(original, original.with_suffix(f".{kind}")) for original in SHARED.glob("*.txt") for kind in KINDS]
    assert len(files) >= 27
    assert not {file.name: lost(original, file) for original, file in files if lost(original, file)}
