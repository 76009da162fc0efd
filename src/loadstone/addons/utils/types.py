"""Names for what the addons take and return, among them those of ``tfa.types``.

Backends' tensors, and what is given as a name, an object or a function, have no common type, so most are ``Any``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
Tensor: TypeAlias = Any
Shape: TypeAlias = tuple[Any, ...]
Config: TypeAlias = dict[str, Any]

AcceptableDTypes: TypeAlias = Any  # a dtype of NumPy or a backend, its name, or None
Activation: TypeAlias = str | Callable[..., Any] | None
Constraint: TypeAlias = Any
FloatTensorLike: TypeAlias = Any
Initializer: TypeAlias = Any
Number: TypeAlias = float | int | np.floating[Any] | np.integer[Any]
Optimizer: TypeAlias = Any
Regularizer: TypeAlias = Any
TensorLike: TypeAlias = Any
