"""together: documents in plain values, part by part: what a writer keeps of very many small ones.

Python's collector looks again and again at every object that holds others; here a document is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self, overload

from khsearch.documents.document import Document, validate


class Documents(Sequence[Document]):
    """Some documents, each of which is made when somebody asks for it.

    ids, titles, texts  (n,) those of each
    encoded             (n,) its text as UTF-8
    fields              (n,) its own fields
    """

    def __init__(
        self,
        ids: Sequence[str],
        titles: Sequence[str],
        texts: Sequence[str],
        encoded: Sequence[bytes],
        fields: Sequence[dict[str, object]],
    ) -> None:
        self.ids, self.titles, self.texts, self.encoded, self.fields = ids, titles, texts, encoded, fields

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Self:
        """Take documents; DocumentError for one that cannot be indexed."""
        parts = [validate(document) for document in documents]
        return cls(*zip(*parts, strict=True)) if parts else cls((), (), (), (), ())

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, number: int) -> Document: ...

    @overload
    def __getitem__(self, number: slice) -> list[Document]: ...

    def __getitem__(self, number: int | slice) -> Document | list[Document]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        return Document(self.ids[number], self.titles[number], self.texts[number], self.fields[number])
