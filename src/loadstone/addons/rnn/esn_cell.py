"""Cell of an echo state network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.rnn.states import ZeroStates, net_input
from loadstone.addons.utils.keras_utils import name_of_dtype

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Activation, Config, Initializer, Shape, Tensor


class ESNCell(ZeroStates, keras.layers.Layer):
    """Cell of an echo state network (Jaeger 2001, GMD report 148). None of its weights is trained.

    Args:
        units: size of output and state.
        connectivity: the part of the recurrent weights that is not zero.
        leaky: the part of the state that each step renews.
        spectral_radius: largest absolute eigenvalue of the initial recurrent kernel.
        use_norm2: scale the recurrent kernel by its Euclidean norm instead of its eigenvalues.
        use_bias: whether there is a bias.
        activation: activation function.
        kernel_initializer: initializer of ``kernel``.
        recurrent_initializer: initializer of ``recurrent_kernel`` before thinning and scaling.
        bias_initializer: initializer of ``bias``.

    Variables, for ``inputs`` features: ``recurrent_kernel`` (units, units), ``kernel`` (inputs, units), ``bias``
    (units,); none is trainable.
    """

    def __init__(
        self,
        units: int,
        connectivity: float = 0.1,
        leaky: float = 1,
        spectral_radius: float = 0.9,
        use_norm2: bool = False,
        use_bias: bool = True,
        activation: Activation = "tanh",
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.connectivity = connectivity
        self.leaky = leaky
        self.spectral_radius = spectral_radius
        self.use_norm2 = use_norm2
        self.use_bias = use_bias
        self.activation = keras.activations.get(activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.state_size = units
        self.output_size = units

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, self.units),
            initializer=self._initial_recurrent_kernel,
            trainable=False,
        )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=self.kernel_initializer,
            trainable=False,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer=self.bias_initializer, trainable=False
            )

    def _initial_recurrent_kernel(self, shape: Shape, dtype: str) -> Tensor:
        """Return a thinned random kernel of the wanted norm or spectral radius; zero stays zero."""
        # NumPy finds no eigenvalues of half-precision matrices.
        precise = "float32" if dtype in {"float16", "bfloat16"} else dtype
        kernel = ops.convert_to_numpy(self.recurrent_initializer(shape, dtype=precise))
        connected = keras.initializers.RandomUniform(0.0, 1.0)(shape, dtype=precise)
        kernel = kernel * (ops.convert_to_numpy(connected) <= self.connectivity)
        size = np.linalg.norm(kernel) if self.use_norm2 else np.abs(np.linalg.eigvals(kernel)).max(initial=0)
        return ops.convert_to_tensor(kernel * (self.spectral_radius / size if size else 0.0), dtype=dtype)

    def call(self, inputs: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Make one step from ``inputs`` (batch, inputs) and the one state, of shape (batch, units)."""
        state = states[0]
        output = net_input(inputs, state, self.kernel, self.recurrent_kernel)
        output = self.activation(output if self.bias is None else output + self.bias)
        output = (1 - self.leaky) * state + self.leaky * output
        return output, [output]

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "dtype": name_of_dtype(self.dtype_policy),
            "units": self.units,
            "connectivity": self.connectivity,
            "leaky": self.leaky,
            "spectral_radius": self.spectral_radius,
            "use_norm2": self.use_norm2,
            "use_bias": self.use_bias,
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
