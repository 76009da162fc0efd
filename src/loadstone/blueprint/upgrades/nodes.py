"""Nodes of TensorFlow's graphs that tf.keras 1.13 to 2.3 stores as layers (``TensorFlowOpLayer``) -> operations."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Call, LayerSpec, Note, ObjectSpec, Obstacle, Operation, Problem
from loadstone.blueprint.operators import IGNORED
from loadstone.blueprint.operators.nodes import NEUTRAL, NODES, Node
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.blueprint.graph import Value

#: NumPy's names of the types that a graph's attributes name.
_DTYPES = {
    "FLOAT": "float32", "DOUBLE": "float64", "HALF": "float16", "BFLOAT16": "bfloat16", "BOOL": "bool",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "UINT8": "uint8", "UINT16": "uint16",
    "UINT32": "uint32", "UINT64": "uint64", "COMPLEX64": "complex64", "COMPLEX128": "complex128",
}  # fmt: skip


def upgrade_node(layer: LayerSpec, spec: ObjectSpec) -> tuple[LayerSpec, tuple[Note | Problem, ...]]:
    """The layer as an operation, or why there is none."""
    definition = spec.config.get("node_def")
    name = definition.get("op") if isinstance(definition, Mapping) else None
    if not isinstance(definition, Mapping) or not isinstance(name, str):
        return layer, (_refused(spec, "a node of a graph", "its definition cannot be read"),)
    node = NODES.get(name)
    if node is None:
        return layer, (_refused(spec, f"the operation {name}", "it is not in the table"),)
    attributes = definition.get("attr")
    given = dict(_attributes(attributes if isinstance(attributes, Mapping) else {}))
    known = {key for key, _ in node.attributes}
    odd = [key for key in given if key not in known and key not in NEUTRAL and not key.startswith(("T", "_"))]
    if odd:
        return layer, (_refused(spec, f"the operation {name}", f"its counterpart does not take {', '.join(odd)}"),)
    calls = tuple(_bound(node, spec, call, given) for call in layer.calls)
    found = [call for call in calls if call is not None]
    if len(found) != len(calls):
        return layer, (_refused(spec, f"the operation {name}", "its inputs are others than the operation has"),)
    message = f"the operation {name} is {'composed of keras.ops' if node.op[0] == '_' else f'keras.ops.{node.op}'}"
    operation = replace(layer, content=Operation(op=node.op, at=spec.at), calls=tuple(found))
    return operation, (note("tensor-function", message, spec.at),)


def _bound(node: Node, spec: ObjectSpec, call: Call, given: Mapping[str, Value]) -> Call | None:
    """The call with constants put back among its inputs, by the operation's parameters; None where they do not fit."""
    inputs = list(_flat(call.args))
    constants = spec.config.get("constants")
    if isinstance(constants, Mapping):
        for index in sorted(map(int, constants)):
            inputs.insert(index, constants[str(index)])
    star = next((at for at, name in enumerate(node.inputs) if name.endswith("*")), None)
    if star is not None:
        several = len(inputs) - len(node.inputs) + 1
        inputs = [*inputs[:star], tuple(inputs[star : star + several]), *inputs[star + several :]]
    if len(inputs) != len(node.inputs):
        return None
    bound: dict[str, Value] = {name.removesuffix("*"): item for name, item in zip(node.inputs, inputs, strict=True)}
    bound |= dict(node.fixed)
    bound |= {target: given[key] for key, target in node.attributes if key in given and target != IGNORED}
    return Call(kwargs=MappingProxyType(bound))


def _flat(value: Value) -> Iterator[Value]:
    if isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _attributes(attributes: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """The attributes' values, in the JSON of protobuf: numbers of 64 bits are texts, bytes in base 64."""
    for key, value in attributes.items():
        if isinstance(value, Mapping):
            yield key, _value(value)


def _value(value: Mapping[str, Value]) -> Value:
    match dict(value):
        case {"type": str(name)}:
            return _DTYPES.get(name.removeprefix("DT_"), name)
        case {"b": bool(truth)}:
            return truth
        case {"i": str() | int() as number}:
            return int(number)
        case {"f": int() | float() as number}:
            return float(number)
        case {"s": str(text)}:
            return _text(text)
        case {"list": Mapping() as items}:
            return tuple(
                _value({kind: item}) for kind, found in items.items() if isinstance(found, tuple) for item in found
            )
        case {"shape": Mapping() as shape}:
            sizes = shape.get("dim")
            found = sizes if isinstance(sizes, tuple) else ()
            return tuple(int(str(dim.get("size", 0))) if isinstance(dim, Mapping) else 0 for dim in found)
    return None


def _text(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return text


def _refused(spec: ObjectSpec, name: str, why: str) -> Problem:
    return Problem(
        obstacle=Obstacle.UNKNOWN_OPERATOR,
        subject=name.removeprefix("the operation "),
        message=f"{name} on a tensor has no counterpart in Keras 3: {why}",
        at=spec.at,
    )
