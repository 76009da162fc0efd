"""Normalizations of activations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, WeightSettings, build_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Constraint, Initializer, Regularizer, Shape, Tensor

IMAGE_RANK = 4
FEW_PIXELS = 1024  # whose squares are summed in the image's own dtype, as in TensorFlow Addons


class GroupNormalization(Keras2Config, keras.layers.Layer):
    """Normalizes groups of channels to zero mean and unit variance (Wu & He 2018, arXiv:1803.08494).

    Args:
        groups: number of groups the channels are split into; -1 makes each channel its own. Defaults to 32, as since
            release 0.12.0; before, it was 2.
        axis: the channel axis, not the batch axis.
        epsilon: added to the variance.
        center: whether there is an offset ``beta``.
        scale: whether there is a factor ``gamma``.
        beta_initializer: initializer of ``beta``.
        gamma_initializer: initializer of ``gamma``.
        beta_regularizer: regularizer of ``beta``.
        gamma_regularizer: regularizer of ``gamma``.
        beta_constraint: constraint of ``beta``.
        gamma_constraint: constraint of ``gamma``.

    Variables: ``gamma`` and ``beta``, each of shape (channels,), in this order.

    With one channel a group and a negative ``axis`` other than -1, the statistics are taken over all axes but the
    one *before* ``axis``. That is what 0.12.0 and later computed, so models trained that way need it; earlier releases
    computed something else there, which nothing in a configuration tells. For 0.5 and 0.6 see
    `loadstone.legacy.addons`.

    Raises:
        ValueError: for the batch axis.
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initializer = "zeros",
        gamma_initializer: Initializer = "ones",
        beta_regularizer: Regularizer = None,
        gamma_regularizer: Regularizer = None,
        beta_constraint: Constraint = None,
        gamma_constraint: Constraint = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if axis == 0:
            raise ValueError("axis 0 is the batch axis, which cannot be normalized")
        self.supports_masking = True
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self._gamma = WeightSettings("gamma", gamma_initializer, gamma_regularizer, gamma_constraint).on(self)
        self._beta = WeightSettings("beta", beta_initializer, beta_regularizer, beta_constraint).on(self)
        self.gamma: Tensor = None
        self.beta: Tensor = None

    def build(self, input_shape: Shape) -> None:
        """Create ``gamma`` and ``beta``.

        Raises:
            ValueError: when the number of channels is unknown or not a multiple of ``groups``.
        """
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(f"axis {self.axis} must have a known size; the input's shape is {input_shape}")
        self._set_number_of_groups_for_instance_norm(input_shape)
        if channels % self.groups:
            raise ValueError(f"{channels} channels cannot be split into {self.groups} groups")
        self.input_spec = keras.layers.InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        if self.scale:
            self.gamma = self.add_weight(name="gamma", shape=(channels,), **self._gamma.arguments())
        if self.center:
            self.beta = self.add_weight(name="beta", shape=(channels,), **self._beta.arguments())

    def call(self, inputs: Tensor) -> Tensor:
        """Normalize ``inputs``, of any rank from 2; the shape and dtype stay."""
        shape = ops.shape(inputs)
        grouped, _ = self._reshape_into_groups(inputs, inputs.shape, shape)
        outputs = self._apply_normalization(grouped, inputs.shape)
        return outputs if self._is_instance_norm(inputs.shape) else ops.reshape(outputs, shape)

    def _set_number_of_groups_for_instance_norm(self, input_shape: Shape) -> None:
        if self.groups == -1:
            self.groups = input_shape[self.axis]

    def _is_instance_norm(self, input_shape: Shape) -> bool:
        return bool(input_shape[self.axis] // self.groups == 1)

    def _reshape_into_groups(
        self, inputs: Tensor, input_shape: Shape, tensor_input_shape: Sequence[Any]
    ) -> tuple[Tensor, list[Any]]:
        """Return the inputs with the channel axis split, and their shape; ``tensor_input_shape`` has every size."""
        group_shape = [tensor_input_shape[axis] for axis in range(len(input_shape))]
        if self._is_instance_norm(input_shape):
            return inputs, group_shape
        group_shape = self._grouped(group_shape, input_shape[self.axis])
        return ops.reshape(inputs, group_shape), group_shape

    def _apply_normalization(self, reshaped_inputs: Tensor, input_shape: Shape) -> Tensor:
        reduction_axes = list(range(1, len(reshaped_inputs.shape)))
        reduction_axes.pop(self._position_of_groups(one_channel_each=self._is_instance_norm(input_shape)))
        mean, variance = _moments(reshaped_inputs, reduction_axes)
        gamma, beta = self._get_reshaped_weights(input_shape)
        factor = ops.rsqrt(variance + self.epsilon)
        if gamma is not None:
            factor = factor * ops.cast(gamma, factor.dtype)
        offset = -mean * factor
        if beta is not None:
            offset = offset + ops.cast(beta, factor.dtype)
        dtype = reshaped_inputs.dtype
        return reshaped_inputs * ops.cast(factor, dtype) + ops.cast(offset, dtype)

    def _get_reshaped_weights(self, input_shape: Shape) -> tuple[Tensor | None, Tensor | None]:
        """Return ``gamma`` and ``beta`` in the rank of the grouped inputs, None for what there is not."""
        channels = input_shape[self.axis]
        broadcast: list[Any] = [1] * len(input_shape)
        broadcast[self.axis] = channels
        if not self._is_instance_norm(input_shape):
            broadcast = self._grouped(broadcast, channels)
        weights = (self.gamma, self.beta)
        gamma, beta = (None if weight is None else ops.reshape(weight, broadcast) for weight in weights)
        return gamma, beta

    def _grouped(self, shape: list[Any], channels: int) -> list[Any]:
        """Return ``shape`` with the channel axis split into groups and channels in a group."""
        split = list(shape)
        split[self.axis] = channels // self.groups
        split.insert(self.axis, self.groups)
        return split

    def _position_of_groups(self, *, one_channel_each: bool) -> int:
        """Return where, among all axes but the batch's, the one that keeps its own statistics stands."""
        if self.axis != -1:
            return self.axis - 1
        return -1 if one_channel_each else -2

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``; builds the layer, as asking for shapes did in Keras 2."""
        build_once(self, input_shape)
        return tuple(input_shape)

    def get_config(self) -> Config:
        """Return the constructor's arguments; once built, ``groups`` is never -1."""
        return {
            **super().get_config(),
            "groups": self.groups,
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **self._beta.get_config(),
            **self._gamma.get_config(),
        }


def _moments(x: Tensor, axes: list[int]) -> tuple[Tensor, Tensor]:
    """Return mean and population variance with kept dimensions, in float32 for the half-precision types."""
    if keras.backend.standardize_dtype(x.dtype) in {"float16", "bfloat16"}:
        x = ops.cast(x, "float32")
    mean = ops.mean(x, axis=axes, keepdims=True)
    # As tf.nn.moments: the variance's gradient through the mean is zero, and following it takes time.
    return mean, ops.mean(ops.square(x - ops.stop_gradient(mean)), axis=axes, keepdims=True)


class InstanceNormalization(GroupNormalization):
    """Group normalization with each channel a group of its own (Ulyanov et al. 2016, arXiv:1607.08022).

    Args:
        **kwargs: those of `GroupNormalization`. ``groups``, which configurations hold, is ignored.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "groups": -1})


class FilterResponseNormalization(Keras2Config, keras.layers.Layer):
    """Divides each channel of an image by its root mean square (Singh & Krishnan 2019, arXiv:1911.09737).

    Args:
        epsilon: added to the mean square, as its absolute value.
        axis: the spatial axes; only ``[1, 2]`` is possible.
        beta_initializer: initializer of ``beta``.
        gamma_initializer: initializer of ``gamma``.
        beta_regularizer: regularizer of ``beta``.
        gamma_regularizer: regularizer of ``gamma``.
        beta_constraint: constraint of ``beta``.
        gamma_constraint: constraint of ``gamma``.
        learned_epsilon: whether a trainable part is added to ``epsilon``.
        learned_epsilon_constraint: constraint of that part.
        name: the layer's name.

    Variables: ``learned_epsilon`` (1,) if asked for, ``gamma`` and ``beta`` (1, 1, 1, channels), in this order.

    Raises:
        TypeError: when ``axis`` is not a list.
        ValueError: for other axes.
    """

    def __init__(
        self,
        epsilon: float = 1e-6,
        axis: Sequence[int] = (1, 2),
        beta_initializer: Initializer = "zeros",
        gamma_initializer: Initializer = "ones",
        beta_regularizer: Regularizer = None,
        gamma_regularizer: Regularizer = None,
        beta_constraint: Constraint = None,
        gamma_constraint: Constraint = None,
        learned_epsilon: bool = False,
        learned_epsilon_constraint: Constraint = None,
        name: str | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if not isinstance(axis, (list, tuple)):
            raise TypeError(f"axis must be a list of axes, not {axis!r}")
        if list(axis) != [1, 2]:
            raise ValueError(f"FilterResponseNormalization works on the spatial axes [1, 2], not {axis}")
        self.supports_masking = True
        self.epsilon = epsilon
        self.axis = list(axis)
        self.use_eps_learned = learned_epsilon
        self.eps_learned_constraint = keras.constraints.get(learned_epsilon_constraint)
        self._gamma = WeightSettings("gamma", gamma_initializer, gamma_regularizer, gamma_constraint).on(self)
        self._beta = WeightSettings("beta", beta_initializer, beta_regularizer, beta_constraint).on(self)
        if learned_epsilon:
            self.eps_learned = self.add_weight(
                name="learned_epsilon",
                shape=(1,),
                initializer=keras.initializers.Constant(1e-4),
                constraint=self.eps_learned_constraint,
            )

    def build(self, input_shape: Shape) -> None:
        """Create ``gamma`` and ``beta``.

        Raises:
            ValueError: when the input is not (batch, height, width, channels).
        """
        if len(input_shape) != IMAGE_RANK:
            raise ValueError(f"FilterResponseNormalization needs input of rank 4, not of shape {input_shape}")
        shape = (1, 1, 1, input_shape[-1])
        self.gamma = self.add_weight(name="gamma", shape=shape, **self._gamma.arguments())
        self.beta = self.add_weight(name="beta", shape=shape, **self._beta.arguments())
        self.input_spec = keras.layers.InputSpec(ndim=IMAGE_RANK, axes={-1: input_shape[-1]})

    def call(self, inputs: Tensor) -> Tensor:
        """Normalize ``inputs`` of shape (batch, height, width, channels); the shape stays."""
        epsilon = ops.abs(ops.cast(self.epsilon, inputs.dtype))
        if self.use_eps_learned:
            epsilon = epsilon + ops.abs(self.eps_learned)
        return inputs * (self.gamma * ops.rsqrt(_mean_square(inputs) + epsilon)) + self.beta

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``; builds the layer, as asking for shapes did in Keras 2."""
        build_once(self, input_shape)
        return tuple(input_shape)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "epsilon": self.epsilon,
            "learned_epsilon": self.use_eps_learned,
            "learned_epsilon_constraint": keras.constraints.serialize(self.eps_learned_constraint),
            **self._beta.get_config(),
            **self._gamma.get_config(),
        }


def _mean_square(images: Tensor) -> Tensor:
    """Return each channel's mean square. That of large half-precision images is summed in float32, lest it overflow."""
    squares = ops.square(images)
    height, width = images.shape[1:3]
    if height and width and height * width <= FEW_PIXELS:
        return ops.sum(squares, axis=(1, 2), keepdims=True) / (height * width)
    return ops.mean(squares, axis=(1, 2), keepdims=True)
