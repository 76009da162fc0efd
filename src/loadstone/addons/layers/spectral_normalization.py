"""Spectral normalization."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, OutputShape, l2_normalize

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Shape, Tensor


class SpectralNormalization(Keras2Config, keras.layers.Wrapper):
    """Divides the wrapped layer's kernel by its largest singular value (Miyato et al. 2018, arXiv:1802.05957).

    Each call in training runs the power iteration and overwrites the kernel with its normalized self; inference uses
    the kernel as it is. JAX's compiled training step drops what a call writes into trainable variables: there the step
    computes with the normalized kernel, but the optimizer changes the one before.

    Args:
        layer: a layer with a ``kernel`` or ``embeddings``.
        power_iterations: how many steps of the power iteration a call makes, at least 1.

    Variables: the wrapped layer's own (``kernel``, ``bias``), then ``sn_u`` of shape (1, last axis of the kernel), not
    trainable, the running estimate of the leading singular vector. TensorFlow Addons wrote them to ``.h5`` in this
    order, and to ``.keras`` with ``vars/0`` the kernel again, ``vars/1`` ``sn_u``, and the wrapped layer under
    ``layer``. This class writes ``vars/0`` ``sn_u``, and the wrapped layer under ``layer``.

    Raises:
        ValueError: when ``power_iterations`` is not positive.
    """

    def __init__(self, layer: keras.layers.Layer, power_iterations: int = 1, **kwargs: object) -> None:
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(f"power_iterations must be positive, not {power_iterations}")
        self.power_iterations = power_iterations

    def build(self, input_shape: Shape) -> None:
        """Build the wrapped layer, then ``sn_u``.

        Raises:
            AttributeError: when the wrapped layer has neither a kernel nor embeddings.
        """
        super().build(input_shape)
        kernel: Any = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if not hasattr(kernel, "assign"):  # not a variable
            raise AttributeError(f"SpectralNormalization needs a kernel or embeddings; {self.layer.name!r} has neither")
        self.w = kernel
        self.u = self.add_weight(
            name="sn_u",
            shape=(1, kernel.shape[-1]),
            initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            dtype=kernel.dtype,
            trainable=False,
        )

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        """Call the wrapped layer, in training after normalizing its kernel."""
        if training:
            self.normalize_weights()
        return self.layer(inputs)

    def normalize_weights(self) -> None:
        """Run the power iteration; update ``sn_u`` and divide the kernel by the singular value found."""
        kernel = ops.reshape(ops.convert_to_tensor(self.w), [-1, self.w.shape[-1]])
        u = ops.convert_to_tensor(self.u)
        for _ in range(self.power_iterations):
            v = l2_normalize(ops.matmul(u, ops.transpose(kernel)))
            u = l2_normalize(ops.matmul(v, kernel))
        u = ops.stop_gradient(u)
        v = ops.stop_gradient(v)
        singular_value = ops.matmul(ops.matmul(v, kernel), ops.transpose(u))
        self.u.assign(ops.cast(u, self.u.dtype))
        self.w.assign(ops.cast(ops.reshape(kernel / singular_value, self.w.shape), self.w.dtype))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the wrapped layer's output shape."""
        return OutputShape(self.layer.compute_output_shape(input_shape))

    def get_config(self) -> Config:
        """Return the constructor's arguments; this layer builds the wrapped one, whose shapes it leaves out."""
        config = super().get_config()
        config["layer"].pop("build_config", None)
        return {**config, "power_iterations": self.power_iterations}
