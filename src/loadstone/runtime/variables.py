"""Variables get their first value from a file: no initializer runs before, and each array is copied once.

Keras gives a variable its initial value when a layer is built, and loading then replaces all of it: the time and the
memory of the weights are spent twice. Within `awaiting_values` a variable of a layer is made without a value, as Keras
makes it during shape inference, and begins with what is assigned to it first. One that is never assigned to is
initialized at the end, one that is read before it is assigned to at once: both then have what they ever had.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

# Private: nothing public tells whether only shapes are asked for.
from keras.src.backend.common.stateless_scope import in_stateless_scope

from loadstone.formats.arrays import ALIGNMENT, aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

# The method of every backend's variable that runs an initializer; since Keras 3.7. Without it nothing is put off.
_BY_INITIALIZER, _ASSIGN = "_initialize_with_initializer", "_direct_assign"

_waiting: ContextVar[list[Any] | None] = ContextVar("_waiting", default=None)
_lock = Lock()
_users = 0


class _Later:
    """Stands for a variable's initializer as long as the variable has no value."""

    def __init__(self, variable: Any, initializer: Callable[..., Any]) -> None:
        self._variable = variable
        self._initializer = initializer

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """The value of a variable that is read: in shape inference any, else its own, which it has from now on."""
        if in_stateless_scope():
            return keras.ops.zeros(shape, dtype)
        self.run()
        return self._variable._value  # noqa: SLF001 - the property would cast it, which its caller does

    def run(self) -> None:
        """Initialize the variable as it would have been."""
        self._variable._initializer = self._initializer  # noqa: SLF001 - where Keras keeps it meanwhile
        self._variable._deferred_initialize()  # noqa: SLF001 - what Keras does after shape inference


@contextmanager
def awaiting_values() -> Iterator[None]:
    """Within, what this thread's layers are built with has no value until it is assigned one; see the module.

    Whatever has none at the end is initialized, unless an exception ends the block.
    """
    if not hasattr(keras.Variable, _BY_INITIALIZER):
        yield
        return
    made: list[Any] = []
    with _put_off():
        token = _waiting.set(made)
        try:
            yield
        finally:
            _waiting.reset(token)
        for variable in made:
            if isinstance(variable._initializer, _Later):  # noqa: SLF001 - set below
                variable._initializer.run()  # noqa: SLF001 - as above


@contextmanager
def without_collecting() -> Iterator[None]:
    """No search for cyclic garbage within: building a model makes much that stays and little garbage.

    Each search walks all of the framework's objects; there are a hundred of them while a deep model is built.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _put_off() -> Iterator[None]:
    """Replaces two methods of `keras.Variable` for the time being; other threads' variables are made as ever."""
    global _users  # noqa: PLW0603 - how many blocks of any thread need the methods
    with _lock:
        _users += 1
        if _users == 1:
            _replace(keras.Variable)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _restore(keras.Variable)


_kept: dict[str, Any] = {}


def _replace(variable_class: Any) -> None:
    by_initializer, assign = getattr(variable_class, _BY_INITIALIZER), getattr(variable_class, _ASSIGN)

    def put_off(self: Any, initializer: Callable[..., Any]) -> None:
        made = _waiting.get()
        if made is None or self._initializer is not None or not _is_weight(self._shape, self._dtype):
            by_initializer(self, initializer)
            return
        self._value, self._initializer = None, _Later(self, initializer)
        made.append(self)

    def begin_with(self: Any, value: Any) -> None:
        if isinstance(self._initializer, _Later):
            self._initializer = None
            self._initialize(value)
        else:
            assign(self, value)

    for name, method in ((_BY_INITIALIZER, put_off), (_ASSIGN, begin_with)):
        _kept[name] = vars(variable_class).get(name)  # None where it is inherited
        setattr(variable_class, name, method)


def _restore(variable_class: Any) -> None:
    for name, method in _kept.items():
        if method is None:
            delattr(variable_class, name)
        else:
            setattr(variable_class, name, method)
    _kept.clear()


def _is_weight(shape: tuple[int, ...], dtype: str) -> bool:
    """Whether a variable's value is of no account to shapes: a scalar's and a list of integers' may be."""
    return len(shape) > 1 or (len(shape) == 1 and "int" not in dtype)


def give(variable: Any, value: NDArray[Any]) -> None:
    """Set a variable from an array that nobody else writes to.

    Raises:
        ValueError: the shapes differ.
    """
    is_same = value.dtype.name == keras.backend.standardize_dtype(variable._dtype)  # noqa: SLF001 - public ones autocast
    variable.assign(tensor(value) if is_same else value)


def tensor(value: NDArray[Any]) -> Any:
    """An array that nobody else writes to as a tensor, which takes its memory over; Keras' own conversion copies.

    One that is not aligned as the backend needs it is copied once. Where there is no such way, it stays an array.
    """
    convert = _TAKE_OVER.get(keras.backend.backend())
    if convert is None or value.dtype.name not in _SHARED_TYPES or not value.size or not value.ndim:
        return value
    if not (value.flags.c_contiguous and value.flags.writeable) or value.ctypes.data % ALIGNMENT:
        copied = aligned(value.nbytes).view(value.dtype).reshape(value.shape)
        np.copyto(copied, value)
        value = copied
    return convert(value)


_SHARED_TYPES = frozenset({"float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"})


def _by_tensorflow(value: NDArray[Any]) -> Any:
    return import_module("tensorflow").experimental.dlpack.from_dlpack(value.__dlpack__())


def _by_jax(value: NDArray[Any]) -> Any:
    return import_module("jax").numpy.from_dlpack(value)


def _by_torch(value: NDArray[Any]) -> Any:
    return import_module("torch").from_numpy(value)


_TAKE_OVER: dict[str, Callable[[NDArray[Any]], Any]] = {
    "tensorflow": _by_tensorflow,
    "jax": _by_jax,
    "torch": _by_torch,
}
