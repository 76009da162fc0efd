"""The plain architectures of the corpus: tiny in width, whole in structure.

Runs inside the environments of the past, so the syntax is Python 3.8's and each function takes the release it builds
for. The same code builds a model in every release wherever Keras allowed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Release:
    """The modules of one release.

    Attributes:
        keras: ``tensorflow.keras``, or Keras 3.
        keras_version: the version that Keras writes into its files.
        tensorflow: TensorFlow, the backend.
        addons: ``tensorflow_addons``, None where no release of it exists.
    """

    keras: Any
    keras_version: str
    tensorflow: Any
    addons: Any

    @property
    def is_keras_3(self) -> bool:
        """Whether this is the multi-backend Keras, which has no TensorFlow operators in its graphs."""
        return self.keras_version.startswith("3.")


@dataclass(frozen=True)
class Architecture:
    """One model of the corpus.

    Attributes:
        build: makes the model for a release; deterministic, weights are set afterwards.
        labels: makes training targets for a batch size when the model is compiled, else None.
        custom_objects: the names a loader has to be given.
    """

    build: Callable[[Release], Any]
    labels: Callable[[int], Any] | None = None
    custom_objects: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The architecture's name in the table: its function's."""
        return self.build.__name__


def depthwise_separable(release: Release) -> Any:
    """MobileNet-like: depthwise and separable convolutions, batch normalisation, ReLU6."""
    keras, layers = release.keras, release.keras.layers
    image = keras.Input((16, 16, 3), name="image")
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(image)
    x = layers.Conv2D(6, 3, strides=2, use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(epsilon=1e-3)(x)
    x = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, use_bias=False)(x)
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.ReLU(6.0, name="relu6")(x)
    x = layers.SeparableConv2D(8, 3, padding="same", activation="relu", depth_multiplier=2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(image, layers.Dense(4, activation="softmax", name="probabilities")(x))


def recurrent_classifier(release: Release) -> Any:
    """Masked embedding, a bidirectional LSTM, GRUs with both kinds of reset gate."""
    keras, layers = release.keras, release.keras.layers
    tokens = keras.Input((12,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 6, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(5, return_sequences=True, recurrent_dropout=0.1))(x)
    x = layers.GRU(5, return_sequences=True, reset_after=False)(x)
    x = layers.Bidirectional(layers.GRU(4), merge_mode="sum")(x)
    return keras.Model(tokens, layers.Dense(3, activation="softmax")(x))


def siamese(release: Release) -> Any:
    """A nested encoder called twice, a shared layer, and a Sequential as a layer."""
    keras, layers = release.keras, release.keras.layers
    features = keras.Input((8,), name="features")
    x = layers.Dense(7, activation="relu", name="projection")(features)
    x = layers.BatchNormalization(name="normalised")(x)
    encoder = keras.Model(features, layers.Dense(6, activation="tanh", name="embedding")(x), name="encoder")
    shared = layers.Dense(5, activation="elu", name="shared")
    head = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(1, activation="sigmoid")], name="head")

    left, right = keras.Input((8,), name="left"), keras.Input((8,), name="right")
    a, b = encoder(left), encoder(right)
    joined = layers.Concatenate()([layers.Subtract()([a, b]), layers.Multiply()([a, b]), shared(a), shared(b)])
    return keras.Model([left, right], [head(joined), layers.Dot(axes=1, normalize=True)([a, b])], name="siamese")


def tensor_operators(release: Release) -> Any:
    """Python operators and functions on symbolic tensors, which Keras wraps in layers of its own."""
    return (_operators_of_keras_3 if release.is_keras_3 else _operators_of_tensorflow)(release)


