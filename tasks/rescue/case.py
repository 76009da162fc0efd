"""What a model of the rescue set is: how a release builds it, what it is fed, what it is trained on.

Runs inside the environments of the past, back to Keras 2.2 and TensorFlow 1.13: Python 3.7 syntax.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from tasks.fixtures_models import Release

BATCH = 3


class NotInThisRelease(Exception):  # noqa: N818 - says that a model cannot be built, which is no error
    """A release lacks what a model is made of."""


@dataclass(frozen=True)
class Case:
    """One model.

    Attributes:
        build: makes the model for a release; its name is the model's. Weights are set afterwards.
        inputs: one batch for each input, where random numbers of the input's dtype would not do.
        labels: training targets; the model is compiled, and trained for some steps before it is saved.
        twin: an equal model that runs on a CPU, where the model itself does not: its outputs are recorded. It takes the
            model's weights as the release converts them.
        tolerance: relative to the outputs' scale.
        formats: ``h5`` and ``keras`` unless a release cannot be held to one.
    """

    build: Callable[[Release], Any]
    inputs: Callable[[Any], list[Any]] | None = None
    labels: Callable[[Any], Any] | None = None
    twin: Callable[[Release], Any] | None = None
    tolerance: float = 1e-5
    formats: tuple[str, ...] = ("h5", "keras")

    @property
    def name(self) -> str:
        """The model's name in the table: its function's."""
        return self.build.__name__


def wanted(namespace: Any, *names: str) -> list[Any]:
    """Classes or functions of a release by name.

    Raises:
        NotInThisRelease: it lacks one of them.
    """
    for name in names:
        if not hasattr(namespace, name):
            raise NotInThisRelease(f"the release has no {name}")
    return [getattr(namespace, name) for name in names]


def available(namespace: Any, *names: str) -> list[Any]:
    """Those of the named classes that a release has."""
    return [getattr(namespace, name) for name in names if hasattr(namespace, name)]


def tf_keras(release: Release) -> None:
    """Says that a model is of tf.keras' kind: functions on tensors, preprocessing inside the model.

    Raises:
        NotInThisRelease: the release is a Keras beside TensorFlow, or Keras 3.
    """
    if release.is_keras_3 or release.keras.__name__ == "keras":
        raise NotInThisRelease("of tf.keras only")


def tokens(generator: Any, length: int, vocabulary: int = 10) -> Any:
    """Tokens from one on, the later samples padded with zeros at their end, shape (batch, length), int32."""
    values = generator.randint(1, vocabulary, (BATCH, length)).astype("int32")
    values[1:, -2:] = 0
    return values


def floats(generator: Any, *shape: int) -> Any:
    """Normal numbers, shape (batch, *shape), float32."""
    return generator.normal(size=(BATCH, *shape)).astype("float32")


def classes(generator: Any) -> Any:
    """One-hot labels of three classes, shape (batch, 3), float32."""
    return np.eye(3, dtype="float32")[generator.randint(0, 3, BATCH)]


def plain(value: Any) -> Any:
    """What JSON holds in place of a value of a configuration: of NumPy's numbers and arrays, tuples and functions."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return list(value) if hasattr(value, "__iter__") else value.__name__
