"""Finds what a program does beside computing: operations on files and processes, and graphs hidden in constants.

A graph that TensorFlow runs is a program with files and processes in its language. What matters is whether something
runs such an operation: an initializer when the model is loaded, a signature or a function of an object when it is
called. What only the saver of the variables runs is in every model.

Source of the field numbers: ``meta_graph.proto``, ``saver.proto``, ``saved_object_graph.proto``, ``attr_value.proto``
and ``tensor.proto`` of TensorFlow 1.13 to 2.21.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from loadstone.artifact import DefectKind, Node, NodeUse, Reach
from loadstone.formats.outward_ops import ASSET_READING, OUTWARD, PLAIN, SAVER
from loadstone.formats.protobuf import GRAPH_DEF, EncodingError, Message, read_varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loadstone.formats.protobuf import Buffer

MAX_USES: Final = 1000  # more tell nobody anything
MAX_NESTING: Final = 4  # of graphs in constants of graphs in constants
MAX_HIDDEN_BYTES: Final = 16 << 20  # of constants that begin as graphs do
UNKNOWN: Final = "more than is looked at"
_SHORTEST_GRAPH = 8  # bytes
_LONGEST_TEXT = 1024
_MAX_TEXTS = 100_000
_MAX_ELEMENTS = 1 << 20
_STRING = 7  # the number of the type
_GRAPH_FIELDS = frozenset(b"\x0a\x12\x18\x22")  # a GraphDef begins with a node, a library or versions
_OPERATION = re.compile(r"[A-Za-z_][\w.>/-]*", re.ASCII)
_INITIALIZERS = frozenset({"_initialize", "_create_resource", "_initializer"})
_INIT_SIGNATURE = "__saved_model_init_op"
_INIT_COLLECTIONS = frozenset({"saved_model_main_op", "legacy_init_op", "table_initializer"})


@dataclass(frozen=True, slots=True)
class _Found:
    """A node that is to be reported, with what is needed for that."""

    name: str
    op: str
    inputs: tuple[str, ...]
    texts: tuple[str, ...]
    contains: tuple[str, ...] = ()


@dataclass(slots=True)
class _Body:
    """A graph of its own, or a function: which functions it calls, its constant texts, and what is to be reported.

    ``inputs`` and ``calls`` are by node; of a function, whose nodes all count as run, the inputs are not kept.
    """

    inputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    found: list[_Found] = field(default_factory=list)


@dataclass(slots=True)
class _Allowance:
    """How much of a program's constants may still be looked at as graphs, all together."""

    left: int = MAX_HIDDEN_BYTES


class Bodies:
    """The graph and the functions of a program, by name; the graph's own name is empty.

    Functions of one name count as one, so that none hides another.
    """

    def __init__(self) -> None:
        self.by_name: defaultdict[str, _Body] = defaultdict(_Body)
        self._allowance = _Allowance()

    def add(self, function: str, node: Message) -> None:
        """Adds a node of a function, as `loadstone.formats.protobuf.NODE_DEF` describes it."""
        op = node.text("op")
        if op in PLAIN and function:
            return
        body, name = self.by_name[function], node.text("name")
        if not function:  # of a function all nodes count as run
            body.inputs[name] = (*body.inputs.get(name, ()), *node.texts("input"))
        if op == "Const":
            _constant(node, name, body, self._allowance)
        elif op not in PLAIN:
            called, texts = _attributes(node)
            body.calls[name] = (op, *called)  # an operation may be a function's name
            if op in OUTWARD and _is_outward(op, texts):
                body.found.append(_Found(name, op, tuple(node.texts("input")), texts))


def of_meta_graph(graph: Message, bodies: Bodies) -> tuple[NodeUse, ...]:
    """The nodes that do more than compute, of one graph of a SavedModel's program.

    Args:
        graph: as `loadstone.formats.protobuf.META_GRAPH_DEF` describes it.
        bodies: all nodes of it.

    Raises:
        EncodingError: the bytes are not valid.
    """
    return tuple(islice(_of_meta_graph(graph, bodies.by_name), MAX_USES))


def of_graph(data: Buffer) -> tuple[NodeUse, ...]:
    """The same for a frozen graph, whose nodes are all there to be run.

    Raises:
        EncodingError: the bytes are not valid.
    """
    graph, bodies = Message(data, GRAPH_DEF), Bodies()
    for node in graph.messages("node"):
        bodies.add("", node)
    for function in graph.message("library").messages("function"):
        for node in function.messages("node_def"):
            bodies.add(function.message("signature").text("name"), node)
    everywhere = partial(_same, frozenset({Reach.CALLING}))
    uses = (use for name, body in bodies.by_name.items() for use in _uses(name, body, everywhere))
    return tuple(islice(uses, MAX_USES))