def _operators_of_tensorflow(release: Release) -> Any:
    keras, tf = release.keras, release.tensorflow
    features = keras.Input((6,), name="features")
    x = keras.layers.Dense(8, activation="tanh")(features)
    x = x * 2.0 + 1.0
    x = tf.concat([x[:, 1:3], 1.0 - x[:, 4:], tf.nn.relu(x)], axis=-1)
    x = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    gate = tf.cast(x > 0.0, tf.float32)
    x = tf.stack([x, gate, -x / 3.0], axis=1)
    x = tf.reshape(x, (-1, 14, 3))
    x = tf.expand_dims(x, axis=2)
    x = keras.layers.Conv2D(2, (3, 1))(x)
    x = tf.squeeze(x, axis=2)
    return keras.Model(features, keras.layers.Dense(3)(keras.layers.Flatten()(x)))


def _operators_of_keras_3(release: Release) -> Any:
    keras, ops = release.keras, release.keras.ops
    features = keras.Input((6,), name="features")
    x = keras.layers.Dense(8, activation="tanh")(features)
    x = x * 2.0 + 1.0
    x = ops.concatenate([x[:, 1:3], 1.0 - x[:, 4:], ops.relu(x)], axis=-1)
    x = x - ops.mean(x, axis=-1, keepdims=True)
    gate = ops.cast(x > 0.0, "float32")
    x = ops.stack([x, gate, -x / 3.0], axis=1)
    x = ops.reshape(x, (-1, 14, 3))
    x = ops.expand_dims(x, axis=2)
    x = keras.layers.Conv2D(2, (3, 1))(x)
    x = ops.squeeze(x, axis=2)
    return keras.Model(features, keras.layers.Dense(3)(keras.layers.Flatten()(x)))


def sequential_input_shape(release: Release) -> Any:
    """A Sequential whose first layer carries the input shape."""
    layers = release.keras.layers
    return release.keras.Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(10,)),
            layers.Dropout(0.2),
            layers.Dense(6, activation="selu", kernel_regularizer="l2"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def sequential_input_layer(release: Release) -> Any:
    """A Sequential that begins with an input layer."""
    layers = release.keras.layers
    return release.keras.Sequential(
        [
            release.keras.Input((12, 12, 1), name="image"),
            layers.Conv2D(4, 3, activation="relu", data_format="channels_last"),
            layers.MaxPooling2D(),
            layers.LeakyReLU(0.1),
            layers.Conv2D(6, 3, dilation_rate=2, padding="same"),
            layers.PReLU(shared_axes=[1, 2]),
            layers.Flatten(),
            layers.Dense(4),
        ],
        name="digits",
    )


def attention_two_inputs(release: Release) -> Any:
    """Self and cross attention with residuals: two inputs, two outputs."""
    keras, layers = release.keras, release.keras.layers
    sequence = keras.Input((5, 8), name="sequence")
    context = keras.Input((3, 6), name="context")
    attended = layers.MultiHeadAttention(num_heads=2, key_dim=4, name="self_attention")(sequence, sequence)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([sequence, attended]))
    crossed = layers.MultiHeadAttention(num_heads=2, key_dim=3, value_dim=5, name="cross_attention")(x, value=context)
    x = layers.LayerNormalization()(layers.Add()([x, crossed]))
    score = layers.Dense(1, name="score")(layers.GlobalAveragePooling1D()(x))
    kind = layers.Dense(4, activation="softmax", name="kind")(layers.GlobalMaxPooling1D()(x))
    return keras.Model([sequence, context], [score, kind], name="attention")


def sequence_mixed(release: Release) -> Any:
    """Video to vector: TimeDistributed and recurrent convolutions, then one-dimensional ones."""
    keras, layers = release.keras, release.keras.layers
    video = keras.Input((4, 8, 8, 2), name="video")
    x = layers.TimeDistributed(layers.Conv2D(3, 3, activation="relu"))(video)
    x = layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)(x)
    x = layers.TimeDistributed(layers.MaxPooling2D(2))(x)
    x = layers.Reshape((4, 36))(x)
    x = layers.Conv1D(6, 2, padding="causal", activation="swish")(x)
    x = layers.TimeDistributed(layers.Dense(5, activation="softplus"))(x)
    x = layers.Permute((2, 1))(x)
    x = layers.AveragePooling1D(2)(x)
    return keras.Model(video, layers.LSTM(3)(x))


