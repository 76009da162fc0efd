"""What ``keras.backend`` had in Keras 2 and lacks in Keras 3, on TensorFlow.

``tf.keras.backend`` of Keras 3 keeps most functions of that module, ``keras.backend`` a few. `give` adds what is
missing to both, and replaces nothing that is there but for `MENDED`: calls that fail on variables of Keras 3 itself.
Semantics are those of the functions of the same name in Keras 2.15, or 2.3 where the name was gone by then.
"""

from __future__ import annotations

import contextlib
import functools
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from loadstone.addons.old_keras.replacing import homes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_phase: list[Any] = [None]


def learning_phase() -> Any:
    """Whether the call that is going on is one of training: what was set, else what Keras knows."""
    if _phase[0] is not None:
        return _phase[0]
    from keras.src.backend.common import global_state  # noqa: PLC0415 - private: the call's context has no public name

    context = global_state.get_global_attribute("current_call_ctx")
    return bool(context is not None and context.get_value("training"))


def set_learning_phase(value: Any) -> None:
    """Set what `learning_phase` gives from now on."""
    _phase[0] = bool(value)


@contextlib.contextmanager
def learning_phase_scope(value: Any) -> Iterator[None]:
    """Set what `learning_phase` gives within a ``with``."""
    before = _phase[0]
    _phase[0] = bool(value)
    try:
        yield
    finally:
        _phase[0] = before


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` in training, else ``alt``; each a tensor, or a function that gives one."""
    if training is None:
        training = learning_phase()
    if isinstance(training, bool | int | np.bool_):
        chosen = x if training else alt
        return chosen() if callable(chosen) else chosen
    first, second = (item if callable(item) else functools.partial(ops.convert_to_tensor, item) for item in (x, alt))
    return ops.cond(ops.cast(training, "bool"), first, second)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` when not training, else ``alt``."""
    return in_train_phase(alt, x, training=training)


class _Function:
    """What `function` returns."""

    def __init__(self, inputs: Sequence[Any], outputs: Any) -> None:
        self._is_list = isinstance(outputs, list | tuple)
        self._model = keras.Model(list(inputs), list(outputs) if self._is_list else [outputs])

    def __call__(self, inputs: Any) -> Any:
        given = inputs if isinstance(inputs, list | tuple) else [inputs]
        arrays = [
            ops.convert_to_tensor(np.asarray(array), dtype=tensor.dtype)
            for array, tensor in zip(given, self._model.inputs, strict=False)  # a learning phase stood last
        ]
        found = [ops.convert_to_numpy(output) for output in keras.tree.flatten(self._model(arrays))]
        return found if self._is_list else found[0]


def function(inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **_: Any) -> Any:
    """A function from arrays to arrays, by symbolic inputs and outputs of a model.

    Raises:
        NotImplementedError: there are updates.
    """
    del name
    if updates:
        raise NotImplementedError("K.function takes no updates in Keras 3: write a train_step, or use model.fit")
    inputs = inputs if isinstance(inputs, list | tuple) else [inputs]
    return _Function([tensor for tensor in inputs if isinstance(tensor, keras.KerasTensor)], outputs)


def placeholder(shape: Any = None, ndim: int | None = None, dtype: Any = None, **_: Any) -> Any:
    """A symbolic input; ``shape`` includes the batch."""
    shape = tuple(shape) if shape is not None else (None,) * (ndim or 0)
    return keras.Input(batch_shape=shape, dtype=dtype)


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """Print a tensor where it is computed, and return it."""
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    if isinstance(x, keras.KerasTensor):
        return x
    with tf.control_dependencies([tf.print(message, x, summarize=summarize)]):
        return tf.identity(x)


def random_binomial(shape: Any, p: float = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Ones with probability ``p``, else zeros."""
    dtype = dtype or keras.config.floatx()
    return ops.cast(keras.random.uniform(shape, seed=seed) <= p, dtype)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Sequence[int], epsilon: float = 1e-3
) -> tuple[Any, Any, Any]:
    """A batch normalized by its own moments, and these."""
    axes = tuple(reduction_axes)
    kept_mean, kept_variance = ops.moments(x, axes=axes, keepdims=True)
    mean, variance = ops.squeeze(kept_mean, axes), ops.squeeze(kept_variance, axes)
    scale, offset = (
        None if item is None else ops.reshape(ops.convert_to_tensor(item), ops.shape(kept_mean))
        for item in (gamma, beta)
    )
    normed = (x - kept_mean) * ops.rsqrt(kept_variance + epsilon)
    normed = normed if scale is None else normed * scale
    return normed if offset is None else normed + offset, mean, variance


