"""What few models have: joined words, feature columns, added losses, wrapped cells; layers of Keras 3 alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.rescue.case import BATCH, Case, NotInThisRelease, available, floats, tf_keras, wanted
from tasks.rescue.preprocessing import preprocessing

if TYPE_CHECKING:
    from tasks.fixtures_models import Release

#: Keras 3's layers of images with arguments that each takes; at inference most of them pass the image on.
IMAGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("AutoContrast", {}),
    ("Equalization", {}),
    ("Solarization", {"addition_factor": 0.1, "threshold_factor": 0.2}),
    ("RandomColorDegeneration", {"factor": 0.2}),
    ("RandomColorJitter", {"brightness_factor": 0.2, "hue_factor": 0.1}),
    ("RandomElasticTransform", {"factor": 0.5}),
    ("RandomErasing", {"factor": 0.5}),
    ("RandomGaussianBlur", {"factor": 0.5}),
    ("RandomGrayscale", {"factor": 0.5}),
    ("RandomHue", {"factor": 0.2}),
    ("RandomInvert", {"factor": 0.5}),
    ("RandomPerspective", {"factor": 0.5}),
    ("RandomPosterization", {"factor": 4}),
    ("RandomSaturation", {"factor": 0.2}),
    ("RandomSharpness", {"factor": 0.2}),
    ("RandomShear", {"x_factor": 0.2, "y_factor": 0.1}),
    ("AugMix", {}),
    ("RandAugment", {}),
    ("CutMix", {"factor": 0.5}),
    ("MixUp", {}),
)


def added_losses(release: Release) -> Any:
    """A variational autoencoder: its divergence was given to ``add_loss``, and to ``add_metric``."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    features = layers.Input((6,), name="features")
    x = layers.Dense(5, activation="tanh")(features)
    mean, log_variance = layers.Dense(2, name="mean")(x), layers.Dense(2, name="log_variance")(x)
    decoded = layers.Dense(6, name="decoded")(mean)
    model = keras.models.Model(features, decoded)
    terms = 1.0 + log_variance - tf.square(mean) - tf.exp(log_variance)
    divergence = -0.5 * tf.reduce_mean(terms)
    model.add_loss(divergence)
    if hasattr(model, "add_metric"):
        model.add_metric(divergence, name="divergence", aggregation="mean")
    model.compile("sgd", loss="mse")
    return model


