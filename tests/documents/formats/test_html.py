"""html: the main text of a page, as it is shown, and what the page says of itself."""

import sys
from datetime import date, datetime, timedelta, timezone

import pytest

from khsearch.documents import reasons
from khsearch.documents.formats import markup
from tests.documents.formats.making import RAIN, RICE, one, read, refused


def text(body):
    return one(f"<body>{body}</body>", "html").text


def test_blocks_end_a_line_and_what_is_inline_parts_no_word():
    assert text("<p>ស្រូវ<b>វស្សា</b><wbr>ឆ្នាំ<span>នេះ</span></p><div>ក</div>ខ<br>គ") == "ស្រូវវស្សាឆ្នាំនេះ\nក\nខ\nគ"
    assert text("<p>ក\n   ខ</p>\n\n<ul>\n<li> គ </li>\n<li>ឃ</ul>") == "ក ខ\nគ\nឃ"
    assert text("<table><tr><td>ក</td><td>ខ</td></tr><tr><th>គ<th><p>ឃ</table>ង") == "ក\tខ\nគ\tឃ\nង"
    assert text("<pre>a\n  b</pre>") == "a\n  b"
    assert text("ក&#x1781;&amp;&nbsp;<!-- x -->គ") == "កខ&\u00a0គ"
    assert text("<ruby>ក<rt>k</rt></ruby><script>x</script><style>y</style><template>z</template>") == "ក"


def test_what_stands_beside_the_text_is_left_out():
    page = (
        f"<header>site</header><nav><a>menu</a></nav><main><article><header><h1>ចំណង</h1></header><p>{RICE}</p>"
        "<aside>beside</aside><blockquote>ក<footer>ខ</footer></blockquote></article></main>"
        "<footer>©</footer><noscript>no</noscript>"
    )
    assert text(page) == f"ចំណង\n{RICE}\nក\nខ"
    assert text(f"<header><h1>{RICE}</h1><nav>menu</nav></header><p>ក</p>") == f"{RICE}\nក"


@pytest.mark.parametrize("tag", ["header", "footer", "aside", "nav", "noscript"])
def test_a_page_whose_text_stands_there_alone_is_not_lost(tag):
    assert text(f"<{tag}><p>{RICE}</p></{tag}>") == RICE
    assert RICE * 9 in text(f"<{'aside' if tag in ('nav', 'noscript') else tag}>{RICE * 9}</aside><p>ក</p>")


def test_what_a_page_says_of_itself():
    head = (
        '<html lang="km"><head><meta property="og:title" content="ចំណង"><title>x | site</title>'
        '<meta name="author" content="សុខា"><meta name="author" content="ចាន់">'
        '<meta property="article:published_time" content="2021-05-11T08:30:00+07:00"></head>'
    )
    document = one(f"{head}<p>{RICE}", "html")
    assert document.title == "ចំណង"
    when = datetime(2021, 5, 11, 8, 30, tzinfo=timezone(timedelta(hours=7)))
    assert document.fields == {"author": ["សុខា", "ចាន់"], "date": when, "language": "km"}
    assert one(f"<title> </title><h1>ក</h1><time datetime='2021-05-11'>x</time>{RICE}", "html").fields == {
        "date": date(2021, 5, 11)
    }
    assert one(f'<meta name=date content="yesterday"><meta name=author content="https://x">{RICE}', "html").fields == {}


@pytest.mark.parametrize("tag", ["title", "script src='a'", 'style a="/>"', "textarea", "a id='p1' "])
def test_tags_of_xml_that_end_at_once_take_nothing_with_them(tag):
    body = (
        f"<html xmlns='http://www.w3.org/1999/xhtml'><head><{tag}/></head><body><p>{RICE}<br/>{RAIN}</p></body></html>"
    )
    assert one(f"<?xml version='1.0'?>{body}", "xhtml").text == f"{RICE}\n{RAIN}"
    assert one(body, "html").text == f"{RICE}\n{RAIN}"


def test_encodings():
    assert one(f'<meta charset="iso-8859-1"><p>{RICE}'.encode(), "html").text == RICE
    assert (
        one(
            '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>caf\xe9'.encode("latin-1"),
            "html",
        ).text
        == "café"
    )
    assert one(f"<p>{RICE}".encode("utf-16"), "html").text == RICE
    assert refused(b"<p>caf\xe9", "html").reason == reasons.ENCODING


@pytest.mark.parametrize(
    "body",
    [
        "<p style=\"color: red; font-family: 'Limon S1', serif\">sMNaj</p>",
        '<font face="Limon S1" size=3><b>sMNaj</b></font>',
        "<style>/* x */ p.old, h1 { font-family: Limon S1 }</style><p class=old>sMNaj</p>",
        "<style>@media print { body { font: bold 12pt/1.5 'ABC-TEXT-05' } } .k { font-family: Khmer OS }</style>sMNaj",
    ],
)
def test_text_in_a_font_from_before_unicode_is_told(body):
    document, error = read(f"{body}<p class=k>{RAIN}", "html")
    assert document.text == RAIN
    assert error.reason == reasons.LEGACY_FONT
    assert "5 characters" in str(error)


def test_without_the_package_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(markup, "loading", lambda name: None)
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)
    error = refused(f"<p>{RICE}", "html")
    assert error.reason == reasons.NO_PACKAGE
    assert str(error).endswith("pip install 'khsearch[files]'")
