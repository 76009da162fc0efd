"""What a served model takes and gives, and whether given arrays fit it. Values and pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from loadstone.errors import IsolationError
from loadstone.payloads import worker_arrays
from loadstone.recorded import ROW_LENGTHS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

Kind: TypeAlias = Literal["keras", "saved-model", "frozen-graph"]
Call: TypeAlias = Literal["tf.keras", "tf_keras", "keras"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """A model, and how it is to be loaded.

    Attributes:
        path: the file or folder.
        kind: what it is: a Keras file (``.h5``, ``.keras``), a SavedModel folder, a frozen GraphDef.
        call: whose ``load_model``: ``tf.keras``, ``tf_keras`` or ``keras``.
        compiled: with its optimizer and loss or without; None tries with them, then without, and says so.
        safe_mode: as ``load_model`` means it; False runs the programs that a model holds.
        imports: modules that are imported first, ``tensorflow_addons``.
        custom_objects: ``module:attribute`` in that environment, by the name in the model's configuration.
        custom_objects_file: a Python file of the user's, run in that environment; its public classes and functions.
        signature: of a SavedModel; None for Keras' own view of it, else ``serving_default`` or the only one.
        inputs, outputs: tensors of a frozen graph; empty for its placeholders, and for what nothing in it takes.
    """

    path: Path
    kind: Kind
    call: Call = "tf.keras"
    compiled: bool | None = None
    safe_mode: bool = True
    imports: tuple[str, ...] = ()
    custom_objects: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    custom_objects_file: Path | None = None
    signature: str | None = None
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    @property
    def message(self) -> dict[str, Any]:
        """As the worker takes it."""
        file = self.custom_objects_file
        return {
            "do": "load",
            "path": str(self.path.absolute()),
            "kind": self.kind,
            "call": self.call,
            "compiled": self.compiled,
            "safe_mode": self.safe_mode,
            "imports": self.imports,
            "custom_objects": dict(self.custom_objects),
            "custom_objects_file": None if file is None else str(file.absolute()),
            "signature": self.signature,
            "inputs": self.inputs,
            "outputs": self.outputs,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An input or output.

    Attributes:
        name: as the model names it.
        shape: None for a size that varies; None instead of the whole for a rank that is not known.
        dtype: NumPy's name for it, ``string``, or a type that NumPy lacks (``bfloat16``), which travels as float32.
    """

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str

    def __str__(self) -> str:
        sizes = "?" if self.shape is None else ", ".join("None" if size is None else str(size) for size in self.shape)
        return f"{self.name}: {self.dtype} [{sizes}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model that a worker serves.

    Attributes:
        inputs: what it takes; empty where it does not say.
        outputs: what it gives; empty where it does not say.
        compiled: whether its optimizer and loss were restored; None where it has no such thing (a signature).
        how: what loaded it: ``tf.keras.models.load_model``, ``signature serving_default``, ``frozen graph``.
        versions: of Python and of what was imported, by import name.
        ordered: whether the inputs and outputs have an order; those of a SavedModel's signature have names only.
        seconds: to import the framework and load the model.
        notes: what the user should know, as sentences.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    compiled: bool | None
    how: str
    versions: Mapping[str, str]
    seconds: float
    ordered: bool = True
    notes: tuple[str, ...] = ()


def described(answer: Mapping[str, Any]) -> Loaded:
    """A worker's description of the model that it loaded."""
    outputs = _ports(answer["outputs"])
    narrow = tuple(
        f"{port.name} is {port.dtype}, which NumPy lacks: it is returned as float32"
        for port in outputs
        if port.dtype not in (*worker_arrays.PLAIN, worker_arrays.STRING)
    )
    return Loaded(
        inputs=_ports(answer["inputs"]),
        outputs=outputs,
        compiled=None if answer["compiled"] is None else bool(answer["compiled"]),
        how=str(answer["how"]),
        versions=MappingProxyType({str(name): str(version) for name, version in answer["versions"].items()}),
        ordered=bool(answer["ordered"]),
        seconds=float(answer["seconds"]),
        notes=(*map(str, answer["notes"]), *narrow),
    )


def matched(
    ports: tuple[Port, ...], given: Mapping[str, NDArray[Any]] | NDArray[Any]
) -> list[tuple[str, NDArray[Any]]]:
    """The given arrays by input, of the type that each input takes.

    Numbers are converted where none is lost: to another size of the same kind, and integers to floating point.

    Raises:
        IsolationError: they do not fit; the message lists the inputs.
    """
    import numpy as np  # noqa: PLC0415 - reading a model's description does without

    if not isinstance(given, dict) and not hasattr(given, "keys"):
        if len(ports) != 1:
            raise _unfit(ports, f"one array was given without a name, and the model has {len(ports)} inputs")
        given = {ports[0].name: np.asarray(given)}
    arrays = {name: np.asarray(array) for name, array in dict(given).items()}
    if not ports:
        return list(arrays.items())
    names = {port.name for port in ports}
    optional = {name + ROW_LENGTHS for name in names}
    if missing := names - arrays.keys():
        raise _unfit(ports, f"nothing was given for {_listed(missing)}")
    if unknown := arrays.keys() - names - optional:
        raise _unfit(ports, f"there is no input {_listed(unknown)}")
    lengths = [(name, array) for name, array in arrays.items() if name in optional]
    return [(port.name, _fitted(ports, port, arrays[port.name])) for port in ports] + lengths


def _fitted(ports: tuple[Port, ...], port: Port, array: NDArray[Any]) -> NDArray[Any]:
    sizes = port.shape
    if sizes is not None and (
        len(sizes) != array.ndim or any(size not in (None, has) for size, has in zip(sizes, array.shape, strict=True))
    ):
        raise _unfit(ports, f"{port.name} was given an array of shape {list(array.shape)}")
    if array.dtype.name == "bfloat16":
        array = array.astype("float32")
    converted = _converted(array, port.dtype)
    if converted is None:
        raise _unfit(ports, f"{port.name} was given an array of {array.dtype}, which does not convert without loss")
    return converted


def _converted(array: NDArray[Any], name: str) -> NDArray[Any] | None:
    """The array as another type, None where that would lose something."""
    import numpy as np  # noqa: PLC0415 - as above

    text = array.dtype.kind in "OUS"
    if name == worker_arrays.STRING or text:
        return array if text and name == worker_arrays.STRING else None
    dtype: np.dtype[Any] = np.dtype(name if name in worker_arrays.PLAIN else "float32")
    if array.dtype.kind in "iu" and dtype.kind in "iu":
        bounds = np.iinfo(dtype)
        fits = array.size == 0 or (int(array.min()) >= bounds.min and int(array.max()) <= bounds.max)
        return array.astype(dtype, copy=False) if fits else None
    return array.astype(dtype, copy=False) if np.can_cast(array.dtype, dtype, "same_kind") else None


def _ports(told: list[Mapping[str, Any]]) -> tuple[Port, ...]:
    return tuple(Port(name=str(port["name"]), shape=_shape(port["shape"]), dtype=str(port["dtype"])) for port in told)


def _shape(sizes: list[int | None] | None) -> tuple[int | None, ...] | None:
    return None if sizes is None else tuple(None if size is None else int(size) for size in sizes)


def _unfit(ports: tuple[Port, ...], problem: str) -> IsolationError:
    listed = "".join(f"\n  {port}" for port in ports)
    return IsolationError(f"{problem}; the model takes{listed}", reason="inputs")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
