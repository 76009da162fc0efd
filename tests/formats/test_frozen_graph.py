"""Frozen graphs are read as TensorFlow reads them, and whatever else begins like one gets an answer."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.version import Version

from loadstone.artifact import DefectKind, Format, Member, OpUse, Signature, TensorPort
from loadstone.formats import graph_def, protobuf, read, writer
from loadstone.formats.frozen_graph import read_frozen_graph
from loadstone.rules import diagnose
from tests.formats.encoding import field
from tests.rules.environments import KERAS315, TF24, TF28, TF215

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.artifact import Artifact
    from loadstone.environment import Environment

FOLDER = Path(__file__).with_name("frozen")
ORACLE: Mapping[str, Mapping[str, Any]] = json.loads((FOLDER / "oracle.json").read_text())
FLOAT, INT32 = 1, 3


def attribute(key: str, value: bytes) -> bytes:
    return field(5, field(1, key.encode()) + field(2, value))


def typed(key: str, number: int) -> bytes:
    return attribute(key, field(6, number))


def sized(*sizes: int) -> bytes:
    """A shape; -1 is a dimension of any size."""
    return b"".join(field(2, field(1, size % 2**64)) for size in sizes)


def node(name: str, op: str, *inputs: str, more: bytes = b"") -> bytes:
    named = field(1, name.encode()) + field(2, op.encode())
    return field(1, named + b"".join(field(3, each.encode()) for each in inputs) + more)


def function(name: str, *operations: str) -> bytes:
    nodes = (field(3, field(1, b"n") + field(2, operation.encode())) for operation in operations)
    return field(2, field(1, field(1, field(1, name.encode())) + b"".join(nodes)))


def produced(number: int) -> bytes:
    return field(4, field(1, number))


def written(folder: Path, *parts: bytes) -> Artifact:
    path = folder / "model.pb"
    path.write_bytes(b"".join(parts))
    return read(path)


def kinds(artifact: Artifact) -> list[DefectKind]:
    return [defect.kind for defect in artifact.defects]


def tensors(ports: Sequence[TensorPort]) -> list[tuple[str, str | None]]:
    return [(port.tensor, port.dtype) for port in ports]


IMAGE = node("image", "Placeholder", more=typed("dtype", FLOAT) + attribute("shape", field(7, sized(-1, 4))))


@pytest.mark.parametrize("name", ORACLE)
def test_operations_inputs_and_outputs_are_those_that_tensorflow_finds(name: str) -> None:
    said = ORACLE[name]
    path = FOLDER / f"{name}.pb"
    artifact = read(path)
    assert (artifact.format, artifact.dialect, artifact.config) == (Format.FROZEN_GRAPH, None, None)
    assert artifact.size == path.stat().st_size < 20_000
    assert sorted([use.function, use.op, use.count] for use in artifact.ops) == said["operations"]
    (signature,) = artifact.signatures
    shapes = [None if port.shape is None else list(port.shape) for port in signature.inputs]
    found = [[port.tensor, port.dtype, shape] for port, shape in zip(signature.inputs, shapes, strict=True)]
    assert found == said["inputs"]
    assert tensors(signature.outputs) == [(tensor, dtype) for tensor, dtype, _ in said["outputs"]]
    assert kinds(artifact) == [DefectKind.NOT_A_MODEL]


@pytest.mark.parametrize("name", ORACLE)
def test_the_producer_tells_the_writer_where_freezing_kept_it(name: str) -> None:
    said = ORACLE[name]
    evidence = read(FOLDER / f"{name}.pb").writer
    assert len(evidence) == bool(said["producer"])
    for found in evidence:
        assert (found.distribution, found.recorded, found.where) == ("tensorflow", False, Member(path=""))
        assert said["tensorflow"] in found.versions
        assert found.token == f"GraphDef producer {said['producer']}"


def test_some_files_state_their_producer() -> None:
    assert {row["tensorflow"] for row in ORACLE.values() if row["producer"]} == {"2.4.1", "2.21.0"}


@pytest.mark.parametrize(
    ("producer", "inside", "outside"),
    [
        (1, ["1.0", "1.13.2"], ["1.14.0"]),
        (27, ["1.6.0", "1.13.2"], ["1.14.0"]),
        (30, ["1.13.2", "1.14.0"], ["1.12.0", "1.15.0"]),
        (119, ["2.0.4"], ["1.15.5", "2.1.0"]),
        (134, ["1.15.5"], ["2.0.0", "1.14.0"]),
        (175, ["2.1.4", "2.2.3"], ["2.0.4", "2.3.0"]),
        (987, ["2.8.0", "2.8.4"], ["2.7.4", "2.9.0"]),
        (1000, ["2.8.4", "2.9.0"], ["2.7.4", "2.10.0"]),
        (2474, ["2.21.0"], ["2.20.0", "2.22.0"]),
        (9999, ["2.21.0", "3.0"], ["2.20.0"]),
    ],
)
def test_releases_by_producer(producer: int, inside: list[str], outside: list[str]) -> None:
    (found,) = writer.graph_producer(producer, Member(path=""))
    assert [release for release in (*inside, *outside) if release in found.versions] == inside


@given(st.integers(min_value=1, max_value=2**31))
def test_every_producer_is_of_some_release(producer: int) -> None:
    (found,) = writer.graph_producer(producer, Member(path=""))
    assert any(f"{release}.1" in found.versions for release in writer.GRAPH_PRODUCERS)


def test_the_installed_tensorflow_has_the_number_of_the_table() -> None:
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.origin is None:
        pytest.skip("no TensorFlow here")
    header = Path(spec.origin).with_name("include") / "tensorflow/core/public/version.h"
    number = re.search(r"^#define TF_GRAPH_DEF_VERSION (\d+)", header.read_text(), re.MULTILINE)
    assert number is not None
    (found,) = writer.graph_producer(int(number[1]), Member(path=""))
    names = ("tensorflow-cpu", "tensorflow")
    release = next(version(name) for name in names if importlib.util.find_spec(name.partition("-")[0]))
    assert Version(release) in found.versions


@pytest.mark.live
def test_the_types_of_outputs_are_those_that_tensorflow_registers() -> None:
    script = """
