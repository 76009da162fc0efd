"""Cell found by architecture search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.rnn.states import ZeroStates
from loadstone.addons.utils.keras_utils import fresh, name_of_dtype

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Initializer, Shape, Tensor

GATES = 8


class NASCell(ZeroStates, keras.layers.Layer):
    """Recurrent cell found by architecture search (Zoph & Le 2016, arXiv:1611.01578, figure 8).

    Args:
        units: size of the carry.
        projection: size of the output; None for ``units``.
        use_bias: whether there is a bias.
        kernel_initializer: initializer of ``kernel``.
        recurrent_initializer: initializer of ``recurrent_kernel``.
        projection_initializer: initializer of ``projection_weights``.
        bias_initializer: initializer of ``bias``.

    Variables, for ``inputs`` features: ``recurrent_kernel`` (output, 8 units), ``kernel`` (inputs, 8 units), ``bias``
    (8 units,), ``projection_weights`` (units, projection).

    The states are the carry and the output, in this order. On JAX, Keras' loop repeats the first state where a mask
    hides a step, as if it were the output: there a masked sequence needs ``unroll=True`` of the RNN.
    """

    def __init__(
        self,
        units: int,
        projection: int | None = None,
        use_bias: bool = False,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "glorot_uniform",
        projection_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.projection = projection
        self.use_bias = use_bias
        # As they are given: TensorFlow Addons wrote them into the configuration like this.
        self.kernel_initializer = kernel_initializer
        self.recurrent_initializer = recurrent_initializer
        self.projection_initializer = projection_initializer
        self.bias_initializer = bias_initializer
        self.output_size = units if projection is None else projection
        self.state_size = [units, self.output_size]

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        gates = GATES * self.units
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.output_size, gates), initializer=fresh(self.recurrent_initializer)
        )
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], gates), initializer=fresh(self.kernel_initializer)
        )
        self.bias = self.projection_weights = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(gates,), initializer=fresh(self.bias_initializer))
        if self.projection is not None:
            self.projection_weights = self.add_weight(
                name="projection_weights",
                shape=(self.units, self.projection),
                initializer=fresh(self.projection_initializer),
            )

    def call(self, inputs: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Make one step from ``inputs`` (batch, inputs) and ``states``, carry (batch, units) and output."""
        carry, output = states
        recurrent = ops.matmul(output, self.recurrent_kernel)
        if self.bias is not None:
            recurrent = recurrent + self.bias
        h = ops.split(recurrent, GATES, axis=1)
        x = ops.split(ops.matmul(inputs, self.kernel), GATES, axis=1)
        first = ops.tanh(ops.sigmoid(x[0] + h[0]) * ops.relu(x[1] + h[1]))
        second = ops.tanh(ops.sigmoid(x[2] + h[2]) + ops.relu(x[3] * h[3]))
        third = ops.tanh(ops.tanh(x[4] + h[4]) * ops.sigmoid(x[5] + h[5]))
        fourth = ops.sigmoid(ops.tanh(x[6] + h[6]) + ops.sigmoid(x[7] + h[7]))
        carry = ops.tanh(first + carry) * second
        output = ops.tanh(carry * ops.tanh(third + fourth))
        if self.projection_weights is not None:
            output = ops.matmul(output, self.projection_weights)
        return output, [carry, output]

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "dtype": name_of_dtype(self.dtype_policy),
            "units": self.units,
            "projection": self.projection,
            "use_bias": self.use_bias,
            "kernel_initializer": self.kernel_initializer,
            "recurrent_initializer": self.recurrent_initializer,
            "bias_initializer": self.bias_initializer,
            "projection_initializer": self.projection_initializer,
        }
