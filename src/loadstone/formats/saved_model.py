"""Reads SavedModel folders: the program, the Keras metadata beside or inside it, and the checkpoint's index.

What Keras 2 needs to rebuild a model from a SavedModel is JSON, one document for each layer, metric and model.
TensorFlow 2.5 to 2.15 and tf_keras write the documents to ``keras_metadata.pb``; before 2.5 they stand in the object
graph of ``saved_model.pb``. A folder without any is the export of a program (``tf.saved_model.save``, Keras 3's
``export``): it runs, but is no Keras model.

Of ``fingerprint.pb`` only the presence is evidence: TensorFlow writes it since 2.11, and puts nothing but hashes in it.
Loaders ignore damage in it, and so does this reader.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, chain, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from loadstone.artifact import (
    Artifact,
    Defect,
    DefectKind,
    Evidence,
    Format,
    Json,
    KerasObject,
    Member,
    NodeUse,
    Payload,
    Pointer,
    Signature,
    Training,
)
from loadstone.formats import config, outward, writer
from loadstone.formats.graph_def import Operations, saved_signatures
from loadstone.formats.protobuf import SAVED_METADATA, SAVED_MODEL, EncodingError, Message, mapped
from loadstone.formats.saved_functions import find_missing_functions
from loadstone.formats.tensor_bundle import TensorBundle, find_fault, read_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from loadstone.artifact import Dialect

PROGRAM: Final = "saved_model.pb"
PROGRAM_AS_TEXT: Final = "saved_model.pbtxt"
METADATA: Final = "keras_metadata.pb"
FINGERPRINT: Final = "fingerprint.pb"
CHECKPOINT: Final = "variables/variables"
ASSETS: Final = "assets"
ROOT: Final = "root"  # the path of the model itself among the nodes

MAX_METADATA_VALUES = 2 * config.MAX_VALUES  # of all nodes together, which say most things twice
VALUES_OF_A_DOCUMENT = 64
MAX_OBJECTS = 250_000  # of the object graph
MAX_PATH_STEPS = 100  # from the root to a node that has metadata
MAX_FILES = 100_000

_VARIABLE_OPS = frozenset({"VarHandleOp", "Variable", "VariableV2"})
_METRIC = "_tf_keras_metric"


@dataclass(frozen=True, slots=True)
class _Node:
    """A Keras object's metadata: the name of the document, its place in the object graph, and the document."""

    document: str
    path: str
    identifier: str
    value: Mapping[str, Json]

    @property
    def object(self) -> Mapping[str, Json]:
        """The part that rebuilds it. Keras writes more beside it: shapes, versions, the compile state."""
        return {"class_name": self.value.get("class_name"), "config": self.value.get("config", {})}

    @property
    def key(self) -> tuple[Json, Json]:
        """What tells whether two documents speak of the same object: its class and its name in the model."""
        inner = self.value.get("config")
        return _hashable(self.value.get("class_name")), _hashable(config.is_mapping(inner) and inner.get("name"))

    @property
    def is_graph_network(self) -> bool:
        """Whether its configuration holds its layers, as those of Functional and Sequential models do."""
        inner = self.value.get("config")
        return config.is_mapping(inner) and isinstance(inner.get("layers"), list)


