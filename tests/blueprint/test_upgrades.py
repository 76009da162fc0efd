"""Every upgrade: what it changes, what it refuses, what it leaves alone."""

from __future__ import annotations

import base64
import marshal
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from packaging.version import Version

from loadstone.artifact import Dialect, Pointer
from loadstone.blueprint.graph import (
    Blueprint,
    Call,
    LayerSpec,
    ModelKind,
    Note,
    ObjectSpec,
    Obstacle,
    TensorRef,
    Training,
)
from loadstone.blueprint.upgrades import UPGRADES, Upgraded, upgrade

AT = Pointer(document="model_config", path="/config/layers/0")
X = TensorRef(layer="x", call=0, output=0)


def spec(class_name: str, /, **config: Any) -> ObjectSpec:
    return ObjectSpec(name=class_name, config=MappingProxyType(config), at=AT)


def identifier(name: str) -> ObjectSpec:
    return ObjectSpec(name=name, is_identifier=True, at=AT)


def model(*layers: LayerSpec, kind: ModelKind = ModelKind.FUNCTIONAL, **rest: Any) -> Blueprint:
    return Blueprint(name="model", kind=kind, layers=layers, at=AT, **rest)


def layer(content: Any, name: str = "layer", calls: tuple[Call, ...] = (Call(args=(X,)),)) -> LayerSpec:
    return LayerSpec(name=name, stored_name=name, content=content, calls=calls)


def upgraded(content: ObjectSpec) -> Upgraded:
    return upgrade(model(layer(content)), Dialect.KERAS_2)


def result(content: ObjectSpec) -> ObjectSpec:
    after = upgraded(content)
    assert after.problems == ()
    found = after.blueprint.layers[0].content
    assert isinstance(found, ObjectSpec)
    return found


FALLING = spec("ExponentialDecay", decay_rate=0.5)
# ``lambda inputs, scale: inputs[0] + inputs[1] * scale`` as this Python compiles it and Keras 2 stored it.
SCALING = base64.b64encode(marshal.dumps((lambda inputs, scale: inputs[0] + inputs[1] * scale).__code__)).decode()

