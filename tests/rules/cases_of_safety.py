"""Hand-made cases of the rules about safety, LS501 to LS511; `tests.rules.cases` has the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from loadstone.artifact import Defect, DefectKind, Dialect, Format, Member, Node, NodeUse, Pointer, Reach
from tests.rules.artifacts import archive, array, broken, bytecode, layer, model, saved_model
from tests.rules.cases_of_files import Row
from tests.rules.environments import KERAS315, TF24, TF28, TF215, environment

if TYPE_CHECKING:
    from loadstone.artifact import Artifact, KerasObject


def harmful(kind: DefectKind, mechanism: str, **fields: Any) -> Artifact:
    """A whole-model file of which the reader saw one kind of harm."""
    defect = Defect(kind=kind, message=f"seen: {mechanism}", where=Member(path="a"), mechanism=mechanism)
    settings: dict[str, Any] = {"format": Format.HDF5_MODEL, "dialect": Dialect.KERAS_3, "defects": (defect,)}
    return broken(kind, **(settings | fields))


def node(op: str, *reached: Reach) -> NodeUse:
    """A node in a function."""
    return NodeUse(op=op, at=Node(function="call", name=op.lower()), reached=frozenset(reached), texts=("/etc/motd",))


def described(item: KerasObject) -> Artifact:
    """An HDF5 model whose configuration is one object."""
    whole = {"class_name": item.class_name, "config": dict(item.config)}
    return model(replace(item, at=Pointer(document="model_config", path="")), config=whole)


def archived(item: KerasObject) -> Artifact:
    """A ``.keras`` archive of Keras 3 that is one object."""
    return archive(item, dialect=Dialect.KERAS_3, writer=())


SAFETY: tuple[Row, ...] = (
    Row(
        name="bytecode that Keras 3 refuses",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.8"),)),
        environment=KERAS315,
        codes=("LS501",),
        bare=False,
    ),
    Row(
        name="bytecode of another Python",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.8,<3.10"),)),
        environment=TF215,
        codes=("LS501",),
        bare=False,
    ),
    Row(
        name="bytecode that runs",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.11", "tf"),)),
        environment=TF215,
        codes=("LS501",),
        loads=True,
        bare=True,
    ),
    Row(
        name="bytecode that wants tf where there is none",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.8,<3.10", "tf"),)),
        environment=TF24,
        codes=("LS501",),
        bare=False,
    ),
    Row(
        name="bytecode of another Python in a SavedModel",
        artifact=saved_model(layer("Lambda"), payloads=(bytecode("<3.10"),)),
        environment=TF215,
        codes=("LS501",),
        loads=True,
        bare=True,
    ),
    Row(
        name="bytecode of a Python near this one",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.8,<3.10"),)),
        environment=environment(python="3.10.13", tensorflow="2.8.4", keras="2.8.0"),
        codes=("LS501",),
        loads=None,
        bare=None,
    ),
    Row(
        name="bytecode that is not reached",
        artifact=saved_model(layer("Lambda"), payloads=(bytecode("<3.10"),)),
        environment=KERAS315,
        codes=("LS207", "LS501"),
        bare=False,
    ),
    Row(
        name="a link that Keras 3.15 refuses",
        artifact=harmful(DefectKind.LEAVES_FILE, "link"),
        environment=KERAS315,
        codes=("LS502",),
        bare=False,
    ),
    Row(
        name="a link that tf.keras follows",
        artifact=harmful(DefectKind.LEAVES_FILE, "link", dialect=Dialect.KERAS_2),
        environment=TF215,
        codes=("LS502",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a graph that reads files",
        artifact=saved_model(outward=(node("ReadFile", Reach.CALLING),)),
        environment=TF215,
        codes=("LS503",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a path in the settings",
        artifact=described(layer("StringLookup", {"vocabulary": "/etc/words.txt", "name": "lookup"})),
        environment=TF215,
        codes=("LS504",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a function of the standard library",
        artifact=archive(layer("system", module="os", slot="activation", is_identifier=True)),
        environment=KERAS315,
        codes=("LS302", "LS505"),
        bare=False,
    ),
    Row(
        name="a helper of Keras itself",
        artifact=archive(layer("get_file", module="keras.utils", slot="activation", is_identifier=True)),
        environment=KERAS315,
        codes=("LS302", "LS505"),
        bare=False,
    ),
    Row(
        name="a member that leads elsewhere, which Keras 3.15 loads",
        artifact=harmful(DefectKind.LEAVES_FILE, "escaping-member", format=Format.KERAS_ARCHIVE, source="model.keras"),
        environment=KERAS315,
        codes=("LS502",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a virtual dataset in a Keras that stops external storage only",
        artifact=harmful(DefectKind.LEAVES_FILE, "virtual-dataset"),
        environment=environment(tensorflow="2.20.0", keras="3.13.2"),
        codes=("LS502",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a graph that writes a file while it is loaded",
        artifact=saved_model(outward=(node("WriteFile", Reach.LOADING), node("PyFunc"))),
        environment=TF28,
        codes=("LS503",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a vocabulary's path in a Keras that stops it",
        artifact=archived(layer("StringLookup", {"vocabulary": "words.txt"}, module="keras.layers")),
        environment=KERAS315,
        codes=("LS504",),
        bare=False,
    ),
    Row(
        name="a function of the standard library as loss",
        artifact=archive(
            layer("getenv", module="os", slot="loss", is_identifier=True, in_training=True),
            dialect=Dialect.KERAS_3,
        ),
        environment=KERAS315,
        codes=("LS302", "LS505"),
        bare=True,
    ),
    Row(
        name="a function of the standard library in a Keras that imports it",
        artifact=archive(layer("getenv", module="os", slot="activation", is_identifier=True), dialect=Dialect.KERAS_3),
        environment=environment(tensorflow="2.18.0", keras="3.8.0"),
        codes=("LS302", "LS505"),
        bare=False,
    ),
    Row(
        name="a function of TensorFlow that reads files",
        artifact=model(layer("TFOpLambda", {"function": "io.read_file"})),
        environment=TF215,
        codes=("LS505",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a name that leads elsewhere",
        artifact=described(layer("Dense", {"name": "..", "units": 3})),
        environment=TF215,
        codes=("LS506",),
        loads=True,
        bare=True,
    ),
    Row(
        name="an array whose name leads elsewhere",
        artifact=model(layer("Dense", {"units": 3}), tensors=(array("layers/../vars/0", 3),)),
        environment=TF215,
        codes=("LS506",),
        loads=True,
        bare=True,
    ),
    Row(
        name="the registered name of another class",
        artifact=archived(layer("Dense", module="keras.layers", registered_name="elsewhere>Dense")),
        environment=KERAS315,
        codes=("LS302", "LS507"),
        bare=False,
    ),
    Row(
        name="a SavedModel inside, in a Keras that stops it",
        artifact=archived(layer("TFSMLayer", {"call_endpoint": "serve"}, module="keras.layers")),
        environment=KERAS315,
        codes=("LS508",),
        bare=False,
    ),
    Row(
        name="a SavedModel inside, in a Keras that runs it",
        artifact=archived(layer("TFSMLayer", {"call_endpoint": "serve"}, module="keras.layers")),
        environment=environment(tensorflow="2.18.0", keras="3.8.0"),
        codes=("LS508",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a hidden graph",
        artifact=saved_model(outward=(replace(node("Const"), contains=("ReadFile",)), node("DatasetFromGraph"))),
        environment=TF215,
        codes=("LS509",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a member that grows",
        artifact=harmful(DefectKind.INFLATES, "inflating-member", format=Format.KERAS_ARCHIVE, source="model.keras"),
        environment=KERAS315,
        codes=("LS510",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a member that grows beyond all limits",
        artifact=harmful(DefectKind.OVERSIZED, "inflating-member", format=Format.KERAS_ARCHIVE, source="model.keras"),
        environment=KERAS315,
        codes=("LS111",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a pickle beside the weights",
        artifact=harmful(DefectKind.RUNS_CODE, "pickled-array", format=Format.KERAS_ARCHIVE, source="model.keras"),
        environment=KERAS315,
        codes=("LS511",),
        loads=None,
        bare=None,
    ),
)
