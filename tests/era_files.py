"""The few models that every era saved, by which an environment is proved: ``tests/corpus/eras.toml`` as typed values.

``tasks/fixtures.py --set eras`` writes the table and ``tests/corpus/eras.tar.xz``, which holds the files of all eras.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.artifact import Format
from tests.corpus_files import CORPUS, recorded, unpacked
from tests.corpus_table import LeftOut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

ERA_TABLE = CORPUS / "eras.toml"
ARCHIVE = "eras"


@dataclass(frozen=True, slots=True, kw_only=True)
class EraModel:
    """One file (or SavedModel folder) that an era saved.

    Attributes:
        file: where it stands in the unpacked archive, ``tf115/plain.h5``.
        stack: the versions that wrote it, by distribution, and ``python``; ``keras`` is also the Keras inside
            TensorFlow where that has no distribution of its own.
        variables: the environment variables that belong to that environment.
        format: what its content is.
        architecture: ``plain``, ``recurrent``, ``addons``, ``addons_library`` (with operators of Addons' own library,
            which loads beside the plain ``tensorflow`` only), ``module`` (a program without Keras), or ``frozen``.
        writer: the versions that the file itself records, by distribution.
        loader: the module whose ``load_model`` its users call; ``tensorflow`` where there is no Keras model in it.
        imports: modules to import before loading.
        inputs: names of the inputs, in the order of ``x0``, ``x1`` ...: those of a SavedModel's ``serving_default``, of
            a frozen graph's nodes, else of a Keras model's input layers.
        outputs: names of the outputs, in the order of ``y0``, ``y1`` ..., in the same way.
        io_file: inputs and the outputs that the model gave for them.
        tolerance: the absolute difference from the recorded outputs that still counts as equal.
        sha256: of the file's bytes; of a folder, see `tests.corpus_files.digest`.
        reloads: whether the loader gave equal outputs again, in the environment that wrote the file.
        reloads_uncompiled: the same with ``compile=False``.
        reload_error: why not, where one of them is false.
    """

    file: str
    stack: Mapping[str, str]
    variables: Mapping[str, str]
    format: Format
    architecture: str
    writer: Mapping[str, str]
    loader: str
    imports: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    io_file: str
    tolerance: float
    sha256: str
    reloads: bool
    reloads_uncompiled: bool
    reload_error: str | None

    @property
    def era(self) -> str:
        """The environment that wrote it, ``tf115``."""
        return self.file.partition("/")[0]

    @property
    def path(self) -> Path:
        """The file on disk; unpacks the archive when that has not been done."""
        return unpacked(ARCHIVE) / self.file

    @property
    def io_path(self) -> Path:
        """The recorded inputs and outputs, on disk."""
        return unpacked(ARCHIVE) / self.io_file

    def named_io(self, path: Path) -> Path:
        """The recorded arrays under the model's own names, as SavedModels need them, whose signatures have no order."""
        arrays = recorded(self.io_path)
        names = (
            [f"x{number}" for number in range(len(self.inputs))],
            [f"y{number}" for number in range(len(self.outputs))],
        )
        renamed: dict[str, Any] = {
            new: arrays[old]
            for numbers, own in zip(names, (self.inputs, self.outputs), strict=True)
            for old, new in zip(numbers, own, strict=True)
        }
        np.savez(path, **renamed)
        return path

    def io(self) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        """The recorded inputs and outputs, each by name (``x0``, ``y0``) in order."""
        arrays = recorded(self.io_path)
        inputs = {name: array for name, array in arrays.items() if name.startswith("x")}
        return inputs, {name: array for name, array in arrays.items() if name.startswith("y")}


def _table() -> Mapping[str, Any]:
    return tomllib.loads(ERA_TABLE.read_text())


def _models(table: Mapping[str, Any]) -> tuple[EraModel, ...]:
    return tuple(
        EraModel(
            file=row["file"],
            stack=MappingProxyType(table["stack"][row["file"].partition("/")[0]]),
            variables=MappingProxyType(row.get("variables", {})),
            format=Format(row["format"]),
            architecture=row["architecture"],
            writer=MappingProxyType(row["writer"]),
            loader=row["loader"],
            imports=tuple(row["imports"]),
            inputs=tuple(row["inputs"]),
            outputs=tuple(row["outputs"]),
            io_file=row["io"],
            tolerance=row["tolerance"],
            sha256=row["sha256"],
            reloads=row["reloads"],
            reloads_uncompiled=row["reloads_uncompiled"],
            reload_error=row.get("reload_error"),
        )
        for row in table["model"]
    )


ERA_MODELS: tuple[EraModel, ...] = _models(_table())

ERA_LEFT_OUT: tuple[LeftOut, ...] = tuple(
    LeftOut(era=row["era"], architecture=row["architecture"], format=Format(row["format"]), reason=row["reason"])
    for row in _table().get("left_out", ())
)

ERA_NAMES: tuple[str, ...] = tuple(_table()["stack"])
