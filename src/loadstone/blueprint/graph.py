"""The neutral graph that every dialect is parsed to, as frozen values. Types only.

A model is a graph of layers, calls and arrays, whatever dialect it was written in. A `Blueprint` holds the layers, each
with its calls in the order they were made, and says which tensors enter and leave. Configurations are trees of plain
values in which nested objects (a wrapper's layer, a cell, an initializer) are `ObjectSpec`s and nested models are
`Blueprint`s, so that an upgrade written for a class finds it wherever it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.artifact import Pointer

Value: TypeAlias = (
    "bool | int | float | str | EllipsisSpec | SliceSpec | TensorRef | ObjectSpec | Blueprint"
    " | tuple[Value, ...] | Mapping[str, Value] | None"
)


# The module given to an operation that Keras 3 wrote into an `.h5` file, where it leaves the module out.
KERAS_OPERATION = "keras.ops"


class EllipsisSpec(Enum):
    """``...`` in an index."""

    ELLIPSIS = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceSpec:
    """``start:stop:step`` in an index; each part an integer, a tensor or None."""

    start: Value = None
    stop: Value = None
    step: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorRef:
    """Output number ``output`` of call number ``call`` of the layer ``layer``, within one blueprint."""

    layer: str
    call: int
    output: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSpec:
    """A class to construct or a function to look up.

    Attributes:
        name: the identity a registry knows it by: bare (``LSTM``) or registered (``Addons>Maxout``).
        module: the module the file names; never imported, it only helps to tell same-named classes apart.
        config: the constructor's arguments.
        is_function: it names a function, ``config`` is empty.
        is_identifier: the file has a plain string here, which the framework resolves by its own tables.
        at: where it stands in the file.
    """

    name: str
    module: str | None = None
    config: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    is_function: bool = False
    is_identifier: bool = False
    at: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A call of a `keras.ops` function, or with a leading underscore of one that the runtime composes of them."""

    op: str
    at: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a layer: ``layer(*args, **kwargs)``, with `TensorRef`s where tensors go."""

    args: tuple[Value, ...] = ()
    kwargs: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """A layer, its name here and in the file, and its calls in order. An input layer has none.

    ``stored_class`` is the class that the file names where an upgrade has gone over it: archives place a layer's
    weights by it.
    """

    name: str
    stored_name: str
    content: ObjectSpec | Operation | Blueprint
    calls: tuple[Call, ...] = ()
    stored_class: str | None = None


class ModelKind(Enum):
    """How the model was put together."""

    FUNCTIONAL = "Functional"
    SEQUENTIAL = "Sequential"
    SUBCLASSED = "subclassed"  # its graph is in its author's code; ``content`` of the only layer names the class


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The compile state. Each part holds identifiers, `ObjectSpec`s, or structures of them, by output."""

    optimizer: ObjectSpec | None
    loss: Value
    metrics: Value
    weighted_metrics: Value
    loss_weights: Value
    options: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that was changed on the way, for the audit trail."""

    upgrade: str
    message: str
    at: str


class Obstacle(Enum):
    """Why a part of a blueprint cannot be rebuilt."""

    UNKNOWN_OBJECT = "unknown-object"
    UNKNOWN_ARGUMENT = "unknown-argument"
    UNKNOWN_OPERATOR = "unknown-operator"
    STORED_PROGRAM = "stored-program"
    UNSUPPORTED_MODEL = "unsupported-model"
    MISSING_STATE = "missing-state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An obstacle met in the file: what it is about (a name), one sentence, and where it stands."""

    obstacle: Obstacle
    subject: str
    message: str
    at: Pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A model: layers with their calls, the structure of inputs and outputs, and the compile state.

    Attributes:
        name: the model's name.
        kind: how it was put together.
        class_name: the class that the file names; a subclass of Functional is rebuilt as Functional.
        layers: in the file's order; in a Sequential the order of application.
        inputs: structure of `TensorRef`s; None for a Sequential.
        outputs: likewise.
        trainable: whether the model as a whole was frozen.
        input_shape: batch shape that an unbuilt Sequential or subclassed model was last built with, None when it names
            its own input.
        training: compile state, None when it was not compiled.
        is_bare: whether the file has its configuration without the class, in the settings of a class of its author's.
        at: where the model stands in the file.
    """

    name: str
    kind: ModelKind
    class_name: str = "Functional"
    layers: tuple[LayerSpec, ...]
    inputs: Value = None
    outputs: Value = None
    trainable: bool = True
    input_shape: Value = None
    training: Training | None = None
    is_bare: bool = False
    at: Pointer
