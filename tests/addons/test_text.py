"""Times and skip-grams are those of the real TensorFlow Addons.

The answers are in ``tests/golden/data/text.npz``, written by ``tasks/golden_text.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import text
from loadstone.addons.text import skip_gram_ops
from tasks.golden_answers import recorded

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = keras.backend.backend()
UNITS = ("SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND")
only_on_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has graphs")
TIMES, SKIPS = recorded("text").cases["times"], recorded("text").cases["skips"]
# What the second was sampled from.
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog")
VOCABULARY = {"the": 30, "quick": 20, "brown": 8, "fox": 40, "jumps": 2, "dog": 25}
GLOBAL_SEED = 42


@pytest.mark.parametrize(("time_string", "time_format", "expected"), TIMES)
def test_parse_time(time_string: str, time_format: str, expected: list[int] | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="Parse time failed"):
            text.parse_time(time_string, time_format, "SECOND")
        return
    for unit, value in zip(UNITS, expected, strict=True):
        assert int(text.parse_time(time_string, time_format, unit)) == value, unit


def test_parse_time_of_many_texts() -> None:
    texts = np.array([["01", b"02"], ["03", "04"]], dtype=object)
    times = text.parse_time(texts, "%S", "MILLISECOND")
    assert "int64" in str(times.dtype)
    np.testing.assert_array_equal(ops.convert_to_numpy(times), [[1000, 2000], [3000, 4000]])
    assert tuple(text.parse_time([], "%S", "SECOND").shape) == (0,)


def test_parse_time_in_an_unknown_unit() -> None:
    with pytest.raises(ValueError, match="SECOND"):
        text.parse_time("1", "%S", "HOUR")


@only_on_tensorflow
def test_parse_time_in_a_pipeline() -> None:
    import tensorflow as tf

    times = tf.data.Dataset.from_tensor_slices(["1", "2", "x"]).map(lambda item: text.parse_time(item, "%S", "SECOND"))
    assert times.element_spec == tf.TensorSpec([], "int64")
    assert [int(time) for time in times.take(2)] == [1, 2]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Parse time failed"):
        list(times)


def decoded(values: Any) -> list[Any]:
    values = values.numpy() if hasattr(values, "numpy") else np.asarray(values)
    return [value.decode() if isinstance(value, bytes) else value for value in values.tolist()]


@pytest.mark.parametrize(("settings", "tokens", "labels"), SKIPS)
def test_skip_gram_sample(settings: dict[str, Any], tokens: list[str], labels: list[str], monkeypatch: Any) -> None:
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.random.set_seed(GLOBAL_SEED)
    else:  # which have no global seed
        monkeypatch.setattr("loadstone.addons.text.philox.DEFAULT_SEED", GLOBAL_SEED)
    table = VOCABULARY if {"vocab_min_count", "vocab_subsampling"} & settings.keys() else None
    pairs = text.skip_gram_sample(list(WORDS), vocab_freq_table=table, **settings)
    assert [decoded(values) for values in pairs] == [tokens, labels]


def test_skip_grams_of_integers() -> None:
    tokens, labels = text.skip_gram_sample(np.array([5, 6, 7], "int16"), min_skips=1, max_skips=1)
    assert keras.backend.standardize_dtype(tokens.dtype) == "int16"
    assert ops.convert_to_numpy(tokens).tolist() == [5, 6, 6, 7]
    assert ops.convert_to_numpy(labels).tolist() == [6, 5, 7, 6]
    tokens, _ = text.skip_gram_sample(np.array([], "int16"))
    assert tuple(tokens.shape) == (0,)


def test_skip_grams_without_a_seed_differ() -> None:
    words = np.arange(200, dtype="int32")
    first, second = (ops.convert_to_numpy(text.skip_gram_sample(words)[1]) for _ in range(2))
    assert first.tolist() != second.tolist()


@pytest.mark.parametrize(
    ("tokens", "settings"),
    [
        ([["a"], ["b"]], {}),
        (["a"], {"min_skips": -1}),
        (["a"], {"min_skips": 0, "max_skips": -1}),
        (["a"], {"min_skips": 2, "max_skips": 1}),
        (["a"], {"start": -1}),
        (["a"], {"vocab_min_count": 1}),
        (["a"], {"corpus_size": 1}),
        (["a"], {"vocab_freq_table": {"a": 1}, "corpus_size": 1}),
        (["a"], {"vocab_freq_table": {"a": 1}, "vocab_subsampling": 0.5}),
        (["a"], {"vocab_freq_table": {"a": 1}, "vocab_subsampling": 1.5, "corpus_size": 1}),
        (["a"], {"vocab_freq_table": ["a"]}),
    ],
)
def test_skip_grams_refuse(tokens: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"skips|rank|start|vocab"):
        text.skip_gram_sample(tokens, **settings)


def test_skip_grams_of_a_vocabulary_file(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    path.write_text("and;40\nlife;8\nthe;30\nto;20\nuniverse;2\n", encoding="utf-8")
    words = ["the", "answer", "to", "life", "and", "universe"]
    sample: dict[str, Any] = {"vocab_freq_file": str(path), "vocab_delimiter": ";", "min_skips": 1, "max_skips": 1}
    tokens, _ = text.skip_gram_sample_with_text_vocab(words, vocab_min_count=3, **sample)
    assert decoded(tokens) == ["the", "to", "to", "life", "life", "and"]
    tokens, _ = text.skip_gram_sample_with_text_vocab(words, vocab_subsampling=1.0, **sample)
    assert decoded(tokens)[-1] == "universe"
    refused: tuple[dict[str, Any], ...] = (
        {"vocab_token_index": -1},
        {"vocab_freq_index": 0},
        {"vocab_freq_index": 2},
        {"vocab_subsampling": 0.5, "corpus_size": 99},
    )
    for wrong in refused:
        with pytest.raises(ValueError, match=r"index|columns|sum"):
            text.skip_gram_sample_with_text_vocab(words, **sample, **wrong)
    path.write_text("and;-1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="negative"):
        text.skip_gram_sample_with_text_vocab(words, **sample)


@only_on_tensorflow
def test_skip_grams_in_a_pipeline() -> None:
    import tensorflow as tf

    initializer = tf.lookup.KeyValueTensorInitializer(["a", "b", "c"], tf.constant([3, 2, 1]))
    table = tf.lookup.StaticHashTable(initializer, -1)
    for vocabulary in (table, {"a": 3, "b": 2, "c": 1}):

        def pairs(line: Any, vocabulary: Any = vocabulary) -> Any:
            words = tf.strings.split(line)
            return text.skip_gram_sample(words, 1, 1, vocab_freq_table=vocabulary, vocab_min_count=2)

        (tokens, labels), (none, _) = tf.data.Dataset.from_tensor_slices(["a x b c", "c"]).map(pairs)
        assert (decoded(tokens), decoded(labels), decoded(none)) == (["a", "b"], ["b", "a"], [])
    kept = skip_gram_ops._filter_input(tf.constant(["a", "x"]), table, None, None, None, None)
    assert decoded(kept) == ["a"]


@only_on_tensorflow
def test_a_graph_goes_on_in_its_stream() -> None:
    import tensorflow as tf

    def sample(words: Any) -> Any:
        return text.skip_gram_sample(words, seed=1)[1]

    words, graph = tf.range(100), tf.function(sample)
    first, second = decoded(graph(words)), decoded(graph(words))
    assert first != second
    assert first == decoded(text.skip_gram_sample(words, seed=1)[1])
