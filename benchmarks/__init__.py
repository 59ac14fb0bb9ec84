"""benchmarks: how good and how fast khsearch is, beside what one would pick instead. `python -m benchmarks --help`.

The rooms, in the order of their use:

    gold, timing, machine, runs, console   figures of a breaker; interleaved times; what it ran on; JSON; tables
    corpus, words                          documents, grown by resampling; PyICU's words, for the peers
    segmentation                           breakers against words broken by hand, and against PyICU's speed
    collections, bm25, relevance, probes   judged queries: measures, intervals, baselines, disturbed queries
    engines/, queries, agreement           khsearch and its peers under one interface; asked alike, and compared
    indexing, latency, raw, throughput     text to index; query to hits; out of the box; many at a time
    scaling, everything                    all of it at several sizes; all of it
    report, plots                          results -> tables of the README, and drawings
    commands                               the command line
"""
