"""Hand-made artifacts: the smallest model that shows one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet

from loadstone.artifact import (
    Artifact,
    Attribute,
    Defect,
    DefectKind,
    Dialect,
    Evidence,
    Format,
    KerasObject,
    Member,
    OpUse,
    Payload,
    PayloadKind,
    Pointer,
    Signature,
    Tensor,
    TensorPort,
    TensorSpec,
    Training,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


def layer(class_name: str, config: Mapping[str, Any] | None = None, **fields: Any) -> KerasObject:
    """A layer of the model, at a place of its own."""
    fields.setdefault("slot", "layers")
    fields.setdefault("at", Pointer(document="model_config", path=f"/config/layers/{class_name}"))
    return KerasObject(class_name=class_name, config=config or {}, **fields)


def identifier(name: str, slot: str, **fields: Any) -> KerasObject:
    """A plain name in a slot."""
    return layer(name, slot=slot, is_identifier=True, **fields)


def model(*objects: KerasObject, **fields: Any) -> Artifact:
    """An HDF5 model of Keras 2.15 with these objects."""
    settings: dict[str, Any] = {
        "source": "model.h5",
        "format": Format.HDF5_MODEL,
        "dialect": Dialect.KERAS_2,
        "writer": (written_by("keras", "2.15.0"),),
        "objects": objects,
    }
    return Artifact(**(settings | fields))


def written_by(distribution: str, version: str) -> Evidence:
    """What a file states about its writer."""
    return Evidence(
        distribution=distribution,
        versions=SpecifierSet(f"=={version}"),
        recorded=True,
        token="keras_version",  # noqa: S106 - a token of a file, no password
        where=Attribute(owner="/", name="keras_version"),
    )


def broken(kind: DefectKind, **fields: Any) -> Artifact:
    """A file with a defect, of no recognised format unless told otherwise."""
    defect = Defect(kind=kind, message=f"seen: {kind.value}", where=Member(path=""))
    settings: dict[str, Any] = {"source": "model.h5", "format": Format.UNRECOGNISED, "defects": (defect,)}
    return Artifact(**(settings | fields))


def keras3(*objects: KerasObject, **fields: Any) -> Artifact:
    """An HDF5 model of Keras 3.15 with these objects."""
    settings: dict[str, Any] = {"dialect": Dialect.KERAS_3, "writer": (written_by("keras", "3.15.1"),)}
    return model(*objects, **(settings | fields))


def archive(*objects: KerasObject, **fields: Any) -> Artifact:
    """A ``.keras`` archive of Keras 2.15 with these objects."""
    settings: dict[str, Any] = {"format": Format.KERAS_ARCHIVE, "source": "model.keras"}
    return model(*objects, **(settings | fields))


def saved_model(*objects: KerasObject, **fields: Any) -> Artifact:
    """A SavedModel of TensorFlow 2.15 with these objects."""
    settings: dict[str, Any] = {
        "format": Format.SAVED_MODEL,
        "source": "model",
        "config_at": Pointer(document="keras_metadata.pb/root", path=""),
    }
    return model(*objects, **(settings | fields))


def functional(layers: list[dict[str, Any]]) -> KerasObject:
    """A functional model with stored layers."""
    at = Pointer(document="model_config", path="")
    return KerasObject(class_name="Functional", config={"name": "model", "layers": layers}, slot="", at=at)


def stored(name: str, *inbound: list[Any]) -> dict[str, Any]:
    """A layer as a functional model stores it."""
    return {"class_name": "Dense", "config": {"name": name}, "name": name, "inbound_nodes": list(inbound)}


def bytecode(python: str, *names: str) -> Payload:
    """A stored program of some Python releases."""
    return Payload(
        kind=PayloadKind.PYTHON_BYTECODE,
        owner="lambda",
        size=100,
        python=SpecifierSet(python),
        names=names,
        globals=names[:1],
        at=Pointer(document="model_config", path="/config/layers/Lambda/config/function/0"),
    )


def operation(op: str, function: str = "", *, attributes: tuple[str, ...] = ()) -> OpUse:
    """One use of an operation."""
    return OpUse(op=op, function=function, count=1, attributes=attributes)


def signature(
    name: str, inputs: Mapping[str, tuple[int | None, ...] | None], outputs: Mapping[str, tuple[int | None, ...] | None]
) -> Signature:
    """A signature by the shapes of its tensors: float32, but of an unknown type where the shape is unknown."""
    taken, given = (
        tuple(
            TensorPort(name=key, tensor=f"{key}:0", dtype=None if shape is None else "float32", shape=shape)
            for key, shape in side.items()
        )
        for side in (inputs, outputs)
    )
    return Signature(name=name, inputs=taken, outputs=given)


def array(name: str, *shape: int) -> TensorSpec:
    """A stored array of float32."""
    return TensorSpec(name=name, shape=shape, dtype="float32", at=Tensor(name=name))


def trained(tensors: int) -> Training:
    """A compile state with so many arrays of optimizer state."""
    return Training(config={}, optimizer_tensors=tensors, at=Pointer(document="training_config", path=""))