CHANGED = [
    (
        "renamed-batch-input-shape",
        spec("InputLayer", batch_input_shape=(None, 3)),
        spec("InputLayer", batch_shape=(None, 3)),
    ),
    ("renamed-alpha", spec("LeakyReLU", alpha=0.3), spec("LeakyReLU", negative_slope=0.3)),
    ("renamed-lr", spec("SGD", lr=0.1), spec("SGD", learning_rate=0.1)),
    ("dropped-batch-input-shape", spec("Dense", units=2, batch_input_shape=(None, 3)), spec("Dense", units=2)),
    ("dropped-fn", spec("Huber", delta=2.0, fn="huber"), spec("Huber", delta=2.0)),
    ("dropped-dynamic", spec("Dense", units=2, dynamic=False), spec("Dense", units=2)),
    ("dropped-jit-compile", spec("Adam", jit_compile=True), spec("Adam")),
    ("dropped-is-legacy-optimizer", spec("Adam", is_legacy_optimizer=False), spec("Adam")),
    ("dropped-ragged", spec("InputLayer", ragged=False), spec("InputLayer")),
    ("dropped-input-length", spec("Embedding", input_length=7), spec("Embedding")),
    ("dropped-sparse", spec("Embedding", sparse=False), spec("Embedding")),
    ("dropped-time-major", spec("LSTM", time_major=False), spec("LSTM")),
    ("dropped-time-major", spec("ConvLSTM2D", time_major=True), spec("ConvLSTM2D")),
    ("dropped-implementation", spec("SimpleRNNCell", implementation=2), spec("SimpleRNNCell")),
    ("dropped-enable-caching-device", spec("LSTM", enable_caching_device=True), spec("LSTM")),
    ("dropped-num-constants", spec("Bidirectional", num_constants=None), spec("Bidirectional")),
    ("dropped-causal", spec("Attention", causal=False), spec("Attention")),
    ("dropped-rng-type", spec("Dropout", rng_type="stateless"), spec("Dropout")),
    ("dropped-force-generator", spec("Dropout", force_generator=True), spec("Dropout")),
    ("dropped-noise-shape", spec("SpatialDropout1D", noise_shape=(None, 1)), spec("SpatialDropout1D")),
    ("dropped-robust-masking", spec("Softmax", robust_masking=True), spec("Softmax")),
    (
        "dropped-softmax-robust-masking",
        spec("MultiHeadAttention", softmax_robust_masking=True),
        spec("MultiHeadAttention"),
    ),
    ("dropped-type-spec", spec("InputLayer", type_spec=None), spec("InputLayer")),
    ("dropped-has-static-table", spec("StringLookup", has_static_table=True), spec("StringLookup")),
    ("dropped-groups", spec("DepthwiseConv2D", groups=2), spec("DepthwiseConv2D")),
    ("dropped-kernel-initializer", spec("SeparableConv2D", kernel_initializer=None), spec("SeparableConv2D")),
    ("dropped-kernel-regularizer", spec("SeparableConv2D", kernel_regularizer=None), spec("SeparableConv2D")),
    ("dropped-kernel-constraint", spec("SeparableConv1D", kernel_constraint=None), spec("SeparableConv1D")),
    ("dropped-query-shape", spec("MultiHeadAttention", query_shape=(None, 3)), spec("MultiHeadAttention")),
    ("dropped-key-shape", spec("MultiHeadAttention", key_shape=(None, 3)), spec("MultiHeadAttention")),
    ("dropped-value-shape", spec("MultiHeadAttention", value_shape=(None, 3)), spec("MultiHeadAttention")),
    ("dropped-fused", spec("BatchNormalization", fused=True), spec("BatchNormalization")),
    ("dropped-renorm", spec("BatchNormalization", renorm=False), spec("BatchNormalization")),
    ("dropped-virtual-batch-size", spec("BatchNormalization", virtual_batch_size=None), spec("BatchNormalization")),
    ("dropped-dtype", spec("Zeros", dtype="float32"), spec("Zeros")),
    ("alias", spec("BatchNormalizationV1", axis=3), spec("BatchNormalization", axis=3)),
    ("alias", spec("Dense", activation=identifier("softmax_v2")), spec("Dense", activation=identifier("softmax"))),
    ("renamed-max-tokens", spec("CategoryEncoding", max_tokens=3), spec("CategoryEncoding", num_tokens=3)),
    ("renamed-bins", spec("Discretization", bins=(0.5,)), spec("Discretization", bin_boundaries=(0.5,))),
    ("renamed-max-values", spec("IntegerLookup", max_values=9), spec("IntegerLookup", max_tokens=9)),
    ("renamed-mask-value", spec("IntegerLookup", mask_value=0), spec("IntegerLookup", mask_token=0)),
    ("renamed-oov-value", spec("IntegerLookup", oov_value=-1), spec("IntegerLookup", oov_token=-1)),
    ("output-mode", spec("StringLookup", output_mode="binary"), spec("StringLookup", output_mode="multi_hot")),
    ("output-mode", spec("TextVectorization", output_mode="tf-idf"), spec("TextVectorization", output_mode="tf_idf")),
    ("hashing-dtype", spec("Hashing", dtype="float32"), spec("Hashing", dtype="int64")),
    ("dropping-cell", spec("DropoutWrapper", input_keep_prob=1.0, cell=spec("LSTMCell")), spec("LSTMCell")),
    ("no-salt", spec("Hashing", salt=(0xDECAFCAFFE, 0xDECAFCAFFE)), spec("Hashing")),
    ("bins-dtype", spec("Discretization", dtype="int64"), spec("Discretization")),
    (
        "vocabulary-size",
        spec("TextVectorization", vocabulary_size=3, vocabulary=("a",)),
        spec("TextVectorization", vocabulary=("a",)),
    ),
    (
        "applications-layer",
        spec("LayerScale", name="convnext_tiny_stage_0_block_0_layer_scale", init_values=1e-6, projection_dim=6),
        spec(
            "loadstone>LayerScale", name="convnext_tiny_stage_0_block_0_layer_scale", init_values=1e-6, projection_dim=6
        ),
    ),
    (
        "applications-layer",
        ObjectSpec(
            name="Custom>CustomScaleLayer",
            module="keras.src.applications.inception_resnet_v2",
            config=MappingProxyType({"name": "mine", "scale": 0.2}),
            at=AT,
        ),
        ObjectSpec(
            name="loadstone>CustomScaleLayer",
            module="keras.src.applications.inception_resnet_v2",
            config=MappingProxyType({"name": "mine", "scale": 0.2}),
            at=AT,
        ),
    ),
    (
        "applications-lambda",
        spec("Lambda", function=(SCALING, None, None), arguments=MappingProxyType({"scale": 0.17})),
        spec("loadstone>CustomScaleLayer", scale=0.17),
    ),
    (
        "kept-sizes",
        spec("EinsumDense", equation="abc,cde->abde", output_shape=(4, 2, 3)),
        spec("EinsumDense", equation="abc,cde->abde", output_shape=(None, 2, 3)),
    ),
    (
        "kept-sizes",
        spec("EinsumDense", equation="...bc,cd->...bd", output_shape=(4, 2)),
        spec("EinsumDense", equation="...bc,cd->...bd", output_shape=(None, 2)),
    ),
    (
        "different-sides",
        spec("Bidirectional", layer=spec("LSTM", units=3), backward_layer=spec("LSTM", units=2)),
        spec("loadstone>Bidirectional", layer=spec("LSTM", units=3), backward_layer=spec("LSTM", units=2)),
    ),
    ("thresholded-relu", spec("ThresholdedReLU", theta=0.5), spec("ReLU", threshold=0.5)),
    ("thresholded-relu", spec("ThresholdedReLU"), spec("ReLU", threshold=1.0)),
    ("sync-batch-normalization", spec("SyncBatchNormalization", axis=(3,)), spec("BatchNormalization", axis=3)),
    ("synchronized", spec("BatchNormalization", synchronized=True), spec("BatchNormalization")),
    (
        "own-batch-normalization",
        spec("BatchNormalization", axis=(1, 2), renorm=False, fused=None),
        spec("loadstone>BatchNormalization", axis=(1, 2), renorm=False),
    ),
    (
        "own-batch-normalization",
        spec("BatchNormalization", axis=(4,), virtual_batch_size=2),
        spec("loadstone>BatchNormalization", axis=(3,), virtual_batch_size=2),
    ),
    (
        "causal-separable",
        spec("SeparableConv1D", padding="causal", groups=1),
        spec("loadstone>SeparableConv1D", padding="causal"),
    ),
    (
        "uniform-unit-scaling",
        spec("UniformUnitScaling", factor=2.0, seed=1),
        spec("VarianceScaling", scale=4.0, mode="fan_in", distribution="uniform", seed=1),
    ),
    ("open-bound", spec("RandomUniform", minval=0, maxval=None), spec("RandomUniform", minval=0, maxval=1.0)),
    ("own-layer", spec("LocallyConnected2D", filters=2), spec("loadstone>LocallyConnected2D", filters=2)),
    (
        "cudnn",
        spec("CuDNNGRU", units=2),
        spec(
            "GRU", units=2, activation=identifier("tanh"), recurrent_activation=identifier("sigmoid"), reset_after=True
        ),
    ),
    ("absent-reset-after", spec("GRU", units=2), spec("GRU", units=2, reset_after=False)),
    ("index-dtype", spec("Embedding", dtype="int32"), spec("Embedding")),
    (
        "convolutional-cell",
        spec("ConvRNN2D", cell=spec("ConvLSTM2DCell", filters=2, name="cell"), return_sequences=True, name="layer"),
        spec("ConvLSTM2D", filters=2, name="layer", return_sequences=True),
    ),
    (
        "time-major",
        spec("LSTM", units=2, time_major=True, name="lstm"),
        spec("loadstone>TimeMajor", layer=spec("LSTM", units=2, name="lstm"), name="lstm"),
    ),
    (
        "time-major-bidirectional",
        spec("Bidirectional", layer=spec("LSTM", time_major=True), name="both"),
        spec("loadstone>TimeMajor", layer=spec("Bidirectional", layer=spec("LSTM"), name="both"), name="both"),
    ),
    (
        "backward-first",
        spec("Bidirectional", layer=spec("LSTM", go_backwards=True, name="a")),
        spec(
            "Bidirectional",
            layer=spec("LSTM", go_backwards=True, name="a"),
            backward_layer=spec("LSTM", go_backwards=False, name="backward_a"),
        ),
    ),
    (
        "residual-cell",
        spec("ResidualWrapper", cell=spec("LSTMCell")),
        spec("loadstone>ResidualCell", cell=spec("LSTMCell")),
    ),
    ("cell-on-device", spec("DeviceWrapper", cell=spec("LSTMCell"), device="/cpu:0"), spec("LSTMCell")),
    ("peephole-cell", spec("PeepholeLSTMCell", units=2), spec("Addons>PeepholeLSTMCell", units=2)),
    ("optimizer-package", spec("Custom>Adam", beta_1=0.9), spec("Adam", beta_1=0.9)),
    (
        "hard-sigmoid",
        spec("LSTM", recurrent_activation=identifier("hard_sigmoid")),
        spec("LSTM", recurrent_activation=identifier("Keras2>hard_sigmoid")),
    ),
    (
        "dtype-policy",
        spec("Dense", dtype=spec("Policy", name="mixed_float16")),
        spec("Dense", dtype="mixed_float16"),
    ),
    ("single-axis", spec("BatchNormalization", axis=(3,)), spec("BatchNormalization", axis=3)),
    ("automatic-reduction", spec("Huber", reduction="auto"), spec("Huber", reduction="sum_over_batch_size")),
    ("decay", spec("SGD", decay=0.0), spec("SGD")),
    (
        "decay",
        spec("SGD", learning_rate=0.1, decay=0.5),
        spec(
            "SGD",
            learning_rate=spec("InverseTimeDecay", initial_learning_rate=0.1, decay_steps=1, decay_rate=0.5),
        ),
    ),
    ("decay-of-schedule", spec("SGD", learning_rate=FALLING, decay=0.5), spec("SGD", learning_rate=FALLING)),
    (
        "loss-scale",
        spec("LossScaleOptimizerV3", inner_optimizer=spec("Adam"), dynamic=True, initial_scale=8.0),
        spec("LossScaleOptimizer", inner_optimizer=spec("Adam"), initial_scale=8.0),
    ),
    (
        "loss-scale",
        spec("LossScaleOptimizer", optimizer=spec("SGD"), loss_scale=spec("FixedLossScale", loss_scale_value=4.0)),
        spec("SGD", loss_scale_factor=4.0),
    ),
    (
        "loss-scale",
        spec(
            "LossScaleOptimizer",
            optimizer=spec("SGD"),
            loss_scale=spec("DynamicLossScale", initial_loss_scale=8.0, increment_period=9, multiplier=2.0),
        ),
        spec("LossScaleOptimizer", inner_optimizer=spec("SGD"), initial_scale=8.0, dynamic_growth_steps=9),
    ),
    ("schedule-decay", spec("Nadam", name="Nadam", decay=0.004), spec("Nadam", name="Nadam")),
    ("global-clipnorm", spec("Adam", clipnorm=1.0), spec("Adam", global_clipnorm=1.0)),
    ("one-clip", spec("SGD", name="SGD", clipnorm=1.0, clipvalue=0.5), spec("SGD", name="SGD", clipnorm=1.0)),
    ("default-epsilon", spec("Adagrad", epsilon=None), spec("Adagrad")),
    ("schedule-name", spec("ExponentialDecay", name=None, decay_rate=0.5), FALLING),
    ("yogi-activation", spec("Addons>Yogi", activation=identifier("sign")), spec("Addons>Yogi", activation="sign")),
    (
        "lambda-places",
        spec("Lambda", function="f", function_type="function", module="m", output_shape_type="raw"),
        spec("Lambda", function="f", function_type="function"),
    ),
    (
        "lambda-places",
        spec("Lambda", function="f", mask=None, mask_type="raw", mask_module=None),
        spec("Lambda", function="f", mask=None),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after"), CHANGED, ids=[f"{n}-{b.name}" for n, b, _ in CHANGED])
def test_an_upgrade_changes_what_it_is_for_and_says_so(name: str, before: ObjectSpec, after: ObjectSpec) -> None:
    assert result(before) == after
    assert name in {note.upgrade for note in upgraded(before).notes}


def test_every_upgrade_has_an_example() -> None:
    only_refuse = {"activation-with-weights", "lambda-mask"}
    assert {row.name for row in UPGRADES} - only_refuse == {name for name, _, _ in CHANGED}


@pytest.mark.parametrize(
    "refused",
    [
        spec("InputLayer", ragged=True),
        spec("InputLayer", type_spec="a ragged tensor"),
        spec("Embedding", sparse=True),
        spec("Dense", dynamic=True),
        spec("LSTM", num_constants=1),
        spec("Dense", activation=spec("PReLU")),
        spec("ThresholdedReLU", theta=-1.0),
        spec("CategoryEncoding", output_mode="tf-idf"),
        spec("ResidualWrapper", residual_fn="a program"),
        spec("DropoutWrapper", input_keep_prob=0.5),
    ],
)
def test_a_value_without_equivalent_is_a_problem_never_a_silent_change(refused: ObjectSpec) -> None:
    (problem,) = upgraded(refused).problems
    ((key, value),) = refused.config.items()
    assert problem.obstacle is Obstacle.UNKNOWN_ARGUMENT
    assert problem.subject == f"{refused.name}.{key}"
    assert f"{key}={value!r}" in problem.message
    assert problem.at == AT


@pytest.mark.parametrize(
    "untouched",
    [
        spec("Conv2D", groups=4),
        spec("BatchNormalization", axis=3),
        spec("Dense", activation=identifier("relu")),
        spec("Addons>AdamW", decay=0.5),
        spec("TextVectorization", vocabulary_size=3),
        spec("LayerScale", name="mine", init_values=1e-6, projection_dim=6),
        spec("Lambda", function=(SCALING, None, None), arguments=MappingProxyType({"factor": 0.17})),
        spec("EinsumDense", equation="abc,cd->abd", output_shape=(None, 3)),
        spec("Bidirectional", layer=spec("LSTM", units=3), backward_layer=spec("LSTM", units=3)),
    ],
)
def test_what_keras_3_takes_is_left_alone(untouched: ObjectSpec) -> None:
    assert result(untouched) == untouched
    assert upgraded(untouched).notes == ()


def test_a_wrapped_layer_is_upgraded_too() -> None:
    before = spec("Bidirectional", layer=spec("LSTM", time_major=False), extras=(spec("LSTM", time_major=False),))
    assert result(before) == spec("Bidirectional", layer=spec("LSTM"), extras=(spec("LSTM"),))


def test_a_model_that_keras_3_wrote_is_left_alone() -> None:
    blueprint = model(layer(spec("LSTM", time_major=True)))
    assert upgrade(blueprint, Dialect.KERAS_3) == Upgraded(blueprint=blueprint, notes=(), problems=())


def test_slashes_in_names_are_replaced_wherever_the_layer_is_named() -> None:
    a = TensorRef(layer="block/conv", call=0, output=0)
    blueprint = model(
        layer(spec("Conv2D", name="block/conv"), "block/conv"),
        layer(spec("Dense", name="block_conv"), "block_conv", (Call(args=(a,)),)),
        inputs=X,
        outputs=a,
    )
    after = upgrade(blueprint, Dialect.KERAS_2).blueprint
    assert [(each.name, each.stored_name) for each in after.layers] == [
        ("block_conv_1", "block/conv"),
        ("block_conv", "block_conv"),
    ]
    first = after.layers[0].content
    assert isinstance(first, ObjectSpec)
    assert first.config["name"] == "block_conv_1"
    assert after.outputs == TensorRef(layer="block_conv_1", call=0, output=0)
    assert after.layers[1].calls == (Call(args=(TensorRef(layer="block_conv_1", call=0, output=0),)),)


def test_a_nested_models_name_is_replaced_too() -> None:
    inner = Blueprint(name="a/b", kind=ModelKind.FUNCTIONAL, layers=(layer(spec("Dense")),), at=AT)
    after = upgrade(model(layer(inner, "a/b")), Dialect.KERAS_2).blueprint.layers[0]
    assert isinstance(after.content, Blueprint)
    assert (after.name, after.content.name) == ("a_b", "a_b")


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (spec("Dense", units=2, batch_input_shape=(None, 3), dtype="float16"), ("layer_input", (None, 3), "float16")),
        (spec("Embedding", batch_input_shape=(None, 7), dtype="float16"), ("layer_input", (None, 7), "float32")),
    ],
)
def test_a_sequential_gets_the_input_that_its_first_layer_carries(first: ObjectSpec, expected: Any) -> None:
    after = upgrade(model(layer(first, calls=()), kind=ModelKind.SEQUENTIAL), Dialect.KERAS_2).blueprint
    lead = after.layers[0].content
    assert isinstance(lead, ObjectSpec)
    assert lead.name == "InputLayer"
    assert (lead.config["name"], lead.config["batch_shape"], lead.config["dtype"]) == expected


