"""subtitles: what is said, without numbers, times and tags."""

import pytest

from khsearch.documents import reasons
from tests.documents.formats.making import RAIN, RICE, one, refused

TIME = "00:00:01,000 --> 00:00:02,500"


@pytest.mark.parametrize(
    ("content", "format", "said"),
    [
        (f"1\n{TIME}\n<i>ស្រូវ</i>{{\\an8}}វស្សា\n{RAIN}\n\n2\n{TIME} X1:5\n7\n", "srt", f"ស្រូវវស្សា\n{RAIN}\n7"),
        (f"1\r\n{TIME}\r\n{RICE}\r\n\r\n", "srt", RICE),
        (f"{TIME}\nក < ខ\n2\n{TIME}\nគ\n\nឃ\n", "srt", "ក < ខ\nគ\nឃ"),
        (
            "WEBVTT - x\nKind: captions\n\nSTYLE\n::cue {}\n\nNOTE\nx\n\nintro\n00:01.000 --> 00:02.000 align:start\n"
            "<v Sok><c.a>ស្រូវ</c><00:01.500>វស្សា</v> &amp; ក\n\nNOTE x\n\n01:00:01.000 --> 01:00:02.000\nNOTES\n",
            "vtt",
            "ស្រូវវស្សា & ក\nNOTES",
        ),
    ],
)
def test_only_what_is_said_is_read(content, format, said):
    assert one(content, format).text == said
    assert one(content.encode("utf-16"), format).text == said


def test_lines_that_roll_up_are_read_once():
    first, second, third = (
        f"{TIME}\n \n{RICE[:9]}<00:00:01.500><c>{RICE[9:]}</c>\n\n",
        f"{TIME}\n{RICE}\n \n\n",
        f"{TIME}\n{RICE}\n{RAIN}\n\n",
    )
    assert one(f"WEBVTT\n\n{first}{second}{third}", "vtt").text == f"{RICE}\n{RAIN}"
    assert one(f"WEBVTT\n\n{second}{second}", "vtt").text == f"{RICE}\n{RICE}"


def test_what_are_no_subtitles_is_told():
    assert refused(RICE, "srt").reason == reasons.BROKEN
    assert refused("\n", "vtt").reason == reasons.EMPTY
    assert refused(f"1\n{TIME}\n\n", "srt").reason == reasons.EMPTY
