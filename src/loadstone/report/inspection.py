"""What is in a model file, as text for people."""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind, Dialect, Format
from loadstone.report.text import SHOWN, Line, folded, labelled, where_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Artifact, TensorPort
    from loadstone.needs import Needs

_FORMATS = {
    Format.HDF5_MODEL: "whole model in HDF5",
    Format.HDF5_WEIGHTS: "weights only, in HDF5",
    Format.KERAS_ARCHIVE: ".keras archive",
    Format.SAVED_MODEL: "SavedModel",
    Format.FROZEN_GRAPH: "frozen graph",
    Format.TENSORFLOW_JS: "layers model of TensorFlow.js",
    Format.UNRECOGNISED: "not recognised",
}
_DIALECTS = {Dialect.KERAS_1: "Keras 1", Dialect.KERAS_2: "Keras 2", Dialect.KERAS_3: "Keras 3"}
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_KILO = 1024
_NOT_OPENED = frozenset({DefectKind.MISSING, DefectKind.UNREADABLE})


def was_examined(artifact: Artifact) -> bool:
    """Whether the file's content was recognised and read, so that what is said about it is about a model."""
    return artifact.format is not Format.UNRECOGNISED


def inspection_lines(artifact: Artifact, needs: Needs, *, everything: bool = False) -> Iterator[Line]:
    """The facts, one label a kind; a kind that the file does not have is left out."""
    kinds = [_FORMATS[artifact.format], *([_DIALECTS[artifact.dialect]] if artifact.dialect else [])]
    if not any(defect.kind in _NOT_OPENED for defect in artifact.defects):
        kinds.append(size_text(artifact.size))
    yield Line(text=f"{artifact.source}: {', '.join(kinds)}", role="title" if was_examined(artifact) else "error")
    for defect in artifact.defects:
        yield from labelled("defect", f"{where_text(defect.where)}: {defect.message}", role="error")
    if needs.writers:
        said = [f"{writer} ({'stated' if writer.recorded else 'inferred'})" for writer in needs.writers]
        yield from labelled("writer", ", ".join(said))
    yield from _objects(artifact, everything=everything)
    for need in needs.objects:
        text = ", ".join(f"{p.distribution} {p.first} to {p.last}" for p in need.providers) or "nobody known"
        yield from labelled("needs", f"{need.identity}, provided by {text}", role="warning")
    yield from _weights(artifact)
    if artifact.training is not None:
        yield from labelled("training", _training(artifact))
    for payload in artifact.payloads:
        python = f"Python {payload.python}" if payload.python is not None else "unknown Python"
        text = f"{size_text(payload.size)} of bytecode ({python}) in {payload.owner}"
        yield from labelled("program", text, role="warning")
    yield from _operations(artifact, needs, everything=everything)
    yield from _signatures(artifact, everything=everything)


def size_text(size: int) -> str:
    """A number of bytes for people: ``512 bytes``, ``1.5 KiB``."""
    amount, unit = float(size), 0
    while amount >= _KILO and unit < len(_UNITS) - 1:
        amount, unit = amount / _KILO, unit + 1
    return f"{size} bytes" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def _objects(artifact: Artifact, *, everything: bool) -> Iterator[Line]:
    for in_training, label in ((False, "objects"), (True, "compiled")):
        counted = Counter(item.identity for item in artifact.objects if item.in_training is in_training)
        if counted:
            names = [name if count == 1 else f"{name} x{count}" for name, count in counted.most_common()]
            yield from labelled(label, folded(names, everything=everything, unit="more kinds"))


def _weights(artifact: Artifact) -> Iterator[Line]:
    if artifact.tensors:
        values = sum(prod(tensor.shape) for tensor in artifact.tensors)
        dtypes = ", ".join(sorted({tensor.dtype for tensor in artifact.tensors}))
        yield from labelled("arrays", f"{len(artifact.tensors)} arrays, {values:,} values ({dtypes})")


def _training(artifact: Artifact) -> str:
    count = artifact.training.optimizer_tensors if artifact.training else 0
    return f"saved compiled, {count or 'no'} array{'' if count == 1 else 's'} of optimizer state"


def _operations(artifact: Artifact, needs: Needs, *, everything: bool) -> Iterator[Line]:
    if artifact.ops:
        counted: Counter[str] = Counter()
        for use in artifact.ops:
            counted[use.op] += use.count
        kinds = [f"{op} x{count}" for op, count in counted.most_common()]
        yield from labelled("graph", f"{counted.total():,} operations: {folded(kinds, everything=everything)}")
    for namespace in needs.op_libraries:
        yield from labelled("needs", f"the operations of {namespace}, a compiled library", role="warning")


def _signatures(artifact: Artifact, *, everything: bool) -> Iterator[Line]:
    shown = artifact.signatures if everything else artifact.signatures[:SHOWN]
    for signature in shown:
        name = f"{signature.name}: " if signature.name else ""
        inputs, outputs = (
            folded([_port(port) for port in ports], everything=everything) or "nothing"
            for ports in (signature.inputs, signature.outputs)
        )
        yield from labelled("signature", f"{name}{inputs} -> {outputs}")
    if len(shown) < len(artifact.signatures):
        yield from labelled("", f"and {len(artifact.signatures) - len(shown)} more")


def _port(port: TensorPort) -> str:
    """A tensor as TensorFlow's users know it: ``x float32 (None, 3)``; three dots are any shape."""
    shape = "(...)" if port.shape is None else str(port.shape)
    return f"{port.name} {port.dtype or 'of an unknown type'} {shape}"
