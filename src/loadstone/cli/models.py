"""The command line: options to verb to renderer to exit code. It decides nothing about models.

Exit codes, everywhere: 0 yes, 1 no (with the reasons), 2 wrong usage, 3 could not examine or judge.
Reports go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadstone import __version__
from loadstone.errors import LoadstoneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loadstone.report.text import Line

YES, NO, UNEXAMINED = 0, 1, 3
_VERDICT = {True: YES, False: NO, None: UNEXAMINED}


class _Commands(click.Group):
    """Turns what loadstone raises on purpose into its message and exit code 3."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LoadstoneError as problem:
            click.echo(f"loadstone: {problem}", err=True)
            ctx.exit(UNEXAMINED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="loadstone")
def main() -> None:
    """Why does my saved Keras / TensorFlow model not load, and how do I get it loaded?

    Exit codes: 0 yes, 1 no, 2 wrong usage, 3 could not examine or judge.
    """


def _reporting(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that reports."""
    options = (
        click.option("--format", "as_format", type=click.Choice(["text", "json"]), default="text", show_default=True),
        click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report here."),
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
    for option in reversed(options):
        command = option(command)
    return command


_model = click.argument("model", type=click.Path(path_type=Path))


@main.command()
@_model
@_reporting
def inspect(model: Path, **reporting: Any) -> None:
    """Say what is in MODEL: format, writer, objects, weights, stored programs, training state."""
    from loadstone.formats import read  # noqa: PLC0415 - commands import only what they use
    from loadstone.needs import infer  # noqa: PLC0415 - as above
    from loadstone.report.inspection import inspection_lines, was_examined  # noqa: PLC0415 - as above

    artifact = read(model)
    needs = infer(artifact)

    def as_json() -> str:
        from loadstone.report.json import dumps, inspection_report  # noqa: PLC0415 - as above

        return dumps(inspection_report(artifact, needs))

    _report(lambda: inspection_lines(artifact, needs, everything=reporting["everything"]), as_json, **reporting)
    sys.exit(YES if was_examined(artifact) else UNEXAMINED)


@main.command()
@_model
@click.option(
    "--env", type=click.Path(path_type=Path), help="A Python, or the folder of a virtual or conda environment."
)
@click.option(
    "--deep", is_flag=True, help="Import TensorFlow and Keras there to see whether they work (half a minute)."
)
@_reporting
def diagnose(model: Path, env: Path | None, deep: bool, **reporting: Any) -> None:  # noqa: FBT001 - click passes flags
    """Name every reason why MODEL does not load in an environment, and what to do; by default in this Python."""
    from loadstone.environment import probe  # noqa: PLC0415 - commands import only what they use
    from loadstone.formats import read  # noqa: PLC0415 - as above
    from loadstone.report.text import diagnosis_lines  # noqa: PLC0415 - as above
    from loadstone.rules import diagnose as judge  # noqa: PLC0415 - as above

    diagnosis = judge(read(model), probe(env, deep=deep))

    def as_json() -> str:
        from loadstone.report.json import diagnosis_report, dumps  # noqa: PLC0415 - as above

        return dumps(diagnosis_report(diagnosis))

    _report(lambda: diagnosis_lines(diagnosis, everything=reporting["everything"]), as_json, **reporting)
    sys.exit(_VERDICT[diagnosis.loads])


@main.command()
@click.argument("code")
@_reporting
def explain(code: str, **reporting: Any) -> None:
    """Print the page of a finding's CODE (LS301)."""
    from loadstone.report.text import page_lines  # noqa: PLC0415 - commands import only what they use
    from loadstone.rules import rule  # noqa: PLC0415 - as above

    found = rule(code)

    def as_json() -> str:
        from loadstone.report.json import dumps, rule_report  # noqa: PLC0415 - as above

        return dumps(rule_report(found))

    _report(lambda: page_lines(found.page), as_json, **reporting)


@main.command()
@_model
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--no-compile", is_flag=True, help="Leave the optimizer, loss and metrics out.")
@click.option(
    "--io",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Recorded inputs x0, x1 … and outputs y0 … (.npz) that the new file must reproduce.",
)
@click.option(
    "--custom-objects",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Python file of your own with the classes and functions that the model names; it is run.",
)
@click.option("--no-progress", is_flag=True, help="Say nothing of the steps; they are shown on terminals only.")
@_reporting
def convert(
    model: Path,
    target: Path,
    no_compile: bool,  # noqa: FBT001 - click passes flags
    io: Path | None,
    custom_objects: Path | None,
    no_progress: bool,  # noqa: FBT001 - as above
    **reporting: Any,
) -> None:
    """Rewrite MODEL as TARGET, a .keras file for Keras 3 without TensorFlow Addons.

    The new file is loaded again by a process of its own, and appears only if its outputs are right.
    """
    from loadstone.errors import LoadFailed, ParityError  # noqa: PLC0415 - commands import only what they use
    from loadstone.report.conversion import conversion_lines, failure_lines  # noqa: PLC0415 - as above
    from loadstone.report.json import conversion_report, dumps, failure_report  # noqa: PLC0415 - as above

    if target.suffix != ".keras":  # said before Keras is imported, which takes long
        raise click.BadParameter(f"{target} has to end in .keras", param_hint="TARGET")
    from loadstone.runtime.convert import convert as rewrite  # noqa: PLC0415 - as above
    from loadstone.runtime.user_code import from_file  # noqa: PLC0415 - as above

    def progress(step: str) -> None:
        if sys.stderr.isatty() and not no_progress and not reporting["quiet"]:
            click.echo(f"{step} ...", err=True)

    try:
        given = from_file(custom_objects) if custom_objects else None
        conversion = rewrite(model, target, custom_objects=given, compile=not no_compile, io=io, progress=progress)
    except (LoadFailed, ParityError) as problem:
        failure, message = problem, str(problem)
        findings = failure.findings if isinstance(failure, LoadFailed) else ()
        _report(
            lambda: failure_lines(str(model), message, findings, everything=reporting["everything"]),
            lambda: dumps(failure_report(str(model), message, findings)),
            **reporting,
        )
        sys.exit(NO)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    _report(
        lambda: conversion_lines(conversion, everything=reporting["everything"]),
        lambda: dumps(conversion_report(conversion)),
        **reporting,
    )


def _report(
    lines: Callable[[], Iterable[Line]],
    as_json: Callable[[], str],
    *,
    as_format: str,
    output: Path | None,
    quiet: bool,
    color: str,
    everything: bool,  # noqa: ARG001 - the renderer has it already
) -> None:
    """Render in the wanted format and put it where it is wanted."""
    if output is None and quiet:
        return
    if as_format == "json":
        text = as_json()
    else:
        from loadstone.report.text import render  # noqa: PLC0415 - commands import only what they use

        text = render(lines(), colour=output is None and _wants_colour(color))
    if output is None:
        click.echo(text, nl=False, color=True)
    else:
        _write(output, text)


def _wants_colour(color: str) -> bool:
    if color == "auto":
        return _is_terminal() and not os.environ.get("NO_COLOR")
    return color == "always"


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _write(path: Path, text: str) -> None:
    from loadstone.atomic import replacing  # noqa: PLC0415 - only -o needs it

    try:
        with replacing(path) as draft:
            draft.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(f"cannot write {path}: {problem.strerror}") from problem
