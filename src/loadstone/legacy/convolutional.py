"""A convolution with a padding that Keras 3 does not give it."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class SeparableConv1D(keras.layers.SeparableConv1D):
    """`keras.layers.SeparableConv1D` whose outputs depend on no later input: what is padded is the past.

    Args:
        *args: those of `keras.layers.SeparableConv1D`.
        padding: ``causal``.
        **kwargs: those of `keras.layers.SeparableConv1D`.

    Raises:
        ValueError: another padding, for which there is Keras' own layer.
    """

    def __init__(self, *args: Any, padding: str = "causal", **kwargs: Any) -> None:
        if padding != "causal":
            raise ValueError(f"padding is causal here, not {padding!r}")
        super().__init__(*args, padding="valid", **kwargs)

    def _padded(self, size: int | None) -> int | None:
        return None if size is None else size + self.dilation_rate[0] * (self.kernel_size[0] - 1)

    @property
    def _time(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def call(self, inputs: Any) -> Any:
        """Return (batch, time, filters) of (batch, time, channels), or with the channels before the time in both."""
        past = self.dilation_rate[0] * (self.kernel_size[0] - 1)
        widths = [(0, 0), (past, 0), (0, 0)] if self._time == 1 else [(0, 0), (0, 0), (past, 0)]
        return super().call(ops.pad(inputs, widths))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output for one of the input."""
        padded = [self._padded(size) if axis == self._time else size for axis, size in enumerate(input_shape)]
        return super().compute_output_shape(tuple(padded))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "padding": "causal"}
