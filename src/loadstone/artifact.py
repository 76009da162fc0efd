"""What a model file holds, as frozen values. Types only: nothing here reads, judges or builds.

Every value that came out of a file carries a `Where`, so that a finding, a defect or an error can point at it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from packaging.specifiers import SpecifierSet

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

EMPTY: Mapping[str, Json] = MappingProxyType({})


class Format(Enum):
    """The container a model is stored in, decided by content and never by the suffix."""

    HDF5_MODEL = "hdf5-model"
    HDF5_WEIGHTS = "hdf5-weights"
    KERAS_ARCHIVE = "keras-archive"
    SAVED_MODEL = "saved-model"
    FROZEN_GRAPH = "frozen-graph"
    TENSORFLOW_JS = "tensorflowjs-layers-model"
    UNRECOGNISED = "unrecognised"


class Dialect(Enum):
    """Which generation of Keras wrote the configuration."""

    KERAS_1 = "keras-1"
    KERAS_2 = "keras-2"
    KERAS_3 = "keras-3"


class DefectKind(Enum):
    """What is wrong with the bytes themselves; each kind is one finding of the LS1xx range."""

    MISSING = "missing"  # the path does not exist
    UNREADABLE = "unreadable"  # it exists, but may not be opened
    EMPTY = "empty"
    LFS_POINTER = "git-lfs-pointer"
    HTML_PAGE = "html-page"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"  # a part cannot be parsed
    NOT_A_MODEL = "not-a-model"  # recognised as something else, named in the message
    MISLABELLED = "mislabelled"  # the suffix promises another format than the content is
    INCOMPLETE = "incomplete"  # a needed part is absent
    LEAVES_FILE = "leaves-file"  # a link, external storage or a path out of the file; never followed
    OVERSIZED = "oversized"  # declares more than its bytes can hold, or than the limits allow
    INFLATES = "inflates"  # within the limits, but compressed as no weights can be
    RUNS_CODE = "runs-code"  # whoever opens it runs code that it names: a pickle, a YAML document with tags of Python


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A value inside a JSON document of the file: ``document`` names it, ``path`` is an RFC 6901 JSON pointer."""

    document: str
    path: str

    def __str__(self) -> str:
        return f"{self.document}{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A stored array, by its full name in the container."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An HDF5 attribute of the group or dataset ``owner``."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}@{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node of a graph; ``function`` is empty for the main graph."""

    function: str
    name: str

    def __str__(self) -> str:
        return f"{self.function}/{self.name}" if self.function else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file inside an archive or a folder; an empty path is the whole artifact."""

    path: str

    def __str__(self) -> str:
        return self.path or "the file itself"


Where: TypeAlias = Pointer | Tensor | Attribute | Node | Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing the file says about the software that wrote it.

    ``recorded`` separates what the writer stated (``keras_version``) from what is inferred from a token that only some
    releases write. Inferred ranges are honestly wide.
    """

    distribution: str
    versions: SpecifierSet
    recorded: bool
    token: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasObject:
    """A class or function that the configuration names.

    ``slot`` is the configuration key it stands under (``layers``, ``activation``, ``cell``, ``optimizer``, ``loss``).
    A plain identifier string (``"activation": "mish"``) is an object too, with that string as ``class_name`` and
    ``is_identifier`` set. So is a function that is written as an object (``{"class_name": "function", "config":
    "mish"}``), which alone of the two may have a ``module``.
    ``in_training`` tells that it belongs to the compile state, which ``compile=False`` leaves out.
    """

    class_name: str
    module: str | None = None
    registered_name: str | None = None
    config: Mapping[str, Json] = field(default_factory=lambda: EMPTY)
    slot: str
    in_training: bool = False
    is_identifier: bool = False
    at: Pointer

    @property
    def identity(self) -> str:
        """The name under which a registry would know it: ``Package>Name``, else the bare class name."""
        if self.registered_name and ">" in self.registered_name:
            return self.registered_name
        return self.class_name

    @property
    def package(self) -> str | None:
        """The package part of a registered name (``Addons`` of ``Addons>mish``), None for a bare one."""
        package, separator, _ = self.identity.partition(">")
        return package if separator else None

    @property
    def bare_name(self) -> str:
        """The name without its package (``mish`` of ``Addons>mish``)."""
        return self.identity.rpartition(">")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorSpec:
    """Name, shape and dtype (NumPy's name for it) of a stored array, read from its header."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    at: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class OpUse:
    """How often one operation type occurs in one graph function; ``function`` is empty for the main graph.

    ``attributes`` are the names of those that any of these nodes has.
    """

    op: str
    function: str
    count: int
    attributes: tuple[str, ...] = ()

    @property
    def namespace(self) -> str | None:
        """The library that registers the op (``Addons`` of ``Addons>CorrelationCost``), None for TensorFlow's own."""
        namespace, separator, _ = self.op.partition(">")
        return namespace if separator else None


