"""While code of users is at work: layers that it makes are adapted too, and errors keep their places."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import keras

from loadstone.legacy.backend import give, learning_phase

if TYPE_CHECKING:
    from collections.abc import Iterator

_depth = [0]


@contextlib.contextmanager
def at_work() -> Iterator[None]:
    """Adapt every layer of a class that is not Keras' own, whoever makes it, and show whole tracebacks.

    A layer's own parts are made by its code, of classes that no file names.
    """
    if _depth[0] or keras.backend.backend() != "tensorflow":
        _depth[0] += 1
        try:
            yield
        finally:
            _depth[0] -= 1
        return
    from loadstone.runtime.users.classes import adapted, is_users  # noqa: PLC0415 - it needs what stands here

    give()
    before = vars(keras.Layer)["__new__"]

    def __new__(cls: type, *args: Any, **kwargs: Any) -> Any:  # noqa: N807 - it becomes that method
        return before.__func__(adapted(cls) if is_users(cls) else cls, *args, **kwargs)

    filtered = keras.config.is_traceback_filtering_enabled()
    keras.config.disable_traceback_filtering()
    keras.Layer.__new__ = staticmethod(__new__)
    _depth[0] += 1
    try:
        yield
    finally:
        _depth[0] -= 1
        keras.Layer.__new__ = before
        if filtered:
            keras.config.enable_traceback_filtering()


def is_nested() -> bool:
    """Whether a layer is traced as a part of another, whose error it is."""
    from keras.src.backend.common import global_state  # noqa: PLC0415 - private: nothing public tells of the scope

    return global_state.get_global_attribute("stateless_scope") is not None


def phase() -> bool:
    """Whether the call that is going on is one of training."""
    return bool(learning_phase())
