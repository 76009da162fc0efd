"""LSTM cell with layer normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.rnn.states import ZeroStates
from loadstone.addons.utils.keras_utils import fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import (
        Activation,
        Config,
        Constraint,
        FloatTensorLike,
        Initializer,
        Regularizer,
        Shape,
        Tensor,
    )


class LayerNormLSTMCell(ZeroStates, keras.layers.LSTMCell):
    """LSTM cell that normalizes the input's part, the state's part and the carry (Ba et al. 2016, arXiv:1607.06450).

    Args:
        units: size of output and states.
        activation: activation of carry and output.
        recurrent_activation: activation of the gates.
        use_bias: whether there is a bias.
        kernel_initializer: initializer of ``kernel``.
        recurrent_initializer: initializer of ``recurrent_kernel``.
        bias_initializer: initializer of ``bias``.
        unit_forget_bias: whether the bias of the forget gate starts one higher.
        kernel_regularizer: regularizer of ``kernel``.
        recurrent_regularizer: regularizer of ``recurrent_kernel``.
        bias_regularizer: regularizer of ``bias``.
        kernel_constraint: constraint of ``kernel``.
        recurrent_constraint: constraint of ``recurrent_kernel``.
        bias_constraint: constraint of ``bias``.
        dropout: rate of dropout on the input, in training.
        recurrent_dropout: rate of dropout on the state, in training.
        norm_gamma_initializer: initializer of the normalizations' ``gamma``.
        norm_beta_initializer: initializer of the normalizations' ``beta``.
        norm_epsilon: added to the variances.
        **kwargs: further arguments of ``keras.layers.LSTMCell``.

    Variables, for ``inputs`` features: ``kernel`` (inputs, 4 units), ``recurrent_kernel`` (units, 4 units), ``bias``
    (4 units,); then ``gamma`` and ``beta`` of ``kernel_norm`` and ``recurrent_norm`` (4 units,) each, and of
    ``state_norm`` (units,). The gates are input, forget, carry, output.
    """

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
        recurrent_activation: Activation = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "orthogonal",
        bias_initializer: Initializer = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        dropout: FloatTensorLike = 0.0,
        recurrent_dropout: FloatTensorLike = 0.0,
        norm_gamma_initializer: Initializer = "ones",
        norm_beta_initializer: Initializer = "zeros",
        norm_epsilon: FloatTensorLike = 1e-3,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            **kwargs,
        )
        self.norm_gamma_initializer = keras.initializers.get(norm_gamma_initializer)
        self.norm_beta_initializer = keras.initializers.get(norm_beta_initializer)
        self.norm_epsilon = norm_epsilon
        self.kernel_norm = self._normalization("kernel_norm")
        self.recurrent_norm = self._normalization("recurrent_norm")
        self.state_norm = self._normalization("state_norm")

    def _normalization(self, name: str) -> keras.layers.Layer:
        return keras.layers.LayerNormalization(
            epsilon=self.norm_epsilon,
            gamma_initializer=fresh(self.norm_gamma_initializer),
            beta_initializer=fresh(self.norm_beta_initializer),
            dtype=self.dtype_policy,
            name=name,
        )

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        super().build(input_shape)
        self.kernel_norm.build((None, 4 * self.units))
        self.recurrent_norm.build((None, 4 * self.units))
        self.state_norm.build((None, self.units))

    def call(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Make one step from ``inputs`` (batch, inputs) and ``states``, output and carry of shape (batch, units)."""
        output, carry = states
        if training and self.dropout:
            inputs = inputs * one_mask(self.get_dropout_mask(inputs))
        if training and self.recurrent_dropout:
            output = output * one_mask(self.get_recurrent_dropout_mask(output))
        gates = self.kernel_norm(ops.matmul(inputs, self.kernel))
        gates = gates + self.recurrent_norm(ops.matmul(output, self.recurrent_kernel))
        if self.use_bias:
            gates = gates + self.bias
        input_gate, forget_gate, candidate, output_gate = ops.split(gates, 4, axis=1)
        kept = self.recurrent_activation(forget_gate) * carry
        carry = self.state_norm(kept + self.recurrent_activation(input_gate) * self.activation(candidate))
        output = self.recurrent_activation(output_gate) * self.activation(carry)
        return output, [output, carry]

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "norm_gamma_initializer": keras.initializers.serialize(self.norm_gamma_initializer),
            "norm_beta_initializer": keras.initializers.serialize(self.norm_beta_initializer),
            "norm_epsilon": self.norm_epsilon,
        }


def one_mask(masks: Tensor | list[Tensor]) -> Tensor:
    """Return the dropout mask, of which some releases of Keras draw one for each gate."""
    return masks[0] if isinstance(masks, list) else masks
