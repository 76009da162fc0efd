"""Versions that several distributions of Keras share: multi-backend Keras, TensorFlow's own, tf-keras."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from loadstone.knowledge import ObjectKind, built_in, built_ins, keras_release, known_keras_releases, providers

LAYER = ObjectKind.LAYER


@pytest.mark.parametrize(
    ("asked", "distribution", "answers"),
    [
        ("2.2.4", None, "2.2.4"),
        ("2.2.4", "keras", "2.2.4"),
        ("2.2.0", "keras", "2.2.4"),
        ("2.2.5", "keras", "2.2.5"),
        ("2.3.0", "keras", "2.3.1"),
        ("1.2.0", "keras", "1.2.2"),
        ("1.3.0", "keras", "1.2.2"),
        ("1.1.2", "keras", None),
        ("0.3.3", "keras", None),
        ("2.4.3", "keras", None),
        ("2.5.0rc0", "keras", None),
        ("2.6.0rc1", "keras", "2.6.0"),
        ("2.15.0", "keras", "2.15.0"),
        ("2.16.0", "keras", "2.15.0"),
        ("3.4.0", "keras", "3.4.1"),
        ("2.16.0", "tf-keras", "2.16.0"),
        ("2.15.0", "tf-keras", None),
        ("3.0.0", "tf-keras", None),
        ("2.1.0", "tensorflow", "2.1.4"),
        ("2.3.1", "tensorflow", "2.3.4"),
        ("2.5.0", "tensorflow", "2.5.3"),
        ("2.6.0", "tensorflow", None),
        ("2.0.0", "tensorflow", "2.0.4"),
        ("1.15.0", "tensorflow", "1.15.5"),
        ("1.12.0", "tensorflow", None),
        ("2.8.0", "theano", None),
    ],
)
def test_the_row_for_a_version_of_a_distribution(asked: str, distribution: str | None, answers: str | None) -> None:
    assert keras_release(Version(asked), distribution) == (Version(answers) if answers else None)


# (name, kind, distribution, release, where it is imported from; None where it is not found)
FOUND = [
    ("Dense", LAYER, "keras", "1.2.2", "keras.layers.Dense"),
    ("Convolution2D", LAYER, "keras", "1.2.2", "keras.layers.Convolution2D"),
    ("Convolution2D", LAYER, "keras", "2.3.1", "keras.layers.Conv2D"),
    ("AtrousConvolution2D", LAYER, "keras", "1.2.2", "keras.layers.AtrousConvolution2D"),
    ("AtrousConvolution2D", LAYER, "keras", "2.3.1", "keras.layers.AtrousConvolution2D"),
    ("Merge", LAYER, "keras", "1.2.2", "keras.layers.Merge"),
    ("Merge", LAYER, "keras", "2.1.6", "keras.layers.Merge"),
    ("Merge", LAYER, "keras", "2.2.4", None),
    ("MaxoutDense", LAYER, "keras", "2.3.1", "keras.layers.MaxoutDense"),
    ("MaxoutDense", LAYER, None, "2.3.0", None),
    ("TimeDistributedDense", LAYER, "keras", "1.2.2", "keras.layers.TimeDistributedDense"),
    ("TimeDistributedDense", LAYER, "keras", "2.0.9", None),
    ("ReLU", LAYER, "keras", "2.2.4", "keras.layers.ReLU"),
    ("ReLU", LAYER, "keras", "2.1.6", None),
    ("Deconv2D", LAYER, "keras", "2.2.4", "keras.layers.Conv2DTranspose"),
    ("Deconv2D", LAYER, "keras", "2.2.5", None),
    ("CuDNNLSTM", LAYER, "keras", "2.3.1", "keras.layers.CuDNNLSTM"),
    ("GroupNormalization", LAYER, "keras", "2.3.1", None),
    ("Container", ObjectKind.MODEL, "keras", "1.2.2", "keras.models.Model"),
    ("Container", ObjectKind.MODEL, "keras", "2.0.9", None),
    ("Sequential", ObjectKind.MODEL, "keras", "1.2.2", "keras.models.Sequential"),
    ("glorot_uniform", ObjectKind.INITIALIZER, "keras", "1.2.2", "keras.initializations.glorot_uniform"),
    ("glorot_uniform", ObjectKind.INITIALIZER, "keras", "2.3.1", "keras.initializers.glorot_uniform"),
    ("get_fans", ObjectKind.INITIALIZER, "keras", "1.2.2", None),
    ("GlorotUniform", ObjectKind.INITIALIZER, "keras", "2.3.1", None),
    ("l1l2", ObjectKind.REGULARIZER, "keras", "1.2.2", "keras.regularizers.l1l2"),
    ("WeightRegularizer", ObjectKind.REGULARIZER, "keras", "1.2.2", "keras.regularizers.L1L2Regularizer"),
    ("WeightRegularizer", ObjectKind.REGULARIZER, "keras", "2.0.9", None),
    ("mse", ObjectKind.LOSS, "keras", "1.2.2", "keras.objectives.mean_squared_error"),
    ("mse", ObjectKind.LOSS, "keras", "2.2.4", "keras.losses.mean_squared_error"),
    ("MeanSquaredError", ObjectKind.LOSS, "keras", "2.3.1", "keras.losses.MeanSquaredError"),
    ("MeanSquaredError", ObjectKind.LOSS, "keras", "2.2.5", None),
    ("fbeta_score", ObjectKind.METRIC, "keras", "1.2.2", "keras.metrics.fbeta_score"),
    ("fbeta_score", ObjectKind.METRIC, "keras", "2.0.9", None),
    ("ADAM", ObjectKind.OPTIMIZER, "keras", "1.2.2", "keras.optimizers.Adam"),
    ("LSTM", LAYER, "tensorflow", "2.3.1", "tensorflow.keras.layers.LSTM"),
    ("LSTM", LAYER, "tf-keras", "2.16.0", "tf_keras.layers.LSTM"),
    ("LSTM", LAYER, "keras", "2.6.0", "keras.layers.LSTM"),
]


@pytest.mark.parametrize(("name", "kind", "distribution", "release", "path"), FOUND)
def test_names(name: str, kind: ObjectKind, distribution: str | None, release: str, path: str | None) -> None:
    found = built_in(name, Version(release), kind, distribution)
    assert (found.import_path if found else None) == path


@pytest.mark.parametrize(
    ("name", "release", "takes", "refuses"),
    [
        ("Dense", "1.2.2", {"output_dim", "init", "W_regularizer", "input_dtype", "trainable"}, {"units", "dtype"}),
        ("Dense", "2.2.4", {"units", "kernel_initializer", "output_dim", "init", "W_regularizer", "dtype"}, {"dim"}),
        (
            "LSTM",
            "2.2.4",
            {"units", "dropout_U", "forget_bias_init", "inner_activation"},
            {"time_major"},
        ),
        ("Convolution2D", "2.2.4", {"filters", "nb_filter", "nb_row", "border_mode"}, {"groups"}),
        ("Adam", "2.2.4", {"lr", "decay", "clipnorm"}, {"learning_rate"}),
        ("Adam", "2.3.1", {"lr", "learning_rate", "decay"}, {"weight_decay"}),
    ],
)
def test_multi_backend_keras_2_takes_what_keras_1_wrote(
    name: str, release: str, takes: set[str], refuses: set[str]
) -> None:
    found = built_in(name, Version(release), distribution="keras")
    assert found is not None
    assert takes <= found.arguments
    assert not refuses & found.arguments
    assert not found.open_ended


def runs(identity: str, *, multibackend: bool) -> list[tuple[str, str, str]]:
    found = providers(identity, multibackend=multibackend)
    return [(each.distribution, str(each.first), str(each.last)) for each in found]


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("MaxoutDense", [("keras", "1.2.2", "2.3.1")]),
        ("Merge", [("keras", "1.2.2", "2.1.6")]),
        ("TimeDistributedDense", [("keras", "1.2.2", "1.2.2")]),
        ("Addons>CRF", []),
    ],
)
def test_only_multi_backend_keras_provides(identity: str, expected: list[tuple[str, str, str]]) -> None:
    with_it, without = runs(identity, multibackend=True), runs(identity, multibackend=False)
    assert with_it == expected + without
    assert not [each for each in without if each[0] == "keras"]


def test_multi_backend_keras_comes_first_and_in_a_run_of_its_own() -> None:
    newest = str(known_keras_releases()[-1])
    found = [run for run in runs("LSTM", multibackend=True) if run[0] == "keras"]
    assert found == [("keras", "1.2.2", "2.3.1"), ("keras", "2.6.0", newest)]


VERSIONS = st.builds(lambda *parts: Version(".".join(map(str, parts))), *[st.integers(0, 30)] * 3)


@given(VERSIONS, st.sampled_from(["keras", "tf-keras", "tensorflow"]))
def test_a_row_is_one_of_the_distribution(version: Version, distribution: str) -> None:
    row = keras_release(version, distribution)
    known = known_keras_releases(distribution)
    assert row is None or (row in known and row.major == version.major)
    assert [*known] == sorted(set(known))
    assert bool(built_ins(version, distribution)) is (row is not None)


@given(st.sampled_from(known_keras_releases("keras")))
def test_a_known_release_answers_for_itself(release: Version) -> None:
    assert keras_release(release, "keras") == release
