"""client: the one door to OpenSearch: a request in; what its JSON says, or an error of khsearch, out.

Requests are counted. Errors tell the address, the reason that OpenSearch gives, and what to do; they never hold user or
password, and carry no exception of the library behind them.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from khsearch.errors import (
    IndexExistsError,
    IndexMismatchError,
    IndexNotFoundError,
    IndexStoreError,
    QueryError,
)
from khsearch.extras import missing
from khsearch.sharing import Lock, loading

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

    from khsearch.remote.addresses import Address, Auth

RAISE: Final = object()

Signer = Callable[..., Any]
"""What signs requests instead of user and password, as opensearch-py takes it."""

_SECONDS = 60.0  # within which an answer comes, unless the options of the client say otherwise
_TRIES = 3  # for an answer that is not whole

# Without a handler, Python writes what the library logs to stderr, tracebacks included; errors tell it anyway.
logging.getLogger("opensearch").addHandler(logging.NullHandler())


class UnreachableError(IndexStoreError):
    """No answer that says whether the request was carried out: nobody answers, too late, half an answer, or 5xx."""


class BusyError(IndexStoreError):
    """OpenSearch has too much to do, or the request is too much for it (429); nothing of it was done."""


class TooLargeError(IndexStoreError):
    """The request is longer than OpenSearch takes (413)."""


class ConflictError(IndexStoreError):
    """What was to be replaced is not what it was, or what was to be made is there (409)."""


class Client:
    """Asks one cluster for one index; for any number of threads, and for forked processes."""

    def __init__(self, address: Address, http_auth: Auth | Signer | None = None, **options: Any) -> None:
        """options: as `opensearchpy.OpenSearch` takes them: for TLS use_ssl, verify_certs, ca_certs, client_cert ...

        MissingExtraError without opensearch-py; nothing is asked yet.
        """
        self.address = address
        self.requests = 0
        self._auth = http_auth
        self._options = options
        self._seconds = float(options.get("timeout") or _SECONDS)
        self._lock = Lock()
        self._library: OpenSearch | None = None
        self._process = 0
        self._major = 0
        _library()

    def __repr__(self) -> str:
        return f"Client({self.name!r})"

    def __reduce__(self) -> str:
        raise TypeError("a client knows a password and is not pickled; send the address, and make another there")

    @property
    def name(self) -> str:
        """The address, without secrets."""
        return self.address.name

    @property
    def alias(self) -> str:
        """The name of the index."""
        return self.address.alias

    @property
    def major(self) -> int:
        """The first number of the cluster's version; asked for once."""
        if not self._major:
            told = self.ask("GET", "/").get("version", {}).get("number", "")
            self._major = int(told.split(".")[0]) if re.match(r"\d+\.", told) else 2
        return self._major

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, object] | None = None,
        missing: Any = RAISE,
        seconds: float | None = None,
        ndjson: bool = False,
    ) -> Any:
        """Ask -> the answer, parsed.

        path: as it is sent, so with names that hold other characters escaped. body: bytes as they are sent, or what
        JSON takes. missing: what is returned where OpenSearch has not what is asked for (404), which is an
        IndexNotFoundError for an index all the same. seconds: after which it is given up. ndjson: a body of lines.

        IndexStoreError: UnreachableError, BusyError, TooLargeError, ConflictError and IndexNotFoundError where
        callers tell cases apart.
        IndexMismatchError for what does not go with the mapping, QueryError for a query of too many terms.
        """
        limit = self._seconds if seconds is None else seconds
        sent = {
            name: str(value).lower() if isinstance(value, bool) else value for name, value in (params or {}).items()
        }
        headers = {"content-type": "application/x-ndjson" if ndjson else "application/json"}
        for attempt in range(1, _TRIES + 1):
            self.requests += 1
            try:
                # `timeout` among the parameters is OpenSearch's own only where the library gets its own this way.
                found = self._connected().transport.perform_request(
                    method,
                    path,
                    params={**sent, "request_timeout": limit, "ignore": () if missing is RAISE else 404},
                    body=body,
                    headers=headers,
                )
            except Exception as problem:
                error = self._error(problem, limit)
                if isinstance(error, _BrokenError) and attempt < _TRIES:
                    continue
            else:
                if isinstance(found, dict | list):
                    return found if missing is RAISE else self._present(found, missing)
                error = _BrokenError(f"{self.name}: {_BROKEN}")
                if attempt < _TRIES:
                    continue
            raise error from None
        raise AssertionError

    def checked(self, response: Any) -> Any:
        """Return the answer of a search; IndexStoreError where it is part of one."""
        shards = response.get("_shards", {})
        failed = int(shards.get("failed", 0))
        if failed:
            failures = shards.get("failures") or [{}]
            reason = _reason(failures[0].get("reason"))
            raise IndexStoreError(
                f"{self.name}: only {shards.get('successful')} of {shards.get('total')} shards answered{reason}; look "
                "at the cluster's health, bring the missing node back, or keep replicas"
            )
        if response.get("timed_out"):
            raise IndexStoreError(f"{self.name}: it took too long to answer in full; retry, or ask for less")
        return response

    def told(self, answer: Any) -> Any:
        """Return one of several answers of one request; an error where it is one."""
        if isinstance(answer, dict) and "error" in answer:
            raise self._refusal(
                int(answer.get("status", 500)), str(answer["error"]), _reason(answer["error"])
            ) from None
        return answer

    def close(self) -> None:
        """Close connections; a later request opens new ones."""
        with self._lock:
            library, self._library = self._library, None
            if library is not None and self._process == os.getpid():
                library.close()

    def _connected(self) -> OpenSearch:
        found = self._library
        if found is not None and self._process == os.getpid():
            return found
        with self._lock:
            if self._library is None or self._process != os.getpid():  # connections of a parent are the parent's
                self._library = self._connect()
                self._process = os.getpid()
            return self._library

    def _connect(self) -> OpenSearch:
        options = {"timeout": self._seconds, **self._options}
        if self.address.scheme == "https":
            options.setdefault("use_ssl", True)
        if isinstance(self._auth, tuple):  # sent in UTF-8, which OpenSearch reads: the library writes Latin-1
            options["http_auth"] = tuple(one.encode(errors="surrogateescape").decode("latin-1") for one in self._auth)
        elif self._auth is not None:
            options["http_auth"] = self._auth
        try:
            return _library()(
                [{"host": host, "port": port} for host, port in self.address.hosts], serializer=_Json(), **options
            )
        except Exception as problem:  # whatever an option may be
            raise IndexStoreError(
                f"{self.name}: opensearch-py cannot be used with these options ({type(problem).__name__}: "
                f"{self._without_secrets(str(problem))}); check {', '.join(sorted(self._options)) or 'its version'}"
            ) from None

    def _without_secrets(self, text: str) -> str:
        secrets = [
            *(self._auth[1:] if isinstance(self._auth, tuple) else ()),
            *(value for value in self._options.values() if isinstance(value, str)),
        ]
        for secret in filter(None, secrets):
            text = text.replace(secret, "...")
        return text

    def _present(self, found: Any, missing: Any) -> Any:
        """An answer, or what stands for it where it says that there is not what was asked for."""
        if "index_not_found" in str(found.get("error", "")):
            raise self._refusal(404, "index_not_found", _reason(found))
        gone = found.get("found") is False or found.get("result") == "not_found" or found.get("status") == 404
        return missing if gone else found

    def _error(self, problem: Exception, seconds: float) -> Exception:
        """What a problem is to those who ask."""
        if isinstance(problem, IndexStoreError):
            return problem
        status, text = getattr(problem, "status_code", None), _of(problem)
        kind = type(problem).__name__
        if isinstance(status, int):
            return self._refusal(status, text, _reason(getattr(problem, "info", None)))
        if kind == "ConnectionTimeout":
            return UnreachableError(
                f"{self.name}: no answer within {seconds:g} seconds; look at the cluster's health, or retry"
            )
        if kind == "SSLError":
            return UnreachableError(
                f"{self.name}: no safe connection ({_cause(text)}); check the scheme, and the options verify_certs and "
                "ca_certs"
            )
        if kind == "ConnectionError" and "IncompleteRead" not in text and "codec can't decode" not in text:
            return UnreachableError(
                f"{self.name}: nobody answers ({_cause(text)}); start OpenSearch there, or check scheme, address "
                "and options"
            )
        return _BrokenError(f"{self.name}: {_BROKEN}")

    def _refusal(self, status: int, text: str, reason: str) -> Exception:
        name = self.name
        if "too_many" in text and "clause" in text:
            return QueryError(f"{name}: the query has more terms than OpenSearch takes; ask for fewer words")
        if "index_not_found" in text:
            return IndexNotFoundError(f"{name}: no index here{reason}; make one with: khsearch index {name} PATH")
        if "resource_already_exists" in text:
            return IndexExistsError(f"{name}: it is there already{reason}; choose another name")
        if status == 401:
            mend = "check user and password" if self._auth else _NOBODY
            return IndexStoreError(f"{name}: OpenSearch does not know who asks (401); {mend}")
        if status == 403 and "cluster_block" not in text:
            return IndexStoreError(f"{name}: OpenSearch does not allow it (403); check user and password, and rights")
        if "cluster_block" in text and status != 429:
            return IndexStoreError(f"{name}: OpenSearch refuses to write{reason}; remove the block, often: free disk")
        if "search_context_missing" in text:
            return IndexStoreError(
                f"{name}: OpenSearch no longer keeps the moment from which documents were read: a node was started "
                f"again, or nothing was read for some minutes; run it again, such as: khsearch export {name}"
            )
        if status == 404:
            return IndexStoreError(f"{name}: OpenSearch has not what was asked for (404){reason}; check the address")
        if status == 409:
            return ConflictError(f"{name}: another writer was at work meanwhile{reason}; retry when it ends")
        if status == 413:
            return TooLargeError(
                f"{name}: OpenSearch takes no request so long (413); raise http.max_content_length there"
            )
        if status == 429:
            return BusyError(
                f"{name}: OpenSearch has too much to do (429){reason}; retry later, or give it more memory"
            )
        if status >= 500:
            return UnreachableError(
                f"{name}: OpenSearch failed ({status}){reason}; look at the cluster's health, and retry"
            )
        if "mapper" in text or "mapping" in text:
            return IndexMismatchError(
                f"{name}: it does not go with the mapping of the index{reason}; mend it: khsearch rebuild {name}"
            )
        return IndexStoreError(f"{name}: OpenSearch refuses it ({status}){reason}; check its version, 2.19 or later")


