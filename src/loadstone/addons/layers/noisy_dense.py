"""Dense layer with learned noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Activation, Config, Constraint, Regularizer, Shape, Tensor

INDEPENDENT_SIGMA = 0.017  # initial noise level without factorised noise (Fortunato et al., section 3.2)


class NoisyDense(Keras2Config, keras.layers.Layer):
    """Dense layer whose weights are ``mu + sigma * eps`` (Fortunato et al. 2017, arXiv:1706.10295).

    The noise ``eps`` is stored: it stays the same, in training and inference alike, until `reset_noise` or
    `remove_noise` is called.

    Args:
        units: size of the last axis of the output.
        sigma: initial noise level of factorised noise.
        use_factorised: make the kernel's noise the outer product of an input's and an output's, instead of
            independent for every weight.
        activation: activation function.
        use_bias: whether there is a bias.
        kernel_regularizer: regularizer of both kernel weights.
        bias_regularizer: regularizer of both bias weights.
        activity_regularizer: regularizer of the output.
        kernel_constraint: constraint of both kernel weights.
        bias_constraint: constraint of both bias weights.

    Variables: ``sigma_kernel``, ``mu_kernel`` (inputs, units), ``sigma_bias``, ``mu_bias`` (units,); not trainable
    ``eps_kernel`` and ``eps_bias``. TensorFlow Addons wrote them to ``.h5`` in this order.
    """

    def __init__(
        self,
        units: int,
        sigma: float = 0.5,
        use_factorised: bool = True,
        activation: Activation = None,
        use_bias: bool = True,
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: object,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.supports_masking = True
        self.units = units
        self.sigma = sigma
        self.use_factorised = use_factorised
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self.sigma_bias: Tensor = None
        self.mu_bias: Tensor = None
        self.eps_bias: Tensor = None
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape: Shape) -> None:
        """Create the weights, with fresh noise in ``eps_*``."""
        inputs = input_shape[-1]
        shape = (inputs, self.units)
        kernel_noise, bias_noise = self._noise_initializers(inputs)
        kernel = {"regularizer": self.kernel_regularizer, "constraint": self.kernel_constraint}
        bias = {"regularizer": self.bias_regularizer, "constraint": self.bias_constraint}
        mu_limit = inputs**-0.5 if self.use_factorised else (3.0 / inputs) ** 0.5
        sigma = keras.initializers.Constant(self.sigma * inputs**-0.5 if self.use_factorised else INDEPENDENT_SIGMA)
        mu = keras.initializers.RandomUniform(-mu_limit, mu_limit)
        self.sigma_kernel = self.add_weight(name="sigma_kernel", shape=shape, initializer=sigma, **kernel)
        self.mu_kernel = self.add_weight(name="mu_kernel", shape=shape, initializer=mu, **kernel)
        self.eps_kernel = self.add_weight(name="eps_kernel", shape=shape, initializer=kernel_noise, trainable=False)
        if self.use_bias:
            mu = keras.initializers.RandomUniform(-mu_limit, mu_limit)
            self.sigma_bias = self.add_weight(name="sigma_bias", shape=shape[1:], initializer=sigma, **bias)
            self.mu_bias = self.add_weight(name="mu_bias", shape=shape[1:], initializer=mu, **bias)
            self.eps_bias = self.add_weight(name="eps_bias", shape=shape[1:], initializer=bias_noise, trainable=False)
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: inputs})

    def _noise_initializers(self, inputs: int) -> tuple[object, object]:
        # Initializers, not assignments in build: Keras may build a layer where assignments are dropped.
        if not self.use_factorised:
            return keras.initializers.RandomNormal(stddev=1.0), keras.initializers.RandomNormal(stddev=1.0)
        of_inputs = keras.initializers.RandomNormal(stddev=1.0)
        of_outputs = keras.initializers.RandomNormal(stddev=1.0)

        def bias_noise(shape: Shape, dtype: str) -> Tensor:
            return _compress(of_outputs(shape, dtype))

        def kernel_noise(shape: Shape, dtype: str) -> Tensor:
            return ops.outer(_compress(of_inputs((inputs,), dtype)), bias_noise(shape[1:], dtype))

        return kernel_noise, bias_noise

    @property
    def kernel(self) -> Tensor:
        """The noisy kernel, of shape (inputs, units)."""
        return self.mu_kernel + self.sigma_kernel * self.eps_kernel

    @property
    def bias(self) -> Tensor | None:
        """The noisy bias, of shape (units,), or None."""
        if not self.use_bias:
            return None
        return self.mu_bias + self.sigma_bias * self.eps_bias

    def call(self, inputs: Tensor) -> Tensor:
        """Multiply the last axis of ``inputs``, of rank 2 or more, with the noisy kernel."""
        outputs = ops.matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def reset_noise(self) -> None:
        """Draw new noise."""
        inputs, units = self.eps_kernel.shape
        dtype = self.variable_dtype
        if self.use_factorised:
            of_outputs = _compress(keras.random.normal((units,), dtype=dtype, seed=self.seed_generator))
            of_inputs = _compress(keras.random.normal((inputs,), dtype=dtype, seed=self.seed_generator))
            self._set_noise(ops.outer(of_inputs, of_outputs), of_outputs)
        else:
            self._set_noise(
                keras.random.normal((inputs, units), dtype=dtype, seed=self.seed_generator),
                keras.random.normal((units,), dtype=dtype, seed=self.seed_generator),
            )

    def remove_noise(self) -> None:
        """Set the noise to zero."""
        self._set_noise(ops.zeros(self.eps_kernel.shape), ops.zeros((self.units,)))

    def _set_noise(self, kernel: Tensor, bias: Tensor) -> None:
        self.eps_kernel.assign(kernel)
        if self.eps_bias is not None:
            self.eps_bias.assign(bias)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape`` with ``units`` on the last axis."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "sigma": self.sigma,
            "use_factorised": self.use_factorised,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": keras.regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }


def _compress(noise: Tensor) -> Tensor:
    """Return ``sign(x) * sqrt(|x|)``, the scaling of factorised noise."""
    return ops.sign(noise) * ops.sqrt(ops.abs(noise))