class _Metadata:
    """Collects the Keras objects' documents of one source, within a limit for all together."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.nodes: list[_Node] = []
        self.defects: list[Defect] = []
        self._left = MAX_METADATA_VALUES

    def add(self, path: str, identifier: str, text: str) -> None:
        if self._left < 0:
            return
        name = f"{self.document}/{path}"
        where = Pointer(document=name, path="")
        # One for each value, as `config.parse_json` counts, and as many as a small document takes to look through.
        self._left -= sum(map(text.count, "[{,:")) + VALUES_OF_A_DOCUMENT
        value: Json | Defect
        if self._left < 0:
            message = f"the documents from here on are not read: all hold more than {MAX_METADATA_VALUES} values"
            value = Defect(kind=DefectKind.OVERSIZED, message=message, where=where)
        else:
            value = config.parse_json(text, where)
        if isinstance(value, Defect):
            self.defects.append(value)
        elif config.is_mapping(value):
            self.nodes.append(_Node(name, path, identifier, value))
        else:
            message = "the metadata is not a JSON object"
            self.defects.append(Defect(kind=DefectKind.DAMAGED, message=message, where=where))


class _Program:
    """Collects what ``saved_model.pb`` holds; what was read before damage is met is kept."""

    def __init__(self, *, wants_metadata: bool) -> None:
        self.wants_metadata = wants_metadata
        self.writer: list[Evidence] = []
        self.operations = Operations()
        self.functions: set[str] = set()
        self.signatures: tuple[Signature, ...] = ()
        self.outward: tuple[NodeUse, ...] = ()
        self.assets: list[str] = []
        self.metadata = _Metadata(PROGRAM)
        self.has_objects = False
        self.defects: list[Defect] = []

    @property
    def has_checkpoint(self) -> bool:
        """Whether a loader wants a checkpoint: always with an object graph, in TensorFlow 1's only for variables."""
        return self.has_objects or bool(self.operations.count(*_VARIABLE_OPS))

    def add(self, graph: Message) -> None:
        """Adds a MetaGraphDef."""
        version = graph.message("meta_info_def").text("tensorflow_version")
        if version:
            self.writer.append(writer.tensorflow_version(version, Member(path=PROGRAM)))
        self.assets.extend(asset.text("filename") for asset in graph.messages("asset_file_def"))
        objects = graph.message("object_graph_def")
        self.has_objects |= "nodes" in objects
        definition = graph.message("graph_def")
        bodies = outward.Bodies()
        for node in definition.messages("node"):
            self.operations.add("", node)
            bodies.add("", node)
        self.functions.update(self.operations.add_library(definition, bodies.add))
        self.outward += outward.of_meta_graph(graph, bodies)
        if self.wants_metadata:
            for found in _object_graph_metadata(objects):
                self.metadata.add(*found)


def read_saved_model(path: Path) -> Artifact:
    """Read a SavedModel folder. Its arrays, and the constants of its graphs, are stepped over.

    Whatever is missing or damaged is in the artifact's ``defects``.

    Raises:
        OSError: a file vanished while it was read.
    """
    beside = _read_metadata(path)
    program = _read_program(path, wants_metadata=beside is None)
    metadata = beside or program.metadata
    nodes = tuple(metadata.nodes)
    root = next((node for node in nodes if node.path == ROOT), None)
    model = root if root is not None and root.is_graph_network else None
    bundle = read_bundle(path, CHECKPOINT)
    if not program.has_checkpoint and [defect.kind for defect in bundle.defects] == [DefectKind.INCOMPLETE]:
        bundle = TensorBundle()
    return Artifact(
        source=str(path),
        format=Format.SAVED_MODEL,
        dialect=_dialect(nodes[0]) if nodes else None,
        size=_size(path),
        writer=(*program.writer, *_fingerprint(path), *_writer(root, nodes)),
        config=None if model is None else model.object,
        config_at=None if model is None else Pointer(document=model.document, path=""),
        objects=_objects(nodes),
        tensors=tuple(entry.spec for entry in bundle.entries),
        ops=program.operations.uses(),
        has_objects=program.has_objects,
        signatures=program.signatures,
        outward=program.outward,
        payloads=_payloads(nodes),
        training=_training(root, bundle),
        defects=(
            *program.defects,
            *metadata.defects,
            *bundle.defects,
            *_asset_defects(path, program.assets),
        ),
    )


