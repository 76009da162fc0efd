"""Correlation of two images' features, as optical flow needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadstone.addons.utils.types import Config, Shape, Tensor

PAIR = 2


class CorrelationCost(Keras2Config, keras.layers.Layer):
    """Compares patches of one feature map with those of another nearby (Dosovitskiy et al. 2015, arXiv:1504.06852).

    For each position on a grid in the first map, and each displacement on a grid around it, the output holds the mean
    product of the two patches there. Beyond the maps' edges there are zeros.

    TensorFlow Addons had two kernels, which agree for ``stride_1 == 1``. Else this is the one for GPUs, and the
    paper's: the grid starts where a patch and its displacements fit into the padded map.

    Args:
        kernel_size: height and width of the patches, an odd number.
        max_displacement: largest displacement in either direction.
        stride_1: distance of positions.
        stride_2: distance of displacements.
        pad: how many zeros surround the maps.
        data_format: ``channels_last`` or ``channels_first``.

    Raises:
        ValueError: for another data format, or an even ``kernel_size``.
    """

    def __init__(
        self,
        kernel_size: int,
        max_displacement: int,
        stride_1: int,
        stride_2: int,
        pad: int,
        data_format: str,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        if data_format not in {"channels_last", "channels_first"}:
            raise ValueError(f"`data_format` must be either `channels_last` or `channels_first`, not {data_format!r}")
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, not {kernel_size}")
        self.kernel_size = kernel_size
        self.max_displacement = max_displacement
        self.stride_1 = stride_1
        self.stride_2 = stride_2
        self.pad = pad
        self.data_format = data_format

    def build(self, input_shape: Sequence[Shape]) -> None:
        """Check that there are two maps.

        Raises:
            ValueError: when there are not.
        """
        _check_pair(input_shape)

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Correlate.

        Args:
            inputs: two maps of one shape, (batch, height, width, channels), or with the channels first.

        Returns:
            a tensor (batch, rows, columns, displacements), or with the displacements first, row by row from the
            upper left one.

        Raises:
            ValueError: when there are not two maps.
        """
        _check_pair(inputs)
        first, second = (ops.convert_to_tensor(features) for features in inputs)
        if self.data_format == "channels_first":
            first, second = (ops.transpose(features, (0, 2, 3, 1)) for features in (first, second))
        costs = self._costs(first, second)
        return ops.transpose(costs, (0, 3, 1, 2)) if self.data_format == "channels_first" else costs

    def _costs(self, first: Tensor, second: Tensor) -> Tensor:
        margin = [(0, 0), (self.pad, self.pad), (self.pad, self.pad), (0, 0)]
        first, second = ops.pad(first, margin), ops.pad(second, margin)
        height, width = ops.shape(first)[1:3]
        largest = self.max_displacement
        rows, columns = height - 2 * largest, width - 2 * largest
        centre = first[:, largest : largest + rows, largest : largest + columns] / first.shape[-1]
        second = ops.transpose(second, (0, 1, 3, 2))
        radius = largest // self.stride_2
        offsets = [largest + step * self.stride_2 for step in range(-radius, radius + 1)]
        diagonals = slice(offsets[0], offsets[-1] + 1, self.stride_2)
        costs = []
        for offset in offsets:
            # Every column with every other one: far more products than needed, and yet faster than one by one.
            products = ops.matmul(centre, second[:, offset : offset + rows])
            costs.append(_diagonals(products, rows, columns, width)[..., diagonals])
        return self._patch_means(ops.concatenate(costs, axis=-1))

    def _patch_means(self, products: Tensor) -> Tensor:
        """Return the means over patches of (batch, rows, columns, displacements), at every ``stride_1``-th position."""
        if self.kernel_size == 1:
            return products[:, :: self.stride_1, :: self.stride_1]
        return ops.average_pool(
            products, self.kernel_size, strides=self.stride_1, padding="valid", data_format="channels_last"
        )

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> list[Shape]:
        """Return a list of the one output's shape, as TensorFlow Addons did.

        Raises:
            ValueError: when there are not two maps of one shape.
        """
        _check_pair(input_shape)
        if any(one != other for one, other in zip(*input_shape, strict=True)):
            raise ValueError(f"the two maps must have one shape, not {input_shape[0]} and {input_shape[1]}")
        batch, *rest = input_shape[0]
        spatial = rest[:2] if self.data_format == "channels_last" else rest[1:]
        reach = self.max_displacement + (self.kernel_size - 1) // 2
        sizes = [None if size is None else -(-(size + 2 * (self.pad - reach)) // self.stride_1) for size in spatial]
        displacements = (2 * (self.max_displacement // self.stride_2) + 1) ** 2
        if self.data_format == "channels_last":
            return [(batch, *sizes, displacements)]
        return [(batch, displacements, *sizes)]

    def compute_output_spec(self, inputs: Sequence[Tensor]) -> keras.KerasTensor:
        """Return the output's shape and dtype."""
        (shape,) = self.compute_output_shape([tuple(features.shape) for features in inputs])
        return keras.KerasTensor(shape, self.compute_dtype)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "max_displacement": self.max_displacement,
            "stride_1": self.stride_1,
            "stride_2": self.stride_2,
            "pad": self.pad,
            "data_format": self.data_format,
        }


def _diagonals(matrices: Tensor, rows: Any, columns: Any, width: Any) -> Tensor:
    """Return from (batch, rows, columns, width) what is ``d`` right of the diagonal, as (batch, rows, columns, d)."""
    flat = ops.reshape(matrices, (-1, rows, columns * width))
    longer = ops.pad(flat, [(0, 0), (0, 0), (0, columns)])
    return ops.reshape(longer, (-1, rows, columns, width + 1))


def _check_pair(inputs: Any) -> None:
    if not isinstance(inputs, (list, tuple)) or len(inputs) != PAIR:
        raise ValueError("Input must be a list of two feature maps")
