"""Convolutions of every kind, pooling, normalisation, activations, and networks as people build them of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.rescue.case import Case, NotInThisRelease, available, wanted

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def activations_by_name(release: Release) -> Any:
    """Every activation that a release knows by its name, as an argument and as a layer."""
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = layers.Dense(8, name="first")(features)
    names = [
        name
        for name in (
            "elu", "selu", "softplus", "softsign", "relu", "tanh", "sigmoid", "hard_sigmoid", "exponential", "linear",
            "swish", "gelu", "softmax", "mish", "relu6", "silu", "leaky_relu", "log_softmax",
        )
        if hasattr(keras.activations, name)
    ]  # fmt: skip
    branches = [layers.Dense(2, activation=name)(x) for name in names]
    branches += [layers.Activation(name)(layers.Dense(2)(x)) for name in names]
    return keras.models.Model(features, layers.Concatenate()(branches))


def activation_functions(release: Release) -> Any:
    """Activations given as functions."""
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    functions = available(
        keras.activations, "elu", "relu", "selu", "softplus", "tanh", "sigmoid", "hard_sigmoid", "softsign", "swish"
    )
    x = features
    for function in functions:
        x = layers.Dense(5, activation=function)(x)
        x = layers.Activation(function)(x)
    return keras.models.Model(features, layers.Dense(2, activation=keras.activations.softmax)(x))


def activation_layers(release: Release) -> Any:
    """Activations that are layers."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((6, 6, 3), name="image")
    x = layers.Conv2D(4, 3, padding="same")(image)
    x = layers.LeakyReLU(0.15)(x)
    x = layers.PReLU(shared_axes=[1, 2])(layers.Conv2D(4, 3)(x))
    x = layers.ELU(0.7)(x)
    x = layers.PReLU()(layers.Conv2D(4, 2)(x))
    x = layers.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.2)(layers.Conv2D(4, 1)(x))
    x = layers.Softmax(axis=1)(layers.Conv2D(3, 1)(x))
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def thresholded_relu(release: Release) -> Any:
    """ThresholdedReLU, which Keras 3 has not."""
    keras, layers = release.keras, release.keras.layers
    (thresholded,) = wanted(layers, "ThresholdedReLU")
    features = layers.Input((6,), name="features")
    x = thresholded(theta=0.4)(layers.Dense(7)(features))
    return keras.models.Model(features, layers.Dense(2)(x))


def convolutions_1d(release: Release) -> Any:
    """One-dimensional convolutions, pooling and padding."""
    keras, layers = release.keras, release.keras.layers
    signal = layers.Input((24, 3), name="signal")
    x = layers.Conv1D(5, 3, padding="causal", dilation_rate=2, activation="relu")(signal)
    x = layers.ZeroPadding1D((1, 2))(x)
    x = layers.Conv1D(6, 4, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.SeparableConv1D(5, 3, depth_multiplier=2, padding="same", activation="tanh")(x)
    x = layers.Cropping1D((1, 0))(x)
    x = layers.UpSampling1D(2)(x)
    x = layers.SpatialDropout1D(0.2)(x)
    x = layers.AveragePooling1D(3, strides=2, padding="same")(x)
    for layer in available(layers, "DepthwiseConv1D", "Conv1DTranspose"):
        x = layer(3, strides=2, padding="same")(x) if layer.__name__.startswith("D") else layer(4, 3, strides=2)(x)
    x = layers.MaxPooling1D(2)(x)
    pooled = [layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)]
    return keras.models.Model(signal, layers.Dense(2)(layers.Concatenate()(pooled)))


