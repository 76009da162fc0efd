"""Files of weights -> a model whose architecture comes from elsewhere: JSON, YAML, or the code of the user."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from loadstone import formats
from loadstone.artifact import Dialect, Format, Pointer
from loadstone.blueprint.graph import Blueprint, LayerSpec, ModelKind, Note, ObjectSpec
from loadstone.blueprint.pairing import Ambiguous, adopted, owned, paired
from loadstone.blueprint.values import parse_value
from loadstone.blueprint.weights import Mismatch
from loadstone.errors import NotAModel
from loadstone.formats import arrays as stored_arrays
from loadstone.formats import tfjs
from loadstone.formats.arrays import LayerWeights
from loadstone.progress import reading
from loadstone.runtime import failures
from loadstone.runtime.archives import set_by_path
from loadstone.runtime.laid_out import laid_out
from loadstone.runtime.replay import Built
from loadstone.runtime.weights import Settled, set_by_name

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from loadstone.artifact import Artifact, Json
    from loadstone.formats.arrays import StoredArray

    Arrays = Mapping[str, StoredArray]

_AT = Pointer(document="model", path="")
_LEGACY = frozenset({Format.HDF5_MODEL, Format.HDF5_WEIGHTS})


def load_weights(
    model: Any, filepath: str | os.PathLike[str], *, progress: Callable[[int, int], None] | bool | None = None
) -> tuple[Note, ...]:
    """Set the weights of a model that was built here, from a file that any release of Keras 1, 2 or 3 wrote.

    Layers are found by their names; where those differ (Keras numbers its layers anew in each process), by their order.
    Every array has to have its variable of the same shape, and every variable its array.

    Args:
        model: a built `keras.Model`.
        filepath: what ``save_weights`` wrote (``.h5``, ``.weights.h5``), or a whole ``.h5`` or ``.keras`` model.
        progress: as in `loadstone.load_model`.

    Returns:
        What was done to arrays that another release laid out in another way.

    Raises:
        LoadFailed: with every array and variable that has no counterpart.
        ValueError: the model is not built.
    """
    if not model.built:
        raise ValueError(f"{model.name} has no variables yet: build it, or call it once, then load its weights")
    path = Path(filepath)
    artifact = formats.read(path)
    refuse_what_has_no_weights(artifact)
    if artifact.config is None:
        artifact = replace(artifact, dialect=dialect_of_weights(artifact))
    with (
        reading(f"loading {path.name}", artifact.size, progress=progress) as count,
        reading_ahead(path, artifact, count) as arrays,
    ):
        return set_weights(path, artifact, as_built(model), by_order=True, arrays=arrays)


def refuse_what_has_no_weights(artifact: Artifact) -> None:
    """Stop at a file that holds no weights of Keras, or cannot be read.

    Raises:
        LoadFailed: with what is wrong with it.
    """
    if artifact.format not in {*_LEGACY, Format.KERAS_ARCHIVE, Format.TENSORFLOW_JS} or failures.fatal(artifact):
        raise failures.of_artifact(artifact)


def with_architecture(weights: Artifact, architecture: Artifact) -> tuple[Artifact, Artifact]:
    """The model that a file of weights and an architecture make together, and the file as what wrote it laid it out."""
    model = replace(
        weights,
        dialect=architecture.dialect,
        writer=(*architecture.writer, *weights.writer),
        config=architecture.config,
        config_at=architecture.config_at,
        objects=architecture.objects,
        payloads=architecture.payloads,
        training=None,
    )
    is_keras_1 = dialect_of_weights(weights) is Dialect.KERAS_1
    return model, replace(model, dialect=Dialect.KERAS_1) if is_keras_1 else model


def dialect_of_weights(artifact: Artifact) -> Dialect:
    """The generation of Keras that wrote a file of weights alone.

    Keras 1 repeats the layer's name in each array's (``dense_1/dense_1_W``); later releases have the weight's alone.
    """
    for tensor in artifact.tensors:
        *scope, last = tensor.name.split("/")
        if scope and last.startswith(f"{scope[-1]}_"):
            return Dialect.KERAS_1
    return Dialect.KERAS_2


def as_built(model: Any) -> Built:
    """A model of the user's own as if it had been rebuilt: its layers with their settings."""
    pairs: list[tuple[LayerSpec, Any]] = []
    nested: dict[str, Built] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model) and layer.layers:
            nested[layer.name] = as_built(layer)
            is_sequential = isinstance(layer, keras.Sequential)
            content: ObjectSpec | Blueprint = Blueprint(
                name=layer.name,
                kind=ModelKind.SEQUENTIAL if is_sequential else ModelKind.FUNCTIONAL,
                class_name=type(layer).__name__,
                layers=tuple(spec for spec, _ in nested[layer.name].layers),
                at=_AT,
            )
        else:
            content = _spec(layer)
        pairs.append((LayerSpec(name=layer.name, stored_name=layer.name, content=content), layer))
    return Built(model=model, layers=tuple(pairs), nested=nested)


def _spec(layer: Any) -> ObjectSpec:
    """A layer's class and settings; of a class that does not give them, the name alone."""
    try:
        found = parse_value(keras.saving.serialize_keras_object(layer), _AT, _no_model)
    except (NotImplementedError, TypeError, ValueError):
        found = None
    if isinstance(found, ObjectSpec):
        return found
    return ObjectSpec(name=type(layer).__name__, config={"name": layer.name}, at=_AT)


