"""Loads a model with whatever loader was asked for, and gives it one shape: named inputs in, named outputs out."""

import importlib
import inspect
import os
import re
import runpy
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Callable

#: What can be passed on as it is; other numbers (bfloat16, float8) become float32.
_KINDS = "biufcSUO"
#: What the releases say of a graph with an operation that they do not know.
_MISSING = re.compile("(?:Op type not registered '|No op named )([^' ]+)")


class Served(object):
    """A loaded model.

    Attributes:
        inputs, outputs: ports as `port` makes them; no inputs where the model does not say which it takes.
        compute: takes the input arrays in the ports' order, by name, and returns ``[(name, array)]``.
        how: what loaded it.
        compiled: whether its optimizer and loss were restored; None where there is no such thing.
        notes: what the user should know, as sentences.
        ordered: whether the inputs and outputs have an order, not names only.
        model: the model itself, None for a graph.
    """

    def __init__(
        self,
        inputs: "list[dict[str, Any]]",
        outputs: "list[dict[str, Any]]",
        compute: "Callable[[dict[str, Any]], list[tuple[str, Any]]]",
        how: str,
        compiled: "bool | None" = None,
        notes: "list[str] | None" = None,
        model: "Any" = None,
    ) -> None:
        self.inputs, self.outputs, self.compute = inputs, outputs, compute
        self.how, self.compiled, self.notes = how, compiled, notes or []
        self.model = model
        self.ordered = True

    def describe(self) -> "dict[str, Any]":
        """Everything but the function, as plain values."""
        return {
            "inputs": self.inputs,
            "outputs": self.outputs,
            "how": self.how,
            "compiled": self.compiled,
            "ordered": self.ordered,
            "notes": self.notes,
        }

    def call(self, inputs: "list[tuple[str, Any]]") -> "list[tuple[str, Any]]":
        """Run one batch; what it gives are NumPy arrays."""
        given = dict(inputs)
        ordered = {each["name"]: given.pop(each["name"]) for each in self.inputs if each["name"] in given}
        ordered.update(given)  # the lengths of ragged inputs, and inputs that were not announced
        outputs = []  # type: list[tuple[str, Any]]
        rank = {each["name"]: index for index, each in enumerate(self.outputs)}
        for name, value in sorted(self.compute(ordered), key=lambda pair: rank.get(pair[0], len(rank))):
            outputs.extend(self._arrays(name, value))
        return outputs

    def _arrays(self, name: str, value: "Any") -> "list[tuple[str, Any]]":
        """An output as arrays: a ragged one as a padded array and the lengths of its rows."""
        kind = type(value).__name__
        if kind.startswith("Ragged"):
            self.note("{0} is ragged: it is padded, and {0}:row_lengths tells how long each row is".format(name))
            lengths = self._plain(name, value.row_lengths())
            return [(name, self._plain(name, value.to_tensor())), (name + ":row_lengths", lengths)]
        if kind.startswith("SparseTensor"):
            self.note("{} is sparse: what it leaves out is filled with zeros".format(name))
            return [(name, self._dense(name, value))]
        return [(name, self._plain(name, value))]

    def _dense(self, name: str, value: "Any") -> "Any":
        import numpy as np  # noqa: PLC0415 - after the framework, which may need another one first

        values = self._plain(name, value.values)
        filler = b"" if values.dtype == object else 0
        array = np.full([int(size) for size in np.asarray(value.dense_shape)], filler, dtype=values.dtype)
        array[tuple(np.asarray(value.indices).T)] = values
        return array

    def _plain(self, name: str, value: "Any") -> "Any":
        import numpy as np  # noqa: PLC0415 - as above

        dtype = dtype_name(getattr(value, "dtype", ""))
        if dtype == "bfloat16" and "torch" in type(value).__module__:
            value = value.float()  # NumPy has no such type
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
        if array.dtype.kind not in _KINDS:
            self.note("{} is {}, which NumPy lacks: it is returned as float32".format(name, dtype))
            return array.astype("float32")
        return array

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes:
            self.notes.append(text)


def with_operations(load: "Callable[[], Served]") -> Served:
    """Load a graph; where it lacks an operation of TensorFlow Addons, load the library that has it, and try again.

    Addons itself does so only when its own functions are called. Not all libraries are loaded at once, as some of them
    end the process beside ``tensorflow-cpu``.

    Raises:
        Exception: what the loader raises, of the graph or of the library.
    """
    tried = set()  # type: set[str]
    while True:
        try:
            return load()
        except Exception as problem:
            missing = _MISSING.search(str(problem))
            libraries = set(_libraries(missing.group(1)) if missing else ()) - tried
            if not libraries:
                raise
            for library in libraries:
                sys.modules["tensorflow"].load_op_library(library)
            tried |= libraries


def _libraries(operation: str) -> "list[str]":
    """The files of TensorFlow Addons, where that was imported, that hold an operation's name."""
    addons = sys.modules.get("tensorflow_addons")
    if addons is None:
        return []
    found = []
    for folder, _, names in os.walk(os.path.join(os.path.dirname(str(addons.__file__)), "custom_ops")):
        for path in (os.path.join(folder, name) for name in names if name.endswith((".so", ".pyd", ".dylib"))):
            with open(path, "rb") as file:
                if operation.encode() in file.read():
                    found.append(path)
    return found


def custom_objects(named: "dict[str, str]", file: "str | None") -> "dict[str, Any]":
    """Objects by the names that a model's configuration has for them.

    Args:
        named: ``module:attribute`` by name; the attribute may have dots. ``module`` alone is the module.
        file: a user's Python file; its public classes, functions and modules are taken, as the program of a Lambda
            finds the module ``tf`` among them. It may import what is beside it.
    """
    found = {}  # type: dict[str, Any]
    if file is not None:
        folder = os.path.dirname(file)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        defined = {name: value for name, value in runpy.run_path(file).items() if not name.startswith("_")}
        found = {name: value for name, value in defined.items() if callable(value) or inspect.ismodule(value)}
    for name, place in named.items():
        module, _, attributes = place.partition(":")
        value = importlib.import_module(module)
        for attribute in attributes.split(".") if attributes else ():
            value = getattr(value, attribute)
        found[name] = value
    return found


def port(name: str, tensor: "Any") -> "dict[str, Any]":
    """A tensor or a tensor's specification as plain values: its name, its shape with None, its type."""
    return {"name": name, "shape": shape_of(tensor), "dtype": dtype_name(tensor.dtype)}


def shape_of(tensor: "Any") -> "list[int | None] | None":
    """The sizes of a tensor's dimensions, None where they vary; None for a tensor whose rank is not known."""
    shape = tensor.shape
    if shape is None or getattr(shape, "rank", getattr(shape, "ndims", 0)) is None:
        return None
    sizes = [getattr(size, "value", size) for size in shape]
    return [None if size is None else int(size) for size in sizes]


def dtype_name(dtype: "Any") -> str:
    """NumPy's name of a framework's type."""
    name = re.sub("_ref$", "", str(getattr(dtype, "name", dtype)).rpartition(".")[2])
    return "string" if name in ("str", "object") else name


def unique(names: "list[str]") -> "list[str]":
    """The names, with a number where one is used again."""
    given = []  # type: list[str]
    for name in names:
        candidate, number = name, 0
        while candidate in given:
            number += 1
            candidate = "{}_{}".format(name, number)
        given.append(candidate)
    return given


def failure(problem: BaseException) -> str:
    """An exception in one line."""
    text = " ".join(str(problem).split())
    return "{}: {}".format(type(problem).__name__, text[:300])
