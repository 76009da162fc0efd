"""LSTM cell with peepholes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.rnn.states import ZeroStates
from loadstone.addons.utils.keras_utils import fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Shape, Tensor


class PeepholeLSTMCell(ZeroStates, keras.layers.LSTMCell):
    """LSTM cell whose gates see the carry (Sak et al. 2014, arXiv:1402.1128); arguments as ``keras.layers.LSTMCell``.

    Variables: the LSTM cell's ``kernel``, ``recurrent_kernel`` and ``bias``, then ``input_gate_peephole_weights``,
    ``forget_gate_peephole_weights`` and ``output_gate_peephole_weights`` (units,).
    """

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        super().build(input_shape)
        self.input_gate_peephole_weights = self._add_peephole("input_gate_peephole_weights")
        self.forget_gate_peephole_weights = self._add_peephole("forget_gate_peephole_weights")
        self.output_gate_peephole_weights = self._add_peephole("output_gate_peephole_weights")

    def _add_peephole(self, name: str) -> keras.Variable:
        return self.add_weight(name=name, shape=(self.units,), initializer=fresh(self.kernel_initializer))

    def _compute_carry_and_output(
        self, x: Sequence[Tensor], h_tm1: Sequence[Tensor], c_tm1: Tensor
    ) -> tuple[Tensor, Tensor]:
        kernels = ops.split(self.recurrent_kernel, 4, axis=1)
        gates = [part + ops.matmul(h, kernel) for part, h, kernel in zip(x, h_tm1, kernels, strict=True)]
        return self._compute_carry_and_output_fused(gates, c_tm1)

    def _compute_carry_and_output_fused(self, z: Sequence[Tensor], c_tm1: Tensor) -> tuple[Tensor, Tensor]:
        input_gate, forget_gate, candidate, output_gate = z
        admitted = self.recurrent_activation(input_gate + self.input_gate_peephole_weights * c_tm1)
        kept = self.recurrent_activation(forget_gate + self.forget_gate_peephole_weights * c_tm1)
        carry = kept * c_tm1 + admitted * self.activation(candidate)
        shown = self.recurrent_activation(output_gate + self.output_gate_peephole_weights * carry)
        return carry, shown