@pytest.mark.parametrize(
    "content",
    [spec("Dense", units=2), spec("InputLayer", batch_input_shape=(None, 3)), model(layer(spec("Dense")))],
)
def test_a_sequential_that_names_its_input_otherwise_gets_none(content: Any) -> None:
    after = upgrade(model(layer(content, calls=()), kind=ModelKind.SEQUENTIAL), Dialect.KERAS_2).blueprint
    assert len(after.layers) == 1


def test_initial_states_move_to_their_keyword() -> None:
    h = TensorRef(layer="h", call=0, output=0)
    before = model(layer(spec("LSTM"), calls=(Call(args=((X, h),)), Call(args=(X,)))))
    after = upgrade(before, Dialect.KERAS_2)
    assert after.blueprint.layers[0].calls == (
        Call(args=(X,), kwargs={"initial_state": (h,)}),
        Call(args=(X,)),
    )
    assert [note.upgrade for note in after.notes] == ["initial-state"]


def test_keywords_that_are_gone_are_left_out_of_calls() -> None:
    before = model(
        layer(spec("Addons>NoisyDense"), calls=(Call(args=(X,), kwargs={"remove_noise": True, "mask": None}),))
    )
    after = upgrade(before, Dialect.KERAS_2)
    assert after.blueprint.layers[0].calls == (Call(args=(X,), kwargs={"mask": None}),)
    assert [note.upgrade for note in after.notes] == ["dropped-keyword"]


