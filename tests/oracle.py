"""What every era's own ``load_model`` did with every file of the corpus; ``tasks/oracle.py`` asks and writes.

The table is ``tests/corpus/oracle.json.xz``, in its content::

    {"frames": ["tensorflow/python/keras/saving/save.py:load_model", ...],
     "errors": [["ValueError", "Unknown layer: ...", null, [0, 4, 7]], ...],   class, message, cause, numbers of frames
     "checksums": {"tf28/plain_training.h5": "..."},                           what was asked about
     "answers": {"tf2.8+tfa": {"tf28/plain_training.h5": [[1.2e-07], 17]}}}    compiled, and with compile=False

An answer is the number of an error, or a list with the largest difference from the recorded outputs (null where that
cannot be told) where a model was returned. An environment's name is that of an era, or of what wrote a part of the
corpus; ``+tfa`` where TensorFlow Addons were imported before. An error of the class ``process`` ended the process.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.corpus_files import TRUTH

if TYPE_CHECKING:
    from collections.abc import Mapping

WITH_ADDONS = "+tfa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An exception, as a user would have seen it.

    Attributes:
        error: its class.
        message: what it says; of a long one, the beginning and the end.
        cause: the class and the message of the exception that it was raised from, None where there is none.
        frames: the last functions that it passed, the innermost last: ``keras/saving/save.py:load_model``.
    """

    error: str
    message: str
    cause: str | None
    frames: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that it says, a line each for what it was raised from and for itself."""
        return "\n".join(each for each in (self.cause, f"{self.error}: {self.message}") if each)

    @property
    def traceback(self) -> str:
        """The same with its frames, as Python prints it; lines and source are not recorded."""
        places = (frame.rpartition(":") for frame in self.frames)
        lines = [f'  File "/env/lib/python3/site-packages/{path}", line 1, in {name}' for path, _, name in places]
        return "\n".join(["Traceback (most recent call last):", *lines, self.text])


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one ``load_model`` did with one file.

    Attributes:
        raised: the exception; None where a model was returned.
        difference: the largest absolute difference from the recorded outputs; None where that cannot be told.
    """

    raised: Raised | None
    difference: float | None = None

    @property
    def loads(self) -> bool:
        """Whether a model was returned."""
        return self.raised is None


@cache
def _content() -> Mapping[str, Any]:
    return json.loads(lzma.decompress(TRUTH.read_bytes()))  # type: ignore[no-any-return] # our own file, of this shape


@cache
def raised() -> tuple[Raised, ...]:
    """Every exception that was seen, each once."""
    frames = _content()["frames"]
    return tuple(
        Raised(error=error, message=message, cause=cause, frames=tuple(frames[number] for number in numbers))
        for error, message, cause, numbers in _content()["errors"]
    )


def environments() -> tuple[str, ...]:
    """The environments that were asked, with and without TensorFlow Addons."""
    return tuple(_content()["answers"])


def files(environment: str) -> tuple[str, ...]:
    """The files that an environment was asked about."""
    return tuple(_content()["answers"][environment])


def seen(environment: str, file: str) -> tuple[Seen | None, Seen | None]:
    """What an environment's ``load_model`` did with a file: compiled, and with ``compile=False``.

    None where it was not asked: ``load_model`` of Keras 1 has no such argument.

    Raises:
        KeyError: it was not asked.
    """
    compiled, bare = (_seen(answer) for answer in _content()["answers"][environment][file])
    return compiled, bare


def _seen(answer: int | list[float | None] | None) -> Seen | None:
    if answer is None:
        return None
    if isinstance(answer, list):
        return Seen(raised=None, difference=answer[0])
    return Seen(raised=raised()[answer])
