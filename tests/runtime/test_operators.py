"""Every row of the operators' table against the real TensorFlow function of that name."""

from __future__ import annotations

import operator as python_operator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import Call, LayerSpec, ObjectSpec, Operation, Problem, SliceSpec, TensorRef
from loadstone.blueprint.operators import OPERATORS, operator
from loadstone.blueprint.upgrades.calls import upgrade_calls
from loadstone.runtime.operators import COMPOSED, apply

RNG = np.random.default_rng(0)
X = RNG.uniform(0.1, 0.9, (2, 3, 4)).astype("float32")
Y = RNG.uniform(0.1, 0.9, (2, 3, 4)).astype("float32")
SQUARE = (np.eye(3) * 4 + 1).astype("float32")
IMAGE = RNG.uniform(0, 1, (2, 4, 6, 3)).astype("float32")
DEEP = RNG.uniform(0, 1, (2, 4, 6, 8)).astype("float32")
FLAGS = X > 0.5
INDICES = np.array([[0, 2], [1, 1]], dtype="int32")

# Calls as TensorFlow takes them: positional arguments and keywords. What is not listed is called with X, or X and Y.
EXAMPLES: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "math.acosh": [((X + 1,), {})],
    "math.logical_not": [((FLAGS,), {})],
    "math.logical_and": [((FLAGS, ~FLAGS), {})],
    "math.logical_or": [((FLAGS, ~FLAGS), {})],
    "math.logical_xor": [((FLAGS, FLAGS), {})],
    "math.reduce_any": [((FLAGS,), {}), ((FLAGS,), {"axis": 1, "keepdims": True})],
    "math.reduce_all": [((FLAGS,), {"axis": [0, 2]})],
    "math.divide_no_nan": [((X, np.where(FLAGS, Y, 0)), {})],
    "math.multiply_no_nan": [((X, np.where(FLAGS, Y, 0)), {})],
    "math.add_n": [(([X, Y, X],), {})],
    "math.scalar_mul": [((2.5, X), {})],
    "math.cumsum": [((X,), {"axis": 1}), ((X,), {"axis": -1, "exclusive": True, "reverse": True})],
    "math.argmax": [((X,), {"axis": -1}), ((X,), {"axis": 1, "output_type": tf.int32})],
    "math.argmin": [((X,), {"axis": 0})],
    "math.top_k": [((X,), {"k": 2})],
    "math.l2_normalize": [((X,), {"axis": -1}), ((X,), {})],
    "nn.l2_normalize": [((X,), {"axis": [1, 2]})],
    "math.softmax": [((X,), {"axis": 1}), ((X,), {})],
    "nn.log_softmax": [((X,), {})],
    "nn.crelu": [((X - 0.5,), {})],
    "nn.gelu": [((X - 0.5,), {}), ((X - 0.5,), {"approximate": True})],
    "nn.leaky_relu": [((X - 0.5,), {}), ((X - 0.5,), {"alpha": 0.3})],
    "nn.silu": [((X,), {"beta": 1.5})],
    "nn.bias_add": [((IMAGE, np.arange(3, dtype="float32")), {})],
    "nn.depth_to_space": [((DEEP, 2), {})],
    "nn.space_to_depth": [((DEEP, 2), {})],
    "nn.avg_pool": [((IMAGE,), {"ksize": 2, "strides": 2, "padding": "VALID"})],
    "nn.avg_pool2d": [((IMAGE,), {"ksize": [1, 3, 3, 1], "strides": [1, 2, 2, 1], "padding": "SAME"})],
    "nn.max_pool": [((IMAGE,), {"ksize": [2], "strides": [2], "padding": "VALID"})],
    "nn.max_pool2d": [((IMAGE,), {"ksize": (2, 3), "strides": (1, 2), "padding": "SAME"})],
    "image.resize": [((IMAGE, (8, 3)), {}), ((IMAGE, [2, 3]), {"method": "nearest"})],
    "image.flip_left_right": [((IMAGE,), {})],
    "image.flip_up_down": [((IMAGE,), {})],
    "image.rgb_to_grayscale": [((IMAGE,), {})],
    "linalg.inv": [((SQUARE,), {})],
    "linalg.det": [((SQUARE,), {})],
    "linalg.cholesky": [((SQUARE,), {})],
    "linalg.trace": [((SQUARE,), {})],
    "linalg.diag_part": [((SQUARE,), {})],
    "linalg.matmul": [((X, Y), {"transpose_b": True}), ((X, Y), {"transpose_a": True}), ((SQUARE, SQUARE), {})],
    "linalg.norm": [((X,), {}), ((X,), {"axis": -1, "keepdims": True}), ((X,), {"ord": 1, "axis": 1})],
    "norm": [((X,), {"axis": 2})],
    "linalg.einsum": [(("bij,bkj->bik", X, Y), {})],
    "einsum": [(("bij,bkj->bik", X, Y), {})],
    "tensordot": [((X, Y), {"axes": [[1, 2], [1, 2]]})],
    "cast": [((X * 9, tf.int32), {}), ((X,), {"dtype": "float16"})],
    "concat": [(([X, Y], 1), {}), (([X, Y],), {"axis": -1})],
    "stack": [(([X, Y],), {"axis": 1})],
    "unstack": [((X,), {"axis": 1})],
    "split": [((X, 2), {"axis": 2}), ((X, [1, 3]), {"axis": -1})],
    "reshape": [((X, (-1, 12)), {})],
    "transpose": [((X,), {"perm": [0, 2, 1]}), ((X,), {})],
    "expand_dims": [((X, -1), {})],
    "squeeze": [((X[:, :1],), {"axis": 1})],
    "tile": [((X, [1, 2, 1]), {})],
    "repeat": [((X, 2), {"axis": 1})],
    "reverse": [((X, [1]), {})],
    "roll": [((X,), {"shift": 1, "axis": 2})],
    "pad": [((X, [[0, 0], [1, 2], [0, 0]]), {}), ((X, [[0, 0], [1, 1], [0, 0]]), {"mode": "REFLECT"})],
    "gather": [((X, INDICES[0]), {"axis": 1}), ((X, np.array([1, 0])), {})],
    "slice": [((X, [0, 1, 0], [2, -1, 2]), {})],
    "where": [((FLAGS, X, Y), {})],
    "clip_by_value": [((X, 0.3, 0.6), {})],
    "one_hot": [((INDICES, 4), {}), ((INDICES, 4), {"on_value": 5.0, "off_value": -1.0})],
    "broadcast_to": [((X[:1], [2, 3, 4]), {})],
    "meshgrid": [((X[0, 0], Y[0, 0]), {}), ((X[0, 0], Y[0, 0]), {"indexing": "ij"})],
}