def convolutions_2d(release: Release) -> Any:
    """Two-dimensional convolutions, pooling and padding, with the arguments that they have."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((20, 18, 3), name="image")
    x = layers.Conv2D(6, (3, 5), dilation_rate=(2, 1), padding="same", activation="relu")(image)
    x = layers.ZeroPadding2D(((1, 0), (2, 1)))(x)
    x = layers.SeparableConv2D(6, 3, depth_multiplier=2, strides=2)(x)
    x = layers.BatchNormalization(axis=-1, momentum=0.9, epsilon=1e-2, center=False)(x)
    x = layers.DepthwiseConv2D((3, 2), depth_multiplier=2, padding="same", use_bias=False)(x)
    x = layers.SpatialDropout2D(0.2)(x)
    x = layers.Conv2DTranspose(5, 3, strides=2, padding="same", activation="elu")(x)
    x = layers.Conv2DTranspose(4, (4, 3), strides=(1, 2), output_padding=None)(x)
    x = layers.Cropping2D(((2, 1), (0, 3)))(x)
    x = layers.UpSampling2D((2, 1))(x)
    x = layers.UpSampling2D(2, interpolation="bilinear")(x)
    x = layers.AveragePooling2D(2, padding="same")(x)
    x = layers.MaxPooling2D((3, 2), strides=(2, 3), padding="same")(x)
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    return keras.models.Model(image, layers.Dense(2)(layers.Concatenate()(pooled)))


def convolutions_3d(release: Release) -> Any:
    """Three-dimensional convolutions, pooling and padding."""
    keras, layers = release.keras, release.keras.layers
    volume = layers.Input((8, 8, 6, 2), name="volume")
    x = layers.Conv3D(4, (3, 3, 2), padding="same", activation="relu")(volume)
    x = layers.BatchNormalization()(x)
    x = layers.MaxPooling3D(2)(x)
    x = layers.SpatialDropout3D(0.1)(x)
    x = layers.Conv3DTranspose(3, 2, strides=2)(x)
    x = layers.ZeroPadding3D((1, 0, 1))(x)
    x = layers.Cropping3D(((1, 0), (0, 1), (1, 1)))(x)
    x = layers.AveragePooling3D(2, padding="same")(x)
    x = layers.UpSampling3D((1, 2, 1))(x)
    pooled = [layers.GlobalAveragePooling3D()(x), layers.GlobalMaxPooling3D()(x)]
    return keras.models.Model(volume, layers.Dense(2)(layers.Concatenate()(pooled)))


def locally_connected(release: Release) -> Any:
    """Locally connected layers, which Keras 3 has not."""
    keras, layers = release.keras, release.keras.layers
    one, two = wanted(layers, "LocallyConnected1D", "LocallyConnected2D")
    image = layers.Input((8, 7, 2), name="image")
    x = two(3, (3, 2), strides=(2, 1), activation="relu")(image)
    x = layers.Reshape((18, 3))(x)
    x = one(4, 3, strides=2)(x)
    x = one(3, 2, use_bias=False)(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def locally_connected_implementations(release: Release) -> Any:
    """Locally connected layers whose kernels are stored as whole and as sparse matrices."""
    keras, layers = release.keras, release.keras.layers
    one, two = wanted(layers, "LocallyConnected1D", "LocallyConnected2D")
    image = layers.Input((6, 5, 2), name="image")
    try:
        x = two(3, 2, implementation=2, padding="same", activation="relu")(image)
        x = two(2, (2, 3), implementation=3)(x)
        x = layers.Reshape((15, 2))(x)
        x = one(3, 3, implementation=2, padding="same")(x)
        x = one(2, 2, implementation=3, strides=2)(x)
    except TypeError as error:
        raise NotInThisRelease(str(error)) from error
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def channels_first(release: Release) -> Any:
    """Layers that run with channels first on a CPU, too, and with the channels moved around those that do not."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((3, 8, 8), name="image")
    x = layers.ZeroPadding2D(1, data_format="channels_first")(image)
    x = layers.BatchNormalization(axis=1)(x)
    x = layers.Cropping2D(1, data_format="channels_first")(x)
    x = layers.UpSampling2D(2, data_format="channels_first")(x)
    x = layers.GlobalMaxPooling2D(data_format="channels_first")(x)
    return keras.models.Model(image, layers.Dense(2)(x))


