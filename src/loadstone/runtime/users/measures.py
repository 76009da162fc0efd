"""Metrics and losses of Keras 2, as `loadstone.runtime.users.layers` has layers."""

from __future__ import annotations

from typing import Any

import keras

from loadstone.addons.old_keras.calls import name_first, reduction_first
from loadstone.runtime.users.variables import add_metric_weight_arguments


class MetricHead:
    """What is said to a metric of Keras 2."""

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:
        """Add a variable, told in the words of either release."""
        return super().add_weight(**add_metric_weight_arguments(args, kwargs))  # type: ignore[misc]  # as in `layers`


class MetricTail(keras.metrics.Metric):
    """What a metric of Keras 2 hands to `keras.metrics.Metric`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        args, kwargs = name_first(self, args, kwargs)
        super().__init__(*args, **kwargs)


class LossTail(keras.losses.Loss):
    """What a loss of Keras 2 hands to `keras.losses.Loss`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        args, kwargs = reduction_first(self, args, kwargs)
        super().__init__(*args, **kwargs)


def reset_state(self: Any) -> None:
    """Call the metric's own ``reset_states``, as the method was called before TensorFlow 2.5."""
    self.reset_states()
