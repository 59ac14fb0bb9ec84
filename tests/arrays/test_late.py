"""numpy that is loaded when it is first looked into: from then on, it is numpy."""

import subprocess
import sys

import numpy
import pytest

from khsearch.arrays import np

POOL = "from concurrent.futures import ThreadPoolExecutor"


def loaded(code: str) -> bool:
    """Whether a new process has numpy after some code."""
    told = f"import sys; from khsearch.arrays import np; {code}; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return done.stdout == "True\n"


def test_it_is_numpy() -> None:
    assert {name for name in dir(numpy) if getattr(np, name) is not getattr(numpy, name)} <= {"__getattr__"}
    assert np.zeros(3, np.uint8).tolist() == [0, 0, 0]
    with pytest.raises(AttributeError, match="nothing"):
        _ = np.nothing


@pytest.mark.parametrize(
    ("code", "is_there"),
    [
        ("from khsearch.arrays import Array", False),
        ("np.int64", True),
        ("from khsearch.arrays import DOC", True),
        (f"{POOL}; [*ThreadPoolExecutor(9).map(lambda n: np.ones(n), range(99))]", True),
    ],
)
def test_it_is_loaded_when_it_is_first_looked_into(code: str, is_there: bool) -> None:
    assert loaded(code) is is_there