def _windows(inputs: Any, kernel_size: Sequence[int], strides: Sequence[int]) -> Any:
    """The patches of a channels-last tensor: (batch, places, values of a patch)."""
    if len(kernel_size) == 1:
        inputs, kernel_size, strides = inputs[:, None], (1, *kernel_size), (1, *strides)
    patches = ops.image.extract_patches(
        inputs, tuple(kernel_size), strides=tuple(strides), padding="valid", data_format="channels_last"
    )
    return ops.reshape(patches, (-1, patches.shape[1] * patches.shape[2], patches.shape[3]))


def local_conv(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any, data_format: Any) -> Any:
    """A convolution with a kernel of its own at every place: kernel (places, values of a patch, filters)."""
    first = (data_format or keras.config.image_data_format()) == "channels_first"
    channels_last = ops.moveaxis(inputs, 1, -1) if first else inputs
    product = ops.einsum("bpv,pvf->bpf", _windows(channels_last, kernel_size, strides), kernel)
    output = ops.reshape(product, (-1, *output_shape, kernel.shape[-1]))
    return ops.moveaxis(output, -1, 1) if first else output


def local_conv1d(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, data_format: Any = None) -> Any:
    """`local_conv` along one axis."""
    return local_conv(inputs, kernel, kernel_size, strides, (kernel.shape[0],), data_format)


def local_conv2d(
    inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any, data_format: Any = None
) -> Any:
    """`local_conv` along two axes."""
    return local_conv(inputs, kernel, kernel_size, strides, tuple(output_shape), data_format)


def conv3d_transpose(
    x: Any, kernel: Any, output_shape: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None
) -> Any:
    """The transposed convolution of Keras 2.3."""
    del output_shape
    return ops.conv_transpose(x, kernel, strides, padding, data_format=data_format or keras.config.image_data_format())


def separable_conv1d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Any:
    """The separable convolution of Keras 2.3."""
    return ops.separable_conv(
        x, depthwise_kernel, pointwise_kernel, strides, padding,
        data_format=data_format or keras.config.image_data_format(), dilation_rate=dilation_rate,
    )  # fmt: skip


def take_slice(x: Any, start: Any, size: Any) -> Any:
    """``K.slice`` of Keras 2.3."""
    return ops.slice(x, start, [x.shape[axis] - start[axis] if n == -1 else n for axis, n in enumerate(size)])


def is_variable(x: Any) -> bool:
    """Whether a value is a variable, of Keras or of TensorFlow."""
    import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

    return isinstance(x, keras.Variable | tf.Variable)


def reset_uids() -> None:
    """Count names from the beginning."""
    keras.utils.clear_session(free_memory=False)


def _same(x: Any) -> Any:
    return x


def _absent(name: str, instead: str) -> Callable[..., Any]:
    def absent(*_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"K.{name} has no counterpart in Keras 3: {instead}")

    absent.__name__ = name
    return absent


_NO_SESSION = "since TensorFlow 2 there is no session; leave the call out"

#: By name, what is added where it is missing.
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "control_dependencies": lambda _: contextlib.nullcontext(),
        "conv3d_transpose": conv3d_transpose,
        "eager": _same,
        "function": function,
        "get_session": _absent("get_session", _NO_SESSION),
        "get_variable_shape": lambda x: tuple(x.shape),
        "identity": lambda x, **_: ops.multiply(x, 1),
        "image_dim_ordering": lambda: "th" if keras.config.image_data_format() == "channels_first" else "tf",
        "in_test_phase": in_test_phase,
        "in_train_phase": in_train_phase,
        "is_placeholder": lambda x: isinstance(x, keras.KerasTensor),
        "is_tensor": lambda x: keras.backend.is_keras_tensor(x) or ops.is_tensor(x),
        "is_variable": is_variable,
        "learning_phase": learning_phase,
        "learning_phase_scope": learning_phase_scope,
        "local_conv1d": local_conv1d,
        "local_conv2d": local_conv2d,
        "logsumexp": lambda x, axis=None, keepdims=False: ops.logsumexp(x, axis=axis, keepdims=keepdims),
        "manual_variable_initialization": lambda _: None,
        "normalize_batch_in_training": normalize_batch_in_training,
        "normalize_data_format": lambda value: value or keras.config.image_data_format(),
        "placeholder": placeholder,
        "print_tensor": print_tensor,
        "random_binomial": random_binomial,
        "reset_uids": reset_uids,
        "separable_conv1d": separable_conv1d,
        "set_learning_phase": set_learning_phase,
        "set_session": _absent("set_session", _NO_SESSION),
        "size": lambda x, **_: ops.size(x),
        "slice": take_slice,
        "symbolic": _same,
    }
)


