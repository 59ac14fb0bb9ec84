"""TLS, user and password: who has them gets the same answers, who has not is told what to do, and nobody a secret."""

from __future__ import annotations

import logging
import pickle
import shutil
import ssl
import subprocess
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from khsearch import Document, Index, KhsearchError
from khsearch.cli import app
from tests.remote.proxy import Proxy

USER, PASSWORD = "indexer", "hush/hush:ស្ងាត់é"
KNOWN = (USER, PASSWORD)
WRONG = "not-hush-either"

Told = Callable[[object], str]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Certificates that signed themselves, each a file with its key: of this machine, and of another one."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there, which makes certificates; apt-get install openssl")
    folder = tmp_path_factory.mktemp("certificates")
    names = {"here": "IP:127.0.0.1", "away": "DNS:elsewhere.example"}
    return {name: _certificate(folder / f"{name}.pem", of) for name, of in names.items()}


def _certificate(path: Path, of: str) -> Path:
    use = "keyUsage=critical,digitalSignature,keyCertSign"
    asked = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=khsearch -addext subjectAltName={of} -addext {use}"
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    made = subprocess.run(["openssl", *asked.split(), *files], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    with path.open("a", encoding="ascii") as file:
        file.write(path.with_suffix(".crt").read_text(encoding="ascii"))
    return path


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khsearch.remote.writer.READERS_SEE", 0.0)
    monkeypatch.setattr("khsearch.remote.cluster._given", {})
    for name in ("KHSEARCH_HTTP_AUTH", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def before(node_url: str, certificates: dict[str, Path]) -> Iterator[Callable[[str], str]]:
    """Stand before the node, with a certificate of this name, and ask for user and password -> the address."""
    with ExitStack() as stack:

        def stand(name: str = "here") -> str:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates[name])
            return stack.enter_context(Proxy(node_url, tls=context, auth=KNOWN).running()).url

        yield stand


@pytest.fixture
def url(before: Callable[[], str]) -> str:
    """The address of the node behind TLS and a password."""
    return before()


@pytest.fixture
def root(certificates: dict[str, Path]) -> str:
    """What to trust."""
    return str(certificates["here"].with_suffix(".crt"))


@pytest.fixture
def index(url: str, fresh_name: str, root: str) -> Index:
    """An index of one document, made through TLS."""
    index = Index.create(f"{url}/{fresh_name}", http_auth=KNOWN, client={"ca_certs": root})
    with index.writer() as writer:
        writer.add(Document("1", "ទឹក", "ទឹកជំនន់នៅខេត្តបាត់ដំបង"))
    return index


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Told]:
    """All that anybody is told until now, of an error or another thing, too; at the end no secret is in it."""
    caplog.set_level(logging.DEBUG)
    heard: list[str] = []

    def tell(thing: object) -> str:
        heard.append(str(thing) + repr(thing))
        if isinstance(thing, BaseException):
            heard.append("".join(traceback.format_exception(thing)))
            assert thing.__cause__ is None
            assert "opensearchpy" not in heard[-1]
        return str(thing)

    yield tell
    heard += [caplog.text, *capfd.readouterr()]
    everything = "\n".join(heard)
    for secret in (PASSWORD, quote(PASSWORD, safe=""), WRONG):
        assert secret not in everything


def ids(index: Index) -> list[str]:
    return [hit.id for hit in index.search("ទឹក")]


def refused(work: Callable[[], object], told: Told) -> str:
    with pytest.raises(KhsearchError) as caught:
        work()
    return told(caught.value)


def test_an_index_behind_tls_and_a_password_is_as_any(
    index: Index, url: str, fresh_name: str, root: str, told: Told
) -> None:
    assert ids(index) == ["1"]
    assert ids(Index.connect(url, fresh_name, http_auth=KNOWN, ca_certs=root)) == ["1"]
    assert ids(Index.open(f"{url}/{fresh_name}")) == ["1"]  # by what this process was given
    packed = pickle.dumps(index)
    assert PASSWORD.encode() not in packed
    assert ids(pickle.loads(packed)) == ["1"]
    assert Index.rebuild(f"{url}/{fresh_name}") == 1
    index.optimize()
    assert Index.verify(f"{url}/{fresh_name}") == []
    for thing in (index, index._engine, index._engine._client, index.stats(), packed):  # type: ignore[attr-defined]
        told(thing)


def test_an_address_may_hold_both(index: Index, url: str, fresh_name: str, root: str, told: Told) -> None:
    address = f"https://{USER}:{quote(PASSWORD, safe='')}@{url.removeprefix('https://')}"
    found = Index.connect(address, fresh_name, ca_certs=root)
    assert ids(found) == ["1"]
    told(found)


