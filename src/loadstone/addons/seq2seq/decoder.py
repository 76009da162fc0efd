"""The loop that decodes a sequence step by step, and what it asks of a decoder."""

from __future__ import annotations

import abc
import inspect
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.seq2seq import loops
from loadstone.addons.seq2seq.tracing import Opaque, holds_tensors, tensors_of
from loadstone.addons.utils.values import known, on_tensorflow, require

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Tensor, TensorLike


class _Contract:
    """What the loop reads of every decoder."""

    @property
    def batch_size(self) -> Any:
        """Number of sequences, as a number or a scalar tensor."""
        raise NotImplementedError

    @property
    def output_size(self) -> Any:
        """Structure of the shapes of a step's outputs, without the batch axis."""
        raise NotImplementedError

    @property
    def output_dtype(self) -> Any:
        """Structure of the dtypes of a step's outputs."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self) -> bool:
        """Whether ``step`` says which sequences are finished in all, rather than at this step.

        Such a decoder may change their order from step to step, as a beam search does.
        """
        return False

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Tensor) -> tuple[Any, Any]:
        """Return final outputs and state made from those of all steps (time first).

        Raises:
            NotImplementedError: where there is nothing to do.
        """
        raise NotImplementedError


class Decoder(_Contract, abc.ABC):
    """A decoder that is no layer: it holds its inputs. ``initialize`` and ``step`` are to be written."""

    @abc.abstractmethod
    def initialize(self, name: str | None = None) -> tuple[Tensor, Any, Any]:
        """Return ``(finished, inputs, state)`` before the first step."""

    @abc.abstractmethod
    def step(
        self, time: Tensor, inputs: Any, state: Any, training: bool | None = None, name: str | None = None
    ) -> tuple[Any, Any, Any, Tensor]:
        """Make one step.

        Args:
            time: number of the step, a scalar.
            inputs: what is decoded at this step.
            state: the state after the last step.
            training: whether dropout is to be applied.
            name: ignored.

        Returns:
            ``(outputs, next_state, next_inputs, finished)``.
        """


class BaseDecoder(_Contract, keras.layers.Layer):
    """A decoder that is a layer, called on its inputs. ``initialize`` and ``step`` are to be written.

    Calling it is `dynamic_decode`, with these arguments; what the call takes beside ``training`` goes to
    ``initialize``. Unlike most layers of Keras it also works on a call whose first argument is None.

    Args:
        output_time_major: whether outputs have the time axis first.
        impute_finished: whether a finished sequence keeps its state, with zeros as outputs.
        maximum_iterations: largest number of steps; None for as many as it takes.
        parallel_iterations: used in a graph of TensorFlow.
        swap_memory: used in a graph of TensorFlow.
    """

    def __init__(
        self,
        output_time_major: bool = False,
        impute_finished: bool = False,
        maximum_iterations: TensorLike | None = None,
        parallel_iterations: int = 32,
        swap_memory: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.output_time_major = output_time_major
        self.impute_finished = impute_finished
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations = parallel_iterations
        self.swap_memory = swap_memory
        self.supports_masking = True  # without a mask of its own: sequence lengths say what is decoded
        # The number of steps depends on the data, which XLA can do no more than bound.
        self.supports_jit = not on_tensorflow()
        self._allow_non_tensor_positional_args = True  # an end token is often a number
        self._is_outlined = False
        self._beside = Opaque({})  # arguments of a call that Keras is not to see

    def build(self, input_shape: Any = None) -> None:
        """Do nothing: the parts of a decoder are built by the first step."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Decode; see `call`."""
        named = inspect.signature(self.call).parameters
        others = {name: tensors_of(value) for name, value in kwargs.items() if name not in named}
        # Keras takes `others` for one structure, which must hold tensors alone.
        beside = {name: value for name, value in others.items() if not holds_tensors(value)}
        others = {name: value for name, value in others.items() if name not in beside}
        hidden = {name: Opaque.wrap(value) for name, value in kwargs.items() if name in named}
        self._beside = Opaque(beside)
        try:
            return super().__call__(*map(Opaque.wrap, args), **hidden, **others)
        finally:
            self._beside = Opaque({})

    def call(self, inputs: Any, initial_state: Any = None, training: bool | None = None, **kwargs: Any) -> Any:
        """Decode, and return ``(outputs, state, sequence_lengths)``; ``kwargs`` go to ``initialize``."""
        return self._decode(inputs, {**kwargs, "initial_state": initial_state}, training)

    def _decode(self, inputs: Any, arguments: dict[str, Any], training: bool | None) -> Any:
        arguments = {name: Opaque.unwrap(value) for name, value in {**arguments, **self._beside.value}.items()}
        if self._is_outlined:
            return loops.outline(self, self.initialize(inputs, **arguments), self.output_time_major, training)
        return dynamic_decode(
            self,
            output_time_major=self.output_time_major,
            impute_finished=self.impute_finished,
            maximum_iterations=self.maximum_iterations,
            parallel_iterations=self.parallel_iterations,
            swap_memory=self.swap_memory,
            training=training,
            decoder_init_input=inputs,
            decoder_init_kwargs=arguments,
        )

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Return symbolic outputs, whose number of steps is unknown; found by tracing one step."""
        self._is_outlined = True
        try:
            outputs, state, lengths = super().compute_output_spec(*args, **kwargs)
        finally:
            self._is_outlined = False
        return loops.without_time(outputs, self.output_time_major), state, lengths

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Return None: outputs have lengths, and no mask."""

    def initialize(self, *args: Any, **kwargs: Any) -> tuple[Tensor, Any, Any]:
        """Return ``(finished, inputs, state)`` before the first step, from the arguments of a call."""
        raise NotImplementedError

    def step(self, time: Tensor, inputs: Any, state: Any, training: bool | None = None) -> tuple[Any, Any, Any, Tensor]:
        """Make one step; see `Decoder.step`."""
        raise NotImplementedError


