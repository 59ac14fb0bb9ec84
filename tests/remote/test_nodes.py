"""Nodes that tests stand on: shared by those that need one, skipped with a reason, and gone when nobody needs them."""

import os
import shutil
import urllib.error
import urllib.request

import pytest

from tests import opensearch_node
from tests.opensearch_node import ask, shared


def test_the_node_answers(node_url):
    assert ask(node_url, "/")["version"]["distribution"] == "opensearch"


def test_a_fresh_name_is_no_index_of_the_node(node_url, fresh_name):
    assert ask(node_url, f"/_cat/indices/{fresh_name}*?format=json") == []


def test_an_index_is_removed_and_what_looks_like_it_is_not(node_url, fresh_name):
    made = [f"{fresh_name}-1", f"{fresh_name}-12", f"{fresh_name}-meta", f"{fresh_name}-other", f"{fresh_name}-1-meta"]
    for index in made:
        ask(node_url, f"/{index}", "PUT", {"settings": {"number_of_replicas": 0}})
    try:
        opensearch_node.remove(node_url, fresh_name)
        left = {one["index"] for one in ask(node_url, f"/_cat/indices/{fresh_name}*?format=json")}
        assert left == set(made[3:])
    finally:
        ask(node_url, f"/{made[3]},{made[4]}", "DELETE")


def test_the_last_that_uses_a_node_stops_it(tmp_path, monkeypatch):
    did = []
    monkeypatch.delenv("KHSEARCH_OPENSEARCH_URL", raising=False)
    monkeypatch.setattr(opensearch_node, "start", lambda name, _port: did.append(("start", name)) or "http://x")
    monkeypatch.setattr(opensearch_node, "stop", lambda name: did.append(("stop", name)))
    with shared(tmp_path) as first, shared(tmp_path) as second:
        assert first == second == "http://x"
    assert [what for what, _ in did] == ["start", "stop"]


def test_a_node_that_runs_is_used_and_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("KHSEARCH_OPENSEARCH_URL", "http://name:word@host:9200/")
    monkeypatch.setattr(opensearch_node, "start", None)
    with shared(tmp_path) as url:
        assert url == "http://name:word@host:9200"


@pytest.mark.parametrize(("required", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)])
def test_without_java_tests_are_skipped_with_a_reason_or_fail_where_they_have_to_run(
    tmp_path, monkeypatch, required, outcome
):
    monkeypatch.delenv("KHSEARCH_OPENSEARCH_URL", raising=False)
    monkeypatch.setenv("KHSEARCH_OPENSEARCH_REQUIRED", required)
    monkeypatch.setenv("OPENSEARCH_FOLDER", str(tmp_path))
    for command in ("bash", "env", "dirname", "sed", "id", "cat", "sha256sum", "cut"):
        (tmp_path / command).symlink_to(str(shutil.which(command)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(outcome, match=r"java.*apt-get install"), shared(tmp_path):
        pass


@pytest.mark.slow
def test_a_node_that_is_killed_is_gone(monkeypatch):
    with opensearch_node.node(f"test-{os.getpid()}-k", heap="256m") as url:
        ask(url, "/")
        opensearch_node.kill(f"test-{os.getpid()}-k")
        with pytest.raises(urllib.error.URLError):
            ask(url, "/")
