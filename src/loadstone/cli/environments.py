"""The commands about a model's environment: its lock, the environment itself, and running the model there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from loadstone.cli import common

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.resolve.locking import Request

#: The formats of a lock; ``text`` and ``json`` describe it.
FORMATS = ("pylock", "requirements", "conda", "dockerfile", "pyproject", "text", "json")


#: The options that choose an environment.
_asking = common.options(
    click.option("--python", metavar="X.Y", help="Lock for this Python; by default the best that is known."),
    click.option(
        "--with",
        "requirements",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A requirements file: what else has to be in it, or which TensorFlow, Addons or Keras.",
    ),
    click.option("--gpu", is_flag=True, help="Take TensorFlow's GPU build."),
    click.option("--offline", is_flag=True, help="Ask no package index; use the measured pins, without hashes."),
    click.option(
        "--prefer",
        type=click.Choice(["writer", "newest", "oldest"]),
        default="writer",
        show_default=True,
        help="Of several environments that would do: the writer's own, or the newest or oldest that loads it.",
    ),
)

_trust = click.option("--trust", is_flag=True, help="Let the programs run that the file holds; it names them first.")


@click.command()
@common.model
@_asking
@click.option("--platform", type=click.Choice(["linux", "macos", "windows"]), help="By default this one.")
@common.no_progress
@common.reporting(*FORMATS, default="pylock; requirements where no index was asked")
def lock(model: Path, platform: str | None, no_progress: bool, **options: Any) -> None:  # noqa: FBT001 - click passes flags
    """Write the exact pins of an environment in which MODEL loads. Nothing is built.

    The lock goes to standard output, or to the file named by -o; why it was chosen goes to standard error.
    """
    from loadstone.errors import NothingLoads  # noqa: PLC0415 - commands import only what they use
    from loadstone.formats import read  # noqa: PLC0415 - as above
    from loadstone.report.environments import lock_lines, lock_report  # noqa: PLC0415 - as above
    from loadstone.report.json import dumps  # noqa: PLC0415 - as above
    from loadstone.resolve.locking import locks  # noqa: PLC0415 - as above
    from loadstone.resolve.uv import Program  # noqa: PLC0415 - as above

    request, reporting = _request(options, platform=platform)
    common.telling(quiet=reporting["quiet"], no_progress=no_progress)(f"looking for an environment for {model}")
    try:
        made = next(locks(read(model), request, Program()))
    except NothingLoads as problem:
        _refused(str(problem))
    wanted = reporting["as_format"] or ("pylock" if made.pylock else "requirements")
    if wanted in {"text", "json"}:
        common.report(
            lambda: lock_lines(made, everything=reporting["everything"]), lambda: dumps(lock_report(made)), **reporting
        )
        return
    from loadstone.resolve.lock_formats import render  # noqa: PLC0415 - as above
    from loadstone.resolve.prescription import LockFormat  # noqa: PLC0415 - as above

    text = render(made, LockFormat(wanted))
    if not reporting["quiet"]:
        _explain(lambda: lock_lines(made, everything=reporting["everything"]))
    if reporting["output"] is not None or not reporting["quiet"]:
        common.put(text, reporting["output"])


@click.command()
@common.model
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_asking
@_trust
@common.recorded("the model must reproduce there")
@common.custom_objects
@common.no_progress
@common.reporting("text", "json")
def sync(
    model: Path,
    folder: Path,
    trust: bool,  # noqa: FBT001 - click passes flags
    io: Path | None,
    custom_objects: Path | None,
    no_progress: bool,  # noqa: FBT001 - as above
    **options: Any,
) -> None:
    """Build an environment in FOLDER in which MODEL loads, and prove it by loading the model there.

    Where it does not load, the next environment that could do is tried. What fails leaves nothing behind; what is in
    FOLDER already is used again.
    """
    from loadstone.errors import NothingLoads, NotTrusted  # noqa: PLC0415 - commands import only what they use
    from loadstone.formats import read  # noqa: PLC0415 - as above
    from loadstone.report.environments import attempt_lines, proof_lines, proof_report  # noqa: PLC0415 - as above
    from loadstone.report.json import dumps  # noqa: PLC0415 - as above
    from loadstone.resolve.prescription import Stage  # noqa: PLC0415 - as above
    from loadstone.resolve.syncing import Sync, synced  # noqa: PLC0415 - as above

    request, reporting = _request(options)
    quiet = reporting["quiet"]
    how = Sync(
        request=request,
        trusted=trust,
        custom_objects=custom_objects,
        io=io,
        shown=common.shows(quiet=quiet, no_progress=no_progress),
        progress=common.telling(quiet=quiet, no_progress=no_progress),
        tried=lambda attempt: (
            None if quiet or attempt.stage is Stage.PROVED else _explain(lambda: attempt_lines(attempt))
        ),
    )
    try:
        proof = synced(read(model), lambda _: folder, how)
    except (NothingLoads, NotTrusted) as problem:
        _refused(str(problem))
    common.report(lambda: proof_lines(proof), lambda: dumps(proof_report(proof)), **reporting)


@click.command()
@common.model
@click.option(
    "--input",
    "inputs",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Inputs: .npz by the model's names, or x0, x1 … in its order; or .npy.",
)
@click.option(
    "--output",
    "outputs",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the outputs go: .npz by the model's names; or .npy.",
)
@click.option("--env", type=click.Path(path_type=Path), help="Run it in this Python, or this environment's.")
@click.option(
    "--where",
    type=click.Choice(["auto", "here", "isolated"]),
    default="auto",
    show_default=True,
    help="here: rebuilt for this Python's Keras 3; isolated: in an environment of its own, by that one's own loader.",
)
@click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True, help="Rows at once.")
@click.option("--signature", help="Of a SavedModel; by default the one that is served.")
@click.option("--timeout", type=click.FloatRange(min=0), help="Seconds that one batch may take when isolated.")
@click.option("--network", is_flag=True, help="Let the isolated model reach the network.")
@_asking
@_trust
@common.custom_objects
@common.no_progress
@click.option("--format", "as_format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-q", "--quiet", is_flag=True, help="Report nothing; the exit code is the answer.")
def predict(model: Path, inputs: Path, outputs: Path, as_format: str, quiet: bool, **options: Any) -> None:  # noqa: FBT001 - click passes flags
    """Run MODEL on arrays: in this Python where loadstone can rebuild it, else in an environment of its own.

    That environment is built the first time, in loadstone's cache folder, and used again.
    """
    from loadstone.errors import LoadFailed, NothingLoads, NotTrusted  # noqa: PLC0415 - commands import only what they use
    from loadstone.report.environments import prediction_lines, prediction_report  # noqa: PLC0415 - as above
    from loadstone.report.json import dumps  # noqa: PLC0415 - as above
    from loadstone.runtime.predict import predict as run  # noqa: PLC0415 - as above
    from loadstone.runtime.predict import read_inputs, write_outputs  # noqa: PLC0415 - as above

    how = _how(options, quiet=quiet)
    try:
        prediction = run(model, read_inputs(inputs), how)
        write_outputs(outputs, prediction.outputs)
    except (LoadFailed, NothingLoads, NotTrusted) as problem:
        _refused(str(problem))
    except OSError as problem:
        raise click.UsageError(f"cannot write {outputs}: {problem.strerror}") from problem
    common.report(
        lambda: prediction_lines(prediction, outputs),
        lambda: dumps(prediction_report(prediction, str(model), outputs)),
        as_format=as_format,
        output=None,
        quiet=quiet,
        color="auto",
        everything=False,
    )


def _how(options: dict[str, Any], *, quiet: bool) -> Any:
    """How a prediction is run."""
    from loadstone.isolation.sandbox import Limits  # noqa: PLC0415 - commands import only what they use
    from loadstone.resolve.syncing import Sync  # noqa: PLC0415 - as above
    from loadstone.runtime.isolated import Isolation  # noqa: PLC0415 - as above
    from loadstone.runtime.predict import How, Where  # noqa: PLC0415 - as above

    request, rest = _request(options)
    no_progress = rest["no_progress"]
    sync = Sync(
        request=request,
        trusted=rest["trust"],
        custom_objects=rest["custom_objects"],
        limits=Limits(predict_seconds=rest["timeout"]),
        shown=common.shows(quiet=quiet, no_progress=no_progress),
        progress=common.telling(quiet=quiet, no_progress=no_progress),
    )
    return How(
        where=Where(rest["where"]),
        batch_size=rest["batch_size"],
        isolation=Isolation(sync=sync, env=rest["env"], signature=rest["signature"], network=rest["network"]),
        progress=_bar(shown=common.shows(quiet=quiet, no_progress=no_progress)),
    )


def _bar(*, shown: bool) -> Callable[[int, int], None]:
    """A progress bar over rows, on a terminal, once more than one batch is to be done."""
    if not shown:
        return lambda _done, _of: None
    bar: Any = None

    def advance(done: int, of: int) -> None:
        nonlocal bar
        if bar is None:
            if done >= of:
                return
            bar = click.progressbar(length=of, file=sys.stderr, label="predicting")
        bar.update(done - bar.pos)
        if done >= of:
            bar.render_finish()

    return advance


def _request(options: dict[str, Any], *, platform: str | None = None) -> tuple[Request, dict[str, Any]]:
    """The question to the resolver, and the options that are left."""
    from loadstone.resolve.locking import Request  # noqa: PLC0415 - commands import only what they use
    from loadstone.resolve.prescription import Prefer  # noqa: PLC0415 - as above

    names = ("python", "requirements", "gpu", "offline", "prefer")
    asked = {name: options[name] for name in names}
    request = Request(**{**asked, "prefer": Prefer(asked["prefer"])}, platform=platform)
    return request, {name: value for name, value in options.items() if name not in names}


def _explain(lines: Callable[[], Any]) -> None:
    """Put lines on standard error."""
    from loadstone.report.text import render  # noqa: PLC0415 - commands import only what they use

    click.echo(render(lines(), colour=False), nl=False, err=True)


def _refused(message: str) -> NoReturn:
    click.echo(f"loadstone: {message}", err=True)
    sys.exit(common.NO)
