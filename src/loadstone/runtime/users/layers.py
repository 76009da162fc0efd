"""What a layer of Keras 2 says to its base class, and what that says to it, translated.

Two classes stand around the user's: `Head` before it, which meets what is said to the layer, `Tail` behind it, which
meets what the user's class hands to its base. `METHODS` has a row for each method of the user's own that is called with
what Keras 3 has.
"""

from __future__ import annotations

import contextlib
import inspect
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras

from loadstone.runtime.users import scope
from loadstone.runtime.users.shapes import as_given, as_state_size, as_wanted
from loadstone.runtime.users.variables import Weights, add_weight_arguments, adopt, adopt_all, at_once, track

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Arguments of Layer.__init__ by position in Keras 2.
_POSITIONAL = ("trainable", "name", "dtype", "dynamic")
# Arguments of layers of Keras 2 that say how it computes or what it is given, which changes no value here.
_DROPPED = frozenset(
    {"batch_input_shape", "batch_size", "dynamic", "implementation", "input_dim", "input_dtype", "input_length",
     "input_shape", "ragged", "sparse", "weights"}
)  # fmt: skip
_RENAMED = MappingProxyType({"experimental_autocast": "autocast"})
_CELL = frozenset({"state_size", "output_size"})
_SEVERAL = 2

_adds_losses: ContextVar[bool] = ContextVar("adds_losses", default=False)


