"""khmer: text in, words out. Nothing here knows of any index.

text/       script, mark_order, normal_text, normalize: one spelling of every text, with the way back; scripts: other
            letters; repair: the Khmer of a text put right; sentences: where they end; points, clusters, marks, steps:
            the same of a batch, as arrays; compiled: by the compiled core; sequences: where clusters follow each other
words/      trie, lexicon, checking, sources, lattice, breakers, modes: runs -> atoms; crf_table, crf_scores,
            two_labels, crf: runs -> words, by a model of khmer-nltk; pair_table, joining: atoms -> words; by_lexicon,
            run_breaker, icu: breakers; spaceless: who divides other scripts without spaces; model, word_lists,
            building: words -> a lexicon; entries, listed, adding: words of one's own, added to one; own, phrases,
            own_joining: what they are in a text; numbering, paths, side_by_side, windows: the runs of a batch, as
            arrays; compiled: a lexicon in the compiled core
terms/      analyzer, typed: a text -> terms; wholes, signs, patterns: its whole words; tokens: words as objects;
            batches, whole_batches, streams, foreign: a batch, as arrays; compiled: by the compiled core; listing: its
            words as lists; behaviour: what terms depend on
spelling/   variants, groups, forms, respelling: other spellings; costs, nearby: what a slip costs, and what was meant
learning/   learning, counting, keeplist: where a lexicon comes from; slips: where costs of slips come from;
            crf_building: where the table of the model of khmer-nltk comes from; joinlist, pairs: where that of pairs
"""

from typing import TYPE_CHECKING

from khsearch.lazy import face

if TYPE_CHECKING:
    from khsearch.khmer.learning.counting import read_frequencies as read_frequencies
    from khsearch.khmer.learning.crf_building import build_crf as build_crf
    from khsearch.khmer.learning.learning import learn as learn
    from khsearch.khmer.learning.pairs import build_pairs as build_pairs
    from khsearch.khmer.learning.slips import learn_slips as learn_slips
    from khsearch.khmer.learning.slips import read_pairs as read_pairs
    from khsearch.khmer.learning.slips import variant_pairs as variant_pairs
    from khsearch.khmer.spelling.costs import default_costs as default_costs
    from khsearch.khmer.spelling.costs import strokes as strokes
    from khsearch.khmer.spelling.costs import written_counts as written_counts
    from khsearch.khmer.spelling.groups import own_spellings as own_spellings
    from khsearch.khmer.spelling.nearby import Nearby as Nearby
    from khsearch.khmer.spelling.variants import Alternative as Alternative
    from khsearch.khmer.spelling.variants import Variants as Variants
    from khsearch.khmer.spelling.variants import default_variants as default_variants
    from khsearch.khmer.terms import behaviour as behaviour
    from khsearch.khmer.terms.analyzer import DIVIDED_BY as DIVIDED_BY
    from khsearch.khmer.terms.analyzer import Analyzer as Analyzer
    from khsearch.khmer.terms.analyzer import cluster_spans as cluster_spans
    from khsearch.khmer.terms.analyzer import shared_analyzer as shared_analyzer
    from khsearch.khmer.terms.listing import MEGABYTE as MEGABYTE
    from khsearch.khmer.terms.listing import term_lists as term_lists
    from khsearch.khmer.terms.listing import token_lists as token_lists
    from khsearch.khmer.terms.listing import word_lists as word_lists
    from khsearch.khmer.terms.streams import Tokens as Tokens
    from khsearch.khmer.terms.streams import join_tokens as join_tokens
    from khsearch.khmer.terms.streams import pieces as pieces
    from khsearch.khmer.terms.tokens import Token as Token
    from khsearch.khmer.terms.tokens import with_gaps as with_gaps
    from khsearch.khmer.terms.tokens import without_signs as without_signs
    from khsearch.khmer.terms.typed import SHORT as SHORT
    from khsearch.khmer.terms.typed import Terms as Terms
    from khsearch.khmer.terms.typed import Typed as Typed
    from khsearch.khmer.terms.typed import bigrams_between as bigrams_between
    from khsearch.khmer.terms.typed import clusters_of as clusters_of
    from khsearch.khmer.terms.typed import letters_of as letters_of
    from khsearch.khmer.text import clusters as clusters
    from khsearch.khmer.text import script as script
    from khsearch.khmer.text import scripts as scripts
    from khsearch.khmer.text.normal_text import NormalText as NormalText
    from khsearch.khmer.text.normalize import normalize as normalize
    from khsearch.khmer.text.normalize import normalize_all as normalize_all
    from khsearch.khmer.text.repair import put_right as put_right
    from khsearch.khmer.text.sentences import sentence_spans as sentence_spans
    from khsearch.khmer.text.sequences import stand as stand
    from khsearch.khmer.text.sequences import stretches as stretches
    from khsearch.khmer.words.breakers import BREAKERS as BREAKERS
    from khsearch.khmer.words.breakers import Breaker as Breaker
    from khsearch.khmer.words.breakers import breaker as breaker
    from khsearch.khmer.words.breakers import breaker_names as breaker_names
    from khsearch.khmer.words.breakers import check_registered as check_registered
    from khsearch.khmer.words.breakers import factory_of as factory_of
    from khsearch.khmer.words.breakers import make_breaker as make_breaker
    from khsearch.khmer.words.breakers import register_breaker as register_breaker
    from khsearch.khmer.words.icu import icu_version as icu_version
    from khsearch.khmer.words.lexicon import Lexicon as Lexicon
    from khsearch.khmer.words.lexicon import default_lexicon as default_lexicon
    from khsearch.khmer.words.modes import MODES as MODES
    from khsearch.khmer.words.modes import joiner_of as joiner_of
    from khsearch.khmer.words.run_breaker import RunBreaker as RunBreaker
    from khsearch.khmer.words.sources import LexiconSource as LexiconSource
    from khsearch.khmer.words.sources import load as load
    from khsearch.khmer.words.spaceless import CLUSTERS as CLUSTERS
    from khsearch.khmer.words.spaceless import ICU as ICU
    from khsearch.khmer.words.spaceless import WAYS as WAYS
    from khsearch.khmer.words.word_lists import compile_lexicon as compile_lexicon
