r"""patterns: stretches of a text that are one word by their signs: numbers, dates, links, abbreviations. Codes in.

    numbers with signs    8:30  12/03/2024  2024-03-12  50%  $20  20k  1st  012-345-678  +855-12-345-678
    words with signs      covid-19  g20  e-mail  don't  node.js  u.s.a.  ph.d.  us$5  snake_case
    Khmer abbreviations   \u1796.\u179f.  \u179f.\u179a.\u17a2
    addresses and tags    a.b@c.org  https://x.org/a?b=1  www.x.org  x.org/a  @name  #word
    and so on             \u17d4\u179b\u17d4, which is a sign

Letters and digits side by side, and letters with a dot or an apostrophe between them, are one word by the rules of
Unicode (UAX #29), too. Two numbers with a hyphen between them are two, but in dates and telephone numbers: `2019-2020`
is a range. A number after a comma is a member of a list where the comma is not part of the number in normal form.

No stretch reaches over a space, and Khmer is in one only in an abbreviation, behind # and in the path of a link, where
a sign stands before it. All patterns take time in proportion to the text, whatever it is: what repeats never gives
back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from khsearch.khmer.terms.signs import Span
from khsearch.khmer.text.script import BASED_PATTERN

_LETTER, _ANY = rb"[a-z\x01]", rb"[0-9a-z\x01\x03]"
_KHMER = rb"[\x80-\xd3\xdd]"
_WORD = rb"""(?: %(any)b++ (?:
        (?: (?<=%(letter)b) ['.] (?=%(letter)b) | (?<=[0-9]) [./:] (?=[0-9]) | _++ (?=%(any)b)
          | (?<=%(letter)b) - (?=%(any)b) | (?<=[0-9]) - (?=%(letter)b) )
        %(any)b++ )*+ )""" % {b"any": _ANY, b"letter": _LETTER}
_LINK = rb"(?: [!\x23-;=?-\[\]_a-z~\x01\x03] | (?<=[/=\x23&_%%-]) %b++ )*+" % _KHMER
_HOST = rb"%(any)b++ (?: -++ %(any)b++ )*+ (?: \. %(any)b++ (?: -++ %(any)b++ )*+ )++" % {b"any": _ANY}
_CLUSTER = BASED_PATTERN + b"+"
# Before a number, a cluster with marks is a word: "the 19th" behind "century", both shortened.
_LAST = rb"(?: %(cluster)b (?!%(khmer)b|[0-9]) | [\x80-\xb3] (?!%(khmer)b) )" % {b"cluster": _CLUSTER, b"khmer": _KHMER}
_PATTERN = re.compile(
    rb"""
      (?P<link> (?<!%(any)b) (?: (?:https?|ftp):// (?=%(any)b|%(khmer)b) | www\.(?=%(any)b) ) %(link)b )
    | (?<!%(any)b) %(any)b [0-9a-z\x01\x03._+%%-]{0,63}+ @ %(host)b
    | (?<![\x23@&/]) (?<!%(any)b) \x23 (?: %(any)b | _ | %(khmer)b )++
    | (?<!%(any)b) (?<![0-9]-) (?:
          (?: [0-9]{1,2} - [0-9]{1,2} - (?:[0-9]{4}|[0-9]{2}) | [0-9]{4} - [0-9]{1,2} - [0-9]{1,2} )
          (?: t [0-9]++ (?: : [0-9]++ )*+ )?+
        | 0 [0-9]{1,3} (?: - [0-9]{6,7} | (?: - [0-9]{2,4} ){2,3} )
        | \+ [0-9]{1,15} (?: - [0-9]{2,9} )++
      ) (?!%(any)b) (?!-[0-9])
    | (?<!%(any)b) (?<!%(any)b['._-]) %(letter)b{1,2} (?: \. %(letter)b{1,2} )++ \. (?!%(any)b)
    | (?P<word>
        (?: (?<!%(any)b) (?:[a-z]{1,3}+)?+ [$\xdb] (?=[0-9]) | (?<!%(any)b) (?<!\+) \+ (?=[0-9])
          | (?<!%(any)b) (?<!@) @ (?=%(any)b) )?+
        %(word)b (?: (?<=[0-9]) [$%%\xdb] )?+ )
    | %(cluster)b \. (?: (?: %(cluster)b \. )++ %(last)b?+ | %(last)b )
    | (?P<sign> \xd4 \x9b [\xd4\xd5] )
    | (?P<passed> (?: %(cluster)b (?!\.) )++ )
    """
    % {
        b"any": _ANY,
        b"letter": _LETTER,
        b"khmer": _KHMER,
        b"word": _WORD,
        b"link": _LINK,
        b"host": _HOST,
        b"cluster": _CLUSTER,
        b"last": _LAST,
    },
    re.VERBOSE,
)
_ALONE = re.compile(rb"[a-z\x01]++|[0-9\x03]++")
_HOST_ALONE = re.compile(rb"(?:[0-9a-z\x01\x03-]++\.)++[a-z]{2,}+")
_PATH = re.compile(b"/" + _LINK, re.VERBOSE)
_ENDS_NO_LINK = b"!'()*,.:;?[]~"


def spans(codes: bytes, start: int, end: int) -> Iterator[Span]:
    """Find the stretches in a part of some codes, which begins and ends at a space or an end of the codes."""
    at = start
    while found := _PATTERN.search(codes, at, end):
        first, at = found.span()
        kind = found.lastgroup
        if kind == "passed":
            continue
        if kind == "link":
            at = _end_of_link(codes, first, at)
        elif kind == "word":
            if _ALONE.fullmatch(codes, first, at):
                continue
            if _HOST_ALONE.fullmatch(codes, first, at):
                tail = _PATH.match(codes, at, end)
                at = max(_end_of_link(codes, first, tail.end()), at) if tail else at
        yield first, at, kind == "sign"


def _end_of_link(codes: bytes, start: int, end: int) -> int:
    """Where a link ends: a sign behind it is none of it, but for the bracket that closes one in it."""
    closing = codes.count(b")", start, end) - codes.count(b"(", start, end)
    while codes[end - 1] in _ENDS_NO_LINK:
        if codes[end - 1] == ord(")"):
            if closing <= 0:
                break
            closing -= 1
        elif codes[end - 1] == ord("("):
            closing += 1
        end -= 1
    return end
