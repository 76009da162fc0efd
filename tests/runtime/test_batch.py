from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.runtime.operators.batch import has_batch_of

if TYPE_CHECKING:
    from collections.abc import Callable

INPUT = keras.Input((3, 4))

KEPT: dict[str, Callable[[Any], Any]] = {
    "elements": lambda x: ops.relu(x * 2 + 1),
    "two inputs": lambda x: x - ops.exp(x),
    "a layer": keras.layers.Dense(5),
    "a layer, then elements": lambda x: ops.tanh(keras.layers.Flatten()(x)),
    "folded axes after the first": lambda x: ops.reshape(x, (-1, 12)),
    "axes after the first in another order": lambda x: ops.transpose(x, (0, 2, 1)),
    "joined along another axis": lambda x: ops.concatenate([x, x], axis=1),
    "a new axis behind": lambda x: ops.expand_dims(x, -1) * 1.0,
    "an axis less": lambda x: ops.squeeze(ops.expand_dims(x, 1), 1),
    "stacked behind": lambda x: ops.stack([x, x], axis=1),
    "one of another axis": lambda x: ops.take(x, 0, axis=1),
    "a product with a matrix": lambda x: ops.matmul(x, np.ones((4, 2), "float32")),
    "a sum over other axes": lambda x: ops.sum(x, axis=(1, 2)),
    "the largest of an axis": lambda x: ops.max(x, axis=-1, keepdims=True),
    "a pool of a series": lambda x: ops.max_pool(x, 2),
    "patches of images": lambda x: ops.image.extract_patches(ops.expand_dims(x, 3), (1, 2)),
    "a part of other axes": lambda x: x[:, 1:, ::2] * 1.0,
    "a part of the last axis": lambda x: x[..., 0],
    "a product with its like": lambda x: ops.matmul(x, ops.transpose(x, (0, 2, 1))),
    "a constant beside it": lambda x: ops.add(x, np.ones((1, 3, 4), "float32")),
}
LOST: dict[str, Callable[[Any], Any]] = {
    "the first axis folded with the second": lambda x: ops.reshape(x, (-1, 4)),
    "axes turned round": ops.transpose,
    "the first axis moved": lambda x: ops.transpose(x, (1, 0, 2)),
    "joined along the first axis": lambda x: ops.concatenate([x, x], axis=0),
    "repeated": lambda x: ops.tile(x, (2, 1, 1)),
    "a sum over the first axis": lambda x: ops.sum(x, axis=0),
    "a sum over every axis but one": lambda x: ops.sum(x, axis=(0, 2)),
    "the mean of all": lambda x: ops.expand_dims(ops.mean(x), 0),
    "an image that is no batch": lambda x: ops.image.resize(x, (2, 2)),
    "a part of the first axis": lambda x: x[1:, :],
    "every axis but the first": lambda x: x[..., 0, 0, 0],
    "a new first axis": lambda x: x[None, :],
    "a layer on folded axes": lambda x: keras.layers.Dense(2)(ops.reshape(x, (-1, 4))),
    "chosen rows": lambda x: ops.take(x, [0, 1], axis=0),
    "an operation that is not known": lambda x: ops.repeat(x, 2, axis=0),
    "a new axis in front": lambda x: ops.expand_dims(x, -4),
    "lost before a new axis": lambda x: ops.expand_dims(ops.concatenate([x, x], axis=0), 1),
    "lost before axes were folded": lambda x: ops.reshape(ops.concatenate([x, x], axis=0), (-1, 12)),
    "lost before one was taken": lambda x: ops.take(ops.concatenate([x, x], axis=0), 0, axis=1),
    "rows of one, columns of another": lambda x: ops.matmul(ops.reshape(x, (-1, 4)), np.ones((4, 2), "float32")),
    "lost before": lambda x: ops.relu(ops.concatenate([x, x], axis=0)),
}


@pytest.mark.parametrize("function", KEPT.values(), ids=KEPT)
def test_what_keeps_the_batch_in_front_is_known(function: Callable[[Any], Any]) -> None:
    assert has_batch_of(function(INPUT), INPUT)
    assert has_batch_of(INPUT, function(INPUT))


@pytest.mark.parametrize("function", LOST.values(), ids=LOST)
def test_what_does_not_is_not_taken_for_the_batch(function: Callable[[Any], Any]) -> None:
    found = function(INPUT)
    assert not has_batch_of(found, INPUT)
    assert has_batch_of(found, found)
