"""Build khsearch, with its compiled core where cargo is; without one, it installs and works all the same.

KHSEARCH_NATIVE=required fails where the core cannot be built, as a release has to; KHSEARCH_NATIVE=0 does not try.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools_rust import Binding, RustExtension

CORES = "khsearch/_core*.so", "khsearch/_core*.pyd"  # the second is Windows's
WANTED = os.environ.get("KHSEARCH_NATIVE")


def cores(folder: Path) -> list[Path]:
    """List the compiled cores in a tree."""
    return [file for pattern in CORES for file in folder.glob(pattern)]


class BuildInPlace(build_ext):
    """An editable install has the core that is built now, or none: an older one would pass for it."""

    def run(self) -> None:
        """Remove the older one before cargo runs."""
        if self.inplace:
            for old in cores(Path()):
                old.unlink()
        super().run()


class Wheel(bdist_wheel):
    """A wheel is for one platform if the core is in it, else for any."""

    def run(self) -> None:
        """Build first, then see."""
        self.run_command("build")
        self.skip_build = True
        if not cores(Path(self.get_finalized_command("build").build_lib)):
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
        rust_extensions=[] if WANTED == "0" else [core],
        cmdclass={"build_ext": BuildInPlace, "bdist_wheel": Wheel},
        options={"build": {"build_base": folder}, "bdist_wheel": {"py_limited_api": "cp311"}},
    )
