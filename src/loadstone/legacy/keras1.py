"""Layers of Keras 1 that Keras 2 dropped, and what Keras 1 computed in another way, as Keras 3 layers.

Registered as ``Keras1>Name``, so that a `.keras` file that names them loads once this module is imported. Arguments
have the names that Keras 2 gave to their kind. Source of every formula: Keras 1.2.2 on TensorFlow.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.legacy.keras1_normalization import PACKAGE, BatchStatisticsNormalization, SampleNormalization

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class _Weighted(keras.layers.Layer):
    """A layer with a kernel and a bias, and the settings that go with them."""

    def __init__(
        self,
        *,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        activity_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)

    def add_kernel(self, shape: Sequence[int]) -> Any:
        """The kernel's variable."""
        return self.add_weight(
            shape=tuple(shape),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="W",
        )

    def add_bias(self, shape: Sequence[int]) -> Any:
        """The bias' variable, None without one."""
        if not self.use_bias:
            return None
        return self.add_weight(
            shape=tuple(shape),
            initializer="zeros",
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
            name="b",
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as Keras serializes them."""
        return {
            **super().get_config(),
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
            "activity_regularizer": keras.regularizers.serialize(self.activity_regularizer),
        }


@keras.saving.register_keras_serializable(PACKAGE)
class MaxoutDense(_Weighted):
    """The greatest of several linear maps: ``max_k (x @ kernel[k] + bias[k])``.

    Args:
        units: size of the output.
        nb_feature: number of maps.
        **kwargs: initializers, regularizers and constraints, as of `keras.layers.Dense`; there is no activation.

    Input shape ``(batch, features)``, output shape ``(batch, units)``.
    """

    def __init__(self, units: int, nb_feature: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.nb_feature = nb_feature

    def build(self, input_shape: Sequence[Any]) -> None:
        """Make ``kernel (nb_feature, features, units)`` and ``bias (nb_feature, units)``."""
        self.kernel = self.add_kernel((self.nb_feature, input_shape[-1], self.units))
        self.bias = self.add_bias((self.nb_feature, self.units))

    def call(self, inputs: Any) -> Any:
        """Map ``inputs (batch, features)``."""
        outputs = ops.einsum("bi,kio->bko", inputs, self.kernel)
        if self.bias is not None:
            outputs = outputs + self.bias
        return ops.max(outputs, axis=1)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = super().get_config()
        del config["activation"]
        return {**config, "units": self.units, "nb_feature": self.nb_feature}


@keras.saving.register_keras_serializable(PACKAGE)
class Highway(_Weighted):
    """A dense layer of its input's size with a gate: ``t * activation(x @ kernel + bias) + (1 - t) * x``.

    The gate is ``t = sigmoid(x @ carry_kernel + carry_bias)``.

    Args:
        **kwargs: as of `keras.layers.Dense` without ``units``.

    Input and output shape ``(batch, features)``.
    """

    def build(self, input_shape: Sequence[Any]) -> None:
        """Make two kernels ``(features, features)`` and two biases ``(features,)``."""
        size = input_shape[-1]
        self.kernel = self.add_kernel((size, size))
        self.carry_kernel = self.add_weight(shape=(size, size), initializer=self.kernel_initializer, name="W_carry")
        self.bias = self.add_bias((size,))
        self.carry_bias = self.add_weight(shape=(size,), initializer="ones", name="b_carry") if self.use_bias else None

    def call(self, inputs: Any) -> Any:
        """Transform ``inputs (batch, features)``."""
        gate, outputs = ops.matmul(inputs, self.carry_kernel), ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            gate, outputs = gate + self.carry_bias, outputs + self.bias
        gate = ops.sigmoid(gate)
        return self.activation(outputs) * gate + (1 - gate) * inputs


@keras.saving.register_keras_serializable(PACKAGE)
class Deconvolution2D(keras.layers.Conv2DTranspose):
    """A transposed convolution that is told the size of its output.

    Args:
        filters: number of output channels.
        kernel_size: height and width of the kernel.
        output_shape: shape of the output with the batch; its height and width are taken.
        **kwargs: those of `keras.layers.Conv2DTranspose`.
    """

    def __init__(self, filters: int, kernel_size: Any, output_shape: Sequence[Any], **kwargs: Any) -> None:
        kwargs.pop("output_padding", None)  # follows from the shapes; saved by Keras
        super().__init__(filters, kernel_size, **kwargs)
        self.wanted = tuple(output_shape)

    def build(self, input_shape: Sequence[Any]) -> None:
        """Find the padding that gives the wanted size, and make ``kernel`` and ``bias``.

        Raises:
            ValueError: the input has no known size, or no padding gives the wanted one.
        """
        start = 1 if self.data_format == "channels_last" else 2
        axes = slice(start, start + 2)
        if None in tuple(input_shape)[axes]:
            raise ValueError(f"the input of {self.name} has to have a known height and width: {input_shape}")
        padding = []
        for size, kernel, stride, wanted in zip(
            input_shape[axes], self.kernel_size, self.strides, self.wanted[axes], strict=True
        ):
            cut = 2 * (kernel // 2) if self.padding == "same" else 0
            padding.append(wanted - ((size - 1) * stride + kernel - cut))
        self.output_padding = tuple(padding)
        super().build(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "output_shape": list(self.wanted)}


@keras.saving.register_keras_serializable(PACKAGE)
class ParametricSoftplus(keras.layers.Layer):
    """``alpha * softplus(beta * x)`` with an alpha and a beta for each feature.

    Args:
        alpha_init: initial value of every alpha.
        beta_init: initial value of every beta.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(self, alpha_init: float = 0.2, beta_init: float = 5.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha_init = alpha_init
        self.beta_init = beta_init

    def build(self, input_shape: Sequence[Any]) -> None:
        """Make ``alpha`` and ``beta`` of the input's shape without the batch."""
        shape = tuple(input_shape[1:])
        self.alpha = self.add_weight(
            shape=shape, initializer=keras.initializers.Constant(self.alpha_init), name="alpha"
        )
        self.beta = self.add_weight(shape=shape, initializer=keras.initializers.Constant(self.beta_init), name="beta")

    def call(self, inputs: Any) -> Any:
        """Activate ``inputs`` of any shape."""
        return ops.softplus(self.beta * inputs) * self.alpha

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "alpha_init": self.alpha_init, "beta_init": self.beta_init}


@keras.saving.register_keras_serializable(PACKAGE)
class SReLU(keras.layers.Layer):
    """A piecewise linear activation with a slope below ``t_left``, one above ``t_left + |t_right|``, and 1 between.

    Args:
        t_left_init: initializer of the left threshold, by Keras 1's or Keras 3's name; ``a_left_init``,
            ``t_right_init`` and ``a_right_init`` likewise.
        a_left_init: of the left slope.
        t_right_init: of the distance between the thresholds.
        a_right_init: of the right slope.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(
        self,
        t_left_init: str = "zero",
        a_left_init: str = "glorot_uniform",
        t_right_init: str = "glorot_uniform",
        a_right_init: str = "one",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.inits = {
            "t_left": t_left_init,
            "a_left": a_left_init,
            "t_right": t_right_init,
            "a_right": a_right_init,
        }

    def build(self, input_shape: Sequence[Any]) -> None:
        """Make the thresholds and slopes, each of the input's shape without the batch."""
        for name, init in self.inits.items():
            initializer = {"zero": "zeros", "one": "ones"}.get(init, init)
            setattr(self, name, self.add_weight(shape=tuple(input_shape[1:]), initializer=initializer, name=name))

    def call(self, inputs: Any) -> Any:
        """Activate ``inputs`` of any shape."""
        right = self.t_left + ops.abs(self.t_right)
        left = inputs - self.t_left
        # What Keras 1's relu gives for a slope and a maximum: the slope applies to what is left of the threshold.
        center = ops.minimum(ops.relu(left), right - self.t_left) - self.a_left * ops.relu(-left)
        return self.t_left + center + ops.relu(inputs - right) * self.a_right

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), **{f"{name}_init": init for name, init in self.inits.items()}}


