"""Finds the functions that a SavedModel's objects call and its program lacks.

An object of the object graph names the functions that it calls. Loaders look up every one of them when they restore the
object, in the library of the graph and in the object graph's own table, and stop at the first that is in neither: the
SavedModel was not whole when it was written. TensorFlow 2.4 writes such files for some layers that another one wraps.

Source of the field numbers: ``saved_object_graph.proto`` of TensorFlow 2.4 to 2.21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loadstone.artifact import Defect, DefectKind, Member
from loadstone.formats.protobuf import TEXT, Message, MessageType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from loadstone.formats.protobuf import Buffer

_SHOWN: Final = 5  # of the names
_LONGEST: Final = 100  # characters of a name

_OBJECT = MessageType(
    function=(6, MessageType(concrete_functions=(1, TEXT))),
    bare_concrete_function=(8, MessageType(concrete_function_name=(1, TEXT))),
)
_OBJECT_GRAPH = MessageType(
    nodes=(1, _OBJECT),
    concrete_functions=(2, MessageType(key=(1, TEXT))),  # a map: each entry is a message
)
_PROGRAM = MessageType(meta_graphs=(2, MessageType(object_graph_def=(7, _OBJECT_GRAPH))))


def find_missing_functions(data: Buffer, library: AbstractSet[str], where: Member) -> Defect | None:
    """The defect that names the functions which objects call and nothing provides; None when there are none.

    Args:
        data: the bytes of ``saved_model.pb``.
        library: the names of all functions of the graphs' libraries.
        where: the program, for the defect.

    Raises:
        EncodingError: the bytes are not valid.
    """
    missing: dict[str, None] = {}  # in the order of the file
    for graph in Message(data, _PROGRAM).messages("meta_graphs"):
        objects = graph.message("object_graph_def")
        provided = {entry.text("key") for entry in objects.messages("concrete_functions")}
        called = (name for node in objects.messages("nodes") for name in _called(node))
        missing.update((name, None) for name in called if name not in library and name not in provided)
    if not missing:
        return None
    names = [repr(name[:_LONGEST]) for name in missing]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    message = f"objects of the model call functions that the program does not hold: {', '.join(names[:_SHOWN])}{more}"
    return Defect(kind=DefectKind.INCOMPLETE, message=message, where=where)


def _called(node: Message) -> Iterator[str]:
    """The functions that an object names; a function has one for each signature that it was traced with."""
    if "function" in node:
        yield from node.message("function").texts("concrete_functions")
    if "bare_concrete_function" in node:
        yield node.message("bare_concrete_function").text("concrete_function_name")