def _read_program(folder: Path, *, wants_metadata: bool) -> _Program:
    program = _Program(wants_metadata=wants_metadata)
    where = Member(path=PROGRAM)
    fault = find_fault(folder, PROGRAM)
    if fault is not None:
        if (folder / PROGRAM_AS_TEXT).is_file():
            message = (
                f"the program is text ({PROGRAM_AS_TEXT}), which only TensorFlow reads: save the model again there"
            )
            fault = replace(fault, message=message)
        program.defects.append(fault)
        return program
    try:
        with mapped(folder / PROGRAM) as data:
            graphs = tuple(Message(data, SAVED_MODEL).messages("meta_graphs"))
            if not graphs:
                message = "the program holds no graph, as no SavedModel does"
                program.defects.append(Defect(kind=DefectKind.NOT_A_MODEL, message=message, where=where))
            for graph in graphs:
                program.add(graph)
            missing = find_missing_functions(data, program.functions, where)
            program.defects.extend([missing] if missing else ())
            program.signatures = saved_signatures(data)
    except EncodingError as error:
        message = f"the program cannot be read: {error}"
        program.defects.append(Defect(kind=error.kind, message=message, where=where))
    return program


def _read_metadata(folder: Path) -> _Metadata | None:
    """The documents in ``keras_metadata.pb``; None without that file."""
    metadata = _Metadata(METADATA)
    fault = find_fault(folder, METADATA)
    if fault is not None:
        metadata.defects.append(fault)
        return None if fault.kind is DefectKind.INCOMPLETE else metadata
    try:
        with mapped(folder / METADATA) as data:
            for node in Message(data, SAVED_METADATA).messages("nodes"):
                metadata.add(node.text("node_path"), node.text("identifier"), node.text("metadata"))
    except EncodingError as error:
        message = f"the Keras metadata cannot be read: {error}"
        metadata.defects.append(Defect(kind=error.kind, message=message, where=Member(path=METADATA)))
    return metadata


def _object_graph_metadata(graph: Message) -> Iterator[tuple[str, str, str]]:
    """Yields path, identifier and JSON of each node that has metadata.

    Paths are those that Keras gives since TensorFlow 2.5: the names along the shortest way from the root, which is
    node 0, joined by dots.
    """
    objects = tuple(islice(graph.messages("nodes"), MAX_OBJECTS + 1))
    if len(objects) > MAX_OBJECTS:
        raise EncodingError(DefectKind.OVERSIZED, 0, f"an object graph of more than {MAX_OBJECTS} nodes")
    users = [(node, user) for node, user in enumerate(message.message("user_object") for message in objects)]
    users = [(node, user) for node, user in users if "metadata" in user]
    if not users:
        return
    reached: dict[int, tuple[int, str]] = {0: (0, ROOT)}  # node: the node it was reached from, and by which name
    queue = deque([0])
    while queue:
        current = queue.popleft()
        for child in objects[current].messages("children"):
            node = child.integer("node_id")
            if 0 <= node < len(objects) and node not in reached:
                reached[node] = (current, child.text("local_name"))
                queue.append(node)
    for node, user in users:
        if text := user.text("metadata"):
            yield _path(node, reached), user.text("identifier"), text


def _path(node: int, reached: Mapping[int, tuple[int, str]]) -> str:
    steps: list[str] = []
    current = node
    while current in reached and len(steps) < MAX_PATH_STEPS:
        parent, name = reached[current]
        steps.append(name)
        if current == 0:
            return ".".join(reversed(steps))
        current = parent
    return f"node {node}"  # not below the root, or absurdly far


def _objects(nodes: tuple[_Node, ...]) -> tuple[KerasObject, ...]:
    """What the metadata names, each thing once.

    A Functional or Sequential model's configuration holds everything below it, and so does a wrapper's for what it
    wraps; the documents of those nodes say the same again. The objects inside a subclassed model stand in no
    configuration, and Keras rebuilds them one by one. Metrics belong to the compile state: with ``compile=False`` Keras
    only warns of those that it cannot rebuild.
    """
    found: list[KerasObject] = []
    named: dict[str, set[tuple[Json, Json]] | None] = {}  # by path: what a configuration holds; None for everything
    training: set[tuple[Json, Json]] = set()
    for node in sorted(nodes, key=lambda node: node.path != ROOT):
        compiled = node.value.get("training_config") if node.path == ROOT else None
        if compiled:
            stated = config.objects(node.document, compiled, base="/training_config", in_training=True)
            training |= _keys(stated)
            found.extend(stated)
        is_metric = node.identifier == _METRIC
        if node.key in training if is_metric else _is_covered(node, named):
            continue
        inner = config.objects(node.document, node.object, in_training=is_metric)
        found.extend(inner)
        named[node.path] = None if node.is_graph_network else _keys(inner)
    return tuple(sorted(found, key=lambda item: item.in_training))


