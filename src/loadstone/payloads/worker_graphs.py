"""Models that are graphs: SavedModels by their signatures, and frozen GraphDef files."""

import hashlib
import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from loadstone.payloads import worker_keras as keras_models
    from loadstone.payloads import worker_models as models
else:
    models = sys.modules["loadstone_worker_models"]  # worker.py has loaded both first
    keras_models = sys.modules["loadstone_worker_keras"]

_DEFAULT_SIGNATURE = "serving_default"
_TAGS = ["serve"]
#: Operations that give nothing a caller would want.
_NO_OUTPUTS = ("Placeholder", "PlaceholderWithDefault", "Const", "NoOp", "Assert", "VarHandleOp", "HashTableV2")
_HANDLES = ("resource", "variant")


def saved_model(request: "dict[str, Any]", objects: "dict[str, Any]") -> "models.Served":
    """A SavedModel: by Keras where Keras wrote it and can read it, else by a signature."""
    notes = []  # type: list[str]
    order = ([], [])  # type: tuple[list[str], list[str]]
    if request["signature"] is None and request["call"] != "keras" and _by_keras(request["path"]):
        try:
            served = keras_models.load(request, objects)
        except Exception as problem:  # noqa: BLE001 - the signature is the other way to use it
            notes.append("{}.models.load_model does not load it: {}".format(request["call"], models.failure(problem)))
        else:
            order = [port["name"] for port in served.inputs], [port["name"] for port in served.outputs]
            objection = _objection(served, order, request["path"])
            if objection is None:
                return served
            notes.append("{}, so its signature is used".format(objection))
    import tensorflow as tf  # noqa: PLC0415 - after Keras, whichever that is

    if keras_models.graph_mode():
        served = _session_signature(tf, request)
    else:
        try:
            served = _signature(tf, request)
        except KeyError as problem:  # some releases wrote functions into it that their loader does not find again
            notes.append("tf.saved_model.load does not load it: {}".format(models.failure(problem)))
            served = _session_signature(tf, request)
    served.notes[:0] = notes
    served.ordered = all(
        {port["name"] for port in ports} == set(names)
        for ports, names in ((served.inputs, order[0]), (served.outputs, order[1]))
    )
    for ports, names in ((served.inputs, order[0]), (served.outputs, order[1])):  # a signature is sorted by name
        ports.sort(key=lambda port, names=names: names.index(port["name"]) if port["name"] in names else len(names))  # type: ignore[misc] # bound at once
    return served


def frozen_graph(request: "dict[str, Any]") -> "models.Served":
    """A GraphDef file whose variables are constants: placeholders in, and out what nothing else in the graph takes."""
    import tensorflow as tf  # noqa: PLC0415 - only this kind of model needs it here

    definition = tf.compat.v1.GraphDef()
    with open(request["path"], "rb") as file:
        definition.ParseFromString(file.read())
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(definition, name="")
    inputs = [_tensor(graph, name) for name in request["inputs"]] or _placeholders(graph)
    outputs = [_tensor(graph, name) for name in request["outputs"]] or _sinks(graph)
    if not outputs:
        raise ValueError("the graph has no output: name the tensors that are wanted")
    session = tf.compat.v1.Session(graph=graph)
    tables = [each for each in graph.get_operations() if each.type.startswith("InitializeTable")]
    session.run(tables)
    return _session(session, _by_name(inputs), _by_name(outputs), "frozen graph")


def _by_keras(path: str) -> bool:
    """Whether Keras wrote a SavedModel: it leaves a file of its own since 2.5, and its names in the graph before."""
    if os.path.exists(os.path.join(path, "keras_metadata.pb")):
        return True
    with open(os.path.join(path, "saved_model.pb"), "rb") as file:
        return b"_tf_keras_" in file.read()


def _objection(served: "models.Served", names: "tuple[list[str], list[str]]", path: str) -> "str | None":
    """Why what Keras loaded from a SavedModel is not what was saved; None where it is."""
    signature = _signature_names(path)
    if signature is None:  # there is nothing else to use
        return None
    if not served.inputs:
        return "Keras does not tell which inputs it takes"
    if any(sorted(mine) != theirs for mine, theirs in zip(names, signature)):  # noqa: B905 - Python 3.6; both are pairs
        return "Keras loads it with other names of inputs and outputs"
    return None if _restored(served.model, path) else "Keras loads it with other weights than were saved"


def _signature_names(path: str) -> "tuple[list[str], list[str]] | None":
    """The inputs and outputs of a SavedModel's default signature, None where it has none."""
    from tensorflow.core.protobuf import saved_model_pb2  # noqa: PLC0415 - only with TensorFlow

    saved = saved_model_pb2.SavedModel()
    with open(os.path.join(path, "saved_model.pb"), "rb") as file:
        saved.ParseFromString(file.read())
    for graph in saved.meta_graphs:
        if _DEFAULT_SIGNATURE in graph.signature_def:
            signature = graph.signature_def[_DEFAULT_SIGNATURE]
            return sorted(signature.inputs), sorted(signature.outputs)
    return None


