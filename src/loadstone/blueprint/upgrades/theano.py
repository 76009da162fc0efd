"""What Theano computed in another way than the backends of Keras 3 do, where the arrays cannot make up for it.

Theano's ``same`` puts as much before the input as behind it, half of the kernel each; the others put as much as the
strides need, and the odd one behind. Both are the same for an odd size that moves by 1.
Source: ``_preprocess_padding`` and ``pool2d`` of the Theano backends of Keras 1.2.2 and 2.2.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Obstacle, Problem
from loadstone.blueprint.upgrades.upgrade import Upgrade

if TYPE_CHECKING:
    from loadstone.blueprint.graph import ObjectSpec, Value

_SIZES = ("kernel_size", "pool_size")


def _all_are(value: Value, wanted: int, step: int) -> bool:
    """Whether a number, or every number of a tuple, is ``wanted`` but for multiples of ``step``; 0 takes none."""
    items = value if isinstance(value, tuple) else (value,)
    return all(isinstance(item, int) and (item == wanted if step == 0 else item % step == wanted) for item in items)


def _pads_unevenly(spec: ObjectSpec) -> bool:
    if spec.config.get("padding") != "same":
        return False
    size = next((spec.config[key] for key in _SIZES if key in spec.config), None)
    strides = spec.config.get("strides", 1)
    if strides is None:  # a pooling layer moves by its size
        strides = size
    return size is not None and not (_all_are(size, 1, 2) and _all_are(strides, 1, 0))


def _refuse(spec: ObjectSpec) -> Problem:
    message = (
        f"{spec.name} was computed by Theano with padding='same', which it puts in other places than the backends of "
        "Keras 3 where a size is even or a stride is not 1"
    )
    return Problem(obstacle=Obstacle.UNKNOWN_ARGUMENT, subject=f"{spec.name}.padding", message=message, at=spec.at)


THEANO: tuple[Upgrade, ...] = (
    Upgrade(name="theano-padding", summary="Theano pads in another way", applies=_pads_unevenly, change=_refuse),
)
