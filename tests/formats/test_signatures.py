"""Signatures of SavedModels that no release of the corpus writes; what those write is compared with TensorFlow's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadstone.artifact import DefectKind, Signature, TensorPort
from loadstone.formats.saved_model import read_saved_model
from tests.formats.encoding import field

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.artifact import Artifact

FLOAT, STRING, FLOAT_REFERENCE = 1, 7, 101


def info(tensor: str = "", number: int = 0, more: bytes = b"") -> bytes:
    return (field(1, tensor.encode()) if tensor else b"") + (field(2, number) if number else b"") + more


def entry(key: str, value: bytes) -> bytes:
    return field(1, key.encode()) + field(2, value)


def signature(name: str, inputs: dict[str, bytes], outputs: dict[str, bytes]) -> bytes:
    taken = b"".join(field(1, entry(key, value)) for key, value in inputs.items())
    given = b"".join(field(2, entry(key, value)) for key, value in outputs.items())
    return field(5, entry(name, taken + given))


def graph(*signatures: bytes, tags: tuple[str, ...] = ("serve",)) -> bytes:
    return field(2, field(1, b"".join(field(4, tag.encode()) for tag in tags)) + b"".join(signatures))


def written(folder: Path, *graphs: bytes) -> Artifact:
    (folder / "saved_model.pb").write_bytes(field(1, 1) + b"".join(graphs))
    return read_saved_model(folder)


def names(artifact: Artifact) -> list[str]:
    return [signature.name for signature in artifact.signatures]


SHAPE = field(3, field(2, field(1, 2**64 - 1)) + field(2, field(1, 3)))
ANY_SHAPE = field(3, field(3, 1))


def test_ports_keep_what_is_known_and_say_what_is_not(tmp_path: Path) -> None:
    inputs = {
        "b": info("b:0", FLOAT, SHAPE),
        "a": info("a:0", STRING, ANY_SHAPE),
        "c": info("c:0", FLOAT_REFERENCE),
        "sparse": info("", FLOAT, field(4, field(1, b"values:0"))),
    }
    artifact = written(tmp_path, graph(signature("serving_default", inputs, {"y": info("y:0", 99, field(3, b""))})))
    assert artifact.signatures == (
        Signature(
            name="serving_default",
            inputs=(
                TensorPort(name="a", tensor="a:0", dtype="string", shape=None),
                TensorPort(name="b", tensor="b:0", dtype="float32", shape=(None, 3)),
                TensorPort(name="c", tensor="c:0", dtype="float32", shape=None),
                TensorPort(name="sparse", tensor="", dtype="float32", shape=None),
            ),
            outputs=(TensorPort(name="y", tensor="y:0", dtype="DataType 99", shape=()),),
        ),
    )


def test_what_tensorflow_keeps_for_itself_is_no_signature(tmp_path: Path) -> None:
    internal = signature("__saved_model_init_op", {}, {"__saved_model_init_op": info("NoOp")})
    assert names(written(tmp_path, graph(internal, signature("b", {}, {}), signature("a", {}, {})))) == ["a", "b"]


@pytest.mark.parametrize(
    ("graphs", "expected"),
    [
        ([(("train",), "t"), (("serve",), "s")], ["s"]),
        ([(("serve",), "s"), (("train",), "t")], ["s"]),
        ([(("serve", "gpu"), "s")], ["s"]),
        ([(("train",), "t"), (("eval",), "e")], ["t"]),
        ([((), "n")], ["n"]),
    ],
)
def test_the_graph_that_is_served_comes_first(
    tmp_path: Path, graphs: list[tuple[tuple[str, ...], str]], expected: list[str]
) -> None:
    artifact = written(tmp_path, *(graph(signature(name, {}, {}), tags=tags) for tags, name in graphs))
    assert names(artifact) == expected


def test_a_damaged_signature_is_a_defect(tmp_path: Path) -> None:
    many = field(3, field(2, field(1, 1)) * 255)
    artifact = written(tmp_path, graph(signature("s", {"x": info("x:0", FLOAT, many)}, {})))
    assert artifact.signatures == ()
    assert DefectKind.OVERSIZED in {defect.kind for defect in artifact.defects}
