"""learning: the commands that make lexicons, and counts of slips."""

from __future__ import annotations

from pathlib import Path

import click

from khsearch.cli.console import note, progress
from khsearch.errors import LexiconError


@click.group()
def lexicon() -> None:
    """Make lexicons, which the breaker knows words from."""


@lexicon.command()
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--base", metavar="FILE", help="A learnt lexicon to extend, or `default` for the one khsearch brings.")
@click.option(
    "--words", "lists", metavar="FILE", multiple=True, type=click.Path(path_type=Path), help="Words with counts."
)
def learn(texts: tuple[str, ...], output: Path, base: str | None, lists: tuple[Path, ...]) -> None:
    """Learn a lexicon from raw text.

    TEXT is a file or folder as `khsearch index` takes them. The result is what --lexicon takes.
    khmer-nltk's model finds the words, ten megabytes in some seconds. A list of --words, or each .txt in a folder of
    them, has one word a line, and a tab and its count if you know it.
    """
    from khsearch.documents import read_path
    from khsearch.khmer import compile_lexicon, default_lexicon, load, read_frequencies
    from khsearch.khmer import learn as learn_model

    known = default_lexicon() if base == "default" else load(base)
    frequencies = read_frequencies(lists) if lists else None
    documents = (document.text for source in texts for document in read_path(source))
    with progress("learning") as show:
        model = learn_model(documents, frequencies=frequencies, base=known.model if known else None, progress=show)
    _write(output, compile_lexicon(model).data)
    note(f"{len(model.words):,} words in {output}")


@lexicon.command()
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Where to write.")
def crf(output: Path) -> None:
    """Make the table of khmer-nltk's model, which the breaker `crf` goes by.

    It is made of the khmer-nltk that is installed, in some seconds; the one that khsearch brings is of 1.6.
    """
    from khsearch.khmer import build_crf

    data = build_crf()
    _write(output, data)
    note(f"{len(data):,} bytes in {output}")


@lexicon.command()
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--joins", metavar="FILE", type=click.Path(path_type=Path), help="Decisions, instead of those it brings.")
def pairs(texts: tuple[str, ...], output: Path, joins: Path | None) -> None:
    """Count pairs of atoms in raw text, which tell what makes one word.

    TEXT is a file or folder as `khsearch index` takes them. FILE of --joins decides on pairs whatever is counted; the
    rules for it stand at the top of the one that khsearch brings, khmer/data/joins.txt.
    """
    from khsearch.documents import read_path
    from khsearch.khmer import build_pairs

    data = build_pairs((document.text for source in texts for document in read_path(source)), joins)
    _write(output, data)
    note(f"{len(data):,} bytes in {output}")


@lexicon.command()
@click.argument("pairs", metavar="PAIRS", type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--source", metavar="TEXT", default="", help="Whose pairs they are, for the head of the file.")
def slips(pairs: Path, output: Path, source: str) -> None:
    """Count slips of writing, which misspelt words are corrected by.

    PAIRS has a JSON object a line: {"wrong": "...", "right": "..."}; of lines with a "part", those of the part "learn"
    are taken. Listed variants count beside them. The result is a table of numbers without any word.
    """
    from khsearch.khmer import default_variants, learn_slips, read_pairs, variant_pairs, written_counts

    found = read_pairs(pairs)
    counts = learn_slips([*found, *variant_pairs(default_variants())])
    _write(output, written_counts(counts, source).encode())
    note(f"{len(found):,} pairs, {len(counts):,} counts in {output}")


def _write(output: Path, data: bytes) -> None:
    try:
        output.write_bytes(data)
    except OSError as problem:
        raise LexiconError(f"{output}: cannot be written ({problem.strerror}); name another file") from None
