"""Models of users' own classes, and the code that they need.

``tasks/fixtures_users.py`` packs ``tests/golden/users.tar.xz``: a folder for each era, whose files are named for the
file in ``tests/users/code`` and the function ``model_<name>`` in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.runtime.users import from_file
from tests.corpus_files import golden, recorded

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODE = Path(__file__).parent / "code"
MODULES = sorted(path.stem for path in CODE.glob("*.py"))
ARCHIVE = "users"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserModel:
    """One file, ``tf28/attention-simple.h5``: written by an era, with the code of a module."""

    file: str

    @property
    def era(self) -> str:
        """The environment that wrote it."""
        return self.file.partition("/")[0]

    @property
    def module(self) -> str:
        """The file of code that it needs."""
        return self.file.partition("/")[2].partition("-")[0]

    @property
    def path(self) -> Path:
        """The file on disk."""
        return golden(ARCHIVE) / self.file

    def recorded(self, letter: str) -> list[NDArray[Any]]:
        """The recorded inputs (x), outputs (y), targets (t) or scores (s)."""
        arrays = recorded(self.path.with_suffix(".npz"))
        return [arrays[name] for name in sorted(arrays) if name[0] == letter]


@cache
def objects(module: str) -> dict[str, Any]:
    """The classes and functions of a file of user code, as `loadstone convert --custom-objects` takes them."""
    return from_file(CODE / f"{module}.py")


MODELS: tuple[UserModel, ...] = tuple(
    UserModel(file=path.relative_to(golden(ARCHIVE)).as_posix())
    for path in sorted(golden(ARCHIVE).rglob("*-*"))
    if path.suffix in {".h5", ".keras"} and not path.name.endswith(".weights.h5")
)
