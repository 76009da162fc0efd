"""Layers and cells beyond the golden table: configurations of every release, states, shapes, arguments, errors."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone.addons as tfa
from loadstone.addons.layers.embedding_bag import _embedding_bag
from loadstone.addons.utils import keras_utils

BACKEND = keras.backend.backend()
RANDOM = np.random.default_rng(0)
SEQUENCES = RANDOM.normal(size=(2, 3, 4)).astype("float32")
DENSE = {"class_name": "Dense", "config": {"units": 2}}
OF_EVERY_LAYER = {"name": "old", "trainable": True, "dtype": "float32"}
OF_KERAS_2 = {"batch_input_shape": [None, 4], "dynamic": False}
NORM = {
    "axis": -1,
    "epsilon": 0.001,
    "center": True,
    "scale": True,
    "beta_initializer": {"class_name": "Zeros", "config": {}},
    "gamma_initializer": {"class_name": "Ones", "config": {}},
    "beta_regularizer": None,
    "gamma_regularizer": None,
    "beta_constraint": None,
    "gamma_constraint": None,
}
NOISY = {
    "units": 2,
    "sigma": 0.5,
    "activation": "linear",
    "use_bias": True,
    "kernel_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "bias_constraint": None,
}
CROSSING = {
    "projection_dim": None,
    "use_bias": True,
    "kernel_initializer": {"class_name": "TruncatedNormal", "config": {"mean": 0.0, "stddev": 0.05, "seed": None}},
    "bias_initializer": {"class_name": "Zeros", "config": {}},
    "kernel_regularizer": None,
    "bias_regularizer": None,
}
BAG = {
    "input_dim": 5,
    "output_dim": 2,
    "embeddings_initializer": {
        "class_name": "RandomUniform",
        "config": {"minval": -0.05, "maxval": 0.05, "seed": None},
    },
    "embeddings_regularizer": None,
    "embeddings_constraint": None,
    "mask_zero": False,
    "combiner": "mean",
}
LSTM = {"units": 2, "implementation": 2, "enable_caching_device": False, "norm_epsilon": 0.01}

# What releases wrote, where that changed or Keras 3 has no such setting, and what it means today.
OF_RELEASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("0.5.0-0.11.2", "GroupNormalization", {**NORM, "groups": 2}, {"groups": 2}),
    ("0.12.0-0.23.0", "GroupNormalization", {**NORM, "groups": 32}, {"groups": 32}),
    ("0.5.0-0.23.0", "InstanceNormalization", {**NORM, "groups": 4}, {"groups": -1}),
    ("0.12.0-0.12.1", "NoisyDense", NOISY, {"use_factorised": True}),
    ("0.13.0-0.23.0", "NoisyDense", {**NOISY, "use_factorised": False}, {"use_factorised": False}),
    ("0.8.1-0.10.0", "PolynomialCrossing", CROSSING, {"diag_scale": 0.0}),
    ("0.11.0-0.23.0", "PolynomialCrossing", {**CROSSING, "diag_scale": 0.5}, {"diag_scale": 0.5}),
    ("0.14.0-0.19.0", "EmbeddingBag", {**BAG, "input_length": 3}, {"combiner": "mean"}),
    ("0.20.0-0.23.0", "EmbeddingBag", BAG, {"combiner": "mean"}),
    ("0.5.0-0.23.0", "LayerNormLSTMCell", LSTM, {"norm_epsilon": 0.01}),
    ("0.11.0-0.23.0", "PeepholeLSTMCell", {"units": 2, "implementation": 1}, {"units": 2}),
    ("0.11.0-0.23.0", "ESN", {"units": 2, "time_major": False, "num_constants": None}, {"units": 2, "leaky": 1}),
    ("0.5.0-0.23.0", "NASCell", {"units": 2, "kernel_initializer": "glorot_uniform"}, {"projection": None}),
    ("0.5.0-0.23.0", "WeightNormalization", {"layer": DENSE, "data_init": False}, {"data_init": False}),
    (
        "0.11.0-0.23.0",
        "SpectralNormalization",
        {"layer": {"class_name": "Addons>NoisyDense", "config": NOISY}, "power_iterations": 2},
        {"power_iterations": 2},
    ),
    ("0.12.0-0.23.0", "MaxUnpooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "SAME"}, {}),
    ("0.8.1-0.23.0", "TLU", {"affine": False, "tau_initializer": {"class_name": "Zeros", "config": {}}}, {}),
]


@pytest.mark.parametrize(("releases", "name", "old", "now"), OF_RELEASES)
def test_configuration_of_a_release(releases: str, name: str, old: dict[str, Any], now: dict[str, Any]) -> None:
    del releases
    written = json.loads(json.dumps({**OF_EVERY_LAYER, **OF_KERAS_2, **old}))
    config = tfa.REGISTERED[f"Addons>{name}"].from_config(written).get_config()  # type: ignore[union-attr]
    assert now.items() <= config.items()
    assert config["name"] == "old"


IMPOSSIBLE: list[tuple[str, dict[str, Any]]] = [
    ("GroupNormalization", {**NORM, "groups": 2, "momentum": 0.9}),
    ("MaxUnpooling2D", {"padding": "same"}),
    ("MaxUnpooling2DV2", {"output_size": [1, 2, 2]}),
    ("EmbeddingBag", {**BAG, "combiner": "max"}),
    ("EmbeddingBag", {**BAG, "input_dim": 0}),
    ("CorrelationCost", {"kernel_size": 1}),
    ("NASCell", {"units": 2, "dynamic": True}),
    ("ESN", {"units": 2, "time_major": True}),
    ("TLU", {"beta": 1}),
]


@pytest.mark.parametrize(("name", "config"), IMPOSSIBLE)
def test_configuration_of_no_release_is_refused(name: str, config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"configuration|cannot be built"):
        tfa.REGISTERED[f"Addons>{name}"].from_config(config)  # type: ignore[union-attr]


REFUSED: dict[str, tuple[type[Exception], Any]] = {
    "data format": (ValueError, lambda: tfa.layers.CorrelationCost(1, 1, 1, 1, 1, "NHWC")),
    "even patches": (ValueError, lambda: tfa.layers.CorrelationCost(2, 1, 1, 1, 1, "channels_last")),
    "one map": (
        ValueError,
        lambda: tfa.layers.CorrelationCost(1, 1, 1, 1, 1, "channels_last")([np.ones((1, 2, 2, 1))]),
    ),
    "weights of means": (
        RuntimeError,
        lambda: tfa.layers.EmbeddingBag(3, 2, combiner="mean")(np.zeros((1, 2), "int32"), np.ones((1, 2))),
    ),
    "list of axes": (TypeError, lambda: tfa.layers.FilterResponseNormalization(axis=1)),  # type: ignore[arg-type]
    "values without keys": (
        ValueError,
        lambda: tfa.layers.MultiHeadAttention(2, 2)([SEQUENCES, SEQUENCES, SEQUENCES[:, :2]]),
    ),
    "shape of the mask": (
        ValueError,
        lambda: tfa.layers.MultiHeadAttention(2, 2)([SEQUENCES, SEQUENCES], mask=ops.ones((2, 3))),
    ),
    "rank of frames": (ValueError, lambda: tfa.layers.NetVLAD(2)(np.ones((2, 3), "float32"))),
    "seed and rng": (ValueError, lambda: tfa.activations.rrelu(np.ones(2), training=True, seed=1, rng=object())),
    "no batch size": (ValueError, lambda: tfa.rnn.NASCell(2).get_initial_state()),
    "no tuple": (TypeError, lambda: keras_utils.normalize_tuple(None, 2, "sizes")),  # type: ignore[arg-type]
    "words": (ValueError, lambda: keras_utils.normalize_tuple(["a", "b"], 2, "sizes")),  # type: ignore[list-item]
    "no cell": (TypeError, lambda: keras_utils.assert_like_rnncell("cell", keras.layers.Dense(1))),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refuses(reason: str) -> None:
    error, call = REFUSED[reason]
    with pytest.raises(error):
        call()


def correlation(first: Any, second: Any, kernel_size: int, largest: int, stride_1: int, stride_2: int, pad: int) -> Any:
    """The definition, in loops: of (height, width, channels)."""
    reach, radius = largest + kernel_size // 2, largest // stride_2
    first, second = (np.pad(features, [(pad, pad), (pad, pad), (0, 0)]) for features in (first, second))
    steps = range(-radius, radius + 1)

    def patch(features: Any, row: int, column: int) -> Any:
        half = kernel_size // 2
        return features[row - half : row + half + 1, column - half : column + half + 1]

    rows, columns = (range(reach, size - reach, stride_1) for size in first.shape[:2])
    return [
        [
            [
                np.mean(patch(first, y, x) * patch(second, y + down * stride_2, x + right * stride_2))
                for down in steps
                for right in steps
            ]
            for x in columns
        ]
        for y in rows
    ]


@pytest.mark.parametrize("settings", [(1, 2, 2, 1, 3), (3, 2, 2, 2, 4), (5, 1, 3, 1, 2)])
def test_correlation_is_that_of_its_definition(settings: tuple[int, int, int, int, int]) -> None:
    first, second = RANDOM.normal(size=(2, 1, 7, 8, 2)).astype("float32")
    layer = tfa.layers.CorrelationCost(*settings, "channels_last")
    actual = ops.convert_to_numpy(layer([first, second]))
    np.testing.assert_allclose(actual[0], correlation(first[0], second[0], *settings), rtol=1e-4, atol=1e-6)
    assert layer.compute_output_shape([(None, 7, 8, 2)] * 2) == [(None, *actual.shape[1:])]


def test_positions_outside_of_an_image_never_reach_another_sample() -> None:
    updates = np.ones((2, 1, 1, 1), "float32")
    mask = np.array([0, 5], "int32").reshape(2, 1, 1, 1)  # counted with the batch: 5 is in the second image of 4
    layer = tfa.layers.MaxUnpooling2D()
    if BACKEND == "tensorflow":
        with pytest.raises(Exception, match="out of range"):
            layer(updates, mask)
    else:
        assert ops.convert_to_numpy(layer(updates, mask)).sum() == 1


def test_shapes_of_unpooling() -> None:
    layer = tfa.layers.MaxUnpooling2D((2, 3), (2, 2), "VALID")
    assert layer.compute_output_shape([(None, 2, 3, 4)] * 2) == (None, 4, 7, 4)
    updates, mask = keras.Input((None, None, 4)), keras.Input((None, None, 4), dtype="int32")
    model = keras.Model([updates, mask], layer(updates, mask))
    assert model.output.shape == (None, None, None, 4)
    assert model([np.ones((1, 2, 3, 4), "float32"), np.zeros((1, 2, 3, 4), "int32")]).shape == (1, 4, 7, 4)


def test_bags_of_any_rank_and_dtype() -> None:
    params = RANDOM.normal(size=(5, 2)).astype("float16")
    indices = RANDOM.integers(0, 5, size=(2, 3, 4))
    sums = _embedding_bag(indices, ops.convert_to_tensor(params))
    assert keras.backend.standardize_dtype(sums.dtype) == "float16"
    np.testing.assert_allclose(ops.convert_to_numpy(sums), params[indices].sum(axis=-2), rtol=1e-2, atol=1e-2)


CELLS = ("ESNCell", "LayerNormLSTMCell", "LayerNormSimpleRNNCell", "NASCell", "PeepholeLSTMCell")


@pytest.mark.parametrize("name", CELLS)
def test_states_of_a_cell(name: str) -> None:
    cell = getattr(tfa.rnn, name)(2)
    keras_utils.assert_like_rnncell("cell", cell)
    states = cell.get_initial_state(inputs=SEQUENCES[:, 0])
    states = states if isinstance(states, list) else [states]
    assert {tuple(state.shape) for state in states} == {(2, 2)}
    layer = keras.layers.RNN(cell, return_state=True, stateful=True)
    first = [ops.convert_to_numpy(part) for part in layer(SEQUENCES)]
    assert len(first) == 1 + len(states)
    goes_on = ops.convert_to_numpy(layer(SEQUENCES)[0])
    given = keras.layers.RNN(cell)(SEQUENCES, initial_state=[ops.convert_to_tensor(part) for part in first[1:]])
    np.testing.assert_allclose(ops.convert_to_numpy(given), goes_on, rtol=1e-5, atol=1e-6)
    layer.reset_state()
    np.testing.assert_allclose(ops.convert_to_numpy(layer(SEQUENCES)[0]), first[0], rtol=1e-5, atol=1e-6)


def test_cells_in_a_stack() -> None:
    layer = keras.layers.RNN([getattr(tfa.rnn, name)(2) for name in CELLS])
    model = keras.Sequential([keras.Input((None, 4)), layer])
    assert model.predict(SEQUENCES, verbose=0).shape == (2, 2)


def test_settings_are_attributes() -> None:
    layer = tfa.layers.ESN(3, 0.5, 0.7)
    assert (layer.units, layer.connectivity, layer.leaky, layer.use_norm2) == (3, 0.5, 0.7, False)
    normalization = tfa.layers.GroupNormalization(gamma_regularizer="l2", beta_constraint="non_neg")
    assert isinstance(normalization.gamma_regularizer, keras.regularizers.L2)
    assert isinstance(normalization.beta_constraint, keras.constraints.NonNeg)
    crossing = tfa.layers.PolynomialCrossing(1)
    crossing.build([(None, 4), (None, 4)])
    assert crossing.kernel_u.shape == (4, 1)


def test_half_precision() -> None:
    image = np.full((1, 40, 40, 1), 200.0, "float16")  # the sum of whose squares is no float16
    normalized = ops.convert_to_numpy(tfa.layers.FilterResponseNormalization(dtype="float16")(image))
    np.testing.assert_allclose(normalized, 1.0, rtol=1e-2)
    layer = tfa.layers.MultiHeadAttention(2, 2, return_attn_coef=True, dtype="float16")
    _, coefficients = layer([SEQUENCES, SEQUENCES], mask=ops.zeros((3, 3)))
    np.testing.assert_allclose(ops.convert_to_numpy(coefficients), 1 / 3, rtol=1e-2)


def test_one_key_gets_all_attention() -> None:
    layer = tfa.layers.MultiHeadAttention(2, 2, return_attn_coef=True)
    _, coefficients = layer([SEQUENCES, SEQUENCES[:, :1]])
    np.testing.assert_array_equal(ops.convert_to_numpy(coefficients), 1.0)


def test_shapes_may_be_asked_for_as_lists() -> None:
    layer: Any = tfa.layers.SpatialPyramidPooling2D([1, 3])
    assert layer.compute_output_shape((2, None, None, 4)).as_list() == [2, 10, 4]


class Source:
    """Draws the largest number."""

    def uniform(self, shape: Any, minval: float, maxval: float, dtype: str) -> Any:
        del minval, dtype
        return ops.full(shape, maxval)


def test_slopes_from_a_given_source() -> None:
    slopes = tfa.activations.rrelu(-np.ones(3, "float32"), 0.2, 0.4, training=True, rng=Source())
    np.testing.assert_allclose(ops.convert_to_numpy(slopes), -0.4, rtol=1e-6)


def test_activation_by_its_registered_name() -> None:
    assert keras.layers.Dense(1, activation="Addons>mish").activation is tfa.activations.mish
