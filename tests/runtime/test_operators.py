"""Functions of TensorFlow in models that real releases saved compute here what they computed there.

``python tasks/operators/golden.py`` writes the models: each holds some of the calls of ``tasks/operators/cases.py``.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import h5py
import keras
import numpy as np
import pytest

import loadstone
from loadstone.artifact import Pointer
from loadstone.blueprint.graph import Call, EllipsisSpec, LayerSpec, ObjectSpec, Problem, SliceSpec, TensorRef
from loadstone.blueprint.operators import OPERATORS, operator
from loadstone.blueprint.operators.nodes import NODES
from loadstone.blueprint.upgrades.calls import upgrade_calls
from loadstone.runtime.operators import COMPOSED, apply
from tasks.operators.inputs import INPUTS
from tests.corpus_files import golden

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = golden("operators")
ERAS = sorted(path.name for path in FOLDER.iterdir())
AT = Pointer(document="model_config", path="/config/layers/1")


@cache
def manifest(era: str) -> Mapping[str, Any]:
    rows: Mapping[str, Any] = json.loads((FOLDER / era / "manifest.json").read_text())["models"]
    return rows


def models(*, absent: bool) -> list[tuple[str, str]]:
    return [(era, name) for era in ERAS for name in manifest(era) if name.startswith("absent") == absent]


def arrays(path: Any, count: int) -> list[Any]:
    with np.load(path, allow_pickle=False) as stored:
        return [stored[str(number)] for number in range(count)]


@pytest.mark.parametrize(("era", "name"), models(absent=False))
def test_each_call_gives_what_its_own_release_gave(era: str, name: str) -> None:
    row = manifest(era)[name]
    expected = arrays(FOLDER / era / f"{name}.npz", sum(count for _, count in row["cases"]))
    model = loadstone.load_model(FOLDER / era / f"{name}.h5", compile=False)
    outputs = model([INPUTS[given] for given in row["inputs"]])
    actual = iter(outputs if isinstance(outputs, list | tuple) else [outputs])
    for case, count in row["cases"]:
        for _ in range(count):
            ours, theirs = next(actual), expected.pop(0)
            assert keras.backend.standardize_dtype(ours.dtype) == theirs.dtype.name, case
            ours = keras.ops.convert_to_numpy(ours)
            assert ours.shape == theirs.shape, case
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5, err_msg=case)


@pytest.mark.parametrize(("era", "name"), models(absent=True))
def test_what_has_no_counterpart_is_refused(era: str, name: str) -> None:
    with pytest.raises(loadstone.LoadFailed, match="has no counterpart"):
        loadstone.load_model(FOLDER / era / f"{name}.h5", compile=False)


def needed() -> set[str]:
    """The operations of both tables."""
    return {row.op for row in OPERATORS.values()} | {node.op for node in NODES.values()}


def stored(era: str) -> Iterator[str]:
    """The names of functions and of nodes in an era's models."""
    for name in manifest(era):
        with h5py.File(FOLDER / era / f"{name}.h5") as file:
            for layer in json.loads(file.attrs["model_config"])["config"]["layers"]:
                config = layer["config"]
                yield config.get("function") or config.get("node_def", {}).get("op", "")


def test_each_operation_of_the_tables_is_in_a_recorded_model() -> None:
    names = {name for era in ERAS for name in stored(era)}
    rows = [operator(name) or NODES.get(name) for name in names]
    recorded = {row.op for row in rows if row is not None}
    assert needed() - recorded <= RANDOM


#: What gives other numbers each time; `test_random_tensors_have_their_distribution`.
RANDOM = {"_random_normal", "_random_uniform", "_random_truncated"}


def test_each_operation_of_the_tables_exists() -> None:
    composed = {op for op in needed() if op.startswith("_")}
    assert {*composed, "_mask_of"} == COMPOSED.keys()  # the one that an upgrade of masks puts into a graph
    assert all(hasattr(keras.ops, op) for op in needed() - composed)


