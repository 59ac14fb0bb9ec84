"""khsearch.native: which road is in use, told in words, whatever lies where the compiled core is looked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import khsearch
from khsearch import native

PACKAGE = Path(khsearch.__file__).parent
STATE = "from khsearch import native; print(native.core is not None, native.STATE, sep='|')"


def told(place, code=STATE, **environment):
    """What a new process prints, with the khsearch of a folder, of which nothing but the environment is inherited."""
    inherited = {name: value for name, value in os.environ.items() if name != "KHSEARCH_NATIVE"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, "PYTHONPATH": str(place), **environment},
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def another(tmp_path):
    """The rooms of khsearch that its door needs, without a core, in a folder of their own."""
    (tmp_path / "khsearch").mkdir()
    for name in ("__init__", "lazy", "sharing", "errors", "version", "native"):
        shutil.copy(PACKAGE / f"{name}.py", tmp_path / "khsearch")
    return tmp_path


def test_the_core_of_this_process_is_what_its_state_says():
    assert (native.core is not None) == (native.STATE == "in use")
    if native.core is not None:
        assert native.core.INTERFACE == native.INTERFACE


@pytest.mark.skipif(not list(PACKAGE.glob("_core*.so")), reason="no core is built; see CONTRIBUTING.md")
def test_a_core_that_is_there_is_used():
    assert told(PACKAGE.parent) == "True|in use"
    assert told(PACKAGE.parent, KHSEARCH_NATIVE="required") == "True|in use"


def test_the_environment_leaves_it_out():
    code = f"{STATE}; import sys; print('khsearch._core' in sys.modules)"
    assert told(PACKAGE.parent, code, KHSEARCH_NATIVE="0") == "False|left out, as KHSEARCH_NATIVE=0 says\nFalse"


def test_one_that_is_not_there_is_not_built(another):
    assert told(another).startswith("False|not built; to have it, install khsearch again where cargo is")


@pytest.mark.parametrize(("core", "its"), [("INTERFACE = 0", "0"), ("", "None")], ids=["older", "none"])
def test_one_of_another_khsearch_is_not_used(another, core, its):
    (another / "khsearch/_core.py").write_text(core)
    state = f"that of another khsearch (interface {its}, not {native.INTERFACE}); install khsearch again"
    assert told(another) == f"False|{state}"


@pytest.mark.parametrize("content", [b"", b"no library"], ids=["empty", "text"])
def test_a_broken_one_is_not_used(another, content):
    (another / "khsearch/_core.abi3.so").write_bytes(content)
    state = told(another)
    assert state.startswith("False|not to be loaded (")
    assert state.endswith("; install khsearch again")


def test_the_command_tells_it():
    code = "import sys; sys.argv = ['khsearch', '--version']; from khsearch.cli import main; main()"
    version, core, _ = told(PACKAGE.parent, code, KHSEARCH_NATIVE="0").splitlines()
    assert version == f"khsearch, version {khsearch.__version__}"
    assert core == "compiled core: left out, as KHSEARCH_NATIVE=0 says"
