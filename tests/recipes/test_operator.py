"""The recipe of an operator: every engine knows a node that is new, and the laws that hold engines equal draw it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from khsearch.columnar.search import execution
from khsearch.engine import nodes
from khsearch.memory import matching
from tests.engine import drawn

NODES = set(get_args(nodes.Node)) - {nodes.Foreign}  # each engine has its own of those


def test_every_engine_knows_every_node() -> None:
    assert set(matching._MATCHES) == set(execution._PLANS) == NODES | {nodes.Foreign}


def test_every_node_is_drawn() -> None:
    found = set(re.findall(r"nodes\.(\w+)", Path(drawn.__file__).read_text("utf-8")))
    assert {node.__name__ for node in NODES} <= found
