"""Arguments of Keras 2 that are an error in Keras 3, in the calls that training code makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.old_keras.replacing import Arguments, like, public, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.addons.old_keras.replacing import Replacement

REDUCTIONS = ("auto", "none", "sum", "sum_over_batch_size")
SERIALIZE = ("layers", "losses", "metrics", "optimizers")


def replacements() -> Iterator[Replacement]:
    """Yield the calls that take more, one row a method."""
    layers = keras.layers
    yield translated(layers.InputLayer, "__init__", one_axis)
    yield translated(layers.Layer, "__init__", dynamic)
    yield translated(keras.optimizers.Optimizer, "__init__", whole_learning_rate)
    yield translated(keras.metrics.Metric, "__init__", name_first)
    yield translated(keras.losses.Loss, "__init__", reduction_first)
    yield translated(keras.Model, "compile", compile_arguments)
    for layer in (layers.RNN, layers.Bidirectional):
        yield translated(layer, "__call__", inputs_by_name)
    for module in SERIALIZE:
        yield from public(module, "serialize", like(getattr(keras, module).serialize, serialize))


def one_axis(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Take ``Input(3)`` as ``Input((3,))``."""
    if args and isinstance(args[0], int):
        return ((args[0],), *args[1:]), kwargs
    if isinstance(kwargs.get("shape"), int):
        return args, {**kwargs, "shape": (kwargs["shape"],)}
    return args, kwargs


def dynamic(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Take ``dynamic=True`` of a layer that cannot be made into a graph; `compile_arguments` goes by it."""
    if "dynamic" in kwargs:
        layer.dynamic = bool(kwargs["dynamic"])
    return args, {key: value for key, value in kwargs.items() if key != "dynamic"}


def compile_arguments(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Leave out ``sample_weight_mode``, which TensorFlow 2.2 and newer found out by itself; heed `dynamic` layers."""
    kwargs = {key: value for key, value in kwargs.items() if key != "sample_weight_mode"}
    if _has_dynamic(model):
        kwargs["run_eagerly"] = True
    return args, kwargs


def _has_dynamic(layer: Any) -> bool:
    return getattr(layer, "dynamic", False) or any(map(_has_dynamic, getattr(layer, "layers", ())))


def whole_learning_rate(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Take a learning rate that is an integer."""
    if args and isinstance(args[0], int):
        return (float(args[0]), *args[1:]), kwargs
    if isinstance(kwargs.get("learning_rate"), int):
        return args, {**kwargs, "learning_rate": float(kwargs["learning_rate"])}
    return args, kwargs


def name_first(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Take ``Metric(name, dtype)``, whose arguments have changed places; what can be a dtype stays one."""
    if not args or not isinstance(args[0], str) or _is_dtype(args[0]):
        return args, kwargs
    return (), {**dict(zip(("name", "dtype"), args, strict=False)), **kwargs}


def _is_dtype(name: str) -> bool:
    try:
        keras.dtype_policies.get(name)
    except ValueError:
        return False
    return True


def reduction_first(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Take ``Loss(reduction, name)``, whose arguments have changed places, and ``"auto"``, the default of then."""
    if args and args[0] in REDUCTIONS:
        args, kwargs = (), {**dict(zip(("reduction", "name"), args, strict=False)), **kwargs}
    if kwargs.get("reduction") == "auto":
        kwargs = {**kwargs, "reduction": "sum_over_batch_size"}
    return args, kwargs


def inputs_by_name(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """Take the first argument of a layer's call by the name it had in all layers."""
    if not args and "inputs" in kwargs:
        return (kwargs["inputs"],), {key: value for key, value in kwargs.items() if key != "inputs"}
    return args, kwargs


def serialize(original: Any) -> Any:
    """Return a ``serialize`` that takes ``use_legacy_format``, as that of TensorFlow 2.13 to 2.15 did."""

    def serialized(obj: Any, use_legacy_format: bool = False) -> Any:
        return keras.utils.legacy.serialize_keras_object(obj) if use_legacy_format else original(obj)

    return serialized
