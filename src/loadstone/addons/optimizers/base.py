"""What the optimizers share: old hyperparameters, state by name, and gradients that name their rows.

TensorFlow Addons' optimizers were Keras 2's. These keep its hyperparameters ``lr`` and ``decay`` and its state: each
variable of an optimizer's state is named ``<path of the model's variable>_<slot>``, and all variables of one slot
follow each other, in the order of the model's variables, as in the weights that ``.h5`` files hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import keras
import numpy as np
from keras import ops

from loadstone.addons.optimizers.interface import Hyperparameter, Keras2Interface, Schedule, as_schedule_or_float

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from loadstone.addons.utils.types import Config, Initializer, Tensor

_NOTHING: Mapping[str, str] = {}


class OwnWeightDecay:
    """Mixin of the optimizers that decay weights in a way of their own, by a ``weight_decay`` that may be a schedule.

    It comes before the optimizer in the bases of a class.
    """

    weight_decay = Hyperparameter()

    def _apply_weight_decay(self, variables: Sequence[keras.Variable]) -> None:
        """Leave out Keras' own kind of decay, which takes ``weight_decay`` for its argument."""


class AddonsOptimizer(Keras2Interface, keras.optimizers.Optimizer):
    """Base of the optimizers that are not wrappers.

    Args:
        learning_rate: a number, a schedule or its configuration, or a function without arguments.
        name: the optimizer's name.
        decay: Keras 2's inverse time decay: the rate of step ``t`` (from 0) is ``learning_rate / (1 + decay * t)``.
        lr: Keras 2's other name of ``learning_rate``, which it overrides.
        **kwargs: arguments of Keras' base class (``clipnorm``, ``clipvalue``, ``global_clipnorm`` ...).

    Raises:
        ValueError: when ``decay`` is combined with a schedule.
    """

    REMOVED: ClassVar[frozenset[str]] = frozenset()  # configuration entries of old releases that mean nothing now
    RENAMED: ClassVar[Mapping[str, str]] = {}  # configuration entries of old releases under their later names

    def __init__(
        self,
        learning_rate: Any,
        name: str,
        *,
        decay: float = 0.0,
        lr: float | None = None,
        **kwargs: object,
    ) -> None:
        rate = as_learning_rate(learning_rate if lr is None else lr, decay)
        super().__init__(learning_rate=rate, name=name, **kwargs)
        self._slots: dict[str, list[keras.Variable]] = {}

    def add_slot(self, variables: Sequence[keras.Variable], name: str, initializer: Initializer = "zeros") -> None:
        """Create one state variable for each of ``variables``, of its shape and dtype."""
        self._slots[name] = add_slot(self, variables, name, initializer)

    def add_scalar_slot(self, variables: Sequence[keras.Variable], name: str) -> None:
        """Create one scalar state variable for each of ``variables``, of its dtype."""
        self._slots[name] = [
            self.add_variable(shape=(), dtype=keras.backend.standardize_dtype(variable.dtype), name=f"{path}_{name}")
            for variable, path in zip(variables, map(flat_name, variables), strict=True)
        ]

    def slots(self) -> dict[str, list[keras.Variable]]:
        """Return the state variables by slot, each in the order of the model's variables."""
        return self._slots

    def slot(self, name: str, variable: keras.Variable) -> keras.Variable:
        """Return the state variable ``name`` of a model's variable."""
        return self._slots[name][self._get_variable_index(variable)]

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> AddonsOptimizer:
        """Build the optimizer from its configuration, of Keras 3 or as TensorFlow Addons' releases wrote it.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote.
        """
        del custom_objects  # part of Keras' signature; nothing nested is custom here
        return cls(**current_config(config, cls.REMOVED, cls.RENAMED))


def add_slot(
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
    name: str,
    initializer: Initializer = "zeros",
) -> list[keras.Variable]:
    """Create one state variable of ``optimizer`` for each of ``variables``, of its shape and dtype."""
    return [optimizer.add_variable_from_reference(variable, name, initializer) for variable in variables]