def test_what_a_constructor_was_told_is_told_in_each_call() -> None:
    after = upgrade(model(layer(spec("Attention", causal=True))), Dialect.KERAS_2)
    assert after.blueprint.layers[0].content == spec("Attention")
    assert after.blueprint.layers[0].calls == (Call(args=(X,), kwargs={"use_causal_mask": True}),)
    assert [note.upgrade for note in after.notes] == ["moved-causal"]


@pytest.mark.parametrize(
    ("value", "settings", "name"),
    [
        (TensorRef(layer="y", call=0, output=0), {}, "loadstone>MultiHeadAttention"),
        (X, {"attention_axes": (1,)}, "loadstone>MultiHeadAttention"),
        (X, {}, "MultiHeadAttention"),
    ],
)
def test_scores_that_may_not_be_square_are_returned_by_a_layer_of_our_own(
    value: TensorRef, settings: dict[str, Any], name: str
) -> None:
    call = Call(args=(X,), kwargs=MappingProxyType({"value": value, "return_attention_scores": True}))
    after = upgrade(model(layer(spec("MultiHeadAttention", **settings), calls=(call,))), Dialect.KERAS_2)
    assert isinstance(after.blueprint.layers[0].content, ObjectSpec)
    assert after.blueprint.layers[0].content.name == name


