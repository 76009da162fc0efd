"""Graphs of TensorFlow (``GraphDef``): what runs in them, what goes in and what comes out.

Source of the field numbers: ``graph.proto``, ``node_def.proto``, ``attr_value.proto``, ``function.proto`` and
``meta_graph.proto`` of TensorFlow 1.13 to 2.21.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from loadstone.artifact import DefectKind, OpUse, Signature, TensorPort
from loadstone.formats.protobuf import FUNCTION_DEF, INTEGER, SHAPE, TEXT, EncodingError, Message, MessageType
from loadstone.formats.tensor_types import dtype_name, partial_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loadstone.formats.protobuf import Buffer

_VALUE = MessageType(
    i=(3, INTEGER),
    type=(6, INTEGER),
    shape=(7, SHAPE),
    list=(1, MessageType(type=(6, TEXT), shape=(7, SHAPE))),  # the types are packed
)
_NODE = MessageType(
    name=(1, TEXT),
    op=(2, TEXT),
    input=(3, TEXT),
    attr=(5, MessageType(key=(1, TEXT), value=(2, _VALUE))),  # a map: each entry is a message
)
GRAPH: Final = MessageType(
    node=(1, _NODE),
    library=(2, MessageType(function=(1, FUNCTION_DEF))),
    versions=(4, MessageType(producer=(1, INTEGER))),
)
_INFO = MessageType(
    name=(1, TEXT),
    dtype=(2, INTEGER),
    tensor_shape=(3, SHAPE),
    coo_sparse=(4, MessageType()),
    composite_tensor=(5, MessageType()),
)
_INFOS = MessageType(key=(1, TEXT), value=(2, _INFO))
_SIGNATURES = MessageType(key=(1, TEXT), value=(2, MessageType(inputs=(1, _INFOS), outputs=(2, _INFOS))))
_PROGRAM = MessageType(
    meta_graphs=(2, MessageType(meta_info_def=(1, MessageType(tags=(4, TEXT))), signature_def=(5, _SIGNATURES)))
)

MAX_OUTPUTS = 10_000  # of a node; a call of a function has as many as the function has results

#: Signatures that TensorFlow keeps for itself: they initialise and train, and no caller has them.
_INTERNAL: Final = frozenset({"__saved_model_init_op", "__saved_model_train_op"})
_SERVE: Final = "serve"  # the tag of the graph that TensorFlow serves

_PLACEHOLDER: Final = "Placeholder"
#: Up to this producer a placeholder without dimensions is one of any shape (``array_ops.cc``).
_LAST_WITHOUT_SCALAR_PLACEHOLDERS: Final = 21
#: What is no output although nobody takes it: these have none, or give what no caller can use, or are inputs.
_NO_OUTPUT: Final = frozenset(
    {
        *("Abort", "Assert", "NoOp", "PrintV2", "Save", "SaveV2", "WriteFile"),
        *("Const", "HashTableV2", "VarHandleOp"),
        *(_PLACEHOLDER, "PlaceholderWithDefault"),
    }
)
#: Operations whose outputs have the type that their attribute ``T`` names.
_OF_THEIR_T: Final = """
    Add AddN AddV2 AvgPool AvgPool3D BatchMatMul BatchMatMulV2 BatchToSpaceND BiasAdd Concat ConcatV2 Conv2D
    Conv2DBackpropInput Conv3D DepthToSpace DepthwiseConv2dNative Div Einsum Elu Exp ExpandDims Fill Identity
    LeakyRelu Log LogSoftmax MatMul Max MaxPool MaxPool3D Maximum Mean Min Minimum MirrorPad Mul Neg Pack Pad PadV2
    Prod RealDiv Relu Relu6 Reshape ResizeNearestNeighbor Reverse ReverseV2 Rsqrt Select SelectV2 Selu Sigmoid Slice
    Softmax Softplus Softsign SpaceToBatchND SpaceToDepth Sqrt Square SquaredDifference Squeeze StopGradient
    StridedSlice Sub Sum Tanh Tile Transpose