@keras.saving.register_keras_serializable(PACKAGE)
class CosineMerge(keras.layers.Layer):
    """Merge with ``mode="cos"``: the cosine of two tensors along an axis of each.

    Args:
        axes: the axis of both, or of each.
        **kwargs: those of `keras.layers.Layer`.
    """

    def __init__(self, axes: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axes = axes

    def call(self, inputs: Sequence[Any]) -> Any:
        """Compare two tensors; their product gets an axis of size 1 after the batch, ``(batch, 1, 1)`` for vectors."""
        one, other = inputs
        axes = self.axes if isinstance(self.axes, list | tuple) else (self.axes, self.axes)
        first, second = (axis % len(tensor.shape) for axis, tensor in zip(axes, inputs, strict=True))
        lengths = _dot(one, one, first, second) * _dot(other, other, first, second)
        scale = ops.maximum(ops.sqrt(ops.maximum(lengths, 0.0)), keras.config.epsilon())
        return ops.expand_dims(_dot(one, other, first, second) / scale, 1)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "axes": self.axes}


def _dot(one: Any, other: Any, first: int, second: int) -> Any:
    """The products of two batches of vectors, ``(batch, 1)``, or of matrices, along an axis of each."""
    if len(one.shape) == 2:  # noqa: PLR2004 - vectors, one a sample
        return ops.sum(one * other, axis=-1, keepdims=True)
    last = len(one.shape) - 1
    one = one if first == last else ops.swapaxes(one, -1, -2)
    other = ops.swapaxes(other, -1, -2) if second == last else other
    return ops.matmul(one, other)


@keras.saving.register_keras_serializable(PACKAGE)
class Embedding(keras.layers.Embedding):
    """An embedding that drops whole words in training: a share of the vectors is 0, the others grow to make up for it.

    Args:
        input_dim: number of words.
        output_dim: size of a vector.
        dropout: share of the words that are dropped.
        **kwargs: those of `keras.layers.Embedding`.
    """

    def __init__(self, input_dim: int, output_dim: int, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(input_dim, output_dim, **kwargs)
        self.dropout = dropout
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs: Any, *, training: bool | None = None) -> Any:
        """Look up ``inputs``, indices of any shape."""
        outputs = super().call(inputs)
        if not training:
            return outputs
        kept = keras.random.dropout(ops.ones((self.input_dim, 1)), self.dropout, seed=self.seed_generator)
        return outputs * ops.cast(ops.take(kept, ops.cast(inputs, "int32"), axis=0), outputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "dropout": self.dropout}


REGISTERED: Mapping[str, Any] = MappingProxyType(
    {
        f"{PACKAGE}>{each.__name__}": each
        for each in (
            BatchStatisticsNormalization,
            CosineMerge,
            Deconvolution2D,
            Embedding,
            Highway,
            MaxoutDense,
            ParametricSoftplus,
            SReLU,
            SampleNormalization,
        )
    }
)
