"""The commands about one model file: what is in it, why it does not load, and how to rewrite it."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadstone.cli import common

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loadstone.finding import Diagnosis

_VERDICT = {True: common.YES, False: common.NO, None: common.UNEXAMINED}


@click.command()
@common.model
@common.reporting("text", "json")
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

    common.report(lambda: inspection_lines(artifact, needs, everything=reporting["everything"]), as_json, **reporting)
    sys.exit(common.YES if was_examined(artifact) else common.UNEXAMINED)


@click.command()
@click.argument("models", metavar="MODEL...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--env",
    type=click.Path(path_type=Path),
    help="A Python, the folder of an environment or of an MLflow model; or what lists packages: requirements.txt, what "
    "pip freeze printed, pylock.toml, uv.lock, poetry.lock, Pipfile.lock, environment.yml.",
)
@click.option("--target", help="Releases instead: keras3, tf-keras, or requirements such as 'tensorflow==2.8.*'.")
@click.option(
    "--deep", is_flag=True, help="Import TensorFlow and Keras there to see whether they work (half a minute)."
)
@common.no_progress
@common.reporting("text", "json", "sarif", "markdown", "github")
def diagnose(
    models: tuple[Path, ...],
    env: Path | None,
    target: str | None,
    deep: bool,  # noqa: FBT001 - click passes flags
    no_progress: bool,  # noqa: FBT001 - as above
    **reporting: Any,
) -> None:
    """Name every reason why each MODEL does not load in an environment, and what to do; by default in this Python.

    Of several models the exit code is the worst: 1 where one does not load, 3 where one of the rest is unknown.
    """
    from loadstone.environment.sources import environments_of  # noqa: PLC0415 - as above
    from loadstone.formats import read  # noqa: PLC0415 - as above
    from loadstone.progress import Progress  # noqa: PLC0415 - commands import only what they use
    from loadstone.report.text import all_load, diagnoses_lines  # noqa: PLC0415 - as above
    from loadstone.resolve.diagnosing import diagnose as judge  # noqa: PLC0415 - as above

    if env is not None and target is not None:
        raise click.UsageError("--env and --target name two environments: give one")
    with Progress(shown=common.shows(quiet=reporting["quiet"], no_progress=no_progress)) as progress:
        progress.step(f"asking {env or target or 'this Python'} what it holds")
        environment = environments_of(env, releases=target, deep=deep)
        diagnoses: list[Diagnosis] = []
        for number, model in enumerate(models, start=1):
            progress.step(f"{number} of {len(models)}: {model}")
            diagnoses.append(judge(read(model), environment))
    common.report(
        lambda: diagnoses_lines(diagnoses, everything=reporting["everything"]),
        lambda: _as_json(diagnoses),
        others=_others(diagnoses, everything=reporting["everything"]),
        **reporting,
    )
    sys.exit(_VERDICT[all_load(diagnoses)])


def _as_json(diagnoses: Sequence[Diagnosis]) -> str:
    """One model's diagnosis as it always was, several in a report around them."""
    from loadstone.report.json import diagnoses_report, diagnosis_report, dumps  # noqa: PLC0415 - as above

    return dumps(diagnosis_report(diagnoses[0]) if len(diagnoses) == 1 else diagnoses_report(diagnoses))


def _others(diagnoses: Sequence[Diagnosis], *, everything: bool) -> dict[str, Callable[[], str]]:
    """The formats that other programs show; each is imported when it is wanted."""

    def sarif() -> str:
        from loadstone.report.json import dumps  # noqa: PLC0415 - as above
        from loadstone.report.sarif import sarif_report  # noqa: PLC0415 - as above

        return dumps(sarif_report(diagnoses))

    def markdown() -> str:
        from loadstone.report.markdown import diagnoses_markdown  # noqa: PLC0415 - as above

        return diagnoses_markdown(diagnoses, everything=everything)

    def github() -> str:
        from loadstone.report.github import workflow_commands  # noqa: PLC0415 - as above

        return workflow_commands(diagnoses)

    return {"sarif": sarif, "markdown": markdown, "github": github}


