"""What changed within Keras 3. A class, or an argument, that a later release of it has no more is a row here.

Source: the constructors of Keras 3.0.5 to 3.15.1, which ``tests/blueprint/test_every_argument.py`` walks.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from loadstone.blueprint.upgrades.applications import APPLICATIONS
from loadstone.blueprint.upgrades.arguments import Dropped, Renamed, drop, rename
from loadstone.blueprint.upgrades.upgrade import Upgrade

#: Operations by their names of today: until Keras 3.2, and in 3.12 and 3.13.
_OPERATIONS = MappingProxyType({"CtcLoss": "CTCLoss", "ExtractPatches3D": "ExtractPatches"})

_RENAMED = (
    Renamed(frozenset({"Threshold"}), "threshold_value", "threshold"),
    Renamed(frozenset({"Threshold"}), "value", "default_value"),
)

_DROPPED = (
    Dropped(frozenset({"RandomRotation"}), "value_range", None, "a rotation does not look at it, of any release"),
    Dropped(frozenset({"FFT", "IFFT", "RFFT", "IRFFT"}), "axis", (-1, None), "Keras transforms the last axis"),
)

_NAMES = Upgrade(
    name="operation",
    summary="the operation has another name in later releases of Keras 3",
    applies=lambda spec: spec.name in _OPERATIONS and (spec.module or "").startswith("keras.src.ops."),
    change=lambda spec: replace(spec, name=_OPERATIONS[spec.name]),
)

#: With the layers of networks that Keras 3 does not find by itself.
KERAS_3: tuple[Upgrade, ...] = (*APPLICATIONS, _NAMES, *map(rename, _RENAMED), *map(drop, _DROPPED))
