"""Random tensors, drawn anew at each call whether or not the model trains, as TensorFlow's are.

The only sources of chance that a functional model of Keras 3 can hold are layers; one that adds Gaussian noise, called
as in training, gives normal numbers, of which the other distributions are made.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from loadstone.runtime.operators.common import add, dtype_named, dtype_of, packed
from loadstone.runtime.operators.extents import has_extent, is_symbolic
from loadstone.runtime.operators.sizes import _full

_NEAR = math.erf(2 / math.sqrt(2))  # the share of a normal distribution within two standard deviations


def _standard(shape: Any, dtype: Any, seed: Any) -> Any:
    if not has_extent(shape):
        raise ValueError("random numbers of a fixed shape, which no tensor of the model gives, have no counterpart")
    zeros = _full(shape, 0, dtype_named(dtype))
    seed = seed if isinstance(seed, int) else None
    return keras.layers.GaussianNoise(1.0, seed=seed, dtype=dtype_of(zeros))(zeros, training=True)


def _random_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None) -> Any:
    drawn = _standard(shape, dtype, seed)
    return add(ops.multiply(drawn, packed(stddev)), packed(mean))


def _evenly(shape: Any, dtype: Any, seed: Any) -> Any:
    return ops.multiply(0.5, add(1.0, ops.erf(ops.multiply(_standard(shape, dtype, seed), 1 / math.sqrt(2)))))


def _random_uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", seed: Any = None) -> Any:
    if dtype_named(dtype).startswith("int"):
        raise ValueError("random integers have no counterpart")
    low, high = minval, 1.0 if maxval is None else maxval
    width = ops.subtract(high, low) if is_symbolic(high) or is_symbolic(low) else high - low
    return add(ops.multiply(_evenly(shape, dtype, seed), width), low)


def _random_truncated(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = None) -> Any:
    """Within two standard deviations, by the inverse of the distribution."""
    between = ops.multiply(ops.subtract(ops.multiply(_evenly(shape, dtype, seed), 2.0), 1.0), _NEAR)
    drawn = ops.multiply(ops.erfinv(between), math.sqrt(2))
    return add(ops.multiply(drawn, packed(stddev)), packed(mean))


FUNCTIONS = (_random_normal, _random_truncated, _random_uniform)
