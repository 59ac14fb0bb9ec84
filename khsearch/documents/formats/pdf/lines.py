"""lines: the pieces of a page in, its text out: pieces make lines, and lines go on in each other or end a paragraph.

Lines that go on are joined as `joints` says. A heading, a cell or a column does not go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from khsearch.documents.formats.joints import KHMER_END, joint
from khsearch.documents.formats.pdf.pieces import Piece

_MOVED = 0.55  # of the height: the base line is another
_BACK = 3.0  # heights to the left: a new line, or a new column
_GAP = 0.23  # heights to the right: a space; LibreOffice leaves 0.2 between Khmer and Latin
_KHMER_GAP = 1.0  # the same behind Khmer, as clusters are drawn with holes
_OTHER_SIZE = 1.12  # how much a font is larger that is not the same
_LARGER_STEP = 1.3  # how much further down than usual a new paragraph begins
_FIRST_STEP = 2.4  # heights, where nothing tells what is usual
_SHORT = 0.6  # of the width of its column: where a paragraph's last line ends, but no other
_AROUND = 6  # lines
_SPACED = 9  # characters between two spaces, on average

_KHMER = re.compile("[\u1780-\u17d3\u17dd\u200b]+")
_BULLET = re.compile("(?<!\\S)[\uf000-\uf0ff\ufffd](?= )")  # a sign alone, of a font of signs
_DEPENDS = re.compile("[\u17b6-\u17d3\u17dd]")


@dataclass(slots=True)
class _Line:
    text: str
    start: float
    end: float
    base: float
    height: float
    angle: int


def text_of(pieces: Iterable[Piece]) -> str:
    """Return the text of a page: a line end where a paragraph ends, none where a line goes on."""
    lines = [line for line in _lines(pieces) if line.text.strip()]
    steps = _usual_steps(lines)
    between_words = " " if _is_spaced(lines) else ""
    text: list[str] = []
    for number, line in enumerate(lines):
        if number:
            before = lines[number - 1]
            if _ends(before, line, steps) or _is_short(lines, number - 1):
                text.append("\n")
            else:
                text[-1], between = joint(text[-1], line.text, between_words)
                text.append(between)
        text.append(line.text.strip(" "))
    return _BULLET.sub("\u2022", "".join(text)).replace("\u00ad", "").strip("\n")


def _lines(pieces: Iterable[Piece]) -> list[_Line]:
    lines: list[_Line] = []
    drawn: dict[tuple[int, int, int], set[str]] = {}
    for piece in pieces:
        # What is drawn twice, for a shadow or to look bold, is there once.
        there = drawn.setdefault((round(piece.start), round(piece.base), piece.angle), set())
        if piece.text in there or (there and piece.text == " "):
            continue
        if piece.text:
            there.add(piece.text)
        text = piece.text.replace("\r", "\n").replace("\n", " ").replace("\f", " ")
        line = lines[-1] if lines else None
        if line is None or _is_elsewhere(line, piece):
            lines.append(_Line(text, piece.start, piece.end, piece.base, piece.height, piece.angle))
            continue
        gap = _KHMER_GAP if KHMER_END.search(line.text) else _GAP
        if _DEPENDS.match(text):  # it is part of the cluster before, however far away it is drawn
            line.text = line.text.rstrip(" ")
        elif text and piece.start - line.end > gap * max(line.height, piece.height) and line.text[-1:] != " ":
            line.text += " "
        line.text += text.lstrip(" ") if line.text[-1:] == " " else text
        line.end = max(line.end, piece.end)
        line.height = max(line.height, piece.height)
    return lines


def _is_elsewhere(line: _Line, piece: Piece) -> bool:
    height = max(line.height, piece.height)
    moved = abs(piece.base - line.base) > _MOVED * height
    return moved or piece.angle != line.angle or piece.start < line.end - _BACK * height


def _usual_steps(lines: list[_Line]) -> dict[int, float]:
    """How far down the next line is, of each height of a font, mostly."""
    steps: dict[int, list[float]] = {}
    for before, line in pairwise(lines):
        if 0 < before.base - line.base < 4 * line.height and _same_height(before, line):
            steps.setdefault(round(line.height), []).append(before.base - line.base)
    # The smaller half: where every line is a paragraph, there is no other step.
    return {height: median(sorted(found)[: len(found) // 2 + 1]) for height, found in steps.items() if len(found) > 1}


def _ends(before: _Line, line: _Line, steps: dict[int, float]) -> bool:
    """Whether a paragraph ends between two lines."""
    if before.angle != line.angle or not _same_height(before, line):
        return True
    step = before.base - line.base
    usual = steps.get(round(line.height), _FIRST_STEP / _LARGER_STEP * line.height)
    return not 0 < step <= usual * _LARGER_STEP


def _is_short(lines: list[_Line], number: int) -> bool:
    """Whether a line ends before others around it that begin at the same place do."""
    line = lines[number]
    around = lines[max(0, number - _AROUND) : number + _AROUND + 1]
    alike = (one for one in around if abs(one.start - line.start) < line.height and _same_height(one, line))
    return line.end - line.start < _SHORT * max(one.end - line.start for one in alike)


def _same_height(before: _Line, line: _Line) -> bool:
    low, high = sorted((before.height, line.height))
    return high <= low * _OTHER_SIZE


def _is_spaced(lines: list[_Line]) -> bool:
    """Whether a space stands behind nearly every word of Khmer, so that lines, too, end at one, which is not drawn."""
    runs = [run for line in lines for run in _KHMER.findall(line.text)]
    return sum(map(len, runs)) < _SPACED * len(runs)
