"""Losses and metrics of a compile state, by output and by name, as Keras 3 takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import ModelKind, ObjectSpec
from loadstone.blueprint.traverse import references
from loadstone.blueprint.upgrades.added import output_of
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.blueprint.graph import Blueprint, Note, Training, Value

# Names that functions had until Keras 2.15 (or in Keras 1), which Keras 3 does not know any more.
_LOSSES = {
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
_METRICS = {**_LOSSES, "kld": "kl_divergence", "KLD": "kl_divergence", "log_cosh": "log_cosh"}
_COSINES = frozenset({"cosine", "cosine_proximity", "cosine_similarity"})
_CROSSENTROPIES = ("sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy")
_BY_LOSS = frozenset({"crossentropy", "ce"})
_WRAPPER = "MeanMetricWrapper"


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The outputs of a model: the names that the file has for them, with those that they have here."""

    names: Mapping[str, str]

    @property
    def are_several(self) -> bool:
        """Whether there is more than one, so that losses and metrics are told apart by them."""
        return len(self.names) > 1


def upgrade_compiled(
    blueprint: Blueprint, training: Training, *, negative_cosine: bool
) -> tuple[Training, tuple[Note, ...]]:
    """The compile state with its losses and metrics as Keras 3 wants them.

    Args:
        blueprint: the model, upgraded.
        training: its compile state, whose objects are upgraded.
        negative_cosine: whether the metric had the other sign than Keras 3's: before Keras 2.3 and TensorFlow 1.14.
    """
    outputs = _outputs(blueprint)
    loss = _losses(training.loss, outputs)
    said: list[Note] = []

    def metrics(value: Value) -> Value:
        nested = _nested(value, outputs)
        return _each(
            nested, lambda spec, place: _metric(spec, _loss_of(loss, place), said, negative_cosine=negative_cosine)
        )

    changed = replace(
        training,
        loss=loss,
        metrics=metrics(training.metrics),
        weighted_metrics=metrics(training.weighted_metrics),
        loss_weights=_weights(training.loss_weights, outputs),
    )
    return changed, tuple(said)


def _outputs(blueprint: Blueprint) -> _Outputs:
    if blueprint.kind is not ModelKind.FUNCTIONAL:
        return _Outputs({})
    stored = {layer.name: layer.stored_name for layer in blueprint.layers}
    names = ((output_of(blueprint, each).layer, each.layer) for each in references(blueprint.outputs))
    return _Outputs({stored.get(name, name): here for name, here in names})


def _losses(loss: Value, outputs: _Outputs) -> Value:
    """A loss for each output: one without had none, which Keras 3 wants to be told."""
    renamed = _each(loss, lambda spec, _: _renamed(spec, _LOSSES))
    match renamed:
        case Mapping() if outputs.are_several and set(renamed) <= set(outputs.names):
            return MappingProxyType({here: renamed.get(stored) for stored, here in outputs.names.items()})
    return renamed


def _weights(weights: Value, outputs: _Outputs) -> Value:
    match weights:
        case Mapping() if outputs.are_several and set(weights) <= set(outputs.names):
            return MappingProxyType({here: weights.get(stored, 1.0) for stored, here in outputs.names.items()})
    return weights


def _nested(metrics: Value, outputs: _Outputs) -> Value:
    """Metrics by output: Keras 2 took a list of them for each output's, and wrote their names with the output's."""
    if not outputs.are_several:
        match metrics:
            case ((*only,),):  # a list for the only output
                return _without_none(tuple(only))
            case tuple():
                return _without_none(metrics)
        return metrics
    names = tuple(outputs.names)
    match metrics:
        case Mapping() if set(metrics) <= set(names):
            return MappingProxyType(
                {outputs.names[name]: _listed(metrics[name], outputs.names[name]) for name in metrics}
            )
        case ObjectSpec():
            return tuple((metrics,) for _ in names)
        case tuple() if metrics and all(isinstance(item, ObjectSpec) for item in metrics):
            return tuple(_listed(metrics, name) for name in names)
        case tuple() if len(metrics) == len(names):
            return tuple(_listed(item, outputs.names[name]) for item, name in zip(metrics, names, strict=True))
    return metrics


