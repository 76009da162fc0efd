"""How stored arrays become the values of Keras 3's variables, as rows of a table. Pure.

Most arrays are a variable's value as they stand. Where a release stored a layer's weights otherwise (a CuDNN cell's
gates, Keras 1's one array for each gate), a `Translation` replaces the rows of that layer: each row names its sources,
the variable that they give, and what is done with them. `loadstone.blueprint.weights` matches rows with variables.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from loadstone.blueprint.weights import Slot, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from loadstone.blueprint.graph import Blueprint, ObjectSpec

Transform: TypeAlias = "Callable[[Sequence[NDArray[Any]]], NDArray[Any]]"


def alone(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The only source as it stands."""
    (array,) = arrays
    return array


@dataclass(frozen=True, slots=True)
class Row:
    """One variable's way from the file.

    Attributes:
        sources: full names of the stored arrays, in the order in which ``transform`` takes them.
        target: name within the layer, as Keras 3 calls it, and shape of the value.
        transform: makes the value of the sources.
    """

    sources: tuple[str, ...]
    target: Slot
    transform: Transform = alone


Translation: TypeAlias = "Callable[[tuple[Row, ...], ObjectSpec | Blueprint], tuple[Row, ...]]"


def translate(stored: Mapping[str, Slot], content: ObjectSpec | Blueprint) -> tuple[Row, ...]:
    """The rows of a top-level layer.

    Args:
        stored: its arrays by full name, in the file's order; each slot has the name within the layer.
        content: the layer, upgraded to Keras 3; a nested model or a wrapper holds several.
    """
    rows = tuple(Row((name,), slot) for name, slot in stored.items())
    for translation in TRANSLATIONS:
        rows = translation(rows, content)
    return rows


def by_scope(rows: Sequence[Row]) -> dict[tuple[str, ...], dict[str, Row]]:
    """Rows by the place of their target (all parts of its name but the last), then by the last part, in order."""
    scopes: dict[tuple[str, ...], dict[str, Row]] = defaultdict(dict)
    for row in rows:
        *scope, last = parts(row.target.name)
        scopes[tuple(scope)][last] = row
    return dict(scopes)


_CUDNN_GATES = (4, 3)  # LSTM, GRU


def _from_cudnn(rows: tuple[Row, ...], content: ObjectSpec | Blueprint) -> tuple[Row, ...]:
    """CuDNNLSTM and CuDNNGRU of Keras 2 and tf.keras 1, which are LSTM and GRU with ``reset_after`` here.

    Told by the bias, which has two parts in one row: of 8 units (LSTM, where the two are added), of 6 (GRU, where they
    are kept apart). Kernels are stored gate by gate as cuDNN lays them out. As Keras 2's loader does
    (``preprocess_weights_for_loading``).
    """
    del content
    changed: dict[tuple[str, ...], Row] = {}
    for named in by_scope(rows).values():
        gates = _cudnn_gates(named)
        if gates is None:
            continue
        units = named["recurrent_kernel"].target.shape[0]
        bias = named["bias"]
        shape = (gates * units,) if gates == _CUDNN_GATES[0] else (2, gates * units)
        made = (
            replace(named["kernel"], transform=_per_gate(gates, _input_kernel)),
            replace(named["recurrent_kernel"], transform=_per_gate(gates, np.transpose)),
            Row(bias.sources, Slot(bias.target.name, shape), _added if gates == _CUDNN_GATES[0] else _stacked),
        )
        changed |= {row.sources: row for row in made}
    return tuple(changed.get(row.sources, row) for row in rows)


def _cudnn_gates(named: Mapping[str, Row]) -> int | None:
    """How many gates a scope's cuDNN cell has, None when it is no cuDNN cell."""
    if not {"kernel", "recurrent_kernel", "bias"} <= set(named):
        return None
    shape, bias = named["recurrent_kernel"].target.shape, named["bias"].target.shape
    return next(
        (gates for gates in _CUDNN_GATES if shape[1:] == (gates * shape[0],) and bias == (2 * math.prod(shape[1:]),)),
        None,
    )


def _input_kernel(gate: NDArray[Any]) -> NDArray[Any]:
    """An input kernel of cuDNN: (units, inputs) in one piece, which Keras 2 declares as (inputs, units)."""
    inputs, units = gate.shape
    return np.ascontiguousarray(gate).reshape(units, inputs).T


def _per_gate(gates: int, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Transform:
    return lambda arrays: np.concatenate([change(gate) for gate in np.split(alone(arrays), gates, axis=1)], axis=1)


def _added(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    first, second = np.split(alone(arrays), 2)
    return np.asarray(first + second)


def _stacked(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return alone(arrays).reshape(2, -1)


# In the order in which they are applied; each sees what the ones before it made.
TRANSLATIONS: tuple[Translation, ...] = (_from_cudnn,)
