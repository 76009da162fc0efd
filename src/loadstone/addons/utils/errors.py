"""Errors that code written for TensorFlow Addons catches."""

from __future__ import annotations

from functools import cache
from typing import Any

import keras


def invalid_argument(message: str) -> ValueError:
    """Return the error to raise for a wrong argument; on TensorFlow it is its ``InvalidArgumentError`` as well."""
    if keras.backend.backend() != "tensorflow":
        return ValueError(message)
    error: ValueError = _invalid_argument_error()(None, None, message)
    return error


@cache
def _invalid_argument_error() -> Any:
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    return type("InvalidArgumentError", (tf.errors.InvalidArgumentError, ValueError), {"__module__": __name__})