import json, sys
from tensorflow.python.framework import op_def_registry
said = {}
for op in json.loads(sys.argv[1]):
    definition = op_def_registry.get(op)
    said[op] = [[out.type_attr or out.type, out.number_attr] for out in definition.output_arg]
print(json.dumps(said))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(sorted(graph_def._TYPES))], capture_output=True, text=True, check=True
    )
    expected = {
        op: [[each, graph_def._REPEATED_BY.get(op, "")] for each in types] for op, types in graph_def._TYPES.items()
    }
    assert json.loads(done.stdout.splitlines()[-1]) == expected


@pytest.mark.parametrize("environment", [TF24, TF28, TF215, KERAS315], ids=lambda found: found.summary)
def test_it_is_no_keras_model_and_the_finding_says_what_runs_it(environment: Environment) -> None:
    diagnosis = diagnose(read(FOLDER / "tf24.pb"), environment)
    assert (diagnosis.loads, diagnosis.loads_uncompiled) == (False, False)
    (finding,) = diagnosis.findings
    assert finding.code == "LS108"
    assert "tf.compat.v1.import_graph_def" in finding.found
    assert "loadstone predict" in finding.found


@pytest.mark.parametrize("parts", [[IMAGE, node("r", "ReadFile", "image")], [IMAGE, function("inner", "ReadFile")]])
def test_file_operations_are_found_wherever_they_stand(tmp_path: Path, parts: list[bytes]) -> None:
    diagnosis = diagnose(written(tmp_path, *parts), TF28)
    assert {"LS108", "LS503"} == {finding.code for finding in diagnosis.findings}


def test_no_node_hides_behind_another_of_its_name(tmp_path: Path) -> None:
    artifact = written(tmp_path, IMAGE, node("a", "WriteFile"), node("a", "Identity", "image"), node("a", "Identity"))
    assert OpUse(op="WriteFile", function="", count=1) in artifact.ops
    assert OpUse(op="Identity", function="", count=2) in artifact.ops


