"""commands: the command `khsearch` with all its commands loaded, for the page of the documentation that lists them."""

from __future__ import annotations

import click

from khsearch.cli import app as lazy

app = click.Group(
    lazy.name,
    help=lazy.help,
    params=lazy.params,
    context_settings=lazy.context_settings,
    invoke_without_command=lazy.invoke_without_command,
    commands=[command.load() if hasattr(command, "load") else command for command in lazy.commands.values()],
)