@click.command()
@click.argument("what")
@click.option("--model", type=click.Path(path_type=Path), help="The model that was to be loaded, which decides.")
@click.option(
    "--env", type=click.Path(path_type=Path), help="The environment it was to be loaded in, as for loadstone diagnose."
)
@click.option("--target", help="Releases instead, as for loadstone diagnose.")
@common.reporting("text", "json")
def explain(what: str, model: Path | None, env: Path | None, target: str | None, **reporting: Any) -> None:
    """Print the page of a finding (LS301); or tell what an error means.

    WHAT is a finding's code, a file with a traceback or a log, - for standard input, or an error's text in quotes.
    Where several causes have the same words, --model and --env decide.
    """
    from loadstone.report.json import dumps  # noqa: PLC0415 - commands import only what they use

    if re.fullmatch(r"[A-Za-z]{2}\d+", what) and not Path(what).exists():
        from loadstone.report.json import rule_report  # noqa: PLC0415 - as above
        from loadstone.report.text import page_lines  # noqa: PLC0415 - as above
        from loadstone.rules import rule  # noqa: PLC0415 - as above

        found = rule(what)
        common.report(lambda: page_lines(found.page), lambda: dumps(rule_report(found)), **reporting)
        return
    if model is None and (env is not None or target is not None):
        raise click.UsageError("--env and --target say where --model was to be loaded: give it too")
    if env is not None and target is not None:
        raise click.UsageError("--env and --target name two environments: give one")
    from loadstone.failures.explained import explain as explained  # noqa: PLC0415 - as above
    from loadstone.report.explanation import explanation_report  # noqa: PLC0415 - as above

    told = explained(_text_of(what), model=model, env=env, target=target)
    common.report(
        lambda: told.lines(everything=reporting["everything"]),
        lambda: dumps(explanation_report(told.explanations, told.reading)),
        **reporting,
    )
    sys.exit(common.YES if told.explanations else common.UNEXAMINED)


def _text_of(what: str) -> str:
    """The text that is named: standard input, a file's, or itself where it has blanks."""
    if what == "-":
        return sys.stdin.buffer.read().decode(errors="replace")
    path = Path(what)
    try:
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace")
    except OSError as problem:  # a long line is no name of a file
        if not re.search(r"\s", what):
            raise click.UsageError(f"cannot read {what}: {problem.strerror}") from problem
    if not re.search(r"\s", what):
        raise click.UsageError(f"{what} is neither a finding's code nor a file; put an error's text in quotes")
    return what


@click.command()
@common.model
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--architecture",
    type=click.Path(path_type=Path),
    help="Where the layers are, if MODEL holds weights alone: what to_json or to_yaml wrote, or another model.",
)
@click.option("--no-compile", is_flag=True, help="Leave the optimizer, loss and metrics out.")
@common.recorded("the new file must reproduce")
@common.custom_objects
@common.no_progress
@common.reporting("text", "json")
def convert(
    model: Path,
    target: Path,
    architecture: Path | None,
    no_compile: bool,  # noqa: FBT001 - click passes flags
    io: Path | None,
    custom_objects: Path | None,
    no_progress: bool,  # noqa: FBT001 - as above
    **reporting: Any,
) -> None:
    """Rewrite MODEL as TARGET, a .keras file for Keras 3 without TensorFlow Addons.

    The new file is loaded again by a process of its own, and appears only if its outputs are right.
    """
    from loadstone.errors import LoadFailed, NotAModel, ParityError  # noqa: PLC0415 - commands import only what they use
    from loadstone.progress import Progress  # noqa: PLC0415 - as above
    from loadstone.report.conversion import conversion_lines, failure_lines  # noqa: PLC0415 - as above
    from loadstone.report.json import conversion_report, dumps, failure_report  # noqa: PLC0415 - as above

    if target.suffix != ".keras":  # said before Keras is imported, which takes long
        raise click.BadParameter(f"{target} has to end in .keras", param_hint="TARGET")
    from loadstone.runtime.convert import convert as rewrite  # noqa: PLC0415 - as above
    from loadstone.runtime.users.file import from_file  # noqa: PLC0415 - as above

    try:
        with Progress(shown=common.shows(quiet=reporting["quiet"], no_progress=no_progress)) as progress:
            conversion = rewrite(
                model,
                target,
                custom_objects=from_file(custom_objects) if custom_objects else None,
                compile=not no_compile,
                io=io,
                architecture=architecture,
                progress=progress.step,
            )
    except (LoadFailed, NotAModel, ParityError) as problem:
        failure, message = problem, str(problem)
        findings = failure.findings if isinstance(failure, LoadFailed) else ()
        common.report(
            lambda: failure_lines(str(model), message, findings, everything=reporting["everything"]),
            lambda: dumps(failure_report(str(model), message, findings)),
            **reporting,
        )
        sys.exit(common.NO)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    common.report(
        lambda: conversion_lines(conversion, everything=reporting["everything"]),
        lambda: dumps(conversion_report(conversion)),
        **reporting,
    )
