"""Convolutions whose kernel is another one at each place, which Keras 3 has no more.

Source of the shapes and of what the three implementations keep: ``keras.layers.LocallyConnected1D`` and ``2D`` of
Keras 2.15.0.
"""

from __future__ import annotations

from itertools import chain
from math import prod
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PACKAGE = "loadstone"

_BY_PATCH, _DENSE, _SPARSE = 1, 2, 3


class LocallyConnected(keras.layers.Layer):
    """What both ranks share.

    Args:
        filters: channels that are returned.
        kernel_size: the window, an integer or one an axis.
        strides: likewise.
        padding: ``valid``, or with the implementations 2 and 3 ``same``.
        data_format: ``channels_last`` or ``channels_first``; None is Keras' own setting.
        activation: on the result.
        use_bias: whether there is one, of a value for each place and filter.
        kernel_initializer: of the kernel.
        bias_initializer: of the bias.
        kernel_regularizer: of the kernel.
        bias_regularizer: of the bias.
        kernel_constraint: of the kernel.
        bias_constraint: of the bias.
        implementation: which form the kernel has: 1 (places, window, filters), 2 (input, output), where what is not
            connected counts as zero, 3 a vector of what is connected, by output and then by input.
        **kwargs: those of `keras.layers.Layer`.

    Raises:
        ValueError: the sizes of the input are not known, or an argument is none of the above.
    """

    rank: int

    def __init__(  # noqa: PLR0913 - the arguments of the original
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        implementation: int = _BY_PATCH,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if implementation not in {_BY_PATCH, _DENSE, _SPARSE}:
            raise ValueError(f"implementation is 1, 2 or 3, not {implementation!r}")
        if padding not in ({"valid"} if implementation == _BY_PATCH else {"valid", "same"}):
            raise ValueError(f"implementation {implementation} has no padding {padding!r}")
        self.filters = filters
        self.kernel_size = self._per_axis(kernel_size)
        self.strides = self._per_axis(strides)
        self.padding = padding
        self.data_format = data_format or keras.config.image_data_format()
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.implementation = implementation
        self.input_spec = keras.layers.InputSpec(ndim=self.rank + 2)

    def _per_axis(self, value: int | Sequence[int]) -> tuple[int, ...]:
        return (value,) * self.rank if isinstance(value, int) else tuple(value)

    @property
    def _first(self) -> bool:
        return self.data_format == "channels_first"

    def _sizes(self, shape: Sequence[int | None]) -> tuple[tuple[int | None, ...], int]:
        """The sizes of the places, and the channels, of a batch shape."""
        return (tuple(shape[2:]), shape[1]) if self._first else (tuple(shape[1:-1]), shape[-1])  # type: ignore[return-value]

    def _arrange(self, places: Sequence[Any], channels: Any) -> tuple[Any, ...]:
        """A shape or the like, without the batch, in the order of the layer's data format."""
        return (channels, *places) if self._first else (*places, channels)

    def _out(self, places: Sequence[int]) -> tuple[int, ...]:
        sizes = zip(places, self.kernel_size, self.strides, strict=True)
        return tuple(-(-(size if self.padding == "same" else size - k + 1) // s) for size, k, s in sizes)

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Create the kernel and the bias for inputs of this batch shape."""
        sizes, channels = self._sizes(input_shape)
        if any(size is None for size in sizes):
            raise ValueError(f"{self.name} needs inputs of known sizes, not {tuple(input_shape)}")
        places = tuple(size for size in sizes if size is not None)
        out = self._out(places)
        if self.implementation == _BY_PATCH:
            shape: tuple[int, ...] = (prod(out), prod(self.kernel_size) * channels, self.filters)
        else:
            connected = self._connected(places, out, channels)
            shape = connected.shape
            if self.implementation == _SPARSE:
                by_output = connected.reshape(prod((*places, channels)), -1).T
                self._indices = np.argwhere(by_output)
                self._matrix_shape = by_output.shape
                shape = (len(self._indices),)
            else:
                self._connections = connected.astype("float32")
        self.kernel = self.add_weight(
            name="kernel",
            shape=shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(*out, self.filters),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.built = True

    def _connected(self, places: tuple[int, ...], out: tuple[int, ...], channels: int) -> NDArray[np.bool_]:
        """Which input goes into which output: (inputs..., outputs...), each in the order of the data format."""
        whole = np.ones((1, 1), bool).reshape((1,) * (2 * (self.rank + 1)))
        first = int(self._first)
        for axis, (size, target) in enumerate(zip(places, out, strict=True)):
            one = self._reach(axis, size, target)
            shape = [1] * (2 * (self.rank + 1))
            shape[first + axis], shape[first + axis + self.rank + 1] = size, target
            whole = whole & one.reshape(shape)
        return np.broadcast_to(whole, (*self._arrange(places, channels), *self._arrange(out, self.filters)))

    def _reach(self, axis: int, size: int, target: int) -> NDArray[np.bool_]:
        """Along one axis, which inputs (rows) the window at each output (columns) covers."""
        width = self.kernel_size[axis]
        left = width // 2
        centre = np.arange(target) * self.strides[axis] + (left if self.padding == "valid" else 0)
        begin = centre - left
        source = np.arange(size)[:, None]
        return (source >= begin) & (source < begin + width)

    def call(self, inputs: Any) -> Any:
        """Return (batch, places, filters) of (batch, places, channels), or with the channels first in both."""
        out = self._out(self._sizes(inputs.shape)[0])  # type: ignore[arg-type]  # build() refused unknown sizes
        if self.implementation == _BY_PATCH:
            outputs = self._by_patch(inputs, out)
        else:
            flat = ops.reshape(inputs, (-1, prod(inputs.shape[1:])))
            outputs = ops.reshape(ops.matmul(flat, self._matrix()), (-1, *self._arrange(out, self.filters)))
        if self.bias is not None:
            # The original reshapes the bias for channels that come first; it does not transpose it.
            outputs = outputs + ops.reshape(self.bias, (1, *self._arrange(out, self.filters)))
        return self.activation(outputs)

    def _matrix(self) -> Any:
        """The kernel as (inputs, outputs)."""
        if self.implementation == _DENSE:
            kernel = self.kernel * ops.cast(self._connections, self.kernel.dtype)
            return ops.reshape(kernel, (prod(kernel.shape[: self.rank + 1]), -1))
        return ops.transpose(ops.scatter(self._indices, ops.convert_to_tensor(self.kernel), self._matrix_shape))

    def _by_patch(self, inputs: Any, out: tuple[int, ...]) -> Any:
        first = int(self._first)
        patches = inputs
        for axis in range(self.rank):
            # Earlier axes have become two each: the places, and the window at each.
            window = np.arange(out[axis])[:, None] * self.strides[axis] + np.arange(self.kernel_size[axis])
            patches = ops.take(patches, window, axis=1 + first + 2 * axis)
        places = [1 + first + 2 * axis for axis in range(self.rank)]
        windows = [place + 1 for place in places]
        channels = 1 if first else 2 * self.rank + 1
        order = [0, *places, channels, *windows] if first else [0, *places, *windows, channels]
        patches = ops.reshape(ops.transpose(patches, order), (-1, self.kernel.shape[0], self.kernel.shape[1]))
        outputs = ops.reshape(ops.einsum("bof,ofc->boc", patches, self.kernel), (-1, *out, self.filters))
        return ops.moveaxis(outputs, -1, 1) if first else outputs

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch shape of the output for one of the input."""
        places, _ = self._sizes(input_shape)
        out = self._out(places)  # type: ignore[arg-type]  # known, as build() saw to
        return (input_shape[0], *self._arrange(out, self.filters))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        parts = {
            "activation": keras.activations.serialize(self.activation),
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }
        plain = ("filters", "kernel_size", "strides", "padding", "data_format", "use_bias", "implementation")
        own = chain(((name, getattr(self, name)) for name in plain), parts.items())
        return {**super().get_config(), **dict(own)}


@keras.saving.register_keras_serializable(PACKAGE)
class LocallyConnected1D(LocallyConnected):
    """As `LocallyConnected`, on sequences."""

    rank = 1


@keras.saving.register_keras_serializable(PACKAGE)
class LocallyConnected2D(LocallyConnected):
    """As `LocallyConnected`, on images."""

    rank = 2
