"""Losses and metrics: old configurations, dtypes, inputs of all kinds, masks, and what Keras 2's metrics had."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone.addons as tfa
from loadstone.addons.utils.keras_utils import LossFunctionWrapper

BACKEND = keras.backend.backend()
RANDOM = np.random.default_rng(0)
LABELS = np.array([0, 1, 1, 0, 2, 2])
EMBEDDINGS = RANDOM.normal(size=(6, 3)).astype("float32")
BINARY = (RANDOM.uniform(size=(6, 3)) > 0.5).astype("float32")
SCORES = RANDOM.uniform(0.1, 0.9, size=(6, 3)).astype("float32")
ONE_HOT = np.eye(3, dtype="float32")[LABELS]
BOXES = np.sort(RANDOM.uniform(size=(6, 2, 2)), axis=1).reshape(6, 4).astype("float32")
SQUARE = RANDOM.normal(size=(6, 6)).astype("float32")


def numbers(tensor: Any) -> Any:
    return np.asarray(ops.convert_to_numpy(tensor), "float64")


def dtype_of(tensor: Any) -> str:
    return str(keras.backend.standardize_dtype(tensor.dtype))


# First and last release that wrote it, class, and the configuration: keys and defaults of the releases' wheels.
NONE, MEAN, AUTO = {"reduction": "none"}, {"reduction": "sum_over_batch_size"}, {"reduction": "auto"}
GRID = {
    "actual_min": 0.0,
    "actual_max": 1.0,
    "preds_min": 0.0,
    "preds_max": 1.0,
    "actual_cutpoints": 10,
    "preds_cutpoints": 12,
    "dtype": "float32",
}
FLOAT = {"dtype": "float32"}
WRITTEN: list[tuple[str, str, str, dict[str, Any]]] = [
    ("0.5.0", "0.10.0", "ContrastiveLoss", {**MEAN, "name": "contrasitve_loss", "margin": 1.0}),
    ("0.11.0", "0.23.0", "ContrastiveLoss", {**MEAN, "name": "contrastive_loss", "margin": 2}),
    ("0.7.0", "0.23.0", "GIoULoss", {**AUTO, "name": "giou_loss", "mode": "iou"}),
    ("0.5.0", "0.23.0", "LiftedStructLoss", {**NONE, "name": None, "margin": 0.5}),
    ("0.5.0", "0.23.0", "NpairsLoss", {**NONE, "name": "npairs_loss"}),
    ("0.6.0", "0.23.0", "NpairsMultilabelLoss", {**NONE, "name": "npairs_multilabel_loss"}),
    ("0.8.1", "0.23.0", "PinballLoss", {**AUTO, "name": "pinball_loss", "tau": 0.1}),
    (
        "0.5.0",
        "0.23.0",
        "SigmoidFocalCrossEntropy",
        {**NONE, "name": "sigmoid_focal_crossentropy", "from_logits": True, "alpha": 0.3, "gamma": 1.0},
    ),
    ("0.5.0", "0.23.0", "SparsemaxLoss", {**MEAN, "name": "sparsemax_loss", "from_logits": True}),
    ("0.5.0", "0.9.1", "TripletSemiHardLoss", {**NONE, "name": None, "margin": 1.0}),
    ("0.10.0", "0.23.0", "TripletSemiHardLoss", {**NONE, "name": None, "margin": 1.0, "distance_metric": "angular"}),
    ("0.8.1", "0.9.1", "TripletHardLoss", {**NONE, "name": None, "margin": 1.0, "soft": True}),
    (
        "0.10.0",
        "0.23.0",
        "TripletHardLoss",
        {**NONE, "name": "n", "margin": 1.0, "soft": False, "distance_metric": "squared-L2"},
    ),
    (
        "0.10.0",
        "0.10.0",
        "WeightedKappaLoss",
        {**NONE, **FLOAT, "name": "cohen_kappa_loss", "num_classes": 3, "weightage": "linear", "epsilon": 1e-6},
    ),
    (
        "0.11.0",
        "0.23.0",
        "WeightedKappaLoss",
        {**NONE, "name": "cohen_kappa_loss", "num_classes": 3, "weightage": "quadratic", "epsilon": 1e-6},
    ),
    ("0.5.0", "0.8.1", "CohenKappa", {**FLOAT, "name": "cohen_kappa", "num_classes": 4, "weightage": None}),
    (
        "0.8.2",
        "0.23.0",
        "CohenKappa",
        {
            **FLOAT,
            "name": "cohen_kappa",
            "num_classes": 4,
            "weightage": "linear",
            "sparse_labels": False,
            "regression": True,
        },
    ),
    ("0.5.0", "0.6.0", "F1Score", {**FLOAT, "name": "f1_score", "num_classes": 3, "average": "micro"}),
    ("0.7.0", "0.23.0", "F1Score", {**FLOAT, "name": "f1", "num_classes": 3, "average": None, "threshold": 0.5}),
    ("0.5.0", "0.6.0", "FBetaScore", {**FLOAT, "name": "fbeta", "num_classes": 3, "average": "macro", "beta": 2.0}),
    (
        "0.7.0",
        "0.23.0",
        "FBetaScore",
        {**FLOAT, "name": "fbeta", "num_classes": 3, "average": "weighted", "beta": 0.5, "threshold": None},
    ),
    ("0.7.0", "0.23.0", "HammingLoss", {**FLOAT, "name": "hamming_loss", "mode": "multilabel", "threshold": 0.4}),
    ("0.7.0", "0.23.0", "MatthewsCorrelationCoefficient", {**FLOAT, "name": "mcc", "num_classes": 3}),
    ("0.5.0", "0.7.1", "MultiLabelConfusionMatrix", {"dtype": "int32", "name": "confusion", "num_classes": 3}),
    ("0.8.1", "0.23.0", "MultiLabelConfusionMatrix", {**FLOAT, "name": "confusion", "num_classes": 3}),
    ("0.5.0", "0.12.1", "RSquare", {**FLOAT, "name": "r_square"}),
    ("0.13.0", "0.16.1", "RSquare", {**FLOAT, "name": "r_square", "y_shape": [2], "multioutput": "raw_values"}),
    ("0.17.0", "0.23.0", "RSquare", {**FLOAT, "name": "r_square", "multioutput": "variance_weighted"}),
    ("0.11.0", "0.23.0", "GeometricMean", {**FLOAT, "name": "geometric_mean"}),
    ("0.13.0", "0.23.0", "HarmonicMean", {**FLOAT, "name": "harmonic_mean"}),
    ("0.13.0", "0.17.1", "KendallsTau", {**GRID, "name": "kendalls_tau"}),
    ("0.18.0", "0.23.0", "KendallsTauB", {**GRID, "name": "tau"}),
    ("0.18.0", "0.23.0", "KendallsTauC", {**GRID, "name": "tau"}),
    ("0.18.0", "0.23.0", "PearsonsCorrelation", {**GRID, "name": "pearson"}),
    ("0.18.0", "0.23.0", "SpearmansRank", {**GRID, "name": "spearman"}),
]


@pytest.mark.parametrize(("first", "last", "name", "config"), WRITTEN)
def test_configurations_of_all_releases(first: str, last: str, name: str, config: dict[str, Any]) -> None:
    cls: Any = tfa.REGISTERED[f"Addons>{name}"]
    assert tuple(map(int, first.split("."))) <= tuple(map(int, last.split(".")))
    built = cls.from_config(dict(config))
    kept = {key: value for key, value in built.get_config().items() if key in config}
    expected = {key: "sum_over_batch_size" if value == "auto" else value for key, value in config.items()}
    if expected["name"] is None:
        expected["name"] = built.name  # which Keras makes up
    expected = {key: value for key, value in expected.items() if key != "dtype" or key in kept}
    assert kept == expected
    assert cls.from_config(built.get_config()).get_config() == built.get_config()


IMPOSSIBLE: list[tuple[str, dict[str, Any]]] = [
    ("ContrastiveLoss", {"margn": 1.0}),
    ("GIoULoss", {"mode": "giou", "from_logits": False}),
    ("NpairsLoss", {"margin": 1.0}),
    ("PinballLoss", {"reduction": "median"}),
    ("SigmoidFocalCrossEntropy", {"label_smoothing": 0.1}),
    ("SparsemaxLoss", {"from_logits": False}),
    ("TripletHardLoss", {"distance": "L2"}),
    ("WeightedKappaLoss", {"weightage": "linear"}),
    ("WeightedKappaLoss", {"num_classes": 3, "weightage": "cubic"}),
    ("CohenKappa", {"weightage": None}),
    ("CohenKappa", {"num_classes": None}),
    ("CohenKappa", {"num_classes": 1}),
    ("F1Score", {"num_classes": 3, "beta": 2.0}),
    ("FBetaScore", {"num_classes": 3, "average": "samples"}),
    ("HammingLoss", {"threshold": 0.5}),
    ("MatthewsCorrelationCoefficient", {"num_classes": None}),
    ("MultiLabelConfusionMatrix", {"num_classes": 3, "threshold": 0.5}),
    ("RSquare", {"multioutput": "median"}),
    ("RSquare", {"class_aggregation": None}),
    ("KendallsTauB", {"cutpoints": 10}),
    ("GeometricMean", {"axis": 0}),
    ("HarmonicMean", {"axis": 0}),
]


@pytest.mark.parametrize(("name", "config"), IMPOSSIBLE)
def test_refuses_configurations_of_no_release(name: str, config: dict[str, Any]) -> None:
    cls: Any = tfa.REGISTERED[f"Addons>{name}"]
    with pytest.raises(ValueError, match=r"has no argument|needs the argument|must be|Invalid value"):
        cls.from_config(config)


def test_kappa_of_old_releases_counts_classes() -> None:
    old: Any = tfa.metrics.CohenKappa.from_config({"num_classes": 3})
    now = tfa.metrics.CohenKappa(3, sparse_labels=True)
    for metric in (old, now):
        metric.update_state(LABELS, LABELS[::-1])
    assert numbers(old.result()) == numbers(now.result())


# A loss as a function, and arguments for it.
FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "contrastive_loss": (BINARY, SCORES),
    "sigmoid_focal_crossentropy": (BINARY, SCORES),
    "giou_loss": (BOXES, BOXES[::-1]),
    "lifted_struct_loss": (LABELS, EMBEDDINGS),
    "npairs_loss": (LABELS, SQUARE),
    "npairs_multilabel_loss": (BINARY, SQUARE),
    "pinball_loss": (BINARY, SCORES),
    "triplet_semihard_loss": (LABELS, EMBEDDINGS),
    "triplet_hard_loss": (LABELS, EMBEDDINGS),
}
CLASSES = {
    "contrastive_loss": tfa.losses.ContrastiveLoss,
    "sigmoid_focal_crossentropy": tfa.losses.SigmoidFocalCrossEntropy,
    "giou_loss": tfa.losses.GIoULoss,
    "lifted_struct_loss": tfa.losses.LiftedStructLoss,
    "npairs_loss": tfa.losses.NpairsLoss,
    "npairs_multilabel_loss": tfa.losses.NpairsMultilabelLoss,
    "pinball_loss": tfa.losses.PinballLoss,
    "triplet_semihard_loss": tfa.losses.TripletSemiHardLoss,
    "triplet_hard_loss": tfa.losses.TripletHardLoss,
}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_losses_keep_the_dtype_of_predictions(name: str, dtype: str) -> None:
    if BACKEND != "tensorflow" and dtype == "float64":
        pytest.skip("JAX has no float64 unless it is switched on; Keras' maximum gives float32 on PyTorch")
    y_true, y_pred = FUNCTIONS[name]
    given = ops.cast(ops.convert_to_tensor(y_pred), dtype)
    exact = numbers(getattr(tfa.losses, name)(y_true, y_pred))
    tolerance = {"float16": 1e-2, "bfloat16": 1e-1, "float64": 1e-5}[dtype]
    value = getattr(tfa.losses, name)(y_true, given)
    assert dtype_of(value) == dtype
    np.testing.assert_allclose(numbers(ops.cast(value, "float32")), exact, rtol=tolerance, atol=tolerance)
    reduced = CLASSES[name](reduction="sum")(y_true, given)
    assert dtype_of(reduced) == dtype
    np.testing.assert_allclose(numbers(ops.cast(reduced, "float32")), exact.sum(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_losses_take_lists_and_symbols(name: str) -> None:
    y_true, y_pred = FUNCTIONS[name]
    function = getattr(tfa.losses, name)
    value = function(y_true, y_pred)
    np.testing.assert_allclose(numbers(function(y_true.tolist(), y_pred.tolist())), numbers(value), rtol=1e-6)
    symbol = function(keras.Input(y_true.shape[1:]), keras.Input(y_pred.shape[1:]))
    assert tuple(symbol.shape) == (None, *value.shape[1:])[: len(value.shape)]


def test_large_labels_are_not_rounded() -> None:
    labels = np.array([2**24, 2**24 + 1, 2**24, 2**24 + 1, 5, 5], "int32")
    plain = np.array([0, 1, 0, 1, 2, 2])
    for loss in (tfa.losses.TripletHardLoss(), tfa.losses.TripletSemiHardLoss(), tfa.losses.LiftedStructLoss()):
        np.testing.assert_array_equal(numbers(loss(labels, EMBEDDINGS)), numbers(loss(plain, EMBEDDINGS)))


def test_integers_as_predictions() -> None:
    boxes, others = np.array([[4, 3, 7, 5], [5, 6, 10, 7]]), np.array([[3, 4, 6, 8], [14, 14, 15, 15]])
    np.testing.assert_allclose(numbers(tfa.losses.giou_loss(boxes, others)), [1.075, 1.9333333], rtol=1e-6)
    assert numbers(tfa.losses.ContrastiveLoss()([1, 0], [2, 0])) == 2.5


def test_weighted_kappa_is_always_computed_in_float32() -> None:
    loss = tfa.losses.WeightedKappaLoss(3)
    half = loss(ONE_HOT, ops.cast(ops.convert_to_tensor(SCORES), "float16"))
    assert dtype_of(half) == "float32"
    np.testing.assert_allclose(numbers(half), numbers(loss(ONE_HOT, SCORES)), atol=1e-3)


def test_a_given_dtype_is_computed_in() -> None:
    loss = LossFunctionWrapper(tfa.losses.contrastive_loss, "none", dtype="float16", margin=2.0)
    assert dtype_of(loss(BINARY, SCORES)) == "float16"
    assert loss.get_config()["margin"] == 2.0


def test_masks_and_weights_of_losses() -> None:
    loss, each = tfa.losses.PinballLoss(tau=0.3), tfa.losses.PinballLoss(tau=0.3, reduction="none")
    values = numbers(each(BINARY, SCORES))
    weights = np.array([0.0, 1.0, 2.0, 0.5, 0.0, 1.0], "float32")
    np.testing.assert_allclose(numbers(loss(BINARY, SCORES, weights)), (values * weights).mean(), rtol=1e-6)
    inputs = keras.Input((2, 3))
    outputs = keras.layers.Masking()(inputs)
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss, jit_compile=False)
    sequences, target = SCORES.reshape(3, 2, 3).copy(), BINARY.reshape(3, 2, 3)
    sequences[1, 1] = 0.0
    np.testing.assert_allclose(model.evaluate(sequences, target, verbose=0), np.delete(values, 3).mean(), rtol=1e-5)


def test_arrays_and_functions_in_configurations() -> None:
    assert tfa.losses.PinballLoss(tau=np.array([0.25, 0.5, 0.75])).get_config()["tau"] == [0.25, 0.5, 0.75]
    assert tfa.losses.PinballLoss(tau=ops.convert_to_tensor(0.5)).get_config()["tau"] == 0.5
    loss = tfa.losses.TripletHardLoss(distance_metric=inner_product)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    np.testing.assert_array_equal(numbers(again(LABELS, EMBEDDINGS)), numbers(loss(LABELS, EMBEDDINGS)))
    with pytest.raises(TypeError, match="not callable"):
        tfa.losses.triplet_hard_loss(LABELS, EMBEDDINGS, distance_metric="L3")


@keras.saving.register_keras_serializable("test_measures")  # type: ignore[untyped-decorator]  # Keras has no types
def inner_product(embeddings: Any) -> Any:
    return ops.abs(ops.matmul(embeddings, ops.transpose(embeddings)))


@keras.saving.register_keras_serializable("test_measures")  # type: ignore[untyped-decorator]  # Keras has no types
def absolute_error(y_true: Any, y_pred: Any, scale: float = 1.0) -> Any:
    return scale * ops.mean(ops.abs(y_true - y_pred), axis=-1)


def test_mean_of_a_function() -> None:
    metric = tfa.metrics.MeanMetricWrapper(absolute_error, name="error", scale=2.0)
    config = keras.saving.serialize_keras_object(metric)["config"]
    again = tfa.metrics.MeanMetricWrapper.from_config(config)
    for each in (metric, again):
        each.update_state(BINARY, SCORES)
    expected = 2 * np.abs(BINARY - SCORES).mean()
    np.testing.assert_allclose([numbers(metric.result()), numbers(again.result())], [expected] * 2, rtol=1e-6)
    with pytest.raises(ValueError, match="needs fn"):
        tfa.metrics.MeanMetricWrapper.from_config({"name": "error", "scale": 2.0})


@pytest.mark.parametrize("name", [name for _, _, name, config in WRITTEN if "reduction" not in config])
def test_state_of_metrics(name: str) -> None:
    config = [config for _, _, of, config in WRITTEN if of == name][-1]  # of the last release
    metric, twin = (tfa.REGISTERED[f"Addons>{name}"].from_config(dict(config)) for _ in range(2))  # type: ignore[union-attr]
    arguments = (np.array([1.0, 2.0, 4.0]),) if name.endswith("Mean") else (ONE_HOT, SCORES)
    if name == "CohenKappa":
        arguments = (np.eye(4)[LABELS], LABELS[:, None] * 0.9)
    metric.update_state(*arguments)
    assert metric.stateful
    assert metric.trainable_weights == []
    assert [id(each) for each in metric.weights] == [id(each) for each in metric.non_trainable_weights]
    twin.set_weights(metric.get_weights())
    np.testing.assert_array_equal(numbers(twin.result()), numbers(metric.result()))
    with pytest.raises(ValueError, match=r"needs|must match"):
        twin.set_weights([np.zeros(7)])
    metric.reset_states()
    assert not any(array.any() for array in metric.get_weights())


@pytest.mark.parametrize("shape", [(6,), (6, 1)])
def test_weights_of_samples_may_be_a_column(shape: tuple[int, ...]) -> None:
    weights = np.array([1.0, 0.0, 2.0, 1.0, 0.5, 1.0], "float32")
    for make in (
        lambda: tfa.metrics.F1Score(3),
        lambda: tfa.metrics.CohenKappa(3),
        lambda: tfa.metrics.MatthewsCorrelationCoefficient(3),
        tfa.metrics.RSquare,
        lambda: tfa.metrics.HammingLoss("multiclass"),
    ):
        repeated, weighted = make(), make()
        for index, times in enumerate((2, 0, 4, 2, 1, 2)):
            for _ in range(times):
                repeated.update_state(ONE_HOT[[index]], SCORES[[index]])
        weighted.update_state(ONE_HOT, SCORES, sample_weight=weights.reshape(shape))
        np.testing.assert_allclose(numbers(weighted.result()), numbers(repeated.result()), rtol=1e-5)


def test_r_square_with_its_shape_given() -> None:
    metric = tfa.metrics.RSquare(multioutput="raw_values", y_shape=(3,))
    state = metric.stateless_update_state([variable.value for variable in metric.variables], ONE_HOT, SCORES)
    learned = tfa.metrics.RSquare(multioutput="raw_values")
    np.testing.assert_allclose(
        numbers(metric.stateless_result(state)), numbers(learned(ONE_HOT, SCORES)), rtol=1e-5, atol=1e-6
    )
    with pytest.raises(ValueError, match="must not be negative"):
        tfa.metrics.RSquare(num_regressors=-1)(ONE_HOT, SCORES)


def test_confusion_of_labels_warns_of_weights() -> None:
    metric = tfa.metrics.MultiLabelConfusionMatrix(3)
    with pytest.warns(UserWarning, match="does not use sample_weight"):
        metric.update_state(BINARY, BINARY, np.ones(6))
    assert numbers(metric.result()).sum() == 18


def test_the_largest_value_lies_in_the_last_bin() -> None:
    metric = tfa.metrics.SpearmansRank(0.0, 13.0, 0.0, 8.0)
    metric.update_state([0.0, 6.0, 13.0], [0.0, 4.0, 8.0])
    assert numbers(metric.n.value) == 3
    assert numbers(metric.nrow.value).sum() == 3
    np.testing.assert_allclose(numbers(metric.result()), 1.0, rtol=1e-6)


def test_kendalls_tau_of_old_releases() -> None:
    metric = tfa.metrics.KendallsTau(0.0, 13.0, 0.0, 8.0)
    np.testing.assert_allclose(numbers(metric([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])), -0.4714045, rtol=1e-6)
    outside = tfa.metrics.KendallsTau(0.0, 1.0, 0.0, 1.0, 3, 3)  # below 0, between, above 1
    assert numbers(outside([-5.0, 0.0, 0.5, 2.0], [-1.0, -2.0, 1.0, 3.0])) == 1.0


def test_metrics_in_double_precision() -> None:
    if BACKEND == "jax":
        pytest.skip("JAX has no float64 unless it is switched on")
    for metric in (tfa.metrics.F1Score(3, dtype="float64"), tfa.metrics.GeometricMean(dtype="float64")):
        assert {variable.dtype for variable in metric.variables} == {"float64"}


def test_weights_for_each_value() -> None:
    match = tfa.metrics.utils.sample_weight_shape_match
    values = ops.ones((2, 3))
    assert numbers(match(values, None)).tolist() == [[1] * 3] * 2
    assert numbers(match(values, [0.5])).tolist() == [[0.5] * 3] * 2
    assert numbers(match(values, np.zeros((2, 3)))).tolist() == [[0] * 3] * 2
    tfa.metrics.utils._get_model(tfa.metrics.F1Score(2), 2)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow's tensors are sparse here")
def test_sparse_labels() -> None:
    import tensorflow as tf

    loss = tfa.losses.NpairsMultilabelLoss()
    sparse = tf.sparse.from_dense(BINARY.astype("int64"))
    np.testing.assert_array_equal(numbers(loss(sparse, SQUARE)), numbers(loss(BINARY, SQUARE)))


def test_names_in_strings() -> None:
    assert keras.losses.get("Addons>npairs_loss") is tfa.losses.npairs_loss
    assert isinstance(keras.metrics.get("Addons>RSquare"), tfa.metrics.RSquare)
    assert keras.activations.get("Addons>mish") is tfa.activations.mish
