"""mail: what a message says, who sent it and when, however its headers are written."""

import base64
from email.message import EmailMessage

import pytest

from khsearch.documents import reasons
from khsearch.documents.formats.reader import Remark
from tests.documents.formats.making import RAIN, RICE, one, read, refused


def mail(plain=None, page=None, **headers):
    message = EmailMessage()
    for name, value in {"subject": "ចំណង", "from": "សុខា <s@x.kh>", **headers}.items():
        message[name] = value
    if plain is not None:
        message.set_content(plain)
    if page is not None:
        add = message.set_content if plain is None else message.add_alternative
        add(page, subtype="html")
    return message


def test_plain_text_goes_before_html_unless_it_says_nothing():
    assert one(bytes(mail(RICE, f"<p>{RAIN}</p>")), "eml").text == RICE
    assert one(bytes(mail(" \n", f"<p>{RAIN}</p>")), "eml").text == RAIN
    assert one(bytes(mail(None, f"<p>{RAIN[:4]}<b>{RAIN[4:]}</b></p>")), "eml").text == RAIN


def test_attachments_are_named_and_messages_within_are_read():
    inner = mail(RAIN, subject="ខាងក្នុង")
    message = mail(RICE)
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="របាយការណ៍.pdf")
    message.add_attachment("text", filename="a.txt")
    message.add_attachment(inner)
    found = read(bytes(message), "eml")
    (remark,) = (item.text for item in found if isinstance(item, Remark))
    assert remark == "attachments are not read: របាយការណ៍.pdf, a.txt"
    assert found[0].text == f"{RICE}\nខាងក្នុង\n{RAIN}"


def word(data):
    return f"=?utf-8?B?{base64.b64encode(data).decode()}?="


@pytest.mark.parametrize(
    "written",
    [
        "ស្រូវវស្សា",
        word("ស្រូវវស្សា".encode()),
        f"{word('ស្រូវវស្សា'.encode()[:10])}\n {word('ស្រូវវស្សា'.encode()[10:])}",
        f"ស្រូវ\n {word('វស្សា'.encode())}",
        f"=?x-unknown?B?{base64.b64encode('ស្រូវវស្សា'.encode()).decode()}?=",
    ],
    ids=["bytes", "word", "letter parted", "mixed", "unknown"],
)
def test_subjects_are_read_however_they_are_written(written):
    assert one(f"Subject: {written}\n\n{RICE}".encode(), "eml").title.replace(" ", "") == "ស្រូវវស្សា"


@pytest.mark.parametrize(
    "head",
    [
        "Date: soon",
        "Date: Tue, 99 May 9999 99:99 +9999",
        "From: <<>>,,",
        "From: =?utf-8?B?!!!?= <x>",
        "Content-Type: x",
    ],
)
def test_headers_that_are_broken_do_no_harm(head):
    document = read(f"Subject: ក\n{head}\n\n{RICE}", "eml")[0]
    assert document.title == "ក"
    assert "date" not in document.fields


def test_a_sender_without_a_name_is_its_address():
    assert one("From: s@x.kh\nSubject: x\n\nក", "eml").fields == {"author": "s@x.kh"}


def test_lines_that_flow_are_one():
    head = "Subject: x\nContent-Type: text/plain; charset=utf-8; format=flowed"
    assert one(f"{head}; delsp=yes\n\nស្រូវ \nវស្សា\n-- \nក", "eml").text == "ស្រូវវស្សា\n-- \nក"
    assert one(f"{head}\n\nស្រូវ \nវស្សា", "eml").text == "ស្រូវ វស្សា"


def test_a_message_of_a_subject_alone_is_found_by_it():
    document = one(f"Subject: {RICE}\n\n\n", "eml")
    assert (document.title, document.text) == (RICE, "")
    assert refused("From: x@y\n\n", "eml").reason == reasons.EMPTY
    assert refused(RICE, "eml").reason == reasons.BROKEN


def test_what_cannot_be_decoded_is_told():
    document, error = read(b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\n\xff\xfe\xfd", "eml")
    assert document.title == "x"
    assert error.reason == reasons.ENCODING
    locked = "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/x-y\n\nx\n--b--\n"
    assert read(f"Subject: x\n{locked}", "eml")[0].reason == reasons.ENCRYPTED
