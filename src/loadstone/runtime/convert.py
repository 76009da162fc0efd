"""Rewrites a model for Keras 3, atomically, and proves that the new file loads."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from loadstone.errors import LoadFailed, ParityError
from loadstone.finding import Parity, Verdict
from loadstone.runtime import reload
from loadstone.runtime.load import load
from loadstone.runtime.parity import compare
from loadstone.runtime.samples import Samples, made_up, read, recorded, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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


def convert(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,  # noqa: A002 - the name that keras.models.load_model gave it
    io: str | os.PathLike[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Conversion:
    """Rewrite a model as a `.keras` file that Keras 3 loads with nothing but ``import loadstone.addons``.

    The target appears only when the new file was loaded again, in a process of its own, with the right outputs.

    Args:
        source: the model; it is only read.
        target: the new file, ending in ``.keras``; one that exists is replaced in one step.
        custom_objects: as in `loadstone.load_model`.
        compile: carry the optimizer's settings, the loss and the metrics over.
        io: an ``.npz`` of recorded inputs ``x0``, ``x1`` ... and outputs ``y0`` ..., in the model's order.
        progress: called with a line at each step.

    Raises:
        LoadFailed: the model cannot be rebuilt, or the new file does not load; nothing was written.
        ParityError: the outputs differ from the recorded ones; nothing was written.
        ValueError: the target does not end in ``.keras``, or is the source.
    """
    source, target = Path(source), Path(target)
    if target.suffix != ".keras":
        raise ValueError(f"{target}: the new file is a .keras archive, and has to be named so")
    if target.exists() and target.samefile(source):
        raise ValueError(f"{target} is the model itself, which is not overwritten; give the new file another name")
    progress(f"reading {source}")
    loaded = load(source, custom_objects=custom_objects, compiled=compile)
    samples = recorded(Path(io), loaded.model) if io is not None else made_up(loaded.model)
    expected = samples.outputs or outputs_of(loaded.model, samples.inputs)
    with _written(loaded.model, target) as draft:
        progress("loading the new file in a process of its own")
        actual = _reload(draft, samples.inputs, custom_objects)
        parity = _judged(compare(expected, actual), samples)
        if parity.verdict is Verdict.DIVERGES:
            raise ParityError(f"{source}: the converted model's outputs differ: {_numbers(parity)}", parity)
    return Conversion(source=str(source), target=str(target), notes=loaded.notes, parity=parity)


def outputs_of(model: Any, inputs: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], ...]:
    """A model's outputs at inference, in order."""
    result = model.predict_on_batch(list(inputs) if len(inputs) != 1 else inputs[0])
    return tuple(np.asarray(item) for item in keras.tree.flatten(result))


def _judged(parity: Parity, samples: Samples) -> Parity:
    """Equal outputs prove the conversion only if they were recorded when the model was saved."""
    if samples.outputs or parity.verdict is Verdict.DIVERGES:
        return parity
    why = "no outputs were recorded; on made-up inputs the new file gives what the rebuilt model gives"
    return Parity(verdict=Verdict.UNPROVEN, max_abs=parity.max_abs, max_rel=parity.max_rel, why=why)


def _numbers(parity: Parity) -> str:
    return parity.why or f"max abs difference {parity.max_abs:.3g}, first in {parity.first_divergence}"


@contextlib.contextmanager
def _written(model: Any, target: Path) -> Iterator[Path]:
    """Write beside the target, and put the file in its place only if nothing is raised meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".keras", dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        model.save(draft)
        _sync(draft)
        yield draft
        _as_new_files_are(draft, target)
        draft.replace(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _as_new_files_are(draft: Path, target: Path) -> None:
    """Give the file the mode of the one it replaces, else the one that the user's umask gives; mkstemp gave 0600."""
    if target.exists():
        mode = target.stat().st_mode & 0o777
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    draft.chmod(mode)


def _reload(
    draft: Path, inputs: Sequence[NDArray[Any]], custom_objects: Mapping[str, Any] | None
) -> tuple[NDArray[Any], ...]:
    """Outputs of the new file as plain Keras loads it; the user's own objects exist only in this process."""
    if custom_objects:
        # The user's functions were just given by the user: what is in the new file is theirs, not the old file's.
        model = keras.models.load_model(draft, custom_objects=dict(custom_objects), safe_mode=False)
        return outputs_of(model, inputs)
    with tempfile.TemporaryDirectory(prefix="loadstone-") as folder:
        given, answered = Path(folder, "inputs.npz"), Path(folder, "outputs.npz")
        write(given, "x", inputs)
        command = [sys.executable, "-m", reload.__name__, str(draft), str(given), str(answered)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - this interpreter, our module
        if result.returncode:
            lines = result.stderr.strip().splitlines()
            raise LoadFailed(f"the new file does not load in a process of its own: {lines[-1] if lines else 'no word'}")
        return read(answered, "y")
