"""verify: read everything of an index, seen or not: checksums, structure, and whether its parts agree."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from khsearch.arrays import Array, starts_of
from khsearch.columnar.files import catalog as contents
from khsearch.columnar.files.format import CATALOG_NAME
from khsearch.columnar.segments.deletions import read_deletions
from khsearch.columnar.segments.pairs import count as count_pairs
from khsearch.columnar.segments.pairs import summed
from khsearch.columnar.segments.segment import Segment, hashes_of
from khsearch.errors import IndexStoreError, KhsearchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from khsearch.columnar.postings.decode import FieldReader

ATTEMPTS = 10


def verify(path: str | Path) -> list[str]:
    """Everything that is wrong with the index of a folder, each with the file and the part; empty if all is well.

    Commits meanwhile do no harm: it is one commit that is read. Raises IndexNotFoundError where there is no index.
    """
    folder = Path(path)
    for _ in range(ATTEMPTS):
        stamp = contents.stamp(folder)
        try:
            return list(_problems(folder))
        except FileNotFoundError as error:
            if contents.stamp(folder) == stamp:
                return [f"{error.filename}: damaged: the file is missing"]
    return [f"{folder}: files vanish while they are read; verify again when the writers rest"]


def _problems(folder: Path) -> Iterator[str]:
    try:
        catalog = contents.read_catalog(folder)
    except IndexStoreError as error:
        yield str(error)
        return
    segments = []
    for entry in catalog.segments:
        try:
            segments.append(Segment(folder, entry))
        except KhsearchError as error:
            yield str(error)
    try:
        read_deletions(folder, catalog)
    except KhsearchError as error:
        yield str(error)
    if len(segments) < len(catalog.segments):
        yield f"{folder / CATALOG_NAME}: damaged: not all of its segments can be read"
    for segment in segments:
        yield from _segment_problems(segment)


def _segment_problems(segment: Segment) -> Iterator[str]:
    path = segment.file.path
    blocks = segment.file.check_all()
    if blocks:
        # What lies in damaged blocks is known to be wrong; looking closer would only say so again.
        yield f"{path}: damaged: blocks {', '.join(map(str, blocks))}"
        return
    checks: list[tuple[str, Callable[[], str]]] = [
        *((f"field {name}", partial(_field_problem, segment, name)) for name in segment.field_names),
        *((f"column {name}", partial(_column_problem, segment, name)) for name in segment.column_names),
        ("stored documents", partial(_stored_problem, segment)),
        ("ids", partial(_id_problem, segment)),
    ]
    for part, check in checks:
        try:
            problem = check()
        except KhsearchError as error:
            problem = str(error)
        except (ValueError, IndexError, OverflowError) as error:
            problem = f"cannot be read: {error}"
        if problem:
            yield problem if problem.startswith(str(path)) else f"{path}: damaged: {part}: {problem}"


def _field_problem(segment: Segment, name: str) -> str:
    field = segment.field(name)
    if field is None:
        return "it is missing"
    codes, starts = field.spans(0, field.count)
    blob, bounds = codes.tobytes(), starts.tolist()
    terms = [blob[low:high] for low, high in itertools.pairwise(bounds)]
    if any(low >= high for low, high in itertools.pairwise(terms)):
        return "terms are out of order"
    lengths = np.zeros(segment.docs, np.int64)
    for low, high in field.chunks():
        problem = _chunk_problem(field, low, high, lengths)
        if problem:
            return problem
    if not np.array_equal(lengths, segment.lengths(name)):
        return "lengths of documents differ from their tokens"
    if int(lengths.sum()) != segment.tokens(name):
        return "the number of tokens is wrong"
    return _pair_problem(segment, name, field) if segment.has_pairs(name) else ""


def _pair_problem(segment: Segment, name: str, field: FieldReader) -> str:
    """Of a table's pairs, which may lack documents, none has more than there are."""
    found, counted = segment.pairs(name), count_pairs(field, segment.lengths(name))
    truth = summed([found, counted])
    held = np.searchsorted(truth.firsts * field.count + truth.seconds, found.firsts * field.count + found.seconds)
    if len(truth.dfs) > len(counted.dfs) or bool((2 * found.dfs > truth.dfs.take(held)).any()):
        return "the table of pairs has documents that there are not"
    return ""


def _chunk_problem(field: FieldReader, low: int, high: int, lengths: Array) -> str:
    df, docs, tf = field.postings(low, high)
    if len(docs) and (int(docs.min()) < 0 or int(docs.max()) >= field.docs or int(tf.min()) < 1):
        return "postings name documents that do not exist"
    first = starts_of(df)[:-1]
    rising = np.ones(len(docs), bool)
    rising[1:] = docs[1:] > docs[:-1]
    rising[first] = True
    if not rising.all():
        return "documents are out of order"
    lengths += np.bincount(docs, tf, minlength=len(lengths)).astype(np.int64)
    if not field.positions:
        return ""
    positions = field.positions_of(low, high)
    ordered = np.ones(len(positions), bool)
    ordered[1:] = positions[1:] >= positions[:-1]
    ordered[starts_of(tf)[:-1]] = True
    return "" if ordered.all() else "positions are out of order"


def _column_problem(segment: Segment, name: str) -> str:
    return "" if segment.column(name) is not None else "it is missing"


def _stored_problem(segment: Segment) -> str:
    for doc in range(segment.docs):
        segment.stored.blob(doc)
        segment.summary(doc)
    return ""


def _id_problem(segment: Segment) -> str:
    if not any(name.startswith("ids.") for name in segment.file.section_sizes()):
        return ""
    keys = [segment.id_of(doc) for doc in range(segment.docs)]
    found = segment.docs_of_ids(keys, hashes_of(keys, len(keys)))
    lost = [doc for doc, (key, docs) in enumerate(zip(keys, found, strict=True)) if key and doc not in docs]
    return f"document {lost[0]} cannot be found by its id" if lost else ""
