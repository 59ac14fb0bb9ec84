"""indexing: the command that fills an index."""

from __future__ import annotations

import math
import os
import stat
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from khsearch.cli.console import (
    OneOf,
    breaker_options,
    check_lexicon,
    index_argument,
    read_fields,
    stdin,
    utf8,
    wait_option,
)
from khsearch.cli.creating import Choices, opened_or_created
from khsearch.errors import DocumentError, IndexExistsError, IndexLockedError, IndexNotFoundError

if TYPE_CHECKING:
    from khsearch import Index
    from khsearch.cli.reporting import Reporter
    from khsearch.documents import FieldNames, Stream
    from khsearch.syncing import SyncReport


_AGAIN = 0.02
"""Seconds between two looks at an index that another process is creating."""

_LOOK_AGAIN, _LOOKS = 2.0, 20
"""Seconds between two looks at files that are watched; so many times what a look takes, where that is more."""

_NOTHING_READ = 2
"""The exit status that an error has, too."""

_PATIENCE = 86_400.0
"""Seconds for which another writer is waited for while files are watched."""


def _formats() -> Sequence[str]:
    from khsearch.documents import format_names

    return format_names()


@click.command()
@index_argument
@click.argument("sources", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--sync", is_flag=True, help="Read only files that changed, and delete the documents of those that are gone."
)
@click.option("--watch", is_flag=True, help="As --sync, and go on doing so until it is interrupted.")
@click.option("--format", type=OneOf(_formats), help="Format of `-` and of files whose names do not tell.")
@click.option("--id-field", callback=utf8, default="id", show_default=True, help="JSON key or column of the id.")
@click.option(
    "--title-field", callback=utf8, default="title", show_default=True, help="JSON key or column of the title."
)
@click.option("--text-field", callback=utf8, help="JSON key or column of the text [text]; a row is a document then.")
@click.option("--ocr", is_flag=True, help="Read pages without a usable text by their picture (needs tesseract).")
@click.option(
    "--root",
    type=click.Path(file_okay=False),
    metavar="FOLDER",
    help="The folder from which ids of files are counted, kept in the index [the folder that is given].",
)
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="List every file there: what became of it."
)
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes that read files [one a core, at most 4].")
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    default=120.0,
    show_default=True,
    help="Longest time for one file, or one page by OCR.",
)
@click.option("--skip-bad", is_flag=True, help="Pass over what cannot be read and go on: what is done anyway.")
@click.option("--stop-at-bad", is_flag=True, help="End at the first thing that cannot be read, and index nothing.")
@click.option(
    "--field",
    "fields",
    metavar="NAME=KIND",
    multiple=True,
    help="A field to search, filter, sort and count by: text, keyword, number, date or boolean; text:0.5 is searched "
    "where no field is named, too, with this weight; date:dmy reads 11/05/2021 (or mdy, ymd, excel), keyword:; splits.",
)
@click.option("--no-file-fields", is_flag=True, help="Leave out the fields that an index of files has by itself.")
@breaker_options
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Make the index as another was: a file from `khsearch export --settings`.",
)
@click.option("--shards", type=click.IntRange(1), metavar="N", help="Of a new index in OpenSearch: its parts [1].")
@click.option("--replicas", type=click.IntRange(0), metavar="N", help="Of a new index in OpenSearch: its copies [0].")
@wait_option
def index(
    path: str,
    sources: tuple[str, ...],
    sync: bool,
    watch: bool,
    format: str | None,
    id_field: str,
    title_field: str,
    text_field: str | None,
    ocr: bool,
    root: str | None,
    report: Path | None,
    jobs: int | None,
    time_limit: float,
    skip_bad: bool,
    stop_at_bad: bool,
    fields: tuple[str, ...],
    no_file_fields: bool,
    breaker: str | None,
    lexicon: Path | None,
    settings: Path | None,
    shards: int | None,
    replicas: int | None,
    wait: float,
) -> int:
    """Add documents to an index.

    INDEX is a folder, or http://HOST:PORT/NAME in OpenSearch, and is created if need be. PATH is a file in one of the
    formats of --format, whose name ends in it, a folder of such files, or - for stdin. A document replaces the older
    one of the same id, which is the path of its file from the root. What cannot be read is named and passed over.
    --field, --breaker and --lexicon, or --settings, are chosen when an index is created, and stay; `khsearch fields`
    changes fields. An index of files has the fields path, folder, format, modified, date, pages and author by itself.

    Exit status: 0 all was read, 1 something was passed over, 2 nothing could be read, or an error.
    """
    from khsearch.documents import FILE_FIELDS, FieldNames

    _check_sources(sources, format, time_limit)
    if skip_bad and stop_at_bad:
        raise click.UsageError("--skip-bad goes on and --stop-at-bad ends; leave one out")
    if watch and ("-" in sources or stop_at_bad):
        raise click.UsageError("--watch looks at files again and again; leave out - and --stop-at-bad")
    check_lexicon(breaker, lexicon)
    if settings is not None and (breaker or lexicon or fields):
        raise click.UsageError(
            "--settings has fields, breaker and lexicon in it; leave out --field, --breaker, --lexicon"
        )
    chosen = None if "-" in sources and any(map(os.path.isdir, sources)) else format  # it is that of - then
    own, read_as = read_fields("--field", fields)
    by_default = {} if no_file_fields or sources == ("-",) else FILE_FIELDS
    declared = Choices(breaker, lexicon, own, settings, by_default, shards, replicas)
    names = FieldNames(
        id_field, title_field, text_field or "text", by_row=text_field is not None, own=tuple(read_as.items())
    )
    options: dict[str, Any] = {
        "root": root,
        "format": chosen,
        "names": names,
        "ocr": ocr or None,
        "jobs": jobs,
        "time_limit": time_limit,
        "only_changed": sync or watch,
        "stop_at_bad": stop_at_bad,
        "unwanted": [os.path.realpath(path), *([os.path.realpath(report)] if report else [])],
    }
    done = _fill(path, sources, format, declared, options, report, watch=watch, wait=wait)
    if _nothing(done, options):
        return _NOTHING_READ
    return 0 if done.complete else 1


