"""How models are put together: nested, shared, with many inputs, without an input; policies; and what is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.rescue.case import BATCH, Case, NotInThisRelease, classes

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def merging_layers(release: Release) -> Any:
    """Every merging layer, over axes and more than two inputs."""
    keras, layers = release.keras, release.keras.layers
    inputs = [layers.Input((4, 3), name=f"input_{letter}") for letter in "abc"]
    merged = [
        layers.Add()(inputs),
        layers.Subtract()(inputs[:2]),
        layers.Multiply()(inputs),
        layers.Average()(inputs),
        layers.Maximum()(inputs),
        layers.Minimum()(inputs),
    ]
    merged.append(layers.Concatenate(axis=1)(inputs))
    dots = [layers.Dot(axes=2)(inputs[:2]), layers.Dot(axes=(1, 1), normalize=True)(inputs[1:])]
    x = layers.Flatten()(layers.Concatenate(axis=1)(merged))
    flat = [layers.Flatten()(dot) for dot in dots]
    return keras.models.Model(inputs, layers.Dense(3)(layers.Concatenate()([x, *flat])))


def shapes(release: Release) -> Any:
    """Layers that change shapes only, noise, and regularisation of activities."""
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((12,), name="features")
    x = layers.Reshape((3, 4))(features)
    x = layers.Permute((2, 1))(x)
    x = layers.Reshape((-1, 2))(x)
    x = layers.GaussianNoise(0.1)(x)
    x = layers.GaussianDropout(0.2)(layers.Flatten()(x))
    x = layers.AlphaDropout(0.2)(x)
    x = layers.ActivityRegularization(l1=0.01, l2=0.02)(x)
    x = layers.RepeatVector(3)(layers.Dense(4)(x))
    x = layers.Dropout(0.4, noise_shape=(None, 1, 4))(x)
    return keras.models.Model(features, layers.Dense(2)(layers.Flatten()(x)))


def shared_layers(release: Release) -> Any:
    """A layer and a model, each called several times."""
    keras, layers = release.keras, release.keras.layers
    left, right = layers.Input((6,), name="left"), layers.Input((6,), name="right")
    features = layers.Input((6,), name="features")
    tower = keras.models.Model(features, layers.Dense(4, activation="tanh")(layers.Dense(5)(features)), name="tower")
    shared = layers.Dense(6, activation="relu", name="shared")
    a, b = tower(shared(left)), tower(shared(right))
    c = tower(shared(shared(left)))
    distance = layers.Subtract()([a, b])
    return keras.models.Model([left, right], [layers.Dense(1, name="score")(distance), c])


def nested_models(release: Release) -> Any:
    """A Sequential in a Model in a Sequential in a Model."""
    keras, layers = release.keras, release.keras.layers
    innermost = keras.models.Sequential(
        [layers.Dense(5, input_shape=(4,), name="innermost_dense"), layers.BatchNormalization(name="normal")],
        name="innermost",
    )
    features = layers.Input((4,), name="features")
    inner = keras.models.Model(features, layers.Dense(4, name="inner_dense")(innermost(features)), name="inner")
    middle = keras.models.Sequential([inner, layers.Dense(3, activation="relu", name="middle_dense")], name="middle")
    outer = layers.Input((4,), name="outer_features")
    x = layers.Dense(4, name="dense")(outer)
    return keras.models.Model(outer, layers.Dense(2, name="score")(middle(x)), name="outer")


def frozen_layers(release: Release) -> Any:
    """Frozen layers within a nested model, whose weights some releases then write in another order."""
    keras, layers = release.keras, release.keras.layers
    base = keras.models.Sequential(
        [
            layers.Conv2D(3, 3, input_shape=(8, 8, 2), name="first"),
            layers.BatchNormalization(name="normal"),
            layers.Conv2D(3, 3, name="second"),
            layers.BatchNormalization(name="normal_2"),
            layers.GlobalAveragePooling2D(),
        ],
        name="base",
    )
    base.layers[0].trainable = False
    base.layers[1].trainable = False
    return keras.models.Sequential([base, layers.Dense(4, activation="relu"), layers.Dense(2)], name="transfer")


def sequential_without_shape(release: Release) -> Any:
    """A Sequential that learnt its shape when it was first called."""
    keras, layers = release.keras, release.keras.layers
    if release.keras_version.startswith(("2.2.", "2.1.")) and release.keras.__name__ == "keras":
        raise NotInThisRelease("it saves no model without a shape")
    model = keras.models.Sequential([layers.Dense(5, activation="relu"), layers.Dense(4), layers.Dense(2)])
    model.build((None, 6))
    return model


def sequential_embedding(release: Release) -> Any:
    """A Sequential whose first layer is an embedding."""
    keras, layers = release.keras, release.keras.layers
    first = (
        [layers.Input((6,), dtype="int32"), layers.Embedding(20, 5)]
        if release.is_keras_3
        else [layers.Embedding(20, 5, input_length=6)]
    )
    return keras.models.Sequential(
        [*first, layers.Flatten(), layers.Dense(4, activation="relu"), layers.Dense(1, activation="sigmoid")]
    )


def _embedding(generator: Any) -> list[Any]:
    return [generator.randint(0, 20, (BATCH, 6)).astype("int32")]


def many_inputs(release: Release) -> Any:
    """Numbers, categories and an image, several outputs; a wide and a deep part."""
    keras, layers = release.keras, release.keras.layers
    wide = layers.Input((5,), name="wide")
    category = layers.Input((1,), dtype="int32", name="category")
    image = layers.Input((6, 6, 1), name="image")
    embedded = layers.Flatten()(layers.Embedding(10, 3, embeddings_regularizer="l2")(category))
    seen = layers.Flatten()(layers.Conv2D(2, 3, activation="relu")(image))
    deep = layers.Dense(6, activation="relu")(layers.Concatenate()([wide, embedded, seen]))
    joined = layers.Concatenate(name="joined")([wide, deep])
    outputs = [
        layers.Dense(3, activation="softmax", name="kind")(joined),
        layers.Dense(1, activation="sigmoid", name="flag")(joined),
        layers.Dense(1, name="amount")(deep),
    ]
    return keras.models.Model(inputs=[wide, category, image], outputs=outputs)


def named_inputs(release: Release) -> Any:
    """Inputs and outputs by name, where a release takes them so."""
    keras, layers = release.keras, release.keras.layers
    a, b = layers.Input((3,), name="a"), layers.Input((3,), name="b")
    x = layers.Concatenate(name="both")([a, b])
    outputs = {"sum": layers.Dense(2, name="sum")(x), "score": layers.Dense(1, name="score")(x)}
    try:
        return keras.models.Model(inputs={"a": a, "b": b}, outputs=outputs)
    except (AttributeError, TypeError, ValueError, KeyError, AssertionError) as error:
        raise NotInThisRelease(f"it takes no mapping of inputs: {type(error).__name__}") from error


def names_with_slashes(release: Release) -> Any:
    """Layers named as paths, as networks that were converted from TensorFlow 1 have them."""
    if release.is_keras_3:
        raise NotInThisRelease("Keras 3 allows no slash in a name")
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((5,), name="features")
    x = layers.Dense(4, activation="relu", name="block/first")(features)
    x = layers.BatchNormalization(name="block/normal")(x)
    return keras.models.Model(features, layers.Dense(2, name="head/score")(x))


def layer_in_layer_names(release: Release) -> Any:
    """Names that are alike: one the beginning of the other, and numbers behind them."""
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((4,), name="dense_1_input")
    x = features
    for name in ("dense_1", "dense", "dense_10", "dense_1_1", "dense_2"):
        x = layers.Dense(4, activation="tanh", name=name)(x)
    return keras.models.Model(features, x)


def _policy(release: Release, name: str) -> Any:
    keras, layers = release.keras, release.keras.layers
    dtype_policy = getattr(keras, "mixed_precision", None)
    experimental = getattr(dtype_policy, "experimental", None)
    setter = getattr(dtype_policy, "set_global_policy", None) or getattr(experimental, "set_policy", None)
    if setter is None:
        raise NotInThisRelease("it has no dtype policies")
    previous = release.keras.backend.floatx()
    setter(name)
    try:
        features = layers.Input((8,), name="features")
        x = layers.BatchNormalization()(layers.Dense(6, activation="relu")(features))
        if name == "mixed_float16":
            x = layers.Conv2D(4, 2, activation="relu")(layers.Reshape((3, 2, 1))(x))
            x = layers.Flatten()(layers.MaxPooling2D((2, 1))(x))
        x = layers.Dense(6, activation="tanh")(x)
        return keras.models.Model(features, layers.Dense(3, activation="softmax", dtype="float32")(x))
    finally:
        setter(previous)


def mixed_float16(release: Release) -> Any:
    """Half precision in the computations."""
    return _policy(release, "mixed_float16")


def mixed_bfloat16(release: Release) -> Any:
    """Brain floats in the computations."""
    return _policy(release, "mixed_bfloat16")


def double_precision(release: Release) -> Any:
    """Layers of double precision."""
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((5,), dtype="float64", name="features")
    x = layers.Dense(6, activation="tanh", dtype="float64")(features)
    x = layers.BatchNormalization(dtype="float64")(x)
    return keras.models.Model(features, layers.Dense(2, dtype="float64")(x))


def _classifier(release: Release) -> Any:
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = layers.Dense(8, activation="relu")(features)
    x = layers.BatchNormalization()(x)
    return keras.models.Model(features, layers.Dense(3, activation="softmax")(x))


def compiled_by_name(release: Release) -> Any:
    """Compiled with names alone."""
    model = _classifier(release)
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy", "mse"])
    return model


def compiled_with_objects(release: Release) -> Any:
    """Compiled with objects: a schedule, a loss and metrics with settings."""
    keras = release.keras
    model = _classifier(release)
    try:
        schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9, staircase=True)
        loss = keras.losses.CategoricalCrossentropy(from_logits=False, label_smoothing=0.1)
        metrics = [keras.metrics.CategoricalAccuracy(name="right"), keras.metrics.AUC(name="auc")]
    except AttributeError as error:
        raise NotInThisRelease(str(error)) from error
    model.compile(optimizer=keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True), loss=loss, metrics=metrics)
    return model


def compiled_by_output(release: Release) -> Any:
    """A loss, a weight and metrics for each output."""
    keras, layers = release.keras, release.keras.layers
    features = layers.Input((6,), name="features")
    x = layers.Dense(8, activation="relu")(features)
    outputs = [layers.Dense(3, activation="softmax", name="kind")(x), layers.Dense(1, name="amount")(x)]
    model = keras.models.Model(features, outputs)
    model.compile(
        optimizer=keras.optimizers.Adam(0.002, amsgrad=True, clipnorm=1.0),
        loss={"kind": "categorical_crossentropy", "amount": "mae"},
        loss_weights={"kind": 1.0, "amount": 0.3},
        metrics={"kind": ["accuracy"], "amount": ["mse"]},
    )
    return model


def _two_targets(generator: Any) -> Any:
    return [classes(generator), generator.normal(size=(BATCH, 1)).astype("float32")]


CASES = (
    Case(merging_layers),
    Case(shapes),
    Case(shared_layers),
    Case(nested_models),
    Case(frozen_layers),
    Case(sequential_without_shape),
    Case(sequential_embedding, inputs=_embedding),
    Case(many_inputs),
    Case(named_inputs),
    Case(names_with_slashes),
    Case(layer_in_layer_names),
    Case(mixed_float16, tolerance=2e-3),
    Case(mixed_bfloat16, tolerance=2e-2),
    Case(double_precision),
    Case(compiled_by_name, labels=classes),
    Case(compiled_with_objects, labels=classes),
    Case(compiled_by_output, labels=_two_targets),
)
