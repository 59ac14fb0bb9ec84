"""What a share of the best score decides is the same whether it is counted, sorted or fetched, on any shards."""

from __future__ import annotations

from khsearch import Document, Index

WORDS = ["ស្រូវ", "សាលា", "ឆ្មា", "ត្រី", "ទឹក"]


def test_as_many_are_counted_as_are_found_where_frequencies_differ_by_shard(node_url: str, fresh_name: str) -> None:
    with Index.create(f"{node_url}/{fresh_name}", shards=3, fields={"k": "keyword"}) as index:
        with index.writer() as writer:
            for number in range(24):
                text = " ។ ".join([WORDS[number % 5]] * (1 + number % 3) + [WORDS[(number // 5) % 5]])
                writer.add(Document(str(number), "", text, {"k": str(number % 2)}))
        for first in WORDS:
            for second in WORDS:
                text = f"{first} {second} កម្ពុជា"  # no document has everything
                found = index.search(text, 50, match="strict", sort="k", facets="k")
                assert found.total == len(found) == sum(found.facets["k"].values()), text
                assert {hit.id for hit in found} == {hit.id for hit in index.search(text, 50, match="strict")}