def test_functions_of_the_library_keep_their_operations_apart(tmp_path: Path) -> None:
    artifact = written(tmp_path, IMAGE, function("f", "Relu", "Relu", "Addons>Gelu"), function("g", "Relu"))
    uses = {(use.function, use.op): use.count for use in artifact.ops}
    assert uses == {("", "Placeholder"): 1, ("f", "Relu"): 2, ("f", "Addons>Gelu"): 1, ("g", "Relu"): 1}
    assert {use.namespace for use in artifact.ops} == {None, "Addons"}


def test_outputs_are_what_nothing_takes_or_runs_after(tmp_path: Path) -> None:
    artifact = written(
        tmp_path,
        IMAGE,
        node("rate", "PlaceholderWithDefault", "half", more=typed("dtype", FLOAT)),
        node("half", "Const", more=typed("dtype", FLOAT)),
        node("left", "Const"),
        node("hidden", "MatMul", "image", "rate:0", more=typed("T", FLOAT)),
        node("check", "Identity", "hidden", more=typed("T", FLOAT)),
        node("group", "NoOp", "^check"),
        node("both", "TopKV2", "hidden:0", more=typed("T", FLOAT)),
        node("mine", "Mine>Op", "hidden", "^group"),
        node("five", "Split", "hidden", more=typed("T", INT32) + attribute("num_split", field(3, 3))),
    )
    assert artifact.signatures == (
        Signature(
            name="",
            inputs=(TensorPort(name="image", tensor="image:0", dtype="float32", shape=(None, 4)),),
            outputs=(
                TensorPort(name="both", tensor="both:0", dtype="float32", shape=None),
                TensorPort(name="both:1", tensor="both:1", dtype="int32", shape=None),
                TensorPort(name="mine", tensor="mine:0", dtype=None, shape=None),
                TensorPort(name="five", tensor="five:0", dtype="int32", shape=None),
                TensorPort(name="five:1", tensor="five:1", dtype="int32", shape=None),
                TensorPort(name="five:2", tensor="five:2", dtype="int32", shape=None),
            ),
        ),
    )


def test_shapes_that_the_writer_noted_are_read(tmp_path: Path) -> None:
    noted = attribute("_output_shapes", field(1, field(7, sized(-1, 2)) + field(7, field(3, 1))))
    artifact = written(
        tmp_path, IMAGE, node("best", "TopKV2", "image", more=noted + typed("T", FLOAT) + typed("index_type", 9))
    )
    outputs = [(port.dtype, port.shape) for port in artifact.signatures[0].outputs]
    assert outputs == [("float32", (None, 2)), ("int64", None)]


@pytest.mark.parametrize(
    ("producer", "shape", "expected"),
    [(21, b"", None), (22, b"", ()), (0, b"", None), (21, sized(3), (3,)), (987, field(3, 1), None)],
)
def test_old_placeholders_without_dimensions_have_any_shape(
    tmp_path: Path, producer: int, shape: bytes, expected: tuple[int, ...] | None
) -> None:
    placeholder = node("x", "Placeholder", more=typed("dtype", FLOAT) + attribute("shape", field(7, shape)))
    (signature,) = written(tmp_path, placeholder, produced(producer)).signatures
    assert signature.inputs[0].shape == expected


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (node("w", "VariableV2"), "not frozen: it has 1 variables"),
        (node("y", "Identity", "gone:1"), "'gone'"),
        (node("y", "Identity", "^gone"), "'gone'"),
    ],
)
def test_a_graph_that_cannot_run_has_no_signature_and_a_defect(tmp_path: Path, extra: bytes, said: str) -> None:
    artifact = written(tmp_path, IMAGE, extra)
    assert artifact.signatures == ()
    assert kinds(artifact) == [DefectKind.NOT_A_MODEL, DefectKind.INCOMPLETE]
    assert said in artifact.defects[-1].message


