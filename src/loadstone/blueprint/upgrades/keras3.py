"""What changed within Keras 3. A class, or an argument, that a later release of it has no more is a row here.

Source: the constructors of Keras 3.0.5 to 3.15.1, which ``tests/blueprint/test_every_argument.py`` walks.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.upgrades.applications import APPLICATIONS
from loadstone.blueprint.upgrades.arguments import Dropped, Renamed, drop, rename
from loadstone.blueprint.upgrades.upgrade import Upgrade, with_config, without

if TYPE_CHECKING:
    from packaging.version import Version

    from loadstone.blueprint.graph import ObjectSpec, Value

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

#: The classes whose own name, which HDF5 files have, is not their public one.
_CLASSES = MappingProxyType({"GroupedQueryAttention": "GroupQueryAttention"})

_PUBLIC = Upgrade(
    name="public-name",
    summary="Keras has the class under another name than the class's own",
    applies=lambda spec: spec.name in _CLASSES,
    change=lambda spec: replace(spec, name=_CLASSES[spec.name]),
)


def _shears_both_ways(spec: ObjectSpec) -> bool:
    return spec.name == "RandomShear" and any(_is_symmetric(spec.config.get(key)) for key in _SHEARS)


def _is_symmetric(factor: Value) -> bool:
    match factor:
        case (int() | float() as lower, int() | float() as upper):
            return lower == -upper < 0
    return False


def _one_shear(spec: ObjectSpec) -> ObjectSpec:
    changed = {key: spec.config[key][1] for key in _SHEARS if _is_symmetric(spec.config.get(key))}  # type: ignore[index]  # a pair
    return with_config(spec, {**spec.config, **changed})


_SHEARS = ("x_factor", "y_factor")

_SHEAR = Upgrade(
    name="symmetric-shear",
    summary="RandomShear writes a factor as a lower and an upper bound, and takes none below zero",
    applies=_shears_both_ways,
    change=_one_shear,
)

#: With the layers of networks that Keras 3 does not find by itself.
KERAS_3: tuple[Upgrade, ...] = (*APPLICATIONS, _NAMES, _PUBLIC, _SHEAR, *map(rename, _RENAMED), *map(drop, _DROPPED))

# Since these releases RandomCrop, when it does not train, cuts from another place on, and leaves an image as it is.
_CROPS_LESS, CROPS_NOTHING = (3, 6), (3, 8)


def within_keras_3(release: Version | None) -> tuple[Upgrade, ...]:
    """The upgrades of what a release of Keras 3 computed in another way than later ones; None counts as the newest."""
    if release is None or release.release[:2] >= CROPS_NOTHING:
        return ()
    largest = release.release[:2] < _CROPS_LESS
    return (
        Upgrade(
            name="crop-at-inference",
            summary="until Keras 3.7, RandomCrop cut an image when it did not train",
            applies=lambda spec: spec.name == "RandomCrop",
            change=lambda spec: replace(
                without(with_config(spec, {**spec.config, "largest": largest}), "bounding_box_format"),
                name="loadstone>RandomCrop",
            ),
        ),
    )
