from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import beside, report, start
from benchmarks.engines import KHSEARCH, TANTIVY
from benchmarks.engines.pages import Page
from benchmarks.errors import BenchmarkError
from benchmarks.runs import RESULTS, Run, load, save

SPREAD = {"median": 2.0, "least": 1.5, "most": 2.5}
SETTINGS = {"corpus": "words", "documents": 1_000, "bytes": 3_000_000, "sha256": "0" * 64, "seed": 7}
INTERVAL = {"mean": 60.0, "low": 55.0, "high": 65.0}
SCORE = {"found": 10, "there": 10, "right": 9}
TIMES = {"p50": 12.3, "p95": 20.0}
RATIO = {"first": 3.0, "p50": SPREAD, "p95": SPREAD}
LATENCY = {"queries": 5, "left_out": 1, "first": TIMES, "warm": TIMES, "ratio": RATIO, "words_ratio": None}
BESIDE = {
    "count": 5,
    "first": 12.3,
    "warm": SPREAD,
    "stock": None,
    "ours": None,
    "stock_per_s": None,
    "ours_per_s": None,
}
BY_COUNT = {"1": SPREAD, "2": SPREAD}
FILTERED = dict.fromkeys(("first_ms", "then_ms", "first_ratio", "then_ratio"), SPREAD)
LOAD = {"clients": 16, "answers": 900, "busy": 3, "rate": 75.0, "p50": 200.0, "p99": 500.0, "megabytes": [230, 240]}
ASKING = {"p50_ms": 8.0, "by_icu": 2.0, "requests": 2, "most": 3, "dearest": "x"}
FIGURES: dict[str, dict[str, Any]] = {
    "segmentation": {
        "quality": {
            "lattice": {
                "sentences": 5,
                "quality": {"simple": SCORE, "compound": SCORE, "boundary": SCORE},
                "khmer": {"simple": SCORE, "compound": SCORE, "boundary": SCORE},
                "agreement": {"compound": 99.0, "simple": 98.0, "pairs": 97.0},
            }
        },
        "speed": {"lattice": {"ratio": SPREAD, "mb_per_s": SPREAD, "query_us": 33.3, "query_us_p95": 44.4}},
    },
    "indexing": {
        name: {
            "documents": documents,
            "cpu_s": 1.0,
            "mb_per_cpu_s": SPREAD,
            "mb_per_wall_s": SPREAD,
            "memory_mb": 77.0,
            "index_per_text": share,
            "stored_per_text": share,
            "all_per_text": 0.8,
            "slower": SPREAD,
            "slower_by_clock": SPREAD,
        }
        for name, documents, share in ((KHSEARCH, 1_000, 0.31), (TANTIVY, 1_000, 0.2), ("whoosh", 100, None))
    },
    "latency": {
        "latency": {
            "term": {KHSEARCH: LATENCY, TANTIVY: {**LATENCY, "words_ratio": RATIO}},
            "fuzzy": {KHSEARCH: LATENCY},
            **{kind: {KHSEARCH: LATENCY, TANTIVY: LATENCY} for kind in ("and", "or", "phrase", "headline")},
            Page.ALONE: {KHSEARCH: LATENCY},
            Page.FACETS: {KHSEARCH: LATENCY},
        },
        "after_commit": {name: {"first_ms": SPREAD, "by_warm": SPREAD} for name in (KHSEARCH, TANTIVY)},
        "start": {KHSEARCH: {"open_ms": SPREAD, "open_and_find_ms": SPREAD, "memory_mb": 5.0}},
        "added": {name: {"wall_ms": SPREAD, "cpu_ms": SPREAD, "ratio": SPREAD} for name in (KHSEARCH, TANTIVY)},
    },
    "tiny": {
        "any_of_three": {KHSEARCH: LATENCY, TANTIVY: LATENCY},
        "filtered": dict.fromkeys((KHSEARCH, TANTIVY), FILTERED),
    },
    "relevance": {
        "measures": {name: {"nDCG@10": INTERVAL} for name in (KHSEARCH, "stock Whoosh")},
        "paired": {"stock Whoosh": {"nDCG@10": INTERVAL}},
    },
    "probes": {"a_variant": {"probes": 250, "undisturbed": 80.0, "disturbed": 70.0}},
    "sets": {
        "comp": {
            "queries": 120,
            "precision": 97.0,
            "recall": 98.0,
            "f1": 97.5,
            "every": None,
            "total": 100.0,
            "marked": 96.0,
            "by_date": 95.0,
        }
    },
    "typos": {
        "misspelt words": {
            "words": 192,
            "first": 69.0,
            "three": 83.0,
            "misspelt": 64.0,
            "spelt": 99.9,
            "right": 583,
            "changed": 1.7,
            "ms": 3.4,
        }
    },
    "files": {
        "kept": {
            "docx": {"files": 3, "exact": 100.0, "least": 100.0, "told": 0},
            "scan.pdf": {"files": 1, "exact": 0.0, "least": 0.0, "told": 1},
        },
        "by_ocr": {"scan.pdf": {"files": 1, "exact": 96.5, "least": 96.5, "told": 0}},
        "looks": {"files": 300, "first": 5.0, "second": 0.02},
    },
    "served": {"steady": LOAD, "crowd": LOAD, "after": LOAD, "commits": 60, "threads": 100.0},
    "clusters": {
        "rankings": {name: {"ndcg": 62.5, "overlap": 99.0, "first": 98.0} for name in ("embedded", "on OpenSearch")},
        "same": {"on OpenSearch": {"facets": {"asked": 100, "same": 99, "differing": ["AND: x"]}}},
        "speeds": {
            name: {"documents_per_s": 500.0, "by_icu": SPREAD, "new": ASKING, "known": ASKING}
            for name in ("embedded", "on OpenSearch")
        },
    },
    "raw": {KHSEARCH: {"words": 100, "found": 100.0, "precision": 99.0, "recall": 98.0}},
    "start": {
        name: {"seconds": SPREAD, "of_click": SPREAD, "of_python": SPREAD, "of_tantivy": SPREAD}
        for name in (start.COMMAND, start.SCRIPTS[TANTIVY])
    },
    "throughput": {
        name: {"threads": BY_COUNT, "of_one": BY_COUNT, "processes": by_processes}
        for name, by_processes in ((KHSEARCH, BY_COUNT), (TANTIVY, {}))
    },
    "whoosh": {
        "indexing": {**BESIDE, "stock_per_s": 500.0, "ours_per_s": 7000.0},
        "term": {**BESIDE, "stock": TIMES, "ours": TIMES},
    },
    "scaling": {
        f"{kind}, warm p50 \u00b5s: {name}": {"values": {"1000": 10.0, "3000": 20.0}, "exponent": 0.63}
        for kind in ("term", "or")
        for name in (KHSEARCH, "tantivy")
    },
}


