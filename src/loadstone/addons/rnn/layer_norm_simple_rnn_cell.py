"""Simple recurrent cell with layer normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.rnn.layer_norm_lstm_cell import one_mask
from loadstone.addons.utils.keras_utils import WeightSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Activation, Config, Constraint, Initializer, Regularizer, Shape, Tensor


class LayerNormSimpleRNNCell(keras.layers.SimpleRNNCell):
    """Fully connected recurrent cell that normalizes before bias and activation (Ba et al. 2016, arXiv:1607.06450).

    Args:
        units: size of output and state.
        activation: activation function.
        use_bias: whether there is a bias.
        layernorm_epsilon: added to the variance.
        gamma_initializer: initializer of ``gamma``.
        gamma_regularizer: regularizer of ``gamma``.
        gamma_constraint: constraint of ``gamma``.
        **kwargs: arguments of ``keras.layers.SimpleRNNCell``.

    Variables, for ``inputs`` features: ``kernel`` (inputs, units), ``recurrent_kernel`` (units, units), ``bias`` and
    ``gamma`` (units,).
    """

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
        use_bias: bool = True,
        layernorm_epsilon: float = 1e-5,
        gamma_initializer: Initializer = "ones",
        gamma_regularizer: Regularizer = None,
        gamma_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(units, activation=activation, use_bias=use_bias, **kwargs)
        self.layernorm_epsilon = layernorm_epsilon
        self._gamma = WeightSettings("gamma", gamma_initializer, gamma_regularizer, gamma_constraint)

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        super().build(input_shape)
        self.gamma = self.add_weight(name="gamma", shape=(self.units,), **self._gamma.arguments())

    def call(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Make one step from ``inputs`` (batch, inputs) and the one state, of shape (batch, units)."""
        (state,) = states
        if training and self.dropout:
            inputs = inputs * one_mask(self.get_dropout_mask(inputs))
        if training and self.recurrent_dropout:
            state = state * one_mask(self.get_recurrent_dropout_mask(state))
        output = ops.matmul(inputs, self.kernel) + ops.matmul(state, self.recurrent_kernel)
        centred = output - ops.mean(output, axis=-1, keepdims=True)
        variance = ops.mean(ops.square(centred), axis=-1, keepdims=True)
        output = centred * ops.rsqrt(variance + self.layernorm_epsilon) * self.gamma
        output = self.activation(output if self.bias is None else output + self.bias)
        return output, [output]

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "layernorm_epsilon": self.layernorm_epsilon, **self._gamma.get_config()}
