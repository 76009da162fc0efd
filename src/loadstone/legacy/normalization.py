"""Batch normalization with what Keras 3 has no argument for, or not in all of its releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class BatchNormalization(keras.layers.Layer):
    """Normalize over all axes but ``axis``, of which there may be several.

    When it is not training, the moving mean and variance are used, and ``renorm`` and ``virtual_batch_size`` say
    nothing. When it is, with ``virtual_batch_size`` the statistics are those of parts of the batch of that size; with
    ``renorm`` the result is corrected towards the moving statistics (Ioffe, 2017).

    Args:
        axis: the axes that keep statistics of their own: one or several.
        momentum: of the moving mean and variance.
        epsilon: added to the variance.
        center: whether there is a ``beta``.
        scale: whether there is a ``gamma``.
        beta_initializer: of beta.
        gamma_initializer: of gamma.
        moving_mean_initializer: of the moving mean.
        moving_variance_initializer: of the moving variance.
        beta_regularizer: of beta.
        gamma_regularizer: of gamma.
        beta_constraint: of beta.
        gamma_constraint: of gamma.
        renorm: whether to renormalize.
        renorm_clipping: bounds ``rmin``, ``rmax`` and ``dmax`` of the correction.
        renorm_momentum: of the mean and deviation that it corrects towards.
        virtual_batch_size: which the batch size is a multiple of; None for the whole batch.
        **kwargs: those of `keras.layers.Layer`.

    Source: ``keras.layers.BatchNormalization`` of Keras 2.15.0 and ``tf.compat.v1.keras.layers.BatchNormalization``.
    """

    def __init__(  # noqa: PLR0913 - the arguments of the original
        self,
        *,
        axis: int | Sequence[int] = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        virtual_batch_size: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = [axis] if isinstance(axis, int) else list(axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.initializers = {
            "beta": keras.initializers.get(beta_initializer),
            "gamma": keras.initializers.get(gamma_initializer),
            "moving_mean": keras.initializers.get(moving_mean_initializer),
            "moving_variance": keras.initializers.get(moving_variance_initializer),
        }
        self.regularizers = {
            "beta": keras.regularizers.get(beta_regularizer),
            "gamma": keras.regularizers.get(gamma_regularizer),
        }
        self.constraints = {
            "beta": keras.constraints.get(beta_constraint),
            "gamma": keras.constraints.get(gamma_constraint),
        }
        self.renorm = renorm
        self.renorm_clipping = dict(renorm_clipping or {})
        self.renorm_momentum = renorm_momentum
        self.virtual_batch_size = virtual_batch_size
        self.supports_masking = True

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Create the weights for inputs of this batch shape, whose sizes along ``axis`` are known."""
        rank = len(input_shape)
        axes = sorted(axis % rank for axis in self.axis)
        self._broadcast = [input_shape[axis] if axis in axes else 1 for axis in range(rank)]
        self._reduced = [axis for axis in range(rank) if axis not in axes]
        # One axis has weights of rank 1, several have weights that the inputs broadcast with, and those of virtual
        # batches have the axis of these too.
        shape = [input_shape[axes[0]]] if len(axes) == 1 else self._broadcast
        if self.virtual_batch_size is not None:
            shape = [1, *self._broadcast]
        self.gamma = self._scaling("gamma", shape) if self.scale else None
        self.beta = self._scaling("beta", shape) if self.center else None
        variance = self.initializers["moving_variance"]
        self.moving_mean = self._statistic("moving_mean", shape, self.initializers["moving_mean"])
        self.moving_variance = self._statistic("moving_variance", shape, variance)
        if self.renorm:

            def deviation(*args: Any, **kwargs: Any) -> Any:
                return ops.sqrt(variance(*args, **kwargs))

            self.moving_stddev = self._statistic("moving_stddev", shape, deviation)
            self.renorm_mean = self._statistic("renorm_mean", shape, self.initializers["moving_mean"])
            self.renorm_stddev = self._statistic("renorm_stddev", shape, deviation)
        self.built = True

    def _scaling(self, name: str, shape: Sequence[int | None]) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=self.initializers[name],
            regularizer=self.regularizers[name],
            constraint=self.constraints[name],
        )

    def _statistic(self, name: str, shape: Sequence[int | None], initializer: Any) -> Any:
        return self.add_weight(name=name, shape=shape, initializer=initializer, trainable=False)

    def call(self, inputs: Any, mask: Any = None, *, training: bool | None = None) -> Any:
        """Return the inputs normalized, of the same shape and dtype. A mask passes through and changes nothing."""
        del mask
        values = ops.cast(inputs, "float32") if inputs.dtype in {"float16", "bfloat16"} else inputs
        if training and self.trainable:
            normalized = self._by_batch(values)
        else:
            deviation = ops.sqrt(self._along(self.moving_variance, values) + self.epsilon)
            normalized = (values - self._along(self.moving_mean, values)) / deviation
        if self.gamma is not None:
            normalized = normalized * self._along(self.gamma, values)
        if self.beta is not None:
            normalized = normalized + self._along(self.beta, values)
        return ops.cast(normalized, inputs.dtype)

    def _along(self, weight: Any, values: Any) -> Any:
        return ops.cast(ops.reshape(weight, self._broadcast), values.dtype)

    def _by_batch(self, values: Any) -> Any:
        """The values normalized by the statistics of their batch or virtual batch, which the moving ones follow."""
        if self.virtual_batch_size is None:
            mean, variance = ops.moments(values, axes=self._reduced, keepdims=True)
            normalized = self._normalized(values, mean, variance)
            self._move(mean, variance)
            return normalized
        # The original puts each so-manieth row into the same part.
        parts = ops.reshape(values, (self.virtual_batch_size, -1, *values.shape[1:]))
        reduced = [axis + 1 if axis else 0 for axis in self._reduced]
        mean, variance = ops.moments(parts, axes=reduced, keepdims=True)
        normalized = ops.reshape(self._normalized(parts, mean, variance), (-1, *values.shape[1:]))
        self._move(ops.mean(mean, axis=1), ops.mean(variance, axis=1))
        return normalized

    def _normalized(self, values: Any, mean: Any, variance: Any) -> Any:
        deviation = ops.sqrt(variance + self.epsilon)
        normalized = (values - mean) / deviation
        if not self.renorm:
            return normalized
        of_mean = self._along(self.renorm_mean, values)
        of_deviation = ops.maximum(self._along(self.renorm_stddev, values), self.epsilon**0.5)
        r, d = deviation / of_deviation, (mean - of_mean) / of_deviation
        bounds = self.renorm_clipping
        r = ops.maximum(r, bounds["rmin"]) if bounds.get("rmin") is not None else r
        r = ops.minimum(r, bounds["rmax"]) if bounds.get("rmax") is not None else r
        d = ops.clip(d, -bounds["dmax"], bounds["dmax"]) if bounds.get("dmax") is not None else d
        return normalized * ops.stop_gradient(r) + ops.stop_gradient(d)

    def _move(self, mean: Any, variance: Any) -> None:
        _moved(self.moving_mean, mean, self.momentum)
        if not self.renorm:
            _moved(self.moving_variance, variance, self.momentum)
            return
        deviation = ops.sqrt(variance + self.epsilon)
        _moved(self.moving_stddev, deviation, self.momentum)
        _moved(self.renorm_mean, mean, self.renorm_momentum)
        _moved(self.renorm_stddev, deviation, self.renorm_momentum)
        self.moving_variance.assign(ops.maximum(ops.square(self.moving_stddev) - self.epsilon, 0.0))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Sequence[int | None]:
        """Return the shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        plain = ("axis", "momentum", "epsilon", "center", "scale", "renorm", "renorm_clipping", "renorm_momentum",
                 "virtual_batch_size")  # fmt: skip
        parts = (
            (self.initializers, "initializer", keras.initializers),
            (self.regularizers, "regularizer", keras.regularizers),
            (self.constraints, "constraint", keras.constraints),
        )
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in plain},
            **{f"{of}_{kind}": module.serialize(each) for table, kind, module in parts for of, each in table.items()},
        }


def _moved(variable: Any, value: Any, momentum: float) -> None:
    value = ops.cast(ops.reshape(value, variable.shape), variable.dtype)
    variable.assign(variable * momentum + value * (1.0 - momentum))
