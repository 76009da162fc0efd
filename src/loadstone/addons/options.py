"""The switch between TensorFlow Addons' C++ kernels and its Python code; here it is kept and changes nothing.

Every object of `loadstone.addons` is written in Keras' operations, so there is no kernel to prefer.
"""

from __future__ import annotations

import os
import warnings

_state = {"disabled": os.environ.get("TF_ADDONS_PY_OPS", "0") not in {"", "0"}}


def enable_custom_kernel() -> None:
    """Say that C++ kernels are preferred. Has no effect on what is computed."""
    _state["disabled"] = False


def disable_custom_kernel() -> None:
    """Say that Python code is preferred to C++ kernels. Has no effect on what is computed."""
    _state["disabled"] = True


def is_custom_kernel_disabled() -> bool:
    """Return what was said last; at first, whether ``TF_ADDONS_PY_OPS`` is set to something but 0."""
    return _state["disabled"]


def warn_fallback(op_name: str) -> None:
    """Warn that the C++ kernel of an operation cannot be loaded, and say from then on that Python code is preferred.

    Nothing here calls it: there are no kernels.
    """
    warnings.warn(f"the C++ kernel of {op_name} cannot be loaded; Python code is used", RuntimeWarning, stacklevel=2)
    disable_custom_kernel()
