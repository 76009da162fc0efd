"""What runs the nodes of a program that do more than compute, and which of them every model has."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from loadstone.artifact import DefectKind, NodeUse, Reach
from loadstone.formats import read
from loadstone.formats.outward import UNKNOWN
from loadstone.formats.outward_ops import OUTWARD, PLAIN
from loadstone.knowledge.operations import operation_attributes
from tests.formats.encoding import field
from tests.hostile.program_files import (
    SERVED,
    Served,
    attribute,
    call,
    child,
    function_object,
    graph,
    node,
    saved_model,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PATH = text("path", b"/nonexistent/a.txt")
CALLED = Served(signatures={"serving_default": f"{SERVED}:0"})
UNUSED = Served(signatures={})


def uses(
    folder: Path,
    nodes: Sequence[bytes],
    functions: Mapping[str, Sequence[bytes]] | None = None,
    served: Served = CALLED,
) -> tuple[NodeUse, ...]:
    saved_model(folder / "model", graph(nodes, functions), served)
    artifact = read(folder / "model")
    assert not artifact.defects
    return artifact.outward


def test_the_saver_of_tensorflow_2_is_no_use(tmp_path: Path) -> None:
    functions = {
        "__inference_traced_save_1": [PATH, node("save", "SaveV2"), node("merge", "MergeV2Checkpoints")],
        "__inference_traced_restore_2": [PATH, node("restore", "RestoreV2", ("path:output:0",))],
    }
    nodes = [call("saver", "__inference_traced_save_1"), call("restorer", "__inference_traced_restore_2")]
    served = Served(signatures={}, saver=("saver:0", "restorer"))

    assert uses(tmp_path, nodes, functions, served) == ()


def test_the_saver_of_tensorflow_1_is_no_use(tmp_path: Path) -> None:
    nodes = [PATH, node("save", "SaveV2", ("path",)), node("restore", "RestoreV2", ("path",)), node(SERVED, "Relu")]

    assert uses(tmp_path, nodes, served=Served(signatures=CALLED.signatures, saver=("save:0", "restore"))) == ()


def test_the_saver_of_an_object_is_no_use(tmp_path: Path) -> None:
    functions = {"__inference_save": [node("save", "SaveV2")], "__inference_restore": [node("restore", "RestoreV2")]}
    saveable = field(11, field(1, b"VARIABLE") + field(2, field(2, 1) + field(3, 2)))
    objects = (saveable, function_object("__inference_save"), function_object("__inference_restore"))

    assert uses(tmp_path, [], functions, Served(signatures={}, objects=objects)) == ()


def test_the_saver_that_a_method_runs_is_one(tmp_path: Path) -> None:
    functions = {"__inference_save": [node("save", "SaveV2")]}
    objects = (child(1, "checkpoint"), function_object("__inference_save"))

    (use,) = uses(tmp_path, [], functions, Served(signatures={}, objects=objects))
    assert (use.op, *use.reached) == ("SaveV2", Reach.CALLING)


def test_a_table_of_an_asset_is_no_use(tmp_path: Path) -> None:
    nodes = [text("asset", b"words.txt"), node("init", "InitializeTableFromTextFileV2", ("table", "asset"))]
    served = Served(signatures={}, initializer="init", assets={"asset:0": "words.txt"})

    assert uses(tmp_path, nodes, served=served) == ()


def test_a_table_of_an_argument_is_no_use(tmp_path: Path) -> None:
    functions = {"__inference_init": [node("init", "InitializeTableFromTextFileV2", ("table", "asset"))]}

    assert uses(tmp_path, [call(SERVED, "__inference_init")], functions) == ()


@pytest.mark.parametrize(("stream", "count"), [(b"stderr", 0), (b"file:///nonexistent/log", 1)])
def test_printing_is_one_when_it_prints_to_a_file(tmp_path: Path, stream: bytes, count: int) -> None:
    nodes = [node(SERVED, "PrintV2", ("x",), attribute("output_stream", field(2, stream)))]

    assert len(uses(tmp_path, nodes)) == count


def test_what_runs_a_node_is_told(tmp_path: Path) -> None:
    functions = {
        "outer": [call("call", "inner")],
        "inner": [PATH, node("read", "ReadFile", ("path:output:0",))],
        "branch": [node("write", "WriteFile")],
        "dead": [node("dead", "MatchingFiles")],
        "direct": [node("abort", "Abort")],
    }
    nodes = [
        node("x", "Placeholder"),
        call("served", "outer", ("x",)),
        node(SERVED, "If", ("served",), attribute("b", field(1, field(9, field(1, b"branch"))))),
        node("init", "direct"),
    ]
    served = Served(signatures=CALLED.signatures, initializer="init")
    found = {use.op: use for use in uses(tmp_path, nodes, functions, served)}

    assert {op: set(use.reached) for op, use in found.items()} == {
        "ReadFile": {Reach.CALLING},
        "WriteFile": {Reach.CALLING},
        "MatchingFiles": set(),
        "Abort": {Reach.LOADING},
    }
    assert found["ReadFile"].texts == ("/nonexistent/a.txt",)
    assert str(found["ReadFile"].at) == "inner/read"


def test_no_function_hides_another_of_its_name(tmp_path: Path) -> None:
    library = {"f": [node("read", "ReadFile")]}
    again = graph([], {"f": [node("relu", "Relu")], "": [node("x", "Placeholder")]})
    saved_model(tmp_path / "model", graph([call(SERVED, "f")], library) + again)

    (use,) = read(tmp_path / "model").outward
    assert (use.op, *use.reached) == ("ReadFile", Reach.CALLING)


def test_functions_that_call_each_other_end(tmp_path: Path) -> None:
    functions = {"a": [call("b", "b"), node("read", "ReadFile")], "b": [call("a", "a")]}

    assert [use.reached for use in uses(tmp_path, [call(SERVED, "a")], functions)] == [{Reach.CALLING}]


@pytest.mark.parametrize("value", [b"", b"\n", b"\n\n\n\n\n\n\n\n\n", b"a text", b"\x0a\x04text", bytes(100)])
def test_a_text_is_no_graph(tmp_path: Path, value: bytes) -> None:
    assert uses(tmp_path, [text(SERVED, value)]) == ()


def test_hidden_graphs_are_opened_to_a_depth_and_no_further(tmp_path: Path) -> None:
    content = graph([node("read", "ReadFile")])
    for _ in range(30):
        content = graph([text("graph", content)])
    begun = time.process_time()

    (use,) = uses(tmp_path, [text(SERVED, content)])
    assert set(use.contains) == {"Const"}
    assert time.process_time() - begun < 2


def test_a_hidden_graph_that_is_too_large_is_told_as_such(tmp_path: Path) -> None:
    begun = time.process_time()

    (use,) = uses(tmp_path, [text(SERVED, graph([node("read", "ReadFile"), node("name" * (5 << 20), "Relu")]))])
    assert use.contains == (UNKNOWN,)
    assert time.process_time() - begun < 5


def test_a_hidden_graph_whose_functions_have_any_name_is_found(tmp_path: Path) -> None:
    content = graph([node("call", "f")], {"f": [node("read", "ReadFile")]})

    (use,) = uses(tmp_path, [text(SERVED, content)])
    assert use.contains == ("f", "ReadFile")


def test_a_graph_of_many_uses_is_answered(tmp_path: Path) -> None:
    assert len(uses(tmp_path, [node(f"read{number}", "ReadFile") for number in range(5000)])) == 1000


def test_a_packed_text_whose_lengths_lie_is_answered(tmp_path: Path) -> None:
    tensor = field(1, 7) + field(2, field(2, field(1, 1 << 40))) + field(4, b"\xff\xff\xff\xff\x0f")
    value = attribute("dtype", field(6, 7)) + attribute("value", field(8, tensor))
    saved_model(tmp_path / "model", graph([node(SERVED, "Const", (), value)]))

    assert {defect.kind for defect in read(tmp_path / "model").defects} <= {DefectKind.DAMAGED, DefectKind.TRUNCATED}


def test_no_plain_operation_is_outward_or_unknown() -> None:
    assert PLAIN.isdisjoint(OUTWARD)
    known = [each for each in sorted(PLAIN | OUTWARD) if any(knows(each, release) for release in ("1.15", "2.21"))]
    assert sorted(PLAIN | OUTWARD) == known


def knows(operation: str, release: str) -> bool:
    return operation_attributes(operation, Version(release)) is not None
