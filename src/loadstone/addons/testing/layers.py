"""A check of everything that a layer does in its life, as TensorFlow Addons' tests had it from Keras 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Array, Config


def layer_test(
    layer_cls: type[keras.layers.Layer],
    kwargs: Config | None = None,
    input_shape: Sequence[int | None] | None = None,
    input_dtype: str | None = None,
    input_data: Any = None,
    expected_output: Any = None,
    expected_output_dtype: str | None = None,
    expected_output_shape: Sequence[int | None] | None = None,
    validate_training: bool = True,
    adapt_data: Any = None,
    custom_objects: Config | None = None,
    test_harness: object = None,
    supports_masking: bool | None = None,
) -> Array:
    """Build a layer, call it in a functional and a sequential model, rebuild it from its configuration, and train it.

    Args:
        layer_cls: the layer's class.
        kwargs: arguments of its constructor.
        input_shape: shape of the input with the batch's axis; None stands for any size.
        input_dtype: dtype of the input.
        input_data: the input; random when it is not given.
        expected_output: what the layer gives for it.
        expected_output_dtype: dtype of the output; by default the input's, or the layer's for integers.
        expected_output_shape: shape of the output, None for any size.
        validate_training: whether to take a training step too.
        adapt_data: what to adapt a preprocessing layer to.
        custom_objects: what configurations name.
        test_harness: not used; Keras 2's test case.
        supports_masking: what the layer's ``supports_masking`` has to be.

    Returns:
        the output of the functional model.

    Raises:
        AssertionError: when one of the checks fails.
        ValueError: when neither ``input_shape`` nor ``input_data`` is given.
    """
    del test_harness
    kwargs = kwargs or {}
    data, shape = _input(input_shape, input_dtype, input_data)
    dtype = input_dtype or str(data.dtype)

    layer = layer_cls(**kwargs)
    if supports_masking is not None:
        assert layer.supports_masking == supports_masking
    if adapt_data is not None:
        layer.adapt(adapt_data)
    with keras.utils.custom_object_scope(custom_objects or {}):
        layer_cls.from_config(layer.get_config())

        inputs = keras.Input(shape=shape[1:], dtype=dtype)
        outputs = layer(inputs)
        if expected_output_dtype is not None:
            assert keras.backend.standardize_dtype(outputs.dtype) == expected_output_dtype
        model = keras.Model(inputs, outputs)
        actual = _predict(model, data)
        _check_shape(expected_output_shape or outputs.shape, actual.shape)
        if type(layer).compute_output_shape is not keras.layers.Layer.compute_output_shape:
            _check_shape(layer.compute_output_shape(shape), actual.shape)
        if expected_output is not None:
            np.testing.assert_allclose(actual, ops.convert_to_numpy(expected_output), rtol=1e-3, atol=1e-6)

        twin = keras.Model.from_config(model.get_config())
        _copy_weights(model, twin)
        np.testing.assert_allclose(_predict(twin, data), actual, rtol=1e-3, atol=1e-6)

        sequential = keras.Sequential([keras.Input(shape=shape[1:], dtype=dtype), layer_cls(**kwargs)])
        _copy_weights(model, sequential)
        np.testing.assert_allclose(_predict(sequential, data), actual, rtol=1e-3, atol=1e-6)
        keras.Sequential.from_config(sequential.get_config())

    if validate_training:
        for trained in (model, sequential):
            trained.compile("rmsprop", "mse")
            trained.train_on_batch(data, actual)
    return actual


def _input(
    input_shape: Sequence[int | None] | None, input_dtype: str | None, input_data: Any
) -> tuple[Array, tuple[int | None, ...]]:
    """Return the input, and its shape with None for what may be of any size."""
    if input_data is not None:
        data = ops.convert_to_numpy(input_data)
        return data, tuple(input_shape or (None, *data.shape[1:]))
    if input_shape is None:
        raise ValueError("input_shape or input_data has to be given")
    sizes = [np.random.randint(1, 4) if size is None else size for size in input_shape]  # noqa: NPY002 - tests seed it
    data = 10 * np.random.random(sizes)  # noqa: NPY002 - same
    if (input_dtype or "float32").startswith("float"):
        data -= 0.5
    return data.astype(input_dtype or "float32"), tuple(input_shape)


def _predict(model: keras.Model, data: Array) -> Array:
    return np.asarray(model.predict(data, verbose=0))


def _copy_weights(source: keras.Model, target: keras.Model) -> None:
    if source.weights:
        target.set_weights(source.get_weights())


def _check_shape(expected: Sequence[int | None], actual: Sequence[int]) -> None:
    assert len(expected) == len(actual), f"{actual} is not of shape {expected}"
    for wanted, size in zip(expected, actual, strict=True):
        assert wanted in {None, size}, f"{actual} is not of shape {expected}"
