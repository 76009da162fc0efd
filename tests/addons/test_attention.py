"""How attention mechanisms and `AttentionWrapper` behave in Keras 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import seq2seq
from loadstone.addons.seq2seq.attention_state import AlignmentHistory, new_history

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = keras.backend.backend()
NAMES = ("LuongAttention", "BahdanauAttention", "LuongMonotonicAttention", "BahdanauMonotonicAttention")
ADDITIVE = ("BahdanauAttention", "BahdanauMonotonicAttention")
MEMORY = np.linspace(-1.0, 1.0, 40, dtype="float32").reshape(2, 4, 5)
QUERY = np.linspace(-1.0, 1.0, 6, dtype="float32").reshape(2, 3)
STATE = np.eye(4, dtype="float32")[[0, 0]]
STEP = np.ones((2, 2), "float32")

every_mechanism = pytest.mark.parametrize("name", NAMES)


def make(name: str = "LuongAttention", *, with_memory: bool = True, **arguments: Any) -> Any:
    return getattr(seq2seq, name)(3, MEMORY if with_memory else None, **arguments)


def wrap(mechanism: Any = None, cell: Any = None, **arguments: Any) -> Any:
    return seq2seq.AttentionWrapper(cell or keras.layers.GRUCell(3), mechanism or make(), **arguments)


def numbers(value: Any) -> Any:
    return ops.convert_to_numpy(value)


class Translator(keras.Model):  # type: ignore[misc]  # Keras has no types
    """A model that sets its memory up at every call, as programs of TensorFlow Addons do."""

    def __init__(self, name_of_mechanism: str, **arguments: Any) -> None:
        super().__init__()
        self.mechanism = make(name_of_mechanism, with_memory=False, **arguments)
        self.attending = wrap(self.mechanism, attention_layer_size=2)

    def call(self, inputs: Any) -> Any:
        memory, mask, sequence = inputs
        self.mechanism(memory, mask=mask, setup_memory=True)
        state = self.attending.get_initial_state(inputs=sequence[:, 0])
        for step in range(sequence.shape[1]):
            output, state = self.attending(sequence[:, step], state)
        return output


@every_mechanism
def test_the_memory_is_given_to_the_constructor_the_layer_or_its_method(name: str) -> None:
    at_once = make(name)
    expected = at_once([QUERY, STATE])
    by_call, by_method = (make(name, with_memory=False) for _ in range(2))
    assert not by_call.memory_initialized
    values = by_call(MEMORY, setup_memory=True)
    by_method.setup_memory(MEMORY)
    np.testing.assert_array_equal(numbers(values), MEMORY)
    for mechanism in (by_call, by_method):
        mechanism([QUERY, STATE])
        mechanism.set_weights(at_once.get_weights())
        mechanism.setup_memory(MEMORY)
        assert mechanism.memory_initialized
        np.testing.assert_allclose(numbers(mechanism([QUERY, STATE])[0]), numbers(expected[0]), rtol=1e-6)


@every_mechanism
@pytest.mark.parametrize("masking", [{"memory_sequence_length": [2, 3]}, {"memory_mask": [[1, 1, 0, 0], [1, 1, 1, 0]]}])
def test_masked_positions_get_nothing(name: str, masking: dict[str, Any]) -> None:
    masking = {key: np.asarray(value, "bool" if key == "memory_mask" else "int32") for key, value in masking.items()}
    mechanism = make(name, with_memory=False)
    mechanism.setup_memory(MEMORY, **masking)
    alignments = numbers(mechanism([QUERY, STATE])[0])
    assert np.all(alignments[0, 2:] == 0)
    assert alignments[1, 3] == 0
    assert np.all(numbers(mechanism.values)[0, 2:] == 0)
    mechanism.setup_memory(MEMORY)  # and no mask of the memory before is left
    assert mechanism.probability_fn == mechanism.default_probability_fn


def test_a_memory_of_another_size_makes_no_new_weights() -> None:
    mechanism = make("BahdanauAttention")
    mechanism([QUERY, STATE])
    weights = list(mechanism.weights)
    mechanism(MEMORY[:1, :2], setup_memory=True)
    assert mechanism([QUERY[:1], STATE[:1, :2]])[0].shape == (1, 2)
    assert all(new is old for new, old in zip(mechanism.weights, weights, strict=True))
    assert (mechanism.alignments_size, mechanism.state_size, mechanism.memory_depth) == (2, 2, 5)


@every_mechanism
def test_a_batch_without_samples(name: str) -> None:
    mechanism = make(name)
    mechanism.setup_memory(MEMORY[:0], memory_sequence_length=np.zeros(0, "int32"))
    assert mechanism([QUERY[:0], STATE[:0]])[0].shape == (0, 4)


@every_mechanism
def test_configuration_makes_an_equal_mechanism(name: str) -> None:
    mechanism = make(name, dtype="float32")
    config = mechanism.get_config()
    clone = type(mechanism).from_config(config)
    assert clone.get_config() == config
    assert config["memory"] is None
    assert ("query_layer" in config) == (name in ADDITIVE)
    with pytest.raises(ValueError, match="does not hold its memory"):
        type(mechanism).from_config({**config, "memory": MEMORY})
    with pytest.raises(ValueError, match="no_setting"):
        type(mechanism).from_config({**config, "no_setting": 1})


def test_given_layers_are_used_and_saved() -> None:
    layers = {f"{name}_layer": keras.layers.Dense(3, activation="relu") for name in ("query", "memory")}
    mechanism = make("BahdanauAttention", **layers)
    assert mechanism.memory_layer is layers["memory_layer"]
    clone = type(mechanism).from_config(mechanism.get_config())
    assert clone.query_layer.activation is keras.activations.relu


@every_mechanism
def test_a_functional_model_has_a_symbolic_memory(name: str, tmp_path: Path) -> None:
    memory = keras.Input((None, 5))
    query = keras.Input((3,))
    state = keras.Input((None,))
    mechanism = getattr(seq2seq, name)(3, memory)
    alignments, _ = mechanism([query, state])
    assert alignments.shape == (None, None)
    model = keras.Model([memory, query, state], alignments)
    expected = model.predict([MEMORY, QUERY, STATE], verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict([MEMORY, QUERY, STATE], verbose=0), expected, rtol=1e-6)


def test_a_symbolic_memory_keeps_its_mask() -> None:
    tokens = keras.Input((4,), dtype="int32")
    query, state = keras.Input((3,)), keras.Input((4,))
    mechanism = seq2seq.LuongAttention(3, keras.layers.Embedding(5, 3, mask_zero=True)(tokens))
    model = keras.Model([tokens, query, state], mechanism([query, state])[0])
    found = model.predict([np.asarray([[1, 2, 0, 0], [3, 0, 0, 0]]), QUERY, STATE], verbose=0)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-6)
    assert np.all(found[:, 2:] == 0)
    assert found[1, 0] == 1


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_model_that_sets_its_memory_up_is_trained(name: str) -> None:
    model = Translator(name)
    data = [MEMORY, np.asarray([[1, 1, 1, 0], [1, 0, 0, 0]], "bool"), np.ones((2, 3, 2), "float32")]
    model.compile("adam", "mse")
    before = model(data)
    values = [numbers(weight) for weight in model.trainable_weights]
    model.fit(data, np.ones((2, 2), "float32"), verbose=0)
    assert before.shape == (2, 2)
    changed = [np.any(numbers(w) != value) for w, value in zip(model.trainable_weights, values, strict=True)]
    assert all(changed), [weight.path for weight in model.trainable_weights]


def test_a_recurrent_layer_is_saved_with_its_cell(tmp_path: Path) -> None:
    mechanisms = [make("BahdanauAttention", normalize=True), make("LuongMonotonicAttention")]
    cell = wrap(mechanisms, keras.layers.LSTMCell(3), attention_layer_size=[2, 3], output_attention=False)
    model = keras.Sequential([keras.Input((None, 2)), keras.layers.RNN(cell, return_sequences=True)])
    sequence = np.ones((2, 3, 2), "float32")
    expected = model.predict(sequence, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    restored = loaded.layers[-1].cell
    with pytest.raises(ValueError, match="no memory yet"):
        restored.get_initial_state(batch_size=2)
    for mechanism in restored._attention_mechanisms:
        mechanism.setup_memory(MEMORY)
    assert restored.state_size == cell.state_size
    np.testing.assert_allclose(loaded.predict(sequence, verbose=0), expected, rtol=1e-6)


def weighted(inputs: Any, attention: Any) -> Any:
    return ops.concatenate([2 * inputs, attention], axis=-1)


def test_functions_and_layers_of_a_wrapper_are_saved() -> None:
    weigh = keras.saving.register_keras_serializable(package="Tests")(weighted)
    cell = wrap(attention_layer=keras.layers.Dense(4, activation="tanh"), cell_input_fn=weigh, alignment_history=True)
    state = cell.get_initial_state(batch_size=2)
    output, _ = cell(STEP, state)
    clone = seq2seq.AttentionWrapper.from_config(cell.get_config())
    assert clone.get_config() == cell.get_config()
    clone._attention_mechanisms[0].setup_memory(MEMORY)
    clone(STEP, clone.get_initial_state(batch_size=2))
    clone.set_weights(cell.get_weights())
    clone._attention_mechanisms[0].setup_memory(MEMORY)
    repeated, _ = clone(STEP, clone.get_initial_state(batch_size=2))
    np.testing.assert_allclose(numbers(repeated), numbers(output), rtol=1e-6)
    assert output.shape == (2, 4)


def test_a_function_of_attention_replaces_the_usual_one() -> None:
    def last(mechanism: Any, _output: Any, state: Any, _layer: Any) -> tuple[Any, Any, Any]:
        return mechanism.values[:, -1], state, state

    output, state = (cell := wrap(attention_fn=last))(STEP, cell.get_initial_state(batch_size=2))
    np.testing.assert_array_equal(numbers(output), MEMORY[:, -1])
    np.testing.assert_array_equal(numbers(state.alignments), np.zeros((2, 4)))


@pytest.mark.parametrize("multiple", [False, True])
def test_state_has_the_sizes_that_are_announced(multiple: bool) -> None:  # noqa: FBT001 - a parameter of the test
    mechanism = [make(), make("BahdanauAttention")] if multiple else make()
    cell = wrap(mechanism, keras.layers.StackedRNNCells([keras.layers.GRUCell(4), keras.layers.LSTMCell(3)]))
    state = cell.get_initial_state(batch_size=2, dtype="float32")
    _, following = cell(STEP, state)
    sizes = keras.tree.map_structure(lambda value: value.shape[-1], state)
    assert keras.tree.flatten(sizes) == keras.tree.flatten(cell.state_size)
    keras.tree.assert_same_structure(state, following)
    assert isinstance(cell.state_size.cell_state, list)
    assert isinstance(following, seq2seq.AttentionWrapperState)
    assert cell.output_size == (10 if multiple else 5)


def test_a_state_is_cloned_with_other_tensors_of_the_same_shape() -> None:
    state = wrap(cell=keras.layers.LSTMCell(3)).get_initial_state(batch_size=2)
    ones = ops.ones((2, 3))
    cloned = state.clone(cell_state=(ones, ones))
    assert isinstance(cloned.cell_state, list)
    assert cloned.cell_state[0] is ones
    assert cloned.attention is state.attention
    with pytest.raises(ValueError, match=r"\(2, 3\) cannot be replaced by one of \(3, 3\)"):
        state.clone(cell_state=[ones, ops.ones((3, 3))])
    with pytest.raises(ValueError, match="2 tensors cannot be replaced by one of 1"):
        state.clone(cell_state=[ones])
    with pytest.raises(ValueError, match="no_field"):
        state.clone(no_field=ones)


def test_the_initial_state_of_the_cell_can_be_given() -> None:
    start = [np.ones((2, 3), "float32"), np.full((2, 3), 2.0, "float32")]
    cell = wrap(cell=keras.layers.LSTMCell(3), initial_cell_state=start)
    state = cell.get_initial_state(STEP)
    for found, expected in zip(state.cell_state, start, strict=True):
        np.testing.assert_array_equal(numbers(found), expected)
    with pytest.raises(ValueError, match="batch size of initial_cell_state is 3, that of the memory 2"):
        wrap(initial_cell_state=[np.ones((3, 3), "float32")])


def test_history_has_all_steps() -> None:
    cell = wrap([make(), make("LuongMonotonicAttention")], alignment_history=True)
    state = cell.get_initial_state(batch_size=2)
    kept = []
    for _ in range(3):
        _, state = cell(STEP, state)
        kept.append(numbers(state.alignments[1]))
    assert state.alignment_history[0].stack().shape == (3, 2, 4)
    np.testing.assert_array_equal(numbers(state.alignment_history[1].stack()), np.stack(kept))
    assert cell.state_size.alignment_history == (4, 4)


def test_a_history_is_not_changed_by_writing() -> None:
    empty = AlignmentHistory()
    one = empty.write(0, ops.ones((2,)))
    two = one.write(1, ops.zeros((2,)))
    assert (empty.size(), one.size(), two.size()) == (0, 1, 2)
    np.testing.assert_array_equal(numbers(two.write(0, ops.zeros((2,))).stack()), np.zeros((2, 2)))
    np.testing.assert_array_equal(numbers(two.read(0)), np.ones(2))
    with pytest.raises(IndexError, match="element 2 cannot be written into a history of 1"):
        one.write(2, ops.ones((2,)))
    with pytest.raises(ValueError, match="without steps"):
        empty.stack()
    assert isinstance(new_history("float32", (2,)), AlignmentHistory) == (BACKEND != "tensorflow")


@every_mechanism
def test_half_precision(name: str) -> None:
    mechanism = make(name, dtype="mixed_float16", memory_sequence_length=[2, 3])
    cell = wrap(mechanism, keras.layers.LSTMCell(3, dtype="mixed_float16"), dtype="mixed_float16")
    output, state = cell(STEP, cell.get_initial_state(batch_size=2))
    for value in keras.tree.flatten((output, state)):
        assert keras.backend.standardize_dtype(value.dtype) == "float16"
        assert np.all(np.isfinite(numbers(value)))
    assert all(weight.dtype == "float32" for weight in mechanism.weights)


def test_dropout_in_the_cell_keeps_its_mask_for_a_sequence_and_not_longer() -> None:
    cell = wrap(cell=keras.layers.GRUCell(3, dropout=0.5, recurrent_dropout=0.5, seed=1))
    layer = keras.layers.RNN(cell)
    inputs = np.ones((2, 3, 2), "float32")
    first, second = (numbers(layer(inputs, training=True)) for _ in range(2))
    assert np.any(first != second)
    np.testing.assert_array_equal(numbers(layer(inputs)), numbers(layer(inputs)))


def test_noise_is_drawn_anew_and_by_a_seed() -> None:
    arguments = {"sigmoid_noise": 1.0, "sigmoid_noise_seed": 3, "memory_layer": keras.layers.Dense(3)}
    first, second = (make("LuongMonotonicAttention", **arguments) for _ in range(2))
    drawn = [numbers(first([QUERY, STATE])[0]) for _ in range(2)]
    assert np.any(drawn[0] != drawn[1])
    np.testing.assert_allclose(numbers(second([QUERY, STATE])[0]), drawn[0], rtol=1e-6)


@pytest.mark.parametrize("mode", ["recursive", "parallel", "hard"])
def test_modes_agree_on_decided_choices(mode: str) -> None:
    chosen = np.asarray([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]], "float32")
    previous = np.asarray([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]], "float32")
    found = seq2seq.monotonic_attention(chosen, previous, mode)
    np.testing.assert_allclose(numbers(found), [[0, 0, 0, 1], [0, 0, 0, 0]], atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_functions_keep_the_dtype(dtype: str) -> None:
    if BACKEND != "tensorflow" and dtype == "float64":
        pytest.skip("JAX, and the cumulative sum of Keras on PyTorch, return 32 bits")
    p = ops.cast([[0.3, 0.6], [0.0, 1.0]], dtype)
    results = [seq2seq.monotonic_attention(p, p, mode) for mode in ("recursive", "parallel", "hard")]
    results += [seq2seq.safe_cumprod(p), seq2seq.hardmax(p)]
    for result in results:
        assert keras.backend.standardize_dtype(result.dtype) == dtype
        assert np.all(np.isfinite(numbers(ops.cast(result, "float32"))))


def test_errors_of_mechanisms() -> None:
    with pytest.raises(ValueError, match="no memory to query"):
        make(with_memory=False)([QUERY, STATE])
    with pytest.raises(ValueError, match="a query and a state, got 1"):
        make()([QUERY])
    with pytest.raises(ValueError, match="perhaps its lengths, got 3"):
        make()([MEMORY, QUERY, STATE], setup_memory=True)
    with pytest.raises(ValueError, match="either memory_sequence_length or memory_mask"):
        make().setup_memory(MEMORY, memory_sequence_length=[1, 2], memory_mask=np.ones((2, 4), "bool"))
    with pytest.raises(ValueError, match="must be positive"):
        make(memory_sequence_length=[0, 2])
    with pytest.raises(ValueError, match="query of depth 2 cannot be compared with keys of depth 3"):
        make()([STEP, STATE])
    with pytest.raises(ValueError, match="must be one of softmax, hardmax, not 'sparsemax'"):
        make(probability_fn="sparsemax")
    with pytest.raises(ValueError, match="'recursive', 'parallel' or 'hard', not 'soft'"):
        make("LuongMonotonicAttention", mode="soft")([QUERY, STATE])
    with pytest.raises(NotImplementedError, match="does not say how"):
        seq2seq.AttentionMechanism(MEMORY, probability_fn=lambda score, _: score)([QUERY, STATE])


def test_errors_of_wrappers() -> None:
    with pytest.raises(TypeError, match="not a cell"):
        wrap(cell=keras.layers.Dense(3))
    with pytest.raises(TypeError, match="must be an AttentionMechanism"):
        wrap(keras.layers.Dense(3))
    with pytest.raises(ValueError, match="not both"):
        wrap(attention_layer_size=3, attention_layer=keras.layers.Dense(3))
    with pytest.raises(ValueError, match="2 attention layers do not fit to 1 mechanisms"):
        wrap(attention_layer_size=[3, 4])
    without = wrap(make(with_memory=False), attention_layer_size=3)
    with pytest.raises(ValueError, match="no memory yet"):
        _ = without.state_size
    with pytest.raises(ValueError, match="no memory yet"):
        without.get_initial_state(batch_size=2)
    with pytest.raises(ValueError, match="batch size of the state is 3, that of the memory 2"):
        wrap().get_initial_state(batch_size=3)
    with pytest.raises(TypeError, match="must be an AttentionWrapperState"):
        wrap()(STEP, ops.ones((2, 3)))
    symbolic = wrap(seq2seq.LuongAttention(3, keras.Input((4, 5))))
    with pytest.raises(TypeError, match="cannot attend to a symbolic memory"):
        symbolic.get_initial_state(batch_size=2)


def test_a_recurrent_layer_goes_over_masked_steps() -> None:
    cell = wrap(cell=keras.layers.LSTMCell(3), attention_layer_size=2)
    layer = keras.layers.RNN(cell, return_state=True, unroll=BACKEND == "jax")
    sequence = np.ones((2, 3, 2), "float32")
    output, *state = layer(sequence, mask=ops.convert_to_tensor([[True, True, False], [True, True, True]]))
    shorter, *expected = layer(sequence[:, :2])
    np.testing.assert_allclose(numbers(output)[0], numbers(shorter)[0], rtol=1e-6)
    for found, value in zip(keras.tree.flatten(state), keras.tree.flatten(expected), strict=True):
        np.testing.assert_allclose(numbers(found)[0], numbers(value)[0], rtol=1e-6)
