"""Build the compiled core where cargo is; without it, khsearch installs and works all the same."""

from __future__ import annotations

import os

from setuptools import setup
from setuptools_rust import Binding, RustExtension

# A release says so, and fails where the core cannot be built.
REQUIRED = os.environ.get("KHSEARCH_NATIVE") == "required"

setup(
    rust_extensions=[
        RustExtension(
            "khsearch._core",
            path="native/Cargo.toml",
            binding=Binding.PyO3,
            py_limited_api=True,
            optional=not REQUIRED,
            debug=False,
            args=["--locked"],
        )
    ]
)
