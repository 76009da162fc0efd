"""What was seen so far: in ``.cache/eras`` one file a build, else in the table that was written from such files.

So measuring goes on after a stop, and where the folder is gone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.atomic import replacing
from tasks.eras_build import KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The table that ``tasks/eras.py --write`` writes.
TABLE = Path(__file__).resolve().parents[1] / "src" / "loadstone" / "knowledge" / "data" / "eras.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One build as it was seen: the fields of a measurement, and what led to them."""

    row: str
    python: str
    addons: str | None
    as_of: str
    on: str
    pins: tuple[str, ...] = ()
    builds: bool
    tensorflow: bool | None = None
    keras: bool | None = None
    addons_imports: bool | None = None
    fixture: bool | None = None
    seconds: float = 0.0
    megabytes: int = 0
    why: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether all that was tried works."""
        return self.builds and False not in {self.tensorflow, self.keras, self.addons_imports, self.fixture}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One release of Addons beside the distribution ``tensorflow`` of an era, on one Python.

    Attributes:
        imports: both import.
        ops: all its operator libraries load, and one operator gives its documented result.
        same_pins: everything else in the environment is what the same day gives beside ``tensorflow-cpu``; None where
            that was not resolved.
    """

    row: str
    python: str
    addons: str
    on: str
    imports: bool
    ops: bool
    same_pins: bool | None = None
    errors: Mapping[str, str] = field(default_factory=dict)


def seen(row: str, python: str) -> Seen | None:
    """What is known of a build."""
    path = KEPT / f"{row}-{python}.json"
    if not path.exists():
        return _written(row, python)
    known = json.loads(path.read_text())
    return Seen(**{**known, "pins": tuple(known["pins"])})


def trials(row: str) -> tuple[Trial, ...]:
    """What is known of an era's releases of Addons, the newest release first."""
    path = KEPT / f"{row}-addons.json"
    if not path.exists():
        return _written_trials(row)
    return tuple(Trial(**each) for each in json.loads(path.read_text()))


def keep_seen(each: Seen) -> None:
    """Remembers a build."""
    _keep(f"{each.row}-{each.python}", asdict(each))


def keep_trials(row: str, tried: tuple[Trial, ...]) -> None:
    """Remembers an era's releases of Addons."""
    _keep(f"{row}-addons", [asdict(each) for each in tried])


@cache
def _table() -> Mapping[str, Any]:
    eras: Mapping[str, Any] = json.loads(TABLE.read_text())["eras"]
    return eras


def _written(row: str, python: str) -> Seen | None:
    """A build as the table has it; the errors of what failed are not in it."""
    era = _table().get(row, {"builds": {}})
    build = era["builds"].get(python)
    if build is None or build["measured"] is None:
        return None
    pins = tuple(build["pins"].split())
    addons = next((pin.partition("==")[2] for pin in pins if pin.startswith("tensorflow-addons==")), None)
    on, builds, tensorflow, keras, addons_imports, _, fixture, seconds, megabytes, why = build["measured"]
    return Seen(
        row=row,
        python=python,
        addons=addons,
        as_of=build["as_of"],
        on=on,
        pins=pins,
        builds=builds,
        tensorflow=tensorflow,
        keras=keras,
        addons_imports=addons_imports,
        fixture=fixture,
        seconds=seconds,
        megabytes=megabytes,
        why=why,
    )


def _written_trials(row: str) -> tuple[Trial, ...]:
    """The releases of Addons that the table says were tried with an era, on its first Python."""
    era = _table().get(row)
    if not era:
        return ()
    python, build = next(iter(era["builds"].items()))
    on = build["measured"][0] if build["measured"] else ""
    return tuple(
        Trial(row=row, python=python, addons=addons, on=on, imports=imports, ops=ops)
        for addons, imports, ops in era["trials"]
    )


def _keep(name: str, content: object) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    with replacing(KEPT / f"{name}.json") as draft:
        draft.write_text(json.dumps(content, indent=1) + "\n")
