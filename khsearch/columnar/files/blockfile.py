"""blockfile: named arrays in, one checksummed file out; and back, mapped, every block verified when first touched.

Layout, little-endian: magic | sections, each on a multiple of 8 bytes | xxh3-64 of every 16 KiB block of all that
precedes | JSON that names the sections | trailer. The root, xxh3-64 of checksums, JSON and sizes, is kept by whoever
refers to the file, so that a file of another commit is not taken for this one.
"""

from __future__ import annotations

import mmap
import os
import stat
import struct
import sys
from array import array
from typing import TYPE_CHECKING, Any

import orjson
import xxhash

from khsearch import descriptors
from khsearch.arrays import np
from khsearch.errors import IndexDamagedError
from khsearch.sharing import cached_property

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from khsearch.arrays import Array
    from khsearch.columnar.files.disk import Disk

MAGIC = b"KHSCOL01"
BLOCK = 1 << 14
TRAILER = struct.Struct("<QQQ8s")  # bytes of data, bytes of JSON, root, magic
BUFFER = 1 << 20
RESIDENT = 1 << 23  # bytes read of a file after which its pages are given back
AROUND = 1 << 14  # bytes that the system maps beside a small read, about
MAX_JSON = 1 << 22  # bytes; orjson refuses more than 1024 levels of brackets by itself
_GIVE_BACK: int | None = getattr(mmap, "MADV_DONTNEED", None)  # Windows takes pages back by itself
KINDS = {"u1": "B", "u2": "H", "u4": "I", "u8": "Q", "i8": "q", "f8": "d"}
"""What the numbers of a section may be, as numpy and Python's `array` call them; the digit is the bytes of one."""


class BlockFileWriter:
    """Writes one file, section after section, through the disk seam."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self.path = path
        self.size = 0
        self.root = 0
        self._disk = disk
        self._fd: int | None = disk.create(path)
        self._buffer = bytearray()
        self._sums: list[int] = []
        self._sections: dict[str, list[Any]] = {}
        self._open: tuple[str, int, str] | None = None
        self._put(MAGIC)

    def add(self, name: str, values: Array) -> None:
        """Write a whole section from a one-dimensional array of a dtype in KINDS."""
        self.begin(name, values.dtype)
        self.append(values)
        self.end()

    def begin(self, name: str, dtype: np.dtype[Any] | type[np.generic]) -> None:
        """Open a section; append() fills it, end() closes it."""
        self._put(bytes(-self.size % 8))
        self._open = (name, self.size, np.dtype(dtype).str.lstrip("<|"))

    def append(self, values: Array | bytes) -> None:
        """Write more of the open section."""
        self._put(values if isinstance(values, bytes) else np.ascontiguousarray(values).data.cast("B"))

    def end(self) -> None:
        """Close the open section."""
        if self._open is None:
            raise RuntimeError("no section is open")
        name, start, kind = self._open
        self._sections[name] = [start, self.size - start, kind]
        self._open = None

    def finish(self, meta: Mapping[str, Any]) -> None:
        """Write checksums, JSON and trailer, fsync and close; size and root then tell what to refer to."""
        data = self.size
        self._hash(len(self._buffer))
        sums = np.array(self._sums, "<u8").tobytes()
        text = orjson.dumps({"sections": self._sections, "meta": meta})
        self.root = root_of(sums, text, data)
        self._put(sums + text + TRAILER.pack(data, len(text), self.root, MAGIC))
        self._flush(len(self._buffer))
        if self._fd is None:
            raise RuntimeError("the file is closed")
        self._disk.fsync(self._fd)
        self.close()

    def close(self) -> None:
        """Close the file, finished or not; a second call does nothing."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            self._disk.close(fd)

    def _put(self, data: bytes | memoryview) -> None:
        self.size += len(data)
        for at in range(0, len(data), BUFFER):
            self._buffer += data[at : at + BUFFER]
            if len(self._buffer) >= BUFFER:
                whole = len(self._buffer) - len(self._buffer) % BLOCK
                self._hash(whole)
                self._flush(whole)

    def _hash(self, stop: int) -> None:
        view = memoryview(self._buffer)
        self._sums += [xxhash.xxh3_64_intdigest(view[at : min(at + BLOCK, stop)]) for at in range(0, stop, BLOCK)]

    def _flush(self, stop: int) -> None:
        if self._fd is None:
            raise RuntimeError("the file is closed")
        with memoryview(self._buffer) as view:
            self._disk.write(self._fd, view[:stop])
        self._buffer = self._buffer[stop:]


def root_of(sums: bytes | memoryview, text: bytes | memoryview, data: int) -> int:
    """The checksum over a file's checksums, JSON and bytes of data -> uint64."""
    state = xxhash.xxh3_64(sums)
    state.update(text)
    state.update(data.to_bytes(8, "little"))
    return int(state.intdigest())


