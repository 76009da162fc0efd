"""The keys that each release writes: anchors of its history, and the configurations that real releases wrote."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from loadstone.knowledge import (
    ObjectKind,
    addons_config_keys,
    built_in,
    config_keys,
    known_keras_releases,
    tables,
)
from tests.knowledge.test_installed import CUSTOM, ERAS, written

if TYPE_CHECKING:
    from loadstone.artifact import KerasObject

LAYER = ObjectKind.LAYER

# (name, kind, distribution, key, releases whose every object has it, releases with it under a condition, without it)
WRITES = [
    ("Dense", LAYER, None, "units", ("2.2.4", "2.8.0", "2.15.0", "2.16.0", "3.0.5", "3.15.1"), (), ()),
    ("Dense", LAYER, None, "batch_input_shape", (), ("2.2.4", "2.15.0"), ("3.0.5", "3.15.1")),
    ("Dense", LAYER, None, "lora_rank", (), ("3.1.1", "3.15.1"), ("2.15.0",)),
    ("Dense", LAYER, None, "quantization_config", ("3.15.1",), (), ("3.0.5", "3.8.0")),
    ("Conv2D", LAYER, None, "groups", ("2.4.0", "2.15.0", "3.0.5"), (), ("2.2.4",)),
    ("DepthwiseConv2D", LAYER, None, "groups", ("2.4.0", "2.15.0"), (), ("3.0.5", "3.15.1")),
    ("LSTM", LAYER, None, "time_major", ("2.3.0", "2.15.0"), (), ("3.0.5", "3.15.1")),
    ("LSTM", LAYER, None, "seed", ("3.0.5", "3.15.1"), (), ("2.15.0",)),
    ("LSTM", LAYER, None, "cell", (), (), ("2.4.0", "2.15.0", "3.15.1")),
    ("LSTM", LAYER, None, "enable_caching_device", (), ("2.4.0", "2.15.0"), ("2.2.4", "3.15.1")),
    ("InputLayer", LAYER, None, "batch_input_shape", ("2.4.0",), ("2.5.0", "2.15.0"), ("3.0.5",)),
    ("InputLayer", LAYER, None, "type_spec", (), ("2.5.0", "2.15.0"), ("2.4.0", "3.0.5")),
    ("InputLayer", LAYER, None, "batch_shape", ("3.0.5", "3.15.1"), (), ("2.15.0",)),
    ("InputLayer", LAYER, None, "optional", ("3.15.1",), (), ("3.0.5",)),
    ("AUC", ObjectKind.METRIC, None, "from_logits", ("2.10.0", "3.15.1"), (), ("2.4.0", "2.9.0")),
    ("Adam", ObjectKind.OPTIMIZER, None, "jit_compile", (), ("2.11.0", "2.15.0"), ("2.8.0", "3.15.1")),
    ("Adam", ObjectKind.OPTIMIZER, None, "decay", ("2.8.0",), ("2.11.0", "2.15.0"), ("3.15.1",)),
    ("BinaryCrossentropy", ObjectKind.LOSS, None, "label_smoothing", ("2.2.4", "2.15.0", "3.15.1"), (), ()),
    ("BinaryCrossentropy", ObjectKind.LOSS, None, "axis", ("2.6.0", "3.15.1"), (), ("2.2.4",)),
    ("Functional", ObjectKind.MODEL, None, "layers", ("2.4.0",), ("2.15.0", "3.15.1"), ()),
    ("GlorotUniform", ObjectKind.INITIALIZER, None, "seed", ("2.4.0", "2.15.0", "3.15.1"), (), ()),
    ("Reshape", ObjectKind.OPERATION, None, "newshape", (), ("3.15.1",), ()),
    ("Dense", LAYER, "keras", "output_dim", ("1.2.2",), (), ("2.0.9", "2.3.1")),
    ("Dense", LAYER, "keras", "units", ("2.0.9", "2.2.4", "2.3.1"), (), ("1.2.2",)),
    ("Dense", LAYER, "keras", "input_dtype", (), ("1.2.2",), ("2.2.4",)),
    ("LSTM", LAYER, "keras", "inner_activation", ("1.2.2",), (), ("2.0.9",)),
    ("Adam", ObjectKind.OPTIMIZER, "keras", "lr", ("1.2.2", "2.2.4"), (), ("2.3.1",)),
]


@pytest.mark.parametrize(
    ("name", "kind", "distribution", "key", "release", "expected"),
    [
        pytest.param(name, kind, distribution, key, release, expected, id=f"{name}-{key}-{distribution}-{release}")
        for name, kind, distribution, key, *groups in WRITES
        for expected, releases in zip(((True, True), (True, False), (False, False)), groups, strict=True)
        for release in releases
    ],
)
def test_keys(
    name: str, kind: ObjectKind, distribution: str | None, key: str, release: str, expected: tuple[bool, bool]
) -> None:
    every = config_keys(name, Version(release), kind, distribution)
    always = config_keys(name, Version(release), kind, distribution, always=True)
    assert every is not None
    assert always is not None
    assert (key in every, key in always) == expected


@pytest.mark.parametrize(
    ("name", "release", "kind"),
    [
        ("relu", "2.15.0", ObjectKind.ACTIVATION),
        ("mse", "2.8.0", ObjectKind.LOSS),
        ("Nothing", "2.15.0", None),
        ("Dense", "1.2.2", None),
        ("Dense", "4.0.0", None),
        ("MeanMetricWrapper", "2.8.0", ObjectKind.METRIC),
        ("Addons>Maxout", "2.15.0", None),
    ],
)
def test_what_is_not_known(name: str, release: str, kind: ObjectKind | None) -> None:
    assert config_keys(name, Version(release), kind) is None


@pytest.mark.parametrize("spelling", ["adam", "Adam", "ADAM"])
def test_a_name_is_found_as_a_built_in_is(spelling: str) -> None:
    assert config_keys(spelling, Version("2.8.0"), ObjectKind.OPTIMIZER) == config_keys("Adam", Version("2.8.0"))


@pytest.mark.parametrize(
    ("identity", "release", "writes", "omits"),
    [
        ("Addons>GroupNormalization", "0.23.0", {"groups", "axis", "name", "trainable", "dtype"}, {"group"}),
        ("Addons>NoisyDense", "0.13.0", {"sigma", "use_factorised"}, set()),
        ("Addons>NoisyDense", "0.12.1", {"sigma"}, {"use_factorised"}),
        ("Addons>LAMB", "0.16.1", {"weight_decay", "beta_1"}, {"weight_decay_rate"}),
        ("Addons>LAMB", "0.15.0", {"weight_decay_rate"}, {"weight_decay"}),
        ("Addons>WeightNormalization", "0.14.0", {"layer", "data_init", "name"}, set()),
        ("Addons>RSquare", "0.23.0", {"name", "dtype"}, {"num_regressors"}),
        ("Maxout", "0.6.0", {"num_units", "axis", "name"}, set()),
    ],
)
def test_keys_of_addons(identity: str, release: str, writes: set[str], omits: set[str]) -> None:
    found = addons_config_keys(identity, Version(release))
    assert found is not None
    assert writes <= found
    assert not omits & found
    always = addons_config_keys(identity, Version(release), always=True)
    assert always is not None
    assert always <= found


@pytest.mark.parametrize(
    ("identity", "release"),
    [
        ("Addons>Maxout", "0.6.0"),
        ("Maxout", "0.7.0"),
        ("Maxout", "0.4.0"),
        ("Addons>gelu", "0.14.0"),
        ("LSTM", "0.23.0"),
    ],
)
def test_what_addons_do_not_write(identity: str, release: str) -> None:
    assert addons_config_keys(identity, Version(release)) is None


RELEASES = [(distribution, each) for distribution in ("keras", "tf-keras", "tensorflow")
            for each in known_keras_releases(distribution)]  # fmt: skip


@given(st.sampled_from(RELEASES), st.data())
def test_certain_keys_are_among_all(row: tuple[str, Version], data: st.DataObject) -> None:
    distribution, release = row
    names = sorted({*tables.table("keras").objects["layers"], *tables.table("multibackend").objects["layers"]})
    name = data.draw(st.sampled_from(names))
    every = config_keys(name, release, LAYER, distribution)
    always = config_keys(name, release, LAYER, distribution, always=True)
    if every is None:
        assert always is None
    else:
        assert always is not None
        assert always <= every
        assert all(key.isidentifier() for key in every)
        assert built_in(name, release, LAYER, distribution) is not None


@pytest.mark.parametrize("name", ["keras", "bundled", "multibackend"])
def test_nearly_every_class_could_be_read(name: str) -> None:
    known = tables.config_table(name)
    unknown = {
        each
        for kind, objects in known.objects.items()
        for each in objects
        if any(span.keys is None for span in known.spans(kind, each))
    }
    assert unknown <= UNREADABLE


# Base classes, what is made of any function, and an optimizer of TensorFlow's that refuses.
UNREADABLE = {
    "LearningRateSchedule", "LossFunctionWrapper", "MeanMetricWrapper", "Model", "Quantizer", "Regularizer",
    "SumOverBatchSizeMetricWrapper", "TFOptimizer", "mean_metric_wrapper", "quantizer", "regularizer", "tfoptimizer",
}  # fmt: skip


@pytest.mark.parametrize("era", ERAS)
def test_every_configuration_a_release_wrote_has_the_keys_it_writes(era: str) -> None:
    wrong: Counter[str] = Counter()
    seen = 0
    for one in written(era):
        told = keys_of(era, one)
        if one.is_identifier or one.identity in CUSTOM or not told:
            continue
        seen += 1
        if not any(always <= set(one.config) <= every for every, always in told):
            wrong[one.identity] += 1
    assert seen > 80
    assert not wrong


def keys_of(era: str, one: KerasObject) -> list[tuple[frozenset[str], frozenset[str]]]:
    """All keys and the certain ones that an era writes for an object; none when they are not known.

    Keras 3 writes its operations into an ``.h5`` under the names of layers.
    """
    keras, addons = ERAS[era]
    if one.package == "Addons" and addons:
        told = [[addons_config_keys(one.identity, Version(addons), always=certain) for certain in (False, True)]]
    else:
        kinds = (None, ObjectKind.OPERATION)
        told = [
            [config_keys(one.identity, Version(keras), kind, always=certain) for certain in (False, True)]
            for kind in kinds
        ]
    return [(every, always) for every, always in told if every is not None and always is not None]
