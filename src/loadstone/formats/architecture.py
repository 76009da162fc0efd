"""Reads an architecture that stands in a file of its own: what ``to_json`` and ``to_yaml`` wrote, or a model's.

YAML is parsed by PyYAML's safe loader. The tags of Python that Keras up to 2.5 wrote are read as what they hold: a
tuple, a text, a number of NumPy's (the size that follows from a Flatten). Every other one is refused, as another loader
would run what it names. Nothing is called or imported here because the document names it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from loadstone import formats
from loadstone.artifact import Artifact, Defect, DefectKind, Format, Json, Member
from loadstone.errors import NotAModel
from loadstone.formats import config, json_file

if TYPE_CHECKING:
    from pathlib import Path

_WHOLE = Member(path="")
_MAX_BYTES = 16 << 20
_NUMBER = re.compile(r"[iuf][1248]|b1")
_PYTHON = "tag:yaml.org,2002:python/"


class _Loader(yaml.SafeLoader):
    """The safe loader with the tags that Keras wrote."""


def _sequence(loader: yaml.SafeLoader, node: yaml.Node) -> list[Any]:
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "a tuple has to be a sequence", node.start_mark)
    return loader.construct_sequence(node, deep=True)


def _text(loader: yaml.SafeLoader, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "a text has to be a scalar", node.start_mark)
    return str(loader.construct_scalar(node))


def _dtype(loader: yaml.SafeLoader, node: yaml.Node) -> np.dtype[Any]:
    """A type of numbers: its code, and its byte order in the second item of its state."""
    value = loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else {}
    match value.get("args"), value.get("state"):
        case [str(code), *_], [_, "<" | ">" | "|" as order, *_] if _NUMBER.fullmatch(code):
            return np.dtype(f"{order}{code}")
    raise yaml.constructor.ConstructorError(None, None, "a type of no numbers", node.start_mark)


def _number(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """One number by its type and its bytes."""
    match loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else None:
        case [np.dtype() as dtype, bytes(data)] if len(data) == dtype.itemsize:
            return np.frombuffer(data, dtype)[0].item()
    raise yaml.constructor.ConstructorError(None, None, "a number that is none", node.start_mark)


_Loader.add_constructor(f"{_PYTHON}object/apply:numpy.dtype", _dtype)
_Loader.add_constructor(f"{_PYTHON}object/apply:numpy.core.multiarray.scalar", _number)
_Loader.add_constructor(f"{_PYTHON}tuple", _sequence)
_Loader.add_constructor(f"{_PYTHON}unicode", _text)
_Loader.add_constructor(f"{_PYTHON}str", _text)


def read_architecture(path: Path) -> Artifact:
    """Read the architecture in a JSON or YAML file, or that of a whole model.

    Returns:
        An artifact with a configuration. Arrays that the file may hold, too, are not told of.

    Raises:
        NotAModel: the file cannot be read, or holds no architecture.
        OSError: it cannot be opened.
    """
    artifact = formats.read(path)
    if artifact.config is None and any("YAML" in defect.message for defect in artifact.defects):
        artifact = _read_yaml(path)
    if artifact.config is None or artifact.config_at is None:
        message = artifact.defects[0].message if artifact.defects else "it holds no architecture"
        raise NotAModel(f"{path} gives no architecture: {message}")
    fatal = [each for each in artifact.defects if each.kind not in {DefectKind.NOT_A_MODEL, DefectKind.MISLABELLED}]
    if fatal:
        raise NotAModel(f"{path} gives no architecture: {fatal[0].message}")
    return replace(artifact, tensors=(), training=None, defects=())


def _read_yaml(path: Path) -> Artifact:
    size = path.stat().st_size
    with path.open("rb") as stream:
        value = parse_yaml(stream.read(_MAX_BYTES + 1))
    if isinstance(value, Defect):
        return Artifact(source=str(path), format=Format.UNRECOGNISED, size=size, defects=(value,))
    return json_file.of_document(path, value, size)


def parse_yaml(text: bytes) -> Json | Defect:
    """Parse a YAML document of Keras, within the limits that JSON has.

    Returns:
        The document, or the defect that kept it from being read.
    """
    if len(text) > _MAX_BYTES:
        message = f"the document has more than {_MAX_BYTES} bytes"
        return Defect(kind=DefectKind.OVERSIZED, message=message, where=_WHOLE)
    try:
        value = yaml.load(text, _Loader)  # noqa: S506 - a subclass of the safe loader
        if _count(value, {}) > config.MAX_VALUES:
            message = f"the document's aliases stand for more than {config.MAX_VALUES} values"
            return Defect(kind=DefectKind.OVERSIZED, message=message, where=_WHOLE)
        return config.parse_json(json.dumps(value), _WHOLE)
    except yaml.constructor.ConstructorError as error:
        told = " ".join(str(part) for part in (error.problem, error.problem_mark) if part)
        return Defect(kind=DefectKind.RUNS_CODE, message=f"the YAML document is not read: {told}", where=_WHOLE)
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        message = f"the document is not valid YAML: {' '.join(str(error).split())[:200]}"
        return Defect(kind=DefectKind.DAMAGED, message=message, where=_WHOLE)


def _count(value: Any, known: dict[int, int]) -> int:
    """How many values a document holds where every alias is written out; each part is counted once."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = config.MAX_VALUES  # of a value that holds itself
        items = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(item, known) for item in items)
    return known[id(value)]
