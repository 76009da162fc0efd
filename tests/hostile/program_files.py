"""Writes SavedModels and frozen graphs node by node, as far as their readers look at them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.formats.encoding import field, header, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

STRING = 7  # numbers of types
FLOAT = 1
SERVED = "StatefulPartitionedCall"  # the node that calls what is served


def attribute(name: str, value: bytes) -> bytes:
    """An attribute of a node."""
    return field(5, field(1, name.encode()) + field(2, value))


def node(name: str, op: str, inputs: Sequence[str] = (), attributes: bytes = b"") -> bytes:
    """A node."""
    return field(1, name.encode()) + field(2, op.encode()) + b"".join(field(3, i.encode()) for i in inputs) + attributes


def text(name: str, value: bytes, *, packed: bool = False) -> bytes:
    """A constant text."""
    number = 4 if packed else 8
    tensor = field(1, STRING) + field(2, b"") + field(number, (bytes((len(value),)) if packed else b"") + value)
    return node(name, "Const", (), attribute("dtype", field(6, STRING)) + attribute("value", field(8, tensor)))


def call(name: str, function: str, inputs: Sequence[str] = ()) -> bytes:
    """A node that calls a function."""
    return node(name, SERVED, inputs, attribute("f", field(10, field(1, function.encode()))))


def graph(nodes: Sequence[bytes], functions: Mapping[str, Sequence[bytes]] | None = None) -> bytes:
    """A GraphDef."""
    library = b"".join(
        field(1, field(1, field(1, name.encode())) + b"".join(field(3, each) for each in inner))
        for name, inner in (functions or {}).items()
    )
    return b"".join(field(1, each) for each in nodes) + (field(2, library) if library else b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What runs what: signatures and the saver by node, objects by the functions that they have."""

    signatures: Mapping[str, str]
    objects: Sequence[bytes] = (b"",)
    saver: tuple[str, str] = ("", "")
    initializer: str = ""
    assets: Mapping[str, str] | None = None


SIGNED = Served(signatures={"serving_default": f"{SERVED}:0"})


def signature(name: str, tensor: str) -> bytes:
    """A signature with one output."""
    output = field(1, b"output") + field(2, field(1, tensor.encode()))
    return field(5, field(1, name.encode()) + field(2, field(2, output)))


def saved_model(path: Path, definition: bytes, served: Served = SIGNED) -> None:
    """Write a SavedModel folder."""
    (path / "variables").mkdir(parents=True)
    save, restore = served.saver
    saver = field(2, save.encode()) + field(3, restore.encode()) if save else b""
    parts = [
        field(1, field(4, b"serve") + field(5, b"2.15.1")),
        field(2, definition),
        field(3, saver) if saver else b"",
        *(signature(name, tensor) for name, tensor in served.signatures.items()),
        *(
            field(6, field(1, field(1, tensor.encode())) + field(2, file.encode()))
            for tensor, file in (served.assets or {}).items()
        ),
        field(7, b"".join(field(1, each) for each in served.objects)),
    ]
    if served.initializer:
        parts.append(signature("__saved_model_init_op", served.initializer))
    for file in (served.assets or {}).values():
        (path / "assets").mkdir(exist_ok=True)
        (path / "assets" / file).write_text("a\n", encoding="utf-8")
    (path / "saved_model.pb").write_bytes(field(1, 1) + field(2, b"".join(parts)))
    (path / "variables" / "variables.index").write_bytes(table([[header()]]))


def metadata(path: Path, layer: Mapping[str, object]) -> None:
    """Write the Keras metadata of a model with one layer beside a program."""
    config = {"name": "model", "layers": [layer]}
    root = {"class_name": "Sequential", "config": config, "keras_version": "2.15.0", "backend": "tensorflow"}
    documents = (("root", "_tf_keras_sequential", root), ("root.layer-0", "_tf_keras_layer", layer))
    parts = [
        field(2, number) + field(3, at.encode()) + field(4, kind.encode()) + field(5, json.dumps(value).encode())
        for number, (at, kind, value) in enumerate(documents)
    ]
    (path / "keras_metadata.pb").write_bytes(b"".join(field(1, part) for part in parts))


def child(node_id: int, name: str) -> bytes:
    """An edge of the object graph."""
    return field(1, field(1, node_id) + field(2, name.encode()))


def function_object(*names: str) -> bytes:
    """An object that is a function, by its concrete functions."""
    return field(6, b"".join(field(1, name.encode()) for name in names))