"""
_INT32, _INT64, _BOOL, _FLOAT32 = 3, 9, 10, 1  # numbers of types
_OF_BOOL: Final = frozenset(
    {
        *("All", "Any", "LogicalAnd", "LogicalNot", "LogicalOr"),
        *("Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "NotEqual"),
    }
)
#: The type of each output of an operation, or the attribute that names it. An operation that is not here has one output
#: that nothing is said about.
_TYPES: Final[Mapping[str, tuple[str | int, ...]]] = {
    **dict.fromkeys(_OF_THEIR_T.split(), ("T",)),
    **dict.fromkeys(_OF_BOOL, (_BOOL,)),
    "ArgMax": ("output_type",),
    "ArgMin": ("output_type",),
    "Cast": ("DstT",),
    "CombinedNonMaxSuppression": (_FLOAT32, _FLOAT32, _FLOAT32, _INT32),
    "Gather": ("Tparams",),
    "GatherV2": ("Tparams",),
    "NonMaxSuppressionV2": (_INT32,),
    "NonMaxSuppressionV3": (_INT32,),
    "NonMaxSuppressionV4": (_INT32, _INT32),
    _PLACEHOLDER: ("dtype",),
    "ResizeBilinear": (_FLOAT32,),
    "Shape": ("out_type",),
    "Split": ("T",),
    "SplitV": ("T",),
    "TopK": ("T", _INT32),
    "TopKV2": ("T", "index_type"),
    "Unpack": ("T",),
    "Where": (_INT64,),
}
#: What such an attribute is where the writer left it out.
_DEFAULT_TYPE: Final = {"index_type": _INT32, "out_type": _INT32, "output_type": _INT64}
#: The attribute with the number of outputs, all of one type.
_REPEATED_BY: Final = {"Split": "num_split", "SplitV": "num_split", "Unpack": "num"}
#: The attribute with the types of all outputs, where an operation has as many as it lists.
_LISTED_BY: Final[Mapping[str, str]] = {
    "IdentityN": "T",
    "PartitionedCall": "Tout",
    "StatefulPartitionedCall": "Tout",
}


class Operations:
    """The operations of a graph and of its functions: how often each occurs, and with which attributes."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()  # by function and operation
        self._attributes: dict[tuple[str, str], set[str]] = {}
        self._keys: dict[bytes, tuple[str, int]] = {}

    def add(self, function: str, node: Message) -> None:
        """Adds a node. TensorFlow's own remarks on it, whose names begin with an underscore, are no attributes."""
        place = function, node.text("op")
        self._counts[place] += 1
        names = node.keys("attr", "key", self._keys)
        self._attributes.setdefault(place, set()).update(name for name in names if not name.startswith("_"))

    def add_library(
        self, graph: Message, visit: Callable[[str, Message], object] = lambda _function, _node: None
    ) -> Iterator[str]:
        """Adds the functions of a graph's library, and gives their names; each node is handed to ``visit``, too.

        ``graph`` may be described by any table that has the fields of `GRAPH` that this needs.

        Raises:
            EncodingError: the bytes are not valid.
        """
        for function in graph.message("library").messages("function"):
            name = function.message("signature").text("name")
            for node in function.messages("node_def"):
                self.add(name, node)
                visit(name, node)
            yield name

    def count(self, *operations: str) -> int:
        """How often the graph's own nodes are of some operations."""
        return sum(self._counts["", operation] for operation in operations)

    def uses(self) -> tuple[OpUse, ...]:
        """Each operation of each function."""
        return tuple(
            OpUse(op=op, function=function, count=count, attributes=tuple(sorted(self._attributes[function, op])))
            for (function, op), count in self._counts.items()
        )


def saved_signatures(data: Buffer) -> tuple[Signature, ...]:
    """The signatures of a SavedModel's program, by name: of the graph to serve, else of the first that has any.

    Args:
        data: the bytes of ``saved_model.pb``.

    Raises:
        EncodingError: the bytes are not valid.
    """
    found: tuple[Signature, ...] = ()
    for graph in Message(data, _PROGRAM).messages("meta_graphs"):
        is_served = _SERVE in graph.message("meta_info_def").texts("tags")
        if not found or is_served:
            entries = {entry.text("key"): entry.message("value") for entry in graph.messages("signature_def")}
            found = tuple(
                Signature(name=name, inputs=_infos(entry, "inputs"), outputs=_infos(entry, "outputs"))
                for name, entry in sorted(entries.items())
                if name not in _INTERNAL
            )
        if is_served:
            break
    return found


