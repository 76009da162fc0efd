"""A model's configuration document: parsed within limits, and walked for what it names.

A configuration is JSON in one of several dialects (Keras 1 and 2 HDF5 attributes, the ``.keras`` archives of tf.keras
and of Keras 3, a SavedModel's node metadata). What they share is enough to walk all of them: an object is a mapping
with ``class_name`` and ``config``, wherever it stands, and a few keys hold plain names of functions and classes.
Places are RFC 6901 JSON pointers.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from loadstone.artifact import (
    EMPTY,
    Defect,
    DefectKind,
    Dialect,
    Evidence,
    Json,
    KerasObject,
    Payload,
    PayloadKind,
    Pointer,
)

if TYPE_CHECKING:
    from loadstone.artifact import Where

MAX_BYTES = 64 << 20
MAX_VALUES = 1 << 21
MAX_DEPTH = 200
MAX_PATH = 1024  # characters of a JSON pointer; every object carries one

# Keys of the compile state whose values name a class or a function, for each output of the model or for all.
_COMPILE_SLOTS = frozenset({"loss", "metrics", "weighted_metrics", "optimizer"})
_COMPILE_ALIASES = {"optimizer_config": "optimizer"}
# Keys of a layer's configuration whose values do so; the short ones are Keras 1's.
_IDENTIFIER_KEY = re.compile(
    r"(?:\w+_)?activation|\w+_(?:initializer|regularizer|constraint)|init|inner_init|forget_bias_init|fn|normalizer_fn"
)
# Where TensorFlow's feature columns stand, which are written like Keras' objects, and which TensorFlow itself looks up.
_COLUMN_SLOTS = frozenset({"feature_columns", "categorical_column", "source_column", "keys"})
_COLUMN = "Column"
_PACKAGE_NAME = re.compile(r"[A-Za-z_][\w.-]*>[A-Za-z_][\w.-]*")
# Keys whose text may look like a registered name without being looked up as one.
_PLAIN_TEXT_KEYS = frozenset({"name", "class_name", "registered_name", "module"})
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# How tf.keras (``value``) and Keras 3 (``code``) write a lambda that is not a Lambda layer's function.
_LAMBDA = "__lambda__"
_LAMBDA_KEYS = frozenset({"value", "code"})
# By the major version that a file states; Keras 0 wrote no whole models.
_DIALECTS = {0: Dialect.KERAS_1, 1: Dialect.KERAS_1, 2: Dialect.KERAS_2}
_SHORTEST_PAYLOAD = 40  # characters; the smallest code object is longer in base64


@dataclass(frozen=True, slots=True)
class Visit:
    """One mapping of a document: where it stands, under which slot, and inside which named object."""

    value: Mapping[str, Json]
    path: str
    slot: str
    owner: str
    in_training: bool


def parse_json(text: bytes | str, where: Where) -> Json | Defect:
    """Parse a JSON document of a model file, within limits of size, depth and number of values.

    Returns:
        The document, or the defect that kept it from being read. Text is UTF-8.
    """
    if len(text) > MAX_BYTES:
        return Defect(
            kind=DefectKind.OVERSIZED,
            message=f"the document has {len(text)} bytes; a configuration of more than {MAX_BYTES} is not read",
            where=where,
        )
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8-sig")
        # Each value but the first follows one of these characters, so they bound the memory that parsing takes.
        if sum(map(decoded.count, "[{,:")) > MAX_VALUES:
            return Defect(
                kind=DefectKind.OVERSIZED, message=f"the document holds more than {MAX_VALUES} values", where=where
            )
        value: Json = json.loads(decoded)
        if _SURROGATE.search(decoded):
            json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair could never be printed
    except RecursionError:
        return _too_deep(where)
    except ValueError as error:
        return Defect(kind=DefectKind.DAMAGED, message=f"the document is not valid JSON: {error}", where=where)
    return value if _is_shallow(value) else _too_deep(where)


def is_mapping(value: Json) -> TypeGuard[Mapping[str, Json]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, (dict, Mapping))  # nearly every one is the former, which is told faster


def escape(key: str) -> str:
    """Write a key as a reference token of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


#: The documents that were walked last: a model has two, and each is asked about several times in a row.
_WALKED: deque[tuple[Json, str, bool, tuple[Visit, ...]]] = deque(maxlen=2)


def walk(value: Json, *, base: str = "", in_training: bool = False) -> tuple[Visit, ...]:
    """Visit every mapping of a document, in document order, parents first.

    The ``compile_config`` of the outermost object is the compile state. That of a nested model is not: Keras compiles
    nested models even under ``compile=False``.
    """
    for document, at, training, visits in tuple(_WALKED):
        if document is value and (at, training) == (base, in_training):
            return visits
    found = tuple(_visits(value, base=base, in_training=in_training))
    _WALKED.append((value, base, in_training, found))
    return found


