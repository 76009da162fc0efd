"""What TensorFlow Addons 0.5 and 0.6 computed in another way than every later release.

Registered as ``Addons0.6>Name``, so that a `.keras` file that names them loads once this module is imported. The rest
of what these releases had is in `loadstone.addons`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone import addons
from loadstone.addons.utils.keras_utils import LossFunctionWrapper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACKAGE = "Addons0.6"


@keras.saving.register_keras_serializable(PACKAGE)
class GroupNormalization(addons.layers.GroupNormalization):
    """Group normalization whose groups are cut out of the memory behind the batch axis, whatever the channel axis is.

    The input is read as (batch, groups, *its other sizes*, channels / groups) and each group is normalized by itself;
    ``gamma`` and ``beta`` follow the same order. With the channels last these are no groups of channels.

    Args:
        **kwargs: those of `loadstone.addons.layers.GroupNormalization`; ``groups`` defaults to 2.

    Source: TensorFlow Addons 0.6.0.
    """

    def __init__(self, groups: int = 2, **kwargs: Any) -> None:
        super().__init__(groups, **kwargs)

    def call(self, inputs: Any) -> Any:
        """Normalize ``inputs``, of any rank from 2; the shape and dtype stay."""
        shape = ops.shape(inputs)
        channels = inputs.shape[self.axis] // self.groups
        values = ops.reshape(inputs, self._cut(shape, channels))
        mean, variance = ops.moments(values, axes=list(range(2, len(values.shape))), keepdims=True)
        outputs = (values - mean) * ops.rsqrt(variance + self.epsilon)
        broadcast = self._cut([1] * len(shape), channels)
        if self.gamma is not None:
            outputs = outputs * ops.reshape(self.gamma, broadcast)
        if self.beta is not None:
            outputs = outputs + ops.reshape(self.beta, broadcast)
        return ops.reshape(outputs, shape)

    def _cut(self, shape: Sequence[Any], channels: int) -> list[Any]:
        sizes = list(shape)
        sizes[self.axis] = channels
        sizes.insert(1, self.groups)
        return sizes


@keras.saving.register_keras_serializable(PACKAGE)
class InstanceNormalization(GroupNormalization):
    """`GroupNormalization` with as many groups as channels.

    Args:
        **kwargs: those of `GroupNormalization`. ``groups``, which configurations hold, is ignored.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "groups": -1})


@keras.saving.register_keras_serializable(PACKAGE)
def hardshrink(x: Any) -> Any:
    """Return `loadstone.addons.activations.hardshrink` with the bounds -1 and 1, of the shape and dtype of ``x``."""
    return addons.activations.hardshrink(x, -1.0, 1.0)


@keras.saving.register_keras_serializable(PACKAGE)
def sigmoid_focal_crossentropy(
    y_true: Any, y_pred: Any, alpha: Any = 0.25, gamma: Any = 2.0, from_logits: bool = False
) -> Any:
    """Return the mean of the focal loss over the last axis, which stays; later releases return the sum."""
    summed = addons.losses.sigmoid_focal_crossentropy(y_true, y_pred, alpha, gamma, from_logits)
    return ops.expand_dims(summed, -1) / y_pred.shape[-1]


@keras.saving.register_keras_serializable(PACKAGE)
class SigmoidFocalCrossEntropy(LossFunctionWrapper):
    """Loss of `sigmoid_focal_crossentropy`.

    Args:
        from_logits: whether the predictions are logits.
        alpha: weight of the positive class.
        gamma: how much less what is certain counts.
        reduction: as in Keras.
        name: the loss' name.
    """

    def __init__(
        self,
        from_logits: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        reduction: str | None = "none",
        name: str = "sigmoid_focal_crossentropy",
    ) -> None:
        super().__init__(sigmoid_focal_crossentropy, reduction, name, from_logits=from_logits, alpha=alpha, gamma=gamma)


REGISTERED: Mapping[str, Any] = MappingProxyType(
    {
        f"{PACKAGE}>{each.__name__}": each
        for each in (
            GroupNormalization,
            InstanceNormalization,
            SigmoidFocalCrossEntropy,
            hardshrink,
            sigmoid_focal_crossentropy,
        )
    }
)
