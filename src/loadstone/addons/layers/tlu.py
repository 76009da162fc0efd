"""Thresholded linear unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, WeightSettings

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Constraint, Initializer, Regularizer, Shape, Tensor


class TLU(Keras2Config, keras.layers.Layer):
    """Returns ``max(x, tau)``, or ``max(x, alpha * x + tau)``, with learned weights (arXiv:1911.09737, section 3.2).

    Args:
        affine: whether there is ``alpha``.
        tau_initializer: initializer of ``tau``.
        tau_regularizer: regularizer of ``tau``.
        tau_constraint: constraint of ``tau``.
        alpha_initializer: initializer of ``alpha``.
        alpha_regularizer: regularizer of ``alpha``.
        alpha_constraint: constraint of ``alpha``.

    Variables: ``tau`` and, if affine, ``alpha``, each of the input's shape without the batch axis.
    """

    def __init__(
        self,
        affine: bool = False,
        tau_initializer: Initializer = "zeros",
        tau_regularizer: Regularizer = None,
        tau_constraint: Constraint = None,
        alpha_initializer: Initializer = "zeros",
        alpha_regularizer: Regularizer = None,
        alpha_constraint: Constraint = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.affine = affine
        self._tau = WeightSettings("tau", tau_initializer, tau_regularizer, tau_constraint).on(self)
        self._alpha = WeightSettings("alpha", alpha_initializer, alpha_regularizer, alpha_constraint).on(self)

    def build(self, input_shape: Shape) -> None:
        """Create the weights."""
        shape = tuple(input_shape[1:])
        self.tau = self.add_weight(name="tau", shape=shape, **self._tau.arguments())
        if self.affine:
            self.alpha = self.add_weight(name="alpha", shape=shape, **self._alpha.arguments())
        self.input_spec = keras.layers.InputSpec(ndim=len(input_shape), axes=dict(enumerate(shape, start=1)))

    def call(self, inputs: Tensor) -> Tensor:
        """Apply the unit to ``inputs``; the shape stays."""
        return ops.maximum(inputs, self.tau + self.alpha * inputs if self.affine else self.tau)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``."""
        return input_shape

    def get_config(self) -> Config:
        """Return the constructor's arguments; those of ``alpha`` only if affine, as TensorFlow Addons did."""
        alpha = self._alpha.get_config() if self.affine else {}
        return {**super().get_config(), "affine": self.affine, **self._tau.get_config(), **alpha}
