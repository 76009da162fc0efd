"""What all commands share: exit codes, the options of a report, and where a report goes.

Exit codes, everywhere: 0 yes, 1 no (with the reasons), 2 wrong usage, 3 could not examine or judge.
Reports go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from loadstone.errors import LoadstoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from loadstone.report.text import Line

YES, NO, UNEXAMINED = 0, 1, 3


class Commands(click.Group):
    """Turns what loadstone raises on purpose into its message and exit code 3."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        # TensorFlow tells of its processor before it is asked to be quiet; our reports are not to drown in that.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        try:
            return super().invoke(ctx)
        except LoadstoneError as problem:
            click.echo(f"loadstone: {problem}", err=True)
            ctx.exit(UNEXAMINED)


model = click.argument("model", type=click.Path(path_type=Path))
no_progress = click.option(
    "--no-progress", is_flag=True, help="Say nothing of the steps; they are shown on terminals only."
)
custom_objects = click.option(
    "--custom-objects",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python file of your own with the classes and functions that the model names; it is run.",
)


def recorded(who: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option for recorded inputs and outputs; ``who`` has to reproduce them."""
    return click.option(
        "--io",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"Recorded inputs and outputs (.npz) that {who}: by the model's names, or x0, x1 … and y0 … in its order.",
    )


def options(
    *every: Callable[[Callable[..., None]], Callable[..., None]],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Several options as one decorator, in the order in which help shows them."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(every):
            command = option(command)
        return command

    return decorated


def reporting(*formats: str, default: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options of every command that reports, in the given formats.

    The first one is the default, unless ``default`` says in words what the command itself chooses.
    """
    return options(
        click.option(
            "--format",
            "as_format",
            type=click.Choice(formats),
            default=None if default else formats[0],
            show_default=default or True,
        ),
        click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it here."),
        click.option("-q", "--quiet", is_flag=True, help="Report nothing; the exit code is the answer."),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="auto: on a terminal, unless NO_COLOR is set.",
        ),
        click.option("--all", "everything", is_flag=True, help="Print long lists in full."),
    )


def shows(*, quiet: bool, no_progress: bool) -> bool:
    """Whether progress is shown: on a terminal, unless it is not wanted."""
    return sys.stderr.isatty() and not quiet and not no_progress


def telling(*, quiet: bool, no_progress: bool) -> Callable[[str], None]:
    """Tells a step on the terminal, where there is one and somebody wants to know."""

    def tell(step: str) -> None:
        if shows(quiet=quiet, no_progress=no_progress):
            click.echo(f"{step} ...", err=True)

    return tell


def report(
    lines: Callable[[], Iterable[Line]],
    as_json: Callable[[], str],
    *,
    others: Mapping[str, Callable[[], str]] = MappingProxyType({}),
    as_format: str,
    output: Path | None,
    quiet: bool,
    color: str,
    everything: bool,  # noqa: ARG001 - the renderer has it already
) -> None:
    """Render in the wanted format, which may be one of ``others``, and put it where it is wanted."""
    if output is None and quiet:
        return
    if as_format != "text":
        put({"json": as_json, **others}[as_format](), output)
    else:
        from loadstone.report.text import render  # noqa: PLC0415 - commands import only what they use

        put(render(lines(), colour=output is None and wants_colour(color)), output)


def put(text: str, output: Path | None) -> None:
    """Write a text to a file, which appears whole, or to standard output."""
    if output is None:
        click.echo(text, nl=False, color=True)
        return
    from loadstone.atomic import replacing  # noqa: PLC0415 - only -o needs it

    try:
        with replacing(output) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(f"cannot write {output}: {problem.strerror}") from problem


def wants_colour(color: str) -> bool:
    """Whether a report on standard output is coloured."""
    if color == "auto":
        return is_terminal() and not os.environ.get("NO_COLOR")
    return color == "always"


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()
