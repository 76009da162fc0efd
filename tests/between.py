"""Environments between the measured eras, that users have: other releases of Keras 3, two Kerases, a later NumPy.

``tasks/oracle.py`` builds each and asks it about every file; rules are judged for its pins.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.version import Version

from loadstone.environment import planned

if TYPE_CHECKING:
    from loadstone.environment import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """An environment by its pins.

    Attributes:
        name: as the table of answers calls it.
        python: its minor release.
        pins: what decides, as ``name==version``; the rest is what there was on the day.
        as_of: that day.
        call: the module whose ``load_model`` is called.
    """

    name: str
    python: str
    pins: tuple[str, ...]
    as_of: dt.date
    call: str = "tensorflow.keras"

    @property
    def environment(self) -> Environment:
        """The same as a value."""
        stated = (pin.split("==") for pin in self.pins)
        return planned(self.name, python=f"{self.python}.0", pins={name: Version(version) for name, version in stated})


def _keras3(release: str, tensorflow: str, day: str) -> Between:
    return Between(
        name=f"keras{release.rpartition('.')[0]}",
        python="3.11",
        pins=(f"tensorflow-cpu=={tensorflow}", f"keras=={release}"),
        as_of=dt.date.fromisoformat(day),
    )


BETWEEN: tuple[Between, ...] = (
    _keras3("3.0.5", "2.16.1", "2024-03-20"),
    _keras3("3.1.1", "2.16.1", "2024-04-01"),
    _keras3("3.2.1", "2.16.1", "2024-04-20"),
    _keras3("3.3.3", "2.16.1", "2024-05-20"),
    _keras3("3.5.0", "2.17.0", "2024-09-01"),
    _keras3("3.7.0", "2.18.0", "2024-12-20"),
    _keras3("3.8.0", "2.18.0", "2025-02-01"),
    _keras3("3.13.2", "2.20.0", "2026-02-20"),
    Between(
        name="tf2.15-keras3.0",
        python="3.11",
        pins=("tensorflow-cpu==2.15.0", "keras==3.0.5", "numpy==1.26.4"),
        as_of=dt.date(2024, 3, 20),
        call="keras",
    ),
    Between(
        name="tf2.5-numpy1.23",
        python="3.9",
        pins=("tensorflow-cpu==2.5.3", "numpy==1.23.5", "protobuf==3.19.6", "h5py==3.1.0"),
        as_of=dt.date(2023, 1, 15),
    ),
)