@pytest.mark.parametrize("suffix", [".h5", ".keras", ".pb", "", ".pbtxt"])
def test_the_suffix_does_not_matter_but_is_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes((FOLDER / "tf115.pb").read_bytes())
    artifact = read(path)
    assert artifact.format is Format.FROZEN_GRAPH
    assert (DefectKind.MISLABELLED in kinds(artifact)) == (suffix in {".h5", ".keras"})


def test_a_folder_that_calls_it_a_saved_model_is_none(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes((FOLDER / "tf24.pb").read_bytes())
    artifact = read(tmp_path)
    assert (artifact.format, kinds(artifact)) == (Format.UNRECOGNISED, [DefectKind.NOT_A_MODEL])
    assert "give that file itself" in artifact.defects[0].message
    assert diagnose(artifact, TF28).loads is False
    assert read(tmp_path / "saved_model.pb").format is Format.FROZEN_GRAPH


@pytest.mark.parametrize(
    ("name", "op"), [("x", "Placeholder"), ("a" * 300, "Const"), ("lib>x/y-1.z", "Const"), ("x", "Addons>Gelu")]
)
def test_any_first_node_is_recognised(tmp_path: Path, name: str, op: str) -> None:
    assert written(tmp_path, node(name, op)).format is Format.FROZEN_GRAPH


@pytest.mark.parametrize("content", [node("x", "Const").replace(b"\x01x", b"\x02x"), b'\n\x7b\n"name"\x12', b"\n\n\n"])
def test_what_only_looks_like_a_node_is_none(tmp_path: Path, content: bytes) -> None:
    assert written(tmp_path, content).format is Format.UNRECOGNISED


@pytest.mark.parametrize(
    ("name", "limit", "value"), [("fields", "MAX_FIELDS", 20), ("text", "MAX_TEXT_BYTES", 20)], ids=["fields", "text"]
)
def test_limits_are_kept(monkeypatch: pytest.MonkeyPatch, name: str, limit: str, value: int) -> None:
    monkeypatch.setattr(protobuf, limit, value)
    artifact = read(FOLDER / "tf24.pb")
    assert kinds(artifact) == [DefectKind.NOT_A_MODEL, DefectKind.OVERSIZED]
    assert name in artifact.defects[-1].message


def test_a_node_has_no_more_outputs_than_the_limit(tmp_path: Path) -> None:
    many = attribute("T", field(1, field(6, bytes([FLOAT]) * (graph_def.MAX_OUTPUTS + 1))))
    assert kinds(written(tmp_path, IMAGE, node("all", "IdentityN", "image", more=many)))[-1] is DefectKind.OVERSIZED
    split = typed("T", FLOAT) + attribute("num_split", field(3, 2**62))
    (signature,) = written(tmp_path, IMAGE, node("all", "Split", "image", more=split)).signatures
    assert len(signature.outputs) == graph_def.MAX_OUTPUTS


@pytest.mark.parametrize("shape", [sized(*(1,) * 255), sized(*(1,) * 5000)], ids=["255", "5000"])
def test_a_shape_has_no_more_dimensions_than_a_tensor(tmp_path: Path, shape: bytes) -> None:
    artifact = written(tmp_path, node("x", "Placeholder", more=attribute("shape", field(7, shape))))
    assert kinds(artifact)[-1] is DefectKind.OVERSIZED


def test_a_graph_that_is_cut_off_anywhere_gets_an_answer(tmp_path: Path) -> None:
    whole = (FOLDER / "tf221_function.pb").read_bytes()
    path = tmp_path / "model.pb"
    for size in range(1, len(whole), 7):
        path.write_bytes(whole[:size])
        artifact = read_frozen_graph(path)
        assert artifact.format is Format.FROZEN_GRAPH
        assert artifact.defects[0].kind is DefectKind.NOT_A_MODEL


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_graph_gets_an_answer(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray((FOLDER / "tf24_function.pb").read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "model.pb"
    path.write_bytes(content)
    artifact = read_frozen_graph(path)
    assert artifact.defects[0].kind is DefectKind.NOT_A_MODEL
    assert all(use.count > 0 for use in artifact.ops)
