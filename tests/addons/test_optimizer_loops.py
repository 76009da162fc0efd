"""Training loops of Keras 2's time: ``tf.Variable``, ``tf.GradientTape``, ``tf.function``, gradients that name rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

import loadstone.addons as tfa

if TYPE_CHECKING:
    from pathlib import Path

if keras.backend.backend() != "tensorflow":
    pytest.skip("the loops are TensorFlow's", allow_module_level=True)
import tensorflow as tf

NAMES = ["kernel:0", "bias:0"]
OPTIMIZERS: dict[str, Any] = {
    "adabelief": lambda: tfa.optimizers.AdaBelief(0.05),
    "adamw": lambda: tfa.optimizers.AdamW(lambda: 0.01, lambda: 0.05, exclude_from_weight_decay=["bias"]),
    "cocob": lambda: tfa.optimizers.COCOB(20),
    "conditional": lambda: tfa.optimizers.ConditionalGradient(tf.constant(0.9), 0.5),
    "lamb": lambda: tfa.optimizers.LAMB(tf.constant(0.05), weight_decay=0.1),
    "lazy": lambda: tfa.optimizers.LazyAdam(0.05, decay=0.1),
    "lookahead": lambda: tfa.optimizers.Lookahead(tfa.optimizers.RectifiedAdam(0.05), sync_period=2),
    "average": lambda: tfa.optimizers.MovingAverage("sgd"),
    "multi": lambda: tfa.optimizers.MultiOptimizer(
        optimizer_specs=[{"optimizer": "adam", "weights": ["kernel", "bias"]}]
    ),
    "novograd": lambda: tfa.optimizers.NovoGrad(0.05, weight_decay=0.1, amsgrad=True),
    "proximal": lambda: tfa.optimizers.ProximalAdagrad(0.05, l1_regularization_strength=0.1),
    "sgdw": lambda: tfa.optimizers.SGDW(0.01, 0.05, momentum=0.9),
    "swa": lambda: tfa.optimizers.SWA("adam", 1, 2),
    "yogi": lambda: tfa.optimizers.Yogi(0.05),
}


def variables() -> list[Any]:
    return [tf.Variable(tf.ones((3, 2)), name="kernel"), tf.Variable(tf.ones(2), name="bias")]


def loss_of(kernel: Any, bias: Any) -> Any:
    rows = tf.nn.embedding_lookup(kernel, [0, 2, 2])  # its gradient names rows, one of them twice
    return tf.reduce_sum(tf.square(rows + bias - [1.0, -2.0]))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_compiled_loop(name: str) -> None:
    """A step in ``tf.function``, which creates the state when it is traced first, is the eager one."""
    trained = []
    for compiled in (False, True):
        optimizer, (kernel, bias) = OPTIMIZERS[name](), variables()

        def step(optimizer: Any = optimizer, kernel: Any = kernel, bias: Any = bias) -> None:
            with tf.GradientTape() as tape:
                loss = loss_of(kernel, bias)
            optimizer.apply_gradients(zip(tape.gradient(loss, [kernel, bias]), [kernel, bias], strict=True))

        run = tf.function(step) if compiled else step
        for _ in range(3):
            run()
        assert int(optimizer.iterations) == 3
        trained.append([kernel.numpy(), bias.numpy(), *optimizer.get_weights()])
    for eager, graph in zip(*trained, strict=True):
        np.testing.assert_allclose(graph, eager, rtol=1e-5, atol=1e-6)
    assert np.any(trained[0][0][0] != 1)
    if name == "lazy":
        np.testing.assert_array_equal(trained[0][0][1], 1)  # the row that is never named


@pytest.mark.parametrize("name", ["adamw", "lamb", "lookahead", "sgdw"])
def test_minimize(name: str) -> None:
    moved = []
    for way in ("function", "tape", "by hand"):
        optimizer, (kernel, bias) = OPTIMIZERS[name](), variables()
        with tf.GradientTape() as tape:
            loss = loss_of(kernel, bias)
        if way == "function":
            steps = optimizer.minimize(lambda kernel=kernel, bias=bias: loss_of(kernel, bias), [kernel, bias])
        elif way == "tape":
            steps = optimizer.minimize(loss, lambda kernel=kernel, bias=bias: [kernel, bias], tape=tape)
        else:
            steps = optimizer.apply_gradients(zip(tape.gradient(loss, [kernel, bias]), [kernel, bias], strict=True))
        assert int(steps) == 1
        moved.append([kernel.numpy(), bias.numpy()])
    for values in moved[1:]:
        np.testing.assert_array_equal(values[0], moved[0][0])
        np.testing.assert_array_equal(values[1], moved[0][1])
    with pytest.raises(ValueError, match="tape=tape"):
        optimizer.minimize(loss, [kernel, bias])


def test_minimize_decays_chosen_variables() -> None:
    kernel, bias = variables()
    optimizer = tfa.optimizers.SGDW(0.5, 0.0)
    optimizer.minimize(lambda: loss_of(kernel, bias), [kernel, bias], decay_var_list=[bias])
    np.testing.assert_array_equal(kernel.numpy(), np.ones((3, 2)))
    np.testing.assert_array_equal(bias.numpy(), np.full(2, 0.5))


def test_attributes_of_keras_2_are_tensorflow_variables() -> None:
    kernel, bias = variables()
    optimizer = tfa.optimizers.RectifiedAdam(0.5)
    optimizer.minimize(lambda: loss_of(kernel, bias), [kernel, bias])
    assert float(optimizer.lr.read_value()) == 0.5
    optimizer.lr.assign(0.25)
    assert float(optimizer.learning_rate) == 0.25
    assert isinstance(optimizer.get_slot(kernel, "m"), tf.Variable)
    assert optimizer.get_slot(bias, "v").get_shape() == bias.shape
    state = optimizer.variables()
    assert all(isinstance(variable, tf.Variable) for variable in state)
    assert len(state) == 5
    with pytest.raises(KeyError):
        optimizer.get_slot(tf.Variable(1.0), "m")


def test_checkpoint_goes_on_alike(tmp_path: Path) -> None:
    trained = []
    for goes_on in (False, True):
        optimizer, (kernel, bias) = OPTIMIZERS["lookahead"](), variables()
        checkpoint = tf.train.Checkpoint(optimizer=optimizer, kernel=kernel, bias=bias)
        if goes_on:
            optimizer.build([kernel, bias])
            checkpoint.restore(str(tmp_path / "state")).expect_partial()  # all but the number of savings
        for _ in range(1 if goes_on else 3):
            optimizer.minimize(lambda kernel=kernel, bias=bias: loss_of(kernel, bias), [kernel, bias])
        if not goes_on:
            checkpoint.write(str(tmp_path / "state"))
            optimizer.minimize(lambda kernel=kernel, bias=bias: loss_of(kernel, bias), [kernel, bias])
        trained.append(kernel.numpy())
    np.testing.assert_allclose(trained[1], trained[0], rtol=1e-6)


class OldOptimizer(tf.Module):  # type: ignore[misc]  # has no types
    """What a checkpoint holds of an optimizer of Keras 2: the step, and slots by variable."""

    def __init__(self, slots: dict[str, Any], wrapped: OldOptimizer | None = None) -> None:
        super().__init__()
        self.iter = tf.Variable(7, dtype="int64")
        self._get: Any = lambda name: slots[name]  # a function, so that they are no part of the module
        self._names = tuple(slots)
        if wrapped is not None:
            self.lh_base_optimizer = wrapped

    def get_slot_names(self) -> list[str]:
        return list(self._names)

    def get_slot(self, variable: Any, name: str) -> Any:
        return self._get(name) if isinstance(variable, tf.Variable) and variable.shape == (3, 2) else None


def test_checkpoint_of_keras_2(tmp_path: Path) -> None:
    kernel, _ = variables()
    moments = {name: tf.Variable(tf.fill((3, 2), value)) for name, value in (("m", 0.25), ("v", 0.5))}
    old = OldOptimizer({"slow": tf.Variable(tf.fill((3, 2), 2.0))}, OldOptimizer(moments))
    tf.train.Checkpoint(optimizer=old, kernel=kernel).write(str(tmp_path / "old"))
    optimizer = OPTIMIZERS["lookahead"]()
    optimizer.build([kernel])
    checkpoint = tf.train.Checkpoint(optimizer=optimizer, kernel=kernel)
    checkpoint.read(str(tmp_path / "old")).expect_partial()
    assert int(optimizer.iterations) == int(optimizer.inner_optimizer.iterations) == 7
    restored = [optimizer.get_slot(kernel, "slow"), *(optimizer.inner_optimizer.get_slot(kernel, n) for n in "mv")]
    for slot, expected in zip(restored, (2.0, 0.25, 0.5), strict=True):
        np.testing.assert_array_equal(slot.numpy(), np.full((3, 2), expected))


def test_named_rows_in_a_model_of_keras() -> None:
    """An embedding's gradient names its rows; Keras clips and hands it on as it is."""
    model = keras.Sequential([keras.Input((2,), dtype="int32"), keras.layers.Embedding(5, 2), keras.layers.Flatten()])
    model.compile(tfa.optimizers.LazyAdam(0.1, clipnorm=1.0), "mse")
    before = model.get_weights()[0]
    model.fit(np.array([[0, 3], [3, 4]]), np.ones((2, 4), "float32"), epochs=2, verbose=0)
    moved = np.any(model.get_weights()[0] != before, axis=1)
    np.testing.assert_array_equal(moved, [True, False, False, True, True])
    slots = [ops.convert_to_numpy(model.optimizer.slots()[name][0]) for name in ("m", "v")]
    assert all(np.all(np.any(slot != 0, axis=1) == moved) for slot in slots)
