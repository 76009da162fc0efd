"""Multi-head attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, WeightSettings, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Constraint, Initializer, Regularizer, Shape, Tensor

MASKED = -10e9  # added to the logits of masked positions
MASK_RANK = 2
MASKED_HALF = -3e4  # the same where the former is infinite, and softmax undefined if nothing is left


class MultiHeadAttention(Keras2Config, keras.layers.Layer):
    """Scaled dot-product attention in several heads (Vaswani et al. 2017, arXiv:1706.03762).

    Not Keras' layer of this name: it takes a list, projects without biases, and stores kernels heads first.

    Args:
        head_size: size of a head.
        num_heads: number of heads.
        output_size: size of the output's last axis; None for that of the values.
        dropout: rate of dropout on the attention coefficients, in training.
        use_projection_bias: whether the output has a bias.
        return_attn_coef: whether the attention coefficients are returned too.
        kernel_initializer: initializer of the four kernels.
        kernel_regularizer: regularizer of the four kernels.
        kernel_constraint: constraint of the four kernels.
        bias_initializer: initializer of the bias.
        bias_regularizer: regularizer of the bias.
        bias_constraint: constraint of the bias.

    Variables: ``query_kernel``, ``key_kernel``, ``value_kernel`` (heads, features, head_size), ``projection_kernel``
    (heads, head_size, output_size), ``projection_bias`` (output_size,).

    Raises:
        ValueError: when ``output_size`` is not positive.
    """

    def __init__(
        self,
        head_size: int,
        num_heads: int,
        output_size: int | None = None,
        dropout: float = 0.0,
        use_projection_bias: bool = True,
        return_attn_coef: bool = False,
        kernel_initializer: Initializer = "glorot_uniform",
        kernel_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_initializer: Initializer = "zeros",
        bias_regularizer: Regularizer = None,
        bias_constraint: Constraint = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        if output_size is not None and output_size < 1:
            raise ValueError(f"output_size must be positive, not {output_size}")
        self.head_size = head_size
        self.num_heads = num_heads
        self.output_size = output_size
        self.dropout = keras.layers.Dropout(dropout, dtype=self.dtype_policy)
        self._droput_rate = dropout  # the name that TensorFlow Addons gave it
        self.use_projection_bias = use_projection_bias
        self.return_attn_coef = return_attn_coef
        self._kernel = WeightSettings("kernel", kernel_initializer, kernel_regularizer, kernel_constraint).on(self)
        self._bias = WeightSettings("bias", bias_initializer, bias_regularizer, bias_constraint).on(self)

    def build(self, input_shape: Sequence[Shape]) -> None:
        """Create the weights."""
        query, key, value = _three(input_shape)
        output_size = self._output_size(value)
        kernel = self._kernel.arguments()
        heads = (self.num_heads,)
        self.query_kernel = self.add_weight(name="query_kernel", shape=(*heads, query[-1], self.head_size), **kernel)
        self.key_kernel = self.add_weight(name="key_kernel", shape=(*heads, key[-1], self.head_size), **kernel)
        self.value_kernel = self.add_weight(name="value_kernel", shape=(*heads, value[-1], self.head_size), **kernel)
        self.projection_kernel = self.add_weight(
            name="projection_kernel", shape=(*heads, self.head_size, output_size), **kernel
        )
        self.projection_bias = None
        if self.use_projection_bias:
            bias = self._bias.arguments()
            self.projection_bias = self.add_weight(name="projection_bias", shape=(output_size,), **bias)

    def call(self, inputs: Sequence[Tensor], training: bool | None = None, mask: Tensor | None = None) -> Any:
        """Attend.

        Args:
            inputs: queries (..., N, F), keys (..., M, G) and, unless they are the keys, values (..., M, H).
            training: whether to drop attention coefficients.
            mask: 1 where attention is allowed, 0 where not; of shape (..., N, M), or (..., heads, N, M).

        Returns:
            a tensor (..., N, output_size); with ``return_attn_coef`` also the coefficients (..., heads, N, M).

        Raises:
            ValueError: when there are not as many values as keys; when ``mask`` is of another shape, or not one tensor,
                as when the inputs themselves are masked.
        """
        query, key, value = _three(inputs)
        mask = _checked(mask, query.shape, key.shape, value.shape)
        query = ops.einsum("...ni,hio->...nho", query, self.query_kernel)
        key = ops.einsum("...mi,hio->...mho", key, self.key_kernel)
        value = ops.einsum("...mi,hio->...mho", value, self.value_kernel)
        query = query / ops.sqrt(ops.cast(self.head_size, query.dtype))
        logits = ops.einsum("...nho,...mho->...hnm", query, key)
        if mask is not None:
            mask = ops.cast(mask, logits.dtype)
            mask = mask if len(mask.shape) == len(logits.shape) else ops.expand_dims(mask, -3)
            masked = MASKED_HALF if keras.backend.standardize_dtype(logits.dtype) == "float16" else MASKED
            logits = logits + masked * (1.0 - mask)
        coefficients = softmax(logits)
        attended = ops.einsum("...hnm,...mhi->...nhi", self.dropout(coefficients, training=training), value)
        outputs = ops.einsum("...nhi,hio->...no", attended, self.projection_kernel)
        if self.projection_bias is not None:
            outputs = outputs + self.projection_bias
        return (outputs, coefficients) if self.return_attn_coef else outputs

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Any:
        """Return the output's shape; with ``return_attn_coef`` also the coefficients'."""
        query, key, value = _three(input_shape)
        outputs = (*query[:-1], self._output_size(value))
        if not self.return_attn_coef:
            return outputs
        return outputs, (*query[:-2], self.num_heads, query[-2], key[-2])

    def compute_mask(self, inputs: Sequence[Tensor], previous_mask: Any = None) -> None:
        """Return None: the mask tells where to attend, and the output has none."""
        del inputs, previous_mask  # part of Keras' signature

    def _output_size(self, value_shape: Shape) -> int:
        return int(value_shape[-1] if self.output_size is None else self.output_size)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "head_size": self.head_size,
            "num_heads": self.num_heads,
            "output_size": self.output_size,
            "dropout": self._droput_rate,
            "use_projection_bias": self.use_projection_bias,
            "return_attn_coef": self.return_attn_coef,
            **self._kernel.get_config(),
            **self._bias.get_config(),
        }


def _three(parts: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Return those of query, key and value; two parts mean that the keys are the values."""
    query, key, *rest = parts
    return query, key, rest[0] if rest else key


def _checked(mask: Any, query: Shape, key: Shape, value: Shape) -> Tensor | None:
    """Return the one mask there may be; shapes that do not match, and masks of inputs, are errors."""
    if not _agree(key[-2], value[-2]):
        raise ValueError(f"there must be as many values as keys, not {value[-2]} for {key[-2]} keys")
    if isinstance(mask, (list, tuple)) and all(part is None for part in mask):
        return None
    if isinstance(mask, (list, tuple)):
        raise ValueError(  # noqa: TRY004 - the type is Keras' choice, the number of masks is what is wrong
            "MultiHeadAttention cannot combine the masks of its inputs; pass one mask in its call"
        )
    if mask is not None and (
        len(mask.shape) < MASK_RANK or not (_agree(mask.shape[-2], query[-2]) and _agree(mask.shape[-1], key[-2]))
    ):
        raise ValueError(f"mask must be of shape (..., {query[-2]}, {key[-2]}), not {tuple(mask.shape)}")
    return mask


def _agree(size: int | None, other: int | None) -> bool:
    return size is None or other is None or size == other