def normalisations(release: Release) -> Any:
    """Every normalisation layer of a release."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((6, 6, 4), name="image")
    x = layers.Conv2D(8, 3)(image)
    x = layers.BatchNormalization(scale=False, gamma_initializer="ones", moving_mean_initializer="zeros")(x)
    x = layers.BatchNormalization(axis=2, center=False, trainable=False)(x)
    for layer in available(layers, "LayerNormalization"):
        x = layer(axis=-1, epsilon=1e-4)(layers.Conv2D(6, 1)(x))
        x = layer(axis=[1, 2], center=False)(x)
    for layer in available(layers, "UnitNormalization"):
        x = layer(axis=-1)(layers.Conv2D(6, 1)(x))
    for layer in available(layers, "GroupNormalization"):
        x = layer(groups=3, epsilon=1e-2)(layers.Conv2D(6, 1)(x))
    for layer in available(layers, "SpectralNormalization"):
        x = layer(layers.Conv2D(5, 2))(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def initializers(release: Release) -> Any:
    """Layers with every initializer, regularizer and constraint, as names, settings and objects."""
    keras, layers = release.keras, release.keras.layers
    init, regular, constrain = keras.initializers, keras.regularizers, keras.constraints
    features = layers.Input((6,), name="features")
    x = features
    for each in (
        "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "lecun_normal", "lecun_uniform", "ones", "zeros",
        "random_normal", "random_uniform", "truncated_normal", "orthogonal",
        init.Constant(0.3), init.RandomNormal(0.1, 0.2, seed=3), init.RandomUniform(-0.2, 0.2),
        init.TruncatedNormal(stddev=0.4), init.VarianceScaling(2.0, "fan_out", "uniform"),
        init.VarianceScaling(1.0, "fan_avg", "truncated_normal"), init.Orthogonal(1.2), init.Identity(0.9), init.Ones(),
    ):  # fmt: skip
        x = layers.Dense(6, kernel_initializer=each, bias_initializer="zeros", activation="tanh")(x)
    for each in ("l2", "l1", "l1_l2", regular.l2(0.02), regular.l1(0.03), regular.l1_l2(0.01, 0.02)):
        x = layers.Dense(6, kernel_regularizer=each, bias_regularizer=each, activity_regularizer=each)(x)
    for each in (
        "max_norm", "non_neg", "unit_norm", "min_max_norm",
        constrain.MaxNorm(3.0, axis=0), constrain.NonNeg(), constrain.UnitNorm(axis=1),
        constrain.MinMaxNorm(0.1, 2.0, rate=0.9, axis=0),
    ):  # fmt: skip
        x = layers.Dense(6, kernel_constraint=each, bias_constraint=None)(x)
    return keras.models.Model(features, layers.Dense(2)(x))


def image_classifier(release: Release) -> Any:
    """The convolutional network of every tutorial, a Sequential."""
    keras, layers = release.keras, release.keras.layers
    return keras.models.Sequential(
        [
            layers.Conv2D(4, (3, 3), activation="relu", input_shape=(14, 14, 1)),
            layers.Conv2D(6, (3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(12, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def autoencoder(release: Release) -> Any:
    """A convolutional autoencoder of two models, each saved inside."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((12, 12, 1), name="image")
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(image)
    encoder = keras.models.Model(image, layers.Dense(5, name="code")(layers.Flatten()(x)), name="encoder")
    code = layers.Input((5,), name="latent")
    x = layers.Reshape((6, 6, 4))(layers.Dense(144, activation="relu")(code))
    x = layers.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu")(x)
    decoder = keras.models.Model(code, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x), name="decoder")
    whole = layers.Input((12, 12, 1), name="whole")
    return keras.models.Model(whole, decoder(encoder(whole)), name="autoencoder")


def u_net(release: Release) -> Any:
    """A segmentation network with skips."""
    keras, layers = release.keras, release.keras.layers

    def block(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal")(x)
            x = layers.Activation("relu")(layers.BatchNormalization()(x))
        return x

    image = layers.Input((None, None, 2), name="image")
    first = block(image, 3)
    second = block(layers.MaxPooling2D()(first), 4)
    deep = layers.Dropout(0.3)(block(layers.MaxPooling2D()(second), 5))
    x = block(layers.Concatenate(axis=3)([layers.UpSampling2D()(deep), second]), 4)
    up = layers.Conv2DTranspose(3, 2, strides=2, padding="same")(x)
    x = block(layers.Concatenate(axis=3)([up, first]), 3)
    return keras.models.Model(image, layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x))


def _picture(generator: Any) -> list[Any]:
    return [generator.normal(size=(3, 8, 12, 2)).astype("float32")]


