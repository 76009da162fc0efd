"""`ObjectSpec`s -> Keras objects, innermost first, through public constructors."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keras

from loadstone.blueprint.graph import (
    Blueprint,
    EllipsisSpec,
    ObjectSpec,
    Obstacle,
    Problem,
    SliceSpec,
)
from loadstone.formats import bytecode
from loadstone.runtime import users
from loadstone.runtime.registry import knows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadstone.blueprint.graph import Value
    from loadstone.runtime.registry import Registry


class CannotConstruct(Exception):  # noqa: N818 - carries a problem, is caught within this package
    """An object that cannot be had here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class Constructor:
    """Builds the objects of one model.

    Attributes:
        registry: where names come from.
        replay: builds a nested model; set by the module that replays calls, which knows this one.
        problems: what could not be built so far; building goes on, so that all are met in one pass.
    """

    registry: Registry
    replay: Callable[[Blueprint], Any]
    problems: list[Problem] = field(default_factory=list)

    def value(self, value: Value, key: str = "") -> Any:
        """A configuration value with every object built; ``key`` is the configuration key it stands under."""
        match value:
            case ObjectSpec():
                return self.construct(value, key)
            case Blueprint():
                return self.replay(value)
            case EllipsisSpec():
                return ...
            case SliceSpec(start=start, stop=stop, step=step):
                return slice(self.value(start), self.value(stop), self.value(step))
            case Mapping():
                return {name: self.value(item, name) for name, item in value.items()}
            case tuple():
                return [self.value(item, key) for item in value]
            case _:
                return value

    def construct(self, spec: ObjectSpec, key: str) -> Any:
        """The object of a spec.

        Raises:
            CannotConstruct: nobody here has it, or its constructor refuses the arguments.
        """
        if spec.name == "Lambda":
            return self._lambda(spec)
        if spec.name.startswith("__"):
            raise CannotConstruct(_stored_program(spec, spec.name))
        if spec.is_identifier or spec.is_function:
            return self._named(spec, key)
        found = self.registry.find(spec, key)
        if found is None:
            raise CannotConstruct(unknown(spec))
        if not isinstance(found, type):
            return found
        try:
            return self._instantiate(found, spec)
        except CannotConstruct:
            raise
        except Exception as error:
            # Whatever a constructor raises (Keras raises TypeError, ValueError, KeyError) means the same to the user.
            raise CannotConstruct(_refused(spec, found, error)) from error

    def _instantiate(self, found: type, spec: ObjectSpec) -> Any:
        from_config = getattr(found, "from_config", None)
        if users.is_users(found):
            return self._of_user(users.adapted(found), spec)
        if self.registry.is_ours(found) and from_config is not None:
            return from_config(_plain(spec.config, self.value))
        arguments, trainable = _accepted(found, spec.config)
        with warnings.catch_warnings():  # an argument's old name is nothing that who loads a file could change
            warnings.simplefilter("ignore", DeprecationWarning)
            built = found(**_plain(arguments, self.value))
        if trainable is not None:
            built.trainable = trainable
        return built

    def _of_user(self, found: Any, spec: ObjectSpec) -> Any:
        """An object of a user's class, from its settings with the objects in them built, else described.

        Keras gave descriptions to ``from_config``, which reads them (``layers.deserialize``); a constructor that takes
        a layer wants the layer.
        """
        make = getattr(found, "from_config", None) or (lambda config: found(**config))
        config = _plain(spec.config, self.value)
        described = {name: _described(item, spec.config[name]) for name, item in config.items()}
        if described == config:
            return make(config)
        try:
            return make(dict(config))
        except Exception:  # noqa: BLE001 - whatever it raises on what it was never given, the second try tells
            return make(described)

    def _named(self, spec: ObjectSpec, key: str) -> Any:
        """A function or identifier: what the registry has, else the string, if Keras' own tables resolve it."""
        found = self.registry.find(spec, key, built_in=key == "fn")
        if found is not None:
            return found
        if not knows(spec.name, key):
            raise CannotConstruct(unknown(spec))
        return spec.name

    def _lambda(self, spec: ObjectSpec) -> Any:
        """A Lambda layer is rebuilt from a function that the user gives by name; its stored program is not run.

        The name is the layer's, or the one that the function had. An output shape that is a program too, for which
        nothing is given, is left out: Keras 3 finds it by the function.
        """
        name = str(spec.config.get("name", "lambda"))
        candidates = [name, *_names_of_function(spec.config.get("function"))]
        function = self._given(candidates)
        if function is None:
            raise CannotConstruct(_stored_program(spec, candidates[-1]))
        rest = {k: self.value(v, k) for k, v in spec.config.items() if k not in {"function", "function_type"}}
        stored = spec.config.get("output_shape")
        if _is_program(stored):
            rest["output_shape"] = self._given(_names_of_function(stored))
        elif isinstance(rest.get("output_shape"), list):
            rest["output_shape"] = tuple(rest["output_shape"])
        return keras.layers.Lambda(function, **rest)

    def _given(self, names: Iterable[str]) -> Callable[..., Any] | None:
        """The first function of the user's by one of these names."""
        found = (self.registry.custom_objects.get(name) for name in names)
        return next((function for function in found if callable(function)), None)


