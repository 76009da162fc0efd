"""Echo state network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.rnn.esn_cell import ESNCell
from loadstone.addons.utils.keras_utils import config_of_keras_3

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Activation, Config, FloatTensorLike, Initializer

OF_THE_CELL = (
    "units",
    "connectivity",
    "leaky",
    "spectral_radius",
    "use_norm2",
    "use_bias",
    "activation",
    "kernel_initializer",
    "recurrent_initializer",
    "bias_initializer",
)


def _of_the_cell(name: str) -> property:
    return property(lambda layer: getattr(layer.cell, name), doc=f"``{name}`` of the cell.")


class ESN(keras.layers.RNN):
    """A recurrent layer of `loadstone.addons.rnn.ESNCell`, whose settings it has as attributes.

    Args:
        units: size of the output.
        connectivity: the part of the recurrent weights that is not zero.
        leaky: the part of the state that each step renews.
        spectral_radius: largest absolute eigenvalue of the initial recurrent kernel.
        use_norm2: scale the recurrent kernel by its Euclidean norm instead of its eigenvalues.
        use_bias: whether there is a bias.
        activation: activation function.
        kernel_initializer: initializer of ``kernel``.
        recurrent_initializer: initializer of ``recurrent_kernel`` before thinning and scaling.
        bias_initializer: initializer of ``bias``.
        return_sequences: whether to return the output of every step, not of the last one.
        go_backwards: whether to read the sequence from its end.
        unroll: whether to write out the steps instead of a loop.
        **kwargs: further arguments of ``keras.layers.RNN``. Keras 2's ``time_major`` has to be false,
            and its ``implementation`` is ignored.

    Raises:
        ValueError: when the layer should be time-major.
    """

    def __init__(
        self,
        units: int,
        connectivity: FloatTensorLike = 0.1,
        leaky: FloatTensorLike = 1,
        spectral_radius: FloatTensorLike = 0.9,
        use_norm2: bool = False,
        use_bias: bool = True,
        activation: Activation = "tanh",
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        return_sequences: bool = False,
        go_backwards: bool = False,
        unroll: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("implementation", None)
        if kwargs.pop("time_major", False):
            raise ValueError("Keras 3 has no time-major recurrent layers")
        cell = ESNCell(
            units,
            connectivity=connectivity,
            leaky=leaky,
            spectral_radius=spectral_radius,
            use_norm2=use_norm2,
            use_bias=use_bias,
            activation=activation,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            dtype=kwargs.get("dtype"),
        )
        super().__init__(cell, return_sequences=return_sequences, go_backwards=go_backwards, unroll=unroll, **kwargs)

    units = _of_the_cell("units")
    connectivity = _of_the_cell("connectivity")
    leaky = _of_the_cell("leaky")
    spectral_radius = _of_the_cell("spectral_radius")
    use_norm2 = _of_the_cell("use_norm2")
    use_bias = _of_the_cell("use_bias")
    activation = _of_the_cell("activation")
    kernel_initializer = _of_the_cell("kernel_initializer")
    recurrent_initializer = _of_the_cell("recurrent_initializer")
    bias_initializer = _of_the_cell("bias_initializer")

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["cell"]
        cell = self.cell.get_config()
        return {**config, **{name: cell[name] for name in OF_THE_CELL}}

    @classmethod
    def from_config(cls, config: Config, **keywords: Any) -> ESN:
        """Build the layer from its configuration, which names no cell: so Keras' own method for RNNs cannot.

        Raises:
            ValueError: when a setting cannot be kept, or no release of TensorFlow Addons can have written it.
        """
        del keywords  # nothing nested is custom here
        return cls(**config_of_keras_3(cls, config))
