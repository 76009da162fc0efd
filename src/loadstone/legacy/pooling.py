"""Average pooling that counts what is within the image, on every backend."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

PACKAGE = "loadstone"


class _WithinBorders(keras.layers.Layer):
    """The ``call`` of a pooling layer with ``padding="same"``: the sum of what a window holds over how much it holds.

    What is padded is split as TensorFlow splits it, the odd one to the end.
    Source: ``tf.nn.avg_pool``; *Convolution* in the documentation of ``tf.nn``, "Padding".
    """

    def call(self, inputs: Any) -> Any:
        """Return (batch, *pooled, channels) of (batch, *spatial, channels), or channels first."""
        config = self.get_config()
        if config["padding"] != "same":
            return super().call(inputs)
        rank = len(config["pool_size"])
        first = 2 if config["data_format"] == "channels_first" else 1
        widths = [(0, 0)] * (rank + 2)
        for axis in range(rank):
            window, step, size = config["pool_size"][axis], config["strides"][axis], inputs.shape[first + axis]
            missing = max(0, (-(-size // step) - 1) * step + window - size)
            widths[first + axis] = (missing // 2, missing - missing // 2)

        def pooled(values: Any) -> Any:
            return ops.average_pool(
                ops.pad(values, widths), config["pool_size"], config["strides"], "valid", config["data_format"]
            )

        return pooled(inputs) / pooled(ops.ones_like(inputs))


@keras.saving.register_keras_serializable(PACKAGE)
class AveragePooling1D(_WithinBorders, keras.layers.AveragePooling1D):
    """`keras.layers.AveragePooling1D`, right on PyTorch too."""


@keras.saving.register_keras_serializable(PACKAGE)
class AveragePooling2D(_WithinBorders, keras.layers.AveragePooling2D):
    """`keras.layers.AveragePooling2D`, right on PyTorch too."""


@keras.saving.register_keras_serializable(PACKAGE)
class AveragePooling3D(_WithinBorders, keras.layers.AveragePooling3D):
    """`keras.layers.AveragePooling3D`, right on PyTorch too."""