def _visits(value: Json, *, base: str, in_training: bool) -> Iterator[Visit]:
    stack: list[tuple[Json, str, str, str, bool]] = [(value, base, "", "", in_training)]
    while stack:
        current, path, slot, owner, training = stack.pop()
        children: list[tuple[Json, str, str, str, bool]] = []
        if is_mapping(current):
            visit = Visit(current, path, slot, owner, training)
            yield visit
            inner = _owner(current) or owner
            for key, child in current.items():
                if isinstance(child, (dict, list)):
                    compiled = training or (path == base and key == "compile_config")
                    children.append((child, f"{path}/{escape(key)}", _slot_of(visit, key), inner, compiled))
        elif isinstance(current, list):
            children = [
                (child, f"{path}/{index}", slot, owner, training)
                for index, child in enumerate(current)
                if isinstance(child, (dict, list))
            ]
        stack.extend(reversed(children))


def objects(document: str, value: Json, *, base: str = "", in_training: bool = False) -> tuple[KerasObject, ...]:
    """List every class and function that a document names, in document order, the compile state's last.

    Args:
        document: the document's name, for the pointers.
        value: the parsed document, or a part of it.
        base: the pointer of ``value`` inside the document.
        in_training: the whole of ``value`` is compile state.
    """
    found = [
        item
        for visit in walk(value, base=base, in_training=in_training)
        for item in (*_object(document, visit), *_identifiers(document, visit))
    ]
    return tuple(sorted(found, key=lambda item: item.in_training))


def payloads(document: str, value: Json, *, base: str = "") -> tuple[Payload, ...]:
    """List every stored program of a document.

    A program stands in a known place (a Lambda layer's function, a ``__lambda__`` object), or is any text whose bytes
    read as a complete code object: custom layers and losses put them under keys of their own.
    """
    return tuple(
        found
        for visit in walk(value, base=base)
        for path, text, is_declared in _programs(visit)
        if (found := _payload(document, visit, path, text, is_declared=is_declared)) is not None
    )


def evidence(document: str, value: Json, *, base: str = "") -> tuple[Evidence, ...]:
    """Infer the writer's software from tokens that only some releases write: one entry a token, at its first place."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - most callers of this module need no versions

    from loadstone.formats.tokens import TOKENS  # noqa: PLC0415 - as above

    written_by = dialect(value)
    pending = [token for token in TOKENS if written_by in token.dialects]
    found = []
    for visit in walk(value, base=base):
        for token in [token for token in pending if token.stands_in(visit.value)]:
            pending.remove(token)
            found.append(
                Evidence(
                    distribution=token.distribution,
                    versions=SpecifierSet(token.versions),
                    recorded=False,
                    token=token.name,
                    where=Pointer(document=document, path=visit.path),
                )
            )
    return tuple(found)


def dialect(value: Json, *, recorded: str | None = None) -> Dialect:
    """Decide which generation of Keras wrote a configuration.

    Args:
        value: the parsed document.
        recorded: the ``keras_version`` that the file states, which decides if it is there.
    """
    major = re.match(r"\d{1,9}(?=\.)", recorded or "")
    if major:
        return _DIALECTS.get(int(major[0]), Dialect.KERAS_3)
    seen = {_betrayed(visit.value) for visit in walk(value)}
    return next((told for told in (Dialect.KERAS_3, Dialect.KERAS_1) if told in seen), Dialect.KERAS_2)


def is_object(value: Mapping[str, Json]) -> bool:
    """Tell whether a mapping is a serialised object: a class or a function, not an encoded tensor, tuple or shape."""
    name = value.get("class_name")
    return isinstance(name, str) and "config" in value and not (name.startswith("__") and name.endswith("__"))


def _is_shallow(value: Json) -> bool:
    """Tell whether a document keeps to the limits of depth and pointer length, level by level."""
    level: list[tuple[Json, int]] = [(value, 0)]
    for _ in range(MAX_DEPTH):
        level = [
            (child, length + 1 + (len(key) if isinstance(key, str) else len(str(key))))
            for node, length in level
            for key, child in (node.items() if is_mapping(node) else enumerate(_elements(node)))
            if isinstance(child, (dict, list))
        ]
        if not level:
            return True
        if max(length for _, length in level) > MAX_PATH:
            return False
    return False


def _too_deep(where: Where) -> Defect:
    return Defect(
        kind=DefectKind.OVERSIZED,
        message=f"the document is nested more than {MAX_DEPTH} levels deep or has names too long to point at",
        where=where,
    )


def _elements(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _config(value: Mapping[str, Json]) -> Mapping[str, Json]:
    config = value.get("config")
    return config if is_mapping(config) else EMPTY


def _owner(value: Mapping[str, Json]) -> str | None:
    """Return the name that an object goes by in its model, its class's name if it has none."""
    return (_text(_config(value).get("name")) or _text(value["class_name"])) if is_object(value) else None


def _slot_of(parent: Visit, key: str) -> str:
    if is_object(parent.value):
        # Keras 1 and early Keras 2 write a Sequential's layers as a bare list in place of its configuration.
        return "layers" if key == "config" and isinstance(parent.value["config"], list) else key
    if parent.value.get("class_name") == _LAMBDA:
        return _LAMBDA
    if parent.in_training and parent.slot in _COMPILE_SLOTS:
        return parent.slot  # {"loss": {"an output's name": ...}}
    return _COMPILE_ALIASES.get(key, key)


