"""Attention whose scores have the sizes that they had in Keras 2."""

from __future__ import annotations

from typing import Any

import keras

PACKAGE = "loadstone"


@keras.saving.register_keras_serializable(PACKAGE)
class MultiHeadAttention(keras.layers.MultiHeadAttention):
    """`keras.layers.MultiHeadAttention` that knows the shape of its scores, and has values of any size on JAX.

    Keras 3.15 takes the scores for (batch, heads, queries, queries) whatever the keys are and the axes that are
    attended, so that layers which take the scores are built for another size. On JAX it calls a fused kernel that wants
    values as large as keys, unless the scores are asked for.

    Args:
        *args: those of `keras.layers.MultiHeadAttention`.
        **kwargs: likewise.

    Source: ``keras.layers.MultiHeadAttention`` of Keras 2.15.0, whose scores are (*other axes of the query, heads,
    *attended axes of the query, *attended axes of the key).
    """

    def compute_output_spec(
        self, query: Any, value: Any, key: Any = None, *, return_attention_scores: bool = False, **kwargs: Any
    ) -> Any:
        """Return the shape and dtype of the output, and of the scores if they are returned."""
        del kwargs  # masks, and whether it trains, which have no influence on shapes
        shape = self.compute_output_shape(query.shape, value.shape, None if key is None else key.shape)
        output = keras.KerasTensor(shape, dtype=self.compute_dtype)
        if not return_attention_scores:
            return output
        rank = len(query.shape)
        attended = self.get_config()["attention_axes"] or range(1, rank - 1)
        axes = [axis % rank for axis in ([attended] if isinstance(attended, int) else attended)]
        others = [query.shape[axis] for axis in range(rank - 1) if axis not in axes]
        keys = value if key is None else key
        scores = (*others, self.num_heads, *(query.shape[axis] for axis in axes), *(keys.shape[axis] for axis in axes))
        return output, keras.KerasTensor(scores, dtype=self.compute_dtype)

    def call(  # noqa: PLR0913 - the arguments of Keras' own
        self,
        query: Any,
        value: Any,
        key: Any = None,
        *,
        return_attention_scores: bool = False,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return the output, of the query's shape but for the last size, and the scores where they are asked for."""
        outputs = super().call(
            query,
            value,
            key,
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            return_attention_scores=return_attention_scores or self.value_dim != self.key_dim,
            training=training,
            use_causal_mask=use_causal_mask,
        )
        return outputs[0] if isinstance(outputs, tuple) and not return_attention_scores else outputs
