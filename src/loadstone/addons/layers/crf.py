"""Conditional random field layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.text.crf import crf_decode
from loadstone.addons.utils.keras_utils import fresh

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Config, Initializer, Shape, Tensor


class CRF(keras.layers.Layer):
    """Linear-chain conditional random field (Lafferty et al. 2001) that decodes its inputs.

    Train it with the likelihood of its potentials, `loadstone.addons.text.crf_log_likelihood`, as
    `loadstone.addons.text.CRFModelWrapper` does; the decoded tags have no gradient. It computes in the dtype of its
    variables, also under mixed precision.

    Args:
        units: number of tags.
        chain_initializer: initializer of the transition scores.
        use_boundary: whether there are scores for starting and for ending with a tag.
        boundary_initializer: initializer of those.
        use_kernel: whether a dense layer makes potentials of the inputs; without, the inputs are the potentials and
            have ``units`` features.
        **kwargs: arguments of ``keras.layers.Layer``.

    Variables: ``chain_kernel`` (units, units); with ``use_boundary`` ``left_boundary`` (units,) and
    ``right_boundary`` (units,); with ``use_kernel`` the dense layer's ``kernel`` (features, units) and ``bias``
    (units,). TensorFlow Addons wrote them to ``.h5`` in this order.

    Call arguments: ``inputs`` of shape (batch, time, features), and ``mask`` of shape (batch, time), whose false steps
    come last.

    Returns:
        A list of four: the decoded tags (batch, time), int32; the potentials (batch, time, units); the sequences'
        lengths (batch,), int64 (int32 in JAX, which has no other); and ``chain_kernel`` (units, units). Keras' mask
        goes with the tags.

    Raises:
        ValueError: for ``units`` below 1, or a mask whose rank is not 2.
        NotImplementedError: for a mask that starts with false and has a true step later, where its values are known:
            neither in a TensorFlow graph nor in what JAX compiles.
    """

    def __init__(
        self,
        units: int,
        chain_initializer: Initializer = "orthogonal",
        use_boundary: bool = True,
        boundary_initializer: Initializer = "zeros",
        use_kernel: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        if units < 1:
            raise ValueError(f"CRF needs at least one tag, not {units=}")
        self.supports_masking = True
        self.units = units
        self.use_boundary = use_boundary
        self.use_kernel = use_kernel
        self.chain_initializer = keras.initializers.get(chain_initializer)
        self.boundary_initializer = keras.initializers.get(boundary_initializer)
        # Variables are read as they are: the recursions need more than half precision.
        self.chain_kernel = self.add_weight(
            name="chain_kernel", shape=(units, units), initializer=fresh(self.chain_initializer), autocast=False
        )
        if use_boundary:
            self.left_boundary = self._add_boundary("left_boundary")
            self.right_boundary = self._add_boundary("right_boundary")
        self._dense_layer = keras.layers.Dense(units, dtype=self.variable_dtype) if use_kernel else None

    def _add_boundary(self, name: str) -> keras.Variable:
        initializer = fresh(self.boundary_initializer)
        return self.add_weight(name=name, shape=(self.units,), initializer=initializer, autocast=False)

    def build(self, input_shape: Shape) -> None:
        """Create the dense layer's variables; the others exist already."""
        if self._dense_layer is not None and not self._dense_layer.built:
            self._dense_layer.build(input_shape)

    def call(self, inputs: Tensor, mask: Tensor = None) -> list[Tensor]:
        """Return the decoded tags, the potentials, the lengths and ``chain_kernel``."""
        if mask is not None:
            mask = ops.cast(mask, "bool")
            if len(mask.shape) != 2:  # noqa: PLR2004 - (batch, time)
                raise ValueError(f"Input mask to CRF must have dim 2 if not None, not shape {mask.shape}")
            _refuse_left_padding(mask)
        potentials = inputs if self._dense_layer is None else self._dense_layer(inputs)
        potentials = ops.cast(potentials, self.variable_dtype)
        if self.use_boundary:
            potentials = self.add_boundary_energy(potentials, mask, self.left_boundary, self.right_boundary)
        mask = ops.ones_like(potentials[:, :, 0], dtype="bool") if mask is None else mask
        sequence_length = self.mask_to_sequence_length(mask)
        decoded, _ = self.get_viterbi_decoding(potentials, sequence_length)
        # Of the value and copied: on TensorFlow it would be the variable itself that is returned.
        return [decoded, potentials, sequence_length, ops.copy(self.chain_kernel.value)]

    def mask_to_sequence_length(self, mask: Tensor) -> Tensor:
        """Return how many steps of ``mask`` (batch, time) are true, (batch,)."""
        return ops.cast(ops.sum(ops.cast(mask, "int32"), axis=1), _length_dtype())

    def add_boundary_energy(self, potentials: Tensor, mask: Tensor, start: Tensor, end: Tensor) -> Tensor:
        """Return the potentials with ``start`` (units,) at each first valid step and ``end`` (units,) at each last.

        Args:
            potentials: (batch, time, units).
            mask: (batch, time), or None where all steps are valid.
            start: scores of starting with a tag.
            end: scores of ending with a tag.
        """
        mask = ops.ones_like(potentials[:, :, :1], dtype="bool") if mask is None else ops.expand_dims(mask, 2)
        mask = ops.cast(mask, "int32")
        before = ops.pad(mask[:, :-1], ((0, 0), (1, 0), (0, 0)))
        after = ops.pad(mask[:, 1:], ((0, 0), (0, 1), (0, 0)))
        start, end = ops.cast(start, potentials.dtype), ops.cast(end, potentials.dtype)
        potentials = potentials + ops.where(mask > before, start, ops.zeros_like(start))
        return potentials + ops.where(mask > after, end, ops.zeros_like(end))

    def get_viterbi_decoding(self, potentials: Tensor, sequence_length: Tensor) -> tuple[Tensor, Tensor]:
        """Return the best tags (batch, time), int32, and their scores (batch,)."""
        return crf_decode(potentials, self.chain_kernel.value, sequence_length)

    def compute_mask(self, inputs: Tensor, previous_mask: Tensor = None) -> Tensor:
        """Return the mask as it came."""
        del inputs
        return previous_mask

    def compute_output_shape(self, input_shape: Shape) -> list[Shape]:
        """Return the four outputs' shapes, where TensorFlow Addons returned the first alone."""
        batch, time = input_shape[:2]
        return [(batch, time), (batch, time, self.units), (batch,), (self.units, self.units)]

    def compute_output_spec(self, inputs: Tensor, mask: Tensor = None) -> list[keras.KerasTensor]:
        """Return the four outputs' shapes and dtypes."""
        del mask
        dtypes = ("int32", self.variable_dtype, _length_dtype(), self.variable_dtype)
        shapes = self.compute_output_shape(inputs.shape)
        return [keras.KerasTensor(shape, dtype=dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]

    @classmethod
    def from_config(cls, config: Config) -> CRF:
        """Build the layer from its configuration.

        Raises:
            ValueError: for a setting that no release had.
        """
        return cls(**config)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "chain_initializer": keras.initializers.serialize(self.chain_initializer),
            "use_boundary": self.use_boundary,
            "boundary_initializer": keras.initializers.serialize(self.boundary_initializer),
            "use_kernel": self.use_kernel,
        }


def _length_dtype() -> str:
    return "int32" if keras.backend.backend() == "jax" else "int64"


def _refuse_left_padding(mask: Tensor) -> None:
    """Look for rows of a mask (batch, time) that are padded on the left, where the values are known."""
    padded: Any = ops.any(ops.logical_and(ops.any(mask, axis=1), ops.logical_not(mask[:, 0])))
    try:
        is_padded = bool(padded)
    except (TypeError, RuntimeError):  # symbolic, in TensorFlow and JAX; without data, in PyTorch
        return
    if is_padded:
        raise NotImplementedError("Currently, CRF layer do not support left padding")
