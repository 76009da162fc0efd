"""Layers that Keras 3 computes wrongly, or not at all, on one backend: a row here, with the layer of ours in its place.

A row goes when no release of Keras 3 that loadstone takes needs it. The layer is the same elsewhere, so that a model
which was loaded on another backend needs nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loadstone.blueprint.graph import ObjectSpec, Value


@dataclass(frozen=True, slots=True)
class _Repair:
    """``own`` stands for ``name`` on ``backend`` where its configuration ``applies``."""

    backend: str
    name: str
    own: str
    applies: Callable[[Mapping[str, Value]], bool]


def _differs(config: Mapping[str, Value]) -> bool:
    return config.get("value_dim") not in (None, config.get("key_dim"))


def _pads(config: Mapping[str, Value]) -> bool:
    return config.get("padding") == "same"


REPAIRS = (
    # Up to 3.15.1, on JAX: the fused kernel wants values of the size of the keys.
    _Repair("jax", "MultiHeadAttention", "loadstone>MultiHeadAttention", _differs),
    # Up to 3.15.1, on PyTorch: borders that are padded on one side only are counted twice in the average.
    *(_Repair("torch", f"AveragePooling{rank}D", f"loadstone>AveragePooling{rank}D", _pads) for rank in (1, 2, 3)),
)


def own_name(spec: ObjectSpec) -> str | None:
    """The name of the class of ours that an object of Keras' own becomes on this backend, None for nearly all."""
    backend = keras.backend.backend()
    rows = (row for row in REPAIRS if row.backend == backend and row.name == spec.name and row.applies(spec.config))
    return next((row.own for row in rows), None)
