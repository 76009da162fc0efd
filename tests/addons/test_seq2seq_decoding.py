"""What decoders, samplers, beam search and the loss of sequences do beside giving TensorFlow Addons' numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import seq2seq
from loadstone.addons.seq2seq.sampler import bernoulli_sample, categorical_sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BACKEND = keras.backend.backend()
BATCH, TIME, DEPTH, UNITS, VOCABULARY, BEAMS = 2, 4, 3, 4, 5, 3
INPUTS = np.random.default_rng(0).normal(size=(BATCH, TIME, DEPTH)).astype("float32")
EMBEDDING = np.random.default_rng(1).normal(size=(VOCABULARY, DEPTH)).astype("float32")
STARTS = np.asarray([1, 2], "int32")
only_on = {name: pytest.mark.skipif(name != BACKEND, reason=f"only {name} has it") for name in ("jax", "tensorflow")}


def invalid() -> type[Exception]:
    """Return what a failed check of values raises."""
    if BACKEND != "tensorflow":
        return ValueError
    import tensorflow as tf

    return tf.errors.InvalidArgumentError  # type: ignore[no-any-return]


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as the backend's compiler makes it, or as it is where there is none."""
    if BACKEND == "jax":
        import jax

        return jax.jit(function)  # type: ignore[no-any-return]  # it has no types here
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.function(function)  # type: ignore[no-any-return]
    return function


def close(actual: Any, expected: Any) -> None:
    np.testing.assert_allclose(ops.convert_to_numpy(actual), ops.convert_to_numpy(expected), 1e-5, 1e-5)


def built_cell() -> Any:
    cell = keras.layers.LSTMCell(UNITS, kernel_initializer=keras.initializers.RandomNormal(seed=1))
    cell.build((None, DEPTH))
    return cell


def output_layer() -> Any:
    layer = keras.layers.Dense(VOCABULARY, kernel_initializer=keras.initializers.RandomNormal(seed=2))
    layer.build((None, UNITS))
    return layer


def basic(sampler: Any, **arguments: Any) -> Any:
    return seq2seq.BasicDecoder(built_cell(), sampler, output_layer(), **arguments)


def searching(**arguments: Any) -> Any:
    return seq2seq.BeamSearchDecoder(
        built_cell(), BEAMS, output_layer=output_layer(), **{"maximum_iterations": 3, **arguments}
    )


def zeros(batch: int = BATCH) -> list[Any]:
    return [ops.zeros((batch, UNITS)), ops.zeros((batch, UNITS))]


def test_compiled_decoding_gives_what_an_eager_one_gives() -> None:
    decoder = basic(seq2seq.TrainingSampler())

    def decode(inputs: Any, lengths: Any) -> Any:
        return decoder(inputs, initial_state=zeros(), sequence_length=lengths)

    lengths = np.asarray([2, 3], "int32")
    outputs, state, taken = decode(INPUTS, lengths)
    others, other_state, others_taken = compiled(decode)(ops.convert_to_tensor(INPUTS), ops.convert_to_tensor(lengths))
    close(others.rnn_output[:, :3], outputs.rnn_output)
    close(others.sample_id[:, :3], outputs.sample_id)
    assert not ops.any(others.rnn_output[:, 3:])
    close(ops.stack(other_state), ops.stack(state))
    close(others_taken, taken)


def test_compiled_search_with_attention_gives_what_an_eager_one_gives() -> None:
    memory, lengths = seq2seq.tile_batch([INPUTS, np.asarray([4, 2], "int32")], BEAMS)
    mechanism = seq2seq.LuongAttention(UNITS, memory=memory, memory_sequence_length=lengths)
    cell = seq2seq.AttentionWrapper(keras.layers.LSTMCell(UNITS), mechanism, alignment_history=True)
    decoder = seq2seq.BeamSearchDecoder(
        cell, BEAMS, output_layer=keras.layers.Dense(VOCABULARY), maximum_iterations=3, coverage_penalty_weight=0.1
    )

    def search(embedding: Any) -> Any:
        state = cell.get_initial_state(batch_size=BATCH * BEAMS, dtype="float32")
        outputs, state, taken = decoder(embedding, STARTS, VOCABULARY, state)
        return outputs, state.log_probs, state.cell_state.alignment_history, taken

    outputs, log_probs, history, taken = search(ops.convert_to_tensor(EMBEDDING))
    others, other_log_probs, other_history, others_taken = compiled(search)(ops.convert_to_tensor(EMBEDDING))
    assert history.shape == (3, BATCH * BEAMS, TIME)
    close(others.predicted_ids, outputs.predicted_ids)
    close(other_log_probs, log_probs)
    close(other_history, history)
    close(others_taken, taken)


