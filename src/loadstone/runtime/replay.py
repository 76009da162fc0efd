"""`Blueprint` -> `keras.Model`, by making its calls again on Keras 3's public functional API."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from loadstone.blueprint.graph import (
    KERAS_OPERATION,
    Blueprint,
    EllipsisSpec,
    LayerSpec,
    ModelKind,
    ObjectSpec,
    Obstacle,
    Operation,
    Problem,
    SliceSpec,
    TensorRef,
)
from loadstone.blueprint.traverse import inputs_of
from loadstone.runtime import operators, users
from loadstone.runtime.construct import CannotConstruct, Constructor

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.blueprint.graph import Call, Value
    from loadstone.runtime.registry import Registry

    Outputs = dict[tuple[str, int], list[Any]]

# Where Keras 3 keeps the operations that it writes into graphs. Its archives name the module, its `.h5` files do not.
_OPERATIONS = tuple(f"keras.src.ops.{name}" for name in ("numpy", "core", "nn", "math", "image", "linalg", "einops"))


@dataclass(frozen=True, slots=True)
class Built:
    """A rebuilt model with the layers that its blueprint names.

    Attributes:
        model: the Keras model.
        layers: pairs of a layer's spec and the Keras layer, in the blueprint's order; operations have no layer.
        nested: what was built for every nested model that stands directly in the graph, by name.
    """

    model: Any
    layers: tuple[tuple[LayerSpec, Any], ...]
    nested: Mapping[str, Built]


def rebuild(blueprint: Blueprint, registry: Registry) -> tuple[Built | None, tuple[Problem, ...]]:
    """Build the model, or say everything that stands in the way.

    Args:
        blueprint: upgraded to Keras 3.
        registry: what names resolve to.

    Returns:
        The model and no problems, or None and every problem.
    """
    constructor = Constructor(registry=registry, replay=lambda nested: _model(nested, constructor).model)
    try:
        with warnings.catch_warnings():  # a layer that ends a mask did so when the model was saved
            warnings.filterwarnings("ignore", message=".* was passed an input with a mask attached to it")
            built = _model(blueprint, constructor)
    except CannotConstruct as failure:
        problems = [*constructor.problems, failure.problem]
        return None, tuple(dict.fromkeys(problems))
    return built, ()


def _model(blueprint: Blueprint, constructor: Constructor) -> Built:
    match blueprint.kind:
        case ModelKind.SEQUENTIAL:
            built = _sequential(blueprint, constructor)
        case ModelKind.FUNCTIONAL:
            built = _functional(blueprint, constructor)
        case ModelKind.SUBCLASSED:
            built = _subclassed(blueprint, constructor)
    if not blueprint.trainable:
        built.model.trainable = False
    return built


def _contents(blueprint: Blueprint, constructor: Constructor) -> tuple[dict[str, Any], dict[str, Built], list[Problem]]:
    """Every layer of a model constructed, the problems of all of them together."""
    made: dict[str, Any] = {}
    nested: dict[str, Built] = {}
    problems: list[Problem] = []
    for layer in blueprint.layers:
        try:
            match layer.content:
                case Blueprint() as inner:
                    nested[layer.name] = _model(inner, constructor)
                    made[layer.name] = nested[layer.name].model
                case ObjectSpec() as spec:
                    made[layer.name] = _layer_or_operation(spec, constructor)
        except CannotConstruct as failure:
            problems.append(failure.problem)
    return made, nested, problems


def _layer_or_operation(spec: ObjectSpec, constructor: Constructor) -> Any:
    if spec.module in {*_OPERATIONS, KERAS_OPERATION}:
        operation = _operation(spec, constructor)
        if operation is not None:
            return operation
    return constructor.construct(spec, "layer")


def _operation(spec: ObjectSpec, constructor: Constructor) -> Any | None:
    """An operation that Keras 3 itself wrote into a graph, None when Keras has none like it; Keras looks it up."""
    config = {name: constructor.value(item, name) for name, item in spec.config.items()}
    for module in _OPERATIONS if spec.module == KERAS_OPERATION else (spec.module,):
        try:
            return keras.saving.deserialize_keras_object(
                {"module": module, "class_name": spec.name, "config": config, "registered_name": None}
            )
        except (TypeError, ValueError):
            continue
    return None


def _finish(constructor: Constructor, problems: list[Problem]) -> None:
    if problems:
        constructor.problems.extend(problems[:-1])
        raise CannotConstruct(problems[-1])


def _sequential(blueprint: Blueprint, constructor: Constructor) -> Built:
    made, nested, problems = _contents(blueprint, constructor)
    _finish(constructor, problems)
    try:
        model = keras.Sequential([made[layer.name] for layer in blueprint.layers], name=blueprint.name)
        if not model.built and isinstance(blueprint.input_shape, tuple):
            model.build(tuple(blueprint.input_shape))
    except Exception as error:
        # Keras raises whatever building and calling a layer raises.
        raise _apart(blueprint, "layers", error) from error
    return Built(model=model, layers=tuple((layer, made[layer.name]) for layer in blueprint.layers), nested=nested)


def _subclassed(blueprint: Blueprint, constructor: Constructor) -> Built:
    layer = blueprint.layers[0]
    if not isinstance(layer.content, ObjectSpec):
        raise TypeError("a subclassed model is one object")
    model = constructor.construct(layer.content, "layer")
    if not model.built and isinstance(blueprint.input_shape, tuple):
        try:
            model(_symbolic(blueprint.input_shape))
        except Exception as error:
            # Keras raises whatever the model's call raises.
            raise _apart(blueprint, "layers", error) from error
    return Built(model=model, layers=((layer, model),), nested={})


def _symbolic(shape: Any) -> Any:
    """Inputs of a batch shape, or of a structure of them."""
    if all(size is None or isinstance(size, int) for size in shape):
        return keras.Input(batch_shape=(None, *shape[1:]))
    if isinstance(shape, Mapping):
        return {name: _symbolic(item) for name, item in shape.items()}
    return [_symbolic(item) for item in shape]


def _functional(blueprint: Blueprint, constructor: Constructor) -> Built:
    made, nested, problems = _contents(blueprint, constructor)
    _finish(constructor, problems)
    outputs: Outputs = {}
    for layer in blueprint.layers:
        if isinstance(layer.content, ObjectSpec) and layer.content.name == "InputLayer":
            outputs[layer.name, 0] = [made[layer.name].output]
    _make_calls(blueprint, made, outputs, constructor)
    _tell_masks_apart(made, outputs)
    model = _assemble(blueprint, outputs)
    layers = tuple((layer, made[layer.name]) for layer in blueprint.layers if layer.name in made)
    return Built(model=model, layers=layers, nested=nested)


def _assemble(blueprint: Blueprint, outputs: Outputs) -> Any:
    try:
        inputs = _resolve(blueprint.inputs, outputs)
        results = keras.tree.map_structure(
            lambda item: operators.as_output(item, inputs), _resolve(blueprint.outputs, outputs)
        )
        return keras.Model(inputs, results, name=blueprint.name)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _apart(blueprint, "graph", error) from error


def _apart(blueprint: Blueprint, what: str, error: Exception) -> CannotConstruct:
    """What Keras says when the parts of a model do not go together."""
    return CannotConstruct(
        Problem(
            obstacle=Obstacle.UNSUPPORTED_MODEL,
            subject=blueprint.name,
            message=f"the {what} of {blueprint.name} cannot be put together: {users.told(error)}",
            at=blueprint.at,
        )
    )


def _make_calls(blueprint: Blueprint, made: Mapping[str, Any], outputs: Outputs, constructor: Constructor) -> None:
    """Make every call once its tensors exist; a layer's calls keep their order, which numbers its outputs."""
    waiting = {layer.name: (layer, list(enumerate(layer.calls))) for layer in blueprint.layers if layer.calls}
    while waiting:
        progress = False
        for name, (layer, calls) in list(waiting.items()):
            while calls and _ready(calls[0][1], outputs):
                number, call = calls.pop(0)
                outputs[name, number] = _call(layer, call, made, outputs)
                progress = True
            if not calls:
                del waiting[name]
        if not progress:
            names = ", ".join(sorted(waiting))
            raise CannotConstruct(
                Problem(
                    obstacle=Obstacle.UNSUPPORTED_MODEL,
                    subject=blueprint.name,
                    message=f"the graph has no order in which these layers can be called: {names}",
                    at=blueprint.at,
                )
            )
    _finish(constructor, [])


