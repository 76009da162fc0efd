"""The models that Keras 1 saves: one for each layer class, and the ways to put models together that only it had.

Runs inside the environments of the past: Python 3.7 syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.fixtures_keras1 import BATCH

if TYPE_CHECKING:
    from collections.abc import Callable


def stack(keras: Any, *layers: Any) -> Callable[[], Any]:
    """A Sequential of layers that are made when it is."""
    return lambda: keras.models.Sequential([layer() for layer in layers])


def models(keras: Any) -> dict[str, Callable[[], Any]]:
    """The models of Keras 1 on TensorFlow."""
    found = {**layer_models(keras), **shaped_models(keras), **merged_models(keras), **compiled_models(keras)}
    return {**found, **recurrent_models(keras), **channels_first_models(keras), **nested_models(keras)}


def layer_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Dense layers, activations, normalizations and noise."""
    made = keras.layers
    row = {"input_shape": (6,)}
    regularizers, constraints = keras.regularizers, keras.constraints

    def one(name: str, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return stack(keras, lambda: getattr(made, name)(*args, **kwargs))

    return {
        "dense": one(
            "Dense",
            4,
            activation="tanh",
            init="he_normal",
            W_regularizer=regularizers.l2(0.01),
            activity_regularizer=regularizers.activity_l1(0.01),
            W_constraint=constraints.maxnorm(3),
            b_constraint=constraints.nonneg(),
            **row,
        ),
        "dense_without_bias": one("Dense", 4, bias=False, init="normal", input_dim=6),
        "dense_hard_sigmoid": one("Dense", 4, activation="hard_sigmoid", init="orthogonal", **row),
        "maxout_dense": one("MaxoutDense", 4, nb_feature=3, **row),
        "maxout_dense_without_bias": one("MaxoutDense", 4, bias=False, **row),
        "highway": one("Highway", activation="relu", **row),
        "highway_without_bias": one("Highway", bias=False, activation="tanh", **row),
        "time_distributed_dense": one("TimeDistributedDense", 4, activation="relu", input_shape=(5, 3)),
        "embedding": one("Embedding", 7, 4, input_length=5, init="uniform"),
        "embedding_dropout": one("Embedding", 7, 4, input_length=5, dropout=0.3),
        "leaky_relu": one("LeakyReLU", 0.2, **row),
        "prelu": one("PReLU", init="one", input_shape=(4, 3)),
        "elu": one("ELU", 0.7, **row),
        "parametric_softplus": one("ParametricSoftplus", 0.3, 2.0, **row),
        "thresholded_relu": one("ThresholdedReLU", 0.4, **row),
        "srelu": one("SReLU", **row),
        "activations": stack(
            keras,
            *(
                lambda name=name, first=first: made.Activation(name, **(row if first else {}))
                for name, first in (("softplus", True), ("softsign", False), ("elu", False), ("softmax", False))
            ),
        ),
        "batch_normalization": one("BatchNormalization", epsilon=1e-2, momentum=0.8, **row),
        "batch_normalization_axis": one("BatchNormalization", axis=1, input_shape=(3, 4, 4)),
        "batch_normalization_sample": one("BatchNormalization", mode=1, **row),
        "batch_normalization_statistics": one("BatchNormalization", mode=2, axis=1, input_shape=(3, 4, 4)),
        "noise": stack(
            keras,
            lambda: made.GaussianNoise(0.3, **row),
            lambda: made.GaussianDropout(0.2),
            lambda: made.Dropout(0.4),
            lambda: made.ActivityRegularization(l1=0.1),
            lambda: made.Dense(3, init="lecun_uniform"),
        ),
        "masking": stack(
            keras,
            lambda: made.Masking(0.0, input_shape=(5, 3)),
            lambda: made.SimpleRNN(4),
        ),
        "dense_frozen": stack(
            keras, lambda: made.Dense(4, trainable=False, **row), lambda: made.Dense(3, init="glorot_normal")
        ),
    }


def shaped_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Convolutions, pooling and what changes shapes."""
    made = keras.layers
    line, plane, space = {"input_shape": (9, 3)}, {"input_shape": (8, 7, 3)}, {"input_shape": (5, 6, 5, 2)}

    def one(name: str, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return stack(keras, lambda: getattr(made, name)(*args, **kwargs))

    return {
        "convolution_1d": one("Convolution1D", 4, 3, border_mode="same", subsample_length=2, activation="relu", **line),
        "convolution_1d_dims": one("Convolution1D", 4, 2, bias=False, input_dim=3, input_length=9),
        "atrous_convolution_1d": one("AtrousConvolution1D", 4, 3, atrous_rate=2, **line),
        "convolution_2d": one(
            "Convolution2D", 4, 3, 2, subsample=(2, 1), activation="tanh", init="he_uniform", **plane
        ),
        "convolution_2d_same": one("Convolution2D", 4, 3, 3, border_mode="same", bias=False, **plane),
        "atrous_convolution_2d": one("AtrousConvolution2D", 4, 3, 3, atrous_rate=(2, 2), **plane),
        "convolution_3d": one("Convolution3D", 3, 2, 3, 2, subsample=(1, 2, 1), **space),
        "deconvolution_2d": one("Deconvolution2D", 4, 3, 3, output_shape=(BATCH, 17, 15, 4), subsample=(2, 2), **plane),
        "deconvolution_2d_padded": one(
            "Deconvolution2D", 4, 3, 3, output_shape=(BATCH, 18, 15, 4), subsample=(2, 2), **plane
        ),
        "deconvolution_2d_same": one(
            "Deconvolution2D", 4, 3, 3, output_shape=(BATCH, 16, 13, 4), subsample=(2, 2), border_mode="same", **plane
        ),
        "separable_convolution_2d": one("SeparableConvolution2D", 4, 3, 3, depth_multiplier=2, **plane),
        "locally_connected_1d": one("LocallyConnected1D", 4, 3, subsample_length=2, **line),
        "locally_connected_2d": one("LocallyConnected2D", 4, 3, 2, subsample=(2, 1), **plane),
        "pooling_1d": stack(
            keras,
            lambda: made.MaxPooling1D(2, stride=1, **line),
            lambda: made.AveragePooling1D(3, border_mode="same"),
        ),
        "pooling_2d": stack(
            keras,
            lambda: made.MaxPooling2D((2, 2), strides=(1, 1), **plane),
            lambda: made.AveragePooling2D((2, 3), border_mode="same"),
        ),
        "pooling_3d": stack(
            keras, lambda: made.MaxPooling3D((2, 1, 2), **space), lambda: made.AveragePooling3D((1, 2, 1))
        ),
        "global_pooling_1d": one("GlobalMaxPooling1D", **line),
        "global_average_pooling_1d": one("GlobalAveragePooling1D", **line),
        "global_pooling_2d": one("GlobalAveragePooling2D", **plane),
        "global_max_pooling_2d": one("GlobalMaxPooling2D", **plane),
        "global_pooling_3d": one("GlobalMaxPooling3D", **space),
        "shapes_1d": stack(
            keras,
            lambda: made.ZeroPadding1D(2, **line),
            lambda: made.Cropping1D((1, 2)),
            lambda: made.UpSampling1D(3),
            lambda: made.SpatialDropout1D(0.2),
        ),
        "zero_padding_1d_sides": one("ZeroPadding1D", {"left_pad": 1, "right_pad": 3}, **line),
        "shapes_2d": stack(
            keras,
            lambda: made.ZeroPadding2D((1, 2), **plane),
            lambda: made.Cropping2D(((1, 0), (2, 1))),
            lambda: made.UpSampling2D((2, 3)),
            lambda: made.SpatialDropout2D(0.2),
        ),
        "zero_padding_2d_sides": one("ZeroPadding2D", (1, 2, 0, 3), **plane),
        "zero_padding_2d_names": one("ZeroPadding2D", {"top_pad": 2, "left_pad": 1}, **plane),
        "shapes_3d": stack(
            keras,
            lambda: made.ZeroPadding3D((1, 0, 2), **space),
            lambda: made.Cropping3D(((1, 0), (1, 1), (0, 2))),
            lambda: made.UpSampling3D((1, 2, 1)),
            lambda: made.SpatialDropout3D(0.2),
        ),
        "reshapes": stack(
            keras,
            lambda: made.Permute((2, 1), **line),
            lambda: made.Reshape((9, -1)),
            made.Flatten,
            lambda: made.RepeatVector(2),
        ),
    }


def merged_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """The modes of merge, in graphs and in Sequentials that begin with branches."""
    layers, models_ = keras.layers, keras.models

    def graph(mode: str, shape: tuple[int, ...], **kwargs: Any) -> Callable[[], Any]:
        def build() -> Any:
            given = [layers.Input(shape, name=f"given_{number}") for number in range(2)]
            merged = layers.merge([layers.Activation("tanh")(each) for each in given], mode=mode, **kwargs)
            return models_.Model(input=given, output=merged)

        return build

    def branch(size: int) -> Any:
        return models_.Sequential([layers.Dense(4, input_dim=size), layers.Dense(3, activation="tanh")])

    def branches(mode: str, **kwargs: Any) -> Callable[[], Any]:
        def build() -> Any:
            model = models_.Sequential()
            model.add(layers.Merge([branch(5), branch(6)], mode=mode, **kwargs))
            model.add(layers.Dense(2))
            return model

        return build

    def deep() -> Any:
        inner = models_.Sequential([layers.Merge([branch(5), branch(6)], mode="sum"), layers.Dense(3)])
        given = layers.Input((4,), name="given")
        other = models_.Model(input=given, output=layers.Dense(3, activation="relu")(given))
        return models_.Sequential(
            [layers.Merge([inner, other], mode="concat"), layers.Dense(2, activation="softmax"), layers.Dense(2)]
        )

    found = {f"merge_{mode}": graph(mode, (4,)) for mode in ("sum", "mul", "ave", "max", "concat", "dot", "cos")}
    found.update({f"branches_{mode}": branches(mode) for mode in ("sum", "concat", "mul")})
    return {
        **found,
        "merge_concat_axis": graph("concat", (3, 4), concat_axis=1),
        "merge_dot_matrices": graph("dot", (3, 4), dot_axes=(2, 2)),
        "merge_dot_first": graph("dot", (3, 4), dot_axes=1),
        "merge_cos_matrices": graph("cos", (3, 4), dot_axes=2),
        "branches_deep": deep,
    }


def recurrent_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Recurrent layers, in each of the ways in which they store their arrays."""
    layers = keras.layers
    given = {"input_shape": (5, 3)}

    def one(name: str, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return stack(keras, lambda: getattr(layers, name)(*args, **{**given, **kwargs}))

    found = {
        f"{name.lower()}_{way}": one(name, 4, consume_less=way)
        for name in ("LSTM", "GRU")
        for way in ("cpu", "mem", "gpu")
    }
    return {
        **found,
        "simple_rnn": one("SimpleRNN", 4, activation="relu", dropout_W=0.1, dropout_U=0.2),
        "lstm_settings": one(
            "LSTM",
            4,
            inner_activation="sigmoid",
            forget_bias_init="zero",
            return_sequences=True,
            go_backwards=True,
            unroll=True,
            inner_init="glorot_uniform",
            U_regularizer=keras.regularizers.l1(0.1),
        ),
        "gru_stateful": one("GRU", 4, stateful=True, batch_input_shape=(BATCH, 5, 3)),
        "conv_lstm_2d": stack(
            keras,
            lambda: layers.ConvLSTM2D(
                3, 3, 2, border_mode="same", dim_ordering="tf", return_sequences=True, input_shape=(4, 6, 5, 2)
            ),
        ),
        "bidirectional_lstm": stack(
            keras, lambda: layers.Bidirectional(layers.LSTM(4, return_sequences=True), input_shape=(5, 3))
        ),
        "bidirectional_gru": stack(
            keras,
            lambda: layers.Bidirectional(layers.GRU(4, consume_less="gpu"), merge_mode="sum", input_shape=(5, 3)),
        ),
        "bidirectional_rnn": stack(
            keras, lambda: layers.Bidirectional(layers.SimpleRNN(4), merge_mode="ave", input_shape=(5, 3))
        ),
        "time_distributed": stack(
            keras,
            lambda: layers.TimeDistributed(layers.Convolution2D(4, 3, 3, dim_ordering="tf"), input_shape=(3, 6, 6, 2)),
            lambda: layers.TimeDistributed(layers.Flatten()),
            lambda: layers.TimeDistributed(layers.Dense(3, activation="relu")),
        ),
        "masked": stack(
            keras,
            lambda: layers.Embedding(7, 4, mask_zero=True, input_length=5),
            lambda: layers.LSTM(4, return_sequences=True),
            lambda: layers.GRU(3),
        ),
    }


def channels_first_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Models with Theano's order of axes, on whatever backend."""
    layers = keras.layers
    th: dict[str, Any] = {"dim_ordering": "th"}
    plane: dict[str, Any] = {"input_shape": (3, 8, 7), **th}

    def one(name: str, *args: Any, **kwargs: Any) -> Callable[[], Any]:
        return stack(keras, lambda: getattr(layers, name)(*args, **kwargs))

    return {
        "th_convolution_2d": one("Convolution2D", 4, 3, 2, subsample=(2, 1), **plane),
        "th_atrous_convolution_2d": one("AtrousConvolution2D", 4, 3, 3, atrous_rate=(2, 2), **plane),
        "th_convolution_3d": one("Convolution3D", 3, 2, 3, 2, input_shape=(2, 5, 6, 5), **th),
        "th_deconvolution_2d": one(
            "Deconvolution2D", 4, 3, 3, output_shape=(BATCH, 4, 17, 15), subsample=(2, 2), **plane
        ),
        "th_separable_convolution_2d": one("SeparableConvolution2D", 4, 3, 3, depth_multiplier=2, **plane),
        "th_locally_connected_2d": one("LocallyConnected2D", 4, 3, 2, **plane),
        "th_conv_lstm_2d": one("ConvLSTM2D", 3, 3, 3, border_mode="same", input_shape=(4, 2, 6, 5), **th),
        "th_network": stack(
            keras,
            lambda: layers.ZeroPadding2D((1, 2), **plane),
            lambda: layers.Convolution2D(4, 3, 3, activation="relu", **th),
            lambda: layers.BatchNormalization(axis=1),
            lambda: layers.MaxPooling2D((2, 2), **th),
            lambda: layers.UpSampling2D((2, 2), **th),
            lambda: layers.Cropping2D(((1, 1), (0, 1)), **th),
            lambda: layers.AveragePooling2D((2, 2), **th),
            layers.Flatten,
            lambda: layers.Dense(3),
        ),
        "th_global_pooling": one("GlobalMaxPooling2D", **plane),
    }


def nested_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Models in models, layers that are called twice, several inputs and outputs."""
    layers, models_ = keras.layers, keras.models

    def encoder() -> Any:
        return models_.Sequential([layers.LSTM(4, input_shape=(5, 3)), layers.Dense(3, activation="tanh")])

    def shared() -> Any:
        encode = encoder()
        one, other = layers.Input((5, 3), name="one"), layers.Input((5, 3), name="other")
        both = layers.merge([encode(one), encode(other)], mode="concat")
        dense = layers.Dense(3)
        return models_.Model(
            input=[one, other], output=[layers.Dense(2)(both), dense(encode(one)), dense(encode(other))]
        )

    def functional_inside() -> Any:
        given = layers.Input((6,), name="given")
        inner = models_.Model(input=given, output=layers.Dense(4)(layers.BatchNormalization()(given)), name="inner")
        return models_.Sequential([inner, layers.Dense(3)])

    def sequential_inside() -> Any:
        first = models_.Sequential([layers.Dense(5, input_dim=6), layers.Activation("relu")])
        second = models_.Sequential([layers.Dense(4, input_dim=5), layers.BatchNormalization()])
        return models_.Sequential([first, second, layers.Dense(3)])

    def timed() -> Any:
        inner = models_.Sequential([layers.Dense(4, input_dim=3), layers.Dense(2)])
        return models_.Sequential([layers.TimeDistributed(inner, input_shape=(5, 3))])

    return {
        "nested_shared": shared,
        "nested_functional": functional_inside,
        "nested_sequential": sequential_inside,
        "nested_timed": timed,
    }


def compiled_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Models with each optimizer."""
    layers, optimizers = keras.layers, keras.optimizers

    def compiled(optimizer: Callable[[], Any]) -> Callable[[], Any]:
        def build() -> Any:
            model = keras.models.Sequential([layers.Dense(4, input_dim=6), layers.Dense(3, activation="softmax")])
            model.compile(optimizer(), loss="categorical_crossentropy", metrics=["accuracy"])
            return model

        return build

    return {
        "compiled_sgd": compiled(lambda: optimizers.SGD(lr=0.02, momentum=0.9, nesterov=True, clipnorm=1.0)),
        "compiled_adam": compiled(lambda: optimizers.Adam(lr=0.002)),
        "compiled_rmsprop": compiled(lambda: optimizers.RMSprop(lr=0.002)),
    }


def theano_models(keras: Any) -> dict[str, Callable[[], Any]]:
    """Models of Keras 1 on Theano, whose convolutions turn their kernels round."""
    layers = keras.layers
    first = channels_first_models(keras)
    kept = ("th_convolution_2d", "th_atrous_convolution_2d", "th_deconvolution_2d", "th_network", "th_convolution_3d")
    plane, tf = {"input_shape": (8, 7, 3)}, {"dim_ordering": "tf"}
    return {
        **{name: first[name] for name in kept},
        "convolution_1d": stack(keras, lambda: layers.Convolution1D(4, 3, input_shape=(9, 3))),
        "convolution_2d": stack(keras, lambda: layers.Convolution2D(4, 3, 3, subsample=(2, 1), **plane, **tf)),
        "convolution_2d_same": stack(keras, lambda: layers.Convolution2D(4, 3, 3, border_mode="same", **plane, **tf)),
        "convolution_2d_same_even": stack(
            keras, lambda: layers.Convolution2D(4, 2, 4, border_mode="same", **plane, **tf)
        ),
        "convolution_2d_same_strided": stack(
            keras, lambda: layers.Convolution2D(4, 3, 3, border_mode="same", subsample=(2, 2), **plane, **tf)
        ),
        "convolution_2d_full": stack(keras, lambda: layers.Convolution2D(4, 3, 3, border_mode="full", **plane, **tf)),
        "dense": stack(keras, lambda: layers.Dense(4, input_dim=6)),
        "lstm": stack(keras, lambda: layers.LSTM(4, input_shape=(5, 3))),
        "time_distributed": stack(
            keras, lambda: layers.TimeDistributed(layers.Convolution2D(4, 3, 3, **tf), input_shape=(3, 6, 6, 2))
        ),
        "max_pooling_same": stack(
            keras,
            lambda: layers.Convolution2D(4, 3, 3, **plane, **tf),
            lambda: layers.MaxPooling2D((2, 2), border_mode="same", **tf),
        ),
    }