def _check_sources(sources: Sequence[str], format: str | None, time_limit: float) -> None:
    """Refuse what nothing can be read from."""
    if not all(sources):
        raise click.UsageError("PATH is empty; name a file or a folder")
    if math.isnan(time_limit):
        raise click.UsageError("--time-limit: not a number of seconds")
    if "-" in sources and format is None:
        raise click.UsageError(f"stdin has no name that tells its format; add --format {'|'.join(_formats())}")


def _fill(
    path: str,
    sources: Sequence[str],
    format: str | None,
    declared: Choices,
    options: Mapping[str, Any],
    report: Path | None,
    *,
    watch: bool,
    wait: float,
) -> SyncReport:
    """Read all sources, tell what was done, and go on looking at them if they are watched."""
    from khsearch.cli.reporting import Reporter, report_file, tell_interrupted, tell_table

    started = time.perf_counter()
    with report_file(report) as file:
        reporter = Reporter(file, set() if watch else None)
        try:
            with reporter.bar():
                store, done = _run(path, sources, format, declared, options, reporter, wait)
            files = sources != ("-",)
            tell_table(done, path, store.doc_count, time.perf_counter() - started, files=files)
            reporter.listed()
            if watch:
                with suppress(KeyboardInterrupt):
                    _watch(store, path, sources, options, reporter)
        except KeyboardInterrupt:
            tell_interrupted(path)
            raise
    return done


def _run(
    path: str,
    sources: Sequence[str],
    format: str | None,
    declared: Choices,
    options: Mapping[str, Any],
    reporter: Reporter,
    wait: float,
) -> tuple[Index, SyncReport]:
    """Read all sources into the index, which is created if need be, and then none is left behind if it fails."""
    deadline = time.monotonic() + wait
    refused_before = False
    while True:
        try:
            with opened_or_created(path, declared) as (store, created), ExitStack() as streams:
                opened = [_opened(source, format, options["names"], streams) for source in sources]
                lenient = declared.lenient(store) if created else None
                left = max(deadline - time.monotonic(), 0.0)
                done = store.sync(*opened, listener=reporter, **options, lenient=lenient, wait=left)
                if _nothing(done, options) and created:
                    raise DocumentError("none of the documents could be read; nothing was indexed")
                return store, done
        except DocumentError as error:
            hint = " (nothing was indexed)" if options["stop_at_bad"] else ""
            raise DocumentError(f"{error}{hint}") from None
        except IndexExistsError:  # another process was quicker, or other files are in the folder
            if refused_before:
                raise
            refused_before = True
        except (IndexLockedError, IndexNotFoundError):  # another is creating it, or has removed it
            if time.monotonic() >= deadline or reporter.kept != (0, 0):
                raise
            time.sleep(_AGAIN)


def _nothing(done: SyncReport, options: Mapping[str, Any]) -> bool:
    """Whether a run read nothing, though there was something, or should have been."""
    something = done.read + done.changed + done.unchanged + done.kept + done.dropped
    return not something and bool(done.passed_over or not options["only_changed"])


def _opened(source: str, format: str | None, names: FieldNames, streams: ExitStack) -> str | Stream:
    """A source as `Index.sync` takes it: stdin and pipes are streams."""
    from khsearch.documents import Stream, is_format, suffix_of

    if source == "-":
        assert format is not None
        return Stream(stdin(), format, names=names)
    with suppress(OSError):
        kind = os.stat(source).st_mode  # noqa: PTH116
        format_ = format or suffix_of(source)
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind) and is_format(format_):
            return Stream(streams.enter_context(Path(source).open("rb")), format_, source, names)
    return source


def _watch(store: Index, path: str, sources: Sequence[str], options: Mapping[str, Any], reporter: Reporter) -> None:
    """Look at the files again and again, and tell of each round that did something."""
    from khsearch.cli.reporting import tell_round

    pause = _LOOK_AGAIN
    while True:
        time.sleep(pause)
        started = time.monotonic()
        reporter.again()
        try:
            done = store.sync(*sources, listener=reporter, **options, wait=_PATIENCE)
        except DocumentError as error:  # a path that is not there just now
            reporter.problem(error)
            continue
        reporter.listed()
        tell_round(done, store.doc_count, path)
        if not done.read + done.changed:
            pause = max(_LOOK_AGAIN, _LOOKS * (time.monotonic() - started))
