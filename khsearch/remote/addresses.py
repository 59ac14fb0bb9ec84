"""addresses: where an index in OpenSearch is: "http(s)://[user:password@]host[:port][,host:port]/NAME".

An address as it was given in; the hosts, the name of the index, and apart from them user and password out. Nothing that
is shown, kept or sent on from here has the password in it, messages about a wrong address included.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from khsearch.frozen import frozen

Auth = tuple[str, str]
"""User and password."""

_PORTS = {"http": 9200, "https": 443}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_MOST_NAME = 200  # what is put behind it has to fit into the 255 bytes of a name of OpenSearch, too
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
_LIKE = "write it as http://host:9200/NAME, or with more: https://user:password@host:443,host:443/NAME"


@frozen
class Address:
    """Where an index is: the scheme, hosts with their ports, and its name."""

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    alias: str

    @property
    def name(self) -> str:
        """The address as it is shown, which `read_address` reads."""
        hosts = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)
        return f"{self.scheme}://{hosts}/{self.alias}"


def read_address(text: str) -> tuple[Address, Auth | None]:
    """Read an address -> it, and the user and password that it has; ValueError for one that cannot be."""
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    authority, _, path = rest.partition("/")
    who, at, hosts = authority.rpartition("@")
    shown = f"{scheme}://{rest.rpartition('@')[2]}"  # a password that is not written as it should may hold a slash
    if scheme not in _PORTS:
        raise ValueError(f"{shown!r:.200}: no address of an index in OpenSearch; {_LIKE}")
    found = []
    for host in hosts.split(","):
        read = _HOST.fullmatch(host)
        if read is None or not 0 < int(read[2] or 1) < 1 << 16:
            raise ValueError(f"{shown!r:.200}: host and port cannot be read; {_LIKE}")
        found.append((read[1].strip("[]").lower(), int(read[2] or _PORTS[scheme])))
    alias = path.removesuffix("/")
    check_name(alias, shown)
    return Address(scheme, tuple(found), alias), _auth(who, shown) if at else None


def check_name(alias: str, shown: str) -> None:
    """ValueError for what cannot be the name of an index, at an address that is shown so."""
    if not alias or "/" in alias:
        raise ValueError(f"{shown!r:.200}: one name of an index stands behind the host; {_LIKE}")
    if not _NAME.fullmatch(alias) or len(alias) > _MOST_NAME:
        raise ValueError(
            f"{shown!r:.200}: the name of an index in OpenSearch takes lower case letters from a to z, digits, '.', "
            f"'_' and '-', a letter or digit first, at most {_MOST_NAME}"
        )


def _auth(who: str, shown: str) -> Auth:
    user, colon, password = who.partition(":")
    if not user or not colon:
        raise ValueError(f"{shown!r:.200}: user and password stand before the host as user:password@; {_LIKE}")
    return unquote(user), unquote(password)
