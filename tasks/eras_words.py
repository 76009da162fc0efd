"""What failed, in words that say what to do, from what uv and Python printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tasks.eras_build import Outcome

_NAMES = {
    "tensorflow": "TensorFlow",
    "tensorflow-cpu": "TensorFlow",
    "tensorflow-addons": "TensorFlow Addons",
    "keras": "Keras",
    "tf-keras": "tf-keras",
}

_NO_WHEEL = re.compile(r"(?P<name>[\w-]+)==(?P<version>[\w.]+) has no wheels with a matching Python")
_REQUIRES = re.compile(r"(?P<name>[\w-]+)==(?P<version>[\w.]+) depends on Python(?P<bound>[<>=!~.\d]+)")
_NO_VERSION = re.compile(r"there is no version of (?P<name>[\w-]+)==(?P<version>[\w.]+)")
_UNBUILT = re.compile(r"Failed to build [`']?(?P<name>[\w-]+)==(?P<version>[\w.]+)")

_FOLDERS = re.compile(r"[^\s'\"]*/")  # of this machine, and no help

_STEPS = {
    "tensorflow": "TensorFlow does not import",
    "tensorflow.keras": "Keras does not import",
    "keras": "Keras does not import",
    "tf_keras": "tf_keras does not import",
    "tensorflow_addons": "TensorFlow Addons does not import",
    "ops": "TensorFlow Addons' custom operators do not load",
    "process": "the process ended",
}


def of_build(text: str, python: str) -> str:
    """Why an environment could not be resolved or built."""
    if match := _NO_WHEEL.search(text):
        return f"no wheel of {_named(match)} for Python {python}"
    if match := _REQUIRES.search(text):
        return f"no wheel of {_named(match)} for Python {python}: it asks for Python {match['bound']}"
    if match := _UNBUILT.search(text):
        return f"{_named(match)} has no wheel for Python {python} and does not build from source"
    if match := _NO_VERSION.search(text):
        return f"{_named(match)} is not published for Python {python}, or was not on that day"
    return _one_line(text)


def of_outcome(outcome: Outcome) -> str | None:
    """Why something did not work in an environment that was built; None when all did."""
    for step, error in outcome.errors.items():
        what = _STEPS.get(step) or f"the {step} does not load or gives other outputs"
        return f"{what}: {_one_line(error)}"
    return None


def _named(match: re.Match[str]) -> str:
    return f"{_NAMES.get(match['name'], match['name'])} {match['version']}"


def _one_line(text: str) -> str:
    lines = [_FOLDERS.sub("", line.strip()) for line in text.strip().splitlines() if line.strip()]
    return " ".join(lines)[:200]
