"""column_files: a column as sections of a segment's file (see `format`), and back, verified."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from khsearch.arrays import Array, distinct, narrow, pack
from khsearch.columnar.files.format import COLUMN_KINDS
from khsearch.columnar.segments.columns import Column, Form, less

if TYPE_CHECKING:
    from collections.abc import Sequence

    from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter


def write(file: BlockFileWriter, prefix: str, column: Column) -> dict[str, Any]:
    """Write a column's sections; their names begin with prefix -> the header that read() takes."""
    used: list[int] = []
    values = column.values
    if column.kind in ("text", "exact"):
        held = distinct(values)
        used, values = held.tolist(), held.searchsorted(values)
    low = int(values.min()) if column.kind == "int" and len(values) else 0
    if column.kind == "int" and low >= -(1 << 62) and (not len(values) or int(values.max()) < 1 << 62):
        values = values - low
    else:
        low = 0
    file.add(prefix + "counts", narrow(column.counts))
    negative = column.kind == "int" and len(values) > 0 and int(values.min()) < 0
    file.add(prefix + "values", values if column.kind == "float" or negative else narrow(values))
    header: dict[str, Any] = {"kind": column.kind, "low": low}
    if column.kind == "exact":
        file.add(prefix + "names", np.frombuffer(orjson.dumps([_as_json(column.names[i]) for i in used]), np.uint8))
    if column.kind == "text":
        names, form_of = [column.names[i] for i in used], column.form_of[used]
        _write_texts(file, prefix + "names", prefix + "ends", names)
        forms = distinct(form_of)
        header["forms"] = [column.forms[i] for i in form_of.tolist()] != names
        if header["forms"]:
            _write_texts(file, prefix + "forms", prefix + "formends", [column.forms[i] for i in forms.tolist()])
            file.add(prefix + "formof", narrow(forms.searchsorted(form_of)))
    return header


def _write_texts(file: BlockFileWriter, blob: str, ends: str, texts: Sequence[bytes]) -> None:
    codes, starts = pack(list(texts))
    file.add(blob, codes)
    file.add(ends, narrow(starts[1:]))


def read(file: BlockFile, prefix: str, header: dict[str, Any], docs: int, form: Form | None = None) -> Column:
    """Read a column back, verified; `form` is for text of format 1, which keeps no forms."""
    kind, low = header.get("kind"), header.get("low")
    counts = file.section(prefix + "counts").whole().astype(np.int64)
    section = file.section(prefix + "values")
    fits = len(counts) == docs and bool((counts >= 0).all()) and int(counts.sum()) == len(section)
    if kind not in COLUMN_KINDS or type(low) is not int or not fits:
        raise section.damage("a column does not fit its documents")
    values = section.whole().astype(COLUMN_KINDS[kind]) + (low if kind == "int" else 0)
    if kind == "float" and bool((gone := np.isnan(values)).any()):  # format 1 took NaN for a value
        return Column(kind, less(counts, gone), values[~gone])
    if kind in ("int", "float"):
        return Column(kind, counts, values)
    if kind == "exact":
        numbers = _numbers(file, prefix + "names")
        if not _fit(values, len(numbers)):
            raise section.damage("a column does not fit its values")
        return Column(kind, counts, values, numbers)
    names = _texts(file, prefix + "names", prefix + "ends")
    if not _fit(values, len(names)):
        raise section.damage("a column does not fit its values")
    if header.get("forms"):
        forms = _texts(file, prefix + "forms", prefix + "formends")
        form_of = file.section(prefix + "formof").whole().astype(np.int64)
        if len(form_of) != len(names) or not _fit(form_of, len(forms)):
            raise section.damage("the forms of a column do not fit its values")
        return Column(kind, counts, values, names, forms, form_of)
    if "forms" in header or form is None:
        return Column(kind, counts, values, names, names, np.arange(len(names)))
    of_name = list(map(form, names))
    forms = tuple(sorted(set(of_name)))
    place = {text: i for i, text in enumerate(forms)}
    return Column(kind, counts, values, names, forms, np.array([place[text] for text in of_name], np.int64))


def _fit(values: Array, names: int) -> bool:
    return not len(values) or (int(values.min()) >= 0 and int(values.max()) < names)


def _texts(file: BlockFile, blob: str, ends: str) -> tuple[bytes, ...]:
    """Distinct texts, rising."""
    section = file.section(ends)
    stops = section.whole().tolist()
    data = file.section(blob).whole().tobytes()
    texts = tuple(data[start:stop] for start, stop in zip([0, *stops], stops, strict=False))
    whole = not stops or (stops[-1] == len(data) and stops == sorted(stops))
    if not whole or any(one >= other for one, other in pairwise(texts)):
        raise section.damage("a column does not fit its values")
    return texts


def _as_json(number: int | float) -> int | float | str:
    """A number as JSON can hold it, which has no infinity."""
    return str(number) if isinstance(number, float) and math.isinf(number) else number


def _numbers(file: BlockFile, name: str) -> tuple[int | float, ...]:
    section = file.section(name)
    try:
        found = orjson.loads(section.whole().tobytes())
    except orjson.JSONDecodeError:
        raise section.damage("the numbers of a column cannot be read") from None
    if isinstance(found, list):
        found = [float(number) if number in ("inf", "-inf") else number for number in found]
    numbers = isinstance(found, list) and all(type(number) in (int, float) for number in found)
    if not numbers or any(one >= other for one, other in pairwise(found)):
        raise section.damage("the numbers of a column are not what was written")
    return tuple(found)
