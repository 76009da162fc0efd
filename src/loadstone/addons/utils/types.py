"""Names for what the addons take and return; backends' tensors have no common type, so they are all ``Any``."""

from __future__ import annotations

from typing import Any, TypeAlias

Tensor: TypeAlias = Any
Shape: TypeAlias = tuple[Any, ...]
Config: TypeAlias = dict[str, Any]
Initializer: TypeAlias = Any
Regularizer: TypeAlias = Any
Constraint: TypeAlias = Any
Activation: TypeAlias = Any
