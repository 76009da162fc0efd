"""Rewrites a model for Keras 3, atomically, and proves that the new file loads."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from loadstone.atomic import replacing
from loadstone.errors import LoadFailed, ParityError
from loadstone.finding import Parity, Verdict
from loadstone.parity import compare
from loadstone.recorded import arrays_of, numbered, write
from loadstone.runtime import reload
from loadstone.runtime.call import outputs_of
from loadstone.runtime.load import load
from loadstone.runtime.samples import Samples, made_up, recorded
from loadstone.runtime.save import save

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from loadstone.blueprint.graph import Note

_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What became of a model.

    Attributes:
        source: what was read.
        target: what was written.
        notes: the audit trail: everything that was changed, and everything that was not carried over.
        parity: the new file's outputs, in a process of its own, against the recorded ones.
    """

    source: str
    target: str
    notes: tuple[Note, ...]
    parity: Parity

    def _repr_html_(self) -> str:
        """What a notebook shows; the report stands above this type, so it is imported when a notebook asks."""
        shown: str = import_module("loadstone.report.html").conversion_html(self)
        return shown


def convert(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,  # noqa: A002 - the name that keras.models.load_model gave it
    io: str | os.PathLike[str] | None = None,
    architecture: str | os.PathLike[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Conversion:
    """Rewrite a model as a `.keras` file that Keras 3 loads with nothing but ``import loadstone.addons``.

    The target appears only when the new file was loaded again, in a process of its own, with the right outputs.

    Args:
        source: the model; it is only read.
        target: the new file, ending in ``.keras``; one that exists is replaced in one step.
        custom_objects: as in `loadstone.load_model`.
        compile: carry the optimizer's settings, the loss and the metrics over.
        io: an ``.npz`` of recorded inputs and outputs, by the model's own names, or numbered in its order: ``x0``,
            ``x1`` ... and ``y0`` ...
        architecture: as in `loadstone.load_model`, for a file of weights alone.
        progress: called with a line at each step.

    Raises:
        LoadFailed: the model cannot be rebuilt, or the new file does not load; nothing was written.
        ParityError: the outputs differ from the recorded ones; nothing was written.
        ValueError: the target does not end in ``.keras``, or is the source.
    """
    source, target = Path(source), Path(target)
    if target.suffix != ".keras":
        raise ValueError(f"{target} has to end in .keras")
    if target.exists() and target.samefile(source):
        raise ValueError(f"{target} is the model itself, which is not overwritten; give the new file another name")
    progress(f"reading {source}")
    loaded = load(
        source,
        custom_objects=custom_objects,
        compiled=compile,
        architecture=architecture,
        progress=_tenths(f"reading {source}", progress),
    )
    samples = recorded(Path(io), loaded.model) if io is not None else made_up(loaded.model)
    expected = samples.outputs or outputs_of(loaded.model, samples.inputs)
    with replacing(target) as draft:
        progress(f"writing {target}")
        _save(loaded.model, draft)
        progress("loading the new file in a process of its own")
        actual = _reload(draft, samples.inputs, custom_objects)
        parity = _judged(compare(expected, actual), samples)
        if parity.verdict is Verdict.DIVERGES:
            raise ParityError(f"{source}: the converted model's outputs differ: {_numbers(parity)}", parity)
    return Conversion(source=str(source), target=str(target), notes=loaded.notes, parity=parity)


def _tenths(what: str, progress: Callable[[str], None]) -> Callable[[int, int], None]:
    """Tells how far a step is, no more than ten times, however many arrays there are."""
    said = 0

    def tell(done: int, of: int) -> None:
        nonlocal said
        if 10 * done // of > said:
            said = 10 * done // of
            progress(f"{what}: {said}0 %")

    return tell


def _save(model: Any, draft: Path) -> None:
    try:
        save(model, draft)
    except (NotImplementedError, TypeError, ValueError) as problem:  # what Keras raises where it cannot write
        raise LoadFailed(f"the rebuilt model cannot be saved: {type(problem).__name__}: {problem}") from problem


def _judged(parity: Parity, samples: Samples) -> Parity:
    """Equal outputs prove the conversion only if they were recorded when the model was saved."""
    if samples.outputs or parity.verdict is Verdict.DIVERGES:
        return parity
    why = "no outputs were recorded; on made-up inputs the new file gives what the rebuilt model gives"
    return Parity(verdict=Verdict.UNPROVEN, max_abs=parity.max_abs, max_rel=parity.max_rel, why=why)


def _numbers(parity: Parity) -> str:
    return parity.why or f"max abs difference {parity.max_abs:.3g}, first in {parity.first_divergence}"


def _reload(
    draft: Path, inputs: Sequence[NDArray[Any]], custom_objects: Mapping[str, Any] | None
) -> tuple[NDArray[Any], ...]:
    """Outputs of the new file as plain Keras loads it; the user's own objects exist only in this process."""
    if custom_objects:
        # The user's functions were just given by the user: what is in the new file is theirs, not the old file's.
        model = keras.models.load_model(draft, custom_objects=dict(custom_objects), safe_mode=False)
        try:
            return outputs_of(model, inputs)
        except ValueError as problem:
            raise LoadFailed(f"the new file does not run on these inputs: {problem}") from problem
    with tempfile.TemporaryDirectory(prefix="loadstone-") as folder:
        given, answered = Path(folder, "inputs.npz"), Path(folder, "outputs.npz")
        write(given, "x", inputs)
        command = [sys.executable, "-m", reload.__name__, str(draft), str(given), str(answered)]
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - this interpreter, our module
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"the new file did not load within {_SECONDS} s in a process of its own") from error
        if result.returncode:
            lines = result.stderr.strip().splitlines()
            raise LoadFailed(f"the new file does not load in a process of its own: {lines[-1] if lines else 'no word'}")
        return numbered(arrays_of(answered), "y")
