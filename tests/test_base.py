"""khsearch-base: the same code without ICU and without what is compiled where it is installed."""

import json
import os
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BASE = ("whoosh", "orjson", "numpy", "click", "rich", "xxhash", "zstandard", "filelock")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_spec("setuptools_rust"), reason="pip install setuptools-rust"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("base")
    # Built by what is installed here, and without the core, which is not what this is about: nothing is downloaded.
    env = os.environ | {"PIP_NO_BUILD_ISOLATION": "0", "KHSEARCH_NATIVE": "0"}
    subprocess.run([sys.executable, ROOT / "scripts/build-base", out], env=env, check=True, capture_output=True)
    (built,) = out.iterdir()
    assert built.name.startswith("khsearch_base-")
    return built


@pytest.fixture(scope="module")
def base(wheel, tmp_path_factory):
    """Run Python where nothing but the base is installed: its wheel, and the packages that this names."""
    site = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(site)
    waiting, seen = list(BASE), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = metadata.distribution(name)
        for top in {path.parts[0] for path in found.files or () if path.parts[0] not in ("..", "__pycache__")}:
            (site / top).symlink_to(found.locate_file(top))
        waiting += [re.match(r"[\w.-]+", one)[0] for one in found.requires or () if "extra ==" not in one]

    def run(*arguments, cwd, **env):
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KHSEARCH"))} | env
        env |= {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-S", *arguments]  # no other packages
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    return run


def answered(found):
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_its_metadata_are_khsearchs_without_what_is_compiled(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    told = message_from_bytes(archive.read(name))
    assert told["Name"] == "khsearch-base"
    named = {re.match(r"[\w.-]+", one)[0] for one in told.get_all("Requires-Dist") if "extra ==" not in one}
    assert named == set(BASE)
    for image, link in re.findall(r"(!?)\[[^\]]*\]\(([^)]*)\)", told.get_payload()):
        kind = "raw" if image else "blob"
        assert re.match(rf"https?://|#|https://github.com/khsearch/khsearch/{kind}/v\d", link), link
    assert {"files", "pdf", "web", "langchain"} <= set(told.get_all("Provides-Extra"))


def test_the_steps_of_the_demo(base, tmp_path):
    def khsearch(*arguments):
        return base("-m", "khsearch", *arguments, cwd=tmp_path)

    assert "installed as: khsearch-base" in answered(khsearch("--version"))
    answered(khsearch("samples"))
    assert "49 added" in khsearch("index", "demo.idx", "sample_docs").stderr
    found = answered(khsearch("search", "demo.idx", "-n", "1", "--format", "json", "ក្រុមការងារជនមានពិការភាព"))
    assert json.loads(found)["id"] == "001-working-group-disability.txt"
    assert "ជំងឺ\u200bគ្រុនឈាម" in answered(khsearch("search", "demo.idx", "ជំងឺគ្រុនឈម"))
    assert answered(khsearch("words", "កិច្ចប្រជុំលើកទី២")).split() == ["កិច្ចប្រជុំ", "លើក", "ទី", "២"]
    assert answered(khsearch("words", "--breaker", "crf", "កិច្ចប្រជុំ"))
    by_icu = khsearch("words", "--breaker", "icu", "កិច្ចប្រជុំ")
    assert (by_icu.returncode, by_icu.stderr.count("pip install pyicu")) == (2, 2)
    served = khsearch("serve", "demo.idx")
    assert served.stderr == "khsearch: starlette is not installed: pip install 'khsearch-base[web]'\n"
    assert "How good and how fast" in answered(khsearch("bench", "--help"))


def test_what_it_wrote_is_the_same_in_a_full_install(base, tmp_path):
    code = f"import sys; sys.path.append({str(ROOT)!r}); from tests.across import make; make(Path('x'))"
    answered(base("-c", f"from pathlib import Path; {code}", cwd=tmp_path))
    answered(here("check", tmp_path / "x"))


def test_what_a_full_install_wrote_is_the_same_there(base, tmp_path):
    answered(here("spaced", tmp_path / "x"))
    code = f"import sys; sys.path.append({str(ROOT)!r}); from tests.across import check; check(Path('x'))"
    assert "the same" in answered(base("-c", f"from pathlib import Path; {code}", cwd=tmp_path))


def here(*arguments):
    command = [sys.executable, "-m", "tests.across", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
