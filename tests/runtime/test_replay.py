"""What is built from blueprints, and what is said when something cannot be."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import keras
import numpy as np
import pytest

from loadstone.artifact import Pointer
from loadstone.blueprint.graph import (
    Blueprint,
    Call,
    EllipsisSpec,
    LayerSpec,
    ModelKind,
    ObjectSpec,
    Obstacle,
    Operation,
    SliceSpec,
    TensorRef,
    Training,
)
from loadstone.runtime.archives import snake_case
from loadstone.runtime.construct import Constructor
from loadstone.runtime.registry import Registry, knows, namespaces
from loadstone.runtime.replay import rebuild
from loadstone.runtime.training import compile_model

AT = Pointer(document="model_config", path="/config/layers/0")
NOTHING = Registry(MappingProxyType({}))


def ref(layer: str, call: int = 0, output: int = 0) -> TensorRef:
    return TensorRef(layer=layer, call=call, output=output)


def spec(class_name: str, /, **config: Any) -> ObjectSpec:
    return ObjectSpec(name=class_name, config=MappingProxyType(config), at=AT)


def identifier(name: str) -> ObjectSpec:
    return ObjectSpec(name=name, is_identifier=True, at=AT)


def layer(name: str, content: Any, *calls: Call) -> LayerSpec:
    return LayerSpec(name=name, stored_name=name, content=content, calls=calls)


def functional(*layers: LayerSpec, outputs: Any, **rest: Any) -> Blueprint:
    x = layer("x", spec("InputLayer", batch_shape=(None, 4), name="x"))
    return Blueprint(
        name="model", kind=ModelKind.FUNCTIONAL, layers=(x, *layers), inputs=ref("x"), outputs=outputs, at=AT, **rest
    )


def problems_of(blueprint: Blueprint, registry: Registry = NOTHING) -> list[tuple[Obstacle, str]]:
    built, problems = rebuild(blueprint, registry)
    assert built is None
    return [(problem.obstacle, problem.subject) for problem in problems]


def test_calls_are_made_in_whatever_order_the_file_lists_layers() -> None:
    blueprint = functional(
        layer("last", spec("Add", name="last"), Call(args=((ref("d", 0), ref("d", 1)),))),
        layer("d", spec("Dense", units=4, name="d"), Call(args=(ref("x"),)), Call(args=(ref("d", 0),))),
        outputs={"sum": ref("last")},
    )
    built, _ = rebuild(blueprint, NOTHING)
    assert built is not None
    assert set(built.model(np.zeros((2, 4)))) == {"sum"}


def test_operations_leave_only_keras_operations() -> None:
    index = (EllipsisSpec.ELLIPSIS, SliceSpec(start=1, stop=3))
    blueprint = functional(
        layer("cut", Operation(op="_getitem", at=AT), Call(args=(ref("x"), index))),
        layer("join", Operation(op="concatenate", at=AT), Call(kwargs={"xs": (ref("cut"), ref("cut")), "axis": 1})),
        layer("parts", Operation(op="split", at=AT), Call(args=(ref("join"), 2), kwargs={"axis": 1})),
        outputs=(ref("parts", 0, 1), ref("join")),
    )
    built, _ = rebuild(blueprint, NOTHING)
    assert built is not None
    second, joined = built.model(np.arange(8.0).reshape(2, 4))
    np.testing.assert_array_equal(joined, [[1, 2, 1, 2], [5, 6, 5, 6]])
    np.testing.assert_array_equal(second, [[1, 2], [5, 6]])


def test_operations_are_named_after_the_layers_they_stand_for() -> None:
    double = Call(kwargs={"x1": ref("x"), "x2": 2.0})
    swish = Call(kwargs={"x": ref("multiply", 0, 0), "beta": 2.0})
    blueprint = functional(
        layer("tf.math.multiply", Operation(op="multiply", at=AT), double),
        layer("multiply", spec("Multiply", name="multiply"), Call(args=((ref("x"), ref("tf.math.multiply")),))),
        layer("tf.nn.silu", Operation(op="_swish", at=AT), swish),
        outputs=ref("tf.nn.silu"),
    )
    built, problems = rebuild(blueprint, NOTHING)
    assert problems == ()
    assert built is not None
    names = [operation.name for operation in built.model.operations]
    assert {"tf.math.multiply", "multiply", "tf.nn.silu", "tf.nn.silu.1", "tf.nn.silu.2"} <= set(names)


def test_two_layers_of_one_name_are_said() -> None:
    one = layer("a", spec("Dense", units=4, name="d"), Call(args=(ref("x"),)))
    two = layer("b", spec("Dense", units=4, name="d"), Call(args=(ref("a"),)))
    assert problems_of(functional(one, two, outputs=ref("b"))) == [(Obstacle.UNSUPPORTED_MODEL, "model")]


def test_a_layer_that_hands_no_keywords_on_gets_what_it_takes() -> None:
    config = {"rate": 0.1, "trainable": False, "noise_shape": None, "dtype": "float32", "name": "drop"}
    steps = layer("steps", spec("InputLayer", batch_shape=(None, 3, 4), name="steps"))
    drop = layer("drop", spec("SpatialDropout1D", **config), Call(args=(ref("steps"),)))
    blueprint = Blueprint(
        name="m", kind=ModelKind.FUNCTIONAL, layers=(steps, drop), inputs=ref("steps"), outputs=ref("drop"), at=AT
    )
    built, problems = rebuild(blueprint, NOTHING)
    assert problems == ()
    assert built is not None
    assert built.model.get_layer("drop").trainable is False
    refused = spec("SpatialDropout1D", rate=0.1, colour="red")
    assert problems_of(functional(layer("r", refused, Call(args=(ref("x"),))), outputs=ref("r"))) == [
        (Obstacle.UNKNOWN_ARGUMENT, "SpatialDropout1D")
    ]


def test_a_frozen_model_stays_frozen() -> None:
    built, _ = rebuild(
        functional(layer("d", spec("Dense", units=2), Call(args=(ref("x"),))), outputs=ref("d"), trainable=False),
        NOTHING,
    )
    assert built is not None
    assert built.model.trainable_variables == []


def test_an_unbuilt_sequential_is_built_with_the_shape_it_had() -> None:
    blueprint = Blueprint(
        name="s",
        kind=ModelKind.SEQUENTIAL,
        layers=(layer("d", spec("Dense", units=2)),),
        input_shape=(None, 3),
        at=AT,
    )
    built, _ = rebuild(blueprint, NOTHING)
    assert built is not None
    assert built.model.built


def test_a_model_inside_a_wrapper_is_built_too() -> None:
    inner = functional(layer("d", spec("Dense", units=2), Call(args=(ref("x"),))), outputs=ref("d"))
    each = layer("each", spec("TimeDistributed", layer=inner, name="each"), Call(args=(ref("steps"),)))
    steps = layer("steps", spec("InputLayer", batch_shape=(None, 3, 4), name="steps"))
    outer = Blueprint(
        name="outer", kind=ModelKind.FUNCTIONAL, layers=(steps, each), inputs=ref("steps"), outputs=ref("each"), at=AT
    )
    built, _ = rebuild(outer, NOTHING)
    assert built is not None
    assert built.model.output_shape == (None, 3, 2)


def test_everything_that_is_missing_is_said_at_once() -> None:
    inner = functional(layer("q", spec("Quux"), Call(args=(ref("x"),))), outputs=ref("q"))
    blueprint = functional(
        layer("a", spec("Frobnicate", name="a"), Call(args=(ref("x"),))),
        layer("b", spec("Dense", units=2, name="b", colour="red"), Call(args=(ref("a"),))),
        layer("c", spec("Dense", units=2, activation=identifier("swirl")), Call(args=(ref("b"),))),
        layer("e", inner, Call(args=(ref("c"),))),
        layer("f", spec("Addons>Unheard"), Call(args=(ref("e"),))),
        layer("g", spec("Lambda", name="double", function=("4wEA", None, None)), Call(args=(ref("f"),))),
        layer("h", spec("Dense", units=2, kernel_initializer=spec("__lambda__", value="4wEA")), Call(args=(ref("g"),))),
        outputs=ref("h"),
    )
    assert problems_of(blueprint) == [
        (Obstacle.UNKNOWN_OBJECT, "Frobnicate"),
        (Obstacle.UNKNOWN_ARGUMENT, "Dense"),
        (Obstacle.UNKNOWN_OBJECT, "swirl"),
        (Obstacle.UNKNOWN_OBJECT, "Quux"),
        (Obstacle.UNKNOWN_OBJECT, "Addons>Unheard"),
        (Obstacle.STORED_PROGRAM, "double"),
        (Obstacle.STORED_PROGRAM, "__lambda__"),
    ]


def test_a_graph_without_an_order_is_said() -> None:
    blueprint = functional(
        layer("a", spec("Dense", units=2), Call(args=(ref("b"),))),
        layer("b", spec("Dense", units=2), Call(args=(ref("a"),))),
        outputs=ref("a"),
    )
    assert problems_of(blueprint) == [(Obstacle.UNSUPPORTED_MODEL, "model")]


def test_a_call_that_keras_refuses_names_the_layer() -> None:
    blueprint = functional(
        layer("conv", spec("Conv2D", filters=2, kernel_size=3), Call(args=(ref("x"),))), outputs=ref("conv")
    )
    assert problems_of(blueprint) == [(Obstacle.UNSUPPORTED_MODEL, "conv")]


@pytest.mark.parametrize("stored", ["double", ObjectSpec(name="double", is_function=True, at=AT)])
def test_a_lambda_of_a_named_function_is_given_by_that_name(stored: Any) -> None:
    content = spec("Lambda", name="twice", function=stored, function_type="function", output_shape=(4,))
    blueprint = functional(layer("twice", content, Call(args=(ref("x"),))), outputs=ref("twice"))
    built, _ = rebuild(blueprint, Registry({"double": lambda x: x * 2}))
    assert built is not None
    np.testing.assert_array_equal(built.model(np.ones((1, 4))), [[2, 2, 2, 2]])
    assert problems_of(blueprint) == [(Obstacle.STORED_PROGRAM, "double")]


def test_a_users_class_goes_through_its_own_from_config() -> None:
    class Shift(keras.layers.Layer):  # type: ignore[misc] # keras ships no types
        def __init__(self, by: float, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.by = by

        def call(self, inputs: Any) -> Any:
            return inputs + self.by

        @classmethod
        def from_config(cls, config: dict[str, Any]) -> Any:
            return cls(by=config.pop("amount"), **config)

    blueprint = functional(layer("s", spec("Mine>Shift", amount=3.0), Call(args=(ref("x"),))), outputs=ref("s"))
    built, _ = rebuild(blueprint, Registry({"Shift": Shift}))
    assert built is not None
    np.testing.assert_array_equal(built.model(np.zeros((1, 4))), [[3, 3, 3, 3]])


def test_a_subclassed_model_is_its_class() -> None:
    class Ranker(keras.Model):  # type: ignore[misc] # keras ships no types
        def __init__(self, units: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.dense = keras.layers.Dense(units)

        def call(self, inputs: Any) -> Any:
            return self.dense(inputs)

    blueprint = Blueprint(
        name="ranker", kind=ModelKind.SUBCLASSED, layers=(layer("ranker", spec("Ranker", units=3)),), at=AT
    )
    built, _ = rebuild(blueprint, Registry({"Ranker": Ranker}))
    assert built is not None
    assert isinstance(built.model, Ranker)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("activation", ("activations", "layers")),
        ("recurrent_activation", ("activations", "layers")),
        ("kernel_initializer", ("initializers",)),
        ("losses", ("losses",)),
        ("metrics", ("metrics",)),
        ("forward_layer", ("layers",)),
        ("cells", ("layers",)),
        ("learning_rate", ("optimizers.schedules",)),
    ],
)
def test_a_key_tells_where_to_look(key: str, expected: tuple[str, ...]) -> None:
    assert namespaces(key) == expected


def test_a_name_is_looked_up_where_its_key_says() -> None:
    assert NOTHING.find(spec("MeanSquaredError"), "loss") is keras.losses.MeanSquaredError
    assert NOTHING.find(spec("MeanSquaredError"), "metrics") is keras.metrics.MeanSquaredError
    assert NOTHING.find(spec("Adam"), "optimizer") is keras.optimizers.Adam
    assert NOTHING.find(spec("os.system"), "layer") is None


def test_an_addon_is_found_by_its_module_too() -> None:
    bare = ObjectSpec(name="Maxout", module="tensorflow_addons.layers.maxout", at=AT)
    assert getattr(NOTHING.find(bare, "layer"), "__name__", None) == "Maxout"


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("relu", "activation", True),
        ("swirl", "activation", False),
        ("acc", "metrics", True),
        ("mse", "loss", True),
    ],
)
def test_keras_knows_its_own_identifiers(name: str, key: str, *, expected: bool) -> None:
    assert knows(name, key) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Conv2DTranspose", "conv2d_transpose"),
        ("LSTM", "lstm"),
        ("BatchNormalization", "batch_normalization"),
        ("TFOpLambda", "tf_op_lambda"),
        ("GRUCell", "gru_cell"),
    ],
)
def test_snake_case_is_keras_own(name: str, expected: str) -> None:
    assert snake_case(name) == expected


def training(**parts: Any) -> Training:
    none: dict[str, Any] = dict.fromkeys(("optimizer", "loss", "metrics", "weighted_metrics", "loss_weights"))
    return Training(**{**none, "options": MappingProxyType({"run_eagerly": None}), **parts})


def test_the_compile_state_becomes_keras_objects() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    schedule = spec("InverseTimeDecay", initial_learning_rate=0.1, decay_steps=1, decay_rate=0.5)
    state = training(
        optimizer=spec("SGD", learning_rate=schedule, momentum=0.9),
        loss=identifier("mse"),
        metrics=(identifier("acc"), spec("MeanMetricWrapper", fn=identifier("mean_absolute_error"), name="mae")),
    )
    assert compile_model(model, state, Constructor(registry=NOTHING, replay=lambda _: None)) == ()
    history = model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0).history
    assert {"loss", "mae"} <= set(history)
    assert isinstance(model.optimizer._learning_rate, keras.optimizers.schedules.InverseTimeDecay)


def test_everything_missing_in_the_compile_state_is_said_and_nothing_is_compiled() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    state = training(optimizer=spec("Warp"), loss=identifier("my_loss"), metrics=(spec("Lift"),))
    problems = compile_model(model, state, Constructor(registry=NOTHING, replay=lambda _: None))
    assert [problem.subject for problem in problems] == ["Warp", "my_loss", "Lift"]
    assert not model.compiled
