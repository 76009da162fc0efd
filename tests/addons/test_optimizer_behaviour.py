"""Optimizers in Keras 3: saved and trained on, with scaled losses, clipped gradients, frozen layers, compiled steps."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone.addons as tfa

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = keras.backend.backend()
EAGERLY = BACKEND == "tensorflow"  # which is faster for models this small
EPOCH: dict[str, Any] = {"epochs": 1, "batch_size": 4, "shuffle": False, "verbose": 0}
random = np.random.default_rng(0)
VALUES, TARGETS = random.normal(size=(8, 3)).astype("float32"), random.normal(size=(8, 2)).astype("float32")
SCHEDULE = tfa.optimizers.TriangularCyclicalLearningRate(0.01, 0.1, 3)
OPTIMIZERS: dict[str, Any] = {
    "adabelief": lambda: tfa.optimizers.AdaBelief(0.05, amsgrad=True),
    "adamw": lambda: tfa.optimizers.AdamW(SCHEDULE, 0.05, exclude_from_weight_decay=["bias"]),
    "cocob": lambda: tfa.optimizers.COCOB(20),
    "conditional": lambda: tfa.optimizers.ConditionalGradient(0.9, 0.5),
    "lamb": lambda: tfa.optimizers.LAMB(SCHEDULE, weight_decay=0.1, exclude_from_layer_adaptation=["bias"]),
    "lazy": lambda: tfa.optimizers.LazyAdam(0.05, decay=0.1),
    "lookahead": lambda: tfa.optimizers.Lookahead(tfa.optimizers.RectifiedAdam(0.05), sync_period=3),
    "average": lambda: tfa.optimizers.MovingAverage(keras.optimizers.SGD(0.05, 0.9), 0.9, dynamic_decay=True),
    "novograd": lambda: tfa.optimizers.NovoGrad(0.05, weight_decay=0.1, amsgrad=True),
    "proximal": lambda: tfa.optimizers.ProximalAdagrad(0.05, l1_regularization_strength=0.1),
    "radam": lambda: tfa.optimizers.RectifiedAdam(0.05, weight_decay=SCHEDULE, total_steps=10),
    "sgdw": lambda: tfa.optimizers.SGDW(0.01, SCHEDULE, momentum=0.9, nesterov=True),
    "swa": lambda: tfa.optimizers.SWA(keras.optimizers.Adam(0.05), 1, 2),
    "yogi": lambda: tfa.optimizers.Yogi(0.05, l2_regularization_strength=0.1),
}


def without_gradients() -> Any:
    if BACKEND == "torch":
        import torch

        return torch.no_grad()
    return nullcontext()


def two_layers() -> Any:
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4, name="first"), keras.layers.Dense(2, name="top")]
    )
    values = np.random.default_rng(1)
    model.set_weights([values.normal(size=weight.shape).astype("float32") for weight in model.get_weights()])
    return model


def assert_all_close(actual: Any, expected: Any, tolerance: float = 1e-6) -> None:
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def pairs_of(model: Any) -> list[tuple[Any, Any]]:
    return [
        (keras.optimizers.SGD(0.05, momentum=0.9), model.layers[0]),
        (tfa.optimizers.AdamW(0.01, 0.1), [model.layers[1]]),
    ]


def some_gradients(seed: int) -> list[Any]:
    values = np.random.default_rng(seed)
    return [ops.convert_to_tensor(values.normal(size=size).astype("float32")) for size in ((3, 2), (2,))]


def some_variables() -> list[Any]:
    with keras.name_scope("dense"):
        return [
            keras.Variable(np.ones(shape, "float32"), name=name) for name, shape in (("kernel", (3, 2)), ("bias", (2,)))
        ]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_taken_elsewhere_go_on_alike(name: str) -> None:
    """Old code pickled ``get_weights`` and went on from there."""
    optimizers, variables = [OPTIMIZERS[name]() for _ in range(2)], [some_variables() for _ in range(2)]
    with without_gradients():
        for seed in range(4):
            optimizers[0].apply(some_gradients(seed), variables[0])
        optimizers[1].build(variables[1])
        optimizers[1].set_weights(optimizers[0].get_weights())
        for source, target in zip(*variables, strict=True):
            target.assign(source)
        for optimizer, moved in zip(optimizers, variables, strict=True):
            for seed in range(4, 7):
                optimizer.apply(some_gradients(seed), moved)
    assert_all_close([v.numpy() for v in variables[1]], [v.numpy() for v in variables[0]])
    assert_all_close(optimizers[1].get_weights(), optimizers[0].get_weights())
    optimizers[1].set_weights([variable.numpy() for variable in optimizers[0].variables])  # Keras 3's whole state
    with pytest.raises(ValueError, match="weights, not 1"):
        optimizers[1].set_weights([np.zeros(())])


@pytest.mark.skipif(BACKEND == "tensorflow", reason="Keras' TensorFlow optimizers have no stateless step")
@pytest.mark.parametrize("name", ["adamw", "average", "cocob", "lamb", "lookahead", "radam"])
def test_stateless_step(name: str) -> None:
    optimizers, variables = [OPTIMIZERS[name]() for _ in range(2)], [some_variables() for _ in range(2)]
    optimizers[1].build(variables[1])
    state = [variable.value for variable in optimizers[1].variables]
    trained = [variable.value for variable in variables[1]]
    with without_gradients():
        for seed in range(3):
            optimizers[0].apply(some_gradients(seed), variables[0])
            trained, state = optimizers[1].stateless_apply(state, some_gradients(seed), trained)
    assert_all_close([ops.convert_to_numpy(value) for value in trained], [v.numpy() for v in variables[0]])
    expected = [variable.numpy() for variable in optimizers[0].variables]
    assert_all_close([ops.convert_to_numpy(value) for value in state], expected)


@pytest.mark.parametrize("name", ["lookahead", "multi"])
def test_scaled_loss(name: str) -> None:
    models = [two_layers() for _ in range(2)]
    for model, scale in zip(models, (None, 2.0**10), strict=True):
        inner = tfa.optimizers.MultiOptimizer(pairs_of(model)) if name == "multi" else OPTIMIZERS[name]()
        optimizer = inner if scale is None else keras.optimizers.LossScaleOptimizer(inner, initial_scale=scale)
        model.compile(optimizer, "mse", run_eagerly=EAGERLY)
        model.fit(VALUES, TARGETS, **EPOCH)
    assert_all_close(models[1].get_weights(), models[0].get_weights(), 1e-5)


@pytest.mark.parametrize("clipping", ["clipnorm", "clipvalue", "global_clipnorm"])
@pytest.mark.parametrize("name", ["LAMB", "SGDW", "Lookahead", "MultiOptimizer"])
def test_clipped_gradients(name: str, clipping: str) -> None:
    gradients = [ops.convert_to_numpy(gradient) * 9 for gradient in some_gradients(0)]
    sizes = [np.linalg.norm(gradient) for gradient in gradients]
    clipped = {
        "clipnorm": [gradient / size for gradient, size in zip(gradients, sizes, strict=True)],
        "clipvalue": [np.clip(gradient, -1, 1) for gradient in gradients],
        "global_clipnorm": [gradient / np.linalg.norm(sizes) for gradient in gradients],
    }[clipping]
    trained_by: dict[str, Any] = {
        "LAMB": lambda: {"learning_rate": 0.1},
        "SGDW": lambda: {"weight_decay": 0.1, "learning_rate": 0.1},
        "Lookahead": lambda: {"optimizer": "sgd", "sync_period": 1},
        "MultiOptimizer": lambda: {
            "optimizer_specs": [{"optimizer": "sgd", "weights": ["dense/kernel", "m/dense/bias"]}]
        },
    }
    moved = []
    for given, options in ((gradients, {clipping: 1.0}), (clipped, {})):
        variables, optimizer = some_variables(), getattr(tfa.optimizers, name)(**trained_by[name](), **options)
        with without_gradients():
            optimizer.apply([ops.convert_to_tensor(gradient) for gradient in given], variables)
        moved.append([variable.numpy() for variable in variables])
    assert_all_close(moved[0], moved[1], 1e-5)
    assert np.any(moved[0][1] != 1)


def test_frozen_layer_stays_as_it_is() -> None:
    for make in (OPTIMIZERS["lamb"], OPTIMIZERS["adamw"], OPTIMIZERS["swa"]):
        model = two_layers()
        model.layers[0].trainable = False
        before = model.get_weights()
        model.compile(make(), "mse", run_eagerly=True)
        model.fit(VALUES, TARGETS, **EPOCH)
        assert_all_close(model.get_weights()[:2], before[:2], 0)
        assert all(np.any(now != then) for now, then in zip(model.get_weights()[2:], before[2:], strict=True))


def test_variable_without_gradient_stays_as_it_is() -> None:
    for make in (OPTIMIZERS["adamw"], OPTIMIZERS["average"], OPTIMIZERS["yogi"]):
        variables = some_variables()
        with without_gradients(), pytest.warns(UserWarning, match="Gradients do not exist for variables"):
            make().apply([some_gradients(0)[0], None], variables)
        assert np.any(variables[0].numpy() != 1)
        assert_all_close(variables[1].numpy(), np.ones(2))


def test_gradients_accumulate() -> None:
    for make in (tfa.optimizers.RectifiedAdam, tfa.optimizers.LAMB):
        moved = []
        for steps, seeds in ((2, (0, 0, 1, 1)), (None, (0, 1))):
            variables, optimizer = some_variables(), make(0.1, gradient_accumulation_steps=steps)
            with without_gradients():
                for seed in seeds:
                    optimizer.apply(some_gradients(seed), variables)
            moved.append([variable.numpy() for variable in variables])
        assert_all_close(moved[0], moved[1])


def test_exclusion_counts_within_another_optimizer() -> None:
    moved = []
    for wrap in (lambda optimizer: optimizer, lambda optimizer: tfa.optimizers.Lookahead(optimizer, 100)):
        variables = some_variables()
        with without_gradients():
            zero = [ops.zeros((3, 2)), ops.zeros((2,))]
            wrap(tfa.optimizers.SGDW(0.5, exclude_from_weight_decay=["bias"])).apply(zero, variables)
        moved.append([variable.numpy() for variable in variables])
    assert_all_close(moved[0], [np.full((3, 2), 0.5), np.ones(2)])
    assert_all_close(moved[1], moved[0])


def test_decay_of_chosen_variables_in_one_step() -> None:
    variables, optimizer = some_variables(), tfa.optimizers.SGDW(0.5, exclude_from_weight_decay=["kernel:0$"])
    zero = [ops.zeros((3, 2)), ops.zeros((2,))]
    with without_gradients():
        optimizer.apply_gradients(zip(zero, variables, strict=True), decay_var_list=variables[:1])
        assert_all_close([v.numpy() for v in variables], [np.full((3, 2), 0.5), np.ones(2)])
        optimizer.apply_gradients(zip(zero, variables, strict=True))  # as the exclusions say
        assert_all_close([v.numpy() for v in variables], [np.full((3, 2), 0.5), np.full(2, 0.5)])


def test_attributes_of_keras_2() -> None:
    variables, optimizer = some_variables(), tfa.optimizers.AdamW(0.0, 0.5)
    with without_gradients():
        optimizer.apply_gradients(zip(some_gradients(0), variables, strict=True), name="step")
    assert float(ops.convert_to_numpy(optimizer.lr)) == 0.5
    optimizer.lr = 0.25
    assert float(ops.convert_to_numpy(optimizer.learning_rate)) == 0.25
    assert optimizer.get_slot_names() == ["m", "v"]
    np.testing.assert_allclose(
        optimizer.get_slot(variables[1], "m"), ops.convert_to_numpy(some_gradients(0)[1]) * 0.1, 1e-5
    )
    assert len(optimizer.variables()) == len(optimizer.weights) == len(optimizer.variables) - 1 == 5
    assert int(ops.convert_to_numpy(optimizer.get_weights()[0])) == 1
    optimizer._set_hyper("learning_rate", 0.125)
    assert float(ops.convert_to_numpy(optimizer._get_hyper("learning_rate"))) == 0.125
    assert float(ops.convert_to_numpy(optimizer._get_hyper("beta_1", "float32"))) == np.float32(0.9)
    optimizer._set_hyper("beta_1", 0.5)
    assert optimizer.beta_1 == 0.5
    assert isinstance(optimizer, tfa.optimizers.KerasLegacyOptimizer)


@pytest.mark.skipif(BACKEND == "tensorflow", reason="there it works")
def test_minimize_needs_tensorflow() -> None:
    with pytest.raises(NotImplementedError, match=r"optimizer\.apply\(gradients, variables\)"):
        tfa.optimizers.LAMB().minimize(lambda: 0.0, [])


def apply_some_gradients(model: Any, seed: int) -> None:
    values = np.random.default_rng(seed)
    shapes = [variable.shape for variable in model.trainable_variables]
    with without_gradients():
        gradients = [ops.convert_to_tensor(values.normal(size=shape).astype("float32")) for shape in shapes]
        model.optimizer.apply(gradients, model.trainable_variables)


def test_layers_of_their_own_optimizers(tmp_path: Path) -> None:
    model = two_layers()
    model.compile(tfa.optimizers.MultiOptimizer(pairs_of(model)), "mse", run_eagerly=True)
    apply_some_gradients(model, 0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    classes = (keras.optimizers.SGD, tfa.optimizers.AdamW)
    assert [isinstance(*pair) for pair in zip(loaded.optimizer.optimizers, classes, strict=True)] == [True, True]
    for state, expected in zip(loaded.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(state.numpy(), expected.numpy())
    for again in (model, loaded):
        apply_some_gradients(again, 1)
    assert_all_close(loaded.get_weights(), model.get_weights())
    assert [int(o.iterations.numpy()) for o in (loaded.optimizer, *loaded.optimizer.optimizers)] == [2, 2, 2]


def test_layers_that_are_nested_or_built_later() -> None:
    inner = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(4)])
    top = keras.layers.Dense(2)
    optimizer = tfa.optimizers.MultiOptimizer([(keras.optimizers.SGD(0.0), top), (keras.optimizers.SGD(0.1), inner)])
    model = keras.Sequential([inner, top])
    model.compile(optimizer, "mse", run_eagerly=True)
    model.build((None, 3))
    before = model.get_weights()
    model.fit(VALUES, TARGETS, **EPOCH)
    moved = [bool(np.any(now != then)) for now, then in zip(model.get_weights(), before, strict=True)]
    assert moved == [True] * 4 + [False] * 2
    assert repr(optimizer) == "Multi Optimizer with 2 optimizer layer pairs"


def test_one_optimizer_in_several_pairs() -> None:
    model, shared = two_layers(), tfa.optimizers.RectifiedAdam(0.1)
    model.compile(tfa.optimizers.MultiOptimizer([(shared, layer) for layer in model.layers]), "mse", run_eagerly=True)
    model.fit(VALUES, TARGETS, **EPOCH)
    other = two_layers()
    other.compile(tfa.optimizers.RectifiedAdam(0.1), "mse", run_eagerly=True)
    other.fit(VALUES, TARGETS, **EPOCH)
    assert_all_close(model.get_weights(), other.get_weights())


def test_pairs_that_are_refused() -> None:
    dense = keras.layers.Dense(2)
    with pytest.raises(RuntimeError, match="one of the two"):
        tfa.optimizers.MultiOptimizer()
    with pytest.raises(RuntimeError, match="one of the two"):
        tfa.optimizers.MultiOptimizer([], [])
    with pytest.raises(TypeError, match="must be a Keras optimizer"):
        tfa.optimizers.MultiOptimizer([(dense, keras.optimizers.SGD())])
    with pytest.raises(TypeError, match="paired with a layer"):
        tfa.optimizers.MultiOptimizer([(keras.optimizers.SGD(), keras.optimizers.SGD())])
    with pytest.raises(ValueError, match="accumulate gradients in the outer"):
        tfa.optimizers.MultiOptimizer([(keras.optimizers.SGD(gradient_accumulation_steps=2), dense)])
    with pytest.raises(ValueError, match="none of these variables belongs to a layer"):
        tfa.optimizers.MultiOptimizer([(keras.optimizers.SGD(), dense)]).build(some_variables())


def test_weight_decay_of_keras_in_a_pair() -> None:
    variables = some_variables()
    decaying = keras.optimizers.SGD(0.5, weight_decay=0.5)
    specs = [
        {"optimizer": decaying, "weights": ["dense/kernel:0"]},
        {"optimizer": keras.optimizers.SGD(), "weights": []},
    ]
    with without_gradients():
        tfa.optimizers.MultiOptimizer(optimizer_specs=specs).apply([ops.zeros((3, 2)), ops.zeros((2,))], variables)
    assert_all_close([v.numpy() for v in variables], [np.full((3, 2), 0.75), np.ones(2)])


def test_averages_of_variables_that_were_not_trained() -> None:
    variables, other = some_variables(), keras.Variable(np.ones(2, "float32"), name="other")
    optimizer = tfa.optimizers.SWA(keras.optimizers.SGD(1.0), average_period=1)
    with pytest.warns(UserWarning, match="not trained: dense_kernel"):
        optimizer.assign_average_vars(variables[:1])
    with without_gradients():
        for _ in range(2):
            optimizer.apply([ops.ones((3, 2)), ops.ones((2,))], variables)
    with pytest.warns(UserWarning, match="not trained: other"):
        optimizer.assign_average_vars([*variables, other])
    assert_all_close([v.numpy() for v in (*variables, other)], [np.full((3, 2), -0.5), np.full(2, -0.5), np.ones(2)])
    assert optimizer.get_slot_names() == ["average"]
    assert optimizer._optimizer is optimizer.inner_optimizer


def test_wrapper_of_no_optimizer() -> None:
    for wrapper in (tfa.optimizers.SWA, tfa.optimizers.MovingAverage, tfa.optimizers.Lookahead):
        with pytest.raises(TypeError, match="must be a Keras optimizer"):
            wrapper(None)
    for num_updates in (1.0, "a", np.ones(2, "int32")):
        with pytest.raises(TypeError, match="num_updates must be an integer"):
            tfa.optimizers.MovingAverage("sgd", num_updates=num_updates)
    with pytest.raises(TypeError, match="must be a class of an optimizer"):
        tfa.optimizers.extend_with_decoupled_weight_decay("sgd")  # type: ignore[arg-type]  # what is refused
    updates = keras.Variable(2, dtype="int32", trainable=False)
    assert tfa.optimizers.MovingAverage("sgd", num_updates=updates).num_updates == 2
    assert tfa.optimizers.Lookahead("sgd", lr=0.1, decay=0.1).get_config()["sync_period"] == 6


def test_statistics_of_batch_normalization_are_collected_anew() -> None:
    inner = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization(momentum=0.5)])
    model = keras.Sequential([keras.Input((3,)), inner, keras.layers.Dense(2)])
    model.compile(OPTIMIZERS["swa"](), "mse", run_eagerly=True)
    model.fit(VALUES, TARGETS, **EPOCH)
    optimizer, before = model.optimizer, [variable.numpy() for variable in model.trainable_variables]
    norm = inner.layers[-1]
    tfa.optimizers.utils.fit_bn(model, VALUES, TARGETS, batch_size=8, verbose=0, epochs=7)
    assert_all_close([norm.moving_mean.numpy()], [VALUES.mean(axis=0) / 2], 1e-5)
    assert_all_close([norm.moving_variance.numpy()], [(1 + VALUES.var(axis=0)) / 2], 1e-5)
    assert_all_close([variable.numpy() for variable in model.trainable_variables], before, 0)
    assert model.optimizer is optimizer
    model.fit(VALUES, TARGETS, **EPOCH)
    assert all(np.any(now.numpy() != then) for now, then in zip(model.trainable_variables, before, strict=True))
    assert int(optimizer.iterations.numpy()) == 4


def test_statistics_of_what_is_no_model() -> None:
    with pytest.raises(TypeError, match="must be a Keras model"):
        tfa.optimizers.utils.fit_bn(keras.layers.Dense(2))
    with pytest.raises(ValueError, match="must be built"):
        tfa.optimizers.utils.fit_bn(keras.Sequential([keras.layers.Dense(2)]))


def test_names_of_variables() -> None:
    (kernel, _), matched = some_variables(), tfa.optimizers.utils.is_variable_matched_by_regexes
    assert tfa.optimizers.utils.get_variable_name(kernel) == "dense/kernel"
    assert [matched(kernel, regexes) for regexes in (["kernel$"], ["kernel:0$"], ["bias", "^dense"])] == [True] * 3
    assert [matched(kernel, regexes) for regexes in (["bias"], [], None)] == [False] * 3


def test_no_warnings_of_functions_in_configurations() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tfa.optimizers.Yogi(lambda: 0.5).get_config()["learning_rate"] == 0.5
