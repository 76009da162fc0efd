"""Finds what runs code for whoever opens it: pickles beside or inside a model, and YAML with tags of Python."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from loadstone.artifact import Defect, DefectKind, Member
from loadstone.formats import foreign, pickles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loadstone.formats.parts import Parts
    from loadstone.formats.sniff import FileSample

MAX_YAML_BYTES: Final = 16 << 20
MAX_FILES: Final = 1000  # of a folder, that are looked at by name
_SHOWN = 5
_TAG = re.compile(rb"!(?:!python/|<tag:yaml\.org,2002:python/)[\w/]*:?[\w.]*")


def of_file(sample: FileSample) -> tuple[Defect, ...]:
    """What runs code in a file that no reader knows."""
    if foreign.is_pickle(sample) or sample.path.name.endswith(pickles.SUFFIXES):
        found = _of_path(sample.path, "")
    elif foreign.is_text(sample):
        with sample.path.open("rb") as stream:
            found = tags(stream.read(MAX_YAML_BYTES))
    else:
        found = None
    return () if found is None else (found,)


def tags(data: bytes) -> Defect | None:
    """The defect of a YAML document with tags that name Python objects; None for other text."""
    found = dict.fromkeys(match[0].decode("ascii", "backslashreplace") for match in _TAG.finditer(data))
    if not found:
        return None
    message = f"YAML with tags that make a reader run Python: {', '.join(list(found)[:_SHOWN])}; it is not read here"
    return Defect(kind=DefectKind.RUNS_CODE, message=message, where=Member(path=""), mechanism="yaml-tag")


def of_folder(folder: Path, root: Path) -> tuple[Defect, ...]:
    """The pickles in a folder, such as MLflow's, by the names that such files have; they are told by ``root``."""
    files = (path for path in islice(folder.rglob("*"), MAX_FILES) if path.name.endswith(pickles.SUFFIXES))
    found = (_of_path(path, path.relative_to(root).as_posix()) for path in files if path.is_file())
    return tuple(defect for defect in found if defect is not None)


def of_members(listed: Parts) -> Iterator[Defect]:
    """The pickles among an archive's members, which Keras never writes."""
    from loadstone.formats import parts  # noqa: PLC0415 - archives only

    left = pickles.MAX_BYTES  # of all together
    for name, part in listed.by_name.items():
        if name.endswith(pickles.SUFFIXES) and part.size <= left:
            left -= part.size
            data = parts.read_part(part, pickles.MAX_BYTES)
            found = data if isinstance(data, Defect) else pickles.pickled(data, Member(path=name))
            if found is not None:
                yield found


def _of_path(path: Path, name: str) -> Defect | None:
    with path.open("rb") as stream:
        return pickles.pickled(stream.read(pickles.MAX_BYTES), Member(path=name))
