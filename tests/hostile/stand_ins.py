"""Harmless stand-ins for every known way in which a model file does harm, and the code that loadstone gives each.

A stand-in has the shape of an attack and nothing of its effect: its programs return their argument, its functions are
named and never called with anything of consequence, its paths lead to files that do not exist. `tests.hostile` asks
whether each is found, ``benchmarks/safety.py`` what other scanners make of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hostile.stand_ins_archives import ARCHIVES
from tests.hostile.stand_ins_hdf5 import HDF5
from tests.hostile.stand_ins_other import OTHERS
from tests.hostile.stand_ins_programs import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["STAND_INS", "StandIn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One way to do harm.

    Attributes:
        name: what the file does, for people.
        advisory: the CVE or another public name, empty without one.
        code: the finding that has to be among those of the file.
        file: the name that the file or folder gets.
        write: writes it to a path.
    """

    name: str
    advisory: str
    code: str
    file: str
    write: Callable[[Path], None]

    def make(self, folder: Path) -> Path:
        """Write the stand-in into a folder of its own, and give its path."""
        folder.mkdir(parents=True)
        path = folder / self.file
        self.write(path)
        return path

    def __str__(self) -> str:
        return self.name


STAND_INS: tuple[StandIn, ...] = tuple(
    StandIn(name=name, advisory=advisory, code=code, file=file, write=write)
    for name, advisory, code, file, write in (*ARCHIVES, *HDF5, *PROGRAMS, *OTHERS)
)
