"""subtitles: what is said in a film, of .srt and .vtt: no numbers, no times, no tags; one document, a line a line.

Captions that roll up, as those that YouTube makes, show each line again when the next one comes: it is read once.
"""

from __future__ import annotations

import html
import re

from khsearch.documents import reasons
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import Flow, empty, whole

_TIME = r"(?:\d+:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}\b.*")
_TAG = re.compile(r"</?(?:b|i|u|s|c|v|font|lang|ruby|rt)\b[^<>]*>|<[\d:.]+>|\{\\[^{}]*\}", re.I)
_ROLLED = re.compile(rf"<{_TIME}><c>")
"""A word that is shown at its own time."""
_COMMENT = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")


def read(source: Source) -> Found:
    """Read the subtitles."""
    lines = source.text().split("\n")
    if not "".join(lines).strip():
        yield empty(source)
        return
    is_vtt = lines[0].startswith("WEBVTT")
    times = [bool(_TIMES.fullmatch(line)) for line in lines] + [False]
    if not any(times):
        yield source.error("no subtitles: it has no times (-->); name it .txt if it is text", reason=reasons.BROKEN)
        return
    rolls = is_vtt and any(map(_ROLLED.search, lines))
    flow = Flow(source)
    commented = False
    shown: list[str] = []  # by this caption, and by the one before
    before: list[str] = []
    for number in range(times.index(True), len(lines)):
        line = lines[number].strip()
        begins = not lines[number - 1].strip() if number else True
        commented = bool(line) and (commented or (is_vtt and begins and bool(_COMMENT.match(line))))
        names_next = times[number + 1] and (begins or line.isdigit())
        if times[number]:
            before, shown = shown or before, []
        elif line and not (commented or names_next):
            said = _TAG.sub("", line)
            said = html.unescape(said) if is_vtt else said
            rolled = rolls and before[-1:] == [said] and not shown
            shown.append(said)
            if not rolled:
                flow.add(said)
                flow.part("\n")
    yield from whole(source, flow)