def _no_model(value: Mapping[str, Json], at: Pointer) -> Blueprint:
    raise ValueError(f"{at}: {value.get('class_name')} holds a model")


def set_weights(
    path: Path,
    artifact: Artifact,
    built: Built,
    *,
    by_order: bool,
    settled: Settled | None = None,
    arrays: stored_arrays.Arrays | None = None,
) -> tuple[Note, ...]:
    """Set the weights of a model from a file of either layout.

    Args:
        path: the file.
        artifact: what is in it.
        built: the model.
        by_order: whether layers that have other names in the file are found by their order.
        settled: is told what came from where.
        arrays: those of the file, where it is open already.

    Raises:
        LoadFailed: something has no counterpart.
    """
    settled = Settled() if settled is None else settled
    try:
        if artifact.format is Format.TENSORFLOW_JS:
            said = _of_tensorflow_js(path, built)
        elif arrays is not None:
            said = _set_weights(path, artifact, built, arrays, settled, by_order=by_order)
        else:
            with stored_arrays.open_arrays(path) as opened:
                said = _set_weights(path, artifact, built, opened, settled, by_order=by_order)
    except Ambiguous as failure:
        said = (Mismatch(path.name, f"the weights cannot be told apart: {failure}"),)
    mismatches = tuple(item for item in said if isinstance(item, Mismatch))
    if mismatches:
        raise failures.of_mismatches(artifact, mismatches)
    return tuple(item for item in said if isinstance(item, Note))


@contextmanager
def reading_ahead(
    path: Path, artifact: Artifact, count: Callable[[int], None]
) -> Iterator[stored_arrays.Arrays | None]:
    """The arrays of a file, which are read within while other things are done; None where they are opened later.

    Each array's bytes are counted when they are read.

    What cannot be opened is told by `set_weights`, after everything that the model itself lacks.
    """
    with ExitStack() as stack:
        arrays = None
        if artifact.format is not Format.TENSORFLOW_JS:
            with suppress(NotAModel):
                arrays = stack.enter_context(stored_arrays.open_arrays(path, count=count))
        if arrays is not None:
            stack.enter_context(arrays.read_ahead())
        yield arrays


def _of_tensorflow_js(path: Path, built: Built) -> tuple[Mismatch | Note, ...]:
    with tfjs.open_arrays(path) as flat:
        owners = owned([spec for spec, _ in built.layers], tuple(flat))
        groups = tuple(LayerWeights(layer=layer, names=names) for layer, names in owners.items())
        return set_by_name(built, groups, flat.unread())


def _set_weights(
    path: Path, artifact: Artifact, built: Built, arrays: stored_arrays.Arrays, settled: Settled, *, by_order: bool
) -> tuple[Mismatch | Note, ...]:
    if artifact.format not in _LEGACY or _is_numbered(artifact):
        is_keras_2 = artifact.dialect is Dialect.KERAS_2
        return set_by_path(
            built,
            arrays.unread(),
            keras_2=is_keras_2,
            groups=arrays.groups,
            settled=settled,
            assets=stored_arrays.assets(path),
        )
    groups = arrays.layers()
    layers = adopted([spec for spec, _ in built.layers], [group.layer for group in groups])
    notes: tuple[Note, ...] = ()
    if by_order:
        layers, notes = _paired(layers, built, [group.layer for group in groups if group.names])
    pairs = tuple((spec, layer) for spec, (_, layer) in zip(layers, built.layers, strict=True))
    settled.groups = groups
    settled.shapes = {name: arrays.shape(name) for group in groups for name in group.names}
    settled.laid_out = partial(_laid_out_again, artifact, layers, groups)
    groups, values, changed = laid_out(artifact, layers, groups, arrays.unread())
    return (*notes, *changed, *set_by_name(replace(built, layers=pairs), groups, values, settled))


def _laid_out_again(
    artifact: Artifact, layers: tuple[LayerSpec, ...], groups: tuple[LayerWeights, ...], arrays: Arrays
) -> Arrays:
    _, values, _ = laid_out(artifact, layers, groups, arrays)
    return values


def _is_numbered(artifact: Artifact) -> bool:
    """Whether the arrays are numbered (``layers/dense/vars/0``), as in ``.weights.h5`` since Keras 2.12."""
    return any(tensor.name.split("/")[-2:-1] == ["vars"] for tensor in artifact.tensors)


def _paired(
    layers: tuple[LayerSpec, ...], built: Built, stored: list[str]
) -> tuple[tuple[LayerSpec, ...], tuple[Note, ...]]:
    """The layers with the names that theirs have in the file."""
    weighted = [spec.stored_name for spec, (_, layer) in zip(layers, built.layers, strict=True) if layer.weights]
    pairing = paired(weighted, stored)
    if not pairing.in_order:
        return layers, ()
    named = tuple(replace(spec, stored_name=pairing.stored.get(spec.stored_name, spec.stored_name)) for spec in layers)
    pairs = ", ".join(f"{here} is {there}" for here, there in pairing.stored.items() if here != there)
    message = f"layers are found by their order, as their names differ from the file's: {pairs}"
    return named, (Note(upgrade="layers-in-order", message=message, at=str(_AT)),)
