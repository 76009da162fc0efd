"""Activations whose formula changed under the same name."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="Keras2", name="hard_sigmoid")
def hard_sigmoid(x: Any) -> Any:
    """``clip(0.2 x + 0.5, 0, 1)``, the hard sigmoid of Keras 1 and 2.

    Keras 3 computes ``relu6(x + 3) / 6`` under this name (slope 1/6 instead of 1/5).

    Args:
        x: tensor of any shape and floating dtype.

    Returns:
        Tensor of the same shape and dtype.

    Source: ``keras.backend.hard_sigmoid`` of Keras 2.15.0.
    """
    x = keras.ops.convert_to_tensor(x)
    return keras.ops.clip(x * 0.2 + 0.5, 0.0, 1.0)