def test_a_call_inside_of_another_layer_cannot_be_told() -> None:
    (problem,) = upgraded(spec("TimeDistributed", layer=spec("Attention", causal=True))).problems
    assert problem.subject == "Attention.causal"


@pytest.mark.parametrize(("release", "crop_first"), [("2.6.0", False), ("2.7.0", None), ("", None)])
def test_what_changed_between_releases_is_told_by_the_release(release: str, crop_first: object) -> None:
    writer = Version(release) if release else None
    after = upgrade(model(layer(spec("RandomCrop"))), Dialect.KERAS_2, release=writer).blueprint.layers[0]
    assert isinstance(after.content, ObjectSpec)
    assert (after.content.name, after.content.config.get("crop_first")) == ("loadstone>RandomCrop", crop_first)


@pytest.mark.parametrize(
    ("release", "tf_keras", "interpolation", "name"),
    [
        ("2.2.4", False, "bilinear", "loadstone>UpSampling2D"),
        ("2.3.1", False, "bilinear", "loadstone>UpSampling2D"),
        ("2.3.1", False, "nearest", "UpSampling2D"),
        ("2.2.4", True, "bilinear", "UpSampling2D"),
        ("2.4.0", False, "bilinear", "UpSampling2D"),
    ],
)
def test_bilinear_steps_are_measured_as_the_writer_did(
    release: str, tf_keras: object, interpolation: str, name: str
) -> None:
    model_of_it = model(layer(spec("UpSampling2D", interpolation=interpolation)))
    after = upgrade(model_of_it, Dialect.KERAS_2, release=Version(release), tf_keras=bool(tf_keras)).blueprint.layers[0]
    assert isinstance(after.content, ObjectSpec)
    assert after.content.name == name


