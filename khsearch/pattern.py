"""pattern: a regular expression that is compiled when it is first used; as `re.compile` makes it in all else.

Compiling all that the rooms of a search have takes longer than a search does, and most are for what is rare in texts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    pattern = re.compile
else:

    class pattern:  # noqa: N801  (as the function that it stands for)
        """What to compile; and what the pattern can do, once it was asked for."""

        def __init__(self, *given: Any) -> None:
            self._given = given

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(*self._given), name)
            setattr(self, name, found)
            return found
