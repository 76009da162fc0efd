"""Preprocessing inside models: adapted state, vocabularies, random layers; images, categories, text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tasks.rescue.case import BATCH, Case, NotInThisRelease, available

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def preprocessing(release: Release, *names: str) -> list[Any]:
    """Preprocessing layers, which stood in ``experimental`` first."""
    layers = release.keras.layers
    old = getattr(getattr(layers, "experimental", None), "preprocessing", None)
    found = []
    for name in names:
        place = layers if hasattr(layers, name) else old
        if place is None or not hasattr(place, name):
            raise NotInThisRelease(f"the release has no {name}")
        found.append(getattr(place, name))
    return found


def adapted_normalization(release: Release) -> Any:
    """Means and variances that a layer took from data, and those that it was given."""
    keras, layers = release.keras, release.keras.layers
    (normalization,) = preprocessing(release, "Normalization")
    features = layers.Input((4,), name="features")
    adapted = normalization(name="adapted")
    adapted.adapt(np.random.RandomState(5).normal(2.0, 3.0, size=(32, 4)).astype("float32"))
    x = adapted(features)
    return keras.models.Model(features, layers.Dense(2)(x))


def image_preprocessing(release: Release) -> Any:
    """Scaling, resizing and cropping."""
    keras, layers = release.keras, release.keras.layers
    rescaling, resizing, crop = preprocessing(release, "Rescaling", "Resizing", "CenterCrop")
    image = layers.Input((12, 14, 3), name="image")
    x = rescaling(1.0 / 127.5, offset=-1.0)(image)
    x = resizing(10, 8)(x)
    x = resizing(9, 9, interpolation="nearest")(x)
    x = crop(6, 7)(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(x))))


def random_images(release: Release) -> Any:
    """Random layers, which do nothing at inference."""
    keras, layers = release.keras, release.keras.layers
    flip, rotation, zoom, contrast, translation = preprocessing(
        release, "RandomFlip", "RandomRotation", "RandomZoom", "RandomContrast", "RandomTranslation"
    )
    image = layers.Input((8, 8, 3), name="image")
    x = flip("horizontal")(image)
    x = rotation(0.1, fill_mode="nearest")(x)
    x = zoom(0.2, 0.1)(x)
    x = contrast(0.2)(x)
    x = translation(0.1, 0.2, interpolation="nearest")(x)
    for layer in available(layers, "RandomBrightness"):
        x = layer(0.2)(x)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(x))))


def random_sizes(release: Release) -> Any:
    """Layers of random sizes, which Keras 3 has not."""
    keras, layers = release.keras, release.keras.layers
    height, width = preprocessing(release, "RandomHeight", "RandomWidth")
    image = layers.Input((8, 8, 3), name="image")
    x = width(0.2)(height(0.2)(image))
    return keras.models.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x))))


def categories(release: Release) -> Any:
    """Encodings of numbers as categories."""
    keras, layers = release.keras, release.keras.layers
    encoding, discretization = preprocessing(release, "CategoryEncoding", "Discretization")
    numbers = layers.Input((3,), name="numbers")
    try:
        bins = discretization(bin_boundaries=[-1.0, 0.0, 1.0])(numbers)
    except TypeError:
        bins = discretization([-1.0, 0.0, 1.0])(numbers)
    try:
        x = encoding(num_tokens=4, output_mode="multi_hot")(bins)
    except (TypeError, ValueError):
        x = encoding(max_tokens=4, output_mode="binary")(bins)
    return keras.models.Model(numbers, layers.Dense(2)(x))


def integer_vocabulary(release: Release) -> Any:
    """Integers by a table."""
    keras, layers = release.keras, release.keras.layers
    (lookup,) = preprocessing(release, "IntegerLookup")
    numbers = layers.Input((3,), dtype="int64", name="numbers")
    try:
        index = lookup(vocabulary=[12, 36, 1138, 42])(numbers)
    except TypeError:
        layer = lookup()
        layer.set_vocabulary([12, 36, 1138, 42])
        index = layer(numbers)
    return keras.models.Model(numbers, layers.Dense(2)(layers.Flatten()(layers.Embedding(8, 3)(index))))


def _integers(_: Any) -> list[Any]:
    return [np.asarray([[12, 36, 7], [1138, 42, 42], [5, 12, 36]], "int64")]


def word_vocabulary(release: Release) -> Any:
    """Words by a table."""
    keras, layers = release.keras, release.keras.layers
    (lookup,) = preprocessing(release, "StringLookup")
    words = layers.Input((3,), dtype="string", name="words")
    index = lookup(vocabulary=["red", "green", "blue"])(words)
    return keras.models.Model(words, layers.Dense(2)(layers.Flatten()(layers.Embedding(8, 3)(index))))


def _words(_: Any) -> list[Any]:
    return [np.asarray([["red", "blue", "black"], ["green", "green", "red"], ["blue", "white", "red"]], dtype=object)]


def hashed_words(release: Release) -> Any:
    """Words by their hash."""
    keras, layers = release.keras, release.keras.layers
    (hashing,) = preprocessing(release, "Hashing")
    words = layers.Input((3,), dtype="string", name="words")
    index = hashing(num_bins=5)(words)
    return keras.models.Model(words, layers.Dense(2)(layers.Flatten()(layers.Embedding(8, 3)(index))))


def text_vectorization(release: Release) -> Any:
    """Sentences to words by a vocabulary that was given."""
    keras, layers = release.keras, release.keras.layers
    (vectorization,) = preprocessing(release, "TextVectorization")
    sentence = layers.Input((1,), dtype="string", name="sentence")
    layer = vectorization(max_tokens=10, output_sequence_length=5)
    layer.set_vocabulary(["the", "cat", "sat", "mat"])
    x = layers.Embedding(12, 3)(layer(sentence))
    return keras.models.Model(sentence, layers.Dense(2)(layers.Flatten()(x)))


def _sentences(_: Any) -> list[Any]:
    return [np.asarray([["The cat sat!"], ["a mat, the mat"], ["dog"]], dtype=object)]


def image_model_with_preprocessing(release: Release) -> Any:
    """A Sequential of augmentation within a classifier, as tutorials have it."""
    keras, layers = release.keras, release.keras.layers
    rescaling, flip, rotation = preprocessing(release, "Rescaling", "RandomFlip", "RandomRotation")
    augmentation = keras.models.Sequential([flip("horizontal"), rotation(0.2)], name="augmentation")
    image = layers.Input((10, 10, 3), name="image")
    x = rescaling(1.0 / 255)(augmentation(image))
    x = layers.Conv2D(4, 3, activation="relu")(x)
    return keras.models.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def _pixels(generator: Any) -> list[Any]:
    return [generator.randint(0, 255, (BATCH, 10, 10, 3)).astype("float32")]


CASES = (
    Case(adapted_normalization),
    Case(image_preprocessing),
    Case(random_images),
    Case(random_sizes),
    Case(categories),
    Case(integer_vocabulary, inputs=_integers),
    Case(word_vocabulary, inputs=_words),
    Case(hashed_words, inputs=_words),
    Case(text_vectorization, inputs=_sentences),
    Case(image_model_with_preprocessing, inputs=_pixels),
)
