"""child: python -m khsearch.whoosh.migration.child FOLDER INDEXNAME TRUST: reads a folder of Whoosh's, writes frames.

    schema   the files that keep the schema, the field of ids, how many documents and segments there are, and whether
             this process could give away its rights
    batch    documents: ids, stored fields, columns, tokens by field
    end      all was read: how many tokens each field has
    error    why it was not; nothing follows

Nothing that is read from the folder is run, or makes this process write: see `khsearch.sandbox` and `pickles`.
"""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from khsearch.columnar import numbered_names
from khsearch.errors import IndexMismatchError, KhsearchError
from khsearch.sandbox import give_away_rights
from khsearch.whoosh import schema as schemas
from khsearch.whoosh import values
from khsearch.whoosh.migration import frames, pickles
from khsearch.whoosh.migration.stock import Batch, StockIndex
from khsearch.whoosh.writing.analysed import check_field

if TYPE_CHECKING:
    from whoosh.fields import Schema

    from khsearch.arrays import Array


def main(folder: str, indexname: str, trusted: str) -> None:
    """Read an index and write what is in it to stdout."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no frame
    held = give_away_rights()
    trust = trusted == "trust"
    pickles.choose_readers(trust=trust)
    try:
        tell(pipe, folder, indexname, held=held, trust=trust)
    except KhsearchError as problem:
        _tell_error(pipe, type(problem).__name__, str(problem))
    except Exception as problem:  # whoever reads the frames cannot see a traceback
        told = f"{folder}: unexpected {type(problem).__name__} while it was read: {problem}; please report it"
        _tell_error(pipe, "IndexStoreError", told)


def _tell_error(pipe: IO[bytes], error: str, message: str) -> None:
    # A path may be of any bytes.
    message = message.encode("utf-8", "backslashreplace").decode()
    frames.write(pipe, "error", {"error": error, "message": message}, {})


def tell(pipe: IO[bytes], folder: str, indexname: str, *, held: bool, trust: bool) -> None:
    """Write the frames of an index; IndexStoreError, DocumentError. held, trust: see above."""
    index = StockIndex(folder, indexname)
    try:
        _tell_index(pipe, index, held=held, trust=trust)
    finally:
        index.close()


def _tell_index(pipe: IO[bytes], index: StockIndex, *, held: bool, trust: bool) -> None:
    schema = index.schema
    for name, field in [*schema.items(), *((name, field) for name, (_, field) in schema._dyn_fields.items())]:
        check_field(name, field)
    files = _kept(index.folder, schema, trust=trust)
    head = {
        "held": held,
        "key": index.key,
        "documents": index.documents,
        "segments": index.segments,
        "fields": len(schema.names()),
        "files": list(files),
    }
    frames.write(pipe, "schema", head, _arrays("files", list(files.values())))
    totals: dict[str, int] = {}
    for batch in index.batches():
        _tell_batch(pipe, batch)
        for name, tokens in batch.tokens.items():
            totals[name] = totals.get(name, 0) + len(tokens.ids)
    frames.write(pipe, "end", {"tokens": totals}, {})


def _kept(folder: str, schema: Schema, *, trust: bool) -> dict[str, bytes]:
    """The files that keep a schema; IndexMismatchError for one that holds what is no data, unless that is trusted."""
    files = dict(schemas.encode(schema, numbered_names()))
    if not trust:
        try:
            schemas.decode(folder, files)
        except IndexMismatchError as problem:
            raise IndexMismatchError(
                f"{problem}; or add --trust-pickles, and pass schema= whenever you open it"
            ) from None
    return files


def _tell_batch(pipe: IO[bytes], batch: Batch) -> None:
    arrays = _arrays("keys", batch.keys) | _arrays("stored", batch.stored)
    fields = sorted(batch.tokens)
    for number, name in enumerate(fields):
        tokens = batch.tokens[name]
        arrays |= _arrays(f"terms{number}", tokens.terms)
        arrays |= {f"ids{number}": tokens.ids, f"counts{number}": tokens.counts}
        if tokens.positions is not None:
            arrays[f"positions{number}"] = tokens.positions
    rows: dict[str, Any] = dict(batch.columns)
    arrays["columns"] = np.frombuffer(values.encode(rows), np.uint8)
    frames.write(pipe, "batch", {"fields": fields}, arrays)


def _arrays(name: str, blobs: list[bytes]) -> dict[str, Array]:
    codes, sizes = frames.packed(blobs)
    return {name: codes, f"{name}_sizes": sizes}


if __name__ == "__main__":
    main(*sys.argv[1:])