def synchronized_normalization(release: Release) -> Any:
    """Batch normalization over all replicas, by its class and by its argument."""
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((6, 6, 3), name="image")
    made = [layer(momentum=0.9) for layer in available(getattr(layers, "experimental", None), "SyncBatchNormalization")]
    with suppress(TypeError):
        made.append(layers.BatchNormalization(synchronized=True))
    if not made:
        raise NotInThisRelease("the release normalizes over one replica only")
    x = layers.Conv2D(4, 3)(image)
    for layer in made:
        x = layer(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def random_crop(release: Release) -> Any:
    """A random crop, which at inference takes the middle."""
    keras, layers = release.keras, release.keras.layers
    (crop,) = preprocessing(release, "RandomCrop")
    image = layers.Input((10, 12, 3), name="image")
    x = layers.Conv2D(2, 3)(crop(6, 7)(image))
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def wrapped_cells(release: Release) -> Any:
    """Cells within TensorFlow's wrappers: of dropout, devices and what adds the input to the output."""
    tf_keras(release)
    keras, layers = release.keras, release.keras.layers
    dropout, residual, device = wanted(
        release.tensorflow.nn, "RNNCellDropoutWrapper", "RNNCellResidualWrapper", "RNNCellDeviceWrapper"
    )
    sequence = layers.Input((5, 4), name="sequence")
    x = layers.RNN(residual(layers.LSTMCell(4)), return_sequences=True)(sequence)
    x = layers.RNN(device(layers.GRUCell(3), "/cpu:0"), return_sequences=True)(x)
    x = layers.RNN(dropout(layers.SimpleRNNCell(3)))(x)
    return keras.models.Model(sequence, layers.Dense(2)(x))


def crossed_words(release: Release) -> Any:
    """Words of two features, joined, by the hash of what they are together."""
    keras, layers = release.keras, release.keras.layers
    crossing, hashing = preprocessing(release, "CategoryCrossing", "Hashing")
    inputs = [layers.Input((size,), dtype="string", name=name) for name, size in (("color", 2), ("shape", 1))]
    both = hashing(num_bins=7)(crossing()(inputs))
    alone = hashing(num_bins=7)(crossing(depth=(1, 2), separator="-")(inputs))
    x = layers.Embedding(8, 3)(layers.Concatenate(axis=1)([both, alone]))
    return keras.models.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def _crossed_words(_: Any) -> list[Any]:
    colors = [["red", "blue"], ["green", "green"], ["blue", "white"]]
    return [np.asarray(colors, dtype=object), np.asarray([["round"], ["flat"], ["round"]], dtype=object)]


def crossed_features(release: Release) -> Any:
    """Keras 3's crossing of two features by their hash."""
    keras, layers = release.keras, release.keras.layers
    (crossing,) = wanted(layers, "HashedCrossing")
    inputs = [layers.Input((1,), dtype="string", name=name) for name in ("color", "shape")]
    index = crossing(num_bins=7)(tuple(inputs))
    several = crossing(num_bins=5, output_mode="one_hot")(tuple(inputs))
    x = layers.Flatten()(layers.Embedding(8, 3)(index))
    return keras.models.Model(inputs, layers.Dense(2)(layers.Concatenate()([x, layers.Flatten()(several)])))


def _crossed_features(_: Any) -> list[Any]:
    return [
        np.asarray([["red"], ["green"], ["blue"]], dtype=object),
        np.asarray([["round"], ["flat"], ["round"]], dtype=object),
    ]


def feature_columns(release: Release) -> Any:
    """Numbers, ranges, identities, words and what they are together, as columns."""
    tf_keras(release)
    keras, layers, columns = release.keras, release.keras.layers, release.tensorflow.feature_column
    (dense_features,) = wanted(layers, "DenseFeatures")
    age, size = columns.numeric_column("age"), columns.numeric_column("size", shape=(2,), default_value=0.5)
    ages = columns.bucketized_column(age, [18, 35, 60])
    kind = columns.categorical_column_with_vocabulary_list("kind", ["cat", "dog", "bird"], num_oov_buckets=1)
    number = columns.categorical_column_with_identity("number", 6, default_value=0)
    town = columns.categorical_column_with_hash_bucket("town", 11)
    crossed = columns.crossed_column([ages, "kind"], 13)
    chosen = [
        age,
        size,
        ages,
        columns.indicator_column(kind),
        columns.indicator_column(number),
        columns.embedding_column(town, 2, combiner="sum"),
        columns.indicator_column(crossed),
    ]
    inputs = {
        "age": layers.Input((1,), name="age"),
        "kind": layers.Input((1,), dtype="string", name="kind"),
        "number": layers.Input((2,), dtype="int64", name="number"),
        "size": layers.Input((2,), name="size"),
        "town": layers.Input((1,), dtype="string", name="town"),
    }
    x = layers.Dense(4, activation="relu")(dense_features(chosen)(inputs))
    model = keras.models.Model(list(inputs.values()), layers.Dense(1)(x))
    _fill_tables(release)
    return model


def _fill_tables(release: Release) -> None:
    """Fills the tables of words, which TensorFlow 1 leaves to its users."""
    if release.tensorflow.__version__.startswith("1."):
        release.keras.backend.get_session().run(release.tensorflow.compat.v1.tables_initializer())


def _feature_columns(generator: Any) -> list[Any]:
    return [
        np.asarray([[12.0], [40.0], [70.0]], "float32"),
        np.asarray([["dog"], ["cat"], ["horse"]], dtype=object),
        np.asarray([[1, 5], [2, 2], [3, 0]], "int64"),
        floats(generator, 2),
        np.asarray([["Paris"], ["Rome"], ["Oslo"]], dtype=object),
    ]


def numeric_columns(release: Release) -> Any:
    """Columns of numbers alone, which every backend computes."""
    tf_keras(release)
    keras, layers, columns = release.keras, release.keras.layers, release.tensorflow.feature_column
    (dense_features,) = wanted(layers, "DenseFeatures")
    age, size = columns.numeric_column("age"), columns.numeric_column("size", shape=(2,))
    number = columns.categorical_column_with_identity("number", 6)
    code = columns.categorical_column_with_vocabulary_list("code", [12, 36, 1138], default_value=1)
    weighted = columns.weighted_categorical_column(number, "weight")
    chosen = [
        columns.bucketized_column(age, [18.0, 35.0, 60.0]),
        size,
        columns.embedding_column(number, 3),
        columns.embedding_column(code, 4, combiner="sqrtn", max_norm=1.5),
        columns.indicator_column(number),
        columns.indicator_column(weighted),
        columns.embedding_column(weighted, 2),
    ]
    inputs = {
        "age": layers.Input((1,), name="age"),
        "code": layers.Input((2,), dtype="int64", name="code"),
        "number": layers.Input((2,), dtype="int64", name="number"),
        "size": layers.Input((2,), name="size"),
        "weight": layers.Input((2,), name="weight"),
    }
    x = layers.Dense(4, activation="relu")(dense_features(chosen, name="columns")(inputs))
    model = keras.models.Model(list(inputs.values()), layers.Dense(1)(x))
    _fill_tables(release)
    return model


def _numeric_columns(generator: Any) -> list[Any]:
    return [
        np.asarray([[12.0], [40.0], [70.0]], "float32"),
        np.asarray([[12, 36], [1138, 12], [5, 36]], "int64"),
        np.asarray([[1, 5], [2, 2], [3, 0]], "int64"),
        floats(generator, 2),
        np.asarray([[0.5, 2.0], [1.5, 0.25], [-1.0, 3.0]], "float32"),
    ]


def images_of_keras_3(release: Release) -> Any:
    """Every image layer that Keras 3 added: some change an image at inference, the others are still there."""
    if not release.is_keras_3:
        raise NotInThisRelease("of Keras 3 only")
    keras, layers = release.keras, release.keras.layers
    image = layers.Input((8, 8, 3), name="image")
    found = [layer(**arguments) for name, arguments in IMAGES for layer in available(layers, name)]
    taken = [layer for layer in found if _gives_another(layer, image)]
    if not taken:
        raise NotInThisRelease("the release has none of them")
    x = image
    for layer in taken:
        x = layer(x)
    for pipeline in available(layers, "Pipeline"):
        x = pipeline([layers.Rescaling(1 / 255.0), layers.CenterCrop(6, 6)])(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(x))))