_NOBODY = "give user and password: http_auth=(user, password), or KHSEARCH_HTTP_AUTH=user:password in the environment"
_BROKEN = "the answer is cut off, or none of OpenSearch; check what stands between, such as a proxy, and retry"


class _BrokenError(UnreachableError):
    """An answer that cannot be read."""


class _Json:
    """JSON as the library asks for it."""

    mimetype = "application/json"

    def dumps(self, data: object) -> bytes:
        """Return bytes as they are, anything else as JSON."""
        return data if isinstance(data, bytes) else orjson.dumps(data)

    def loads(self, text: str) -> object:
        """Read an answer."""
        return orjson.loads(text)


def _library() -> type[OpenSearch]:
    try:
        loading("opensearchpy")
        from opensearchpy import OpenSearch
    except ImportError:
        raise missing("an index in OpenSearch needs a package more", "opensearch") from None
    return OpenSearch


def _of(problem: Exception) -> str:
    """All that an exception of the library tells, for looking for words in it."""
    return "\n".join(map(str, problem.args))


def _cause(text: str) -> str:
    """The reason of the system in what the library tells, which holds much besides."""
    found = re.search(r"\[Errno -?\d+\] ([\w ,.'-]+)|\[\w+: \w+\] ([^\n]+?)\.? \(_ssl", text)
    return (found[1] or found[2]).strip() if found else "the connection ended"


def _reason(told: object) -> str:
    """The innermost reason of an error of OpenSearch as ": ...", as far as it tells one."""
    error = told.get("error", told) if isinstance(told, dict) else told
    if isinstance(error, dict) and error.get("root_cause"):
        error = error["root_cause"][0]
    while isinstance(error, dict) and isinstance(error.get("caused_by"), dict):
        error = error["caused_by"]
    if isinstance(error, dict):
        error = error.get("reason") or error.get("type")
    return f": {error:.300}" if isinstance(error, str) and error else ""
