"""A model file -> an ordinary `keras.Model`, here, whatever release wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras

from loadstone import formats
from loadstone.blueprint.parse import REBUILT
from loadstone.formats.architecture import read_architecture
from loadstone.needs import infer
from loadstone.progress import reading
from loadstone.rules.rebuilding import upgraded
from loadstone.runtime import failures, optimizer_steps, optimizers, users
from loadstone.runtime.construct import Constructor
from loadstone.runtime.registry import Registry
from loadstone.runtime.replay import rebuild
from loadstone.runtime.training import build_optimizer, compile_model
from loadstone.runtime.variables import awaiting_values, without_collecting
from loadstone.runtime.weights import Settled
from loadstone.runtime.weights_only import (
    reading_ahead,
    refuse_what_has_no_weights,
    set_weights,
    with_architecture,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from loadstone.artifact import Artifact
    from loadstone.blueprint.graph import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A loaded model, what it was read from, and what was changed on the way."""

    model: Any
    artifact: Artifact
    notes: tuple[Note, ...]


def load_model(
    filepath: str | os.PathLike[str],
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,  # noqa: A002, FBT001, FBT002 - the signature of keras.models.load_model
    safe_mode: bool = True,  # noqa: FBT001, FBT002 - as above
    *,
    architecture: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | bool | None = None,
) -> Any:
    """Load a model that any release of Keras 1, 2 or 3 saved as ``.h5`` or ``.keras``.

    The signature of `keras.models.load_model`. TensorFlow Addons is not needed: its objects come from
    `loadstone.addons`.

    Args:
        filepath: the model, or with ``architecture`` a file of weights.
        custom_objects: classes and functions that the file names and neither Keras nor loadstone has; the function of a
            Lambda layer goes under the layer's name.
        compile: restore the optimizer, the loss and the metrics.
        safe_mode: accepted for the signature's sake. Programs stored in the file are not run in either mode.
        architecture: where the layers are, for a file that holds weights alone: what ``to_json`` or ``to_yaml`` of any
            release wrote, or another model. A model that your own code builds takes them by `loadstone.load_weights`.
        progress: called with the bytes of arrays read so far, and those of the file, maybe from another thread; or
            whether loads that take more than two seconds say how far they are, by default on a terminal.

    Returns:
        An ordinary `keras.Model`, with the weights of the file.

    Raises:
        LoadFailed: with every reason at once.
    """
    del safe_mode
    return load(
        filepath, custom_objects=custom_objects, compiled=compile, architecture=architecture, progress=progress
    ).model


def load(
    filepath: str | os.PathLike[str],
    *,
    custom_objects: Mapping[str, Any] | None = None,
    compiled: bool = True,
    architecture: str | os.PathLike[str] | None = None,
    progress: Callable[[int, int], None] | bool | None = False,
) -> Loaded:
    """As `load_model`, with the artifact and the audit trail.

    Raises:
        LoadFailed: with every reason at once.
        NotAModel: the architecture's file holds none.
    """
    path = Path(filepath)
    with without_collecting():
        artifact, stored = _artifacts(path, architecture)
        with reading(f"loading {path.name}", artifact.size, progress=progress) as count:
            return _load(
                path,
                artifact,
                dict(custom_objects or {}),
                compiled=compiled,
                stored=stored,
                by_order=architecture is not None,
                count=count,
            )


def _artifacts(path: Path, architecture: str | os.PathLike[str] | None) -> tuple[Artifact, Artifact]:
    """A model, and the file that holds its weights; the two differ where the architecture comes from elsewhere."""
    artifact = formats.read(path)
    if architecture is None:
        _refuse_what_is_not_rebuilt(artifact)
        return artifact, artifact
    refuse_what_has_no_weights(artifact)
    return with_architecture(artifact, read_architecture(Path(architecture)))


def _load(
    path: Path,
    artifact: Artifact,
    custom_objects: dict[str, Any],
    *,
    compiled: bool,
    stored: Artifact,
    by_order: bool,
    count: Callable[[int], None],
) -> Loaded:
    ready = upgraded(artifact, infer(artifact))
    registry = Registry(MappingProxyType(custom_objects))
    settled = Settled()
    with (
        reading_ahead(path, stored, count) as arrays,
        keras.saving.custom_object_scope(custom_objects),
        users.at_work(),
        awaiting_values(),
    ):
        built, problems = rebuild(ready.blueprint, registry)
        # What has no upgrade cannot be built either; one reason for it is enough.
        explained = {problem.at for problem in ready.problems}
        problems = (*ready.problems, *(problem for problem in problems if problem.at not in explained))
        notes = ready.notes
        training = ready.blueprint.training
        if built is not None and compiled and training is not None:
            constructor = Constructor(registry=registry, replay=lambda nested: nested)
            problems += compile_model(built.model, training, constructor)
        if built is None or problems:
            raise failures.of_problems(artifact, problems)
        notes += set_weights(path, stored, built, by_order=by_order, settled=settled, arrays=arrays)
    if compiled:
        build_optimizer(built.model)
        notes += optimizer_steps.follow(artifact, built.model)
        notes += optimizers.restore(path, artifact, built, settled, count)
    return Loaded(model=built.model, artifact=artifact, notes=notes)


def _refuse_what_is_not_rebuilt(artifact: Artifact) -> None:
    if artifact.format not in REBUILT or artifact.config is None or failures.fatal(artifact):
        raise failures.of_artifact(artifact)
