"""completing: `khsearch completion`: what a shell needs to complete commands, options and their values."""

from __future__ import annotations

import os
from pathlib import Path, PurePath
from shlex import quote

import click

from khsearch.cli.console import note
from khsearch.sharing import loading

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", required=False, type=click.Choice(SHELLS))
@click.option("--install", is_flag=True, help="Write it to where the shell looks, for this user.")
def completion(shell: str | None, install: bool) -> None:
    """Let the shell complete khsearch.

    Without --install, the script for SHELL goes to stdout, for `eval "$(khsearch completion bash)"` or a file of your
    own. Without SHELL it is the one of $SHELL. Values are completed, too: breakers, formats, paths.
    """
    chosen = shell or _shell_here()
    script = _script(chosen)
    if not install:
        click.echo(script, nl=False)
        return
    path, then = _place(chosen)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, "utf-8")
    note(f"{path}: written; {then}")


def _shell_here() -> str:
    name = PurePath(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        told = f"the shell here is {name!r}" if name else "$SHELL does not say which shell is here"
        raise click.UsageError(f"{told}; name one: khsearch completion {'|'.join(SHELLS)}")
    return name


def _script(shell: str) -> str:
    loading("click.shell_completion")
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    root = click.get_current_context().find_root()
    if kind is None:
        raise click.ClickException(f"this click completes nothing in {shell}; install click 8.1 or newer")
    try:
        return kind(root.command, {}, "khsearch", "_KHSEARCH_COMPLETE").source() + "\n"
    except (RuntimeError, OSError) as problem:  # click asks bash which one it is
        raise click.ClickException(f"{shell}: {problem}; khsearch completion needs it to be installed") from None


def _place(shell: str) -> tuple[Path, str]:
    """Where a shell looks for completions of this user, and what is left to do."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    if shell == "bash":
        path = data / "bash-completion/completions/khsearch"
        line = f"source {quote(str(path))}"
        return path, f"new shells have it where the package bash-completion is; elsewhere: {line} in ~/.bashrc"
    if shell == "zsh":
        path = Path(os.environ.get("ZDOTDIR") or Path.home()) / ".zfunc/_khsearch"
        line = f"fpath=({quote(str(path.parent))} $fpath); autoload -Uz compinit; compinit"
        return path, f"new shells have it with this line in .zshrc: {line}"
    return config / "fish/completions/khsearch.fish", "new shells have it"
