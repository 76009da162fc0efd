"""What several metrics share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np
from keras import ops

from loadstone.addons.utils.keras_utils import checked_config, dense

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from loadstone.addons.utils.types import Array, Config, Tensor


class Keras2Methods:
    """What Keras 2's metrics had and Keras 3's lack, for a class that derives from ``keras.metrics.Metric``."""

    stateful: ClassVar[bool] = True
    variables: list[keras.Variable]

    @property
    def weights(self) -> list[keras.Variable]:
        """The metric's state, in the order in which it was created."""
        return list(self.variables)

    @property
    def non_trainable_weights(self) -> list[keras.Variable]:
        """The metric's state."""
        return self.weights

    @property
    def trainable_weights(self) -> list[keras.Variable]:
        """Nothing: training does not change a metric's state."""
        return []

    def get_weights(self) -> list[Array]:
        """Return the state as arrays."""
        return [np.asarray(ops.convert_to_numpy(variable.value)) for variable in self.variables]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Set the state to the arrays of `get_weights`.

        Raises:
            ValueError: when their number or their shapes are not those of the state.
        """
        if len(weights) != len(self.variables):
            raise ValueError(f"the state needs {len(self.variables)} arrays, not {len(weights)}")
        for variable, value in zip(self.variables, weights, strict=True):
            variable.assign(value)

    def reset_states(self) -> None:
        """Set the state back to its start, as ``reset_state`` does."""
        self.reset_state()  # type: ignore[attr-defined]  # the metric's

    @classmethod
    def from_config(cls, config: Config) -> Any:
        """Build the metric from its configuration, of Keras 3 or as TensorFlow Addons' releases wrote it.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote, or lacks one that each did.
        """
        return cls(**checked_config(cls, config))


class MeanMetricWrapper(Keras2Methods, keras.metrics.Mean):
    """The mean of a function of ``(y_true, y_pred)`` with fixed keyword arguments.

    Keras' own class of this name also squeezes labels and hands masks on; this one calls the function as it is.

    Args:
        fn: the function; returns one value a sample.
        name: the metric's name.
        dtype: dtype of state and result, and of the labels and predictions that ``fn`` is called with.
        **kwargs: arguments of ``fn``, which are also the metric's configuration.

    Variables: ``total`` and ``count``.
    """

    def __init__(
        self, fn: Callable[..., Tensor], name: str | None = None, dtype: str | None = None, **kwargs: object
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> None:
        """Add the values of one batch, weighted if weights are given: a scalar, or one for each value of ``fn``."""
        y_true, y_pred = ops.cast(dense(y_true), self.dtype), ops.cast(dense(y_pred), self.dtype)
        super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight=sample_weight)

    def get_config(self) -> Config:
        """Return the constructor's arguments; ``fn`` only where no subclass gives it."""
        of_function = {"fn": keras.saving.serialize_keras_object(self._fn)} if type(self) is MeanMetricWrapper else {}
        return {**super().get_config(), **of_function, **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: Config) -> MeanMetricWrapper:
        """Build the metric from its configuration.

        Raises:
            ValueError: as for every metric, and without ``fn``, which TensorFlow Addons left out.
        """
        if isinstance(config.get("fn"), dict):
            config = {**config, "fn": keras.saving.deserialize_keras_object(config["fn"])}
        if cls is MeanMetricWrapper and "fn" not in config:
            raise ValueError("MeanMetricWrapper needs fn, which this configuration does not hold: build it anew")
        metric: MeanMetricWrapper = super().from_config(config)
        return metric


def confusion_matrix(
    labels: Tensor, predictions: Tensor, num_classes: int, weights: Tensor | None, dtype: str
) -> Tensor:
    """Return how often each label (row) was predicted as each class (column), of shape (num_classes, num_classes).

    Args:
        labels: integers below ``num_classes``, of shape (batch,); others are not counted.
        predictions: of the same kind.
        num_classes: number of classes.
        weights: what each sample counts, of shape (batch,) or (batch, 1); None for 1.
        dtype: of the result.
    """
    rows = ops.one_hot(ops.cast(labels, "int32"), num_classes, dtype=dtype)
    columns = ops.one_hot(ops.cast(predictions, "int32"), num_classes, dtype=dtype)
    if weights is not None:
        rows = rows * ops.reshape(ops.cast(weights, dtype), (-1, 1))
    return ops.matmul(ops.transpose(rows), columns)


def sample_weight_shape_match(v: Tensor, sample_weight: Tensor | None) -> Tensor:
    """Return weights for ``v``: ones for None, a single number for each entry, and others as they are."""
    if sample_weight is None:
        return ops.ones_like(v)
    weight = ops.convert_to_tensor(sample_weight)
    if all(size == 1 for size in weight.shape):
        return ops.broadcast_to(ops.reshape(weight, ()), ops.shape(v))
    return weight


def _get_model(metric: keras.metrics.Metric, num_output: int) -> None:
    """Train a small classifier with ``metric``, to see that it can be used in one; tests of others call it."""
    model = keras.Sequential([keras.layers.Dense(64, "relu"), keras.layers.Dense(num_output, "softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["acc", metric])
    generator = np.random.default_rng(0)
    data, labels = generator.random((10, 3)), generator.random((10, num_output))
    model.fit(data, labels, epochs=1, batch_size=5, verbose=0)