@only_on["jax"]
def test_a_scan_has_gradients_and_needs_a_number_of_steps() -> None:
    import jax

    decoder = basic(seq2seq.TrainingSampler())

    def score(inputs: Any) -> Any:
        return ops.sum(decoder(inputs, initial_state=zeros())[0].rnn_output)

    close(jax.jit(jax.grad(score))(INPUTS), jax.grad(score)(ops.convert_to_tensor(INPUTS)))
    decoder = basic(seq2seq.GreedyEmbeddingSampler())
    with pytest.raises(ValueError, match="maximum_iterations is needed"):
        jax.jit(lambda rows: decoder(rows, start_tokens=STARTS, end_token=0, initial_state=zeros()))(EMBEDDING)


@only_on["tensorflow"]
def test_xla_needs_a_number_of_steps() -> None:
    import tensorflow as tf

    def decode(rows: Any, limit: int | None) -> Any:
        decoder.maximum_iterations = limit
        return decoder(rows, start_tokens=STARTS, end_token=VOCABULARY, initial_state=zeros())[0].sample_id

    decoder = basic(seq2seq.GreedyEmbeddingSampler())
    assert tf.function(decode, jit_compile=True)(EMBEDDING, 3).shape == (BATCH, 3)
    with pytest.raises(ValueError, match="maximum_iterations is needed"):
        tf.function(decode, jit_compile=True)(EMBEDDING, None)


def test_random_numbers_differ_from_step_to_step_in_compiled_code() -> None:
    sampler = seq2seq.SampleEmbeddingSampler(softmax_temperature=1e6, seed=1)
    decoder = basic(sampler, maximum_iterations=20)

    def tokens(rows: Any) -> Any:
        return decoder(rows, start_tokens=STARTS, end_token=VOCABULARY, initial_state=zeros())[0].sample_id

    if BACKEND == "jax":
        variables = decoder.non_trainable_variables
        assert variables

        def tokens(rows: Any) -> Any:
            with keras.StatelessScope([(variable, variable.value) for variable in variables]):
                return decoder(rows, start_tokens=STARTS, end_token=VOCABULARY, initial_state=zeros())[0].sample_id

    drawn = ops.convert_to_numpy(compiled(tokens)(ops.convert_to_tensor(EMBEDDING)))
    assert drawn.shape == (BATCH, 20)
    assert all(len(set(row)) > 2 for row in drawn.tolist())


def test_dropout_is_for_training_and_the_same_in_all_steps() -> None:
    cell = keras.layers.LSTMCell(UNITS, dropout=0.5, recurrent_dropout=0.5)
    decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingSampler())

    def decode(inputs: Any, *, training: bool) -> Any:
        return decoder(inputs, initial_state=zeros(), training=training)[0].rnn_output

    rnn = keras.layers.RNN(cell, return_sequences=True)
    close(decode(INPUTS, training=False), rnn(INPUTS))
    first = compiled(lambda inputs: decode(inputs, training=True))(INPUTS) if BACKEND == "tensorflow" else None
    first = decode(INPUTS, training=True) if first is None else first
    assert not np.allclose(ops.convert_to_numpy(first), ops.convert_to_numpy(decode(INPUTS, training=True)))


