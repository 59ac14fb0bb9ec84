"""commands: the names of all commands, what each does in a line, and the room that has it.

Help and completion of names need this room alone; a command is loaded when its own help, its completion or its work is
asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

import click

ROOMS = {
    "indexing": {"index": "Add documents to an index."},
    "searching": {
        "search": "Find documents.",
        "complete": "Complete what is being typed.",
        "similar": "Find documents like one.",
    },
    "serving": {"serve": "Show an index in a browser."},
    "asked": {"queries": "Tell what is asked most, and what finds nothing."},
    "tools": {"mcp": "Give an index to language models, as tools."},
    "breaking": {"words": "Break a text into words."},
    "maintaining": {
        "stats": "Tell what an index holds.",
        "delete": "Remove documents by their ids.",
        "rebuild": "Break and index all documents anew.",
        "optimize": "Merge all segments into one.",
        "verify": "Read all of an index and check it.",
        "export": "Write all documents as JSON lines.",
        "spellings": "Show or set an index's own spellings.",
        "fields": "Show, add or drop an index's own fields.",
    },
    "migrating": {"import-whoosh": "Make an index of one of Whoosh's."},
    "shipped": {
        "samples": "Write sample documents into a folder.",
        "bench": "Measure how good and how fast khsearch is.",
    },
    "completing": {"completion": "Let the shell complete khsearch."},
    "learning": {"lexicon": "Make lexicons, which the breaker knows words from."},
}
"""Names of commands, each with its short help, by room."""


class Named(click.Command):
    """What is known of a command before it is loaded."""

    def __init__(self, room: str, name: str, help: str) -> None:
        super().__init__(name, help=help)
        self._room = room

    def load(self) -> click.Command:
        """Return the command itself."""
        return cast(
            click.Command, getattr(import_module(f"khsearch.cli.{self._room}"), str(self.name).replace("-", "_"))
        )


class Commands(click.Group):
    """A group that lists its commands by `Named` and runs what these load."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with, as click does, and load it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Named) else command, rest


def named() -> list[Named]:
    """Return all commands, none of them loaded."""
    return [Named(room, name, help) for room, commands in ROOMS.items() for name, help in commands.items()]
