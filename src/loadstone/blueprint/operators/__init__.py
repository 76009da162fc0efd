"""TensorFlow functions on Keras tensors -> `keras.ops`. One table; a new function is a new row in its namespace.

``x * 2.0`` and ``tf.concat(...)`` in a functional model are stored by tf.keras 2.4 to 2.15 as ``TFOpLambda`` layers
that name the function (``math.multiply``) and keep its arguments under TensorFlow's parameter names. A row says which
operation of `keras.ops` does the same, and what the parameters are called there; `absent` says of the rest why there is
none.

An operation with a leading underscore has no single counterpart; ``loadstone.runtime.operators`` composes it.

Source of the names and the parameters: the public API of TensorFlow 2.4 to 2.15, listed by ``tasks/operators/api.py``;
of the operations: Keras 3.6 to 3.15.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.operators.absent import ABSENT, why_absent
from loadstone.blueprint.operators.arrays import ARRAYS
from loadstone.blueprint.operators.images import IMAGES
from loadstone.blueprint.operators.linear import LINEAR
from loadstone.blueprint.operators.maths import MATHS
from loadstone.blueprint.operators.networks import NETWORKS
from loadstone.blueprint.operators.row import IGNORED, Operator

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IGNORED", "OPERATORS", "Operator", "operator", "why_absent"]

OPERATORS: Mapping[str, Operator] = MappingProxyType({**MATHS, **ARRAYS, **NETWORKS, **IMAGES, **LINEAR})

_PREFIXES = ("compat.v1.", "compat.v2.", "raw_ops.")


def operator(function: str) -> Operator | None:
    """The row of a stored function name, None when there is none.

    ``compat.v1.squeeze`` is the same function as ``squeeze``, unless it has a row of its own: tf.keras stores whichever
    name TensorFlow's export table gives for it, which changed between releases.
    """
    if function in OPERATORS or function in ABSENT:
        return OPERATORS.get(function)
    for prefix in _PREFIXES:
        function = function.removeprefix(prefix)
    return OPERATORS.get(function)