PYTHON_OPERATORS = {
    "add": python_operator.add, "sub": python_operator.sub, "mul": python_operator.mul,
    "truediv": python_operator.truediv, "floordiv": python_operator.floordiv, "mod": python_operator.mod,
    "pow": python_operator.pow, "gt": python_operator.gt, "ge": python_operator.ge, "lt": python_operator.lt,
    "le": python_operator.le, "eq": tf.equal, "ne": tf.not_equal,
    "and": tf.logical_and, "or": tf.logical_or, "xor": tf.math.logical_xor, "invert": tf.logical_not,
    "neg": python_operator.neg, "abs": abs,
}  # fmt: skip
ON_FLAGS = {"and", "or", "xor", "invert"}
VARIADIC = {"linalg.einsum": 1, "einsum": 1, "meshgrid": 0}


def function_of(name: str) -> Any:
    owner, _, last = name.rpartition(".")
    if owner == "__operators__":
        return PYTHON_OPERATORS[last]
    found: Any = tf
    for part in name.split("."):
        found = getattr(found, part)
    return found


def calls() -> list[Any]:
    table = []
    for name, row in OPERATORS.items():
        arity = (
            1
            if row.parameters[0][0] in {"x", "input_tensor", "features", "logits"}
            and (len({target for _, target in row.parameters} & {"x1", "x2"}) == 0)
            else 2
        )
        values = (FLAGS, ~FLAGS) if name.rpartition(".")[2] in ON_FLAGS else (X, Y)
        default: list[tuple[tuple[Any, ...], dict[str, Any]]] = [(values[:arity], {})]
        for number, (arguments, keywords) in enumerate(EXAMPLES.get(name, default)):
            table.append(pytest.param(name, arguments, keywords, id=f"{name}-{number}"))
    return table


