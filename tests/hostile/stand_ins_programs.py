"""Stand-ins in SavedModels and frozen graphs: programs that reach files, and graphs hidden in constants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.formats.encoding import field
from tests.hostile.model_files import NOWHERE, Row, program
from tests.hostile.program_files import (
    SERVED,
    SIGNED,
    Served,
    attribute,
    call,
    child,
    function_object,
    graph,
    metadata,
    node,
    saved_model,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FOLDER = "saved_model"
PATH = text("path", NOWHERE.encode())


def _served(*nodes: bytes) -> Callable[[Path], None]:
    """A program whose signature calls a function that calls a function with these nodes."""
    functions = {"__inference_call": [call("inner", "__inference_inner")], "__inference_inner": [PATH, *nodes]}
    definition = graph([node("x", "Placeholder"), call(SERVED, "__inference_call", ("x",))], functions)
    return lambda path: saved_model(path, definition)


def _op(op: str, attributes: bytes = b"", inputs: Sequence[str] = ("path:output:0",)) -> Callable[[Path], None]:
    return _served(node("outward", op, inputs, attributes))


def _lambda(path: Path) -> None:
    saved_model(path, graph([node("x", "Placeholder")]))
    stored = {"class_name": "__tuple__", "items": [program(), None, None]}
    config = {"name": "lambda", "function": stored, "function_type": "lambda", "module": "__main__", "arguments": {}}
    metadata(path, {"class_name": "Lambda", "name": "lambda", "config": config})


def _initializer(path: Path) -> None:
    definition = graph([PATH, node("read", "ReadFile", ("path",)), node("init", "NoOp", ("^read",))])
    saved_model(path, definition, Served(signatures={}, initializer="init"))


def _initializing_object(path: Path) -> None:
    definition = graph([node("x", "Placeholder")], {"__inference_init": [PATH, node("read", "ReadFile", ("path",))]})
    objects = (child(1, "table"), child(2, "_initialize"), function_object("__inference_init"))
    saved_model(path, definition, Served(signatures={}, objects=objects))


def _method(path: Path) -> None:
    definition = graph([node("x", "Placeholder")], {"__inference_call": [PATH, node("read", "ReadFile", ("path",))]})
    objects = (child(1, "call_and_return_conditional_losses"), function_object("__inference_call"))
    saved_model(path, definition, Served(signatures={}, objects=objects))


def _saves_when_called(path: Path) -> None:
    functions = {"__inference_traced_save_1": [PATH, node("save", "SaveV2", ("path:output:0",))]}
    saved_model(path, graph([call(SERVED, "__inference_traced_save_1")], functions))


def _own_table(path: Path) -> None:
    saved_model(path, graph([PATH, node(SERVED, "InitializeTableFromTextFileV2", ("table", "path"))]))


HIDDEN = graph([node("path", "Const"), node("read", "ReadFile", ("path",))])


def _hidden(*, packed: bool = False, depth: int = 1, runs: bool = True) -> Callable[[Path], None]:
    content = HIDDEN
    for _ in range(depth - 1):
        content = graph([text("graph", content), node("dataset", "DatasetFromGraph", ("graph",))])
    nodes = [text("graph", content, packed=packed)]
    nodes.append(node(SERVED, "DatasetFromGraph" if runs else "Identity", ("graph",)))
    return lambda path: saved_model(path, graph(nodes))


def _with_pickle(path: Path) -> None:
    _served()(path)
    (path / "assets").mkdir()
    (path / "assets" / "objects.pkl").write_bytes(b"cos\ngetenv\n(S'STAND_IN'\ntR.")


def _asset_elsewhere(path: Path) -> None:
    definition = graph([PATH, node(SERVED, "Identity", ("path",))])
    saved_model(path, definition, Served(signatures=SIGNED.signatures, assets={"path": "words.txt"}))
    content = (path / "saved_model.pb").read_bytes()
    (path / "saved_model.pb").write_bytes(content.replace(b"words.txt", b"../ds.txt"))


def _frozen(path: Path) -> None:
    nodes = [node("x", "Placeholder", (), attribute("dtype", field(6, 1))), PATH, node("read", "ReadFile", ("path",))]
    path.write_bytes(graph(nodes))


def _print_attribute() -> bytes:
    return attribute("output_stream", field(2, b"file:///nonexistent/stand-in.log"))


PROGRAMS: tuple[Row, ...] = (
    ("Lambda in a SavedModel", "CVE-2024-3660", "LS501", FOLDER, _lambda),
    ("ReadFile that a signature runs", "", "LS503", FOLDER, _op("ReadFile")),
    ("WriteFile that a signature runs", "", "LS503", FOLDER, _op("WriteFile", inputs=("path:output:0", "path"))),
    ("MatchingFiles that a signature runs", "", "LS503", FOLDER, _op("MatchingFiles")),
    ("PrintV2 into a file", "", "LS503", FOLDER, _op("PrintV2", _print_attribute())),
    ("PyFunc", "", "LS503", FOLDER, _op("PyFunc", attribute("token", field(2, b"pyfunc_0")))),
    ("EagerPyFunc", "", "LS503", FOLDER, _op("EagerPyFunc", attribute("token", field(2, b"pyfunc_1")))),
    ("TFRecordDataset", "", "LS503", FOLDER, _op("TFRecordDatasetV2")),
    ("TextLineDataset", "", "LS503", FOLDER, _op("TextLineDataset")),
    ("SqlDataset", "", "LS503", FOLDER, _op("SqlDataset")),
    ("LoadDataset", "", "LS503", FOLDER, _op("LoadDataset")),
    ("SaveDatasetV2", "", "LS503", FOLDER, _op("SaveDatasetV2")),
    ("CacheDatasetV2 into a file", "", "LS503", FOLDER, _op("CacheDatasetV2")),
    ("WholeFileReaderV2", "", "LS503", FOLDER, _op("WholeFileReaderV2")),
    ("CreateSummaryFileWriter", "", "LS503", FOLDER, _op("CreateSummaryFileWriter")),
    ("DebugIdentityV2", "", "LS503", FOLDER, _op("DebugIdentityV2")),
    ("RpcCall", "", "LS503", FOLDER, _op("RpcCall")),
    ("RemoteCall", "", "LS503", FOLDER, _op("RemoteCall")),
    ("FileSystemSetConfiguration", "", "LS503", FOLDER, _op("FileSystemSetConfiguration")),
    ("LoadAndRemapMatrix", "", "LS503", FOLDER, _op("LoadAndRemapMatrix")),
    ("Abort", "", "LS503", FOLDER, _op("Abort")),
    ("RestoreV2 of another checkpoint", "", "LS503", FOLDER, _op("RestoreV2")),
    ("SaveV2 that a signature runs", "", "LS503", FOLDER, _saves_when_called),
    ("a table of a file that is no asset", "", "LS503", FOLDER, _own_table),
    ("ReadFile in the initializer", "", "LS503", FOLDER, _initializer),
    ("ReadFile in the initializer of an object", "", "LS503", FOLDER, _initializing_object),
    ("ReadFile in a function of an object", "", "LS503", FOLDER, _method),
    ("a graph hidden in a constant", "", "LS509", FOLDER, _hidden()),
    ("a graph hidden in a packed constant", "", "LS509", FOLDER, _hidden(packed=True)),
    ("a graph hidden in a hidden graph", "", "LS509", FOLDER, _hidden(depth=3)),
    ("a hidden graph that nothing runs yet", "", "LS509", FOLDER, _hidden(runs=False)),
    ("operations of a library", "", "LS204", FOLDER, _op("StandIn>Operation")),
    ("an asset that leads elsewhere", "", "LS502", FOLDER, _asset_elsewhere),
    ("a pickle among the assets", "", "LS511", FOLDER, _with_pickle),
    ("ReadFile in a frozen graph", "", "LS503", "graph.pb", _frozen),
)
