"""Models that a Keras loads: Keras 2 inside or beside TensorFlow 1, Keras 2 on TensorFlow 2, tf_keras, Keras 3."""

import importlib
import inspect
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from loadstone.payloads import worker_models as models
else:
    models = sys.modules["loadstone_worker_models"]  # worker.py has loaded it first


def load(request: "dict[str, Any]", objects: "dict[str, Any]") -> "models.Served":
    """Load a model with the Keras that was asked for.

    ``compiled`` None tries with the optimizer and the loss, then without them.
    """
    keras = framework(request["call"])
    notes = []  # type: list[str]
    compiled = request["compiled"]
    try:
        model = _loaded(keras, request, objects, compiled is not False)
    except Exception as problem:
        if compiled is not None:
            raise
        keras.backend.clear_session()
        model = _loaded(keras, request, objects, compiled=False)
        notes.append("it loads with compile=False only; with it: {}".format(models.failure(problem)))
        compiled = False
    if not callable(model):
        raise TypeError("the loader gave a {}, which cannot be called".format(type(model).__name__))
    restored = compiled is not False and getattr(model, "optimizer", None) is not None
    how = "{}.models.load_model".format(request["call"])
    return serve(keras, model, models.Served([], [], lambda inputs: [], how, restored, notes, model))  # noqa: ARG005 - filled in there


def framework(call: str) -> "Any":
    """The Keras behind a loader's name."""
    if call == "tf.keras":
        import tensorflow as tf  # noqa: PLC0415 - only where it is asked for

        return tf.keras
    return importlib.import_module(call)


def graph_mode() -> bool:
    """Whether TensorFlow builds graphs for sessions, as release 1 does."""
    tensorflow = sys.modules.get("tensorflow")
    return (
        tensorflow is not None and str(tensorflow.__version__).startswith("1.") and not tensorflow.executing_eagerly()
    )


def serve(keras: "Any", model: "Any", served: "models.Served") -> "models.Served":
    """Fill in what a loaded model takes and gives, and how it is computed."""
    inputs = _flat(getattr(model, "inputs", None) or [])
    outputs = _flat(getattr(model, "outputs", None) or [])
    structure = _structure(model)
    input_names = _names(getattr(model, "input_names", None), inputs)
    output_names = (
        sorted(structure) if isinstance(structure, dict) else _names(getattr(model, "output_names", None), outputs)
    )
    if len(output_names) != len(outputs):
        output_names = _names(None, outputs)
    served.inputs = [models.port(name, tensor) for name, tensor in _pairs(input_names, inputs)]
    served.outputs = [models.port(name, tensor) for name, tensor in _pairs(output_names, outputs)]
    if not inputs:
        served.note("the model does not say which inputs it takes: they are passed on as they are named")
    if not graph_mode() and _on_tensorflow(keras):
        served.compute = _Traced(model, inputs, output_names, served)
    else:
        served.compute = lambda given: named(model.predict_on_batch(_packed(list(given.values()))), output_names)
    return served


def named(value: "Any", names: "list[str]") -> "list[tuple[str, Any]]":
    """What a model returned, as leaves with names: its own keys, or the names of its outputs in order."""
    if isinstance(value, dict):
        pairs = []  # type: list[tuple[str, Any]]
        for key in sorted(value, key=str):
            inside = named(value[key], [])
            nested = len(inside) > 1
            pairs.extend(("{}/{}".format(key, name) if nested else str(key), leaf) for name, leaf in inside)
        return pairs
    leaves = _flat(value)
    if len(names) != len(leaves):
        names = ["output_{}".format(index) for index in range(len(leaves))]
    return _pairs(names, leaves)


