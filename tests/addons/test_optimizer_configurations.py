"""Optimizers and schedules are built from the configurations that every release of TensorFlow Addons wrote.

The table says which entries which releases wrote; what none wrote is refused.
"""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import ops

import loadstone.addons as tfa

SGD = {"class_name": "SGD", "config": {"name": "SGD", "learning_rate": 0.5, "decay": 0.0, "momentum": 0.0}}
RADAM = {"class_name": "RectifiedAdam", "config": {"name": "RectifiedAdam", "learning_rate": 0.25, "decay": 0.0}}
RATE = {"learning_rate": 0.5, "decay": 0.0}
ADAM = {**RATE, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-5}
EXCLUDED = {"exclude_from_weight_decay": ["bias"]}
BOUNDS = {"initial_learning_rate": 0.1, "maximal_learning_rate": 1.0, "step_size": 4}
STRENGTHS = {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2}
WARM = {"sma_threshold": 5.0, "total_steps": 8, "warmup_proportion": 0.5, "min_lr": 0.1}

# Releases, class, what they wrote (besides "name"), and what of it is called otherwise now.
WRITTEN: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("0.15-0.23", "AdaBelief", {**ADAM, **WARM, "weight_decay": 0.1, "amsgrad": True, "rectify": False}, {}),
    ("0.5-0.15", "AdamW", {**ADAM, "amsgrad": False, "weight_decay": 0.1}, {"exclude_from_weight_decay": None}),
    ("0.16-0.23", "AdamW", {**ADAM, "amsgrad": True, "weight_decay": 0.1, **EXCLUDED}, {}),
    ("0.13-0.23", "COCOB", {"alpha": 50.0}, {}),
    ("0.6-0.8", "ConditionalGradient", {"learning_rate": 0.5, "lambda_": 0.1, "use_locking": False}, {"ord": "fro"}),
    ("0.9-0.10", "ConditionalGradient", {"learning_rate": 0.5, "ord": "nuclear", "use_locking": False}, {}),
    ("0.11-0.23", "ConditionalGradient", {"learning_rate": 0.5, "lambda_": 0.1, "epsilon": 1e-6, "ord": "fro"}, {}),
    ("0.7-0.15", "LAMB", {**ADAM, "weight_decay_rate": 0.1}, {"weight_decay": 0.1}),
    ("0.16-0.23", "LAMB", {**ADAM, "weight_decay": 0.1, **EXCLUDED, "exclude_from_layer_adaptation": ["kernel"]}, {}),
    ("0.5-0.23", "LazyAdam", {**ADAM, "amsgrad": True}, {}),
    ("0.6-0.23", "Lookahead", {"optimizer": SGD, "sync_period": 4, "slow_step_size": 0.25}, {}),
    ("0.6", "MovingAverage", {"optimizer": SGD, "average_decay": 0.1, "num_updates": None}, {"start_step": 0}),
    (
        "0.7-0.10",
        "MovingAverage",
        {"optimizer": SGD, "sequential_update": True, "average_decay": 0.9, "num_updates": 90},
        {"dynamic_decay": False},
    ),
    (
        "0.11-0.23",
        "MovingAverage",
        {"optimizer": SGD, "average_decay": 0.9, "num_updates": None, "start_step": 2, "dynamic_decay": True},
        {},
    ),
    ("0.12-0.23", "MultiOptimizer", {"optimizer_specs": [{"optimizer": SGD, "weights": ["dense/kernel:0"]}]}, {}),
    ("0.8-0.23", "NovoGrad", {**ADAM, "weight_decay": 0.1, "grad_averaging": True}, {"amsgrad": False}),
    ("0.11-0.23", "ProximalAdagrad", {"learning_rate": 0.5, "initial_accumulator_value": 0.2, **STRENGTHS}, {}),
    ("0.6-0.23", "RectifiedAdam", {**ADAM, **WARM, "weight_decay": 0.1, "amsgrad": True}, {}),
    ("0.5-0.15", "SGDW", {**RATE, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, {}),
    ("0.16-0.23", "SGDW", {**RATE, "momentum": 0.9, "nesterov": False, "weight_decay": 0.1, **EXCLUDED}, {}),
    ("0.7-0.10", "SWA", {"optimizer": SGD, "sequential_update": True, "average_period": 2, "start_averaging": 1}, {}),
    ("0.11-0.23", "SWA", {"optimizer": SGD, "average_period": 2, "start_averaging": 1}, {}),
    (
        "0.7-0.9",
        "Yogi",
        {**RATE, "beta1": 0.8, "l1_t": 0.1, "l2_t": 0.2, "activation": "tanh", "initial_accumulator_value": 1.0},
        STRENGTHS,
    ),
    ("0.10-0.23", "Yogi", {**RATE, "beta2": 0.9, "epsilon": 1e-2, **STRENGTHS, "activation": "sign"}, {}),
    ("0.7-0.23", "TriangularCyclicalLearningRate", {**BOUNDS, "scale_mode": "cycle"}, {}),
    ("0.7-0.23", "Triangular2CyclicalLearningRate", {**BOUNDS, "scale_mode": "iterations"}, {}),
    ("0.7-0.9.0", "ExponentialCyclicalLearningRate", {**BOUNDS, "scale_mode": "cycle"}, {"gamma": 1.0}),
    ("0.9.1-0.23", "ExponentialCyclicalLearningRate", {**BOUNDS, "scale_mode": "iterations", "gamma": 0.9}, {}),
]
RENAMED = ("weight_decay_rate", "l1_t", "l2_t")
NOT_KEPT = (*RENAMED, "use_locking", "sequential_update", "decay", "optimizer", "optimizer_specs")


