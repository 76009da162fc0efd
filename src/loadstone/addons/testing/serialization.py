"""Checks that a metric can be rebuilt from its configuration."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Iterable

    import keras

    from loadstone.addons.utils.types import Array, Config


def check_metric_serialization(
    metric: keras.metrics.Metric,
    y_true: tuple[int, ...] | Array,
    y_pred: tuple[int, ...] | Array,
    sample_weight: tuple[int, ...] | Array | None = None,
    strict: bool = True,
) -> None:
    """Check that a metric built from ``metric``'s configuration and weights behaves as ``metric`` does.

    Args:
        metric: the metric; its state is updated.
        y_true: labels, or their shape for random ones.
        y_pred: predictions, or their shape.
        sample_weight: weights of the samples, or their shape.
        strict: refuse a constructor that takes ``*args`` or ``**kwargs``.

    Raises:
        KeyError: when an argument of the constructor is missing in the configuration.
        AssertionError: when the states differ after the same update.
        ValueError: when the results do.
    """
    config = metric.get_config()
    check_config(config, type(metric), strict)
    twin = type(metric)(**config)
    for variable, source in zip(twin.variables, metric.variables, strict=True):
        variable.assign(source)
    batch = [get_random_array(value) if isinstance(value, tuple) else value for value in (y_true, y_pred)]
    if sample_weight is not None:
        batch.append(get_random_array(sample_weight) if isinstance(sample_weight, tuple) else sample_weight)
    metric.update_state(*batch)
    twin.update_state(*batch)
    assert_all_arrays_close(*([variable.numpy() for variable in each.variables] for each in (metric, twin)))
    first, second = (ops.convert_to_numpy(each.result()) for each in (metric, twin))
    if not np.allclose(first, second, rtol=1e-7, atol=0.0, equal_nan=True):
        raise ValueError(f"after the same update the metric gives {first} and its copy {second}")


def check_config(config: Config, class_: type, strict: bool) -> None:
    """Check that a configuration holds every argument of the constructor.

    Raises:
        KeyError: when it does not, or when ``strict`` and the constructor takes ``*args`` or ``**kwargs``.
    """
    for name in list(inspect.signature(class_.__init__).parameters)[1:]:  # type: ignore[misc]  # only its signature
        if strict and name in {"args", "kwargs"}:
            raise KeyError(f"{class_.__name__} takes *{name}, which hides its arguments; strict=False lets it")
        if name not in config:
            raise KeyError(f"argument {name} of {class_.__name__} is not in what its get_config() returns")


def assert_all_arrays_close(first: Iterable[Array], second: Iterable[Array]) -> None:
    """Compare two lists of arrays."""
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other)


def get_random_array(shape: tuple[int, ...]) -> Array:
    """Return float32 numbers in [0, 1), drawn from NumPy's global generator."""
    return np.random.uniform(size=shape).astype(np.float32)  # noqa: NPY002 - tests seed the global one