def _for_keras(here: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes a function of TensorFlow's variables take those of Keras 3, for which ``here`` stands."""

    def made_of(original: Callable[..., Any]) -> Callable[..., Any]:
        def function(x: Any, *args: Any, **kwargs: Any) -> Any:
            return (here if isinstance(x, keras.Variable) else original)(x, *args, **kwargs)

        return function

    return made_of


def _set_value(x: Any, value: Any) -> None:
    x.assign(np.broadcast_to(np.asarray(value, dtype=x.dtype), tuple(x.shape)))


def _moving_average_update(x: Any, value: Any, momentum: Any) -> Any:
    return x.assign(x * momentum + ops.cast(value, x.dtype) * (1 - momentum))


def _batch_set_value(original: Callable[..., Any]) -> Callable[..., Any]:
    def batch_set_value(tuples: Any) -> None:
        for x, value in tuples:
            if isinstance(x, keras.Variable):
                _set_value(x, value)
            else:
                original([(x, value)])

    return batch_set_value


def _in_graphs(constant: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes no variable within a graph, where TensorFlow 2 allows none; Keras 2 on TensorFlow 1 did."""

    def made_of(original: Callable[..., Any]) -> Callable[..., Any]:
        def function(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
            import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

            if tf.executing_eagerly():
                return original(shape, dtype, name)
            return constant(shape, dtype=keras.backend.standardize_dtype(dtype or keras.config.floatx()))

        return function

    return made_of


def _variable(original: Callable[..., Any]) -> Callable[..., Any]:
    """What makes a constant within a graph: a loss that made a variable there never set it."""

    def variable(value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
        import tensorflow as tf  # noqa: PLC0415 - only where it is the backend

        if tf.executing_eagerly():
            return original(value, dtype, *args, **kwargs)
        return ops.convert_to_tensor(value, dtype=keras.backend.standardize_dtype(dtype or keras.config.floatx()))

    return variable


#: By name, what is made of a function that fails on variables of Keras 3.
MENDED: Mapping[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = MappingProxyType(
    {
        "batch_set_value": _batch_set_value,
        "eye": _in_graphs(ops.eye),
        "ones": _in_graphs(ops.ones),
        "zeros": _in_graphs(ops.zeros),
        "moving_average_update": _for_keras(_moving_average_update),
        "set_value": _for_keras(_set_value),
        "update": _for_keras(lambda x, new_x: x.assign(new_x)),
        "update_add": _for_keras(lambda x, increment: x.assign_add(increment)),
        "update_sub": _for_keras(lambda x, decrement: x.assign_sub(decrement)),
        "variable": _variable,
    }
)


def give() -> None:
    """Give ``keras.backend`` and ``tf.keras.backend`` the functions of Keras 2. Calling this again does nothing."""
    import importlib  # noqa: PLC0415 - once

    kept = importlib.import_module("keras._tf_keras.keras.backend")
    if not hasattr(kept, "loadstone_gave"):
        for name, made_of in MENDED.items():
            if hasattr(kept, name):
                setattr(kept, name, functools.wraps(getattr(kept, name))(made_of(getattr(kept, name))))
        for name, value in FUNCTIONS.items():
            if not hasattr(kept, name):
                setattr(kept, name, value)
        kept.loadstone_gave = True  # type: ignore[attr-defined]  # a mark of our own
    for home in homes():
        module = importlib.import_module(f"{home}.backend")
        for name in dir(kept):
            if not name.startswith("_") and (not hasattr(module, name) or name in MENDED):
                setattr(module, name, getattr(kept, name))
