"""Which line of a user's code an error comes from, and what to write there.

`ADVICE` is a table: what the error says, what stands in the line, and how Keras 3 spells it. One place to add a row.
"""

from __future__ import annotations

import linecache
import re
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras

from loadstone.runtime.users.places import instead_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ELSEWHERE = "elsewhere"  # what `places` finds
_GENERATED = "__autograph_generated_file"  # TensorFlow's copy of a function, in a folder for temporary files
_INFERRED = "Error encountered:\n\n"  # what Keras 3 puts between its own words and those of a layer's error


@dataclass(frozen=True, slots=True)
class Advice:
    """A way to say in Keras 3 what Keras 2 let one say.

    Attributes:
        message: a pattern of what the error says; its groups may stand in ``instead``.
        instead: what to change the line into.
        line: a pattern of the line, where the message alone does not tell.
    """

    message: str
    instead: str
    line: str = ""


ADVICE: tuple[Advice, ...] = (
    Advice(r"'(?:int|NoneType)' object has no attribute 'value'", "sizes of shapes are integers: leave out .value"),
    Advice(r"'(?:int|NoneType)' object has no attribute '_value'", "sizes of shapes are integers: leave out ._value"),
    Advice(
        r"has no attribute 'value'|object is not callable",
        "the value of a variable is v.value, without parentheses",
        r"\.value\(\)",
    ),
    Advice(r"object has no attribute '(read_value|initialized_value)'", "the value of a variable is v.value"),
    Advice(r"'(?:tuple|list)' object has no attribute 'as_list'", "shapes are tuples: list(shape)"),
    Advice(r"'str' object has no attribute '(?:base_dtype|as_numpy_dtype|name|is_\w+)'", "a dtype is a string"),
    Advice(
        r"A KerasTensor (?:is symbolic|cannot be used)",
        "use keras.ops in place of TensorFlow's functions, or put the line into the call of a layer",
    ),
    Advice(r"no attribute '(_keras_shape|_keras_history|_uses_learning_phase)'", "the shape is x.shape"),
    Advice(r"no attribute '(get_shape)'", "the shape is x.shape"),
    Advice(r"tensorflow_backend'", "since TensorFlow 2 there is no session: leave it out", r"_session"),
    Advice(r"experimental'", "preprocessing layers are in keras.layers", r"import preprocessing\b"),
    Advice(r"(?:attribute|import name) 'CuDNN\w+'", "LSTM and GRU use cuDNN by themselves: take those"),
    Advice(r"module '[\w.]*keras[\w.]*backend' has no attribute 'tf'", "import tensorflow as tf"),
    Advice(r"module '[\w.]*keras[\w.]*' has no attribute 'experimental'", "leave .experimental out"),
    Advice(r"module '[\w.]*keras[\w.]*' has no attribute '(\w+)'", ELSEWHERE),
    Advice(r"module 'tensorflow' has no attribute '(log|lgamma|ceil|erf|rsqrt)'", "use tf.math.{0}"),
    Advice(r"module 'tensorflow' has no attribute 'random_(normal|uniform)'", "use tf.random.{0}"),
    Advice(r"module 'tensorflow' has no attribute 'contrib'", "tf.contrib ended with TensorFlow 1.15"),
    Advice(r"module 'tensorflow' has no attribute '(\w+)'", "use tf.compat.v1.{0}"),
    Advice(r"No module named 'tensorflow_addons'", "import loadstone.addons as tfa"),
    Advice(r"No module named 'keras_contrib'", "keras_contrib ended before Keras 3: write the class out"),
    Advice(r"No module named '(?:tensorflow\.)?keras\.[\w.]+'", ELSEWHERE),
    Advice(r"No module named 'tensorflow\.(?:python\.keras|contrib)", "import the name from keras"),
    Advice(r"cannot import name '(\w+)' from '[\w.]*keras", ELSEWHERE),
    Advice(r"property '(\w+)' of '\w+' object has no setter", "set the layer's _{0}, or assign to {0}"),
    Advice(
        r"Unrecognized keyword arguments passed to \w+: (\{.*\})",
        "__init__ has to take these settings, or to leave them out of super().__init__(): {0}",
    ),
    Advice(
        r"got an unexpected keyword argument '(\w+)'",
        "leave {0} out, or let __init__ take it and **kwargs",
    ),
    Advice(
        r"missing \d+ required (?:positional|keyword-only) arguments?: (.*)",
        "give {0} a default, or return it in get_config",
    ),
    Advice(
        r"Could not parse config", "the object is built already: use it as it is, and deserialize only a dictionary"
    ),
    Advice(r"forgot to call `super\(\)\.__init__\(\)`", "call super().__init__(**kwargs) first"),
    Advice(r"tf\.function only supports singleton tf\.Variables", "make the variable in build(), or use a constant"),
    Advice(r"has no counterpart in Keras 3: (.*)", "{0}"),
)


def told(error: BaseException) -> str:
    """What an error says, with the line of the user's code that it comes from and what to write there."""
    root, frame = _where(error)
    message = _said(root)
    if frame is None:
        return message
    text = (linecache.getline(frame.filename, frame.lineno or 0) or frame.line or "").strip()
    found = f"{message}\n      {frame.filename}, line {frame.lineno}, in {frame.name}:  {text}"
    instead = _instead(message, text)
    return found if instead is None else f"{found}\n      in Keras 3: {instead}"


def _instead(message: str, line: str) -> str | None:
    for advice in ADVICE:
        match = re.search(advice.message, message)
        if match and re.search(advice.line, line):
            if advice.instead == ELSEWHERE:
                return instead_of(line, match[1] if match.groups() else None)
            return advice.instead.format(*match.groups())
    return None


def _said(error: BaseException) -> str:
    text = str(error)
    return text.rpartition(_INFERRED)[2].strip() if _INFERRED in text else text


def _where(error: BaseException) -> tuple[BaseException, traceback.FrameSummary | None]:
    """The innermost of the errors that led to this one which passed the user's code, and the last frame there."""
    found: tuple[BaseException, traceback.FrameSummary | None] = (error, None)
    for each in _chain(error):
        own = [frame for frame in traceback.extract_tb(each.__traceback__) if is_own(frame.filename)]
        if own:
            found = (each, own[-1])
    return found


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def is_own(filename: str) -> bool:
    """Whether a file of Python code is neither an installed package nor Python's, Keras' or loadstone's own."""
    path = Path(filename).resolve()
    if filename.startswith("<") or path.name.startswith(_GENERATED) or path.suffix == ".so":
        return filename.startswith(("<ipython", "<stdin"))
    return not any(path.is_relative_to(folder) for folder in _FOREIGN)


def _folders() -> Iterator[Path]:
    yield Path(__file__).resolve().parents[2]
    yield Path(keras.__file__).resolve().parent
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield Path(sysconfig.get_path(name)).resolve()
    yield Path(sys.base_prefix).resolve() / "lib"


_FOREIGN = tuple(_folders())
