"""Layers that hand on the masks of Keras 2."""

from __future__ import annotations

from functools import reduce
from typing import Any

import keras
from keras import ops

PACKAGE = "loadstone"


class _Merged:
    """Masks what any of the inputs' masks masks; an input without a mask masks nothing.

    Keras 3 masks what all of them mask.

    Source: ``compute_mask`` of the merging layers of Keras 2.15.0.
    """

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return (batch, time) of booleans, or None where no input has a mask."""
        del inputs
        return _merged(previous_mask)


def _merged(given: Any) -> Any:
    masks = [mask for mask in given or () if mask is not None]
    return reduce(ops.logical_and, masks) if masks else None


@keras.saving.register_keras_serializable(PACKAGE)
class Add(_Merged, keras.layers.Add):
    """`keras.layers.Add` with the masks of Keras 2."""


@keras.saving.register_keras_serializable(PACKAGE)
class Average(_Merged, keras.layers.Average):
    """`keras.layers.Average` with the masks of Keras 2."""


@keras.saving.register_keras_serializable(PACKAGE)
class Maximum(_Merged, keras.layers.Maximum):
    """`keras.layers.Maximum` with the masks of Keras 2, and with its values where they mask."""

    def _merge_function(self, inputs: Any) -> Any:
        return reduce(ops.maximum, inputs)


@keras.saving.register_keras_serializable(PACKAGE)
class Minimum(_Merged, keras.layers.Minimum):
    """`keras.layers.Minimum` with the masks of Keras 2, and with its values where they mask."""

    def _merge_function(self, inputs: Any) -> Any:
        return reduce(ops.minimum, inputs)


@keras.saving.register_keras_serializable(PACKAGE)
class Multiply(_Merged, keras.layers.Multiply):
    """`keras.layers.Multiply` with the masks of Keras 2, and with its values where they mask."""

    def _merge_function(self, inputs: Any) -> Any:
        return reduce(ops.multiply, inputs)


@keras.saving.register_keras_serializable(PACKAGE)
class Subtract(_Merged, keras.layers.Subtract):
    """`keras.layers.Subtract` with the masks of Keras 2."""


@keras.saving.register_keras_serializable(PACKAGE)
class Concatenate(keras.layers.Concatenate):
    """`keras.layers.Concatenate` with the masks of Keras 2."""

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """Return (batch, time) of booleans, or None where no input has a mask."""
        if self.axis in {-1, len(inputs[0].shape) - 1}:
            return _merged(previous_mask)
        return super().compute_mask(inputs, previous_mask)


@keras.saving.register_keras_serializable(PACKAGE)
class Copied(keras.layers.Layer):
    """Hands on a tensor and its mask, as a tensor of its own.

    Keras 3's MultiHeadAttention takes the masks off the tensors that it is given.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Return the inputs, in another tensor."""
        return ops.copy(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the inputs."""
        return input_shape


@keras.saving.register_keras_serializable(PACKAGE)
class Unmasked(Copied):
    """Hands on a tensor without its mask."""

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """No mask."""
