"""Inverse of max pooling, for the positions that the pooling reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config, normalize_tuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadstone.addons.utils.types import Config, Shape, Tensor

PADDINGS = ("SAME", "VALID")


class MaxUnpooling2D(Keras2Config, keras.layers.Layer):
    """Puts what ``tf.nn.max_pool_with_argmax`` kept back where it came from, between zeros.

    The positions must not count the batch (``include_batch_in_index=False``), and the pooling must have used the whole
    image: with padding ``SAME`` the strides divide its size, with ``VALID`` its size without a window. Values that came
    from one position, as those of overlapping windows can, are added up.

    Args:
        pool_size: height and width of the pooling's window.
        strides: strides of the pooling.
        padding: padding of the pooling, ``SAME`` or ``VALID``.

    Raises:
        ValueError: for another padding.
    """

    def __init__(
        self,
        pool_size: int | Iterable[int] = (2, 2),
        strides: int | Iterable[int] = (2, 2),
        padding: str = "SAME",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if padding not in PADDINGS:
            raise ValueError(f'Padding must be one of "SAME" and "VALID", not {padding!r}')
        self.pool_size = normalize_tuple(pool_size, 2, "pool_size")
        self.strides = normalize_tuple(strides, 2, "strides")
        self.padding = padding

    def call(self, updates: Tensor, mask: Tensor) -> Tensor:
        """Unpool.

        Args:
            updates: what the pooling kept, (batch, height, width, channels).
            mask: where it was in the image, ``(row * width + column) * channels + channel``, of the same shape.

        Returns:
            an image of the size that the pooling had, in the dtype of ``updates``.
        """
        return unpooled(updates, mask, self._image_shape(ops.shape(updates)))

    def _image_shape(self, pooled: Sequence[Any]) -> Shape:
        extra = (
            (0, 0)
            if self.padding == "SAME"
            else (size - step for size, step in zip(self.pool_size, self.strides, strict=True))
        )
        sizes = zip(pooled[1:3], self.strides, extra, strict=True)
        image = (None if size is None else size * stride + more for size, stride, more in sizes)
        return (pooled[0], *image, pooled[3])

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the image's shape for that of ``updates``, or for a list of those of ``updates`` and ``mask``."""
        is_pair = len(input_shape) == 2  # noqa: PLR2004 - the two arguments of call
        return self._image_shape(input_shape[1] if is_pair else input_shape)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "strides": self.strides,
            "padding": self.padding,
        }


def unpooled(updates: Tensor, mask: Tensor, image_shape: Sequence[Any]) -> Tensor:
    """Return zeros of ``image_shape`` with ``updates`` added where ``mask`` says."""
    updates = ops.convert_to_tensor(updates)
    if 0 in updates.shape:
        return ops.zeros(image_shape, updates.dtype)
    mask = ops.cast(mask, "int32")
    batch, height, width, channels = image_shape
    image_size = height * width * channels
    # The channel of a position is that of the value, whatever its index says.
    inside = mask - mask % channels + ops.arange(channels, dtype="int32")
    # A position outside of its image would be one in another sample's; behind the last one it is an error, or ignored.
    is_inside = ops.logical_and(inside >= 0, inside < image_size)
    first = ops.reshape(ops.arange(batch, dtype="int32") * image_size, (-1, 1, 1, 1))
    flat = ops.where(is_inside, inside + first, batch * image_size)
    values = ops.segment_sum(ops.reshape(updates, (-1,)), ops.reshape(flat, (-1,)), num_segments=batch * image_size)
    return ops.reshape(values, image_shape)