def residual_network(release: Release) -> Any:
    """Residual, bottleneck, inverted and squeeze-and-excite blocks."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((16, 16, 3), name="image")
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, kernel_regularizer="l2")(image)
    for stride in (1, 2):
        shortcut = layers.Conv2D(8, 1, strides=stride)(x) if stride > 1 else x
        y = layers.Activation("relu")(layers.BatchNormalization()(x))
        y = layers.Conv2D(4, 1, use_bias=False)(y)
        y = layers.Conv2D(8, 3, strides=stride, padding="same")(layers.ReLU()(layers.BatchNormalization()(y)))
        x = layers.add([shortcut, y])
    y = layers.Conv2D(16, 1)(x)
    y = layers.DepthwiseConv2D(3, padding="same")(layers.ReLU(6.0)(y))
    gate = layers.Reshape((1, 1, 16))(layers.GlobalAveragePooling2D()(y))
    gate = layers.Conv2D(16, 1, activation="sigmoid")(layers.Conv2D(4, 1, activation="relu")(gate))
    x = layers.add([x, layers.Conv2D(8, 1)(layers.multiply([y, gate]))])
    return keras.models.Model(image, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def inception_block(release: Release) -> Any:
    """Parallel branches that are joined."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((10, 10, 3), name="image")
    branches = [
        layers.Conv2D(3, 1, activation="relu")(image),
        layers.Conv2D(4, 3, padding="same")(layers.Conv2D(2, 1)(image)),
        layers.Conv2D(3, (1, 5), padding="same")(layers.Conv2D(2, (5, 1), padding="same")(image)),
        layers.Conv2D(2, 1)(layers.MaxPooling2D(3, strides=1, padding="same")(image)),
    ]
    x = layers.concatenate(branches, axis=-1)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def generative_adversarial(release: Release) -> Any:
    """A generator with a frozen discriminator behind it."""
    keras, layers = release.keras, release.keras.layers
    generator = keras.models.Sequential(
        [
            layers.Dense(36, input_dim=5),
            layers.LeakyReLU(0.2),
            layers.BatchNormalization(momentum=0.8),
            layers.Reshape((3, 3, 4)),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh"),
        ],
        name="generator",
    )
    discriminator = keras.models.Sequential(
        [
            layers.Conv2D(4, 3, strides=2, padding="same", input_shape=(6, 6, 3)),
            layers.LeakyReLU(0.2),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )
    discriminator.trainable = False
    noise = layers.Input((5,), name="noise")
    return keras.models.Model(noise, discriminator(generator(noise)), name="adversarial")


def dilated_causal_network(release: Release) -> Any:
    """A gated network of dilated causal convolutions over a sequence of any length."""
    keras, layers = release.keras, release.keras.layers
    signal = layers.Input((None, 2), name="signal")
    x, skips = layers.Conv1D(4, 1)(signal), []
    for dilation in (1, 2, 4):
        tanh = layers.Conv1D(4, 2, dilation_rate=dilation, padding="causal", activation="tanh")(x)
        gate = layers.Conv1D(4, 2, dilation_rate=dilation, padding="causal", activation="sigmoid")(x)
        gated = layers.Multiply()([tanh, gate])
        skips.append(layers.Conv1D(4, 1)(gated))
        x = layers.Add()([x, skips[-1]])
    x = layers.Activation("relu")(layers.Add()(skips))
    return keras.models.Model(signal, layers.Conv1D(1, 1)(x))


def _signal(generator: Any) -> list[Any]:
    return [generator.normal(size=(3, 13, 2)).astype("float32")]


CASES = (
    Case(activations_by_name),
    Case(activation_functions),
    Case(activation_layers),
    Case(thresholded_relu),
    Case(convolutions_1d),
    Case(convolutions_2d),
    Case(convolutions_3d),
    Case(locally_connected),
    Case(locally_connected_implementations),
    Case(channels_first),
    Case(normalisations),
    Case(initializers),
    Case(image_classifier),
    Case(autoencoder),
    Case(u_net, inputs=_picture),
    Case(residual_network),
    Case(inception_block),
    Case(generative_adversarial),
    Case(dilated_causal_network, inputs=_signal),
)
