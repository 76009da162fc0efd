"""How an optimizer takes its steps and what it keeps: as the writer's did, whatever release that was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.blueprint.graph import Note
from loadstone.blueprint.optimizers import (
    AVERAGE,
    LAYOUTS,
    Kind,
    Rows,
    SlotRow,
    kind_of,
    settings_of,
    steps_of,
)
from loadstone.blueprint.values import as_mapping
from loadstone.legacy import optimizers as legacy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.artifact import Artifact, Json
    from loadstone.blueprint.optimizers import Layout


class Unknown(Exception):  # noqa: N818 - a reason, caught within this package
    """What an optimizer keeps, or which array is which part of it, cannot be told."""


def follow(artifact: Artifact, model: Any) -> tuple[Note, ...]:
    """Let the optimizer of a compiled model take its steps as the file's writer did; returns what that is.

    Only Keras' own classes have to be told: ours keep to what their originals did.
    """
    optimizer = getattr(model, "optimizer", None)  # which comes with compile()
    while (inner := getattr(optimizer, "inner_optimizer", None)) is not None:
        optimizer = inner
    if artifact.training is None or optimizer is None or type(optimizer).__module__.partition(".")[0] != "keras":
        return ()
    name, at = type(optimizer).__name__, str(artifact.training.at)
    steps = steps_of(name, kind_here(artifact), settings_of(stored_optimizer(artifact)))
    said = []
    if steps.own_rule and name in legacy.RULES:
        legacy.follow_rule(optimizer, steps.schedule_decay)
        said.append(
            f"{name} takes its steps as the release that wrote it did, as long as it is this object; what is saved is "
            f"Keras 3's own {name}, whose rule differs: {legacy.DIFFERENCES[name]}"
        )
    layers = model._flatten_layers()  # noqa: SLF001 - Keras has no public name for the layers inside of layers
    embeddings = [layer.embeddings for layer in layers if isinstance(layer, keras.layers.Embedding)]
    if embeddings and optimizer.built:
        _follow_rows(optimizer, steps.rows, embeddings)
    return tuple(Note(upgrade="optimizer-steps", message=message, at=at) for message in said)


def _follow_rows(optimizer: Any, rows: Rows, embeddings: Sequence[Any]) -> None:
    match rows:
        case Rows.SUMMED_FIRST if optimizer.clipnorm is None:
            legacy.sum_before_clipping(optimizer)
        case Rows.SUMMED | Rows.SUMMED_FIRST:  # tf.keras 1.13 bounded the norm of what the rows are summed from
            legacy.sum_rows(optimizer)
        case Rows.KEPT:
            legacy.keep_rows(optimizer, list(slots_here(optimizer).values()), embeddings)
        case Rows.KEPT_BUT_STATE:
            legacy.keep_rows(optimizer, (), embeddings)
        case Rows.AS_THEY_ARE:
            pass


def stored_optimizer(artifact: Artifact) -> Mapping[str, Json]:
    """The optimizer's entry in the compile state; legacy HDF5 calls it ``optimizer_config``."""
    config = {} if artifact.training is None else artifact.training.config
    return as_mapping(config.get("optimizer_config", config.get("optimizer")))


def kind_here(artifact: Artifact) -> Kind:
    """The generation of the file's optimizer."""
    return kind_of(stored_optimizer(artifact), artifact.dialect)


def innermost(optimizer: Any) -> Any:
    """The optimizer inside of one that scales the loss."""
    inner = getattr(optimizer, "inner_optimizer", None)
    return inner if type(optimizer).__name__ == "LossScaleOptimizer" and inner is not None else optimizer


def layout_of(optimizer: Any) -> Layout:
    """The slots of an optimizer, of Keras' classes by their table, of ours by what they say."""
    if hasattr(optimizer, "slots"):
        return tuple((SlotRow(name, ""),) for name in slots_here(optimizer))
    for kind in type(optimizer).__mro__:
        if kind.__name__ in LAYOUTS:
            averages: Layout = ((AVERAGE,),) if optimizer.use_ema else ()
            return (*averages, *LAYOUTS[kind.__name__])
    raise Unknown(f"{type(optimizer).__name__} keeps what no table has")


def slots_here(optimizer: Any) -> Mapping[str, Sequence[Any]]:
    """The state variables by slot, each in the order of the model's variables; without those that there are not."""
    if hasattr(optimizer, "slots"):
        found: dict[str, Sequence[Any]] = dict(optimizer.slots())
        inner = getattr(optimizer, "inner_optimizer", None)
        for name, variables in ({} if inner is None else slots_here(inner)).items():
            if name in found:
                raise Unknown(f"{type(optimizer).__name__} and the optimizer in it both keep {name}")
            found[name] = variables
        return found
    rows = [row for group in layout_of(optimizer) for row in group]
    return {row.name: listed for row in rows if (listed := getattr(optimizer, row.attribute, None))}
