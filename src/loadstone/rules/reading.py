"""What a pasted text is: its exceptions, whose files the frames are in, which releases and model files it names.

Texts come from terminals, notebooks, issue trackers and logs. What those put around a traceback (colours, quotation
marks, HTML entities, links) is taken away first, so that the rest can be read as Python printed it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.rules.rule import Generation

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT = 2_000_000  # characters of a log that are looked through, from its end
MAX_MESSAGE = 8_000

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LINK = re.compile(r"\[([^\[\]\n]{1,400})\]\(https?://[^()\s]{1,400}\)")
_QUOTED = re.compile(r"(?m)^(?:[ \t]*(?:>|\||remote:|E {2,})[ \t]?)+")

#: Where a terminal broke a line inside a word and filled it up.
_WRAPPED = re.compile(r"(?<=\w) {20,}(?=\w)")

#: An exception's class with its message: at the beginning of a line, or behind what a log or a person wrote before it.
#: Keras puts the message of the exception that it caught behind words of its own.
_EXCEPTION = re.compile(
    r"(?<![\w.])(?:[A-Za-z_]\w*\.){0,8}(?P<error>[A-Z]\w*(?:Error|Exception|Warning|Interrupt|BadZipFile)|"
    r"BadZipFile|Exception encountered): ?"
    r"(?=\S|\n)"
)
#: What stands between one exception of a chain and the next.
_BETWEEN = re.compile(
    r"\nTraceback \(most recent|\nDuring handling of the above|\nThe above exception was the direct cause"
)
#: What a text has that is about a saved model, or about the programs that load one.
_ABOUT_MODELS = re.compile(
    r"(?i)keras|tensorflow|\btfa?\.|\btfa?\b|h5py|\.h5\b|\.hdf5\b|saved_?model|load_(?:model|weights)|tflite|protobuf"
)
_FRAMES = re.compile(r"(?m)^\s*File \"|^Traceback \(most recent|^-{2,}> ?\d")
_RELEASE = re.compile(
    r"\b(?P<name>tensorflow(?:[_-](?:cpu|gpu|macos|addons|hub|text))?|tf[_-]keras|keras|numpy|protobuf|h5py|typeguard)"
    r"(?:==|-| version:? |: ?| )v?(?P<version>\d+\.\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_PYTHON = re.compile(
    r"\bpython(?P<version>[23]\.\d{1,2})\b|\bPython(?: version:?)? (?P<said>[23]\.\d{1,2})", re.IGNORECASE
)
_MODEL = re.compile(
    r"""(?P<quote>["'])(?P<quoted>[^"'\n]{1,200}\.(?:h5|hdf5|keras|pb))(?P=quote)"""
    r"""|["'(=:\s](?P<path>(?:[A-Za-z]:)?[^\s"'()=:<>|*?]{0,200}\.(?:h5|hdf5|keras|pb))(?![\w-]|\.\w)"""
)

#: Files that only one generation of loaders has, and what it is called. The first that is found counts.
_LOADERS = (
    (r"tf_keras/(?:src/)?\w", "tf_keras", Generation.TF_KERAS),
    (
        r"keras/src/(?:legacy|models|ops|trainers|backend/common|layers/layer\.py)\b|keras/_tf_keras",
        "Keras 3",
        Generation.KERAS_3,
    ),
    (
        r"keras/src/(?:engine|saving/legacy|initializers|optimizers/legacy)",
        "tf.keras 2.13 to 2.15",
        Generation.TF_KERAS,
    ),
    (r"tensorflow_core/python/keras", "tf.keras of TensorFlow 1.15 to 2.1", Generation.TF_KERAS),
    (r"tensorflow/python/keras", "tf.keras of TensorFlow up to 2.5", Generation.TF_KERAS),
    (
        r"keras/utils/traceback_utils|keras/saving/\w|keras/dtensor|keras/layers/\w+/\w+\.py",
        "tf.keras 2.6 to 2.12",
        Generation.TF_KERAS,
    ),
    (
        r"keras/(?:engine/(?:topology|saving|network|sequential)|models|optimizers|layers/\w+|utils/generic_utils)\.pyc?\b",
        "Keras up to 2.3",
        Generation.MULTIBACKEND,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text tells beside its message.

    Attributes:
        about_models: whether anything in it speaks of saved models or of the programs that load them.
        about_others: whether it has frames, and none of them does, so that it is another program's failure.
        exceptions: every exception in it, its class and message, the last one raised last.
        last: where the last of them begins in the plain text; 0 where there is none.
        loader: whose files the frames are in, None where they do not tell.
        generation: which generation of Keras that is.
        releases: releases of packages that it names, and of ``python``.
        models: the files that it names and that may be the model.
    """

    about_models: bool
    about_others: bool
    exceptions: tuple[str, ...]
    last: int
    loader: str | None
    generation: Generation | None
    releases: tuple[tuple[str, str], ...]
    models: tuple[str, ...]


def reading(text: str) -> Reading:
    """What a text tells of exceptions, of the loader, of releases and of model files."""
    plain = plain_text(text)
    releases: dict[str, str] = {}
    for each in _RELEASE.finditer(plain):
        releases.setdefault(each["name"].lower().replace("_", "-"), each["version"])
    for each in _PYTHON.finditer(plain):
        releases.setdefault("python", each["version"] or each["said"])
    files = plain.replace("\\", "/")
    loader = next((each for each in _LOADERS if re.search(each[0], files)), None)
    found = tuple(exceptions(plain))
    about_models = _ABOUT_MODELS.search(plain) is not None
    return Reading(
        about_models=about_models,
        about_others=not about_models and _FRAMES.search(plain) is not None,
        exceptions=tuple(text for _, text in found),
        last=found[-1][0] if found else 0,
        loader=loader[1] if loader else None,
        generation=loader[2] if loader else None,
        releases=tuple(sorted(releases.items())),
        models=tuple(dict.fromkeys(each["quoted"] or each["path"] for each in _MODEL.finditer(plain))),
    )


def plain_text(text: str) -> str:
    """A text without what terminals, mails and trackers put around it; the end of one that is very long."""
    tail = html.unescape(text[-MAX_TEXT:]).replace("\r\n", "\n").replace("\xa0", " ")
    return _WRAPPED.sub("", _QUOTED.sub("", _LINK.sub(r"\1", _ANSI.sub("", tail))))


def exceptions(plain: str) -> Iterator[tuple[int, str]]:
    """Where each exception begins, its class and its message of many lines; warnings are not among them."""
    found = [each for each in _EXCEPTION.finditer(plain) if not each["error"].endswith("Warning")]
    for position, each in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(plain)
        message = plain[each.end() : min(end, each.end() + MAX_MESSAGE)]
        between = _BETWEEN.search(message)
        yield each.start(), f"{each['error']}: {message[: between.start()] if between else message}".rstrip()
