"""Results say where no document has all that was typed, and those count that have nearly as much of it."""

import copy
import pickle

import pytest
from click.testing import CliRunner

from khsearch import Document, Index
from khsearch.cli import app
from tests.indexes import ENGINES, new_index

PHNOM_PENH, CAPITAL, BATTAMBANG = "ភ្នំពេញ", "រាជធានី", "បាត់ដំបង"
DOCUMENTS = [Document("1", text=f"{PHNOM_PENH} ជា{CAPITAL}"), Document("2", text=BATTAMBANG)]


@pytest.mark.parametrize("engine", ENGINES)
def test_results_say_whether_anything_has_all(engine, request, tmp_path):
    index = new_index(request, engine, tmp_path)
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    told = {
        PHNOM_PENH: (1, False),
        f"{PHNOM_PENH} zebra": (1, True),
        f"{BATTAMBANG} {CAPITAL}": (1, True),
        "zebra": (0, False),
        "": (2, False),
    }
    for query, expected in told.items():
        found = index.search(query)
        assert (found.total, found.nearly) == expected
        assert found.to_dict()["nearly"] == found.nearly
        assert pickle.loads(pickle.dumps(found)).nearly == copy.copy(found).nearly == found.nearly
        assert not index.search(query, match="all").nearly
    assert not index.similar("1").nearly


def test_the_command_line_tells_it(tmp_path):
    index = Index.create(tmp_path / "x")
    with index.writer() as writer:
        writer.add_all(DOCUMENTS)
    told = "no document has all of that"
    assert told in CliRunner().invoke(app, ["search", str(tmp_path / "x"), f"{PHNOM_PENH} zebra"]).stderr
    assert told not in CliRunner().invoke(app, ["search", str(tmp_path / "x"), PHNOM_PENH]).stderr
