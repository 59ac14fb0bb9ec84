"""subtitles: what is said in a film, of .srt and .vtt: no numbers, no times, no tags; one document, a line a line."""

from __future__ import annotations

import html
import re

from khsearch.documents import reasons
from khsearch.documents.formats.reader import Found, Source
from khsearch.documents.formats.whole import Flow, empty, whole

_TIME = r"(?:\d+:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}\b.*")
_TAG = re.compile(r"</?(?:b|i|u|s|c|v|font|lang|ruby|rt)\b[^<>]*>|<[\d:.]+>|\{\\[^{}]*\}", re.I)
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
    flow = Flow(source)
    commented = False
    for number in range(times.index(True), len(lines)):
        line = lines[number].strip()
        begins = not lines[number - 1].strip() if number else True
        commented = bool(line) and (commented or (is_vtt and begins and bool(_COMMENT.match(line))))
        names_next = times[number + 1] and (begins or line.isdigit())
        if line and not (times[number] or commented or names_next):
            said = _TAG.sub("", line)
            flow.add(html.unescape(said) if is_vtt else said)
            flow.part("\n")
    yield from whole(source, flow)