NN = "keras.src.ops.nn"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (spec("RandomRotation", factor=0.1, value_range=(0, 255)), spec("RandomRotation", factor=0.1)),
        (replace(spec("CtcLoss"), module=NN), replace(spec("CTCLoss"), module=NN)),
        (spec("CtcLoss"), spec("CtcLoss")),
        (spec("Threshold", threshold_value=1, value=2), spec("Threshold", threshold=1, default_value=2)),
        (spec("FFT", axis=-1), spec("FFT")),
        (spec("Dense", units=2), spec("Dense", units=2)),
    ],
)
def test_what_changed_within_keras_3(before: ObjectSpec, after: ObjectSpec) -> None:
    found = upgrade(model(layer(before)), Dialect.KERAS_3)
    assert found.blueprint.layers[0].content == after
    assert bool(found.notes) == (before != after)


@pytest.mark.parametrize(
    ("release", "kwargs", "names"),
    [
        ("2.9.0", {}, set()),
        ("2.10.0", {}, {"unstored-causal"}),
        ("2.10.0", {"use_causal_mask": True}, set()),
        ("2.15.0", {}, {"unstored-causal", "unstored-gelu"}),
    ],
)
def test_what_a_release_did_not_store_is_said(release: str, kwargs: dict[str, Any], names: set[str]) -> None:
    attention = layer(spec("Attention"), calls=(Call(args=((X, X),), kwargs=MappingProxyType(kwargs)),))
    dense = layer(spec("Dense", activation=identifier("gelu")), "dense")
    addon = layer(spec("Addons>Maxout"), "maxout")
    after = upgrade(model(attention, dense, addon), Dialect.KERAS_2, release=Version(release))
    assert {note.upgrade for note in after.notes} == names


