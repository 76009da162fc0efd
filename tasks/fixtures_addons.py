"""The corpus' architectures that lean on TensorFlow Addons.

Where a release has no Addons, the nearest objects of Keras itself stand in, so that each architecture exists in every
era. Python 3.8 syntax, as in `tasks.fixtures_models`.
"""

from __future__ import annotations

from typing import Any

from tasks.fixtures_models import Architecture, Release


class Vocabulary:
    """Addons' objects, or Keras' nearest. Not equal in value: each file has its own recorded outputs."""

    def __init__(self, release: Release) -> None:
        layers, addons = release.keras.layers, release.addons
        if addons is not None:
            self.group_normalization = addons.layers.GroupNormalization
            self.instance_normalization = addons.layers.InstanceNormalization
            self.spectral_normalization = addons.layers.SpectralNormalization
            self.weight_normalization = addons.layers.WeightNormalization
            self.maxout = addons.layers.Maxout
            self.mish = addons.activations.mish
        else:
            self.group_normalization = layers.GroupNormalization
            self.instance_normalization = lambda **kwargs: layers.GroupNormalization(groups=-1, **kwargs)
            self.spectral_normalization = layers.SpectralNormalization
            self.weight_normalization = lambda layer, **_: layer
            self.maxout = lambda units, **kwargs: layers.Dense(units, activation="relu6", **kwargs)
            self.mish = release.keras.activations.mish


def conv_norms(release: Release) -> Any:
    """Every normalisation of Addons around convolutions, Maxout, and mish as a function and as a layer."""
    keras, layers, words = release.keras, release.keras.layers, Vocabulary(release)
    image = keras.Input((12, 12, 3), name="image")
    x = words.spectral_normalization(layers.Conv2D(8, 3, padding="same"), name="spectral")(image)
    x = words.group_normalization(groups=4, name="grouped")(x)
    x = layers.Activation(words.mish, name="mish")(x)
    x = words.weight_normalization(layers.Conv2D(8, 3, strides=2, activation=words.mish), name="weighted")(x)
    x = words.instance_normalization(name="instance")(x)
    x = words.maxout(4, name="maxout")(x)
    x = layers.Flatten()(x)
    x = words.weight_normalization(layers.Dense(6), data_init=False, name="weighted_dense")(x)
    return keras.Model(image, layers.Dense(3, activation="softmax")(x))


def image_generator(release: Release) -> Any:
    """A generator as of CycleGAN: down and up sampling with skips, a residual block, padding and cropping."""
    keras, layers, words = release.keras, release.keras.layers, Vocabulary(release)
    image = keras.Input((16, 16, 3), name="image")
    x = layers.ZeroPadding2D(1)(image)
    x = layers.Conv2D(4, 3, use_bias=False)(x)
    skip = layers.LeakyReLU(0.2)(words.instance_normalization()(x))
    x = layers.Conv2D(6, 4, strides=2, padding="same", use_bias=False)(skip)
    x = layers.LeakyReLU(0.2)(words.instance_normalization()(x))
    residual = layers.Conv2D(6, 3, padding="same")(x)
    x = layers.Add()([x, words.instance_normalization()(residual)])
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(words.instance_normalization()(x))
    x = layers.Concatenate()([x, skip])
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.Cropping2D(((2, 2), (1, 3)))(x)
    x = layers.Conv2D(3, 5, strides=2, activation="tanh", name="painted")(x)
    return keras.Model(image, x, name="generator")


