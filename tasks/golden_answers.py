"""The files of recorded answers, one a kind: how they are written, and how they are read.

``<kind>.npz`` holds three members. ``cases`` is the JSON text of ``{label: description}``; ``index`` that of ``{name:
[dtype, shape]}``, where a name is ``<label>/<what>``; ``data`` is the bytes of these arrays one after the other, which
as members of their own would take thrice the room.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

DATA = Path(__file__).parents[1] / "tests" / "golden" / "data"


@dataclass(frozen=True)
class Recorded:
    """The answers of one kind: what describes each case by label, and the arrays by ``<label>/<what>``."""

    cases: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]

    def below(self, label: str) -> dict[str, NDArray[Any]]:
        """Return the arrays of one case, or of all that begin with ``label/``, by the rest of their names."""
        prefix = f"{label}/"
        return {key.removeprefix(prefix): value for key, value in self.arrays.items() if key.startswith(prefix)}


def save(path: Path, arrays: Mapping[str, NDArray[Any]], texts: Mapping[str, str]) -> None:
    """Write a file; ``texts`` are the descriptions as JSON texts."""
    index = {name: [array.dtype.str, array.shape] for name, array in arrays.items()}
    data = b"".join(array.tobytes() for array in arrays.values())
    np.savez_compressed(path, index=json.dumps(index), cases=json.dumps(texts), data=np.frombuffer(data, "u1"))


@cache
def recorded(kind: str, folder: Path = DATA) -> Recorded:
    """Read the file of one kind."""
    with np.load(folder / f"{kind}.npz", allow_pickle=False) as members:
        cases = {label: json.loads(text) for label, text in json.loads(str(members["cases"])).items()}
        index, data = json.loads(str(members["index"])), members["data"].tobytes()
    arrays, start = {}, 0
    for name, (dtype, shape) in index.items():
        arrays[name] = np.frombuffer(data, dtype, math.prod(shape), start).reshape(shape).copy()
        start += arrays[name].nbytes
    return Recorded(cases, arrays)
