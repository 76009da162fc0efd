"""Every layer, cell, activation and optimizer of TensorFlow Addons in a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.rescue.case import Case, NotInThisRelease, available, classes, tokens

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def _addons(release: Release) -> Any:
    if release.addons is None:
        raise NotInThisRelease("there is no TensorFlow Addons for it")
    return release.addons


def addons_normalisations(release: Release) -> Any:
    """Normalisations of layers and of weights."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    image = layers.Input((8, 8, 4), name="image")
    x = tfa.layers.WeightNormalization(layers.Conv2D(6, 3), name="weighted")(image)
    x = tfa.layers.GroupNormalization(groups=3)(x)
    x = tfa.layers.InstanceNormalization(center=False)(x)
    for layer in available(tfa.layers, "SpectralNormalization"):
        x = layer(layers.Conv2D(6, 3, padding="same"))(x)
    for layer in available(tfa.layers, "FilterResponseNormalization"):
        x = layer()(x)
    for layer in available(tfa.layers, "TLU"):
        x = layer(affine=True)(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def addons_weight_normalisation(release: Release) -> Any:
    """Normalised weights that are not taken from the first batch; TensorFlow 2.1 hangs where a model has two."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = tfa.layers.WeightNormalization(layers.Dense(5, activation="relu"), data_init=False)(features)
    return keras.models.Model(features, layers.Dense(2)(x))


def addons_dense_layers(release: Release) -> Any:
    """Layers on vectors."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = tfa.layers.Maxout(4)(layers.Dense(8)(features))
    for layer in available(tfa.layers, "GELU", "Sparsemax"):
        x = layer()(layers.Dense(5)(x))
    for layer in available(tfa.layers, "Snake"):
        x = layer(frequency_initializer="ones")(layers.Dense(5)(x))
    for layer in available(tfa.layers, "PoincareNormalize"):
        x = layer(axis=1)(layers.Dense(5)(x))
    for layer in available(tfa.layers, "PolynomialCrossing"):
        x = layer(projection_dim=2)([x, layers.Dense(5)(features)])
    for layer in available(tfa.layers, "NoisyDense"):
        # Before Addons 0.15 it drew noise at every call, and stored none.
        x = layer(4)(x) if hasattr(layer, "reset_noise") else layers.Dense(4)(x)
    for layer in available(tfa.layers, "StochasticDepth"):
        x = layer(0.8)([x, layers.Dense(4)(features)])
    return keras.models.Model(features, layers.Dense(2)(x))


def addons_pooling(release: Release) -> Any:
    """Pooling to a given size, pyramids, and pooling undone."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    image = layers.Input((8, 8, 3), name="image")
    outputs = []
    for size, shape, names in (
        ((2, 4), (8, 8, 3), ("AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D")),
        (4, (64, 3), ("AdaptiveAveragePooling1D", "AdaptiveMaxPooling1D")),
        ((2, 2, 4), (2, 4, 8, 3), ("AdaptiveAveragePooling3D", "AdaptiveMaxPooling3D")),
        ([1, 2], (8, 8, 3), ("SpatialPyramidPooling2D",)),
    ):
        shaped = layers.Reshape(shape)(image)
        outputs += [layers.Flatten()(layer(size)(shaped)) for layer in available(tfa.layers, *names)]
    if not outputs:
        raise NotInThisRelease("the release has no such pooling")
    return keras.models.Model(image, layers.Dense(2)(layers.Concatenate()(outputs)))


def addons_attention(release: Release) -> Any:
    """Addons' multi-head attention."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    if not hasattr(tfa.layers, "MultiHeadAttention"):
        raise NotInThisRelease("the release has no MultiHeadAttention")
    series, memory = layers.Input((5, 6), name="series"), layers.Input((4, 6), name="memory")
    x = tfa.layers.MultiHeadAttention(head_size=3, num_heads=2)([series, series])
    x = tfa.layers.MultiHeadAttention(head_size=2, num_heads=2, output_size=5, dropout=0.1)([x, memory, memory])
    return keras.models.Model([series, memory], layers.Dense(2)(layers.Flatten()(x)))


def addons_cells(release: Release) -> Any:
    """Every cell, in recurrent layers and both directions."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    series = layers.Input((5, 4), name="series")
    x = series
    cells = available(tfa.rnn, "LayerNormLSTMCell", "NASCell", "PeepholeLSTMCell", "LayerNormSimpleRNNCell", "ESNCell")
    for cell in cells:
        x = layers.RNN(cell(4), return_sequences=True)(x)
    x = layers.RNN([cell(3) for cell in cells[:2]], return_sequences=True)(x)
    for layer in available(tfa.layers, "ESN"):
        x = layer(5, return_sequences=True)(x)
    x = layers.Bidirectional(layers.RNN(cells[0](3), return_sequences=True))(x)
    return keras.models.Model(series, layers.Dense(2)(layers.Flatten()(x)))


def addons_activations(release: Release) -> Any:
    """Activations as functions and by their registered names."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = layers.Dense(6)(features)
    found = available(
        tfa.activations, "hardshrink", "lisht", "mish", "softshrink", "tanhshrink", "sparsemax", "gelu", "snake"
    )
    # Keras 2.13 to 2.15 write this gelu as their own, which is another one.
    found = [function for function in found if keras.activations.serialize(function) != "gelu"]
    branches = [layers.Dense(2, activation=function)(x) for function in found]
    branches += [layers.Activation(function)(x) for function in found[:3]]
    try:
        return keras.models.Model(features, layers.Dense(2)(layers.Concatenate()(branches)))
    except Exception as error:  # an operator of a library that does not load beside this build
        raise NotInThisRelease(str(error)) from error


def addons_embedding_bag(release: Release) -> Any:
    """Sums of embeddings."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    if not hasattr(tfa.layers, "EmbeddingBag"):
        raise NotInThisRelease("the release has no EmbeddingBag")
    words = layers.Input((4,), dtype="int32", name="words")
    x = tfa.layers.EmbeddingBag(12, 5, combiner="mean")(words)
    return keras.models.Model(words, layers.Dense(2)(x))


def addons_crf(release: Release) -> Any:
    """A conditional random field over tokens."""
    tfa, keras, layers = _addons(release), release.keras, release.keras.layers
    if not hasattr(tfa.layers, "CRF"):
        raise NotInThisRelease("the release has no CRF")
    words = layers.Input((6,), dtype="int32", name="words")
    x = layers.Embedding(12, 5, mask_zero=True)(words)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    decoded, potentials, lengths, kernel = tfa.layers.CRF(3)(x)
    return keras.models.Model(words, [decoded, potentials, lengths, kernel])


def _words(generator: Any) -> list[Any]:
    return [tokens(generator, 6)]


def _few_words(generator: Any) -> list[Any]:
    return [generator.randint(0, 12, (3, 4)).astype("int32")]


def _compiled(release: Release, optimizer: Any, loss: Any = "categorical_crossentropy", metrics: Any = ()) -> Any:
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = layers.Dense(7, activation="relu")(features)
    model = keras.models.Model(features, layers.Dense(3, activation="softmax")(x))
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    return model


def addons_lookahead(release: Release) -> Any:
    """Compiled with an optimizer around an optimizer, a loss and metrics of Addons."""
    tfa = _addons(release)
    optimizer = tfa.optimizers.Lookahead(tfa.optimizers.RectifiedAdam(0.01), sync_period=2)
    metrics = [tfa.metrics.F1Score(num_classes=3)] + [m(num_classes=3) for m in available(tfa.metrics, "FBetaScore")]
    return _compiled(release, optimizer, tfa.losses.SigmoidFocalCrossEntropy(), metrics)


def addons_weight_decay(release: Release) -> Any:
    """Compiled with decoupled weight decay."""
    tfa = _addons(release)
    return _compiled(release, tfa.optimizers.AdamW(weight_decay=1e-3, learning_rate=0.01))


def addons_cyclical_rate(release: Release) -> Any:
    """Compiled with a cyclical learning rate."""
    tfa = _addons(release)
    if not hasattr(tfa.optimizers, "TriangularCyclicalLearningRate"):
        raise NotInThisRelease("the release has no cyclical learning rates")
    schedule = tfa.optimizers.TriangularCyclicalLearningRate(1e-4, 1e-2, step_size=5)
    return _compiled(release, tfa.optimizers.SGDW(weight_decay=1e-4, learning_rate=schedule, momentum=0.9))


CASES = (
    Case(addons_normalisations),
    Case(addons_weight_normalisation),
    Case(addons_dense_layers),
    Case(addons_pooling),
    Case(addons_attention),
    Case(addons_cells),
    Case(addons_activations),
    Case(addons_embedding_bag, inputs=_few_words),
    Case(addons_crf, inputs=_words),
    Case(addons_lookahead, labels=classes),
    Case(addons_weight_decay, labels=classes),
    Case(addons_cyclical_rate, labels=classes),
)
