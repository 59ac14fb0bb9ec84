"""pieces: what a page of a PDF is made of, as its lines, its soundness and its reading by picture need it."""

from __future__ import annotations

from typing import NamedTuple

from khsearch.frozen import frozen


class Piece(NamedTuple):
    """A text that a page draws in one go, with its place, seen so that the text runs from left to right.

    text        what it says; "" where an earlier piece said it already
    start, end  from where to where it runs, in points
    base        its base line, in points; it is greater further up
    height      of its font, in points
    angle       by which the text is turned on the page, in whole degrees
    font        name of its font
    """

    text: str
    start: float
    end: float
    base: float
    height: float
    angle: int
    font: str


@frozen
class Page:
    """A page.

    pieces   in the order in which it draws them
    covered  how much of its area pictures cover
    drawn    whether there are pictures or shapes enough to hold a text
    torn     coengs that are a glyph of their own, on a page whose producer shapes Khmer: what they subscribe is lost
    filled   what people wrote into the fields of a form, or as a text of their own on the page
    """

    pieces: tuple[Piece, ...]
    covered: float
    drawn: bool
    torn: int = 0
    filled: tuple[str, ...] = ()


@frozen
class Picture:
    """A page as grey pixels: a byte each, row by row, from 0, black, to 255."""

    width: int
    height: int
    pixels: bytes
    dpi: int