class _Traced(object):
    """A model on TensorFlow 2: its call, traced once for all sizes of a batch; as it is where it cannot be traced."""

    def __init__(self, model: "Any", inputs: "list[Any]", names: "list[str]", served: "models.Served") -> None:
        import tensorflow as tf  # noqa: PLC0415 - only where Keras runs on it

        self.tf, self.model, self.names, self.served, self.inputs = tf, model, names, served, inputs
        plain = bool(inputs) and not any(_composite(each) for each in inputs)
        self.traced = None  # type: Any
        if plain:
            specs = [tf.TensorSpec(models.shape_of(each), each.dtype) for each in inputs]
            self.traced = tf.function(lambda *tensors: self.run(list(tensors)), input_signature=specs)

    def __call__(self, given: "dict[str, Any]") -> "list[tuple[str, Any]]":
        tensors = self.tensors(given)
        if self.traced is not None:
            try:
                return named(self.traced(*tensors), self.names)
            except Exception as problem:  # noqa: BLE001 - user code may do what no graph can; then it runs as it is written
                reason = models.failure(problem)
            value = named(self.run(tensors), self.names)  # raises, where it was the model's own failure
            self.traced = None
            self.served.note("the call is not traced to a graph: {}".format(reason))
            return value
        return named(self.run(tensors if self.inputs else given), self.names)

    def run(self, tensors: "Any") -> "Any":
        inputs = _packed(tensors) if isinstance(tensors, list) else _packed_by_name(tensors)
        try:
            return self.model(inputs, training=False)
        except TypeError as problem:
            if "training" not in str(problem):
                raise
            return self.model(inputs)

    def tensors(self, given: "dict[str, Any]") -> "list[Any]":
        """The inputs as the model wants them: ragged and sparse ones are made of dense arrays."""
        made = []
        for port, tensor in _pairs_of(self.served.inputs, self.inputs):
            value = given[port["name"]]
            kind = _composite(tensor)
            if kind == "ragged":
                lengths = given.get(port["name"] + ":row_lengths")
                made.append(self.tf.RaggedTensor.from_tensor(value, lengths=lengths))
            elif kind == "sparse":
                made.append(self.tf.sparse.from_dense(value))
            else:
                made.append(
                    self.tf.cast(value, tensor.dtype) if value.dtype.kind in "biuf" else self.tf.constant(value)
                )
        return made


def _loaded(keras: "Any", request: "dict[str, Any]", objects: "dict[str, Any]", compiled: bool) -> "Any":  # noqa: FBT001 - private
    load_model = keras.models.load_model
    known = inspect.signature(load_model).parameters
    options = {"compile": compiled} if "compile" in known else {}  # Keras 1 always tries
    if request["safe_mode"] is False and "safe_mode" in known:
        options["safe_mode"] = False
    scope = getattr(keras.utils, "custom_object_scope", None)
    if scope is None:  # Keras 1
        return load_model(request["path"], custom_objects=objects, **options)
    with scope(objects):  # some loaders of SavedModels do not look at the argument
        return load_model(request["path"], custom_objects=objects, **options)


def _on_tensorflow(keras: "Any") -> bool:
    backend = getattr(getattr(keras, "backend", None), "backend", None)
    return "tensorflow" in sys.modules and (backend is None or backend() == "tensorflow")


def _structure(model: "Any") -> "Any":
    """How a model arranges its outputs; a model without a graph has no such thing."""
    try:
        return model.output
    except Exception:  # noqa: BLE001 - the releases raise different things here
        return None


def _composite(tensor: "Any") -> "str | None":
    """Whether an input is ragged or sparse."""
    text = type(getattr(tensor, "type_spec", tensor)).__name__
    if text.startswith("Ragged") or getattr(tensor, "ragged", False) is True:
        return "ragged"
    return "sparse" if text.startswith("Sparse") or getattr(tensor, "sparse", False) is True else None


def _names(given: "Any", tensors: "list[Any]") -> "list[str]":
    """One name a tensor: those that the model has for them, else the tensors' own."""
    if given and len(given) == len(tensors):
        return models.unique([str(name) for name in given])
    return models.unique([str(tensor.name).partition(":")[0] for tensor in tensors])


def _flat(value: "Any") -> "list[Any]":
    if isinstance(value, dict):
        return [leaf for key in sorted(value, key=str) for leaf in _flat(value[key])]
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):  # a session's sparse value is a named tuple
        return [leaf for each in value for leaf in _flat(each)]
    return [] if value is None else [value]


def _packed(values: "list[Any]") -> "Any":
    return values[0] if len(values) == 1 else values


def _packed_by_name(given: "dict[str, Any]") -> "Any":
    return next(iter(given.values())) if len(given) == 1 else given


def _pairs(names: "list[str]", values: "list[Any]") -> "list[tuple[str, Any]]":
    return list(zip(names, values))  # noqa: B905 - Python 3.6; callers see to the lengths


def _pairs_of(ports: "list[dict[str, Any]]", tensors: "list[Any]") -> "list[tuple[dict[str, Any], Any]]":
    return list(zip(ports, tensors))  # noqa: B905 - as above
