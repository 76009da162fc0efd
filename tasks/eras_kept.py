"""What was seen so far, in ``.cache/eras``: one file a build, so that measuring goes on after a stop."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from loadstone.atomic import replacing
from tasks.eras_build import KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        return None
    known = json.loads(path.read_text())
    return Seen(**{**known, "pins": tuple(known["pins"])})


def trials(row: str) -> tuple[Trial, ...]:
    """What is known of an era's releases of Addons, the newest release first."""
    path = KEPT / f"{row}-addons.json"
    return tuple(Trial(**each) for each in json.loads(path.read_text())) if path.exists() else ()


def keep_seen(each: Seen) -> None:
    """Remembers a build."""
    _keep(f"{each.row}-{each.python}", asdict(each))


def keep_trials(row: str, tried: tuple[Trial, ...]) -> None:
    """Remembers an era's releases of Addons."""
    _keep(f"{row}-addons", [asdict(each) for each in tried])


def _keep(name: str, content: object) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    with replacing(KEPT / f"{name}.json") as draft:
        draft.write_text(json.dumps(content, indent=1) + "\n")
