"""epub: chapters in the order in which a book is read."""

from datetime import date

from khsearch.documents import reasons
from tests.documents.formats.making import RAIN, RICE, epub, one, read, refused, zipped


def test_chapters_come_in_order_without_contents_and_with_notes():
    book = epub(f"<h1>{RICE}</h1><aside>កំណត់</aside><footer>ជើង</footer>", f"<nav>x</nav><p>{RAIN}</p>")
    assert one(book, "epub").text == f"{RICE}\nកំណត់\nជើង\n{RAIN}"


def test_what_a_book_says_of_itself():
    about = (
        "<dc:title>ចំណង</dc:title><dc:creator>ក</dc:creator><dc:creator>ខ</dc:creator><dc:date>2021-05-11</dc:date>"
        "<dc:language>km</dc:language>"
    )
    document = one(epub(RICE, about=about), "epub")
    assert document.title == "ចំណង"
    assert document.fields == {"author": ["ក", "ខ"], "date": date(2021, 5, 11), "language": "km"}


def test_a_chapter_that_is_missing_is_told_and_the_others_follow():
    book = epub(RICE, RAIN).replace(b"text/c0.xhtml", b"text/d0.xhtml")
    document, error = read(book, "epub")
    assert document.text == RAIN
    assert "it has no text/c0.xhtml" in str(error)


def test_fonts_that_are_hidden_lock_no_book():
    how = '<EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
    locks = f'<e><EncryptedData>{how}<CipherReference URI="text/c0.xhtml"/></EncryptedData></e>'
    assert one(epub(RICE, parts={"META-INF/encryption.xml": locks}), "epub").text == RICE
    assert refused(zipped({"x": "y"}), "epub").reason == reasons.BROKEN
