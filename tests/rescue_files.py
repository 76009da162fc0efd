"""The rescue set: each layer class, cell, network and policy, saved by every release that can build it.

``tasks/fixtures_rescue.py`` packs ``tests/golden/rescue.tar.xz``, whose ``manifest.json`` says what each file is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadstone.artifact import Format
from tests.corpus_files import golden, recorded
from tests.corpus_table import LeftOut

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ARCHIVE = "rescue"


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueModel:
    """One file.

    Attributes:
        file: where it stands in the unpacked archive, ``bidirectional/tf24.h5``.
        era: the environment that wrote it, ``tf24``.
        architecture: the model's name in `tasks.rescue`.
        format: what its content is.
        io_file: inputs ``x0``, ``x1`` ... and the outputs ``y0``, ``y1`` ... that the model gave for them.
        tolerance: the difference, relative to the scale of an output, that still counts as equal.
    """

    file: str
    era: str
    architecture: str
    format: Format
    io_file: str
    tolerance: float

    @property
    def path(self) -> Path:
        """The file on disk; unpacks the archive when that has not been done."""
        return golden(ARCHIVE) / self.file

    def io(self) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
        """The recorded inputs and outputs, in order."""
        arrays = recorded(golden(ARCHIVE) / self.io_file)
        given, known = (
            [arrays[name] for name in sorted(arrays, key=lambda name: int(name[1:])) if name[0] == letter]
            for letter in "xy"
        )
        return given, known


def _manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((golden(ARCHIVE) / "manifest.json").read_text())
    return found


RESCUE_MODELS: tuple[RescueModel, ...] = tuple(
    RescueModel(
        file=row["file"],
        era=row["era"],
        architecture=row["architecture"],
        format=Format(row["format"]),
        io_file=row["io"],
        tolerance=row["tolerance"],
    )
    for row in _manifest()["model"]
)

RESCUE_LEFT_OUT: tuple[LeftOut, ...] = tuple(
    LeftOut(era=row["era"], architecture=row["architecture"], format=row["format"], reason=row["reason"])
    for row in _manifest()["left_out"]
)

#: By era, the releases that wrote its files.
RESCUE_STACKS: dict[str, dict[str, str]] = _manifest()["stack"]

RESCUE_ERAS: tuple[str, ...] = tuple(RESCUE_STACKS)
