"""Argument checks, configuration and numerical helpers that several addons share."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import keras
import ml_dtypes
from keras import ops

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadstone.addons.utils.types import Config, Constraint, Initializer, Regularizer, Shape, Tensor

# Settings of Keras 2's layers, with the values that changed nothing.
KERAS_2 = {"dynamic": (None, False), "time_major": (None, False), "num_constants": (None, 0)}
# Those that said how to compute, or what the input is, but not what comes out.
WITHOUT_MEANING = ("batch_input_shape", "enable_caching_device")
NORM_EPSILON = 1e-12  # what TensorFlow's l2_normalize adds under the root


def normalize_data_format(value: str | None) -> str:
    """Return ``channels_first`` or ``channels_last``; None means Keras' global setting.

    Raises:
        ValueError: for anything else.
    """
    data_format = (value or keras.config.image_data_format()).lower()
    if data_format not in {"channels_first", "channels_last"}:
        raise ValueError(
            f'The `data_format` argument must be one of "channels_first" and "channels_last", not {value!r}'
        )
    return data_format


def normalize_tuple(value: int | Iterable[int], n: int, name: str) -> tuple[int, ...]:
    """Return ``value`` as a tuple of ``n`` integers, repeating a single integer.

    Args:
        value: an integer, or as many as are asked for.
        n: length of the tuple.
        name: what the integers are, for the message of an error.

    Raises:
        TypeError: when ``value`` is neither an integer nor iterable.
        ValueError: when it has another length, or something in it is no integer.
    """
    if isinstance(value, int):
        return (value,) * n
    needed = f"{name} must be an integer or {n} integers, not {value!r}"
    if not isinstance(value, Iterable):
        raise TypeError(needed)
    try:
        sizes = tuple(int(size) for size in value)
    except (TypeError, ValueError) as error:
        raise ValueError(needed) from error
    if len(sizes) != n:
        raise ValueError(needed)
    return sizes


def assert_like_rnncell(cell_name: str, cell: object) -> None:
    """Check that ``cell`` can be called and has what a recurrent cell has, without reading its properties.

    Args:
        cell_name: name of the argument that the cell was given as, for the message.
        cell: what should behave like a cell of ``keras.layers.RNN``.

    Raises:
        TypeError: when something is missing.
    """
    missing = [name for name in ("output_size", "state_size", "get_initial_state") if not _has(cell, name)]
    missing += [] if callable(cell) else ["__call__"]
    if missing:
        raise TypeError(f"{cell_name} ({cell!r}) is not a cell of a recurrent layer; it lacks {', '.join(missing)}")


def _has(thing: object, name: str) -> bool:
    return name in dir(thing) or hasattr(thing, name)  # the second only runs code of objects that hide the name


def limits(dtype: Any) -> Any:
    """Return what ``numpy.finfo`` tells about a floating dtype of a backend, for ``bfloat16`` too."""
    return ml_dtypes.finfo(keras.backend.standardize_dtype(dtype))  # type: ignore[no-untyped-call]  # it has no types


def largest(x: Tensor, axis: int | list[int]) -> Tensor:
    """Return the maximum over ``axis``; of an empty batch an empty tensor, where Keras' own fails."""
    return ops.sum(x, axis=axis) if 0 in x.shape else ops.max(x, axis=axis)


def softmax(x: Tensor) -> Tensor:
    """Return the softmax of the last axis, which may have one entry; Keras' own warns of that."""
    return ops.softmax(x) if x.shape[-1] != 1 else ops.exp(x - x)


def l2_normalize(x: Tensor, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """Scale ``x`` to unit Euclidean length over ``axis`` (all axes for None); zero stays zero."""
    square_sum = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(square_sum, ops.cast(NORM_EPSILON, x.dtype)))


class Keras2Config:
    """Layers that are built from what Keras 2 wrote of them, too.

    Its layers, recurrent layers and cells stored settings of their own, which Keras 3 does not know.
    """

    @classmethod
    def from_config(cls, config: Config, **keywords: Any) -> Any:
        """Build the layer from its configuration.

        Args:
            config: the constructor's arguments; those that only Keras 2 had are left out.
            **keywords: further arguments of Keras' own method.

        Raises:
            ValueError: when a setting cannot be kept, or no release of TensorFlow Addons can have written it.
        """
        known = config_of_keras_3(cls, config)
        try:
            return super().from_config(known, **keywords)  # type: ignore[misc]  # of the layer it is mixed into
        except TypeError as error:
            raise ValueError(f"{cls.__name__} has no such configuration: {error}") from error


