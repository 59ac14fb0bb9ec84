"""benchmarks: how good and how fast khsearch is, beside what one would pick instead. `python -m benchmarks --help`.

The rooms, in the order of their use:

    errors, console, timing, machine, runs   how a benchmark ends; tables; interleaved times; cores and versions; JSON
    corpus, words, cache                     documents, grown by resampling; PyICU's words, for the peers; kept indexes
    gold, segmentation                       words broken by hand, and breakers against them and against PyICU's speed
    judged, bm25, baselines                  judged queries; what khsearch's ranking is compared with
    relevance, dense, probes                 measures with intervals; a model's vectors, too; disturbed queries
    standing, sets, completion               where a spelling stands; whether that is what is found, or proposed
    typos                                    whether real misspellings are taken for the right words
    engines/                                 khsearch and its peers under one interface
    queries, asking, agreement, worker       asked alike, each in a process of its own, compared
    site                                     articles with values, and whether pages show what they should
    indexing, latency, raw, throughput       text to index; query to hits; out of the box; many at a time
    start                                    a process that does one small thing
    drop_in                                  Whoosh's API alone: khsearch's index beside Whoosh's
    scaling                                  all of it at several sizes
    tables/, report, plots                   results -> tables of the documentation, and drawings
    steps, everything, commands              one benchmark; all of them; the command line

`README.md` says how each figure comes about, and what not to conclude from it.
"""
