"""What Whoosh's own tests say of khsearch's index is counted right; `python -m tests.whoosh.suite` runs them."""

from tests.whoosh.suite.verdict import AT_LEAST, judge, listed


def rows(**outcomes):
    return {name: {"outcome": outcome, "touches": name.startswith("index")} for name, outcome in outcomes.items()}


def test_what_touches_an_index_and_passes_over_whooshs_should_pass():
    stock = rows(index_a="passed", index_b="passed", index_c="failed", other="passed")
    found = judge(stock, rows(index_a="passed", index_b="failed", index_c="failed", other="passed"), {})
    assert (found.wanted, found.failed, found.bystanders) == (["index_a", "index_b"], ["index_b"], [])
    assert found.share == 0.5 < AT_LEAST
    assert not found.is_good


def test_a_test_that_did_not_run_did_not_pass():
    assert judge(rows(index_a="passed"), {}, {}).failed == ["index_a"]
    assert not judge({}, {}, {}).is_good


def test_the_list_spares_tests_and_says_what_can_be_struck_off():
    stock = rows(index_a="passed", index_b="passed", index_c="passed", other="passed")
    ours = rows(index_a="passed", index_b="failed", index_c="passed", other="failed")
    found = judge(stock, ours, {"index_a": "", "index_b": ""})
    assert (found.wanted, found.share, found.is_good) == (["index_c"], 1.0, True)
    assert (found.spared, found.to_strike, found.bystanders) == (["index_a", "index_b"], ["index_a"], ["other"])


def test_a_name_that_is_no_test_has_to_leave_the_list():
    found = judge(
        rows(index_a="passed", other="passed"), rows(index_a="passed", other="passed"), {"other": "", "no": ""}
    )
    assert (found.unknown, found.is_good) == (["no", "other"], False)


def test_every_test_on_the_list_has_a_reason_and_the_list_grows_no_longer():
    assert all(name.count("::") == 1 and reason.strip() for name, reason in listed().items())
    assert len(listed()) <= 33