def _gives_another(layer: Any, image: Any) -> bool:
    """Whether a graph can have the layer: some give the very tensor that they were given, which is a cycle then."""
    try:
        return layer(image) is not image
    except Exception:  # noqa: BLE001 - whatever it raises, the release cannot trace it
        return False


def _pixels(generator: Any) -> list[Any]:
    return [generator.randint(0, 255, (BATCH, 8, 8, 3)).astype("float32")]


def spectrograms(release: Release) -> Any:
    """Keras 3's layers of audio."""
    keras, layers = release.keras, release.keras.layers
    (mel,) = wanted(layers, "MelSpectrogram")
    audio = layers.Input((256,), name="audio")
    x = mel(num_mel_bins=8, sampling_rate=8000, sequence_stride=64, fft_length=128, min_freq=30)(audio)
    outputs = [layers.Dense(2)(layers.Flatten()(x))]
    for stft in available(layers, "STFTSpectrogram"):
        spectrum = stft(mode="log", frame_length=64, frame_step=32, fft_length=64)(layers.Reshape((256, 1))(audio))
        outputs.append(layers.Dense(2)(layers.Flatten()(spectrum)))
    return keras.models.Model(audio, outputs)


def newer_layers(release: Release) -> Any:
    """Grouped attention, normalization by the root of the mean square, an embedding that is used backwards."""
    keras, layers = release.keras, release.keras.layers
    (attention,) = wanted(layers, "GroupQueryAttention")
    sequence = layers.Input((6,), dtype="int32", name="sequence")
    (embedding,) = available(layers, "ReversibleEmbedding") or [None]
    shared = embedding(10, 8) if embedding else layers.Embedding(10, 8)
    x = shared(sequence)
    x = attention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x, use_causal_mask=True)
    for normalization in available(layers, "RMSNormalization"):
        x = normalization()(x)
    x = shared(x, reverse=True) if embedding else layers.Dense(10)(x)
    return keras.models.Model(sequence, x)


def _sequence(generator: Any) -> list[Any]:
    return [generator.randint(0, 10, (BATCH, 6)).astype("int32")]


CASES = (
    Case(added_losses),
    Case(synchronized_normalization),
    Case(random_crop),
    Case(wrapped_cells),
    Case(crossed_words, inputs=_crossed_words),
    Case(crossed_features, inputs=_crossed_features),
    Case(feature_columns, inputs=_feature_columns),
    Case(numeric_columns, inputs=_numeric_columns),
    Case(images_of_keras_3, inputs=_pixels),
    Case(spectrograms),
    Case(newer_layers, inputs=_sequence),
)