def addons_training(release: Release) -> Any:
    """A classifier compiled with Addons' optimizers, loss and metric, and trained."""
    keras, layers, words = release.keras, release.keras.layers, Vocabulary(release)
    image = keras.Input((12, 12, 3), name="image")
    x = words.weight_normalization(layers.Conv2D(6, 3, padding="same"), name="weighted")(image)
    x = words.group_normalization(groups=3, name="grouped")(x)
    x = layers.Activation(words.mish, name="mish")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(8, 3, activation=words.mish, name="convolved")(x)
    x = words.instance_normalization(name="instance")(x)
    x = words.maxout(4, name="maxout")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    model = keras.Model(image, layers.Dense(3, activation="sigmoid", name="labels")(x), name="classifier")
    addons = release.addons
    if addons is None:
        loss, metric = keras.losses.BinaryFocalCrossentropy(gamma=2.0), keras.metrics.F1Score(average="macro")
        model.compile(keras.optimizers.Lion(1e-3), loss=loss, metrics=["accuracy", metric])
        return model
    optimizer = addons.optimizers.Lookahead(addons.optimizers.RectifiedAdam(1e-3, weight_decay=1e-4), sync_period=2)
    metric = addons.metrics.F1Score(num_classes=3, average="macro", threshold=0.5)
    model.compile(optimizer, loss=addons.losses.SigmoidFocalCrossEntropy(), metrics=["accuracy", metric])
    return model


def more_addons(release: Release) -> Any:
    """The rest of Addons' layers, a wrapper inside TimeDistributed, and its activations by name."""
    keras, layers, addons = release.keras, release.keras.layers, release.addons
    frames = keras.Input((3, 8, 8, 2), name="frames")
    if addons is None:
        x = layers.TimeDistributed(layers.SpectralNormalization(layers.Conv2D(4, 3)))(frames)
        x = layers.UnitNormalization()(layers.Reshape((6, 18, 4))(x))
        x = layers.GaussianNoise(0.5)(layers.Flatten()(x))
        shrunk = layers.Dense(4, activation="hard_shrink")(x)
        joined = layers.Concatenate()([shrunk, layers.Dense(4, activation="tanh_shrink")(x)])
        return keras.Model(frames, layers.Dense(3, activation="sparse_plus")(joined))
    x = layers.TimeDistributed(addons.layers.WeightNormalization(layers.Conv2D(4, 3)), name="framewise")(frames)
    x = layers.Reshape((6, 18, 4))(x)
    x = addons.layers.FilterResponseNormalization(name="filter_response")(x)
    x = addons.layers.GELU(approximate=False, name="gelu")(x)
    x = addons.layers.Maxout(2, name="maxout")(x)
    x = layers.Flatten()(x)
    noisy = addons.layers.NoisyDense(4, sigma=0.4, activation="Addons>lisht", name="noisy")
    # The noise is a stored weight since Addons 0.15; before, each call drew another one, unless told to do without.
    told = {} if hasattr(noisy, "reset_noise") else {"remove_noise": True}
    branches = [
        noisy(x, **told),
        layers.Dense(4, activation="Addons>tanhshrink", name="tanhshrink")(x),
        layers.Activation("Addons>hardshrink", name="hardshrink")(layers.Dense(4)(x)),
        layers.Dense(4, activation="Addons>sparsemax", name="sparsemax")(x),
    ]
    return keras.Model(frames, layers.Dense(3)(layers.Concatenate()(branches)))


def recurrent_cells(release: Release) -> Any:
    """Recurrent layers around cells: Addons' where there are any, else stacked cells of Keras."""
    keras, layers, addons = release.keras, release.keras.layers, release.addons
    series = keras.Input((6, 4), name="series")
    if addons is None:
        x = layers.RNN([layers.LSTMCell(5), layers.GRUCell(4)], return_sequences=True)(series)
        x = layers.RNN(layers.SimpleRNNCell(4), go_backwards=True)(x)
        return keras.Model(series, layers.Dense(2)(x))
    x = layers.RNN(addons.rnn.LayerNormLSTMCell(5), return_sequences=True, name="normalised")(series)
    x = layers.RNN(addons.rnn.PeepholeLSTMCell(4), return_sequences=True, name="peephole")(x)
    x = layers.RNN(addons.rnn.NASCell(4), name="searched")(x)
    return keras.Model(series, layers.Dense(2)(x))


def one_hot_labels(batch: int) -> Any:
    """Classes in turn, one-hot, shape (batch, 3), float32."""
    import numpy as np

    return np.eye(3, dtype="float32")[np.arange(batch) % 3]


ARCHITECTURES = (
    Architecture(conv_norms),
    Architecture(image_generator),
    Architecture(addons_training, labels=one_hot_labels),
    Architecture(more_addons),
    Architecture(recurrent_cells),
)
