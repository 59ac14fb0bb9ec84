"""Addresses of indexes in OpenSearch: what they say, and that no message tells a password."""

from __future__ import annotations

import pytest

from khsearch.remote.addresses import Address, read_address


@pytest.mark.parametrize(
    ("text", "address", "auth"),
    [
        ("http://host/news", Address("http", (("host", 9200),), "news"), None),
        ("HTTPS://Host.example/news/", Address("https", (("host.example", 443),), "news"), None),
        ("http://a:1,b:2/n-1_2.x", Address("http", (("a", 1), ("b", 2)), "n-1_2.x"), None),
        ("http://[::1]:9201/n", Address("http", (("::1", 9201),), "n"), None),
        ("https://me:p%40ss%2Fw%3A@host/n", Address("https", (("host", 443),), "n"), ("me", "p@ss/w:")),
        ("https://me:a:b@c:1,d:2/n", Address("https", (("c", 1), ("d", 2)), "n"), ("me", "a:b")),
        ("https://me:@c/n", Address("https", (("c", 443),), "n"), ("me", "")),
    ],
)
def test_an_address_is_read(text: str, address: Address, auth: tuple[str, str] | None) -> None:
    assert read_address(text) == (address, auth)
    assert read_address(address.name) == (address, None)


@pytest.mark.parametrize(
    "text",
    [
        "http://host",
        "http://host/",
        "http://host/a/b",
        "http://host:0/n",
        "http://host:65536/n",
        "http://host:x/n",
        "http:///n",
        "http://a,,b/n",
        "http://host/News",
        "http://host/_news",
        "http://host/a b",
        "http://host/a,b",
        "http://host/n?x=1",
        "http://host/*",
        "http://host/" + "n" * 201,
        "ftp://host/n",
        "http://user@host/n",
        "http://:pw@host/n",
    ],
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"http://host:9200/NAME|takes lower case"):
        read_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://me:hush@host/A",
        "http://me:hush@host",
        "http://me:hush/hush@host/n",
        "http://me:9/hush@host",
        "http://me:hush@host:x/n",
        "ftp://me:hush@host/n",
        "http://:hush@host/n",
    ],
)
def test_no_message_tells_a_password(text: str) -> None:
    with pytest.raises(ValueError, match="http") as caught:
        read_address(text)
    assert "hush" not in str(caught.value)
