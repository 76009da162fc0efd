"""`loadstone.rescue`: a failure to load a model, raised again with its diagnosis."""

from __future__ import annotations

from contextlib import ContextDecorator, suppress
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, TypeVar

    from loadstone.errors import LoadFailed

    Function = TypeVar("Function", bound=Callable[..., Any])


class rescue(ContextDecorator):  # noqa: N801 - it is used as a function, as contextlib's own are
    """Raise `LoadFailed` with every reason, from the exception itself, when loading a model fails inside.

    ::

        with loadstone.rescue():
            model = keras.models.load_model("model.h5")


        @loadstone.rescue()
        def load() -> keras.Model: ...

    The model is the one that a loader of Keras or TensorFlow was called with, or a file that the exception names;
    where neither is found, the traceback alone is explained. What is no failure to load passes as it is, and so does
    a failure of which nothing is known; where looking into it fails, a note on it says so. Nothing is done, and
    nothing imported, as long as nothing fails.

    Args:
        env: the environment that the model is judged in, as `loadstone.diagnose` takes it; by default this Python,
            which is where it failed.

    Raises:
        LoadFailed: with the diagnosis as its message, ``findings``, and the exception as ``__cause__``.
    """

    def __init__(self, env: str | os.PathLike[str] | None = None) -> None:
        self._env = env

    def __call__(self, function: Function) -> Function:
        """Guard each call of a function.

        Raises:
            TypeError: its body would run after the call that is guarded.
        """
        import inspect  # noqa: PLC0415 - a with statement does without

        kinds = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
        if any(is_kind(function) for is_kind in kinds):
            raise TypeError("a coroutine's or a generator's body runs later: use rescue in a with statement inside it")
        return super().__call__(function)

    def __enter__(self) -> None:
        """Begin; there is nothing to do."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> Literal[False]:
        """Look into what was raised."""
        if isinstance(error, Exception):
            failure = _failure(error, self._env)
            if failure is not None:
                raise failure from error
        return False


def _failure(error: Exception, env: str | os.PathLike[str] | None) -> LoadFailed | None:
    """The failure that is raised in an exception's place; None where it passes, perhaps with a note."""
    try:
        from pathlib import Path  # noqa: PLC0415 - nothing is imported as long as nothing fails

        from loadstone.errors import LoadFailed, LoadstoneError  # noqa: PLC0415 - as above
        from loadstone.failures.examining import examine  # noqa: PLC0415 - as above

        if isinstance(error, LoadstoneError):
            return None
        examined = examine(error, None if env is None else Path(env))
        if examined is None:
            return None
        if examined.diagnosis is not None and not examined.accuses:
            _note(error, f"loadstone found no reason in the file: {examined}")
            return None
        return LoadFailed(str(examined), () if examined.diagnosis is None else examined.diagnosis.findings)
    except Exception as problem:  # noqa: BLE001 - whatever happens here, the program's own exception is what counts
        _note(error, f"loadstone could not look into this: {type(problem).__name__}: {problem}")
        return None


def _note(error: Exception, text: str) -> None:
    """Add a note, unless the exception is one that takes none."""
    with suppress(Exception):
        BaseException.add_note(error, text)
