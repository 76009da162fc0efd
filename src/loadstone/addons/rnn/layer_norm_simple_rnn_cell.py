"""Simple recurrent cell with layer normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.rnn.layer_norm_lstm_cell import one_mask
from loadstone.addons.rnn.states import ZeroStates, net_input

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


class LayerNormSimpleRNNCell(ZeroStates, keras.layers.SimpleRNNCell):
    """Fully connected recurrent cell that normalizes before bias and activation (Ba et al. 2016, arXiv:1607.06450).

    Args:
        units: size of output and state.
        activation: activation function.
        use_bias: whether there is a bias.
        layernorm_epsilon: added to the variance.
        kernel_initializer: initializer of ``kernel``.
        recurrent_initializer: initializer of ``recurrent_kernel``.
        bias_initializer: initializer of ``bias``.
        gamma_initializer: initializer of ``gamma``.
        kernel_regularizer: regularizer of ``kernel``.
        recurrent_regularizer: regularizer of ``recurrent_kernel``.
        bias_regularizer: regularizer of ``bias``.
        gamma_regularizer: regularizer of ``gamma``.
        kernel_constraint: constraint of ``kernel``.
        recurrent_constraint: constraint of ``recurrent_kernel``.
        bias_constraint: constraint of ``bias``.
        gamma_constraint: constraint of ``gamma``.
        dropout: rate of dropout on the input, in training.
        recurrent_dropout: rate of dropout on the state, in training.
        **kwargs: further arguments of ``keras.layers.SimpleRNNCell``.

    Variables, for ``inputs`` features: ``kernel`` (inputs, units), ``recurrent_kernel`` (units, units), ``bias`` and,
    in the layer ``layernorm``, ``gamma`` (units,).
    """

    def __init__(
        self,
        units: int,
        activation: Activation = "tanh",
        use_bias: bool = True,
        layernorm_epsilon: FloatTensorLike = 1e-5,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "orthogonal",
        bias_initializer: Initializer = "zeros",
        gamma_initializer: Initializer = "ones",
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        gamma_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        gamma_constraint: Constraint = None,
        dropout: FloatTensorLike = 0.0,
        recurrent_dropout: FloatTensorLike = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
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
        self.layernorm = keras.layers.LayerNormalization(
            epsilon=layernorm_epsilon,
            center=False,
            gamma_initializer=gamma_initializer,
            gamma_regularizer=gamma_regularizer,
            gamma_constraint=gamma_constraint,
            dtype=self.dtype_policy,
            name="layernorm",
        )

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        super().build(input_shape)
        self.layernorm.build((None, self.units))

    def call(
        self, inputs: Tensor, states: Sequence[Tensor], training: bool | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Make one step from ``inputs`` (batch, inputs) and the one state, of shape (batch, units)."""
        state = states[0]
        if training and self.dropout:
            inputs = inputs * one_mask(self.get_dropout_mask(inputs))
        if training and self.recurrent_dropout:
            state = state * one_mask(self.get_recurrent_dropout_mask(state))
        output = self.layernorm(net_input(inputs, state, self.kernel, self.recurrent_kernel))
        output = self.activation(output if self.bias is None else output + self.bias)
        return output, [output]

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        norm = self.layernorm.get_config()
        gamma = {key: norm[key] for key in ("gamma_initializer", "gamma_regularizer", "gamma_constraint")}
        return {**super().get_config(), "layernorm_epsilon": norm["epsilon"], **gamma}
