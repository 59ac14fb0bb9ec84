"""What is installed: the same files from a checkout and from a source package, with the core where it can be built."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = "khsearch/_core.abi3.so"
NOT_PACKED = (".ci/", ".github/", ".gitignore")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only git knows which files are khsearch's"),
    pytest.mark.skipif(not find_spec("setuptools_rust"), reason="pip install setuptools-rust"),
]
needs_cargo = pytest.mark.skipif(not shutil.which("cargo"), reason="no cargo; see CONTRIBUTING.md")


def kept():
    """Paths of all files that git keeps, or would."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture
def checkout(tmp_path):
    """A copy of what git keeps, to be built in."""
    for name in kept():
        to = tmp_path / "checkout" / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, to)
    return tmp_path / "checkout"


def environment(native=None, *, cargo=True):
    env = {name: value for name, value in os.environ.items() if name not in {"KHSEARCH_NATIVE", "PYTHONPATH"}}
    # As scripts/test builds it, so that what the core stands on is not built anew.
    env |= {"CARGO_TARGET_DIR": str(ROOT / "native/target"), "PYO3_NO_PYTHON": "1"}
    env |= {"KHSEARCH_NATIVE": native} if native else {}
    return env if cargo else env | {"PATH": "/nowhere"}


def build(kind, source, **how):
    """The path of a "wheel", "editable" wheel or "sdist" that is built in a folder."""
    to = source.parent / f"{kind}-of-{source.name}"
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(to)!r})"
    to.mkdir(exist_ok=True)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=source, env=environment(**how), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    (built,) = [path for path in to.iterdir() if path.suffix in {".whl", ".gz"}]
    return built


def files_of(wheel):
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def state_of(installed):
    """What `khsearch --version` says of the core, where khsearch is in a folder."""
    env = {name: value for name, value in os.environ.items() if name != "KHSEARCH_NATIVE"}
    command = [sys.executable, "-m", "khsearch", "--version"]
    env |= {"PYTHONPATH": str(installed)}
    done = subprocess.run(command, cwd=installed.parent, env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[1].removeprefix("compiled core: ")


def state_of_wheel(wheel):
    folder = wheel.with_suffix("")
    zipfile.ZipFile(wheel).extractall(folder)
    return state_of(folder)


def rooms():
    return {name for name in kept() if name.startswith("khsearch/")}


def shipped():
    """What of the checkout is inside of an installed khsearch."""
    return {
        f"khsearch/shipped/{name}"
        for name in kept()
        if name.startswith(("sample_docs/", "benchmarks/sample_docs/"))
        or (name.startswith("benchmarks/") and name.endswith(".py"))
    }


def break_core(checkout):
    with (checkout / "native/src/lib.rs").open("a") as lib:
        lib.write("fn broken( {\n")


@needs_cargo
def test_a_source_package_has_all_and_makes_the_same_wheel(checkout, tmp_path):
    packed = build("sdist", checkout, cargo=False)
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / packed.name.removesuffix(".tar.gz")
    found = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert {name for name in kept() if not name.startswith(NOT_PACKED)} - found == set()
    made = {name for name in found - kept() if not name.startswith("khsearch.egg-info/")}
    assert made == {"PKG-INFO", "setup.cfg"}

    wheel = build("wheel", source, native="required")
    assert "-cp311-abi3-linux" in wheel.name
    assert files_of(wheel) == rooms() | shipped() | {CORE}
    told = zipfile.ZipFile(wheel).namelist()
    assert [name for name in told if name.endswith(("licenses/LICENSE", "LICENSE.khmer-nltk.txt", "entry_points.txt"))]
    assert state_of_wheel(wheel) == "in use"


def test_without_cargo_a_wheel_is_for_any_machine(checkout):
    (checkout / CORE).write_bytes(b"of an earlier build")
    wheel = build("wheel", checkout, cargo=False)
    assert wheel.name.endswith("-py3-none-any.whl")
    assert files_of(wheel) == rooms() | shipped()
    assert state_of_wheel(wheel).startswith("not built")


@needs_cargo
def test_a_core_that_does_not_compile_is_left_out(checkout):
    break_core(checkout)
    wheel = build("wheel", checkout)
    assert wheel.name.endswith("-py3-none-any.whl")
    assert files_of(wheel) == rooms() | shipped()
    with pytest.raises(RuntimeError, match="broken"):
        build("wheel", checkout, native="required")


def test_a_release_needs_the_core(checkout):
    with pytest.raises(RuntimeError, match="can't find Rust compiler"):
        build("wheel", checkout, native="required", cargo=False)


@needs_cargo
def test_an_editable_install_is_a_line_and_the_core_of_now(checkout):
    (checkout / CORE).write_bytes(b"of an earlier build")
    wheel = build("editable", checkout)
    (name,) = files_of(wheel)
    assert name.endswith(".pth")
    assert zipfile.ZipFile(wheel).read(name).decode().split() == [str(checkout)]
    assert state_of(checkout) == "in use"

    break_core(checkout)
    build("editable", checkout)
    assert state_of(checkout).startswith("not built")