class BlockFile:
    """A finished file, mapped. Opening reads its checksums and JSON; what a section holds is verified when touched.

    sections: what the file says of each, by name, which is checked by `section` and `section_sizes`: first byte, bytes,
    and what its numbers are (`DTYPES`). meta: what its writer tells of it.
    """

    def __init__(self, path: Path, *, size: int, root: int) -> None:
        """Open path, which must have the size and root that its keeper remembers.

        Raises FileNotFoundError where there is no file, IndexDamagedError where it is not the one that was written.
        """
        self.path = path
        self._map = _map(path, size)
        head, text_size, kept_root, magic = TRAILER.unpack(self._map[size - TRAILER.size : size])
        blocks = -(-head // BLOCK)
        text_end = size - TRAILER.size
        fits = magic == MAGIC and len(MAGIC) <= head and text_size <= MAX_JSON
        if not fits or head + blocks * 8 + text_size != text_end:
            raise damaged(path, "trailer")
        view = memoryview(self._map)
        sums, text = view[head : text_end - text_size], view[text_end - text_size : text_end]
        if kept_root != root or root_of(sums, text, head) != root:
            raise damaged(path, "checksums")
        self.data_size = head
        self._sums = sums.cast("Q")
        self._seen = bytearray(blocks)
        self._touched = 0
        self.sections, self.meta = _described(path, bytes(text))

    def section_sizes(self) -> dict[str, int]:
        """Bytes of every section by its name; IndexDamagedError where one cannot be."""
        return {name: self._place(name)[1] for name in self.sections}

    def section(self, name: str) -> Section:
        """The section of that name; IndexDamagedError where the file has none, or none that can be."""
        if name not in self.sections:
            raise damaged(self.path, f"part {name} is missing")
        return Section(self, self._map, name, *self._place(name))

    def _place(self, name: str) -> tuple[int, int, str]:
        """Where a section lies, within the data."""
        place: Any = self.sections[name]
        if not isinstance(place, list) or len(place) != 3:
            raise damaged(self.path, f"description of part {name}")
        start, length, kind = place
        whole = type(start) is int and type(length) is int and isinstance(kind, str) and kind in KINDS
        if not whole or start < 0 or length < 0 or start % 8 or start + length > self.data_size:
            raise damaged(self.path, f"description of part {name}")
        if length % int(kind[1]):
            raise damaged(self.path, f"length of part {name}")
        return start, length, kind

    @property
    def sums(self) -> bytes:
        """The checksums of all blocks, eight bytes each."""
        return self._sums.tobytes()

    def check(self, start: int, stop: int, part: str) -> None:
        """Verify the blocks that hold bytes start to stop, those not seen before only."""
        self._touched += stop - start + AROUND
        if self._touched > RESIDENT:
            # Only this process forgets the pages; they stay in the system's cache.
            self._touched = 0
            if sys.platform != "win32" and _GIVE_BACK is not None:
                self._map.madvise(_GIVE_BACK)
        first, last = start // BLOCK, (stop + BLOCK - 1) // BLOCK
        block = self._seen.find(0, first, last)
        while block >= 0 and start < stop:
            begin = block * BLOCK
            view = memoryview(self._map)[begin : min(begin + BLOCK, self.data_size)]
            if xxhash.xxh3_64_intdigest(view) != self._sums[block]:
                raise damaged(self.path, f"part {part}, block {block}")
            self._seen[block] = 1
            block = self._seen.find(0, block + 1, last)

    def check_all(self) -> list[int]:
        """Read every block again, seen or not -> the numbers of the damaged ones."""
        view = memoryview(self._map)
        return [
            block
            for block, kept in enumerate(self._sums.tolist())
            if xxhash.xxh3_64_intdigest(view[block * BLOCK : min((block + 1) * BLOCK, self.data_size)]) != kept
        ]


class Section:
    """One array of a BlockFile. `raw` is unverified; what the methods hand out is verified."""

    def __init__(self, file: BlockFile, data: mmap.mmap, name: str, start: int, length: int, kind: str) -> None:
        self.name = name
        self._file = file
        self._data = data
        self._start = start
        self._kind = kind
        self._size = int(kind[1])
        self._count = length // self._size

    def __len__(self) -> int:
        return self._count

    @cached_property
    def raw(self) -> Array:
        """All elements."""
        return np.frombuffer(self._data, self._kind, self._count, self._start)

    def part(self, start: int, stop: int) -> Array:
        """Elements start to stop."""
        self._check(start, stop)
        return self.raw[start:stop]

    def whole(self) -> Array:
        """All elements."""
        self._check(0, self._count)
        return self.raw

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of elements start to stop."""
        self._check(start, stop)
        return self._data[self._start + start * self._size : self._start + stop * self._size]

    def numbers(self, start: int, stop: int) -> list[Any]:
        """Elements start to stop, few of them: whole numbers."""
        if self._kind == "f8":
            raise self.damage("it holds numbers of another kind than it should")
        return array(KINDS[self._kind], self.read(start, stop)).tolist()

    def _check(self, start: int, stop: int) -> None:
        if not 0 <= start <= stop <= self._count:
            raise damaged(self._file.path, f"part {self.name} ends early")
        self._file.check(self._start + start * self._size, self._start + stop * self._size, self.name)

    def damage(self, what: str) -> IndexDamagedError:
        """The error that says what is wrong in this section."""
        return damaged(self._file.path, f"part {self.name}: {what}")


def damaged(path: Path, part: str) -> IndexDamagedError:
    """The error that names the file and the part."""
    return IndexDamagedError(f"{path}: damaged: {part}; restore the file from a backup or rebuild the index")


def _map(path: Path, size: int) -> mmap.mmap:
    try:
        fd = descriptors.open_file(path, descriptors.READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise damaged(path, f"cannot be opened ({error.strerror})") from error
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size or size < TRAILER.size + len(MAGIC):
            raise damaged(path, f"{found.st_size} bytes instead of {size}")
        return mmap.mmap(fd, size, access=mmap.ACCESS_READ)
    finally:
        os.close(fd)


def _described(path: Path, text: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sections, unchecked, and meta of the JSON."""
    try:
        header = orjson.loads(text)
        sections, meta = header["sections"], header["meta"]
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise damaged(path, "description") from error
    if not isinstance(sections, dict) or not isinstance(meta, dict):
        raise damaged(path, "description")
    return sections, meta