def _is_covered(node: _Node, named: Mapping[str, set[tuple[Json, Json]] | None]) -> bool:
    steps = node.path.split(".", MAX_PATH_STEPS)[:-1]
    for above in accumulate(steps, "{}.{}".format):
        if above in named:
            inside = named[above]
            if inside is None or node.key in inside:
                return True
    return False


def _keys(objects: Iterable[KerasObject]) -> set[tuple[Json, Json]]:
    return {(item.class_name, _hashable(item.config.get("name"))) for item in objects}


def _hashable(value: Json) -> Json:
    return value if isinstance(value, str) else None


def _payloads(nodes: tuple[_Node, ...]) -> tuple[Payload, ...]:
    """Every stored program, wherever it stands: Keras runs those of each node, not only the root's."""
    found: dict[object, Payload] = {}
    for node in nodes:
        for payload in config.payloads(node.document, node.value):
            found.setdefault((payload.owner, payload.size, payload.python, payload.names), payload)
    return tuple(found.values())


def _dialect(node: _Node) -> Dialect:
    stated = node.value.get("keras_version")
    return config.dialect(node.object, recorded=stated if isinstance(stated, str) else None)


def _writer(root: _Node | None, nodes: tuple[_Node, ...]) -> Iterator[Evidence]:
    """What the metadata tells: the versions that the model states, and each token at its first place."""
    if root is not None:
        if isinstance(stated := root.value.get("keras_version"), str):
            yield from writer.keras_version(stated, Pointer(document=root.document, path="/keras_version"))
        if isinstance(stated := root.value.get("backend"), str):
            yield writer.backend(stated, Pointer(document=root.document, path="/backend"))
    seen: set[str] = set()
    for node in nodes:
        for evidence in config.evidence(node.document, node.value):
            if evidence.token not in seen:
                seen.add(evidence.token)
                yield evidence


def _training(root: _Node | None, bundle: TensorBundle) -> Training | None:
    stated = None if root is None else root.value.get("training_config")
    if root is None or not config.is_mapping(stated):
        return None
    # Until TensorFlow 2.10, and for legacy optimizers, the slots stand under the names of the model's variables.
    count = sum(entry.name.startswith("optimizer/") or "/.OPTIMIZER_SLOT/" in entry.name for entry in bundle.entries)
    return Training(config=stated, optimizer_tensors=count, at=Pointer(document=root.document, path="/training_config"))


def _asset_defects(folder: Path, assets: Iterable[str]) -> Iterator[Defect]:
    for name in dict.fromkeys(assets):
        member = f"{ASSETS}/{name}"
        pure = PurePosixPath(name.replace("\\", "/"))
        if "\0" in name or pure.is_absolute() or ".." in pure.parts or ":" in name:
            message = "an asset is named by a path that leads out of the model"
            yield Defect(kind=DefectKind.LEAVES_FILE, message=message, where=Member(path=member))
        elif (fault := find_fault(folder, member)) is not None and fault.kind is not DefectKind.EMPTY:
            yield fault


def _fingerprint(folder: Path) -> tuple[Evidence, ...]:
    return (writer.fingerprint(Member(path=FINGERPRINT)),) if (folder / FINGERPRINT).is_file() else ()


def _size(folder: Path) -> int:
    """The bytes of the files that belong to a SavedModel; whatever else lies in the folder does not count."""
    files = chain(
        (folder / name for name in (PROGRAM, METADATA, FINGERPRINT)),
        *((folder / name).rglob("*") for name in ("variables", ASSETS, "assets.extra")),
    )
    total = 0
    for file in islice(files, MAX_FILES):
        with suppress(OSError):  # gone, or in a folder that may not be searched
            total += file.stat().st_size if file.is_file() else 0
    return total