def config_of_keras_3(layer: type, config: Config) -> Config:
    """Return a configuration without what only Keras 2 had.

    Raises:
        ValueError: when that cannot be left out.
    """
    for key, unset in KERAS_2.items():
        if config.get(key) not in unset:
            raise ValueError(f"{layer.__name__} with {key}={config[key]!r} cannot be built in Keras 3")
    known = {key: value for key, value in config.items() if key not in KERAS_2 and key not in WITHOUT_MEANING}
    wrapped = known.get("layer")
    if isinstance(wrapped, dict) and "module" not in wrapped:  # before TensorFlow 2.13
        is_of_keras = hasattr(keras.layers, wrapped["class_name"])
        names = ("keras.layers", None) if is_of_keras else (None, wrapped["class_name"])
        known["layer"] = {**wrapped, **dict(zip(("module", "registered_name"), names, strict=True))}
    return known


class OutputShape(tuple[Any, ...]):
    """A shape that programs may ask for its list, as they could the ``tf.TensorShape`` that it once was."""

    __slots__ = ()

    def as_list(self) -> list[Any]:
        """Return the sizes as a list."""
        return list(self)


def build_once(layer: keras.layers.Layer, input_shape: Shape) -> None:
    """Create a layer's weights unless it has them."""
    if not layer.built:
        layer.build(input_shape)


def fresh(initializer: Initializer) -> Initializer:
    """Return an initializer that draws numbers of its own; in Keras 3 one instance always draws the same."""
    if isinstance(initializer, keras.initializers.Initializer):
        return type(initializer).from_config(initializer.get_config())
    return initializer


def name_of_dtype(policy: keras.DTypePolicy) -> Any:
    """Return a dtype policy as configurations of Keras 2 have it: by its name, where that says all."""
    return policy.name if type(policy) is keras.DTypePolicy else keras.dtype_policies.serialize(policy)


class WeightSettings:
    """Initializer, regularizer and constraint of one weight, under the configuration keys of its ``name``.

    TensorFlow Addons' layers spell each of them out as ``<name>_initializer``, ``<name>_regularizer`` and
    ``<name>_constraint``; this keeps the three together.
    """

    def __init__(
        self,
        name: str,
        initializer: Initializer,
        regularizer: Regularizer = None,
        constraint: Constraint = None,
    ) -> None:
        self.name = name
        self.initializer = keras.initializers.get(initializer)
        self.regularizer = keras.regularizers.get(regularizer)
        self.constraint = keras.constraints.get(constraint)

    def on(self, layer: keras.layers.Layer) -> WeightSettings:
        """Show the settings as attributes of a layer too, where programs look for them; return them."""
        for part in ("initializer", "regularizer", "constraint"):
            setattr(layer, f"{self.name}_{part}", getattr(self, part))
        return self

    def arguments(self) -> Config:
        """Return the keyword arguments for ``Layer.add_weight``, without the weight's name."""
        return {"initializer": fresh(self.initializer), "regularizer": self.regularizer, "constraint": self.constraint}

    def get_config(self) -> Config:
        """Return the three configuration entries."""
        return {
            f"{self.name}_initializer": keras.initializers.serialize(self.initializer),
            f"{self.name}_regularizer": keras.regularizers.serialize(self.regularizer),
            f"{self.name}_constraint": keras.constraints.serialize(self.constraint),
        }


