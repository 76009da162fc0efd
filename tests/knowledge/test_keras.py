"""What each Keras release builds in: anchors of its history, and which row answers for a version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from loadstone.knowledge import ObjectKind, built_in, built_ins, keras_release, known_keras_releases

ROWS = known_keras_releases()

# (name, kind, keyword, the releases that take it, the releases that do not)
TAKES = [
    ("DepthwiseConv2D", ObjectKind.LAYER, "groups", ("2.5.0", "2.8.0", "2.15.0", "2.16.0"), ("3.0.5", "3.15.1")),
    ("LSTM", ObjectKind.LAYER, "time_major", ("2.2.4", "2.8.0", "2.15.0"), ("3.0.5", "3.15.1")),
    ("LSTM", ObjectKind.LAYER, "use_cudnn", ("3.2.1", "3.15.1"), ("2.15.0", "3.1.1")),
    ("InputLayer", ObjectKind.LAYER, "batch_input_shape", ("2.2.4", "2.15.0"), ()),
    ("InputLayer", ObjectKind.LAYER, "batch_shape", ("3.0.5", "3.15.1"), ("2.2.4", "2.15.0")),
    ("InputLayer", ObjectKind.LAYER, "optional", ("3.15.1",), ("2.15.0", "3.0.5")),
    ("Dense", ObjectKind.LAYER, "batch_input_shape", ("2.4.0", "2.15.0", "2.16.0"), ("3.0.5", "3.15.1")),
    ("Dense", ObjectKind.LAYER, "dynamic", ("2.4.0", "2.15.0"), ("3.0.5", "3.15.1")),
    ("Dense", ObjectKind.LAYER, "lora_rank", ("3.0.5", "3.15.1"), ("2.15.0", "2.16.0")),
    ("Conv2D", ObjectKind.LAYER, "groups", ("2.4.0", "2.15.0", "3.0.5"), ("2.2.4",)),
    ("Conv2D", ObjectKind.LAYER, "rank", (), ("2.4.0", "2.15.0", "3.15.1")),
    ("Lambda", ObjectKind.LAYER, "function_type", ("2.4.0", "2.15.0"), ("3.0.5", "3.15.1")),
    ("Lambda", ObjectKind.LAYER, "output_shape_module", ("2.4.0", "2.15.0"), ("3.15.1",)),
    ("Bidirectional", ObjectKind.LAYER, "num_constants", ("2.4.0", "2.15.0"), ("3.15.1",)),
    ("Adam", ObjectKind.OPTIMIZER, "lr", ("2.2.4", "2.8.0", "2.15.0"), ("3.0.5", "3.15.1")),
    ("Adam", ObjectKind.OPTIMIZER, "decay", ("2.2.4", "2.8.0", "2.15.0", "3.15.1"), ()),
    ("Adam", ObjectKind.OPTIMIZER, "is_legacy_optimizer", ("2.15.0",), ("2.8.0", "3.15.1")),
    ("Adam", ObjectKind.OPTIMIZER, "weight_decay", ("2.11.0", "2.15.0", "3.15.1"), ("2.8.0",)),
    ("Custom>Adam", ObjectKind.OPTIMIZER, "jit_compile", ("2.11.0", "2.15.0"), ()),
    ("AUC", ObjectKind.METRIC, "from_logits", ("2.5.0", "3.15.1"), ("2.4.0",)),
    ("MeanSquaredError", ObjectKind.LOSS, "reduction", ("2.2.4", "3.15.1"), ()),
    ("MeanSquaredError", ObjectKind.LOSS, "dtype", ("3.15.1",), ("2.15.0", "3.0.5")),
    ("Functional", ObjectKind.MODEL, "input_layers", ("2.4.0", "2.15.0", "3.15.1"), ()),
]


@pytest.mark.parametrize(
    ("name", "kind", "keyword", "release", "expected"),
    [
        pytest.param(name, kind, keyword, release, expected, id=f"{name}-{keyword}-{release}")
        for name, kind, keyword, takes, refuses in TAKES
        for expected, releases in ((True, takes), (False, refuses))
        for release in releases
    ],
)
def test_keywords(name: str, kind: ObjectKind, keyword: str, release: str, *, expected: bool) -> None:
    found = built_in(name, Version(release), kind)
    assert found is not None
    assert (keyword in found.arguments) is expected


# (name, kind, where it is imported from, releases that have it, releases that have not)
PRESENT = [
    ("LSTM", ObjectKind.LAYER, "keras.layers.LSTM", ("2.6.0", "2.15.0", "3.0.5", "3.15.1"), ()),
    ("LSTM", ObjectKind.LAYER, "tensorflow.keras.layers.LSTM", ("2.2.4", "2.5.0"), ()),
    ("LSTM", ObjectKind.LAYER, "tf_keras.layers.LSTM", ("2.16.0",), ()),
    ("GroupNormalization", ObjectKind.LAYER, "keras.layers.GroupNormalization", ("2.11.0", "3.15.1"), ("2.10.0",)),
    ("SpectralNormalization", ObjectKind.LAYER, "keras.layers.SpectralNormalization", ("2.13.1", "3.0.5"), ("2.12.0",)),
    ("LocallyConnected1D", ObjectKind.LAYER, "keras.layers.LocallyConnected1D", ("2.15.0",), ("3.0.5", "3.15.1")),
    ("TFOpLambda", ObjectKind.LAYER, "keras.src.layers.core.tf_op_layer.TFOpLambda", ("2.15.0",), ("2.3.0", "3.0.5")),
    ("TensorFlowOpLayer", ObjectKind.LAYER, "keras.src.engine.base_layer.TensorFlowOpLayer", ("2.15.0",), ("3.0.5",)),
    ("CuDNNLSTM", ObjectKind.LAYER, "keras.layers.cudnn_recurrent.CuDNNLSTM", ("2.8.0",), ("3.15.1",)),
    ("Functional", ObjectKind.MODEL, "keras.src.models.functional.Functional", ("3.0.5", "3.15.1"), ("2.2.4",)),
    ("Sequential", ObjectKind.MODEL, "keras.models.Sequential", ("3.15.1",), ()),
    ("gelu", ObjectKind.ACTIVATION, "keras.activations.gelu", ("2.6.0", "3.15.1"), ("2.3.0",)),
    ("mish", ObjectKind.ACTIVATION, "keras.activations.mish", ("2.13.1", "3.15.1"), ("2.12.0",)),
    ("swish", ObjectKind.ACTIVATION, "keras.activations.silu", ("3.15.1",), ()),
    ("glorot_uniform", ObjectKind.INITIALIZER, "keras.initializers.GlorotUniform", ("2.8.0", "2.15.0", "3.15.1"), ()),
    ("GlorotUniformV2", ObjectKind.INITIALIZER, "keras.initializers.GlorotUniform", ("2.15.0",), ("3.15.1",)),
    ("one", ObjectKind.INITIALIZER, "keras.initializers.Ones", ("2.15.0", "3.15.1"), ()),
    ("l1_l2", ObjectKind.REGULARIZER, "keras.regularizers.L1L2", ("3.15.1",), ()),
    ("max_norm", ObjectKind.CONSTRAINT, "keras.constraints.MaxNorm", ("2.15.0", "3.15.1"), ()),
    ("mse", ObjectKind.LOSS, "keras.losses.mean_squared_error", ("2.15.0",), ()),
    ("mse", ObjectKind.METRIC, "keras.metrics.MeanSquaredError", ("3.15.1",), ()),
    ("AdamW", ObjectKind.OPTIMIZER, "keras.optimizers.AdamW", ("2.12.0", "2.15.0", "3.15.1"), ("2.8.0",)),
    ("SGD", ObjectKind.OPTIMIZER, "keras.optimizers.SGD", ("2.8.0", "2.15.0", "3.15.1"), ()),
    ("CosineDecay", ObjectKind.SCHEDULE, "keras.optimizers.schedules.CosineDecay", ("2.8.0", "3.15.1"), ()),
    ("Policy", ObjectKind.POLICY, "keras.mixed_precision.Policy", ("2.15.0",), ("3.15.1",)),
    ("DTypePolicy", ObjectKind.POLICY, "keras.dtype_policies.DTypePolicy", ("3.15.1",), ("2.15.0",)),
    ("NotEqual", ObjectKind.OPERATION, "keras.src.ops.numpy.NotEqual", ("3.0.5", "3.15.1"), ("2.15.0",)),
    ("SeedGenerator", ObjectKind.OTHER, "keras.random.SeedGenerator", ("3.0.5", "3.15.1"), ("2.15.0",)),
]


@pytest.mark.parametrize(
    ("name", "kind", "path", "release"),
    [
        pytest.param(name, kind, path, release, id=f"{name}-{release}")
        for name, kind, path, present, _ in PRESENT
        for release in present
    ],
)
def test_present(name: str, kind: ObjectKind, path: str, release: str) -> None:
    found = built_in(name, Version(release))
    assert found is not None
    assert built_in(name, Version(release), kind) is not None
    assert built_in(name, Version(release), kind).import_path == path  # type: ignore[union-attr] # asserted above


@pytest.mark.parametrize(
    ("name", "kind", "release"),
    [
        pytest.param(name, kind, release, id=f"{name}-{release}")
        for name, kind, _, _, absent in PRESENT
        for release in absent
    ],
)
def test_absent(name: str, kind: ObjectKind, release: str) -> None:
    assert built_in(name, Version(release), kind) is None


@pytest.mark.parametrize("spelling", ["adam", "Adam", "ADAM"])
@pytest.mark.parametrize("release", ["2.2.4", "2.8.0", "2.15.0", "2.16.0", "3.0.5", "3.15.1"])
def test_optimizers_are_found_without_regard_to_case(spelling: str, release: str) -> None:
    found = built_in(spelling, Version(release), ObjectKind.OPTIMIZER)
    assert found is not None
    assert found.name == spelling
    assert "learning_rate" in found.arguments


@pytest.mark.parametrize("name", ["relu ", "RELU", "Lstm", "dense", "", "WeightNormalization", "Addons>Maxout", "add"])
def test_nothing_is_guessed(name: str) -> None:
    assert [built_in(name, release) for release in ROWS if release.major == 2] == [None] * sum(
        release.major == 2 for release in ROWS
    )


def test_a_kind_narrows_the_search() -> None:
    newest = Version("3.15.1")
    layer, operation = (built_in("Reshape", newest, kind) for kind in (ObjectKind.LAYER, ObjectKind.OPERATION))
    assert layer is not None
    assert operation is not None
    assert layer == built_in("Reshape", newest)
    assert "target_shape" in layer.arguments
    assert "newshape" in operation.arguments
    assert built_in("Reshape", newest, ObjectKind.LOSS) is None


def test_what_swallows_keywords_is_open_ended() -> None:
    newest = Version("3.15.1")
    found = {name: built_in(name, newest) for name in ("InputLayer", "Functional", "Sequential", "Dense", "LSTM")}
    assert {name: each.open_ended for name, each in found.items() if each} == {
        "InputLayer": True,
        "Functional": True,
        "Sequential": True,
        "Dense": False,
        "LSTM": False,
    }


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        ("2.8.0", "2.8.0"),
        ("2.13.0", "2.13.1"),
        ("3.0.0", "3.0.5"),
        ("3.11.1", "3.11.3"),
        ("3.15.0rc0", "3.15.1"),
        ("2.4.3", "2.4.0"),
        ("3.999.0", str(ROWS[-1])),
        ("2.999.0", str([row for row in ROWS if row.major == 2][-1])),
        ("2.1.0", None),
        ("1.2.2", None),
        ("4.0.0", None),
        ("0.3.3", None),
    ],
)
def test_the_row_for_a_version(asked: str, answers: str | None) -> None:
    assert keras_release(Version(asked)) == (Version(answers) if answers else None)


VERSIONS = st.builds(
    lambda *parts: Version(".".join(map(str, parts))), st.integers(0, 5), st.integers(0, 40), st.integers(0, 9)
)


@given(VERSIONS)
def test_a_row_is_of_the_same_major_and_not_of_a_later_minor(version: Version) -> None:
    row = keras_release(version)
    lower = [each for each in ROWS if each.major == version.major and each.minor <= version.minor]
    assert row == (lower[-1] if lower else None)


@given(VERSIONS, VERSIONS)
def test_rows_are_in_the_order_of_versions(first: Version, second: Version) -> None:
    rows = [keras_release(version) for version in sorted((first, second))]
    if first.major == second.major and rows[0] is not None:
        assert rows[1] is not None
        assert rows[0] <= rows[1]


@given(st.sampled_from(ROWS))
def test_a_known_release_answers_for_itself(release: Version) -> None:
    assert keras_release(release) == release


@given(VERSIONS)
def test_an_unknown_version_has_nothing(version: Version) -> None:
    assert bool(built_ins(version)) is (keras_release(version) is not None)
    assert (built_in("Dense", version) is None) is (keras_release(version) is None)


@pytest.mark.parametrize("release", ["2.2.4", "2.15.0", "3.15.1"])
def test_all_of_one_release(release: str) -> None:
    everything = built_ins(Version(release))
    assert len(everything) > 300
    for (kind, name), found in everything.items():
        assert (found.name, found.kind) == (name, kind)
        assert built_in(name, Version(release), kind) == found


def test_every_minor_release_has_a_row() -> None:
    minors = {(row.major, row.minor) for row in ROWS}
    assert minors >= {(2, minor) for minor in range(2, 22)}
    assert minors >= {(3, minor) for minor in range(16)}
