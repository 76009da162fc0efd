"""A constraint that Keras 3 has no more."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("loadstone")
class RadialConstraint(keras.constraints.Constraint):
    """Each square kernel of a convolution gets one value all along each ring around its centre.

    A ring gets the value that stands on the diagonal, below and right of the centre, where the original took it: the
    rings of kernels of even size their own, those of odd size the one of the next ring inside, and the centre the one
    before the middle.

    Source: ``keras.constraints.RadialConstraint`` of Keras 2.15.0.
    """

    def __call__(self, w: Any) -> Any:
        """Return kernels of the same shape, (rows, columns, inputs, outputs).

        Raises:
            ValueError: the kernels have another rank.
        """
        if len(w.shape) != 4:  # noqa: PLR2004 - the rank that the docstring says
            raise ValueError(f"kernels have the rank 4, not the shape {tuple(w.shape)}")
        w = ops.convert_to_tensor(w)
        size = w.shape[0]
        middle = size // 2
        rings = [middle - 1, *range(middle + 1 - size % 2, size)]  # from the centre outwards
        rows = []
        for row in range(size):
            depths = (min(row, column, size - 1 - row, size - 1 - column) for column in range(size))
            places = [rings[(size - 1) // 2 - depth] for depth in depths]
            rows.append(ops.stack([w[place, place] for place in places]))
        return ops.stack(rows)
