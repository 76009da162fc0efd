"""Layers that change the size of images, as Keras 2 did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "loadstone"

_HEIGHT, _WIDTH = -3, -2
_CHANNELS_FIRST = "channels_first"


@keras.saving.register_keras_serializable(PACKAGE)
class RandomCrop(keras.layers.Layer):
    """A random part of each batch of images when training, and otherwise their middle, resized to the same size.

    Keras 3 leaves images as they are when it does not train.

    Args:
        height: of what is returned.
        width: of what is returned.
        seed: of the random places.
        crop_first: whether the middle is cut out of the image and then resized, as since Keras 2.7, or the image
            resized so that it covers what is wanted and the middle is then cut out, as before.
        largest: whether the middle is as large as the image and the wanted proportions allow. Keras 3.6 and 3.7 cut
            from the corner of that part on, but not more than what is wanted.
        data_format: ``channels_first`` where the channels stand before the height.
        **kwargs: those of `keras.layers.Layer`.

    Source: ``keras.layers.RandomCrop`` of Keras 2.15.0, 3.5.0 and 3.6.0; ``experimental.preprocessing.RandomCrop`` of
    2.4.0.
    """

    def __init__(
        self,
        height: int,
        width: int,
        *,
        seed: int | None = None,
        crop_first: bool = True,
        largest: bool = True,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.largest = largest
        self.data_format = data_format
        self.height = height
        self.width = width
        self.seed = seed
        self.crop_first = crop_first
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, *, training: bool | None = None) -> Any:
        """Return (..., height, width, channels), or with the channels first in both, of images of known sizes."""
        if self.data_format == _CHANNELS_FIRST:
            return ops.moveaxis(self._cropped(ops.moveaxis(inputs, -3, -1), training=training), -1, -3)
        return self._cropped(inputs, training=training)

    def _cropped(self, inputs: Any, *, training: bool | None) -> Any:
        height, width = inputs.shape[_HEIGHT], inputs.shape[_WIDTH]
        images = ops.cast(inputs, self.compute_dtype)
        if training and height >= self.height and width >= self.width:
            top = self._drawn(height - self.height)
            left = self._drawn(width - self.width)
            begin = [0] * (len(images.shape) - 3) + [top, left, 0]
            size = [*ops.shape(images)[:-3], self.height, self.width, images.shape[-1]]
            return ops.slice(images, begin, size)
        resized = self._middle_resized if self.crop_first else self._resized_middle
        return ops.cast(resized(images, height, width), self.compute_dtype)

    def _drawn(self, most: int) -> Any:
        return ops.cast(keras.random.randint((), 0, most + 1, seed=self.generator), "int32")

    def _middle_resized(self, images: Any, height: int, width: int) -> Any:
        kept_height = min(height, int(width * self.height / self.width))
        kept_width = min(width, int(height * self.width / self.height))
        top, left = int((height - kept_height) / 2), int((width - kept_width) / 2)
        kept = (kept_height, kept_width) if self.largest else (self.height, self.width)
        return self._resize(_cut(images, top, left, *kept), self.height, self.width)

    def _resized_middle(self, images: Any, height: int, width: int) -> Any:
        if height / width > self.height / self.width:
            images = self._resize(images, int(self.width * height / width), self.width)
        else:
            images = self._resize(images, self.height, int(self.height * width / height))
        top = int((images.shape[_HEIGHT] - self.height) / 2)
        left = int((images.shape[_WIDTH] - self.width) / 2)
        return _cut(images, top, left, self.height, self.width)

    @staticmethod
    def _resize(images: Any, height: int, width: int) -> Any:
        return ops.image.resize(images, (height, width), interpolation="bilinear", data_format="channels_last")

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch shape of the output for one of the input."""
        if self.data_format == _CHANNELS_FIRST:
            return (*input_shape[:_WIDTH], self.height, self.width)
        return (*input_shape[:_HEIGHT], self.height, self.width, input_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        names = ("height", "width", "seed", "crop_first", "largest", "data_format")
        own = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **own}


def _cut(images: Any, top: int, left: int, height: int, width: int) -> Any:
    return images[..., top : top + height, left : left + width, :]


class RandomSize(keras.layers.Layer):
    """When training, stretches images along one axis by a random factor; otherwise returns them as they are.

    Args:
        factor: a bound on both sides of 1, or the lower and the upper one (0.2 is from 0.8 to 1.2 times the size).
        interpolation: as in `keras.ops.image.resize`.
        seed: of the random factor.
        **kwargs: those of `keras.layers.Layer`.

    Source: ``keras.layers.RandomHeight`` and ``RandomWidth`` of Keras 2.15.0.
    """

    axis: int

    def __init__(
        self,
        factor: float | Sequence[float],
        *,
        interpolation: str = "bilinear",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.factor = factor
        self.interpolation = interpolation
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Any, *, training: bool | None = None) -> Any:
        """Return (..., height, width, channels), the channels last; one of the two sizes is another when training.

        Raises:
            NotImplementedError: it trains on JAX, which compiles for sizes that are known beforehand.
        """
        if not training:
            return inputs
        if keras.backend.backend() == "jax":
            raise NotImplementedError(
                f"{type(self).__name__} makes images of a random size, which JAX cannot compile; train without it"
            )
        low, high = (-self.factor, self.factor) if isinstance(self.factor, int | float) else self.factor
        drawn = keras.random.uniform((), 1.0 + low, 1.0 + high, seed=self.generator)
        sizes = [ops.shape(inputs)[_HEIGHT], ops.shape(inputs)[_WIDTH]]
        place = self.axis - _HEIGHT
        sizes[place] = ops.cast(drawn * ops.cast(sizes[place], "float32"), "int32")
        if keras.backend.backend() == "torch":
            sizes = [int(size) for size in sizes]
        images = ops.image.resize(inputs, tuple(sizes), interpolation=self.interpolation, data_format="channels_last")
        return ops.cast(images, self.compute_dtype)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """Return the batch shape of the output for one of the input; the random size is None."""
        shape = list(input_shape)
        shape[self.axis] = None
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = {name: getattr(self, name) for name in ("factor", "interpolation", "seed")}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable(PACKAGE)
class RandomHeight(RandomSize):
    """`RandomSize` along the height."""

    axis = _HEIGHT


@keras.saving.register_keras_serializable(PACKAGE)
class RandomWidth(RandomSize):
    """`RandomSize` along the width."""

    axis = _WIDTH