def test_a_functional_model_trains_and_is_used_with_another_number_of_steps() -> None:
    inputs = keras.Input((None, DEPTH))
    lengths = keras.Input((), dtype="int32")
    state = [keras.Input((UNITS,)), keras.Input((UNITS,))]
    decoder = seq2seq.BasicDecoder(keras.layers.LSTMCell(UNITS), seq2seq.TrainingSampler(), output_layer())
    outputs, final, _ = decoder(inputs, initial_state=state, sequence_length=lengths)
    assert outputs.rnn_output.shape == (None, None, VOCABULARY)
    assert final[0].shape == (None, UNITS)
    model = keras.Model([inputs, lengths, *state], outputs.rnn_output)
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss=seq2seq.SequenceLoss())
    data = [INPUTS, np.full(BATCH, TIME, "int32"), *(np.zeros((BATCH, UNITS), "float32") for _ in state)]
    targets, weights = np.ones((BATCH, TIME), "int32"), np.ones((BATCH, TIME), "float32")
    losses = model.fit(data, targets, sample_weight=weights, epochs=4, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert len(model.trainable_variables) == 5
    assert model([INPUTS[:, :2], np.full(BATCH, 2, "int32"), *data[2:]]).shape == (BATCH, 2, VOCABULARY)


def test_a_symbolic_search_has_the_shapes_of_a_search() -> None:
    tokens, state = keras.Input((), dtype="int32"), [keras.Input((UNITS,)), keras.Input((UNITS,))]
    decoder = searching(embedding_fn=keras.layers.Embedding(VOCABULARY, DEPTH), output_time_major=True)
    state = seq2seq.tile_batch(state, BEAMS)
    outputs, _, lengths = decoder(None, start_tokens=tokens, end_token=0, initial_state=state)
    assert outputs.predicted_ids.shape[0] is None
    assert outputs.predicted_ids.shape[2] == BEAMS
    assert lengths.shape[1] == BEAMS


def test_float16_decodes_in_float16() -> None:
    cell = keras.layers.LSTMCell(UNITS, dtype="mixed_float16")
    layer = keras.layers.Dense(VOCABULARY, dtype="mixed_float16")
    decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingSampler(), layer, dtype="mixed_float16")
    outputs, state, _ = decoder(INPUTS, initial_state=[ops.cast(value, "float16") for value in zeros()])
    assert {keras.backend.standardize_dtype(value.dtype) for value in (outputs.rnn_output, *state)} == {"float16"}
    search = seq2seq.BeamSearchDecoder(cell, BEAMS, output_layer=layer, dtype="mixed_float16", maximum_iterations=2)
    outputs, state, _ = search(EMBEDDING, STARTS, 0, [ops.cast(value, "float16") for value in zeros(BATCH * BEAMS)])
    assert keras.backend.standardize_dtype(state.log_probs.dtype) == "float16"
    assert np.isfinite(ops.convert_to_numpy(outputs.beam_search_decoder_output.scores)).all()


def test_nothing_to_decode_gives_no_steps() -> None:
    outputs, _, lengths = basic(seq2seq.TrainingSampler())(INPUTS, initial_state=zeros(), sequence_length=[0, 0])
    assert outputs.rnn_output.shape == (BATCH, 0, VOCABULARY)
    assert outputs.sample_id.shape == (BATCH, 0)
    assert ops.convert_to_numpy(lengths).tolist() == [0, 0]
    outputs, _, _ = basic(seq2seq.TrainingSampler())(INPUTS[:0], initial_state=zeros(0))
    assert outputs.rnn_output.shape == (0, 0, VOCABULARY)


def test_a_greedy_search_is_a_beam_search_of_one() -> None:
    cell, layer = built_cell(), output_layer()
    greedy = seq2seq.BasicDecoder(cell, seq2seq.GreedyEmbeddingSampler(), layer, maximum_iterations=5)
    tokens = greedy(EMBEDDING, start_tokens=STARTS, end_token=VOCABULARY, initial_state=zeros())[0].sample_id
    beam = seq2seq.BeamSearchDecoder(cell, 1, output_layer=layer, maximum_iterations=5)
    close(beam(EMBEDDING, STARTS, VOCABULARY, zeros())[0].predicted_ids[:, :, 0], tokens)


def test_stacked_cells_and_a_sampler_used_for_another_batch() -> None:
    cell = keras.layers.StackedRNNCells([keras.layers.LSTMCell(UNITS), keras.layers.GRUCell(UNITS)])
    decoder = seq2seq.BasicDecoder(cell, seq2seq.TrainingSampler())
    for batch in (BATCH, 1):
        outputs, state, _ = decoder(INPUTS[:batch], initial_state=cell.get_initial_state(batch_size=batch))
        assert outputs.rnn_output.shape == (batch, TIME, UNITS)
        assert [len(part) for part in state] == [2, 1]


