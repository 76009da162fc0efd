"""Feature crossing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, WeightSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Initializer, Regularizer, Shape, Tensor


class PolynomialCrossing(Keras2Config, keras.layers.Layer):
    """Crosses features: ``x0 * (W x + diag_scale * x) + bias + x`` (Wang et al. 2017, arXiv:1708.05123).

    Args:
        projection_dim: rank of ``W``, at most half the number of features; None for full rank.
        diag_scale: added to the diagonal of ``W``.
        use_bias: whether there is a bias.
        kernel_initializer: initializer of ``W`` or of its two factors.
        bias_initializer: initializer of the bias.
        kernel_regularizer: regularizer of ``W`` or of its two factors.
        bias_regularizer: regularizer of the bias.

    Variables, for ``features``: ``kernel`` (features, features), or ``kernel_u`` (features, projection_dim) and
    ``kernel_v`` (projection_dim, features); then ``bias`` (features,).
    """

    def __init__(
        self,
        projection_dim: int | None = None,
        diag_scale: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: Initializer = "truncated_normal",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.projection_dim = projection_dim
        self.diag_scale = diag_scale
        self.use_bias = use_bias
        self._kernel = WeightSettings("kernel", kernel_initializer, kernel_regularizer).on(self)
        self._bias = WeightSettings("bias", bias_initializer, bias_regularizer).on(self)

    def build(self, input_shape: Sequence[Shape]) -> None:
        """Create the weights.

        Raises:
            ValueError: when the input is not a pair, or the rank is out of range.
        """
        _check_pair(input_shape)
        features = input_shape[-1][-1]
        rank = self.projection_dim
        if rank is None:
            shapes = {"kernel": (features, features)}
        elif 0 <= rank <= features / 2:
            shapes = {"kernel_u": (features, rank), "kernel_v": (rank, features)}
        else:
            raise ValueError(
                f"`projection_dim` should be smaller than last_dim / 2 = {features / 2} and positive, not {rank}"
            )
        for name, shape in shapes.items():
            setattr(self, name, self.add_weight(name=name, shape=shape, **self._kernel.arguments()))
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(features,), **self._bias.arguments())

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Cross a pair ``(x0, x)``, each of shape (batch, features); returns that shape.

        Raises:
            ValueError: when the input is not a pair.
        """
        _check_pair(inputs)
        x0, x = inputs
        if self.projection_dim is None:
            product = ops.matmul(x, self.kernel)
        else:
            product = ops.matmul(ops.matmul(x, self.kernel_u), self.kernel_v)
        if self.diag_scale:
            product = product + self.diag_scale * x
        outputs = x0 * product + x
        return outputs if self.bias is None else outputs + self.bias

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        """Return the shape of ``x0``."""
        return tuple(input_shape[0])

    def compute_mask(self, inputs: Sequence[Tensor], previous_mask: Any = None) -> Any:
        """Return the mask of ``x0``."""
        del inputs
        return previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        config = {**super().get_config(), **self._kernel.get_config(), **self._bias.get_config()}
        for without_constraint in ("kernel_constraint", "bias_constraint"):
            del config[without_constraint]
        return {
            **config,
            "projection_dim": self.projection_dim,
            "diag_scale": self.diag_scale,
            "use_bias": self.use_bias,
        }


def _check_pair(inputs: Any) -> None:
    if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:  # noqa: PLR2004 - a pair
        raise ValueError(f"PolynomialCrossing's input must be a tuple or list of size 2, not {inputs}")
