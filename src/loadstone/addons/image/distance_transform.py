"""Distances to the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.image.backend import image_function
from loadstone.addons.image.utils import from_4D_image, get_ndims, to_4D_image
from loadstone.addons.utils.values import call_on_host

if TYPE_CHECKING:
    from loadstone.addons.utils.types import AcceptableDTypes, Array, Tensor, TensorLike

DTYPES = ("float16", "float32", "float64")


@image_function
def euclidean_dist_transform(
    images: TensorLike, dtype: AcceptableDTypes = "float32", name: str | None = None
) -> Tensor:
    """Return each pixel's Euclidean distance to the nearest pixel that is zero, in each channel.

    Distances are exact, not approximated (Felzenszwalb & Huttenlocher 2012, doi:10.4086/toc.2012.v008a019). Without
    any zero in a channel they are the square root of the largest number of ``dtype``, which is the bound of all.

    There is no such operation in Keras, so this is NumPy: it runs eagerly, in ``tf.function`` and in ``jax.jit``
    through a callback on the host, but not in what TensorFlow compiles with XLA. No gradient passes.

    Args:
        images: uint8, of shape (height, width), (height, width, channels) or (batch, height, width, channels).
        dtype: ``float16``, ``float32`` or ``float64``.
        name: name of the scope.

    Returns:
        a tensor of the shape of ``images`` and of ``dtype``.

    Raises:
        TypeError: when ``images`` is not uint8, or ``dtype`` another one.
        ValueError: when ``images`` has another number of axes.
    """
    with keras.name_scope(name or "euclidean_distance_transform"):
        images = ops.convert_to_tensor(images)
        if keras.backend.standardize_dtype(images.dtype) != "uint8":
            raise TypeError(f"Invalid dtype {images.dtype}. Expected uint8.")
        result = keras.backend.standardize_dtype(dtype)
        if result not in DTYPES:
            raise TypeError("`dtype` must be float16, float32 or float64")
        pixels = to_4D_image(images)
        (squares,) = call_on_host(lambda values: [_squared_distances(values)], [pixels], ["int32"], [pixels.shape])
        computed = "float64" if result == "float64" else "float32"  # half the precision has not the squares
        bound = ops.convert_to_tensor(float(np.finfo(result).max), dtype=computed)
        squares = ops.where(squares < 0, bound, ops.cast(squares, computed))
        distances = ops.sqrt(ops.minimum(squares, bound))
        return ops.cast(from_4D_image(distances, get_ndims(images)), result)


def _squared_distances(images: Array) -> Array:
    """Return squared distances of (batch, height, width, channels) as int32; -1 in channels without a zero."""
    _, height, width, _ = images.shape
    far = height + width + 1  # farther than any pixel of an image
    # Along the columns: how long ago a zero was, from above and from below.
    rows = np.arange(height)[:, None, None]
    last = np.maximum.accumulate(np.where(images == 0, rows, -far), axis=1)
    following = np.minimum.accumulate(np.where(images == 0, rows, height + far)[:, ::-1], axis=1)[:, ::-1]
    squares = np.minimum(np.minimum(rows - last, following - rows), far).astype("int64") ** 2
    # Then along the rows: a column at some distance may be nearer, until that distance alone is too far.
    nearest = squares.copy()
    has_zero = (images == 0).any(axis=(1, 2), keepdims=True)
    for offset in range(1, width):
        if offset**2 >= nearest.max(where=has_zero, initial=0):
            break
        left, right = squares[:, :, :-offset], squares[:, :, offset:]
        np.minimum(nearest[:, :, offset:], left + offset**2, out=nearest[:, :, offset:])
        np.minimum(nearest[:, :, :-offset], right + offset**2, out=nearest[:, :, :-offset])
    return np.where(has_zero, nearest, -1).astype("int32")
