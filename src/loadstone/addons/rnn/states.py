"""States of cells: how they start, and how they enter a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keras import ops

from loadstone.addons.utils.keras_utils import Keras2Config

if TYPE_CHECKING:
    from loadstone.addons.utils.types import AcceptableDTypes, Tensor


class ZeroStates(Keras2Config):
    """Cells that start with zeros, and are asked for them by Keras 3 and by code written for Keras 2.

    ``state_size`` is an integer, for cells that take one state without a list around it, or a list of integers.
    """

    state_size: int | list[int]
    compute_dtype: str

    def get_initial_state(
        self, inputs: Tensor = None, batch_size: Any = None, dtype: AcceptableDTypes = None
    ) -> Tensor | list[Tensor]:
        """Return zeros of the shapes (batch_size, size of the state).

        Args:
            inputs: what the cell is about to read; gives the batch size and dtype that are not given.
            batch_size: number of samples.
            dtype: dtype of the states; the cell's compute dtype when nothing gives another.

        Raises:
            ValueError: when neither ``inputs`` nor ``batch_size`` is given.
        """
        if inputs is not None:
            inputs = ops.convert_to_tensor(inputs)
            batch_size = ops.shape(inputs)[0] if batch_size is None else batch_size
            dtype = inputs.dtype if dtype is None else dtype
        if batch_size is None:
            raise ValueError("get_initial_state needs inputs or a batch_size")
        dtype = self.compute_dtype if dtype is None else dtype
        sizes = self.state_size
        if isinstance(sizes, int):
            return ops.zeros((batch_size, sizes), dtype)
        return [ops.zeros((batch_size, size), dtype) for size in sizes]


def net_input(inputs: Tensor, state: Tensor, kernel: Tensor, recurrent_kernel: Tensor) -> Tensor:
    """Return ``inputs @ kernel + state @ recurrent_kernel``.

    As one product: in a loop that XLA compiles, two and their sum take a quarter longer, and the kernels are joined
    before it.
    """
    return ops.matmul(ops.concatenate([inputs, state], axis=-1), ops.concatenate([kernel, recurrent_kernel], axis=0))
