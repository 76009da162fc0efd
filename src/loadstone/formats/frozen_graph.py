"""Reads frozen graphs: a ``GraphDef`` in a file of its own, whose variables were turned into constants.

TensorFlow calls this freezing (``freeze_graph``, ``convert_variables_to_constants``). Such a file runs, but is no Keras
model: the layers are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loadstone.artifact import Artifact, Defect, DefectKind, Evidence, Format, Member, Node, NodeUse, Signature
from loadstone.formats import outward, writer
from loadstone.formats.graph_def import GRAPH, Nodes, Operations
from loadstone.formats.protobuf import EncodingError, Message, mapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CALLED: Final = "a frozen TensorFlow graph (GraphDef)"
_ADVICE: Final = (
    "it has operations but no layers, so it cannot become a Keras model; run it with loadstone predict or "
    "tf.compat.v1.import_graph_def, or ask for the model it was frozen from"
)
#: Operations whose values stand in a checkpoint.
_VARIABLES: Final = frozenset({"VarHandleOp", "Variable", "VariableV2"})
_WHOLE: Final = Member(path="")


def read_frozen_graph(path: Path) -> Artifact:
    """Read a frozen graph. Its constants, which hold the weights, are stepped over.

    Whatever is damaged or missing is in the artifact's ``defects``, and first of all that this is no Keras model.

    Raises:
        OSError: the file vanished while it was read.
    """
    operations = Operations()
    written_by: tuple[Evidence, ...] = ()
    signatures: tuple[Signature, ...] = ()
    reaching: tuple[NodeUse, ...] = ()
    defects = [Defect(kind=DefectKind.NOT_A_MODEL, message=f"{_CALLED}: {_ADVICE}", where=_WHOLE)]
    try:
        with mapped(path) as data:
            graph = Message(data, GRAPH)
            written_by = writer.graph_producer(graph.message("versions").integer("producer"), _WHOLE)
            nodes = Nodes(graph, operations)
            list(operations.add_library(graph))
            gaps = tuple(_gaps(nodes, operations))
            defects.extend(gaps)
            signatures = () if gaps else (nodes.signature(),)  # with a gap it cannot be called
            reaching = outward.of_graph(data)
    except EncodingError as error:
        defects.append(Defect(kind=error.kind, message=f"the graph cannot be read: {error}", where=_WHOLE))
    return Artifact(
        source=str(path),
        format=Format.FROZEN_GRAPH,
        size=path.stat().st_size,
        writer=written_by,
        ops=operations.uses(),
        signatures=signatures,
        outward=reaching,
        defects=tuple(defects),
    )


def _gaps(nodes: Nodes, operations: Operations) -> Iterator[Defect]:
    """What the graph needs and the file does not hold."""
    variables = operations.count(*_VARIABLES)
    if variables:
        message = (
            f"the graph is not frozen: it has {variables} variables, whose values stand in a checkpoint beside it; "
            "freeze it in the environment that wrote it"
        )
        yield Defect(kind=DefectKind.INCOMPLETE, message=message, where=_WHOLE)
    for name, missing in sorted(nodes.unknown.items())[:1]:
        message = f"takes its input from {missing!r}, a node that the graph does not have"
        yield Defect(kind=DefectKind.INCOMPLETE, message=message, where=Node(function="", name=name))
