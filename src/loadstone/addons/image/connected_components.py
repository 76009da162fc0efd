"""Connected regions of equal value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import ops

from loadstone.addons.image.backend import image_function, rank
from loadstone.addons.utils.values import call_on_host

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Array, Tensor, TensorLike

IMAGE, BATCH = 2, 3  # numbers of axes


@image_function
def connected_components(images: TensorLike, name: str | None = None) -> Tensor:
    """Number the regions of adjacent pixels that have the same value and are not zero.

    Pixels are adjacent to those above, below, left and right, as in ``scipy.ndimage.label``. Numbers count from 1
    through all images, in the order of the regions' first pixels; zero stays zero. NaN equals nothing.

    There is no such operation in Keras, so this is NumPy: it runs eagerly, in ``tf.function`` and in ``jax.jit``
    through a callback on the host, but not in what TensorFlow compiles with XLA. No gradient passes.

    Args:
        images: of shape (height, width) or (batch, height, width), of any dtype.
        name: name of the scope.

    Returns:
        an int32 tensor of the shape of ``images``.

    Raises:
        TypeError: when ``images`` has another number of axes.
    """
    with keras.name_scope(name or "connected_components"):
        images = ops.convert_to_tensor(images)
        if rank(images) not in {IMAGE, BATCH}:
            raise TypeError(f"images should have rank 2 (HW) or 3 (NHW). Static shape is {images.shape}")
        (labels,) = call_on_host(lambda values: [_label(values)], [images], ["int32"], [images.shape])
        return labels


def _label(images: Array) -> Array:
    """Return the numbers of `connected_components`.

    Every pixel points to one of its region that is not behind it; neighbours' pointers are merged until each points
    to the region's first pixel.
    """
    first = np.arange(images.size)
    places = first.reshape(images.shape)
    pairs = [(places[..., 1:, :], places[..., :-1, :]), (places[..., :, 1:], places[..., :, :-1])]
    flat = images.reshape(-1)
    one, other = np.concatenate([np.stack([a.ravel(), b.ravel()]) for a, b in pairs], axis=1)
    is_joined = (flat[one] == flat[other]) & (flat[one] != 0)
    one, other = one[is_joined], other[is_joined]
    while one.size:
        low, high = np.minimum(first[one], first[other]), np.maximum(first[one], first[other])
        np.minimum.at(first, high, low)
        while not np.array_equal(first, first[first]):
            first = first[first]
        is_split = first[one] != first[other]
        one, other = one[is_split], other[is_split]
    labels = np.zeros(images.size, "int32")
    is_region = flat != 0
    labels[is_region] = np.unique(first[is_region], return_inverse=True)[1].reshape(-1) + 1
    return labels.reshape(images.shape)