def test_the_class_that_the_file_names_is_remembered() -> None:
    (after,) = upgrade(model(layer(spec("CuDNNLSTM"))), Dialect.KERAS_2).blueprint.layers
    assert after.stored_class == "CuDNNLSTM"


def test_the_compile_state_is_upgraded() -> None:
    training = Training(
        optimizer=spec("Custom>SGD", jit_compile=False),
        loss=spec("Huber", reduction="auto"),
        metrics=((identifier("acc"),),),
        weighted_metrics=None,
        loss_weights=None,
        options=MappingProxyType({"run_eagerly": False, "experimental_run_tf_function": True}),
    )
    after = upgrade(model(layer(spec("Dense")), training=training), Dialect.KERAS_2)
    assert after.blueprint.training == Training(
        optimizer=spec("SGD"),
        loss=spec("Huber", reduction="sum_over_batch_size"),
        metrics=(identifier("acc"),),
        weighted_metrics=None,
        loss_weights=None,
        options=MappingProxyType({"run_eagerly": False}),
    )
    assert all(isinstance(note, Note) for note in after.notes)


@pytest.mark.parametrize(
    ("release", "name", "largest"),
    [
        ("3.0.0", "loadstone>RandomCrop", True),
        ("3.5.0", "loadstone>RandomCrop", True),
        ("3.6.0", "loadstone>RandomCrop", False),
        ("3.7.0", "loadstone>RandomCrop", False),
        ("3.8.0", "RandomCrop", None),
        ("", "RandomCrop", None),
    ],
)
def test_keras_3_cut_images_at_first(release: str, name: str, largest: bool | None) -> None:  # noqa: FBT001 - a case
    before = spec("RandomCrop", height=2, width=2, data_format="channels_first")
    after = upgrade(model(layer(before)), Dialect.KERAS_3, release=Version(release) if release else None)
    content = after.blueprint.layers[0].content
    assert isinstance(content, ObjectSpec)
    assert (content.name, content.config.get("largest")) == (name, largest)
    assert content.config["data_format"] == "channels_first"