class Head:
    """What is said to a layer of Keras 2."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CELL:
            value = as_state_size(value)
        super().__setattr__(name, value)
        if not name.startswith("_") and hasattr(self, "name"):  # it may be set before the base's __init__
            adopt(self, value)

    def _lock_state(self) -> None:
        """Take variables and layers at any time, as Keras 2 did; Keras 3 takes none once a layer is built."""

    def add_weight(self, *args: Any, **kwargs: Any) -> Any:
        """Add a weight, told in the words of any release."""
        given = add_weight_arguments(args, kwargs)
        given.setdefault("name", self._name_of_unnamed())
        return super().add_weight(**given)  # type: ignore[misc]  # of the layer behind

    def _name_of_unnamed(self) -> str:
        """``Variable``, then ``Variable_1``: what TensorFlow called the variables that a layer made without a name."""
        known = [*self._trainable_variables, *self._non_trainable_variables]  # type: ignore[attr-defined]  # as above
        number = sum(variable.name.startswith("Variable") for variable in known)
        return f"Variable_{number}" if number else "Variable"

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """Add a weight, by the name that ``add_weight`` had in TensorFlow 1."""
        return self.add_weight(*args, **kwargs)

    def add_loss(self, losses: Any, *_: Any, **__: Any) -> None:
        """Add to the model's loss; what is a function of nothing is called with each call of the layer."""
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            if callable(loss) and not hasattr(loss, "shape"):
                self.__dict__.setdefault("_loadstone_losses", []).append(loss)
            else:
                super().add_loss(keras.ops.convert_to_tensor(loss))  # type: ignore[misc]  # of the layer behind

    def add_metric(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: Keras 3 shows no metric of a layer; what the layer computes does not depend on it."""

    def add_update(self, updates: Any, *_: Any, **__: Any) -> None:
        """Carry out what is not done yet; since TensorFlow 2 other updates take place where they are written.

        Keras 2 took pairs of a variable and its next value, for training, and functions of nothing, for layers that
        are trained.
        """
        for update in updates if isinstance(updates, list) else [updates]:
            match update:
                case (keras.Variable() as variable, value):
                    if scope.phase():
                        variable.assign(value)
                case _ if callable(update) and not hasattr(update, "shape"):
                    if self.trainable:  # type: ignore[attr-defined]  # of the layer behind
                        update()

    def get_updates_for(self, _inputs: Any) -> list[Any]:
        """No updates; see `add_update`."""
        return []

    @property
    def updates(self) -> list[Any]:
        """No updates; see `add_update`."""
        return []

    def get_losses_for(self, _inputs: Any) -> list[Any]:
        """The losses of the layer."""
        return list(self.losses)  # type: ignore[attr-defined]  # of the layer behind

    @property
    def trainable_weights(self) -> list[Any]:
        """The trainable weights, which code of Keras 1 and 2.0 sets."""
        return super().trainable_weights  # type: ignore[misc,no-any-return]  # of the layer behind

    @trainable_weights.setter
    def trainable_weights(self, variables: list[Any]) -> None:
        track(self, variables)

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The other weights, which code of Keras 1 and 2.0 sets."""
        return super().non_trainable_weights  # type: ignore[misc,no-any-return]  # of the layer behind

    @non_trainable_weights.setter
    def non_trainable_weights(self, variables: list[Any]) -> None:
        track(self, variables)

    @property
    def _trainable_weights(self) -> Weights:
        return Weights(self, "_trainable_variables")

    @_trainable_weights.setter
    def _trainable_weights(self, variables: list[Any]) -> None:
        track(self, variables)

    @property
    def _non_trainable_weights(self) -> Weights:
        return Weights(self, "_non_trainable_variables")

    @_non_trainable_weights.setter
    def _non_trainable_weights(self, variables: list[Any]) -> None:
        track(self, variables)

    @property
    def _compute_dtype(self) -> str:
        return str(self.compute_dtype)  # type: ignore[attr-defined]  # of the layer behind


class Tail(keras.Layer):
    """What a layer of Keras 2 hands to `keras.Layer`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs = dict(zip(_POSITIONAL, args, strict=False)) | kwargs
        kwargs = {_RENAMED.get(name, name): value for name, value in kwargs.items() if name not in _DROPPED}
        if kwargs.get("time_major") is False:
            del kwargs["time_major"]
        super().__init__(**kwargs)
        adopt_all(self)

    def build(self, input_shape: Any) -> None:  # noqa: ARG002 - Keras gives it
        """Nothing, as in Keras 2; Keras 3's own warns of parts that are never called, which have nothing to build."""
        self._check_super_called()
        self.built = True

    build._is_default = True  # type: ignore[attr-defined]  # noqa: SLF001 - by which Keras 3 knows that there is none


def _build(original: Callable[..., Any]) -> Callable[..., Any]:
    def build(self: Any, *args: Any, **kwargs: Any) -> None:
        with scope.at_work(), at_once():
            original(self, *map(as_given, args), **{name: as_given(item) for name, item in kwargs.items()})
        adopt_all(self)

    return build


def _call(original: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)
    converted: list[Callable[..., Any]] = []

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs = _with_phase(signature, self, args, kwargs)
        with scope.at_work() if not self.built else contextlib.nullcontext():
            if converted:
                outputs = converted[0](self, *args, **kwargs)
            else:
                outputs = _traced(original, converted, self, args, kwargs)
        for loss in self.__dict__.get("_loadstone_losses", ()):
            self.add_loss(loss())
        adopt_all(self)
        return outputs

    return call


def _with_phase(signature: inspect.Signature, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The keywords of a call with the arguments that Keras 2 always gave: whether it is training, and the mask."""
    bound = signature.bind_partial(layer, *args, **kwargs).arguments
    if "training" in signature.parameters and bound.get("training") is None:
        if "training" in bound and "training" not in kwargs:
            return kwargs  # given by position
        kwargs = {**kwargs, "training": scope.phase()}
    if "mask" in signature.parameters and "mask" not in bound:
        is_required = signature.parameters["mask"].default is inspect.Parameter.empty
        kwargs = {**kwargs, "mask": None} if is_required else kwargs
    return kwargs


def _traced(original: Any, converted: list[Any], layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a method; what branches on tensors while it is traced is converted by AutoGraph, as tf.keras did."""
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    try:
        return original(layer, *args, **kwargs)
    except tf.errors.OperatorNotAllowedInGraphError:
        method = tf.autograph.to_graph(original)
        outputs = method(layer, *args, **kwargs)
        converted.append(method)
        return outputs


def _with_defaults(signature: inspect.Signature) -> inspect.Signature:
    """The signature of a ``call`` in which what Keras 2 always gave may be left out."""
    parameters = [
        parameter.replace(default=None)
        if parameter.name in {"training", "mask"} and parameter.default is inspect.Parameter.empty
        else parameter
        for parameter in signature.parameters.values()
    ]
    kinds = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    seen_default = False
    for index, parameter in enumerate(parameters):
        if parameter.kind in kinds:
            if seen_default and parameter.default is inspect.Parameter.empty:
                parameters[index] = parameter.replace(default=None)
            seen_default = seen_default or parameter.default is not inspect.Parameter.empty
    return signature.replace(parameters=parameters)


def of_one_shape(build: Callable[..., Any]) -> Callable[..., Any] | None:
    """A user's ``build`` for Keras 3, which asks for arguments named as those of ``call`` where there are several.

    Keras 2 gave the first alone. None where there is one, or where the names are such.
    """
    names = list(inspect.signature(build).parameters)[1:]
    if len(names) < _SEVERAL or all(name.endswith("_shape") for name in names):
        return None

    def build_of_one(self: Any, input_shape: Any) -> None:
        _build(build)(self, input_shape)

    return build_of_one


def inherited_build(call: Callable[..., Any], build: Callable[..., Any]) -> Callable[..., Any] | None:
    """A ``build`` of Keras' that takes the shapes of its own ``call``, for a ``call`` with arguments of other names.

    Keras 2 gave one shape to all. None where the names are the same.
    """
    shapes = [
        parameter
        for parameter in list(inspect.signature(build).parameters.values())[1:]
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    taken = inspect.signature(call).parameters
    if len(shapes) < _SEVERAL or all(shape.name.removesuffix("_shape") in taken for shape in shapes):
        return None
    required = [shape.name for shape in shapes if shape.default is inspect.Parameter.empty]

    def build_as_one(self: Any, input_shape: Any) -> None:
        build(self, **dict.fromkeys(required, input_shape))

    return build_as_one


def settable(name: str, original: property) -> property:
    """A property of Keras 3 that was an attribute in Keras 2, and is one where it is set."""
    kept = f"_loadstone_{name}"

    def get(self: Any) -> Any:
        return getattr(self, kept) if hasattr(self, kept) else original.__get__(self)

    return property(get, lambda self, value: setattr(self, kept, value))


def of_all_variables(generic: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """What saves or loads all variables of a layer, where the layer's own method knows Keras' alone, by name."""

    def own_variables(self: Any, store: Any) -> None:
        is_plain = getattr(self, "quantization_mode", None) is None and not getattr(self, "lora_enabled", False)
        (generic if is_plain else original)(self, store)

    return own_variables


def _compute_output_shape(original: Callable[..., Any]) -> Callable[..., Any]:
    def compute_output_shape(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = {name: as_given(item) for name, item in kwargs.items()}
        return as_wanted(original(self, *map(as_given, args), **given))

    return compute_output_shape


def _get_initial_state(original: Callable[..., Any]) -> Callable[..., Any]:
    names = inspect.signature(original).parameters

    def get_initial_state(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not args:
            if "inputs" in names:
                kwargs.setdefault("inputs", None)
            if "dtype" in names and kwargs.get("dtype") is None:
                kwargs["dtype"] = self.compute_dtype
        return original(self, *args, **kwargs)

    return get_initial_state


#: The methods of a user's own layer that are wrapped, each by what gives Keras 2's arguments.
METHODS: Mapping[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = MappingProxyType(
    {
        "build": _build,
        "call": _call,
        "compute_output_shape": _compute_output_shape,
        "get_initial_state": _get_initial_state,
    }
)
#: Those whose signature changes.
SIGNATURES: Mapping[str, Callable[[inspect.Signature], inspect.Signature]] = MappingProxyType({"call": _with_defaults})


def state_sizes(original: property) -> property:
    """A property that is a size of state, as Keras 3 takes it."""
    return property(lambda self: as_state_size(original.__get__(self)), original.fset)


#: The properties that are wrapped.
PROPERTIES = MappingProxyType(dict.fromkeys(_CELL, state_sizes))


def compute_output_spec(self: Any, *args: Any, **kwargs: Any) -> Any:
    """The outputs of a layer by what its ``call`` gives, as tf.keras found them.

    Its ``compute_output_shape``, which Keras 3 goes by, was not called there, so that a wrong one went unnoticed. It
    has the say where tracing fails, and for sizes that tracing leaves open.
    """
    try:
        traced = keras.Operation.compute_output_spec(self, *args, **kwargs)
    except Exception:  # whatever the call raises, the layer may be one that says its shape because it cannot be traced
        if getattr(self.compute_output_shape, "_is_default", False) or scope.is_nested():
            raise
        try:
            return keras.Layer.compute_output_spec(self, *args, **kwargs)
        except Exception:  # noqa: BLE001, S110 - the reason is the first error
            pass
        raise
    if getattr(self.compute_output_shape, "_is_default", False):
        return traced
    return _completed(self, traced, args, kwargs)


def _completed(layer: Any, traced: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if all(None not in tensor.shape[1:] for tensor in keras.tree.flatten(traced)):
        return traced
    try:
        declared = keras.Layer.compute_output_spec(layer, *args, **kwargs)
        keras.tree.assert_same_structure(traced, declared)
    except Exception:  # noqa: BLE001 - Keras 2 did not call it
        return traced
    return keras.tree.map_structure(_merged, traced, declared)


def _merged(traced: Any, declared: Any) -> Any:
    if len(traced.shape) != len(declared.shape):
        return traced
    shape = tuple(
        known if known is not None else said for known, said in zip(traced.shape, declared.shape, strict=True)
    )
    return keras.KerasTensor(shape, dtype=traced.dtype)