@pytest.mark.parametrize(
    ("op", "keywords", "mean", "deviation"),
    [
        ("_random_normal", {"mean": 1.0, "stddev": 2.0}, 1.0, 2.0),
        ("_random_uniform", {"minval": -1.0, "maxval": 3.0}, 1.0, 4 / 12**0.5),
        ("_random_truncated", {"stddev": 1.0}, 0.0, 0.8796),
    ],
)
def test_random_tensors_have_their_distribution(
    op: str, keywords: dict[str, Any], mean: float, deviation: float
) -> None:
    x = keras.Input((4,))
    drawn = apply(op, [], {"shape": apply("_shape", [], {"x": x}), "seed": 3, **keywords})
    model = keras.Model(x, drawn)
    first, second = (keras.ops.convert_to_numpy(model(np.zeros((5000, 4), "float32"))) for _ in range(2))
    assert first.shape == (5000, 4)
    assert not np.array_equal(first, second)
    assert abs(first.mean() - mean) < 0.05
    assert abs(first.std() - deviation) < 0.05


def layer_of(class_name: str, config: dict[str, Any], kwargs: dict[str, Any]) -> LayerSpec:
    x = TensorRef(layer="x", call=0, output=0)
    spec = ObjectSpec(name=class_name, config=config, at=AT)
    return LayerSpec(name="op", stored_name="op", content=spec, calls=(Call(args=(x,), kwargs=kwargs),))


@pytest.mark.parametrize(
    ("class_name", "config", "kwargs", "subject"),
    [
        ("TFOpLambda", {"function": "signal.mdct"}, {}, "tf.signal.mdct"),
        ("TFOpLambda", {"function": "of.nobody"}, {}, "tf.of.nobody"),
        ("TFOpLambda", {"function": None}, {}, "None"),
        ("TFOpLambda", {"function": "math.add"}, {"unheard_of": 3}, "tf.math.add"),
        ("TFOpLambda", {"function": "__operators__.eq"}, {}, "tf.__operators__.eq"),
        ("TFOpLambda", {"function": "einsum"}, {}, "tf.einsum"),
        ("TensorFlowOpLayer", {"node_def": {}}, {}, "a node of a graph"),
        ("TensorFlowOpLayer", {"node_def": {"op": "Unique"}}, {}, "Unique"),
        ("TensorFlowOpLayer", {"node_def": {"op": "Add"}}, {}, "Add"),
        ("TensorFlowOpLayer", {"node_def": {"op": "Abs", "attr": {"odd": {"b": True}}}}, {}, "Abs"),
        (
            "ClassMethod",
            {"cls_symbol": "RaggedTensor", "method_name": "from_row_splits"},
            {},
            "RaggedTensor.from_row_splits",
        ),
        ("InstanceProperty", {"attr_name": "flat_values"}, {}, "flat_values"),
    ],
)
def test_what_has_no_counterpart_is_a_problem(
    class_name: str, config: dict[str, Any], kwargs: dict[str, Any], subject: str
) -> None:
    layer = layer_of(class_name, config, kwargs)
    unchanged, (problem,) = upgrade_calls(layer)
    assert unchanged == layer
    assert isinstance(problem, Problem)
    assert problem.subject == subject


@pytest.mark.parametrize(
    ("spec", "index"),
    [
        (({"start": None, "stop": None, "step": None}, 0), (SliceSpec(), 0)),
        (("...", {"start": 1, "stop": None, "step": 2}), (EllipsisSpec.ELLIPSIS, SliceSpec(start=1, step=2))),
        (({"class_name": "__ellipsis__"}, None), (EllipsisSpec.ELLIPSIS, None)),
        (1, (1,)),
    ],
)
def test_an_index_becomes_a_tuple(spec: Any, index: Any) -> None:
    layer = layer_of("SlicingOpLambda", {"function": "__operators__.getitem"}, {"slice_spec": spec})
    upgraded, _ = upgrade_calls(layer)
    assert upgraded.calls == (Call(args=(*layer.calls[0].args, index)),)


def test_a_sum_is_not_taken_for_a_bias() -> None:
    """Keras on TensorFlow lays the second term along the last axis where both have as many elements."""
    column, square = keras.Input((3, 1)), keras.Input((3, 3))
    model = keras.Model([square, column], apply("_add", [], {"x1": square, "x2": column}))
    one, two = np.zeros((1, 3, 3), "float32"), np.array([[[1], [2], [3]]], "float32")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model([one, two])), one + two)


def test_none_is_kept_where_it_is_not_the_default() -> None:
    layer = layer_of("TFOpLambda", {"function": "signal.stft"}, {"frame_length": 4, "window_fn": None, "pad_end": None})
    upgraded, _ = upgrade_calls(layer)
    assert dict(upgraded.calls[0].kwargs) == {"x": layer.calls[0].args[0], "frame_length": 4, "window_fn": None}
