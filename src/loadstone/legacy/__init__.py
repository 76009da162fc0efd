"""Keras 2's own objects that Keras 3 dropped or gave another meaning, as Keras 3 objects.

Registered as ``Keras2>Name``, so that a `.keras` file that names them loads once this package is imported. Imports
keras only. The table is explicit: what is not in it does not exist.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from loadstone.legacy.activations import hard_sigmoid

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REGISTERED", "hard_sigmoid"]

REGISTERED: Mapping[str, Any] = MappingProxyType({"Keras2>hard_sigmoid": hard_sigmoid})