def _is_program(stored: Value) -> bool:
    return isinstance(stored, tuple) and bool(stored) and isinstance(stored[0], str)


def _names_of_function(stored: Value) -> tuple[str, ...]:
    """The name of a function in a file, none of a lambda; of a stored program, the one it had, which is read."""
    match stored:
        case str(name) | ObjectSpec(name=str(name), is_function=True):
            return (name,)
        case (str(text), *_) | ObjectSpec(config={"code": str(text)}):
            data = bytecode.decode(text)
            code = None if data is None else bytecode.parse(data)
            return () if code is None or code.name == "<lambda>" else (code.name,)
    return ()


def _accepted(found: type, config: Mapping[str, Value]) -> tuple[Mapping[str, Value], bool | None]:
    """The arguments of a constructor that takes no others, and whether the layer is trainable if it is not asked.

    A few layers (SpatialDropout2D) do not hand keyword arguments on. A None left out is the default; ``trainable`` is
    an attribute too; anything else stays, for the constructor to refuse.
    """
    parameters = inspect.signature(found).parameters
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return config, None
    trainable = config.get("trainable") if "trainable" not in parameters else None
    dropped = {
        name for name, item in config.items() if name not in parameters and (item is None or name == "trainable")
    }
    kept = {name: item for name, item in config.items() if name not in dropped}
    return kept, trainable if isinstance(trainable, bool) else None


def _described(value: Any, stored: Value) -> Any:
    """A value with every layer, initializer and so on as Keras describes it in settings; what it cannot stays."""
    match value, stored:
        case dict(), Mapping():
            return {name: _described(item, stored[name]) for name, item in value.items()}
        case list(), tuple():
            return [_described(item, each) for item, each in zip(value, stored, strict=True)]
        case ((None | bool() | int() | float() | str()), _):
            return value
        case _, Blueprint(is_bare=True):
            return value.get_config()
    try:
        return keras.saving.serialize_keras_object(value)
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return value


def _plain(config: Mapping[str, Value], convert: Callable[[Value, str], Any]) -> dict[str, Any]:
    return {name: convert(item, name) for name, item in config.items()}


def unknown(spec: ObjectSpec) -> Problem:
    """The problem that nobody here has an object."""
    return Problem(
        obstacle=Obstacle.UNKNOWN_OBJECT,
        subject=spec.name,
        message=f"{spec.name} is neither in Keras {keras.__version__} nor in loadstone, nor given in custom_objects",
        at=spec.at,
    )


def _refused(spec: ObjectSpec, found: type, error: Exception) -> Problem:
    message = f"{spec.name} cannot be constructed from its configuration: {users.told(error)}"
    if issubclass(found, keras.Model) and users.is_users(found) and set(spec.config) <= _OF_EVERY_MODEL:
        message += f"\n      the file has nothing of what {spec.name} was constructed with, nor its graph; {_FILL}"
    return Problem(
        obstacle=Obstacle.UNKNOWN_ARGUMENT,
        subject=spec.name,
        message=message,
        at=spec.at,
    )


# What the base class stores of a model whose own has a constructor and no get_config.
_OF_EVERY_MODEL = frozenset({"dtype", "name", "trainable"})
_FILL = "build the model by its code, and fill it with loadstone.load_weights(model, file)"


def _stored_program(spec: ObjectSpec, name: str) -> Problem:
    return Problem(
        obstacle=Obstacle.STORED_PROGRAM,
        subject=name,
        message=f"{name} is a Python function stored as bytecode, which is not run; give the function by this name",
        at=spec.at,
    )
