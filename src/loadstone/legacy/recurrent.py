"""What recurrent layers of Keras 2 could be told and those of Keras 3 cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "loadstone"


def _swapped(shape: Sequence[Any]) -> tuple[Any, ...]:
    return (shape[1], shape[0], *shape[2:])


def _swap(tensor: Any) -> Any:
    return ops.swapaxes(tensor, 0, 1)


@keras.saving.register_keras_serializable(PACKAGE)
class TimeMajor(keras.layers.Layer):
    """A recurrent layer that is called with the time before the batch, as ``time_major=True`` had it in Keras 2.

    Sequences that it takes and returns, and their masks, are (time, batch, ...); states are (batch, ...).

    Args:
        layer: a recurrent layer, or a `keras.layers.Bidirectional` one.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer
        self.supports_masking = True

    @property
    def return_sequences(self) -> bool:
        """Whether the wrapped layer returns the output of each step."""
        return bool(self.layer.return_sequences)

    @property
    def return_state(self) -> bool:
        """Whether the wrapped layer returns its last states."""
        return bool(self.layer.return_state)

    @property
    def stateful(self) -> bool:
        """Whether the wrapped layer keeps its states from call to call."""
        return bool(self.layer.stateful)

    def reset_state(self) -> None:
        """Set the states that a stateful layer kept to zero."""
        self.layer.reset_state()

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build the wrapped layer for inputs of this shape, (time, batch, ...)."""
        if not self.layer.built:
            self.layer.build(_swapped(input_shape))
        self.built = True

    def call(self, inputs: Any, mask: Any = None, *, training: bool | None = None, initial_state: Any = None) -> Any:
        """Return what the wrapped layer does, its sequences as (time, batch, ...)."""
        states = {} if initial_state is None else {"initial_state": initial_state}
        batch_mask = None if mask is None else _swap(mask)
        outputs = self.layer(_swap(inputs), mask=batch_mask, training=training, **states)
        if not self.return_sequences:
            return outputs
        if not isinstance(outputs, list | tuple):
            return _swap(outputs)
        sequences = 2 if getattr(self.layer, "merge_mode", "concat") is None else 1  # the states follow them
        return [_swap(each) if index < sequences else each for index, each in enumerate(outputs)]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the wrapped layer's mask, which is (time, batch) as the one given is."""
        return self.layer.compute_mask(inputs, mask)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "layer": keras.saving.serialize_keras_object(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TimeMajor:
        """Return the layer of a configuration."""
        layer = keras.saving.deserialize_keras_object(config["layer"])
        return cls(layer, **{name: value for name, value in config.items() if name != "layer"})


@keras.saving.register_keras_serializable(PACKAGE)
class ResidualCell(keras.layers.Layer):
    """A cell whose output is that of another cell plus its input, which has the same size.

    Args:
        cell: the other cell; when training, it draws its dropout masks anew in each step.
        **kwargs: those of `keras.layers.Layer`.

    Source: ``tf.nn.RNNCellResidualWrapper`` of TensorFlow 2.15.
    """

    def __init__(self, cell: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

    @property
    def state_size(self) -> Any:
        """The sizes of the states."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        return self.cell.output_size

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Build the other cell."""
        if not self.cell.built:
            self.cell.build(input_shape)
        self.built = True

    def get_initial_state(self, batch_size: int | None = None) -> Any:
        """Return states of zeros."""
        return self.cell.get_initial_state(batch_size=batch_size)

    def call(self, inputs: Any, states: Any, *, training: bool | None = None) -> Any:
        """Return the output, (batch, units), and the new states."""
        for forget in ("reset_dropout_mask", "reset_recurrent_dropout_mask"):
            if training and hasattr(self.cell, forget):
                getattr(self.cell, forget)()
        outputs, states = self.cell(inputs, states, training=training)
        return outputs + inputs, states

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "cell": keras.saving.serialize_keras_object(self.cell)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ResidualCell:
        """Return the cell of a configuration."""
        cell = keras.saving.deserialize_keras_object(config["cell"])
        return cls(cell, **{name: value for name, value in config.items() if name != "cell"})


@keras.saving.register_keras_serializable(PACKAGE)
class Bidirectional(keras.layers.Bidirectional):
    """`keras.layers.Bidirectional` whose two layers may be of different classes and sizes.

    Keras 3.15 takes the outputs and the states of the backward layer to have the shapes of the forward one's.

    Args:
        *args: those of `keras.layers.Bidirectional`.
        **kwargs: likewise.
    """

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Return the shape of the output for one of the input; a tuple of shapes where there are several outputs."""
        del initial_state_shape
        shapes = [side.compute_output_shape(sequences_shape) for side in (self.forward_layer, self.backward_layer)]
        states: tuple[Any, ...] = ()
        if self.return_state:
            states = tuple(shape for side in shapes for shape in side[1:])
            shapes = [side[0] for side in shapes]
        forward, backward = map(tuple, shapes)
        if self.merge_mode is None:
            return (forward, backward, *states)
        joined = (*forward[:-1], forward[-1] + backward[-1]) if self.merge_mode == "concat" else forward
        return (joined, *states) if states else joined