def flat_name(variable: Any) -> str:
    """Return a variable's path, of ``keras.Variable`` or ``tf.Variable``, as it stands in the names of its slots."""
    path: str = getattr(variable, "path", variable.name)
    return path.replace("/", "_").replace(":", "_")


def current_config(config: Config, removed: Collection[str] = (), renamed: Mapping[str, str] = _NOTHING) -> Config:
    """Return an optimizer's configuration as its constructor takes it today.

    Args:
        config: the configuration, of Keras 2 or 3, of any optimizer.
        removed: entries to leave out. ``is_legacy_optimizer``, which TensorFlow 2.11 to 2.15 added, always is.
        renamed: entries under another name now. ``lr`` is ``learning_rate`` for all optimizers, and ``decay`` becomes
            part of it.

    Raises:
        ValueError: when ``decay`` is combined with a schedule.
    """
    kept = {key: value for key, value in config.items() if key not in {*removed, "is_legacy_optimizer"}}
    current = {{"lr": "learning_rate", **renamed}.get(key, key): value for key, value in kept.items()}
    decay = current.pop("decay", None)
    if "learning_rate" in current:
        current["learning_rate"] = as_learning_rate(current["learning_rate"], decay or 0.0)
    return current


def as_learning_rate(learning_rate: Any, decay: float = 0.0) -> Any:
    """Return a learning rate as Keras 3 wants it, with Keras 2's ``decay`` made into a schedule.

    Raises:
        ValueError: when ``decay`` is combined with a schedule.
    """
    rate = as_schedule_or_float(learning_rate)
    if not decay:
        return rate
    if not isinstance(rate, float):
        raise ValueError(  # noqa: TRY004 - either alone is fine
            "decay cannot be combined with a learning rate schedule; make it part of the schedule"
        )
    return keras.optimizers.schedules.InverseTimeDecay(rate, decay_steps=1, decay_rate=float(decay))


def serialize_hyperparameter(value: Any) -> Any:
    """Return the configuration of what `as_schedule_or_float` returned."""
    return keras.optimizers.schedules.serialize(value) if isinstance(value, Schedule) else value


def current_value(value: Any, step: Tensor, dtype: str) -> Tensor:
    """Return a hyperparameter's value at ``step``, a number's or a schedule's."""
    if isinstance(value, Schedule):
        value = value(step)
    elif callable(value):
        value = value()
    return ops.cast(value, dtype)


def rounded(like: Tensor, *values: float) -> list[Tensor]:
    """Return numbers in the dtype of a variable or tensor, rounded to float32 first, as TensorFlow Addons kept them.

    ``1 - 0.999`` in float32 is 5e-5 larger than in Python, which is much for the second moment of a gradient.
    """
    return [ops.cast(float(np.float32(value)), like.dtype) for value in values]


def dense_gradient(gradient: Tensor, variable: keras.Variable) -> tuple[Tensor, Tensor | None]:
    """Return a gradient as a plain tensor, and which rows it names.

    Only TensorFlow has gradients that name their rows (``IndexedSlices``, of an embedding); TensorFlow Addons'
    optimizers treat the rows that such a gradient does not name in ways of their own.

    Returns:
        the gradient, of the variable's shape and dtype; and None when it is dense, else a boolean tensor that is true
        for its rows, of shape (rows, 1, ...).
    """
    if not hasattr(gradient, "dense_shape"):
        return ops.cast(gradient, variable.dtype), None
    rows = variable.shape[0]
    dense = ops.segment_sum(gradient.values, gradient.indices, num_segments=rows)
    counts = ops.segment_sum(ops.ones_like(gradient.indices), gradient.indices, num_segments=rows)
    named = ops.reshape(ops.greater(counts, 0), (rows, *[1] * (len(variable.shape) - 1)))
    return ops.cast(dense, variable.dtype), named


def only_rows(rows: Tensor | None, updated: Tensor, kept: Tensor) -> Tensor:
    """Return ``updated`` in the rows that a gradient names and ``kept`` in the others."""
    return updated if rows is None else ops.where(rows, updated, kept)
