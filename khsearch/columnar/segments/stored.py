"""stored: one opaque blob per document, compressed by itself, with a dictionary that the segment's documents share."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import zstandard

from khsearch import arrays
from khsearch.arrays import np
from khsearch.columnar.segments.compiled import told
from khsearch.sharing import loading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from khsearch.arrays import Array
    from khsearch.columnar.files.blockfile import BlockFile, BlockFileWriter
    from khsearch.columnar.files.spool import Spool
    from khsearch.columnar.segments.beside import Beside

LEVEL = 3
DICTIONARY = 112 << 10  # bytes
ENOUGH = 1 << 20  # bytes of documents from which a dictionary pays
SMALL = 1 << 14  # bytes that are compressed in less time than a thread takes to start
MAX_BLOB = 1 << 28  # bytes


class StoredWriter:
    """Takes blobs in the order of documents, keeps them compressed.

    Where there are two cores, blobs are compressed by a thread of their own while the caller goes on; whatever comes of
    that is told by the next call.
    """

    def __init__(self, spool: Spool, dictionary: bytes = b"") -> None:
        self._spool = spool
        self._sizes: list[Array] = []
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._dictionary = dictionary
        self._compressor = _compressor(dictionary) if dictionary else None
        self._beside: Beside[tuple[Array, bytes]] | None = None

    def add(self, blobs: Sequence[bytes]) -> None:
        """Append blobs, each of MAX_BLOB bytes at most."""
        if self._compressor is not None:
            self._compress(self._compressor, blobs)
            return
        self._waiting += blobs
        self._waiting_size += sum(map(len, blobs))
        if self._waiting_size >= ENOUGH:
            self._dictionary = sample(self._waiting)
            self._compressor = _compressor(self._dictionary)
            self._settle()

    def add_compressed(self, data: Array, sizes: Array) -> None:
        """Append blobs that are compressed with this very dictionary: their bytes end to end, the size of each (n,)."""
        self._settle()
        self._append(data, sizes)

    def write(self, file: BlockFileWriter) -> None:
        """Write the sections of the stored documents."""
        self._settle()
        file.add("stored.dictionary", np.frombuffer(self._dictionary, np.uint8))
        sizes = np.concatenate([np.zeros(0, np.int64), *self._sizes])
        file.add("stored.starts", arrays.narrow(arrays.starts_of(sizes)))
        file.begin("stored.blobs", np.uint8)
        for piece in self._spool.drain():
            file.append(piece)
        file.end()

    def _settle(self) -> None:
        """Let all that was added be in the spool."""
        if self._waiting:
            self._compress(self._compressor or _compressor(b""), self._waiting)
            self._waiting = []
        self._take()

    def _compress(self, compressor: zstandard.ZstdCompressor, blobs: Sequence[bytes]) -> None:
        loading("khsearch.columnar.segments.beside")
        from khsearch.columnar.segments.beside import Beside

        self._take()
        self._beside = Beside(lambda: _compressed(compressor, blobs), alone=sum(map(len, blobs)) < SMALL)

    def _take(self) -> None:
        """Append what was compressed meanwhile."""
        beside, self._beside = self._beside, None
        if beside is not None:
            sizes, data = beside.result()
            self._append(np.frombuffer(data, np.uint8), sizes)

    def _append(self, data: Array, sizes: Array) -> None:
        self._sizes.append(sizes)
        self._spool.append(data)


def _compressed(compressor: zstandard.ZstdCompressor, blobs: Sequence[bytes]) -> tuple[Array, bytes]:
    """The size of each blob when it is compressed (n,), and all of them end to end."""
    if any(blobs) and hasattr(compressor, "multi_compress_to_buffer"):  # it refuses to compress nothing
        # One call for all: the other thread is not asked to stand aside for each.
        found = compressor.multi_compress_to_buffer(list(blobs))
        done = [found[number].tobytes() for number in range(len(found))]
    else:
        done = list(map(compressor.compress, blobs))
    return np.fromiter(map(len, done), np.int64, len(done)), b"".join(done)


class StoredReader:
    """The stored documents of one segment."""

    def __init__(self, file: BlockFile, docs: int, core: Any = None) -> None:
        """core: the compiled core's own view of the file, if it has one; it reads where the file is not mapped."""
        self._core = core
        self._blobs = file.section("stored.blobs")
        self._starts = file.section("stored.starts")
        self._dictionary = file.section("stored.dictionary")
        if len(self._starts) != docs + 1:
            raise self._starts.damage("the table of stored documents has another length than it should")
        self._local = threading.local()
        self._shared: zstandard.ZstdCompressionDict | None = None

    @property
    def dictionary(self) -> bytes:
        """What the blobs are compressed against; empty where nothing."""
        return self._dictionary.read(0, len(self._dictionary))

    def blob(self, doc: int) -> bytes:
        """The blob of one document."""
        return next(self.blobs([doc]))

    def blobs(self, docs: Sequence[int]) -> Iterator[bytes]:
        """The blobs of some documents, one after the other: no more than one is held."""
        read = 0
        while read < len(docs):
            rest = docs[read:]
            found = self._read(rest)
            yield from map(self._decompressed, rest, found)
            read += len(found)

    def _read(self, docs: Sequence[int]) -> Sequence[bytes | memoryview]:
        """The compressed blobs of the first of some documents, of one at least."""
        if self._core is not None:
            found: list[bytes] | None = told(lambda: self._core.stored(docs))
            if found is not None:
                return found
        doc = docs[0]
        start, stop = self._starts.numbers(doc, doc + 2)
        if stop < start:
            raise self._starts.damage("stored documents overlap")
        return [self._blobs.read(start, stop)]

    def _decompressed(self, doc: int, data: bytes | memoryview) -> bytes:
        try:
            if zstandard.frame_content_size(data) > MAX_BLOB:
                raise self._blobs.damage(f"stored document {doc} claims to be too large")
            out: bytes = self._decompressor().decompress(data)
        except zstandard.ZstdError as error:
            raise self._blobs.damage(f"stored document {doc}") from error
        return out

    def compressed(self, start: int, stop: int) -> tuple[Array, Array]:
        """The compressed blobs of documents start to stop -> (bytes uint8, size of each (n,) int64)."""
        bounds = self._starts.part(start, stop + 1).astype(np.int64)
        if bool((bounds[1:] < bounds[:-1]).any()):
            raise self._starts.damage("stored documents overlap")
        return self._blobs.part(int(bounds[0]), int(bounds[-1])), np.diff(bounds)

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        # One per thread: they keep state while they work.
        found = getattr(self._local, "decompressor", None)
        if found is None:
            if self._shared is None and len(self._dictionary):
                self._shared = _dictionary(self.dictionary)
            found = zstandard.ZstdDecompressor(dict_data=self._shared)
            self._local.decompressor = found
        return found


def sample(blobs: Sequence[bytes]) -> bytes:
    """A dictionary: documents spread over those given, cut so that many find room."""
    share = max(DICTIONARY // max(len(blobs), 1), 1 << 10)
    step = max(len(blobs) * share // DICTIONARY, 1)
    return b"".join(blob[:share] for blob in blobs[::step])[:DICTIONARY]


def _dictionary(data: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _compressor(dictionary: bytes) -> zstandard.ZstdCompressor:
    shared = _dictionary(dictionary) if dictionary else None
    if shared is not None:
        shared.precompute_compress(level=LEVEL)
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=shared, write_checksum=False)