def _restored(model: "Any", path: str) -> bool:
    """Whether each weight of a model is one that the SavedModel holds.

    TensorFlow 2.4 makes some layers anew, attention among them, and leaves them as chance initialised them.
    """
    tf = sys.modules["tensorflow"]
    if keras_models.graph_mode():
        return True  # its values are in a session, and that release has no such layer
    reader = tf.train.load_checkpoint(os.path.join(path, "variables", "variables"))
    shapes = reader.get_variable_to_shape_map()
    saved = {_digest(reader.get_tensor(name)) for name in shapes if not name.startswith("_CHECKPOINTABLE")}
    return all(_digest(weight.numpy()) in saved for weight in model.weights)


def _digest(array: "Any") -> "tuple[str, str]":
    import numpy as np  # noqa: PLC0415 - after the framework, which may need another one first

    array = np.asarray(array)
    return str(array.shape), hashlib.sha256(array.tobytes()).hexdigest()


def _signature(tf: "Any", request: "dict[str, Any]") -> "models.Served":
    """A signature on TensorFlow 2."""
    loaded = tf.saved_model.load(request["path"])
    signatures = loaded.signatures
    name = _chosen(sorted(signatures), request["signature"])
    function = signatures[name]
    inputs = _keywords(function)
    outputs = function.structured_outputs
    cast = {key: spec.dtype for key, spec in inputs.items()}

    def compute(given: "dict[str, Any]") -> "list[tuple[str, Any]]":
        tensors = {
            key: tf.cast(value, cast[key]) if value.dtype.kind in "biuf" else tf.constant(value)
            for key, value in given.items()
        }
        found = function(**tensors)
        return [(key, found[key]) for key in sorted(found)]

    compute.model = loaded  # type: ignore[attr-defined] # its variables live as long as it does
    return models.Served(
        [models.port(key, inputs[key]) for key in sorted(inputs)],
        [models.port(key, outputs[key]) for key in sorted(outputs)],
        compute,
        "signature {}".format(name),
    )


def _keywords(function: "Any") -> "dict[str, Any]":
    """A signature's inputs by name; those of a SavedModel of TensorFlow 1 are told in another way by early releases."""
    structure = function.structured_input_signature
    if structure is not None and structure[1]:
        return dict(structure[1])
    return dict(zip(function._arg_keywords, function.inputs))  # noqa: B905, SLF001 - captured inputs follow; no public name


def _session_signature(tf: "Any", request: "dict[str, Any]") -> "models.Served":
    """A signature on TensorFlow 1."""
    graph = tf.Graph()
    session = tf.compat.v1.Session(graph=graph)
    with graph.as_default():
        meta = tf.compat.v1.saved_model.load(session, _TAGS, request["path"])
    name = _chosen(sorted(meta.signature_def), request["signature"])
    signature = meta.signature_def[name]
    inputs = [(key, graph.get_tensor_by_name(signature.inputs[key].name)) for key in sorted(signature.inputs)]
    outputs = [(key, graph.get_tensor_by_name(signature.outputs[key].name)) for key in sorted(signature.outputs)]
    return _session(session, inputs, outputs, "signature {}".format(name))


def _session(
    session: "Any", inputs: "list[tuple[str, Any]]", outputs: "list[tuple[str, Any]]", how: str
) -> "models.Served":
    names = [name for name, _ in outputs]
    function = session.make_callable([tensor for _, tensor in outputs], [tensor for _, tensor in inputs])

    def compute(given: "dict[str, Any]") -> "list[tuple[str, Any]]":
        found = function(*[given[name] for name, _ in inputs])
        return list(zip(names, found))  # noqa: B905 - Python 3.6; one value for each output

    return models.Served(
        [models.port(name, tensor) for name, tensor in inputs],
        [models.port(name, tensor) for name, tensor in outputs],
        compute,
        how,
    )


def _chosen(names: "list[str]", wanted: "str | None") -> str:
    """The signature that was asked for, the default one, or the only one."""
    usable = [name for name in names if not name.startswith("__")]
    if wanted is None and _DEFAULT_SIGNATURE in usable:
        return _DEFAULT_SIGNATURE
    if wanted is None and len(usable) == 1:
        return usable[0]
    if wanted in usable:
        return str(wanted)
    has = "it has {}".format(", ".join(usable)) if usable else "it has none"
    raise ValueError(
        "a signature has to be named: {}".format(has)
        if wanted is None
        else "there is no signature {}: {}".format(wanted, has)
    )


def _placeholders(graph: "Any") -> "list[Any]":
    return [each.outputs[0] for each in graph.get_operations() if each.type == "Placeholder"]


def _sinks(graph: "Any") -> "list[Any]":
    """Every tensor that no operation takes."""
    operations = [each for each in graph.get_operations() if each.type not in _NO_OUTPUTS]
    return [
        tensor
        for each in operations
        for tensor in each.outputs
        if not any(output.consumers() for output in each.outputs) and tensor.dtype.name not in _HANDLES
    ]


def _tensor(graph: "Any", name: str) -> "Any":
    return graph.get_tensor_by_name(name if ":" in name else name + ":0")


def _by_name(tensors: "list[Any]") -> "list[tuple[str, Any]]":
    """Tensors by their operations' names; further outputs of one operation keep their number."""
    names = [re.sub(":0$", "", tensor.name) for tensor in tensors]
    return list(zip(names, tensors))  # noqa: B905 - as above
