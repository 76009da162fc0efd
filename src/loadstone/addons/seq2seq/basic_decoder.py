"""The decoder that a sampler leads through a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import keras
from keras import tree

from loadstone.addons.seq2seq.decoder import BaseDecoder
from loadstone.addons.seq2seq.sampler import Sampler
from loadstone.addons.seq2seq.tracing import as_shape, repack, sizes_of
from loadstone.addons.utils.keras_utils import assert_like_rnncell

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Shape, Tensor


class BasicDecoderOutput(NamedTuple):
    """What a step of `BasicDecoder` gives.

    Attributes:
        rnn_output: output of the cell, or of the output layer if there is one.
        sample_id: what the sampler drew.
    """

    rnn_output: Any
    sample_id: Any


class BasicDecoder(BaseDecoder):
    """A recurrent cell, and perhaps a layer for its output, with a sampler that gives its inputs.

    Call it on the sampler's ``inputs``, with its other arguments by name and ``initial_state``, a structure of tensors
    (batch, ...). It returns ``(BasicDecoderOutput, state, sequence_lengths)``; see `dynamic_decode`.

    Args:
        cell: the cell.
        sampler: the sampler.
        output_layer: layer that makes the output (batch, classes) of the cell's.
        **kwargs: arguments of `BaseDecoder`.

    Raises:
        TypeError: when one of the first three is of another kind.
    """

    def __init__(
        self,
        cell: keras.layers.Layer,
        sampler: Sampler,
        output_layer: keras.layers.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        assert_like_rnncell("cell", cell)
        if not isinstance(sampler, Sampler):
            raise TypeError(f"sampler must be a Sampler, not {type(sampler).__name__}")
        check_output_layer(output_layer)
        super().__init__(**kwargs)
        self.cell = cell
        self.sampler = sampler
        self.output_layer = output_layer
        # Tracked here, so that a traced training carries the state of random numbers from step to step.
        self._generators_of_sampler = list(getattr(sampler, "seed_generators", ()))
        self._cell_dtype = self.compute_dtype

    def initialize(self, inputs: Any, initial_state: Any = None, **kwargs: Any) -> tuple[Tensor, Any, Any]:
        """Return ``(finished, inputs, state)``; ``kwargs`` are the sampler's."""
        self._cell_dtype = dtype_of_state(initial_state)
        return (*self.sampler.initialize(inputs, **kwargs), initial_state)

    @property
    def batch_size(self) -> Any:
        """Number of sequences."""
        return self.sampler.batch_size

    @property
    def maximum_steps(self) -> int | None:
        """Largest number of steps that the sampler's inputs allow, where it is known."""
        return getattr(self.sampler, "maximum_steps", None)

    @property
    def output_size(self) -> BasicDecoderOutput:
        """Shapes of a step's outputs, without the batch axis."""
        return BasicDecoderOutput(as_shape(size_of_output(self.cell, self.output_layer)), self.sampler.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """Dtypes of a step's outputs; the state's is the cell's."""
        dtype = self._cell_dtype if self.output_layer is None else self.output_layer.compute_dtype
        return BasicDecoderOutput(dtype, self.sampler.sample_ids_dtype)

    def step(
        self, time: Tensor, inputs: Any, state: Any, training: bool | None = None
    ) -> tuple[BasicDecoderOutput, Any, Any, Tensor]:
        """Make one step; return ``(outputs, next_state, next_inputs, finished)``."""
        outputs, cell_state = self.cell(inputs, state, training=training)
        cell_state = repack(state, cell_state)
        if self.output_layer is not None:
            outputs = self.output_layer(outputs)
        sample_ids = self.sampler.sample(time=time, outputs=outputs, state=cell_state)
        finished, next_inputs, next_state = self.sampler.next_inputs(
            time=time, outputs=outputs, state=cell_state, sample_ids=sample_ids
        )
        return BasicDecoderOutput(outputs, sample_ids), next_state, next_inputs, finished


def check_output_layer(output_layer: Any) -> None:
    """Check what is to be applied to a cell's output.

    Raises:
        TypeError: when it is neither None nor a layer.
    """
    if output_layer is not None and not isinstance(output_layer, keras.layers.Layer):
        raise TypeError(f"output_layer must be a layer, not {type(output_layer).__name__}")


def size_of_output(cell: Any, output_layer: Any) -> Shape:
    """Return the shape of a cell's output after the output layer, without the batch axis."""
    sizes = sizes_of(cell.output_size)
    return sizes if output_layer is None else tuple(output_layer.compute_output_shape((None, *sizes)))[1:]


def dtype_of_state(state: Any) -> str:
    """Return the dtype of the first tensor of a state."""
    return str(keras.backend.standardize_dtype(tree.flatten(state)[0].dtype))