def _infos(signature: Message, side: str) -> tuple[TensorPort, ...]:
    """What a signature takes or gives, by name. A sparse or composite tensor is several and has no name of its own."""
    entries = {entry.text("key"): entry.message("value") for entry in signature.messages(side)}
    return tuple(
        TensorPort(
            name=name,
            tensor=info.text("name"),
            dtype=dtype_name(info.integer("dtype")) if info.integer("dtype") else None,
            shape=partial_shape(info.message("tensor_shape")) if "tensor_shape" in info else None,
        )
        for name, info in sorted(entries.items())
    )


class Nodes:
    """The nodes of a graph's own, without those of its functions, by what they take from each other.

    What is only run before another node, as an assertion is, is no output either.

    Attributes:
        unknown: each node that takes from one that is not there, or runs after it, with that one's name.

    Raises:
        EncodingError: the bytes are not valid.
    """

    def __init__(self, graph: Message, operations: Operations) -> None:
        nodes: dict[str, tuple[int, str]] = {}  # by name: the place and the operation of each
        users: dict[str, str] = {}  # by the name of a node: the first that takes from it, or only runs after it
        for place, node in enumerate(graph.messages("node")):
            name, op = node.text("name"), node.text("op")
            nodes[name] = place, op
            operations.add("", node)
            for each in node.texts("input"):
                users.setdefault(each.removeprefix("^").partition(":")[0], name)
        self.unknown = {users[name]: name for name in users.keys() - nodes.keys()}
        self._graph = graph
        self._inputs = {place for place, op in nodes.values() if op == _PLACEHOLDER}
        self._outputs = {place for name, (place, op) in nodes.items() if name not in users and op not in _NO_OUTPUT}

    def signature(self) -> Signature:
        """The one way to call the graph: placeholders in, and out what no node takes."""
        inputs: list[TensorPort] = []
        outputs: list[TensorPort] = []
        producer = self._graph.message("versions").integer("producer")
        for place, node in enumerate(self._graph.messages("node")):
            if place in self._inputs:
                inputs.extend(_ports(node, producer))
            elif place in self._outputs:
                outputs.extend(_ports(node, producer))
        return Signature(name="", inputs=tuple(inputs), outputs=tuple(outputs))


def _ports(node: Message, producer: int) -> Iterator[TensorPort]:
    """The tensors that a node gives, as far as its attributes tell; at least the first."""
    name, op = node.text("name"), node.text("op")
    attributes = {entry.text("key"): entry.message("value") for entry in node.messages("attr")}
    types = _types(op, attributes)
    shapes = _shapes(op, attributes, producer)
    for index in range(max(1, len(types))):
        yield TensorPort(
            name=f"{name}:{index}" if index else name,
            tensor=f"{name}:{index}",
            dtype=dtype_name(types[index]) if index < len(types) and types[index] else None,
            shape=shapes[index] if index < len(shapes) else None,
        )


def _types(op: str, attributes: Mapping[str, Message]) -> tuple[int, ...]:
    """The number of the type of each output; empty where it is not known."""
    if (listed := attributes.get(_LISTED_BY.get(op, ""))) is not None:
        types = tuple(islice(listed.message("list").integers("type"), MAX_OUTPUTS + 1))
        if len(types) > MAX_OUTPUTS:
            raise EncodingError(DefectKind.OVERSIZED, 0, f"a node of more than {MAX_OUTPUTS} outputs")
        return types
    types = tuple(_type(each, attributes) for each in _TYPES.get(op, ()))
    repeated = attributes.get(_REPEATED_BY.get(op, ""))
    return types if repeated is None else types * min(max(1, repeated.integer("i")), MAX_OUTPUTS)


def _type(stated: str | int, attributes: Mapping[str, Message]) -> int:
    """The number of a type that the table names itself or by its attribute; 0 where the node does not tell."""
    if isinstance(stated, int):
        return stated
    attribute = attributes.get(stated)
    return _DEFAULT_TYPE.get(stated, 0) if attribute is None else attribute.integer("type")


def _shapes(op: str, attributes: Mapping[str, Message], producer: int) -> tuple[tuple[int | None, ...] | None, ...]:
    """The shape of each output, as far as the node has it: a placeholder always, others where the writer noted it."""
    if op == _PLACEHOLDER and (stated := attributes.get("shape")) is not None:
        shape = partial_shape(stated.message("shape"))
        return (None if not shape and producer <= _LAST_WITHOUT_SCALAR_PLACEHOLDERS else shape,)
    noted = attributes.get("_output_shapes")
    if noted is None:
        return ()
    return tuple(map(partial_shape, islice(noted.message("list").messages("shape"), MAX_OUTPUTS)))
