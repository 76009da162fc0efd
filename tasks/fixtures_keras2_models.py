"""The models that early releases of Keras 2 save, and those that Keras 2 saves with Theano behind it.

Runs inside the environments of the past: Python 3.7 syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.fixtures_keras1_models import stack

if TYPE_CHECKING:
    from collections.abc import Callable


def models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Models of what Keras 2 wrote otherwise at first."""
    layers, models_ = keras.layers, keras.models
    plane, first = {"input_shape": (8, 7, 3)}, {"input_shape": (3, 8, 7), "data_format": "channels_first"}

    def nested() -> Any:
        one = models_.Sequential([layers.Dense(5, input_dim=6), layers.Activation("relu")])
        other = models_.Sequential([layers.Dense(4, input_dim=5), layers.BatchNormalization()])
        return models_.Sequential([one, other, layers.Dense(3)])

    def shared() -> Any:
        encode = models_.Sequential([layers.LSTM(4, input_shape=(5, 3)), layers.Dense(3)])
        given = [layers.Input((5, 3)), layers.Input((5, 3))]
        one, other = (encode(each) for each in given)
        dot = layers.dot([one, other], axes=-1)
        return models_.Model(given, [layers.Dense(2)(layers.concatenate([one, other])), dot])

    def branches() -> Any:
        parts = [models_.Sequential([layers.Dense(4, input_dim=size)]) for size in (5, 6)]
        model = models_.Sequential()
        model.add(layers.Merge(parts, mode="concat"))
        model.add(layers.Dense(2))
        return model

    return {
        "nested": nested,
        "shared": shared,
        "branches": branches,
        "gru": stack(keras, lambda: layers.GRU(4, input_shape=(5, 3))),
        "bidirectional": stack(
            keras,
            lambda: layers.LSTM(4, input_shape=(5, 3), return_sequences=True),
            lambda: layers.Bidirectional(layers.GRU(3)),
        ),
        "embedding": stack(
            keras, lambda: layers.Embedding(7, 4, input_length=5, mask_zero=True), lambda: layers.LSTM(3)
        ),
        "activations": stack(
            keras, lambda: layers.LeakyReLU(0.2, input_shape=(6,)), layers.PReLU, lambda: layers.ELU(0.7)
        ),
        "convolutions": stack(
            keras,
            lambda: layers.Conv2D(4, 3, **plane),
            lambda: layers.Conv2DTranspose(3, 3, strides=2, padding="same"),
            lambda: layers.SeparableConv2D(4, 3),
            layers.BatchNormalization,
        ),
        "convolution_first": stack(keras, lambda: layers.Conv2D(4, 3, **first), layers.Flatten),
        "highway": stack(keras, lambda: keras.legacy.layers.Highway(activation="relu", input_dim=6)),
        "maxout": stack(keras, lambda: keras.legacy.layers.MaxoutDense(4, nb_feature=3, input_dim=6)),
    }


def theano_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Models of Keras 2 on Theano."""
    layers = keras.layers
    plane = {"input_shape": (8, 7, 3)}
    first: dict[str, Any] = {"input_shape": (3, 8, 7), "data_format": "channels_first"}

    def one(name: str, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return stack(keras, lambda: getattr(layers, name)(*args, **kwargs))

    return {
        "conv_1d": one("Conv1D", 4, 3, input_shape=(9, 3)),
        "conv_1d_causal": one("Conv1D", 4, 3, padding="causal", dilation_rate=2, input_shape=(9, 3)),
        "conv_2d": one("Conv2D", 4, (3, 2), strides=(2, 1), **plane),
        "conv_2d_dilated": one("Conv2D", 4, 3, dilation_rate=2, **plane),
        "conv_2d_first": one("Conv2D", 4, 3, **first),
        "conv_2d_same": one("Conv2D", 4, 3, padding="same", **plane),
        "conv_2d_same_even": one("Conv2D", 4, (2, 4), padding="same", **plane),
        "conv_2d_same_strided": one("Conv2D", 4, 3, padding="same", strides=2, **plane),
        "conv_3d": one("Conv3D", 3, (2, 3, 2), input_shape=(5, 6, 5, 2)),
        "conv_2d_transpose": one("Conv2DTranspose", 4, 3, strides=2, **plane),
        "conv_2d_transpose_same": one("Conv2DTranspose", 4, 3, strides=2, padding="same", **plane),
        "conv_lstm_2d": one("ConvLSTM2D", 3, 3, padding="same", input_shape=(4, 6, 5, 2)),
        "separable_conv_2d": one("SeparableConv2D", 4, 3, **plane),
        "depthwise_conv_2d": one("DepthwiseConv2D", 3, **plane),
        "max_pooling_same": one("MaxPooling2D", 2, padding="same", **plane),
        "max_pooling_same_odd": one("MaxPooling2D", 3, strides=1, padding="same", **plane),
        "average_pooling_same_odd": one("AveragePooling2D", 3, strides=1, padding="same", **plane),
        "conv_2d_same_dilated": one("Conv2D", 4, 3, dilation_rate=2, padding="same", **plane),
        "average_pooling_same": one("AveragePooling2D", 2, padding="same", **plane),
        "time_distributed": stack(keras, lambda: layers.TimeDistributed(layers.Conv2D(4, 3), input_shape=(3, 6, 6, 2))),
        "network": stack(
            keras,
            lambda: layers.Conv2D(4, 3, activation="relu", **first),
            lambda: layers.BatchNormalization(axis=1),
            lambda: layers.MaxPooling2D(2, data_format="channels_first"),
            layers.Flatten,
            lambda: layers.Dense(3),
        ),
    }
