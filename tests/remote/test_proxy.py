"""The proxy passes on what it is not to disturb, and disturbs what it is to: else tests of faults test nothing."""

import http.client
import json

import pytest

from tests.opensearch_node import ask
from tests.remote.proxy import Fault, Proxy, after, at_random


def test_without_faults_it_is_the_node(node_url, fresh_name):
    with Proxy(node_url, ()).running() as proxy:
        ask(proxy.url, f"/{fresh_name}-1", "PUT", {"settings": {"number_of_replicas": 0}})
        ask(proxy.url, f"/{fresh_name}-1/_doc/x?refresh=true", "PUT", {"a": 1})
        assert ask(proxy.url, f"/{fresh_name}-1/_doc/x") == ask(node_url, f"/{fresh_name}-1/_doc/x")
    assert proxy.given == []


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_is_what_it_says(node_url, fresh_name, fault):
    ask(node_url, f"/{fresh_name}-1", "PUT", {"settings": {"number_of_replicas": 0}})
    with Proxy(node_url, after(1, [fault])).running() as proxy:
        ask(proxy.url, "/")
        outcome = _outcome(proxy.url, f"/{fresh_name}-1/_doc/x?refresh=true")
        ask(proxy.url, "/")
    assert (
        outcome
        == {
            Fault.CUT_BEFORE: "cut",
            Fault.CUT_AFTER: "cut",
            Fault.DELAY: "answer",
            Fault.BUSY: "429",
            Fault.BROKEN: "500",
            Fault.BROKEN_AFTER: "500",
            Fault.TRUNCATED: "truncated",
            Fault.HALF: "no JSON",
        }[fault]
    )
    written = ask(node_url, f"/{fresh_name}-1/_count")["count"]
    assert written == (fault not in {Fault.CUT_BEFORE, Fault.BUSY, Fault.BROKEN})
    assert [one for one, _ in proxy.given] == [fault]


def test_a_seed_always_gives_the_same_faults():
    first, second, other = ([next(one) for _ in range(200)] for one in map(at_random, (1, 1, 2), (0.2,) * 3))
    assert first == second != other
    assert 10 < sum(fault is not None for fault in first) < 80


def _outcome(url, path):
    node = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        node.request("PUT", path, b'{"a": 1}', {"Content-Type": "application/json"})
        answer = node.getresponse()
        content = answer.read()
        if answer.status >= 400:
            return str(answer.status)
        json.loads(content)
    except http.client.IncompleteRead:
        return "truncated"
    except (ConnectionError, http.client.BadStatusLine):
        return "cut"
    except ValueError:
        return "no JSON"
    finally:
        node.close()
    return "answer"