def named(name: str, written: dict[str, Any]) -> dict[str, Any]:
    return written if name.endswith("LearningRate") else {"name": name, **written}


@pytest.mark.parametrize(("releases", "name", "written", "now"), WRITTEN)
def test_configuration(releases: str, name: str, written: dict[str, Any], now: dict[str, Any]) -> None:
    config = named(name, written)
    built = getattr(tfa.optimizers, name).from_config(config)
    expected = {key: value for key, value in written.items() if key not in NOT_KEPT} | now
    given = built.get_config()
    assert {key: given[key] for key in expected} == expected, releases
    assert type(built).from_config(given).get_config().keys() == given.keys()
    assert named(name, written) == config, "it was not changed"


@pytest.mark.parametrize(("releases", "name", "written", "now"), WRITTEN)
def test_entry_that_no_release_wrote(releases: str, name: str, written: dict[str, Any], now: dict[str, Any]) -> None:
    del releases, now
    with pytest.raises(ValueError, match="momentun"):
        getattr(tfa.optimizers, name).from_config({**named(name, written), "momentun": 0.9})


@pytest.mark.parametrize("name", ["Lookahead", "MovingAverage", "SWA"])
def test_wrapper_without_the_wrapped_one(name: str) -> None:
    with pytest.raises(ValueError, match="needs the wrapped optimizer"):
        getattr(tfa.optimizers, name).from_config({"average_decay": 0.1, "num_updates": None})


@pytest.mark.parametrize("name", ["Lookahead", "MovingAverage", "SWA"])
def test_wrapped_optimizer_under_its_bare_name(name: str) -> None:
    wrapper = getattr(tfa.optimizers, name).from_config({"name": name, "optimizer": RADAM})
    assert isinstance(wrapper.inner_optimizer, tfa.optimizers.RectifiedAdam)
    assert wrapper.get_config()["optimizer"]["config"]["learning_rate"] == 0.25


def test_wrapped_optimizer_that_keras_has_too() -> None:
    old = {"class_name": "AdamW", "config": {"learning_rate": 0.5, "decay": 0.0, "weight_decay": 0.1}}
    keras_own = {"class_name": "AdamW", "config": {"learning_rate": 0.5, "weight_decay": 0.1}}
    for of, cls in ((old, tfa.optimizers.AdamW), (keras_own, keras.optimizers.AdamW)):
        assert isinstance(tfa.optimizers.Lookahead.from_config({"optimizer": of}).inner_optimizer, cls)


def test_decay_of_the_learning_rate() -> None:
    decaying: list[Any] = [
        tfa.optimizers.SGDW.from_config({"learning_rate": 0.5, "decay": 0.25, "weight_decay": 0.1}),
        tfa.optimizers.Yogi(lr=0.5, decay=0.25),
        tfa.optimizers.extend_with_decoupled_weight_decay(keras.optimizers.SGD)(0.1, lr=0.5, decay=0.25),
    ]
    for optimizer in decaying:
        assert optimizer.decay == 0.25
        optimizer.iterations.assign(4)
        assert float(ops.convert_to_numpy(optimizer.learning_rate)) == 0.25
    of_its_own = tfa.optimizers.extend_with_decoupled_weight_decay(keras.optimizers.SGD)(0.1, decay=0.25)
    assert of_its_own.get_config()["learning_rate"]["config"]["initial_learning_rate"] == 0.01
    assert tfa.optimizers.LAMB().decay == 0.0