def _listed(metrics: Value, output: str) -> Value:
    """One output's metrics as a list, by the names that they have within it."""
    listed = _without_none(metrics if isinstance(metrics, tuple) else (metrics,))
    return tuple(_within(item, output) for item in listed)


def _without_none(metrics: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(item for item in metrics if item is not None)


def _within(metric: Value, output: str) -> Value:
    match metric:
        case ObjectSpec(config=config) if isinstance(name := config.get("name"), str) and name.startswith(f"{output}_"):
            return replace(metric, config=MappingProxyType({**config, "name": name[len(output) + 1 :]}))
    return metric


def _each(value: Value, change: Callable[[ObjectSpec, int | str], Value], place: int | str = 0) -> Value:
    """The same structure with every object changed; ``place`` is the output's key or number."""
    match value:
        case ObjectSpec():
            return change(value, place)
        case Mapping():
            return MappingProxyType({key: _each(item, change, key) for key, item in value.items()})
        case tuple():
            nested = any(isinstance(item, tuple) for item in value)
            items = (_each(item, change, index if nested else place) for index, item in enumerate(value))
            return tuple(item for item in items if item is not None) if not nested else tuple(items)
    return value


def _loss_of(loss: Value, place: int | str) -> Value:
    match loss:
        case Mapping():
            return loss.get(place) if isinstance(place, str) else next(iter(loss.values()), None)
        case tuple() if isinstance(place, int) and place < len(loss):
            return loss[place]
    return loss


def _renamed(spec: ObjectSpec, names: Mapping[str, str]) -> ObjectSpec:
    is_name = spec.is_identifier or spec.is_function
    return replace(spec, name=names[spec.name]) if is_name and spec.name in names else spec


def _metric(spec: ObjectSpec, loss: Value, said: list[Note], *, negative_cosine: bool) -> Value:
    """A metric by Keras 3's name; None where nobody can tell which it was."""
    function = spec.config.get("fn")
    if spec.name == _WRAPPER and isinstance(function, ObjectSpec):
        return _wrapped(spec, function)
    if not (spec.is_identifier or spec.is_function):
        return spec
    if spec.name in _BY_LOSS:
        name = loss.name if isinstance(loss, ObjectSpec) else ""
        found = next((each for each in _CROSSENTROPIES if each.replace("_", "") == name.lower().replace("_", "")), None)
        if found is None:
            said.append(note("metric-by-loss", f"{spec.name} left out: the loss does not tell which it was", spec.at))
            return None
        return replace(spec, name=found)
    if spec.name in _COSINES and not negative_cosine:
        return ObjectSpec(name="CosineSimilarity", config=MappingProxyType({"name": spec.name}), at=spec.at)
    if spec.name not in _METRICS and spec.name not in _COSINES:
        return spec
    # Measured by the loss of that name, as those early releases did.
    inner = _renamed(replace(spec, is_identifier=True, is_function=False), _METRICS)
    settings: dict[str, Value] = {"fn": inner, "name": spec.name}
    return ObjectSpec(name=_WRAPPER, config=MappingProxyType(settings), at=spec.at)


def _wrapped(spec: ObjectSpec, function: ObjectSpec) -> ObjectSpec:
    """tf.keras wrapped metrics that are functions; its cosine was positive where Keras 3's function is the loss."""
    if function.name in _COSINES:
        config = {key: value for key, value in spec.config.items() if key != "fn"}
        return replace(spec, name="CosineSimilarity", config=MappingProxyType(config))
    return replace(spec, config=MappingProxyType({**spec.config, "fn": _renamed(function, _LOSSES)}))
