"""Random Whoosh schemas: every type of field, every analyzer, every option."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from hypothesis import strategies as st
from whoosh import analysis, columns, fields, formats
from whoosh.lang import languages, lovins, paicehusk, phonetic, porter, porter2, stemmer_for_language
from whoosh.support import charset

from khsearch.khmer import Analyzer, breaker
from khsearch.whoosh import KHMER, KhmerAnalyzer

flags = st.booleans()
boosts = st.sampled_from([0.5, 1.0, 2.5])
words = st.sets(st.sampled_from(["the", "of", "\u1793\u17b7\u1784", "\ud800", "straße", "$"]))
patterns = st.sampled_from(
    [
        r"\w+",
        r"[^,]+",
        re.compile(r"[a-z]+", re.IGNORECASE),
        re.compile("a . # b", re.VERBOSE | re.DOTALL),
        "(?i)x|\ud800",
    ]
)
TABLE = charset.charset_table_to_dict(charset.default_charset)

_made = {name: Analyzer(breaker(name)) for name in ("lattice", "icu")}
khmer_analyzers = st.builds(
    KhmerAnalyzer, st.sampled_from(["words", "bigrams"]), analyzer=st.sampled_from(list(_made.values()))
)
tokenizers = st.one_of(
    st.builds(analysis.RegexTokenizer, patterns, gaps=flags),
    st.builds(analysis.IDTokenizer),
    st.builds(analysis.SpaceSeparatedTokenizer),
    st.builds(analysis.CommaSeparatedTokenizer),
    st.builds(analysis.NgramTokenizer, st.integers(1, 3), st.integers(3, 5)),
    st.builds(analysis.PathTokenizer),
    st.just(analysis.CharsetTokenizer(TABLE)),
)
stemmers = st.sampled_from(
    [
        *(porter.stem, porter2.stem, lovins.stem, paicehusk.stem, phonetic.soundex_en, phonetic.soundex_ar),
        *(stemmer_for_language(language) for language in languages if language != "tr"),
    ]
)
plain_filters = st.one_of(
    st.builds(analysis.LowercaseFilter),
    st.builds(analysis.PassFilter),
    st.builds(analysis.StripFilter),
    st.builds(analysis.ReverseTextFilter),
    st.builds(analysis.StopFilter, words, minsize=st.integers(0, 3), maxsize=st.none() | st.just(9), renumber=flags),
    st.builds(analysis.StopFilter, lang=st.sampled_from(["en", "fr", "ru"])),
    st.sampled_from([charset.accent_map, {97: "b", 98: None, 99: 100}, TABLE]).map(analysis.CharsetFilter),
    st.builds(analysis.SubstitutionFilter, patterns, st.sampled_from(["", r"-\g<0>"])),
    st.builds(
        analysis.DelimitedAttributeFilter, st.sampled_from("^|"), type=st.sampled_from([float, str, int, Decimal])
    ),
    st.builds(analysis.NgramFilter, st.integers(1, 3), st.integers(3, 5), st.sampled_from(["start", "end", None])),
    st.builds(analysis.CompoundWordFilter, words | st.lists(st.just("green")) | words.map(frozenset), flags),
    st.builds(analysis.BiWordFilter, st.sampled_from("-+")),
    st.builds(analysis.ShingleFilter, st.integers(2, 4), st.just("_")),
    st.builds(analysis.IntraWordFilter, st.just("-_' \\]^") | st.just("."), flags, flags, flags, flags),
    st.builds(analysis.StemFilter, stemmers, ignore=st.none() | words, cachesize=st.sampled_from([None, -1, 0, 500])),
    st.builds(analysis.StemFilter, lang=st.sampled_from([language for language in languages if language != "tr"])),
    st.builds(analysis.DoubleMetaphoneFilter, boosts, boosts, flags),
    st.just(analysis.LoggingFilter()),
)
filters = st.recursive(
    plain_filters,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda some: analysis.TeeFilter(*some)),
        st.dictionaries(st.sampled_from(["index", "query", "$"]), inner, max_size=2).map(
            lambda some: analysis.MultiFilter(**some)
        ),
        st.tuples(inner, inner).map(lambda pair: pair[0] | pair[1]),
    ),
    max_leaves=4,
)


def _composed(tokenizer, chosen):
    for one in chosen:
        tokenizer = tokenizer | one
    return tokenizer


analyzers = st.one_of(
    st.builds(_composed, tokenizers, st.lists(filters, max_size=3)),
    st.builds(_composed, khmer_analyzers, st.lists(filters, max_size=1)),
    st.sampled_from([analysis.StandardAnalyzer, analysis.StemmingAnalyzer, analysis.FancyAnalyzer]).map(
        lambda made: made()
    ),
    st.sampled_from(["en", "es", "sv", "ar"]).map(analysis.LanguageAnalyzer),
)
some_formats = st.sampled_from(
    [formats.Existence, formats.Frequency, formats.Positions, formats.Characters, formats.PositionBoosts]
).flatmap(lambda made: st.builds(made, boosts))
some_columns = st.one_of(
    st.builds(columns.VarBytesColumn, flags, st.integers(0, 1 << 20)),
    st.builds(columns.FixedBytesColumn, st.just(3), st.none() | st.just(b"abc")),
    st.builds(columns.RefBytesColumn),
    st.builds(columns.NumericColumn, st.sampled_from("bBhHiIqQ"), st.integers(0, 99)),
    st.builds(columns.NumericColumn, st.sampled_from("fd"), st.sampled_from([0.5, float("inf")])),
    st.builds(columns.BitColumn, st.integers(0, 99)),
    st.builds(columns.CompressedBytesColumn, st.integers(1, 9), st.sampled_from(["zlib", "bz2"])),
    st.builds(columns.CompressedBlockColumn),
    st.builds(columns.StructColumn, st.just("!iB"), st.just((0, 0))),
    st.builds(columns.VarBytesListColumn),
    st.builds(columns.FixedBytesListColumn, st.just(2)),
    st.builds(columns.PickleColumn, st.builds(columns.VarBytesColumn)),
)
sortable = flags | some_columns
vectors = flags | some_formats
stored = {"stored": flags, "field_boost": boosts}
some_fields = st.one_of(
    st.builds(fields.ID, **stored, unique=flags, sortable=sortable, analyzer=st.none() | analyzers),
    st.builds(fields.IDLIST, **stored, unique=flags, expression=st.none() | patterns.map(re.compile)),
    st.builds(
        fields.NUMERIC,
        st.just(int) | st.just("int"),
        st.sampled_from([8, 16, 32, 64]),
        **stored,
        unique=flags,
        shift_step=st.integers(0, 8),
        signed=flags,
        sortable=flags,
        default=st.none() | st.integers(0, 99),
    ),
    st.builds(fields.NUMERIC, st.just(float), **stored, sortable=flags, default=st.none() | st.floats(0, 9)),
    st.builds(fields.NUMERIC, st.just(Decimal), st.just(64), **stored, decimal_places=st.integers(1, 4)),
    st.builds(fields.DATETIME, stored=flags, unique=flags, sortable=flags),
    st.builds(fields.BOOLEAN, **stored),
    st.builds(fields.STORED),
    st.builds(fields.COLUMN, st.none() | some_columns),
    st.builds(
        fields.KEYWORD,
        **stored,
        lowercase=flags,
        commas=flags,
        scorable=flags,
        unique=flags,
        sortable=flags,
        vector=vectors,
        analyzer=st.none() | analyzers,
    ),
    st.builds(
        fields.TEXT,
        st.none() | analyzers,
        phrase=flags,
        chars=flags,
        **stored,
        multitoken_query=st.sampled_from(["default", "or"]),
        spelling=flags,
        sortable=sortable,
        lang=st.none() | st.sampled_from(["en", "fr"]),
        vector=vectors,
        spelling_prefix=st.sampled_from(["spell_", "words_"]),
    ),
    st.builds(
        fields.NGRAM, st.integers(1, 2), st.integers(2, 4), **stored, queryor=flags, phrase=flags, sortable=sortable
    ),
    st.builds(
        fields.NGRAMWORDS,
        st.integers(1, 2),
        st.integers(2, 4),
        **stored,
        tokenizer=st.none() | tokenizers,
        at=st.sampled_from([None, "start", "end"]),
        queryor=flags,
        sortable=sortable,
    ),
    st.builds(fields.FieldType, some_formats, analyzers, flags, flags, flags, st.just("and"), flags, vectors),
    st.builds(
        KHMER,
        st.sampled_from(["words", "bigrams"]),
        stored=flags,
        positions=flags,
        analyzer=st.none() | st.sampled_from(list(_made.values())),
        multitoken_query=st.sampled_from(["default", "or"]),
    ),
)
_globs = st.dictionaries(st.sampled_from(["*_s", "*", "a?", "[!b]*_t", "x*y*"]), some_fields, max_size=3)


@st.composite
def schemas(draw):
    """A schema, with fields and patterns of names."""
    schema = fields.Schema(
        **draw(st.dictionaries(st.sampled_from(["id", "text", "\u1780", "number", "tags"]), some_fields))
    )
    for name, field in draw(_globs).items():
        schema.add(name, field, glob=True)
    return schema


VALUES = (
    "",
    "The Wi-Fi of PowerShot's, caf\u00e9/STRASSE",
    "\u1780\u1798\u17d2\u1796\u17bb\u1787\u17b6 rendering",
    "5",
    "^2",
)
OTHERS = (5, -1, 2.5, True, Decimal("1.5"), datetime.datetime(2020, 2, 29, 1), None, ["a", "b"], [1, 2], b"abc")


def answers(field):
    """What a field makes of some values: terms, postings, columns; errors by their types."""

    def told(function, *args):
        try:
            found = function(*args)
            return sorted(found, key=repr) if hasattr(found, "__next__") else found
        except Exception as problem:
            return type(problem)

    told_of = []
    for value in (*VALUES, *OTHERS):
        if field.indexed and not isinstance(field, fields.FieldWrapper):
            told_of.append(told(lambda given: list(field.index(given)), value))
            told_of.append(told(lambda given: list(field.process_text(given, mode="query")), value))
        told_of.append(told(field.to_bytes, value))
        told_of.append(told(field.to_column_value, value))
        if isinstance(told_of[-2], bytes):
            told_of.append(told(field.from_bytes, told_of[-2]))
        if field.self_parsing() and isinstance(value, str):
            told_of.append(repr(told(field.parse_query, "x", value)))
    return repr(told_of)