def plain_training(release: Release) -> Any:
    """Compiled with what Keras itself has, and trained."""
    keras, layers = release.keras, release.keras.layers
    image = keras.Input((10, 10, 1), name="image")
    x = layers.Conv2D(4, 3, kernel_initializer="he_normal", kernel_regularizer=keras.regularizers.l2(1e-4))(image)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Flatten()(x)
    model = keras.Model(image, layers.Dense(3, activation="softmax", kernel_constraint="max_norm")(x))
    model.compile("adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def custom_layer(release: Release) -> Any:
    """A layer of the author's own, in a registry nowhere."""
    keras = release.keras

    class Scale(keras.layers.Layer):  # type: ignore[misc, name-defined] # the base class comes with the release
        """Multiplies each channel by a weight of its own."""

        __module__ = "research"  # an author's script, long gone, and not importable here by accident

        def __init__(self, factor: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")
            super().build(input_shape)

        def call(self, inputs: Any) -> Any:
            return inputs * self.scale * self.factor

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "factor": self.factor}

    features = keras.Input((7,), name="features")
    x = keras.layers.Dense(6, activation="relu")(features)
    x = Scale(factor=0.5, name="scaled")(x)
    return keras.Model(features, keras.layers.Dense(2)(x))


def lambda_layer(release: Release) -> Any:
    """Lambda layers of plain arithmetic: on one tensor, with an argument, on two tensors."""
    keras, layers = release.keras, release.keras.layers
    features = keras.Input((9,), name="features")
    x = layers.Dense(6, activation="relu")(features)
    shapes = {"output_shape": (6,)} if release.is_keras_3 else {}
    halved = layers.Lambda(_in_a_script("lambda x: x * 0.5 + 1.0"), name="halved", **shapes)(x)
    scaled = layers.Lambda(_in_a_script("lambda x, by: by * x"), arguments={"by": 3.0}, name="scaled", **shapes)(x)
    mixed = layers.Lambda(_in_a_script("lambda pair: pair[0] - pair[1] ** 2"), name="mixed", **shapes)([halved, scaled])
    return keras.Model(features, layers.Dense(2)(mixed))


def lambda_with_global(release: Release) -> Any:
    """A Lambda layer that calls TensorFlow by the name that its script imported it under."""
    keras, layers = release.keras, release.keras.layers
    features = keras.Input((9,), name="features")
    normal = _in_a_script("lambda x: tf.math.l2_normalize(x, axis=-1)", tf=release.tensorflow)
    shapes = {"output_shape": (9,)} if release.is_keras_3 else {}
    x = layers.Lambda(normal, name="normal", **shapes)(features)
    return keras.Model(features, layers.Dense(2)(x))


def _in_a_script(source: str, **names: Any) -> Any:
    """The function as an author's script would hold it: global names of its own, and no path of this machine."""
    return eval(compile(source, "train.py", "eval"), names)  # noqa: S307 - the sources are the literals above


def class_labels(batch: int) -> Any:
    """Class indices in turn, shape (batch,), int32."""
    import numpy as np

    return np.arange(batch, dtype="int32") % 3


ARCHITECTURES = (
    Architecture(depthwise_separable),
    Architecture(recurrent_classifier),
    Architecture(siamese),
    Architecture(tensor_operators),
    Architecture(sequential_input_shape),
    Architecture(sequential_input_layer),
    Architecture(attention_two_inputs),
    Architecture(sequence_mixed),
    Architecture(plain_training, labels=class_labels),
    Architecture(custom_layer, custom_objects=("Scale",)),
    Architecture(lambda_layer),
    Architecture(lambda_with_global),
)