def _of_meta_graph(graph: Message, bodies: Mapping[str, _Body]) -> Iterator[NodeUse]:
    if not any(body.found for body in bodies.values()):
        return
    nodes, functions = _reached(graph, bodies)
    assets = {_node(asset.message("tensor_info").text("name")) for asset in graph.messages("asset_file_def")}
    for name, body in bodies.items():
        for use in _uses(name, body, nodes.__getitem__ if name == "" else partial(_same, functions[name])):
            if _counts(use, assets, body):
                yield use


def _same(reached: frozenset[Reach], _: str) -> frozenset[Reach]:
    """What runs a node of a function: whatever runs the function."""
    return reached


def _counts(use: NodeUse, assets: set[str], body: _Body) -> bool:
    """Whether a node does what not every model does: beside saving itself, and reading its own assets."""
    if use.op in SAVER:
        return bool(use.reached - {Reach.SAVING})
    if use.op in ASSET_READING:
        return bool(use.texts) and assets.isdisjoint(map(_node, body.inputs.get(use.at.name, ())))
    return True


def _uses(name: str, body: _Body, reached: Callable[[str], frozenset[Reach]]) -> Iterator[NodeUse]:
    for found in body.found:
        own = (body.texts[_node(each)] for each in found.inputs if _node(each) in body.texts)
        yield NodeUse(
            op=found.op,
            at=Node(function=name, name=found.name),
            reached=reached(found.name),
            texts=(*own, *found.texts),
            contains=found.contains,
        )


def _is_outward(op: str, texts: tuple[str, ...]) -> bool:
    """Printing is outward only when it prints to a file."""
    return op != "PrintV2" or any(text.startswith("file:") for text in texts)