def test_numbers_as_they_were_given() -> None:
    assert tfa.optimizers.LAMB(1e-4).get_config()["learning_rate"] == 1e-4
    assert tfa.optimizers.AdamW(0.1, 3e-3).get_config()["learning_rate"] == 3e-3
    given_by_functions = tfa.optimizers.AdamW(lambda: 0.1, lambda: 0.25, beta_1=lambda: 0.5, beta_2=0.75).get_config()
    assert {key: given_by_functions[key] for key in ("weight_decay", "learning_rate", "beta_1", "beta_2")} == {
        "weight_decay": 0.1,
        "learning_rate": 0.25,
        "beta_1": 0.5,
        "beta_2": 0.75,
    }


def test_schedules_are_part_of_a_configuration() -> None:
    schedule = tfa.optimizers.Triangular2CyclicalLearningRate(0.1, 1.0, 4)
    for cls in (tfa.optimizers.LAMB, tfa.optimizers.RectifiedAdam, tfa.optimizers.ProximalAdagrad):
        config = keras.optimizers.serialize(cls(schedule))
        loaded = keras.optimizers.deserialize(config)
        assert loaded.get_config() == cls(schedule).get_config()
        assert float(ops.convert_to_numpy(loaded.learning_rate)) == pytest.approx(0.1)
    decaying = tfa.optimizers.SGDW(schedule, schedule)
    loaded = keras.optimizers.deserialize(keras.optimizers.serialize(decaying))
    assert isinstance(loaded.weight_decay, tfa.optimizers.Triangular2CyclicalLearningRate)
    assert loaded.get_config() == decaying.get_config()


def halved(cycle: Any) -> Any:
    return 0.5**cycle


def test_scale_function_that_is_registered() -> None:
    schedule = tfa.optimizers.CyclicalLearningRate(0.1, 1.0, 4, halved)
    assert tfa.optimizers.CyclicalLearningRate.from_config(schedule.get_config()).scale_fn is halved
    stored = keras.optimizers.schedules.serialize(schedule)
    for scale_fn in ("halved", "Custom>halved", stored["config"]["scale_fn"]):
        with keras.saving.custom_object_scope({"halved": halved}):
            config = {**BOUNDS, "scale_fn": scale_fn}
            assert tfa.optimizers.CyclicalLearningRate.from_config(config).scale_fn is halved


CODE = {"class_name": "__lambda__", "config": {"value": ["4wEAAAA=", None, None]}}
REFUSED: dict[str, tuple[Any, str]] = {
    "compiled code": (CODE, "is not run. Write the function anew, register it"),
    "an old list of code": (["4wEAAAA=", None, None], "is not run. Write the function anew, register it"),
    "an unknown name": ("halved", "'halved', and no such function is registered. Write"),
    "an unknown function": ({"class_name": "function", "config": "halved", "module": "os"}, "no such function"),
    "a lambda's name": ("<lambda>", "'<lambda>', and no such function"),
    "nothing": (None, "holds no scale_fn. Write"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_scale_function_that_is_refused(what: str) -> None:
    scale_fn, said = REFUSED[what]
    with pytest.raises(ValueError, match=said):
        tfa.optimizers.CyclicalLearningRate.from_config({**BOUNDS, "scale_fn": scale_fn})


def test_schedule_with_an_entry_that_no_release_wrote() -> None:
    with pytest.raises(ValueError, match="momentun"):
        tfa.optimizers.CyclicalLearningRate.from_config({**BOUNDS, "scale_fn": halved, "momentun": 1})
    without = {key: value for key, value in BOUNDS.items() if key != "step_size"}
    with pytest.raises(ValueError, match="step_size"):
        tfa.optimizers.TriangularCyclicalLearningRate.from_config(without)


def test_schedule_of_tensors_and_functions() -> None:
    given = tfa.optimizers.ExponentialCyclicalLearningRate(lambda: 0.5, ops.convert_to_tensor(1.0), 4, gamma=0.5)
    expected = {"initial_learning_rate": 0.5, "maximal_learning_rate": 1.0, "step_size": 4, "gamma": 0.5}
    assert expected.items() <= given.get_config().items()
    assert float(ops.convert_to_numpy(given(4))) == 0.5 + 0.5 * 0.5**4
