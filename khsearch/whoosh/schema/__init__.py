"""schema: a Whoosh schema as data: JSON that a person can read, never a pickle.

shapes     the classes that a schema is made of, and what each of their attributes has to be
names      what data may name
encoding   a schema -> files
decoding   files -> a schema
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.whoosh.schema.decoding import decode as decode
    from khsearch.whoosh.schema.encoding import encode as encode
    from khsearch.whoosh.schema.encoding import same as same
else:
    __getattr__, __dir__, __all__ = face(__name__, {"decoding": ("decode",), "encoding": ("encode", "same")})