def _attributes(node: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The functions that a node names, and its attributes that are paths or addresses."""
    called: list[str] = []
    texts: list[str] = []
    for entry in node.messages("attr"):
        value = entry.message("value")
        if "func" in value:
            called.append(value.message("func").text("name"))
        if "list" in value:
            inner = value.message("list")
            called.extend(each.text("name") for each in inner.messages("func"))
            texts.extend(_decoded(each) for each in inner.blobs("s"))
        if "s" in value:
            texts.extend(_decoded(each) for each in value.blobs("s"))
    return tuple(called), tuple(text for text in texts if "/" in text or ":" in text)


def _constant(node: Message, name: str, body: _Body, allowance: _Allowance, depth: int = MAX_NESTING) -> None:
    """Note a constant text, and a graph inside one. The values of other constants are not looked at."""
    value = dtype = None
    for entry in node.messages("attr"):
        match entry.text("key"):
            case "dtype":
                dtype = entry.message("value").integer("type")
                if dtype != _STRING:  # by far the most
                    return
            case "value":
                value = entry.message("value")
    if value is None or dtype is None:
        return
    contained: dict[str, None] = {}
    for position, each in enumerate(_strings(value.message("tensor"))):
        if position == 0 and len(each) <= _LONGEST_TEXT and len(body.texts) < _MAX_TEXTS:
            body.texts[name] = _decoded(each)
        if len(each) >= _SHORTEST_GRAPH and each[0] in _GRAPH_FIELDS:
            allowance.left -= len(each)
            contained.update(dict.fromkeys((UNKNOWN,) if allowance.left < 0 else _operations(each, allowance, depth)))
    if contained:
        body.found.append(_Found(name, "Const", (), (), tuple(contained)))


def _strings(tensor: Message) -> Iterator[bytes]:
    """The values of a tensor of texts, which stand one by one, or packed behind their lengths."""
    yield from tensor.blobs("string_val")
    for content in tensor.blobs("tensor_content"):
        count = 1
        for dimension in tensor.message("tensor_shape").messages("dim"):
            count *= max(0, dimension.integer("size"))
        at = 0
        lengths: list[int] = []
        while len(lengths) < min(count, _MAX_ELEMENTS):
            length, at = read_varint(content, at, len(content))
            lengths.append(length)
        for length in lengths:
            yield content[at : at + length]
            at += length


def _operations(data: bytes, allowance: _Allowance, depth: int) -> tuple[str, ...]:
    """The operations of a graph, and of the graphs in its constants; none where the bytes are no graph."""
    found: dict[str, None] = {}
    inner = _Body()
    try:
        graph = Message(data, GRAPH_DEF)
        for node in _all_nodes(graph):
            op, name = node.text("op"), node.text("name")
            if not name or not _OPERATION.fullmatch(op):
                return ()
            found[op] = None
            if op == "Const" and depth:
                _constant(node, name, inner, allowance, depth - 1)
    except EncodingError as error:
        return (UNKNOWN,) if error.kind is DefectKind.OVERSIZED else ()
    if not any(op[0].isupper() for op in found):
        return ()
    return (*found, *(op for each in inner.found for op in each.contains))


def _all_nodes(graph: Message) -> Iterator[Message]:
    yield from graph.messages("node")
    for function in graph.message("library").messages("function"):
        yield from function.messages("node_def")


def _reached(
    graph: Message, bodies: Mapping[str, _Body]
) -> tuple[defaultdict[str, frozenset[Reach]], defaultdict[str, frozenset[Reach]]]:
    """What runs each node of the graph itself, and each function."""
    nodes: dict[Reach, set[str]] = {reach: set() for reach in Reach}
    functions: dict[Reach, set[str]] = {reach: set() for reach in Reach}
    for reach, name in _roots(graph):
        nodes[reach].add(_node(name))
    for reach, name in _object_functions(graph.message("object_graph_def")):
        functions[reach].add(name)
    by_node: defaultdict[str, frozenset[Reach]] = defaultdict(frozenset)
    by_function: defaultdict[str, frozenset[Reach]] = defaultdict(frozenset)
    main = bodies.get("", _Body())
    for reach in Reach:
        pending = list(nodes[reach])
        seen = set(pending)
        while pending:
            fresh = {_node(each) for each in main.inputs.get(pending.pop(), ())} - seen
            seen |= fresh
            pending.extend(fresh)
        called = functions[reach].union(*(main.calls.get(node, ()) for node in seen)) & bodies.keys()
        pending = list(called)
        while pending:
            body = bodies.get(pending.pop())
            below = (set[str]().union(*body.calls.values()) & bodies.keys()) - called if body else set[str]()
            called |= below
            pending.extend(below)
        for node in seen:
            by_node[node] |= {reach}
        for name in called:
            by_function[name] |= {reach}
    return by_node, by_function


def _roots(graph: Message) -> Iterator[tuple[Reach, str]]:
    """The nodes of the graph itself that somebody asks for."""
    saver = graph.message("saver_def")
    for name in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
        yield Reach.SAVING, saver.text(name)
    for collection in graph.messages("collection_def"):
        if collection.text("key") in _INIT_COLLECTIONS:
            for name in collection.message("value").message("node_list").texts("value"):
                yield Reach.LOADING, name
    for signature in graph.messages("signature_def"):
        reach = Reach.LOADING if signature.text("key") == _INIT_SIGNATURE else Reach.CALLING
        for output in signature.message("value").messages("outputs"):
            for name in _tensors(output.message("value")):
                yield reach, name


def _tensors(info: Message) -> Iterator[str]:
    yield info.text("name")
    sparse = info.message("coo_sparse")
    yield from (sparse.text(name) for name in ("values", "indices", "dense_shape"))
    yield from (each.text("name") for each in info.message("composite_tensor").messages("components"))


def _object_functions(graph: Message) -> Iterator[tuple[Reach, str]]:
    """The functions that objects name: those that initialise, those that save and restore, and the others."""
    objects = tuple(graph.messages("nodes"))
    loading: set[int] = set()
    saving: set[int] = set()
    for each in objects:
        loading.update(
            child.integer("node_id") for child in each.messages("children") if child.text("local_name") in _INITIALIZERS
        )
        for entry in each.messages("saveable_objects"):
            value = entry.message("value")
            saving.update((value.integer("save_function"), value.integer("restore_function")))
    for place, each in enumerate(objects):
        names = (
            *each.message("function").texts("concrete_functions"),
            each.message("bare_concrete_function").text("concrete_function_name"),
        )
        reach = Reach.LOADING if place in loading else Reach.SAVING if place in saving else Reach.CALLING
        yield from ((reach, name) for name in names if name)


def _node(tensor: str) -> str:
    """The node that a tensor, or a dependency, comes from."""
    return tensor.removeprefix("^").partition(":")[0]


def _decoded(value: bytes) -> str:
    return value[:_LONGEST_TEXT].decode("utf-8", "backslashreplace")