@pytest.mark.parametrize(
    ("stored", "taken"), [((-0.2, 0.2), 0.2), ((0.1, 0.3), (0.1, 0.3)), (0.4, 0.4), ((0.0, 0.0), (0.0, 0.0))]
)
def test_a_shear_both_ways_is_one_number(stored: object, taken: object) -> None:
    before = spec("RandomShear", x_factor=stored, y_factor=(-0.1, 0.1))
    content = upgrade(model(layer(before)), Dialect.KERAS_3).blueprint.layers[0].content
    assert isinstance(content, ObjectSpec)
    assert (content.config["x_factor"], content.config["y_factor"]) == (taken, 0.1)


def test_feature_columns_before_layers_are_a_graph_of_their_features() -> None:
    columns = (
        spec("NumericColumn", key="size", shape=(2,), dtype="float32"),
        spec("IndicatorColumn", categorical_column=spec("IdentityCategoricalColumn", key="dense", number_buckets=3)),
        spec("IndicatorColumn", categorical_column=spec("CrossedColumn", keys=("a", "dense"))),
    )
    sequential = model(
        layer(spec("DenseFeatures", feature_columns=columns), "columns", ()),
        layer(spec("Dense", units=2), "dense", ()),
        kind=ModelKind.SEQUENTIAL,
        input_shape=MappingProxyType({"a": (None,)}),
    )
    after = upgrade(sequential, Dialect.KERAS_2).blueprint
    inputs = {each.name: each.content.config for each in after.layers if isinstance(each.content, ObjectSpec)}
    assert after.kind is ModelKind.FUNCTIONAL
    assert after.outputs == TensorRef(layer="dense", call=0, output=0)
    assert isinstance(after.inputs, MappingProxyType)
    assert dict(after.inputs)["dense"] == TensorRef(layer="dense_input", call=0, output=0)
    assert {name: (config["batch_shape"], config["dtype"]) for name, config in list(inputs.items())[:3]} == {
        "a": ((None,), "string"),
        "dense_input": ((None, 1), "int64"),
        "size": ((None, 2), "float32"),
    }