def _ready(call: Call, outputs: Outputs) -> bool:
    return all((reference.layer, reference.call) in outputs for reference in inputs_of(call))


def _call(layer: LayerSpec, call: Call, made: Mapping[str, Any], outputs: Outputs) -> list[Any]:
    sequence = list if isinstance(made.get(layer.name), keras.Layer) else _sequence  # layers insist on lists
    arguments = [_resolve(item, outputs, sequence) for item in call.args]
    keywords = {name: _resolve(item, outputs, sequence) for name, item in call.kwargs.items()}
    try:
        if isinstance(layer.content, Operation):
            result = operators.apply(layer.content.op, arguments, keywords)
            _name_operations(layer.name, result, outputs)
        else:
            arguments = [operators.tensors_for_extents(item) for item in arguments]
            keywords = {name: operators.tensors_for_extents(item) for name, item in keywords.items()}
            arguments, keywords = _within_graph(arguments, keywords, outputs)
            result = made[layer.name](*arguments, **keywords)
    except Exception as error:
        # Keras raises whatever the layer's call raises; the user needs to know which layer it was.
        problem = Problem(
            obstacle=Obstacle.UNSUPPORTED_MODEL,
            subject=layer.stored_name,
            message=f"layer {layer.stored_name} cannot be called as the file says: {users.told(error)}",
            at=layer.content.at,
        )
        raise CannotConstruct(problem) from error
    return keras.tree.flatten(result)  # type: ignore[no-any-return]  # keras ships no types


