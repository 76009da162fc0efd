"""The rows of the golden table, as the argument ``row`` of tests that say which: ``@pytest.mark.golden("layers")``."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone import addons
from tasks.golden_answers import recorded

KINDS = ("layers", "functions", "losses", "metrics", "optimizers", "optimizer_options", "schedules", "text")
TOLERANCE = 2e-6
METRIC_TOLERANCE = 1e-6
HALF_TOLERANCE = 3e-3
# Float32 sums of many terms, and powers close to zero, are not rounded alike everywhere.
LOOSER = {
    "layers/ln_lstm_dropout": 2e-5,
    "layers/netvlad": 1e-5,
    "layers/nas": 1e-5,
    "layers/nas_projected": 1e-5,
    "losses/semihard_extreme": 1e-5,
}
# What Keras itself does not do on a backend.
SKIPPED = {
    ("jax", "layers/NASCell_mask"): "Keras' loop takes the first state, here the carry, for the previous output",
}
# What TensorFlow Addons stored and nothing reads; see WeightNormalization.
IGNORED_WEIGHTS = "data_dep_init/"
# What Keras 2 wrote into a wrapped layer and Keras 3 refuses.
OF_KERAS_2 = ("time_major", "batch_input_shape", "input_length", "build_config")


class Row:
    """One case: its description, and its answers by name."""

    def __init__(self, kind: str, label: str) -> None:
        self.name = f"{kind}/{label}"
        self.answers = recorded(kind).below(label)
        case = recorded(kind).cases[label]
        self.identity: str = case["object"]
        self.object: Any = addons.REGISTERED[self.identity]
        self.config: dict[str, Any] = without_keras_2(case["config"])
        self.weights: list[str] = case.get("weights", [])
        self.is_cell: bool = case.get("cell", False)
        self.recurrent: dict[str, Any] = case.get("rnn", {})
        self.is_bidirectional: bool = case.get("bidirectional", False)
        self.is_separate: bool = case.get("separate", False)
        usual = HALF_TOLERANCE if label.endswith("float16") else METRIC_TOLERANCE if kind == "metrics" else TOLERANCE
        self.tolerance = LOOSER.get(self.name, usual)

    def all_of(self, prefix: str) -> list[Any]:
        """Return the answers called ``prefix`` and a number, in order; the cases have fewer than 100."""
        return [self.answers[key] for key in (f"{prefix}{index}" for index in range(100)) if key in self.answers]

    def assert_equal(self, actual: Any, expected: Any, what: str) -> None:
        """Compare a tensor, variable or array with an answer."""
        np.testing.assert_allclose(
            actual.numpy() if isinstance(actual, keras.Variable) else ops.convert_to_numpy(actual),
            expected,
            rtol=self.tolerance,
            atol=self.tolerance,
            err_msg=f"{self.name}: {what}",
        )

    def make(self, **changes: Any) -> Any:
        """Build the object from the configuration that TensorFlow Addons wrote."""
        return self.object.from_config(json.loads(json.dumps({**self.config, **changes})))

    def make_layer(self, **changes: Any) -> Any:
        """Build the layer; a cell's within an RNN."""
        thing = self.make(**changes)
        if not self.is_cell:
            return thing
        layer = keras.layers.RNN(thing, **self.recurrent, name="rnn")
        return keras.layers.Bidirectional(layer, name="both") if self.is_bidirectional else layer

    def built_layer(self) -> Any:
        """Build the layer and its weights."""
        layer = self.make_layer()
        shapes = [value.shape for value in self.all_of("input")]
        layer.build(shapes[0] if len(shapes) == 1 or self.is_separate else shapes)
        return layer

    def call(self, layer: Any, values: list[Any] | None = None, **keywords: Any) -> Any:
        """Call a layer on the inputs of the case, or on ``values``."""
        if "mask" in self.answers:
            keywords["mask"] = ops.convert_to_tensor(self.answers["mask"])
        argument = self.argument(values)
        return layer(*argument, **keywords) if self.is_separate else layer(argument, **keywords)

    def argument(self, values: list[Any] | None = None) -> Any:
        """Return what the layer is called on: the inputs of the case, or ``values``."""
        values = [ops.convert_to_tensor(value) for value in self.all_of("input")] if values is None else values
        return values[0] if len(values) == 1 else values

    def set_weights(self, layer: Any, prefix: str = "weight") -> dict[str, Any]:
        """Set a layer's weights by name; return the variables by stored name. None is left over."""
        variables = {}
        for index, name in enumerate(self.weights):
            value = self.answers.get(f"{prefix}{index}", self.answers[f"weight{index}"])
            if IGNORED_WEIGHTS not in name:
                variables[name] = variable_named(layer.weights, name)
                variables[name].assign(value)
        assert len({id(variable) for variable in variables.values()}) == len(layer.weights)
        return variables


def without_keras_2(config: Any) -> Any:
    """Return a configuration without what Keras 2 wrote into that of a wrapped layer."""
    if isinstance(config, dict):
        return {key: without_keras_2(value) for key, value in config.items() if key not in OF_KERAS_2}
    return config


def variable_named(variables: list[Any], name: str) -> Any:
    """Return the variable that shares the most parts at the end of its path with a stored name."""
    stored = name.split("/")[::-1]

    def shared(variable: Any) -> int:
        parts = variable.path.split("/")[::-1]
        differing = (index for index, pair in enumerate(zip(parts, stored, strict=False)) if pair[0] != pair[1])
        return next(differing, min(len(parts), len(stored)))

    best, *others = sorted(variables, key=shared, reverse=True)
    assert shared(best) > max(map(shared, others), default=0), f"no one variable is {name}"
    return best


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "golden(kind, needs, lacks, once): run for the rows of the golden table")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker("golden")
    if mark is not None:
        metafunc.parametrize("row", chosen(*mark.args, **mark.kwargs), indirect=True, ids=lambda case: case[1])


def chosen(
    kind: str, *, needs: str | None = None, lacks: str | None = None, once: bool = False
) -> list[tuple[str, str]]:
    """Return the cases of one kind that have an answer, or lack one; with ``once`` only the first of each object."""
    answers = recorded(kind)
    cases = [label for label, case in answers.cases.items() if "object" in case]
    cases = [label for label in cases if needs is None or f"{label}/{needs}" in answers.arrays]
    cases = [label for label in cases if not lacks or f"{label}/{lacks}" not in answers.arrays]
    if once:
        first = {answers.cases[label]["object"]: label for label in reversed(cases)}
        cases = [label for label in cases if label in first.values()]
    return [(kind, label) for label in cases]


@pytest.fixture
def row(request: pytest.FixtureRequest) -> Row:
    found = Row(*request.param)
    reason = SKIPPED.get((keras.backend.backend(), found.name))
    if reason is not None:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def golden_objects() -> set[str]:
    """Return the objects that the golden table has rows for."""
    return {case["object"] for kind in KINDS for case in recorded(kind).cases.values() if "object" in case}