class Reach(Enum):
    """What runs a node of a program."""

    LOADING = "loading"  # an initializer, which loaders run
    CALLING = "calling"  # a signature, or a function of an object
    SAVING = "saving"  # what stores and restores the variables


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeUse:
    """A node that does more than compute: it reaches out of its program, or has another program inside it.

    Attributes:
        op: its operation.
        at: where it stands.
        reached: what runs it; empty where nothing does that loading, calling or saving would start.
        texts: the constant texts that go into it: paths, patterns, addresses.
        contains: the operations of the graph that is hidden in it, where it is a constant with one.
    """

    op: str
    at: Node
    reached: frozenset[Reach] = frozenset()
    texts: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPort:
    """A tensor that goes into a graph or comes out of it.

    Attributes:
        name: what a caller knows it by: the argument or the key of a signature, the node of a frozen graph (and
            ``node:1`` for its second output).
        tensor: its name in the graph (``dense/Softmax:0``); empty for a sparse or composite one, which is several.
        dtype: NumPy's name for its type; None where the file does not tell.
        shape: None in it for a dimension of any size; None for any shape at all.
    """

    name: str
    tensor: str
    dtype: str | None
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A way to call a graph, by the names and types of what goes in and comes out.

    Attributes:
        name: the key of a SavedModel's signature (``serving_default``); empty for a frozen graph, which has one way.
        inputs: in the order of their names; for a frozen graph every placeholder without a default, in the order of
            the file.
        outputs: as the inputs; for a frozen graph what every node gives that no other node takes anything from.
    """

    name: str
    inputs: tuple[TensorPort, ...]
    outputs: tuple[TensorPort, ...]


class PayloadKind(Enum):
    """Something in the file that a loader would execute."""

    PYTHON_BYTECODE = "python-bytecode"  # a marshalled code object, base64 in the configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A program stored in the configuration. Its bytes are looked at, never run.

    ``python`` is the range of Python releases whose code objects look like this; None when it cannot be told.
    ``names`` are the global and attribute names it uses, for a reader to recognise it by; ``globals`` those of them
    that the module it runs in has to have, or Python's own; None when that cannot be told.
    """

    kind: PayloadKind
    owner: str
    size: int
    python: SpecifierSet | None = None
    names: tuple[str, ...] = ()
    globals: tuple[str, ...] | None = None
    at: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The compile state: what ``compile=False`` leaves out.

    ``optimizer_tensors`` counts the stored optimizer arrays (0 when the optimizer state was not saved).
    """

    config: Mapping[str, Json]
    optimizer_tensors: int
    at: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Something wrong with the bytes, found while reading.

    ``mechanism`` is the name under which `loadstone.knowledge.advisories` knows it, where it does harm.
    """

    kind: DefectKind
    message: str
    where: Where
    mechanism: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A model file, parsed once. Weights are described, not read.

    Attributes:
        source: the path as the user gave it.
        format: what the content is.
        dialect: the generation of Keras that wrote ``config``; None when there is no configuration.
        size: bytes on disk (the sum over a SavedModel's files).
        writer: everything that tells which software wrote it.
        saved_on: the day it was saved, where the file states it.
        config: the model's configuration, as stored: ``{"class_name": ..., "config": ...}``; None without one.
        config_at: where that configuration stands.
        objects: every class and function it names, in document order, the compile state's last.
        tensors: every stored array of the model and of its optimizer.
        ops: the operations of every graph function (SavedModels and frozen graphs).
        has_objects: whether a SavedModel lists the objects that it was saved from, as those of TensorFlow 2 do.
        signatures: the ways to call the graph (the same).
        outward: the nodes that reach files or processes, or hide a graph (the same).
        payloads: stored programs.
        training: the compile state, None when the model was saved uncompiled.
        defects: what is wrong with the bytes.
    """

    source: str
    format: Format
    dialect: Dialect | None = None
    size: int = 0
    writer: tuple[Evidence, ...] = ()
    saved_on: date | None = None
    config: Mapping[str, Json] | None = None
    config_at: Pointer | None = None
    objects: tuple[KerasObject, ...] = ()
    tensors: tuple[TensorSpec, ...] = ()
    ops: tuple[OpUse, ...] = ()
    has_objects: bool = True
    signatures: tuple[Signature, ...] = ()
    outward: tuple[NodeUse, ...] = ()
    payloads: tuple[Payload, ...] = ()
    training: Training | None = None
    defects: tuple[Defect, ...] = ()

    def _repr_html_(self) -> str:
        """What a notebook shows; the report stands above this type, so it is imported when a notebook asks."""
        shown: str = import_module("loadstone.report.html").artifact_html(self)
        return shown
