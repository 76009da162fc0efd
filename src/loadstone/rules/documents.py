"""The texts and mappings of a model's configuration, wherever they stand: what rules about safety look through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadstone.artifact import Pointer
from loadstone.formats.config import escape, walk
from loadstone.rules.remembered import of_last

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loadstone.artifact import Artifact, Json
    from loadstone.formats.config import Visit


#: One of these is in whatever leads out of a file.
_MARKS = frozenset("/\\.:~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in a configuration.

    Attributes:
        at: where it stands.
        key: the key that it stands under, itself or in a list.
        value: the text.
        owner: the class of the object whose settings it is in, empty outside of any.
        in_list: whether it stands in a list.
    """

    at: Pointer
    key: str
    value: str
    owner: str
    in_list: bool


def documents(artifact: Artifact) -> Iterator[tuple[Pointer, Json]]:
    """The parts of the configuration, none of them inside another."""
    whole, training = artifact.config_at, artifact.training
    if whole is not None:
        yield whole, artifact.config
    last = whole
    if training is not None and not (artifact.config and artifact.config.get("compile_config") is training.config):
        last = training.at
        yield last, training.config
    for item in artifact.objects:  # those of a subclassed model stand in no other's configuration
        at = Pointer(document=item.at.document, path=f"{item.at.path}/config")
        if not any(outer is not None and _holds(outer, at) for outer in (whole, last)):
            last = at
            yield at, item.config


def mappings(artifact: Artifact) -> Iterator[tuple[str, Visit]]:
    """Every mapping of the configuration, with the name of its document."""
    for at, value in documents(artifact):
        yield from ((at.document, visit) for visit in walk(value, base=at.path))


@of_last
def texts(artifact: Artifact) -> tuple[Text, ...]:
    """Every text of the configuration that may be a path, an address or the name of a file: it has a mark of one."""
    return tuple(_all_texts(artifact))


def _all_texts(artifact: Artifact) -> Iterator[Text]:
    owners = {(item.at.document, item.at.path): item.class_name for item in artifact.objects}
    for at, value in documents(artifact):
        for visit in walk(value, base=at.path):
            owner = _owner(at.document, visit.path, owners)
            for key, child in visit.value.items():
                yield from _texts(child, at.document, f"{visit.path}/{escape(key)}", key, owner)


def _texts(value: Json, document: str, path: str, key: str, owner: str) -> Iterator[Text]:
    pending: list[tuple[str, Json, bool]] = [(path, value, False)]
    while pending:
        where, current, in_list = pending.pop()
        if isinstance(current, str):
            if _MARKS.isdisjoint(current):
                continue
            pointer = Pointer(document=document, path=where)
            yield Text(at=pointer, key=key, value=current, owner=owner, in_list=in_list)
        elif isinstance(current, list):
            pending.extend((f"{where}/{index}", child, True) for index, child in reversed([*enumerate(current)]))


def _owner(document: str, path: str, owners: Mapping[tuple[str, str], str]) -> str:
    """The class of the innermost object around a place."""
    while path and (document, path) not in owners:
        path = path.rpartition("/")[0]
    return owners.get((document, path), "")


def _holds(outer: Pointer, inner: Pointer) -> bool:
    is_below = inner.path == outer.path or inner.path.startswith(f"{outer.path}/")
    return outer.document == inner.document and is_below