def _object(document: str, visit: Visit) -> Iterator[KerasObject]:
    value = visit.value
    if not is_object(value):
        return
    at = Pointer(document=document, path=visit.path)
    class_name, registered_name = _text(value["class_name"]) or "", _text(value.get("registered_name"))
    if visit.slot in _COLUMN_SLOTS and class_name.endswith(_COLUMN):
        return
    function = _text(value["config"]) if class_name == "function" else None
    yield KerasObject(
        class_name=class_name if function is None else function,
        module=_text(value.get("module")),
        registered_name=registered_name if function is None or ">" in (registered_name or "") else None,
        config=_config(value),
        slot=visit.slot,
        in_training=visit.in_training,
        is_identifier=function is not None,
        at=at,
    )


def _identifiers(document: str, visit: Visit) -> Iterator[KerasObject]:
    """List the plain names in a mapping's own values: in slots that hold names, and registered names anywhere."""
    if is_object(visit.value):
        return
    for key, child in visit.value.items():
        slot = _slot_of(visit, key)
        is_slot = slot in _COMPILE_SLOTS if visit.in_training else False
        is_slot = is_slot or _IDENTIFIER_KEY.fullmatch(key) is not None or _names_a_function(visit.value, key)
        for path, text in _texts(child, f"/{escape(key)}") if is_slot else _registered_name(key, child):
            at = Pointer(document=document, path=f"{visit.path}{path}")
            yield KerasObject(class_name=text, slot=slot, in_training=visit.in_training, is_identifier=True, at=at)


def _names_a_function(value: Mapping[str, Json], key: str) -> bool:
    """Tell whether a key of a Lambda layer's configuration holds a function's name (and not its code)."""
    return value.get(f"{key}_type") == "function"


def _registered_name(key: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and key not in _PLAIN_TEXT_KEYS and _PACKAGE_NAME.fullmatch(value):
        yield f"/{escape(key)}", value


def _texts(value: Json, path: str, shortest: int = 0) -> Iterator[tuple[str, str]]:
    """Yield a text, or every text of nested lists, with its place, leaving out those that are too short."""
    stack: list[tuple[str, Json]] = [(path, value)]
    while stack:
        where, current = stack.pop()
        if isinstance(current, str):
            yield where, current
        elif isinstance(current, list):
            kept = [
                (f"{where}/{index}", child)
                for index, child in enumerate(current)
                if isinstance(child, list) or (isinstance(child, str) and len(child) >= shortest)
            ]
            stack.extend(reversed(kept))


def _programs(visit: Visit) -> Iterator[tuple[str, str, bool]]:
    """Yield each text of a mapping that is or may be a program: its place, itself, whether it is declared as one."""
    for key, child in visit.value.items():
        path = f"{visit.path}/{escape(key)}"
        declared = None
        if visit.value.get(f"{key}_type") == "lambda" or (visit.slot == _LAMBDA and key in _LAMBDA_KEYS):
            declared, text = next(_texts(child, path), (None, ""))  # followed by the defaults and the closure
            if declared is not None:
                yield declared, text, True
        if isinstance(child, list) or (isinstance(child, str) and len(child) >= _SHORTEST_PAYLOAD):
            for place, text in _texts(child, path, _SHORTEST_PAYLOAD):
                if place != declared:
                    yield place, text, False


def _payload(document: str, visit: Visit, path: str, text: str, *, is_declared: bool) -> Payload | None:
    from loadstone.formats import bytecode  # noqa: PLC0415 - most documents hold no program

    data = bytecode.decode(text)
    code = bytecode.parse(data) if data is not None else None
    if code is None and not is_declared:
        return None
    return Payload(
        kind=PayloadKind.PYTHON_BYTECODE,
        owner=visit.owner,
        size=len(text) if data is None else len(data),
        python=None if code is None else bytecode.releases(code),
        names=() if code is None else bytecode.names(code),
        globals=None if code is None else bytecode.global_names(code),
        at=Pointer(document=document, path=path),
    )


def _betrayed(value: Mapping[str, Json]) -> Dialect:
    """The generation of Keras that one object betrays; the second where it betrays none."""
    class_name, module = value.get("class_name"), value.get("module")
    is_keras_3 = isinstance(module, str) and module.startswith("keras.src.models.")
    match class_name:
        case "__keras_tensor__":
            is_keras_3 = True
        case "InputLayer":
            is_keras_3 = is_keras_3 or "batch_shape" in _config(value)
        case str() if class_name.endswith("DTypePolicy"):
            is_keras_3 = True
    if is_keras_3:
        return Dialect.KERAS_3
    # The input of every model of Keras 1 has this setting, and nothing later does.
    return Dialect.KERAS_1 if is_object(value) and "input_dtype" in _config(value) else Dialect.KERAS_2