class Counter(seq2seq.Decoder):
    """Counts to the number of each sequence."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = ops.convert_to_tensor(numbers, "int32")

    @property
    def batch_size(self) -> int:
        return int(self.numbers.shape[0])

    @property
    def output_size(self) -> Any:
        return ()

    @property
    def output_dtype(self) -> str:
        return "int32"

    def initialize(self, name: str | None = None) -> Any:
        del name
        start = ops.zeros_like(self.numbers)
        return start >= self.numbers, start, start

    def step(self, time: Any, inputs: Any, state: Any, training: Any = None, name: str | None = None) -> Any:
        del training, name
        return inputs + 1, state + inputs, inputs + 1, time + 1 >= self.numbers


def test_a_decoder_that_is_no_layer() -> None:
    outputs, state, lengths = seq2seq.dynamic_decode(Counter([3, 1]), impute_finished=True)
    assert ops.convert_to_numpy(outputs).tolist() == [[1, 2, 3], [1, 0, 0]]
    assert ops.convert_to_numpy(state).tolist() == [3, 0]
    assert ops.convert_to_numpy(lengths).tolist() == [3, 1]
    outputs, _, _ = seq2seq.dynamic_decode(Counter([3, 1]), output_time_major=True, maximum_iterations=2)
    assert ops.convert_to_numpy(outputs).tolist() == [[1, 1], [2, 2]]
    assert compiled(lambda: seq2seq.dynamic_decode(Counter([2, 1]), maximum_iterations=2)[0])().shape == (2, 2)
    outputs, _, _ = seq2seq.dynamic_decode(Counter([0, 0]))
    assert outputs.shape == (2, 0)


def test_probabilities_of_each_sequence_and_of_a_variable() -> None:
    sampler = seq2seq.ScheduledOutputTrainingSampler([1.0, 0.0])
    sampler.initialize(INPUTS)
    assert ops.convert_to_numpy(sampler.sample(0, None, None)).tolist() == [1, 0]
    probability = keras.Variable(0.0)
    sampler = seq2seq.ScheduledOutputTrainingSampler(probability)
    sampler.initialize(INPUTS)
    assert ops.convert_to_numpy(sampler.sample(0, None, None)).tolist() == [0, 0]
    probability.assign(1.0)
    assert ops.convert_to_numpy(sampler.sample(0, None, None)).tolist() == [1, 1]


def test_draws_have_the_shape_that_is_asked_for() -> None:
    probabilities = np.asarray([0.0, 0.5, 1.0], "float32")
    drawn = ops.convert_to_numpy(bernoulli_sample(probabilities, sample_shape=200, seed=1))
    assert drawn.shape == (200, 3)
    assert drawn[:, 0].sum() == 0
    assert 60 < drawn[:, 1].sum() < 140
    assert drawn[:, 2].sum() == 200
    assert ops.convert_to_numpy(bernoulli_sample(logits=[40.0, -40.0], dtype="bool")).tolist() == [True, False]
    logits = np.log(np.asarray([[[0.2, 0.8], [1e-9, 1.0]]], "float32"))
    drawn = ops.convert_to_numpy(categorical_sample(logits, sample_shape=(100, 4), seed=1))
    assert drawn.shape == (100, 4, 1, 2)
    assert drawn.dtype == np.int32
    assert 250 < drawn[..., 0].sum() < 390
    assert drawn[..., 1].all()


def test_inputs_may_be_a_structure() -> None:
    sampler = seq2seq.TrainingSampler()
    finished, first = sampler.initialize({"a": INPUTS, "b": INPUTS[..., 0]}, sequence_length=[1, 2])
    assert ops.convert_to_numpy(finished).tolist() == [False, False]
    close(first["b"], INPUTS[:, 0, 0])
    finished, second, _ = sampler.next_inputs(ops.convert_to_tensor(0), None, None, None)
    assert ops.convert_to_numpy(finished).tolist() == [True, False]
    close(second["a"], INPUTS[:, 1])
    finished, third, _ = sampler.next_inputs(ops.convert_to_tensor(1), None, None, None)
    assert not ops.any(third["a"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sequence_length": [1, 2], "mask": [[True], [True]]}, "give one of them"),
        ({"sequence_length": [[1, 2]]}, "sequence_length must be a vector"),
        ({"mask": [True, False]}, "mask must be a matrix"),
        ({"mask": [[1, 0], [1, 1]]}, "mask must be boolean"),
    ],
)
def test_a_training_sampler_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seq2seq.TrainingSampler().initialize(INPUTS, **arguments)


def test_checks_of_values() -> None:
    with pytest.raises(invalid(), match="right padded"):
        seq2seq.TrainingSampler().initialize(INPUTS[:, :2], mask=[[True, True], [False, True]])
    with pytest.raises(invalid(), match="parent id"):
        seq2seq.gather_tree([[[1, 2]], [[3, 4]]], [[[0, 0]], [[0, 2]]], [2], 9)
    with pytest.raises(invalid(), match="maximum_iterations must be greater than 0"):
        seq2seq.dynamic_decode(Counter([1]), maximum_iterations=0)


def refused_calls() -> Iterator[tuple[Callable[[], Any], type[Exception], str]]:
    cell, sampler = keras.layers.LSTMCell(UNITS), seq2seq.TrainingSampler()
    greedy = seq2seq.GreedyEmbeddingSampler()
    anything: Any = None
    yield lambda: seq2seq.BasicDecoder("cell", sampler), TypeError, "not a cell"
    yield lambda: seq2seq.BasicDecoder(cell, anything), TypeError, "must be a Sampler"
    yield lambda: seq2seq.BasicDecoder(cell, sampler, lambda x: x), TypeError, "must be a layer"
    yield lambda: seq2seq.BeamSearchDecoder(keras.layers.Dense(2), 2), TypeError, "not a cell"
    yield lambda: seq2seq.dynamic_decode(cell), TypeError, "must be a Decoder"
    yield lambda: seq2seq.dynamic_decode(Counter([1]), maximum_iterations=np.ones(2)), ValueError, "must be a scalar"
    yield lambda: sampler.batch_size, ValueError, "once the sampler is initialized"
    yield lambda: greedy.initialize(EMBEDDING, [[1]], 0), ValueError, "start_tokens must be a vector"
    yield lambda: greedy.initialize(EMBEDDING, [1], [0]), ValueError, "end_token must be a scalar"
    yield lambda: greedy.sample(0, [1.0], None), TypeError, "one tensor"
    yield lambda: seq2seq.ScheduledEmbeddingTrainingSampler(np.ones((1, 1))), ValueError, "scalar or a vector"
    yield (
        lambda: seq2seq.ScheduledEmbeddingTrainingSampler(0.5).initialize(INPUTS),
        ValueError,
        "needs an embedding",
    )
    state = zeros(BATCH * BEAMS)
    yield lambda: searching().initialize(None, STARTS, 0, state), ValueError, "needs an embedding"
    yield lambda: searching().initialize(EMBEDDING, STARTS[None], 0, state), ValueError, "must be a vector"
    yield lambda: searching().initialize(EMBEDDING, STARTS, [0], state), ValueError, "must be a scalar"
    yield lambda: searching().initialize(EMBEDDING, STARTS, 0, zeros()), ValueError, "tile_batch"
    yield lambda: searching(impute_finished=True)(EMBEDDING, STARTS, 0, state), ValueError, "keep their places"
    yield (
        lambda: searching(coverage_penalty_weight=0.1)(EMBEDDING, STARTS, 0, state),
        ValueError,
        "coverage_penalty_weight must be 0",
    )
    yield lambda: seq2seq.tile_batch(1.0, 2), ValueError, "batch axis"
    yield lambda: seq2seq.gather_tree([1], [1], [1], 0), ValueError, "time, batch, beams"
    loss = seq2seq.SequenceLoss(average_across_timesteps=True)
    yield lambda: loss(STARTS[:, None], INPUTS[:, :1]), ValueError, "cannot both be set"
    mixed = seq2seq.SequenceLoss(average_across_batch=True, sum_over_batch=False)
    yield lambda: mixed(STARTS[:, None], INPUTS[:, :1]), ValueError, "because of ambiguous order"
    yield lambda: seq2seq.sequence_loss(EMBEDDING, STARTS, STARTS), ValueError, "logits must have"
    yield lambda: seq2seq.sequence_loss(INPUTS, STARTS, STARTS), ValueError, "targets must have"
    yield lambda: seq2seq.sequence_loss(INPUTS, INPUTS, STARTS), ValueError, "weights must have"
    yield lambda: seq2seq.SequenceLoss.from_config({"reduction": "sum"}), ValueError, "its reduction is none"


@pytest.mark.parametrize("index", range(len(list(refused_calls()))))
def test_refusals(index: int) -> None:
    call, error, message = list(refused_calls())[index]
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_a_loss_keeps_its_flags_and_takes_old_configurations() -> None:
    loss = seq2seq.SequenceLoss(average_across_batch=True, sum_over_batch=False, sum_over_timesteps=False)
    assert seq2seq.SequenceLoss.from_config(loss.get_config()).get_config() == loss.get_config()
    old = seq2seq.SequenceLoss.from_config({"reduction": "none", "name": None})
    targets = np.asarray([[1, 2, 0, 0], [1, 1, 1, 0]])
    close(old(targets, INPUTS), np.mean(ops.convert_to_numpy(old.call(targets, INPUTS))))
    saved = keras.saving.serialize_keras_object(loss)
    again = keras.saving.deserialize_keras_object(saved, custom_objects={"SequenceLoss": seq2seq.SequenceLoss})
    assert again.get_config() == loss.get_config()


def test_a_loss_of_ones_own() -> None:
    def squares(labels: Any, logits: Any) -> Any:
        return ops.square(ops.cast(labels, logits.dtype) - logits[:, 0])

    value = seq2seq.sequence_loss(
        INPUTS, np.zeros((BATCH, TIME), "int32"), np.ones((BATCH, TIME)), softmax_loss_function=squares
    )
    close(value, np.mean(INPUTS[..., 0] ** 2))