else:
    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "text": ("clusters", "script", "scripts"),
            "text.normal_text": ("NormalText",),
            "text.normalize": ("normalize", "normalize_all"),
            "text.repair": ("put_right",),
            "text.sentences": ("sentence_spans",),
            "text.sequences": ("stand", "stretches"),
            "words.breakers": (
                "BREAKERS",
                "Breaker",
                "breaker",
                "breaker_names",
                "check_registered",
                "factory_of",
                "make_breaker",
                "register_breaker",
            ),
            "words.icu": ("icu_version",),
            "words.lexicon": ("Lexicon", "default_lexicon"),
            "words.modes": ("MODES", "joiner_of"),
            "words.sources": ("LexiconSource", "load"),
            "words.spaceless": ("CLUSTERS", "ICU", "WAYS"),
            "words.run_breaker": ("RunBreaker",),
            "words.word_lists": ("compile_lexicon",),
            "terms": ("behaviour",),
            "terms.analyzer": ("DIVIDED_BY", "Analyzer", "cluster_spans", "shared_analyzer"),
            "terms.typed": ("SHORT", "Terms", "Typed", "bigrams_between", "clusters_of", "letters_of"),
            "terms.tokens": ("Token", "with_gaps", "without_signs"),
            "terms.listing": ("MEGABYTE", "term_lists", "token_lists", "word_lists"),
            "terms.streams": ("Tokens", "join_tokens", "pieces"),
            "spelling.costs": ("default_costs", "strokes", "written_counts"),
            "spelling.nearby": ("Nearby",),
            "spelling.groups": ("own_spellings",),
            "spelling.variants": ("Alternative", "Variants", "default_variants"),
            "learning.counting": ("read_frequencies",),
            "learning.crf_building": ("build_crf",),
            "learning.learning": ("learn",),
            "learning.pairs": ("build_pairs",),
            "learning.slips": ("learn_slips", "read_pairs", "variant_pairs"),
        },
    )
