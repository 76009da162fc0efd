"""Runs a model on arrays: here where loadstone can rebuild it, else in an environment of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.atomic import replacing
from loadstone.blueprint.parse import REBUILT
from loadstone.errors import LoadFailed, LoadstoneError
from loadstone.formats import read
from loadstone.recorded import arrays_of, in_order
from loadstone.runtime.batches import BATCH, in_batches
from loadstone.runtime.isolated import Isolation, isolated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from loadstone.artifact import Artifact


class Where(Enum):
    """Where the model is run."""

    AUTO = "auto"  # here if loadstone rebuilds it, else isolated
    HERE = "here"  # in this Python, rebuilt for Keras 3
    ISOLATED = "isolated"  # in an environment of its own, by that environment's own loader


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a model is run.

    Attributes:
        where: here, isolated, or whichever works.
        batch_size: rows at once; None for all.
        isolation: how it is isolated, where it is.
        progress: told how many rows are done, of how many.
    """

    where: Where = Where.AUTO
    batch_size: int | None = BATCH
    isolation: Isolation = field(default_factory=Isolation)
    progress: Callable[[int, int], object] = lambda _done, _of: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model's outputs, and where they were computed.

    Attributes:
        outputs: by name.
        ran: ``Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11``, or how the isolated model was loaded.
        isolated: whether that was another environment than this one.
        why_not_here: why it was not run here, where that was tried.
    """

    outputs: Mapping[str, NDArray[Any]]
    ran: str
    isolated: bool
    why_not_here: str | None = None


def predict(model: Path, inputs: Mapping[str, NDArray[Any]], how: How) -> Prediction:
    """The outputs of a model for inputs by name, or named ``x0``, ``x1`` ... in the model's order.

    Raises:
        LoadstoneError: it cannot be loaded or run, or the inputs do not fit it.
    """
    artifact = read(model)
    why: str | None = None
    if how.where is not Where.ISOLATED and how.isolation.env is None:
        try:
            return _here(artifact, inputs, how)
        except LoadFailed as problem:
            if how.where is Where.HERE:
                raise
            why = str(problem)
    with isolated(artifact, how.isolation) as served:
        names = [port.name for port in served.inputs]
        arrays = inputs_of(inputs, names, ordered=served.loaded.ordered)
        outputs = served.predict(arrays, batch_size=how.batch_size, progress=how.progress)
        return Prediction(outputs=outputs, ran=served.loaded.how, isolated=True, why_not_here=why)


def inputs_of(
    arrays: Mapping[str, NDArray[Any]], names: Sequence[str], *, ordered: bool = True
) -> dict[str, NDArray[Any]]:
    """The inputs by the model's own names, in its order; a single array may have any name.

    Raises:
        LoadstoneError: they are neither named so nor ``x0``, ``x1`` ... in that order.
    """
    if not names:  # the model does not tell: it takes what is given, under the names that were given
        return dict(arrays)
    if len(arrays) == len(names) == 1:
        return dict(zip(names, arrays.values(), strict=True))
    return in_order(arrays, names, "x", ordered=ordered)


def read_inputs(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz``, or the one of an ``.npy``; recorded outputs ``y0`` ... beside ``x0`` are left out.

    Raises:
        LoadstoneError: it cannot be read, or holds Python objects, which are not unpickled.
    """
    arrays = arrays_of(path)
    if "x0" in arrays:
        return {name: array for name, array in arrays.items() if name.startswith("x")}
    return arrays


def write_outputs(path: Path, outputs: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name to an ``.npz``, or a single one to an ``.npy``; the file appears whole.

    Raises:
        LoadstoneError: an ``.npy`` was named for several outputs.
    """
    if path.suffix == ".npy" and len(outputs) != 1:
        raise LoadstoneError(f"{path} holds one array, the model has {len(outputs)} outputs: name an .npz")
    with replacing(path) as draft, draft.open("wb") as file:
        if path.suffix == ".npy":
            np.save(file, next(iter(outputs.values())), allow_pickle=False)
        else:
            named: dict[str, Any] = dict(outputs)
            np.savez(file, **named)


def _here(artifact: Artifact, inputs: Mapping[str, NDArray[Any]], how: How) -> Prediction:
    """Rebuild the model in this Python and run it."""
    if find_spec("keras") is None:
        raise LoadFailed("Keras is not installed here")
    if artifact.format not in REBUILT:
        raise LoadFailed(f"loadstone does not rebuild {artifact.format.value} yet")
    how.isolation.sync.progress(f"loading {artifact.source} here")
    from loadstone.environment import probe  # noqa: PLC0415 - importing Keras takes seconds; the same for these
    from loadstone.runtime.load import load  # noqa: PLC0415 - as above
    from loadstone.runtime.users import from_file  # noqa: PLC0415 - as above

    own = how.isolation.sync.custom_objects
    model = load(artifact.source, custom_objects=from_file(own) if own else None, compiled=False).model
    arrays = inputs_of(inputs, [tensor.name for tensor in model.inputs])
    outputs = in_batches(partial(_called, model), arrays, batch_size=how.batch_size, progress=how.progress)
    return Prediction(outputs=outputs, ran=probe().summary, isolated=False)


def _called(model: Any, batch: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    from loadstone.runtime.call import outputs_of  # noqa: PLC0415 - as above
    from loadstone.runtime.samples import output_names  # noqa: PLC0415 - as above

    return dict(zip(output_names(model), outputs_of(model, list(batch.values())), strict=True))