def _within_graph(arguments: list[Any], keywords: dict[str, Any], outputs: Outputs) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a layer's call with tensors for constants where there are no others.

    A layer that is called on nothing but constants (an Embedding of positions) gives one: its weights would stand in
    the graph as they are before they are loaded, and the layer would not.
    """
    everything = (arguments, keywords)
    if any(map(keras.backend.is_keras_tensor, keras.tree.flatten(everything))):
        return everything
    inputs = [item for group in outputs.values() for item in group if keras.backend.is_keras_tensor(item)]

    def within(value: Any) -> Any:
        is_constant = keras.ops.is_tensor(value) or isinstance(value, np.ndarray)
        return operators.as_output(value, inputs) if is_constant else value

    found: tuple[list[Any], dict[str, Any]] = keras.tree.map_structure(within, everything)
    return found


def _name_operations(name: str, result: Any, outputs: Outputs) -> None:
    """Name the operations that a call has made after the layer they stand for; Keras' own names collide with layers'.

    The first found, which gives the result, gets the layer's name; those that it was composed of get a number.
    """
    known = {id(tensor) for tensors in outputs.values() for tensor in tensors}
    waiting = [tensor for tensor in keras.tree.flatten(result) if keras.backend.is_keras_tensor(tensor)]
    named: dict[int, Any] = {}
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in known:
            continue
        known.add(id(tensor))
        operation = _maker(tensor)
        if id(operation) not in named:
            operation.name = f"{name}.{len(named)}" if named else name
            named[id(operation)] = operation
        waiting.extend(_inputs(tensor))


def _tell_masks_apart(made: Mapping[str, Any], outputs: Outputs) -> None:
    """Give the operations that compute masks names of their own; Keras names them as it names layers (concatenate)."""
    tensors = [item for group in outputs.values() for item in group if keras.backend.is_keras_tensor(item)]
    named = {id(item): item.name for item in (*made.values(), *map(_maker, tensors))}
    taken = set(named.values())
    waiting = [item for tensor in tensors for item in _inputs(tensor)]
    seen = {id(tensor) for tensor in tensors}
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        operation = _maker(tensor)
        if id(operation) not in named:
            first, number = operation.name, 0
            while operation.name in taken:
                number += 1
                operation.name = f"{first}.{number}"
            named[id(operation)] = operation.name
            taken.add(operation.name)
        waiting.extend(_inputs(tensor))


def _maker(tensor: Any) -> Any:
    """The layer or operation whose call gave a symbolic tensor."""
    return tensor._keras_history[0]  # noqa: SLF001 - no public name leads from a tensor to its operation


def _inputs(tensor: Any) -> list[Any]:
    """The tensors that went into the call which gave a symbolic tensor."""
    operation, node, _ = tensor._keras_history  # noqa: SLF001 - as in `_maker`
    return list(operation._inbound_nodes[node].input_tensors)  # noqa: SLF001 - as in `_maker`


def _resolve(value: Value, outputs: Outputs, sequence: Callable[[list[Any]], Any] | None = None) -> Any:
    """A call's argument with tensors for references, and what ``sequence`` makes of lists, else `_sequence`."""
    match value:
        case TensorRef():
            return outputs[value.layer, value.call][value.output]
        case EllipsisSpec():
            return ...
        case SliceSpec(start=start, stop=stop, step=step):
            return slice(_resolve(start, outputs), _resolve(stop, outputs), _resolve(step, outputs))
        case Mapping():
            return {name: _resolve(item, outputs, sequence) for name, item in value.items()}
        case tuple():
            return (sequence or _sequence)([_resolve(item, outputs, sequence) for item in value])
        case _:
            return value


def _sequence(items: list[Any]) -> Any:
    """A list of tensors stays a list, as Keras' merging layers want it; an index or a shape is a tuple."""
    return items if any(keras.backend.is_keras_tensor(item) for item in items) else tuple(items)