def dynamic_decode(
    decoder: Decoder | BaseDecoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: TensorLike | None = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    training: bool | None = None,
    scope: str | None = None,
    enable_tflite_convertible: bool = False,
    **kwargs: Any,
) -> tuple[Any, Any, Tensor]:
    """Initialize a decoder and make steps until every sequence is finished.

    In eager code this is a loop of Python, in a graph of TensorFlow a ``while_loop``. ``jax.jit`` and XLA need the
    number of steps beforehand: it is ``maximum_iterations``, or on JAX else the length of what a training sampler
    reads. There the outputs have that many steps, with zeros after the last one that was needed.

    Args:
        decoder: the decoder.
        output_time_major: whether outputs have the time axis first.
        impute_finished: whether a finished sequence keeps its state, with zeros as outputs.
        maximum_iterations: largest number of steps, a positive scalar; None for as many as it takes.
        parallel_iterations: used in a graph of TensorFlow.
        swap_memory: used in a graph of TensorFlow.
        training: whether dropout is applied.
        scope: ignored; Keras 3 has no names of operations.
        enable_tflite_convertible: whether a graph that TFLite takes is built, on TensorFlow, for one sequence. Needs
            ``maximum_iterations``, and gives outputs an axis of size 1 after the batch axis.
        **kwargs: ``decoder_init_input`` and ``decoder_init_kwargs``, the arguments of a layer's ``initialize``.

    Returns:
        ``(outputs, state, sequence_lengths)``: outputs of shape (batch, time, ...), the last state, and the number of
        steps that each sequence took, int32.

    Raises:
        TypeError: when ``decoder`` is none.
        ValueError: when ``maximum_iterations`` is no scalar, or not positive (TensorFlow's ``InvalidArgumentError``
            there), or needed and not given; for ``impute_finished`` with a beam search, whose states change places;
            and for ``enable_tflite_convertible`` on another backend.
    """
    del scope
    if not isinstance(decoder, (Decoder, BaseDecoder)):
        raise TypeError(f"decoder must be a Decoder or BaseDecoder, not {type(decoder).__name__}")
    if enable_tflite_convertible and not on_tensorflow():
        raise ValueError("enable_tflite_convertible is for TensorFlow, which alone is converted to TFLite")
    limit = _checked_limit(maximum_iterations)
    if isinstance(decoder, Decoder):
        start = decoder.initialize()
    else:
        start = decoder.initialize(kwargs.pop("decoder_init_input", None), **kwargs.pop("decoder_init_kwargs", {}))
    if impute_finished and decoder.tracks_own_finished and len(start[0].shape) > 1:
        raise ValueError("impute_finished is for decoders whose sequences keep their places, not for a beam search")
    loop = loops.Loop(decoder, impute_finished, training)
    options = loops.GraphOptions(parallel_iterations, swap_memory, enable_tflite_convertible)
    outputs, state, lengths = loop.run(start, limit, options)
    outputs, state = loop.finalize(outputs, state, lengths)
    if not output_time_major:
        outputs = loops.batch_first(outputs, flat=enable_tflite_convertible)
    return outputs, state, lengths


def _checked_limit(limit: TensorLike | None) -> Any:
    """Return the largest number of steps as a number where its value is known, else as a scalar tensor."""
    if limit is None or isinstance(limit, int):
        scalar = limit
    else:
        scalar = ops.convert_to_tensor(limit, dtype="int32")
        if len(scalar.shape) != 0:
            raise ValueError(f"maximum_iterations must be a scalar, and its shape is {tuple(scalar.shape)}")
        scalar = scalar if known(scalar > 0) is None else int(scalar)
    if scalar is not None:
        require(scalar > 0, f"maximum_iterations must be greater than 0, not {scalar}")
    return scalar
