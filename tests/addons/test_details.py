"""What the golden table does not show: errors, old configurations, first calls, noise, masks, averages."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone.addons as tfa

BACKEND = keras.backend.backend()
IMAGE = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")
ROWS = np.random.default_rng(1).normal(size=(8, 5)).astype("float32")


def dense(**arguments: Any) -> Any:
    return keras.layers.Dense(3, **arguments)


def without_gradients() -> Any:
    if BACKEND == "torch":
        import torch

        return torch.no_grad()
    return nullcontext()


REFUSED: dict[str, Any] = {
    "hardshrink's bounds": lambda: tfa.activations.hardshrink(ROWS, 1.0, 0.0),
    "softshrink's bounds": lambda: tfa.activations.softshrink(ROWS, 1.0, 0.0),
    "an unknown entry": lambda: tfa.layers.Maxout.from_config({"num_units": 2, "unit": 3}),
    "no kernel": lambda: tfa.layers.WeightNormalization(keras.layers.ReLU())(ROWS),
    "no embeddings": lambda: tfa.layers.SpectralNormalization(keras.layers.ReLU())(ROWS),
    "power iterations": lambda: tfa.layers.SpectralNormalization(dense(), power_iterations=0),
    "the batch axis": lambda: tfa.layers.GroupNormalization(axis=0),
    "unknown channels": lambda: tfa.layers.GroupNormalization()(keras.Input((None,))),
    "indivisible groups": lambda: tfa.layers.GroupNormalization(groups=2)(ROWS),
    "axes of images": lambda: tfa.layers.FilterResponseNormalization(axis=[1]),
    "rank of images": lambda: tfa.layers.FilterResponseNormalization()(ROWS),
    "indivisible units": lambda: tfa.layers.Maxout(2)(ROWS),
    "one branch": lambda: tfa.layers.StochasticDepth()(ROWS),
    "one input": lambda: tfa.layers.PolynomialCrossing()([ROWS]),
    "rank of the kernel": lambda: tfa.layers.PolynomialCrossing(projection_dim=3)([ROWS, ROWS]),
    "no output": lambda: tfa.layers.MultiHeadAttention(2, 2, output_size=0),
    "indivisible bins": lambda: tfa.layers.AdaptiveMaxPooling2D(3)(IMAGE),
    "too many bins": lambda: tfa.layers.AdaptiveMaxPooling2D((1, 2, 3)),
    "data format": lambda: tfa.layers.AdaptiveMaxPooling2D(2, data_format="channels"),
    "no clusters": lambda: tfa.layers.netvlad.NetVLAD(0),
    "time-major": lambda: tfa.layers.ESN.from_config({"units": 2, "time_major": True}),
    "gamma": lambda: tfa.losses.sigmoid_focal_crossentropy(ROWS, ROWS, gamma=-1.0),
    "mode of boxes": lambda: tfa.losses.giou_loss(ROWS, ROWS, mode="diou"),
    "weightage of a loss": lambda: tfa.losses.WeightedKappaLoss(3, weightage="cubic"),
    "probabilities": lambda: tfa.losses.SparsemaxLoss(from_logits=False),
    "average": lambda: tfa.metrics.F1Score(3, average="mean"),
    "beta": lambda: tfa.metrics.FBetaScore(3, beta=-1.0),
    "threshold": lambda: tfa.metrics.F1Score(3, threshold=1.5),
    "weightage": lambda: tfa.metrics.CohenKappa(3, weightage="cubic"),
    "one class": lambda: tfa.metrics.CohenKappa(1),
    "multioutput": lambda: tfa.metrics.RSquare(multioutput="sum"),
    "regressors": lambda: tfa.metrics.RSquare(num_regressors=-1)([1.0, 2.0], [1.0, 3.0]),
    "decay of a schedule": lambda: tfa.optimizers.LAMB(keras.optimizers.schedules.CosineDecay(0.1, 10), decay=0.1),
    "unknown hyperparameter": lambda: tfa.optimizers.LAMB.from_config({"learning_rate": 0.1, "gamma": 1.0}),
    "alpha": lambda: tfa.optimizers.COCOB(alpha=0.5),
    "norm": lambda: tfa.optimizers.ConditionalGradient(0.1, ord="max"),
    "negative decay": lambda: tfa.optimizers.NovoGrad(weight_decay=-1.0),
    "negative strength": lambda: tfa.optimizers.ProximalAdagrad(l1_regularization_strength=-1.0),
    "activation": lambda: tfa.optimizers.Yogi(activation="relu"),
    "no period": lambda: tfa.optimizers.SWA("sgd", average_period=0),
    "negative start": lambda: tfa.optimizers.SWA("sgd", start_averaging=-1),
    "inner accumulation": lambda: tfa.optimizers.Lookahead(keras.optimizers.SGD(gradient_accumulation_steps=2)),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refuses(reason: str) -> None:
    said = r"must|needs|works|cannot|known|multiple|should|Unrecognized|not recognized|accumulate|time"
    with pytest.raises((AttributeError, TypeError, ValueError), match=said):
        REFUSED[reason]()


def test_refuses_integers_for_beta_and_unknown_modes() -> None:
    with pytest.raises(TypeError, match="must be a float"):
        tfa.metrics.FBetaScore(3, beta=1)
    with pytest.raises(TypeError, match="mode must be one of"):
        tfa.metrics.hamming_loss_fn(ROWS, ROWS, threshold=0.5, mode="binary")


OLD_CONFIGURATIONS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("LAMB", {"lr": 0.5, "weight_decay_rate": 0.1}, {"learning_rate": 0.5, "weight_decay": 0.1}),
    ("Yogi", {"l1_t": 0.1, "l2_t": 0.2}, {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2}),
    ("ConditionalGradient", {"learning_rate": 0.5, "use_locking": False}, {"learning_rate": 0.5}),
    (
        "SWA",
        {"optimizer": {"class_name": "SGD", "config": {"lr": 0.5}}, "sequential_update": True},
        {"average_period": 10},
    ),
    ("AdamW", {"weight_decay": 0.1, "is_legacy_optimizer": True, "decay": 0.0}, {"weight_decay": 0.1}),
    ("RSquare", {"y_shape": [], "multioutput": "raw_values"}, {"multioutput": "raw_values"}),
    ("GIoULoss", {"reduction": "auto"}, {"reduction": "sum_over_batch_size"}),
    ("NpairsLoss", {"reduction": "none", "name": "n"}, {"reduction": "none", "name": "n"}),
    ("InstanceNormalization", {"groups": 7}, {"groups": -1}),
    ("ESN", {"units": 2, "time_major": False, "implementation": 1}, {"units": 2}),
    # Releases up to 0.9.1 wrote no metric and squared the distance; 0.10.0 called L1 what all others call L2.
    ("TripletHardLoss", {"margin": 0.5, "reduction": "none", "name": None}, {"distance_metric": "squared-L2"}),
    ("TripletSemiHardLoss", {"margin": 0.5, "reduction": "none"}, {"distance_metric": "squared-L2"}),
    ("TripletSemiHardLoss", {"margin": 0.5, "distance_metric": "L1"}, {"distance_metric": "L2"}),
    ("TripletHardLoss", {"distance_metric": "angular"}, {"distance_metric": "angular"}),
]


@pytest.mark.parametrize(("name", "old", "now"), OLD_CONFIGURATIONS)
def test_old_configuration(name: str, old: dict[str, Any], now: dict[str, Any]) -> None:
    registered: Any = tfa.REGISTERED[f"Addons>{name}"]
    config = registered.from_config(old).get_config()
    assert now.items() <= config.items()


def test_constructors_take_old_hyperparameters() -> None:
    with pytest.warns(DeprecationWarning, match="is called weight_decay"):
        optimizer = tfa.optimizers.LAMB(lr=0.5, decay=0.25, weight_decay_rate=0.1)
    assert [float(optimizer.get_config()["learning_rate"]["config"][key]) for key in ("decay_rate", "decay_steps")] == [
        0.25,
        1,
    ]
    assert optimizer.get_config()["weight_decay"] == 0.1
    wrapper = tfa.optimizers.Lookahead("sgd")
    wrapper.learning_rate = 0.5
    assert float(ops.convert_to_numpy(wrapper.inner_optimizer.learning_rate.value)) == 0.5


def fit_without_moving(model: Any) -> None:
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=False)
    model.fit(ROWS, np.zeros((8, 3), "float32"), batch_size=8, verbose=0)


def is_initialized(layer: Any) -> bool:
    (flag,) = [variable for variable in layer.weights if variable.path.endswith("initialized")]
    return bool(flag.numpy())


@pytest.mark.skipif(BACKEND != "jax", reason="only what JAX compiles cannot set trainable variables")
def test_weight_normalization_refuses_to_start_within_compiled_training() -> None:
    model = keras.Sequential([keras.Input((5,)), tfa.layers.WeightNormalization(dense())])
    with pytest.raises(RuntimeError, match="before fit"):
        fit_without_moving(model)


def test_weight_normalization_sets_its_weights_in_the_first_call() -> None:
    layer = tfa.layers.WeightNormalization(dense())
    model = keras.Sequential([keras.Input((5,)), layer])
    assert not is_initialized(layer)
    if BACKEND == "jax":
        model(ROWS)
    else:
        fit_without_moving(model)
    assert is_initialized(layer)
    outputs = ops.convert_to_numpy(model(ROWS))
    kernel = layer.v.numpy()
    spread = (ROWS @ kernel).std(axis=0)
    np.testing.assert_allclose(layer.g.numpy(), 1 / spread, rtol=1e-4)
    np.testing.assert_allclose(
        outputs,
        ROWS @ (kernel / np.linalg.norm(kernel, axis=0) / spread) + layer.layer.bias.numpy(),
        rtol=1e-3,
        atol=1e-5,
    )
    fit_without_moving(model)
    np.testing.assert_allclose(layer.g.numpy(), 1 / spread, rtol=1e-4)
    removed = layer.remove()
    np.testing.assert_allclose(ops.convert_to_numpy(removed(ROWS)), outputs, rtol=1e-4, atol=1e-5)


def test_weight_normalization_predicts_with_loaded_weights() -> None:
    trained = tfa.layers.WeightNormalization(dense())
    expected = ops.convert_to_numpy(trained(ROWS))
    model = keras.Sequential([keras.Input((5,)), tfa.layers.WeightNormalization(dense())])
    for variable, value in zip(model.weights, trained.get_weights(), strict=True):
        variable.assign(value)
    np.testing.assert_allclose(model.predict(ROWS, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_weight_normalization_in_a_subclassed_model() -> None:
    class Subclassed(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.inner = tfa.layers.WeightNormalization(dense())

        def call(self, inputs: Any) -> Any:
            return self.inner(inputs)

    model = Subclassed()
    assert model(keras.Input((5,))).shape == (None, 3)
    assert not is_initialized(model.inner)  # a symbolic call sets nothing
    assert np.isfinite(ops.convert_to_numpy(model(ROWS))).all()
    assert is_initialized(model.inner)


def test_weight_normalization_keeps_what_the_layer_does() -> None:
    wrapped = dense(activity_regularizer="l2", kernel_regularizer="l2")
    layer = tfa.layers.WeightNormalization(wrapped, data_init=False)
    layer(ROWS)
    penalties = [float(ops.convert_to_numpy(loss)) for loss in layer.losses]
    plain = dense(activity_regularizer="l2")
    plain.build((None, 5))
    plain.kernel.assign(layer.v.numpy())  # whose length g starts with
    plain(ROWS)
    of_activity = float(ops.convert_to_numpy(plain.losses[0]))
    of_kernel = 0.01 * float((layer.v.numpy() ** 2).sum())
    np.testing.assert_allclose(sorted(penalties), sorted([of_kernel, of_activity]), rtol=1e-4)
    recurrent = tfa.layers.WeightNormalization(keras.layers.LSTM(3, dropout=0.5, seed=1), data_init=False)
    sequences = ROWS.reshape(2, 4, 5)
    draws = [ops.convert_to_numpy(recurrent(sequences, training=True)) for _ in range(2)]
    assert (draws[0] != draws[1]).any()  # the state of its random numbers went on


def test_noise_of_noisy_dense() -> None:
    cases: tuple[dict[str, Any], ...] = ({}, {"use_factorised": False}, {"use_bias": False})
    for arguments in cases:
        layer = tfa.layers.NoisyDense(4, **arguments)
        first = ops.convert_to_numpy(layer(ROWS))
        np.testing.assert_array_equal(ops.convert_to_numpy(layer(ROWS, training=True)), first)
        layer.reset_noise()
        assert (ops.convert_to_numpy(layer(ROWS)) != first).any()
        layer.remove_noise()
        np.testing.assert_array_equal(ops.convert_to_numpy(layer.kernel), layer.mu_kernel.numpy())
        assert (layer.bias is None) == ("use_bias" in arguments)
    noise = tfa.layers.NoisyDense(4)
    noise.build((None, 5))
    assert np.linalg.matrix_rank(noise.eps_kernel.numpy()) == 1


def test_random_slopes_and_branches_in_training() -> None:
    slopes = ops.convert_to_numpy(tfa.activations.rrelu(-np.ones((50, 50), "float32"), 0.2, 0.4, training=True, seed=3))
    assert -0.4 <= slopes.min() < -0.35
    assert -0.25 < slopes.max() <= -0.2
    layer = tfa.layers.StochasticDepth(0.5)
    ones = np.ones((2, 3), "float32")
    drawn = {float(ops.convert_to_numpy(layer([ones, ones], training=True)).mean()) for _ in range(20)}
    assert drawn == {1.0, 2.0}


def test_mask_of_attention() -> None:
    layer = tfa.layers.MultiHeadAttention(4, 2, return_attn_coef=True)
    queries, keys = np.ones((2, 3, 5), "float32"), np.random.default_rng(0).normal(size=(2, 4, 5)).astype("float32")
    mask = np.ones((2, 3, 4), "float32")
    mask[..., 2:] = 0
    for given in (mask, mask[:, None]):
        _, coefficients = layer([queries, keys], mask=ops.convert_to_tensor(given))
        assert ops.convert_to_numpy(coefficients)[..., 2:].max() == 0
    output, coefficients = layer.compute_output_shape([(None, 3, 5), (None, 4, 5)])
    assert (output, coefficients) == ((None, 3, 5), (None, 2, 3, 4))
    with pytest.raises(ValueError, match="masks of its inputs"):
        layer([queries, keys], mask=[ops.ones((2, 3)), None])
    assert layer([queries, keys], mask=[None, None])[0].shape == (2, 3, 5)


def test_mask_of_crossing_is_that_of_its_first_input() -> None:
    layer = tfa.layers.PolynomialCrossing()
    assert layer.compute_mask([ROWS, ROWS], ["first", "second"]) == "first"


@pytest.mark.parametrize("cell", ["LayerNormLSTMCell", "LayerNormSimpleRNNCell", "PeepholeLSTMCell"])
def test_dropout_of_cells(cell: str) -> None:
    sequences = ROWS.reshape(2, 4, 5)
    layer = keras.layers.RNN(getattr(tfa.rnn, cell)(3, dropout=0.5, recurrent_dropout=0.5))
    inference = ops.convert_to_numpy(layer(sequences))
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(sequences, training=False)), inference)
    assert (ops.convert_to_numpy(layer(sequences, training=True)) != inference).any()


def test_echo_state_network_starts_with_its_spectral_radius() -> None:
    layer = tfa.layers.ESN(12, connectivity=0.8, spectral_radius=0.7, use_bias=False)
    layer.build((None, 4, 5))
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(layer.cell.recurrent_kernel.numpy())).max(), 0.7, rtol=1e-4)
    empty = tfa.rnn.ESNCell(4, connectivity=-1.0)
    empty.build((None, 5))
    assert not empty.recurrent_kernel.numpy().any()


def test_distances() -> None:
    labels, embeddings = np.array([0, 0, 1, 1]), ROWS[:4]
    own = tfa.losses.triplet_hard_loss(
        labels, embeddings, distance_metric=lambda x: ops.abs(ops.matmul(x, ops.transpose(x)))
    )
    assert np.isfinite(ops.convert_to_numpy(own))
    half = tfa.losses.triplet_semihard_loss(labels, ops.convert_to_tensor(embeddings.astype("float16")))
    assert keras.backend.standardize_dtype(half.dtype) == "float16"
    np.testing.assert_allclose(
        ops.convert_to_numpy(half),
        ops.convert_to_numpy(tfa.losses.triplet_semihard_loss(labels, embeddings)),
        rtol=1e-2,
    )


def test_hamming_distance() -> None:
    distance = tfa.metrics.hamming_distance(np.array([1, 0, 1, 1]), np.array([1, 1, 1, 0]))
    assert float(ops.convert_to_numpy(distance)) == 0.5


def test_kappa_of_labels_as_predictions() -> None:
    metric = tfa.metrics.CohenKappa(3, sparse_labels=True)
    assert float(ops.convert_to_numpy(metric.result())) == 0
    metric.update_state(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 2]))
    assert float(ops.convert_to_numpy(metric.result())) == 1


def one_step(optimizer: Any, variable: Any, gradient: Any) -> None:
    with without_gradients():
        optimizer.apply([ops.convert_to_tensor(gradient)], [variable])


def test_averages_can_be_put_into_the_model() -> None:
    variable = keras.Variable(np.zeros(2, "float32"))
    optimizer: Any = tfa.optimizers.MovingAverage(keras.optimizers.SGD(1.0), average_decay=0.75)
    assert not optimizer.has_shadow_copy
    optimizer.shadow_copy([variable])
    optimizer.shadow_copy([variable])  # once is enough
    assert optimizer.has_shadow_copy
    one_step(optimizer, variable, np.array([-4.0, -8.0], "float32"))
    optimizer.swap_weights()
    np.testing.assert_allclose(variable.numpy(), [1.0, 2.0])
    optimizer.swap_weights()
    np.testing.assert_allclose(variable.numpy(), [4.0, 8.0])
    optimizer.assign_average_vars([variable])
    np.testing.assert_allclose(variable.numpy(), [1.0, 2.0])


def test_a_wrapped_optimizer_of_keras_decays_weights() -> None:
    values = [keras.Variable(np.ones(2, "float32")) for _ in range(2)]
    inner = {"learning_rate": 0.1, "weight_decay": 0.5}
    one_step(keras.optimizers.AdamW(**inner), values[0], np.ones(2, "float32"))
    one_step(tfa.optimizers.Lookahead(keras.optimizers.AdamW(**inner)), values[1], np.ones(2, "float32"))
    np.testing.assert_allclose(values[0].numpy(), values[1].numpy(), rtol=1e-6)


def test_decoupled_decay_of_another_optimizer() -> None:
    cls = tfa.optimizers.extend_with_decoupled_weight_decay(keras.optimizers.Adagrad)
    variable = keras.Variable(np.full(2, 2.0, "float32"))
    one_step(cls(0.25, learning_rate=0.1), variable, np.zeros(2, "float32"))
    np.testing.assert_allclose(variable.numpy(), [1.5, 1.5])


def test_amsgrad_of_novograd() -> None:
    variable = keras.Variable(np.ones(2, "float32"))
    optimizer = tfa.optimizers.NovoGrad(0.1, amsgrad=True)
    for size in (3.0, 1.0):
        one_step(optimizer, variable, np.full(2, size, "float32"))
    largest = [state for state in optimizer.variables if state.path.endswith("vhat")]
    np.testing.assert_allclose(largest[0].numpy(), 18.0)


def test_a_learning_rate_from_a_function() -> None:
    variable = keras.Variable(np.ones(2, "float32"))
    optimizer = tfa.optimizers.ConditionalGradient(lambda: 0.5, lambda_=lambda: 0.0)
    one_step(optimizer, variable, np.ones(2, "float32"))
    np.testing.assert_allclose(variable.numpy(), [0.5, 0.5])


def test_layers_take_images_of_unknown_size() -> None:
    inputs = keras.Input((None, None, 3))
    outputs = [
        tfa.layers.FilterResponseNormalization()(inputs),
        tfa.layers.InstanceNormalization()(inputs),
        tfa.layers.GroupNormalization(groups=3)(inputs),
        tfa.layers.AdaptiveAveragePooling2D(2)(inputs),
        tfa.layers.SpatialPyramidPooling2D([1, 2])(inputs),
        tfa.layers.Maxout(1)(inputs),
    ]
    model = keras.Model(inputs, outputs)
    for symbolic, array in zip(outputs, model.predict(IMAGE, verbose=0), strict=True):
        assert all(one in (None, other) for one, other in zip(symbolic.shape[1:], array.shape[1:], strict=True))