@pytest.mark.filterwarnings("ignore:Connecting to .* is insecure:UserWarning", "ignore:Unverified HTTPS request")
def test_who_verifies_nothing_is_answered(index: Index, url: str, fresh_name: str, told: Told) -> None:
    assert ids(Index.connect(url, fresh_name, http_auth=KNOWN, verify_certs=False)) == ["1"]


def test_the_shell_takes_both_from_the_environment(
    index: Index, url: str, fresh_name: str, root: str, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    def run(command: str, *more: str) -> Any:
        monkeypatch.setattr("khsearch.remote.cluster._given", {})  # a command is a process of its own
        result = CliRunner().invoke(app, [command, f"{url}/{fresh_name}", *more])
        told(result.output)
        return result

    assert "ca_certs" in run("stats").stderr
    monkeypatch.setenv("SSL_CERT_FILE", root)
    assert "KHSEARCH_HTTP_AUTH=user:password" in run("stats").stderr
    monkeypatch.setenv("KHSEARCH_HTTP_AUTH", f"{USER}:{WRONG}")
    refusal = run("search", "ទឹក")
    assert refusal.exit_code == 2
    assert "check user and password" in refusal.stderr
    monkeypatch.setenv("KHSEARCH_HTTP_AUTH", ":".join(KNOWN))
    found = run("search", "ទឹក", "--format", "json")
    assert (found.exit_code, found.stderr) == (0, "")
    assert '"id":"1"' in found.stdout.replace(" ", "")
    assert run("verify").exit_code == 0


@pytest.mark.parametrize(
    ("auth", "says"),
    [
        ((USER, WRONG), "does not know who asks (401); check user and password"),
        (("nobody", PASSWORD), "does not know who asks (401); check user and password"),
        (None, "(401); give user and password: http_auth=(user, password), or KHSEARCH_HTTP_AUTH=user:password"),
    ],
)
def test_who_is_not_known_is_told_what_to_give(
    auth: tuple[str, str] | None, says: str, index: Index, url: str, fresh_name: str, root: str, told: Told
) -> None:
    assert says in refused(lambda: Index.connect(url, fresh_name, http_auth=auth, ca_certs=root, timeout=20), told)
    options = {"ca_certs": root}
    assert says in refused(lambda: Index.create(f"{url}/{fresh_name}-2", http_auth=auth, client=options), told)
    assert ids(Index.connect(url, fresh_name, http_auth=KNOWN, ca_certs=root)) == ["1"]


def test_what_was_refused_is_not_remembered(
    index: Index, url: str, fresh_name: str, root: str, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    refused(lambda: Index.connect(url, fresh_name, http_auth=(USER, WRONG), ca_certs=root), told)
    assert ids(Index.open(f"{url}/{fresh_name}")) == ["1"]
    assert ids(pickle.loads(pickle.dumps(index))) == ["1"]


def test_a_certificate_that_is_not_trusted_is_told(index: Index, url: str, fresh_name: str, told: Told) -> None:
    says = refused(lambda: Index.connect(url, fresh_name, http_auth=KNOWN), told)
    assert "no safe connection (certificate verify failed: self" in says
    assert "ca_certs" in says


def test_a_certificate_of_another_machine_is_told(
    before: Callable[[str], str], fresh_name: str, certificates: dict[str, Path], told: Told
) -> None:
    root = str(certificates["away"].with_suffix(".crt"))
    says = refused(lambda: Index.connect(before("away"), fresh_name, http_auth=KNOWN, ca_certs=root), told)
    assert "no safe connection (certificate verify failed: IP address mismatch" in says


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_certificates_that_cannot_be_read_is_told(
    content: str | None, url: str, fresh_name: str, tmp_path: Path, told: Told
) -> None:
    path = tmp_path / "root.pem"
    if content:
        path.write_text(content, encoding="ascii")
    says = refused(lambda: Index.connect(url, fresh_name, http_auth=KNOWN, ca_certs=str(path)), told)
    assert f"no safe connection ({'no certificate or crl found' if content else 'No such file'}" in says
    assert "ca_certs" in says


def test_the_other_scheme_is_told(node_url: str, url: str, fresh_name: str, root: str, told: Told) -> None:
    plain = url.replace("https", "http")
    says = refused(lambda: Index.connect(plain, fresh_name, http_auth=KNOWN), told)
    assert "check scheme, address" in says
    safe = node_url.replace("http", "https")
    says = refused(lambda: Index.connect(safe, fresh_name, http_auth=KNOWN, ca_certs=root), told)
    assert "no safe connection (" in says
    assert "ended" not in says
    assert "check the scheme" in says