class AddonsLoss(keras.losses.Loss):
    """A loss that computes in the dtype of the predictions and leaves labels as they are, as Keras 2's losses did.

    Keras 3's cast both to float32, which rounds float64 and large integer labels, and gives float32 for float16.
    Masks, sample weights and reductions are Keras 3's; those of half-precision values are summed in float32.

    Args:
        name: the loss' name.
        reduction: ``sum_over_batch_size``, ``sum`` or ``none``; ``auto``, which Keras 2 wrote, means the first.
        dtype: dtype the loss is computed in; None for that of the predictions.
    """

    def __init__(self, name: str | None = None, reduction: str | None = "auto", dtype: str | None = None) -> None:
        super().__init__(name=name, reduction=normalize_reduction(reduction), dtype=dtype)
        self._given_dtype = None if dtype is None else self.dtype

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None) -> Tensor:
        """Return the reduced loss, in the dtype of ``y_pred``."""
        values = self.call(dense(y_true), real(y_pred, self._given_dtype))
        if tuple(values.shape) == (0,) and self.reduction not in {None, "none"}:
            return ops.sum(values)  # Keras 3 returns an empty loss as it is
        return ops.cast(_Computed(values, self.reduction, self.name)(y_pred, y_pred, sample_weight), values.dtype)

    @classmethod
    def from_config(cls, config: Config) -> AddonsLoss:
        """Build the loss from its configuration, of Keras 3 or as TensorFlow Addons' releases wrote it.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote, or lacks one that each did.
        """
        nested = {
            key: keras.saving.deserialize_keras_object(value) for key, value in config.items() if _is_object(value)
        }
        return cls(**checked_config(cls, {**config, **nested}))


class _Computed(keras.losses.Loss):
    """Gives values that are computed already to Keras' masks, weights and reductions."""

    def __init__(self, values: Tensor, reduction: str | None, name: str) -> None:
        dtype = "float32" if is_half(values) else keras.backend.standardize_dtype(values.dtype)
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self._values = values

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        del y_true, y_pred  # they only carry the mask
        return self._values


class LossFunctionWrapper(AddonsLoss):
    """A loss that calls a function of ``(y_true, y_pred)`` with fixed keyword arguments.

    Args:
        fn: the function; returns one value a sample, or a scalar.
        reduction: ``sum_over_batch_size``, ``sum`` or ``none``; ``auto``, which Keras 2 wrote, means the first.
        name: the loss' name.
        dtype: dtype the loss is computed in; None for that of the predictions.
        **kwargs: arguments of ``fn``, which are also the loss' configuration.
    """

    def __init__(
        self,
        fn: Callable[..., Tensor],
        reduction: str | None = "auto",
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return the function's value."""
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> Config:
        """Return the constructor's arguments."""
        return {**super().get_config(), **{key: plain(value) for key, value in self._fn_kwargs.items()}}


def normalize_reduction(reduction: str | None) -> str | None:
    """Return Keras 3's name of a reduction: ``auto`` was ``sum_over_batch_size`` outside of distribution."""
    return "sum_over_batch_size" if reduction == "auto" else reduction


def dense(values: Tensor) -> Tensor:
    """Return an array, a list, or a tensor that may be sparse or symbolic, as a dense tensor."""
    return ops.convert_to_tensor(values, sparse=False)


def real(values: Tensor, dtype: str | None = None) -> Tensor:
    """Return ``values`` as a dense floating-point tensor: of ``dtype``, or None for their own; of integers, floatx."""
    tensor = dense(values)
    own = keras.backend.standardize_dtype(tensor.dtype)
    return ops.cast(tensor, dtype or (own if keras.backend.is_float_dtype(own) else keras.config.floatx()))


def is_half(values: Tensor) -> bool:
    """Return whether a tensor holds float16 or bfloat16."""
    return keras.backend.standardize_dtype(values.dtype) in {"float16", "bfloat16"}


def plain(value: Any) -> Any:
    """Return tensors, arrays and NumPy's numbers as lists and numbers, which a configuration can hold."""
    return ops.convert_to_numpy(value).tolist() if hasattr(value, "dtype") else value


def checked_config(cls: type, config: Config) -> Config:
    """Return a configuration whose entries are all arguments of a class' constructor.

    Raises:
        ValueError: when it holds an entry that is none, or lacks one that has no default.
    """
    parameters = inspect.signature(cls).parameters
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return config
    if unknown := sorted(config.keys() - parameters.keys()):
        raise ValueError(f"{cls.__name__} has no argument {', '.join(unknown)}; known are {', '.join(parameters)}")
    for name, parameter in parameters.items():
        if parameter.default is inspect.Parameter.empty and config.get(name) is None:
            raise ValueError(f"{cls.__name__} needs the argument {name}")
    return config


def _is_object(value: object) -> bool:
    return isinstance(value, dict) and "class_name" in value
