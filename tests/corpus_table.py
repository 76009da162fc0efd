"""The corpus as typed values: what each file is, who wrote it, and what the releases themselves made of it.

``tests/corpus/corpus.toml`` is the table, ``tests/corpus/<era>.tar.xz`` hold the files, ``tests/corpus/oracle.json``
what each era's own ``load_model`` does with each of them. ``tasks/fixtures.py`` and ``tasks/oracle.py`` write them.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from loadstone.artifact import Format
from tests.corpus_files import ORACLE, TABLE, recorded, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One file (or SavedModel folder) of the corpus.

    Attributes:
        file: where it stands in the unpacked corpus, ``tf215/conv_norms.h5``.
        stack: the versions that wrote it, by distribution, and ``python``.
        format: what its content is, which its suffix need not tell.
        architecture: the name of the function in ``tasks/`` that built it.
        writer: the versions that the file itself records, by distribution.
        objects: the identities of objects in its configuration that plain Keras does not know.
        custom_objects: the names that a loader has to be given.
        io_file: inputs ``x0``, ``x1`` ... and the outputs ``y0`` ... that the living model gave for them.
        config_file: the architecture as JSON, for a file that holds weights only.
        tolerance: the absolute difference from the recorded outputs that still counts as equal.
        sha256: of the file's bytes; of a folder, see `digest`.
    """

    file: str
    stack: Mapping[str, str]
    format: Format
    architecture: str
    writer: Mapping[str, str]
    objects: tuple[str, ...]
    custom_objects: tuple[str, ...]
    io_file: str
    config_file: str | None
    tolerance: float
    sha256: str

    @property
    def era(self) -> str:
        """The environment that wrote it, ``tf215``."""
        return self.file.partition("/")[0]

    @property
    def path(self) -> Path:
        """The file on disk; unpacks its era when that has not been done."""
        return unpacked(self.era).parent / self.file

    @property
    def config_path(self) -> Path | None:
        """The JSON configuration that belongs to a weights file."""
        return None if self.config_file is None else unpacked(self.era).parent / self.config_file

    @property
    def io_path(self) -> Path:
        """The recorded inputs and outputs, on disk."""
        return unpacked(self.era).parent / self.io_file

    def io(self) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        """The recorded inputs and outputs, each by name in order."""
        arrays = recorded(self.io_path)
        inputs = {name: array for name, array in arrays.items() if name.startswith("x")}
        return inputs, {name: array for name, array in arrays.items() if name.startswith("y")}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A model that an era could not write in a format (``*``: none of its models), and why."""

    era: str
    architecture: str
    format: Format
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one ``load_model`` did with one file.

    Attributes:
        loads: whether it returned a model.
        error: the exception's class name, None when it loads.
        message: the first 300 characters of what the exception says, None when it loads.
        max_abs_difference: of the outputs from the recorded ones; None when it does not load, or when the outputs
            could not be had or have other shapes.
    """

    loads: bool
    error: str | None = None
    message: str | None = None
    max_abs_difference: float | None = None


def table() -> Mapping[str, Any]:
    """The table as it is written."""
    return tomllib.loads(TABLE.read_text())


def _models() -> tuple[Model, ...]:
    stacks: Mapping[str, Mapping[str, str]] = table()["stack"]
    return tuple(
        Model(
            file=row["file"],
            stack=MappingProxyType(stacks[row["file"].partition("/")[0]]),
            format=Format(row["format"]),
            architecture=row["architecture"],
            writer=MappingProxyType(row["writer"]),
            objects=tuple(row["objects"]),
            custom_objects=tuple(row["custom_objects"]),
            io_file=row["io"],
            config_file=row.get("config"),
            tolerance=row["tolerance"],
            sha256=row["sha256"],
        )
        for row in table()["model"]
    )


MODELS: tuple[Model, ...] = _models()

LEFT_OUT: tuple[LeftOut, ...] = tuple(
    LeftOut(era=row["era"], architecture=row["architecture"], format=Format(row["format"]), reason=row["reason"])
    for row in table().get("left_out", ())
)

ERAS: tuple[str, ...] = tuple(table()["stack"])


@cache
def _oracle() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return json.loads(ORACLE.read_text())  # type: ignore[no-any-return] # our own file, of this shape


def outcome(model: Model, era: str, *, tfa_imported: bool, compiled: bool) -> Outcome:
    """What the era's own ``load_model(path, compile=compiled)``, given no custom objects, did with the file.

    Raises:
        KeyError: it was not asked (``tfa_imported`` in an era without TensorFlow Addons).
    """
    asked = _oracle()[model.file][f"{era}+tfa" if tfa_imported else era]
    # The file leaves out what compile=False does where that is just what compile=True does.
    return Outcome(**asked["compiled" if compiled or "bare" not in asked else "bare"])