def stored(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[str, Call]:
    """The call as tf.keras stores it, brought to Keras 3: the first argument bare, the rest under their names."""
    at = Pointer(document="model_config", path="/config/layers/1")
    names = [parameter for parameter, _ in OPERATORS[name].parameters]
    fixed = VARIADIC.get(name)
    if fixed is not None:
        arguments = (*arguments[:fixed], list(arguments[fixed:]))
    beside = {**dict(zip(names[1:], arguments[1:], strict=False)), **keywords}
    beside = {key: "int32" if value is tf.int32 else value for key, value in beside.items()}
    spec = ObjectSpec(name="TFOpLambda", config={"function": name}, at=at)
    layer = LayerSpec(
        name="op", stored_name="op", content=spec, calls=(Call(args=(arguments[0],), kwargs={**beside, "name": None}),)
    )
    upgraded, said = upgrade_calls(layer)
    assert isinstance(upgraded.content, Operation), said
    return upgraded.content.op, upgraded.calls[0]


@pytest.mark.parametrize(("name", "arguments", "keywords"), calls())
def test_a_row_computes_what_tensorflow_computes(
    name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    expected = keras.tree.flatten(function_of(name)(*arguments, **keywords))
    op, call = stored(name, arguments, keywords)
    actual = keras.tree.flatten(apply(op, call.args, call.kwargs))
    assert len(actual) == len(expected)
    for ours, theirs in zip(actual, expected, strict=True):
        assert np.shape(ours) == np.shape(theirs)
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-5, atol=1e-6)


def test_every_operation_of_the_table_exists() -> None:
    for name, row in OPERATORS.items():
        known = row.op in COMPOSED if row.op.startswith("_") else hasattr(keras.ops, row.op)
        assert known, f"{name} needs {row.op}"
    needed = {row.op for row in OPERATORS.values()} | {"_getitem"}
    assert set(COMPOSED) <= needed


@pytest.mark.parametrize("prefix", ["", "compat.v1.", "compat.v2."])
def test_a_function_goes_by_each_of_its_export_names(prefix: str) -> None:
    assert operator(f"{prefix}squeeze") == OPERATORS["squeeze"]


@pytest.mark.parametrize(
    ("class_name", "config", "kwargs", "subject"),
    [
        ("TFOpLambda", {"function": "signal.stft"}, {}, "tf.signal.stft"),
        ("TFOpLambda", {"function": None}, {}, "None"),
        ("TFOpLambda", {"function": "math.add"}, {"unheard_of": 3}, "tf.math.add"),
        ("TensorFlowOpLayer", {"node_def": {}}, {}, "TensorFlowOpLayer"),
        ("ClassMethod", {"cls_ref": "RaggedTensor"}, {}, "ClassMethod"),
    ],
)
def test_what_has_no_counterpart_is_a_problem(
    class_name: str, config: dict[str, Any], kwargs: dict[str, Any], subject: str
) -> None:
    spec = ObjectSpec(name=class_name, config=config, at=Pointer(document="model_config", path=""))
    x = TensorRef(layer="x", call=0, output=0)
    layer = LayerSpec(name="op", stored_name="op", content=spec, calls=(Call(args=(x,), kwargs=kwargs),))
    unchanged, (problem,) = upgrade_calls(layer)
    assert unchanged == layer
    assert isinstance(problem, Problem)
    assert problem.subject == subject


@pytest.mark.parametrize(
    ("spec", "index"),
    [
        ([{"start": None, "stop": None, "step": None}, 0], (SliceSpec(), 0)),
        (["...", {"start": 1, "stop": None, "step": 2}], None),
        (1, (1,)),
    ],
)
def test_an_index_becomes_a_tuple(spec: Any, index: Any) -> None:
    from loadstone.blueprint.graph import EllipsisSpec

    at = Pointer(document="model_config", path="")
    content = ObjectSpec(name="SlicingOpLambda", config={"function": "__operators__.getitem"}, at=at)
    x = TensorRef(layer="x", call=0, output=0)
    given = tuple(spec) if isinstance(spec, list) else spec
    layer = LayerSpec(
        name="item", stored_name="item", content=content, calls=(Call(args=(x,), kwargs={"slice_spec": given}),)
    )
    upgraded, _ = upgrade_calls(layer)
    expected = index or (EllipsisSpec.ELLIPSIS, SliceSpec(start=1, step=2))
    assert upgraded.calls == (Call(args=(x, expected)),)


@pytest.mark.parametrize(
    ("op", "keywords"),
    [
        ("_gather", {"x": X, "indices": INDICES, "batch_dims": 1}),
        ("_resize", {"x": IMAGE, "size": (2, 2), "preserve_aspect_ratio": True}),
        ("_depth_to_space", {"x": DEEP, "block_size": 2, "data_format": "NCHW"}),
    ],
)
def test_settings_without_counterpart_are_refused(op: str, keywords: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no counterpart"):
        apply(op, (), keywords)
