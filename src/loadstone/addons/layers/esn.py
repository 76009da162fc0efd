"""Echo state network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.rnn.esn_cell import ESNCell

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config

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
REMOVED = ("time_major", "implementation")  # Keras 2's, for a layout that Keras 3 does not have


class ESN(keras.layers.RNN):
    """A recurrent layer of `loadstone.addons.rnn.ESNCell`.

    Args:
        units: size of the output.
        **kwargs: the cell's arguments, and those of ``keras.layers.RNN``.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        of_the_cell = {name: kwargs.pop(name) for name in OF_THE_CELL if name in kwargs}
        super().__init__(ESNCell(units, **of_the_cell, dtype=kwargs.get("dtype")), **kwargs)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["cell"]
        cell = self.cell.get_config()
        return {**config, **{name: cell[name] for name in OF_THE_CELL}}

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> ESN:
        """Build the layer from its configuration; Keras 2's ``time_major`` and ``implementation`` are left out.

        Raises:
            ValueError: when the layer was time-major.
        """
        del custom_objects  # part of Keras' signature; nothing nested is custom here
        if config.get("time_major"):
            raise ValueError("Keras 3 has no time-major recurrent layers")
        return cls(**{key: value for key, value in config.items() if key not in REMOVED})
