"""Which model a program was loading when it failed: read from the frames of the traceback, and from what was raised.

Values are looked at only where their type is exactly one of Python's own, so that nothing of the program's runs: no
``__str__``, no ``__fspath__``, no property.
"""

from __future__ import annotations

import os
import re
import traceback
from dataclasses import dataclass
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

#: Exceptions of a chain that are looked at.
MAX_CHAIN = 20
_MAX_TEXT = 20_000

_FRAMEWORK = re.compile(r"(?:keras|tf_keras|tensorflow|tensorflow_core)(?:\.|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loader:
    """A loader's function in a framework; ``of_a_file``: it is given a model's path, and not a part of a model."""

    module: re.Pattern[str]
    function: re.Pattern[str]
    of_a_file: bool


_LOADERS = (
    _Loader(module=re.compile(""), function=re.compile("load_model"), of_a_file=True),
    _Loader(module=re.compile("saved_model"), function=re.compile("load|load_v2|load_internal"), of_a_file=True),
    _Loader(module=re.compile("tfsm_layer$"), function=re.compile("__init__"), of_a_file=True),
    _Loader(
        module=re.compile(""), function=re.compile(r"model_from_(?:json|yaml|config)|load_weights\w*"), of_a_file=False
    ),
)

#: What loaders call the path that they are given.
_ARGUMENTS = ("filepath", "export_dir", "saved_model_dir", "path", "filename", "model_path")
_PATHS = frozenset({str, PosixPath, WindowsPath, PurePosixPath, PureWindowsPath})
_URL = re.compile(r"[A-Za-z][\w+.-]+://")

#: A model's file in a text: in quotes, or a word by itself.
_IN_TEXT = re.compile(r"""['"]([^'"\n]{1,400}\.(?:keras|h5|hdf5|pb))['"]|([^\s'"=(]{1,400}\.(?:keras|h5|hdf5|pb))\b""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a traceback tells of loading.

    Attributes:
        is_loader: a frame of a framework's loader is in it.
        path: the model, as the program named it; None where it is not found, or is no file of this machine.
        given: the names of the custom objects that the loader was given.
    """

    is_loader: bool
    path: Path | None
    given: frozenset[str] = frozenset()


def traces_of(error: BaseException) -> Traces:
    """The model that was being loaded: the outermost loader's, for inner ones open copies and members."""
    called = ((frame, loader) for each in _chain(error) for frame in _frames(each) if (loader := _loader(frame)))
    frame, loader = next(called, (None, None))
    if frame is None or loader is None:
        return Traces(is_loader=False, path=next(_said(error), None))
    if not loader.of_a_file or _is_elsewhere(frame.f_locals):
        return Traces(is_loader=True, path=None)
    path = _argument(frame.f_locals) or next(_said(error), None)
    return Traces(is_loader=True, path=path, given=_given(frame.f_locals))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, those of a group, and those that it came from, whether or not Python would print them."""
    seen: set[int] = set()
    waiting = [error]
    while waiting and len(seen) < MAX_CHAIN:
        each = waiting.pop(0)
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            together = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
            waiting += [came for came in (*together, each.__cause__, each.__context__) if came is not None]


def _frames(error: BaseException) -> Iterator[FrameType]:
    """The frames of one traceback, the outermost first."""
    at = error.__traceback__
    while at is not None:
        yield at.tb_frame
        at = at.tb_next


def _loader(frame: FrameType) -> _Loader | None:
    """The loader whose frame it is."""
    module = dict.get(frame.f_globals, "__name__")
    if type(module) is not str or not _FRAMEWORK.match(module):
        return None
    name = frame.f_code.co_name
    return next((row for row in _LOADERS if row.module.search(module) and row.function.fullmatch(name)), None)


def _argument(values: Mapping[str, Any]) -> Path | None:
    """The path that a loader was given."""
    for name in _ARGUMENTS:
        value = values.get(name)
        if type(value) in _PATHS and str(value) and not _URL.match(str(value)):
            return Path(str(value))
    return None


def _is_elsewhere(values: Mapping[str, Any]) -> bool:
    """Whether a loader was given an address instead of a path."""
    return any(type(values.get(name)) is str and _URL.match(values[name]) for name in _ARGUMENTS)


def _given(values: Mapping[str, Any]) -> frozenset[str]:
    """The names of custom objects, where they are in an ordinary dictionary."""
    given = values.get("custom_objects")
    return frozenset(name for name in given if type(name) is str) if type(given) is dict else frozenset()


def _said(error: BaseException) -> Iterator[Path]:
    """Model files that are there and that the exceptions name."""
    for each in _chain(error):
        text = "".join(traceback.format_exception_only(each))[:_MAX_TEXT]
        for quoted, bare in _IN_TEXT.findall(text):
            if os.path.isfile(quoted or bare):  # noqa: PTH113 - a Path's method raises for what is no name of a file
                yield Path(quoted or bare)
