"""What `keras.Model.add_loss` put into the graph of a model of tf.keras."""

from __future__ import annotations

from typing import Any

import keras

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class AddLoss(keras.layers.Layer):
    """Adds a tensor to the loss of the model whose outputs it passes on.

    Keras 3 runs only what leads to an output, so that the layer takes one.
    Source: ``keras.engine.base_layer.AddLoss`` of Keras 2.15.
    """

    def call(self, inputs: Any, loss: Any) -> Any:
        """Return ``inputs``, of any shape; ``loss`` is of any shape too, and is summed."""
        self.add_loss(loss)
        return inputs

    def compute_output_shape(self, inputs_shape: Any, loss_shape: Any) -> Any:  # noqa: ARG002 - Keras gives both
        """The shape of ``inputs``."""
        return inputs_shape
