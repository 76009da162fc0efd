"""Choosing variables by name, and statistics of batch normalization after weights were averaged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from loadstone.addons.utils.types import Tensor


class _Still(keras.optimizers.Optimizer):
    """An optimizer that moves nothing, whatever the gradients are."""

    def __init__(self) -> None:
        super().__init__(learning_rate=0.0, name="still")

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Leave ``variable`` alone."""


def fit_bn(model: keras.Model, *args: Any, **kwargs: Any) -> None:
    """Start the statistics of a model's batch normalizations anew, and collect them in one pass over data.

    Batch normalization in a model whose weights were averaged (`SWA`, `MovingAverage`) has the moving mean and variance
    of other weights. No weight is moved. Batch normalizations within nested models count too; in TensorFlow Addons they
    kept their old statistics as a start.

    Args:
        model: a compiled model.
        *args: arguments of ``model.fit``, such as the data.
        **kwargs: the same by name; ``epochs`` is always 1.

    Raises:
        TypeError: when ``model`` is no Keras model.
        ValueError: when it is not built yet.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a Keras model, not {type(model).__name__}")
    if not model.built:
        raise ValueError("the model must be built, and trained, before fit_bn: it has no weights yet")
    for layer in _layers_of(model):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.moving_mean.assign(keras.ops.zeros(layer.moving_mean.shape))
            layer.moving_variance.assign(keras.ops.ones(layer.moving_variance.shape))
    optimizer = model.optimizer
    try:
        _exchange_optimizer(model, _Still())
        model.fit(*args, **{**kwargs, "epochs": 1})
    finally:
        _exchange_optimizer(model, optimizer)


def _exchange_optimizer(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    model.optimizer = optimizer
    model.train_function = None  # it was traced with the other one


def _layers_of(layer: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """Give the layers of a model, of models within it, and those that wrappers hold."""
    inner = [*getattr(layer, "layers", []), *filter(None, [getattr(layer, "layer", None)])]
    for child in inner:
        yield child
        yield from _layers_of(child)


def get_variable_name(variable: Any) -> str:
    """Return the path of a ``keras.Variable``, or the name of a ``tf.Variable`` without its number of an output."""
    path: str = getattr(variable, "path", variable.name)
    return re.sub(r":\d+$", "", path)


def is_variable_matched_by_regexes(variable: Any, regexes: Sequence[str] | None) -> bool:
    """Return whether one of the regular expressions is found in a variable's path, such as ``dense/kernel``.

    Expressions that count on the name ``dense/kernel:0``, which TensorFlow Addons looked at, are found as well.
    """
    name = get_variable_name(variable)
    return any(re.search(regex, text) for regex in regexes or () for text in (name, f"{name}:0"))


def matched_by_regexes(variables: Iterable[Any], regexes: Sequence[str] | None) -> tuple[bool, ...]:
    """Return `is_variable_matched_by_regexes` for each of the variables."""
    return tuple(is_variable_matched_by_regexes(variable, regexes) for variable in variables)