FIGURES["tiny"]["indexing"] = {name: FIGURES["indexing"][name] for name in (KHSEARCH, TANTIVY)}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for command, figures in FIGURES.items():
        settings = {**SETTINGS, "core": 1} | ({"sizes": [1_000, 3_000]} if command == "scaling" else {})
        save(Run(command, settings, figures, {"bm25s": "not installed"}), tmp_path / f"{command}-words.json")
    return tmp_path


@pytest.mark.parametrize("page", report.PAGES, ids=lambda page: page.name)
def test_the_tables_of_a_page_are_those_of_the_results(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert report.filled(text, RESULTS) == text, "run: python -m benchmarks report"


def test_every_table_stands_in_some_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in report.PAGES)
    assert [name for name in report.TABLES if text.count(f"<!-- benchmarks:{name} -->") != 1] == []


def test_the_figures_of_the_readme_are_six() -> None:
    rows = [line for line in report.render("figures", RESULTS).splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 6
    assert sum("tantivy" in row for row in rows) == 3


def test_the_drawings_of_a_page_are_those_beside_the_results(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("![a](scaling-text.svg) ![b](nowhere.svg)", encoding="utf-8")
    assert report.show(page, RESULTS) == [tmp_path / "scaling-text.svg"]
    for page in report.PAGES:
        for drawn in page.parent.glob("*.svg"):
            assert drawn.read_bytes() == (RESULTS / drawn.name).read_bytes(), "run: python -m benchmarks report"


@pytest.mark.parametrize("name", report.TABLES)
def test_every_command_has_a_table(name: str, results: Path) -> None:
    table = report.render(name, results)
    lines = [line for line in table.splitlines() if line.startswith("|")]
    assert len(lines) > 2
    assert len({line.count("|") for line in lines}) <= 2, "the rows of a table are equally wide"
    assert "Python" in table


def test_a_table_is_written_between_its_markers(results: Path) -> None:
    readme = results / "README.md"
    readme.write_text("a\n<!-- benchmarks:raw -->\nold\n<!-- /benchmarks:raw -->\nb\n", encoding="utf-8")
    assert report.update(readme, results) == ["raw"]
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("a\n<!-- benchmarks:raw -->\n| words, 1,000 documents, 3.0 MB |")
    assert text.endswith("<!-- /benchmarks:raw -->\nb\n")
    assert "old" not in text
    assert report.filled(text, results) == text


def test_everything_beside_tantivy_is_told_with_both_figures(results: Path) -> None:
    small, large = ({**SETTINGS, "core": 1, "documents": documents} for documents in (10_000, 1_000_000))
    save(Run("latency", small, FIGURES["latency"], {}), results / "latency-small.json")
    save(Run("latency", large, _slower(FIGURES["latency"], 10), {}), results / "latency-large.json")
    save(Run("indexing", {**SETTINGS, "core": None}, FIGURES["indexing"], {}), results / "indexing-all-cores.json")
    found = [load(path) for command in beside.COMMANDS for path in sorted(results.glob(f"{command}-*.json"))]
    assert beside.columns_of_queries(found)[1:] == ["words, 1,000", "words, 10,000", "words, 1,000,000"]
    asked = {row[0]: row[1:] for row in beside.rows_of_queries(found)}
    assert asked["term"] == asked["term, words alone"] == ["2.00 / 2.00; 3.0"] * 3
    assert "fuzzy" not in asked
    told = {row[0]: row[1:] for row in beside.rows(found)}
    assert all(len(row) == 3 for row in told.values())
    assert told["or, p50 grows with the power: words, 10,000 to 1,000,000 documents"] == ["0.50", "0.50", ""]
    assert told["indexing, CPU: words, 1,000 documents"] == ["500 ms/MB", "500 ms/MB", "0.50 (0.40\u20130.67)"]
    assert "indexing on all cores, by the clock: words, 1,000 documents" in told
    assert told["queries/s of two threads, one = 1: words, 1,000 documents"] == ["2.00", "2.00", ""]
    assert told["a search from the shell, CPU: words, 1,000 documents"][2] == "2.00 (1.50\u20132.50)"
    assert told["add one, commit, find: words, 1,000 documents"] == ["2.0 ms", "2.0 ms", "2.00 (1.50\u20132.50)"]


def _slower(figures: dict[str, Any], times: int) -> dict[str, Any]:
    """Figures of `latency`, but warm queries take so many times as long."""
    warm = {"p50": times * TIMES["p50"], "p95": times * TIMES["p95"]}
    asked = figures["latency"].items()
    latency = {kind: {name: {**one, "warm": warm} for name, one in engines.items()} for kind, engines in asked}
    return {**figures, "latency": latency}


def test_an_unknown_marker_is_an_error(results: Path) -> None:
    with pytest.raises(BenchmarkError, match="no table 'rows'"):
        report.filled("<!-- benchmarks:rows -->\n<!-- /benchmarks:rows -->", results)


def test_what_was_not_measured_says_so(tmp_path: Path) -> None:
    assert "Not measured yet" in report.render("raw", tmp_path)


def test_drawings_take_the_reader_s_colours_and_are_repeatable(results: Path) -> None:
    pytest.importorskip("matplotlib")
    drawn = report.draw(results)
    assert {path.name for path in drawn} == {"segmentation-words.svg", "indexing-words.svg", "scaling-words.svg"}
    first = [path.read_bytes() for path in drawn]
    for content in first:
        ElementTree.fromstring(content)
        assert b"prefers-color-scheme:dark" in content
        assert b"currentColor" in content
        assert b"#010203" not in content
    assert [path.read_bytes() for path in report.draw(results)] == first


def test_a_run_is_kept_with_all_that_it_needs(results: Path) -> None:
    told = load(results / "raw-words.json")
    assert told["settings"] == {**SETTINGS, "core": 1}
    assert told["skipped"] == {"bm25s": "not installed"}
    assert {"processor", "python", "khsearch", "sqlite"} <= set(told["machine"])


def test_a_file_that_is_no_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([]), encoding="utf-8")
    with pytest.raises(BenchmarkError, match="no result of a run"):
        load(tmp_path / "x.json")
