"""Build khsearch, with its compiled core where cargo is; without one, it installs and works all the same.

KHSEARCH_NATIVE=required fails where the core cannot be built, as a release has to; KHSEARCH_NATIVE=0 does not try.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools_rust import Binding, RustExtension

CORES = ("khsearch/_core*.so", "khsearch/_core*.pyd")
WANTED = os.environ.get("KHSEARCH_NATIVE")


def _cores(above: Path) -> list[Path]:
    """Cores that are built in a folder."""
    return [found for pattern in CORES for found in above.glob(pattern)]


class BuildInPlace(build_ext):
    """An editable install has the core that is built now, or none: an older one would pass for it."""

    def run(self) -> None:
        """Remove the older one before cargo runs."""
        if self.inplace:
            for old in _cores(Path()):
                old.unlink()
        super().run()


def readme() -> str:
    """The README for those who read it elsewhere: links into the checkout lead to where that of this version is."""
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["urls"]["Homepage"]
    version = re.search('__version__ = "(.*)"', Path("khsearch/version.py").read_text("utf-8"))[1]
    relative = re.compile(r"(!?)(\[[^\]]*\])\((?!https?:|#)([^)]+)\)")
    kept = {"": "blob", "!": "raw"}
    return relative.sub(
        lambda found: f"{found[1]}{found[2]}({project}/{kept[found[1]]}/v{version}/{found[3]})",
        Path("README.md").read_text("utf-8"),
    )


SHIPPED = ("benchmarks/**/*.py", "benchmarks/sample_docs/*", "sample_docs/*")
"""What lies beside khsearch in a checkout and is to be had from an installed one, too: `khsearch bench`, `samples`."""


class WithShipped(build_py):
    """A wheel has the benchmarks and the sample documents inside of khsearch."""

    def run(self) -> None:
        """Copy them, too; an editable install finds them in the checkout."""
        super().run()
        if not self.editable_mode:
            for found in sorted(path for pattern in SHIPPED for path in Path().glob(pattern) if path.is_file()):
                to = Path(self.build_lib, "khsearch/shipped", found)
                self.mkpath(str(to.parent))
                self.copy_file(str(found), str(to))


class Wheel(bdist_wheel):
    """A wheel is for one platform if the core is in it, else for any."""

    def run(self) -> None:
        """Build first, then see."""
        self.run_command("build")
        self.skip_build = True
        if not _cores(Path(self.get_finalized_command("build").build_lib)):
            self.distribution.has_ext_modules = lambda: False
            self.root_is_pure = True
        super().run()


core = RustExtension(
    "khsearch._core",
    path="native/Cargo.toml",
    binding=Binding.PyO3,
    py_limited_api=True,
    optional=WANTED != "required",
    debug=False,  # an editable install is as fast as any
    args=["--locked"],
)

# Every build begins with nothing: what an earlier one left, a core or a room that is gone, is not of this one.
with TemporaryDirectory(prefix="khsearch-build-") as folder:
    setup(
        long_description=readme(),
        long_description_content_type="text/markdown",
        rust_extensions=[] if WANTED == "0" else [core],
        cmdclass={"build_py": WithShipped, "build_ext": BuildInPlace, "bdist_wheel": Wheel},
        options={"build": {"build_base": folder}, "bdist_wheel": {"py_limited_api": "cp311"}},
    )
