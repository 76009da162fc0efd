"""Weight normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, OutputShape, l2_normalize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.addons.utils.types import Config, Shape, Tensor

VARIANCE_EPSILON = 1e-10  # added to the variance of the first batch


class WeightNormalization(Keras2Config, keras.layers.Wrapper):
    """Splits the wrapped layer's kernel into length ``g`` and direction ``v`` (Salimans & Kingma 2016, 1602.07868).

    The wrapped layer computes with ``g * v / ||v||``, the norm being taken over all axes but the last. Of an RNN, it is
    the cell's recurrent kernel that is split.

    Args:
        layer: a layer with a ``kernel``, or an RNN whose cell has a ``recurrent_kernel``.
        data_init: whether the first call sets ``g`` and the bias from its batch. On JAX that call must not be compiled
            (``model(x)`` before ``fit``), because compiled code there cannot set trainable variables.

    Variables, of a wrapped layer with ``units`` outputs:

    ============================  ====================  ==========  =================================================
    name                          shape                 trainable   meaning
    ============================  ====================  ==========  =================================================
    ``g``                         (units,)              yes         length of each output's weight vector
    ``kernel``                    the layer's           yes         ``v``; ``recurrent_kernel`` in an RNN
    ``bias`` and others           the layer's           yes         the wrapped layer's own
    ``initialized``               (), bool              no          false until the first call has set ``g``
    ============================  ====================  ==========  =================================================

    TensorFlow Addons wrote them to ``.h5`` in the order ``g``, ``kernel``, ``bias``, ``initialized``, and with
    ``data_init`` after those ``data_dep_init/kernel`` and ``data_dep_init/bias``: a copy of the wrapped layer made when
    it was built, read only while ``initialized`` is false, when it still equals the layer. It may be ignored, and has
    no variable here. In its ``.keras`` files ``vars/0`` is ``g``, ``vars/1`` the kernel, ``vars/2`` ``initialized``,
    and ``layer/vars/0`` the bias alone. This class writes ``vars/0`` ``g`` and ``vars/1`` ``initialized``, and the
    wrapped layer under ``layer`` as if it stood alone.

    Without ``data_init``, ``initialized`` is true from the start, because ``g`` then starts as ``||v||``.
    """

    def __init__(
        self,
        layer: keras.layers.Layer,
        data_init: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__(layer, **kwargs)
        self.data_init = data_init
        self.is_rnn = isinstance(layer, keras.layers.RNN)
        self._known_initialized: bool | None = None

    def build(self, input_shape: Shape) -> None:
        """Build the wrapped layer, then ``g`` and ``initialized``.

        Raises:
            ValueError: when the wrapped layer has no kernel to split.
        """
        super().build(input_shape)
        owner = self.layer.cell if self.is_rnn else self.layer
        kernel: Any = getattr(owner, "recurrent_kernel" if self.is_rnn else "kernel", None)
        if not hasattr(kernel, "assign"):  # not a variable
            raise ValueError(
                f"WeightNormalization must wrap a layer that contains a `kernel` for its weights, not {owner.name!r}"
            )
        self.v = kernel
        self.kernel_norm_axes = tuple(range(len(kernel.shape) - 1))

        def initial_length(shape: Shape, dtype: str) -> Tensor:
            return ops.ones(shape, dtype) if self.data_init else ops.cast(self._kernel_length(), dtype)

        self.g = self.add_weight(name="g", shape=(kernel.shape[-1],), initializer=initial_length, dtype=kernel.dtype)
        self._initialized = self.add_weight(
            name="initialized",
            shape=(),
            initializer="zeros" if self.data_init else "ones",
            dtype="bool",
            trainable=False,
            autocast=False,
        )
        self.input_spec = keras.layers.InputSpec(ndim=len(input_shape), axes={-1: input_shape[-1]})

    def call(self, inputs: Tensor, training: bool | None = None, **kwargs: object) -> Tensor:
        """Call the wrapped layer with its normalized kernel; keyword arguments are passed on.

        Raises:
            RuntimeError: when the first call is a training step that JAX compiles.
        """
        g, *bias = self._initialized_values(inputs, training=bool(training))
        replaced = {id(self.v): l2_normalize(ops.convert_to_tensor(self.v), self.kernel_norm_axes) * g}
        replaced |= {id(self.layer.bias): value for value in bias}
        outputs, updates, losses = self._call_layer(inputs, replaced, **kwargs)
        for variable, value in updates:
            variable.assign(value)
        for loss in losses:
            self.add_loss(loss)
        return outputs

    def _call_layer(
        self, inputs: Tensor, replaced: Mapping[int, Tensor], **kwargs: object
    ) -> tuple[Tensor, list[tuple[keras.Variable, Tensor]], list[Tensor]]:
        """Return the layer's outputs with other values for some variables, what it wrote into them, and its losses."""
        # A scope hides the surrounding one, so every variable of the layer has to be handed into it.
        state = [(variable, replaced.get(id(variable), variable.value)) for variable in self.layer.variables]
        with keras.StatelessScope(state, collect_losses=True) as scope:
            before = [scope.get_current_value(variable) for variable, _ in state]
            outputs = self.layer(inputs, **kwargs)
        after = [(variable, scope.get_current_value(variable)) for variable, _ in state]
        updates = [pair for pair, value in zip(after, before, strict=True) if pair[1] is not value]
        return outputs, updates, scope.losses

    def _initialized_values(self, inputs: Tensor, *, training: bool) -> list[Tensor]:
        """Return ``g``, initialized if it was not, and the wrapped layer's bias if it needs another value than its own.

        Raises:
            RuntimeError: when they should be stored, but cannot be.
        """
        # Inside of a trace a variable's value is symbolic; an empty scope shows the stored one.
        with keras.StatelessScope(initialize_variables=False) as scope:
            try:
                stored = self._initialized.value
                self._known_initialized = bool(stored)
            except TypeError:  # symbolic still, in a TensorFlow graph; or taken away, by JAX's training loop
                if keras.backend.backend() != "jax":
                    self._known_initialized = None
        is_stateless = scope.original_scope is not None
        if self._known_initialized:
            return [self.g]
        if is_stateless:
            return self._values_without_storing(inputs, training=training)
        if self._known_initialized is None:
            ops.cond(stored, lambda: None, lambda: self._initialize(inputs))
        else:
            self._initialize(inputs)
        return [self.g]

    def _values_without_storing(self, inputs: Tensor, *, training: bool) -> list[Tensor]:
        """Return the values of a first call whose assignments to trainable variables would be lost."""
        if training and self._known_initialized is False:
            raise RuntimeError(
                f"the first call of {self.name!r} sets its weights, which a compiled training step cannot do on this "
                "backend: call the model on one batch, model(x), before fit"
            )
        current = [ops.copy(variable) for variable in self._set_by_first_call()]

        def first() -> list[Tensor]:
            values = zip(self._first_values(inputs), current, strict=True)
            return [ops.cast(value, same.dtype) for value, same in values]

        return list(ops.cond(self._initialized.value, lambda: current, first))

    def _initialize(self, inputs: Tensor) -> None:
        for variable, value in zip(self._set_by_first_call(), self._first_values(inputs), strict=True):
            variable.assign(ops.stop_gradient(value))
        self._initialized.assign(ops.ones((), "bool"))

    def _set_by_first_call(self) -> list[keras.Variable]:
        bias = None if self.is_rnn or not self.data_init else getattr(self.layer, "bias", None)
        return [self.g] if bias is None else [self.g, bias]

    def _first_values(self, inputs: Tensor) -> list[Tensor]:
        """Return what the first call sets: ``g``, and with ``data_init`` the bias if there is one.

        With ``data_init`` the pre-activations of ``inputs`` get zero mean and unit variance. As in TensorFlow Addons,
        they are those of the unnormalized kernel, and an RNN's are its outputs.
        """
        if not self.data_init:
            return [self._kernel_length()]
        outputs = self._linear_outputs(inputs)
        mean, variance = ops.moments(outputs, axes=list(range(len(outputs.shape) - 1)))
        scale = 1.0 / ops.sqrt(variance + VARIANCE_EPSILON)
        repeats = self.g.shape[0] // scale.shape[0]  # the gates of an RNN share one kernel
        g = self.g * ops.cast(ops.tile(scale, [repeats]), self.g.dtype)
        return [g, -mean * scale][: len(self._set_by_first_call())]

    def _kernel_length(self) -> Tensor:
        return ops.sqrt(ops.sum(ops.square(ops.convert_to_tensor(self.v)), axis=self.kernel_norm_axes))

    def _linear_outputs(self, inputs: Tensor) -> Tensor:
        """Return what the wrapped layer gives for its unnormalized kernel, without its activation."""
        activation = None if self.is_rnn else getattr(self.layer, "activation", None)
        if activation is None:
            return self._call_layer(inputs, {})[0]
        self.layer.activation = keras.activations.linear
        try:
            return self._call_layer(inputs, {})[0]
        finally:
            self.layer.activation = activation

    def remove(self) -> keras.layers.Layer:
        """Write the normalized kernel into the wrapped layer and return that layer."""
        self.v.assign(l2_normalize(ops.convert_to_tensor(self.v), self.kernel_norm_axes) * self.g)
        return self.layer

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the wrapped layer's output shape."""
        return OutputShape(self.layer.compute_output_shape(input_shape))

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), "data_init": self.data_init}
