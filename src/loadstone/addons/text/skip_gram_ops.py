"""Skip-grams of sequences of tokens."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.addons.text.philox import Philox, get_seeds
from loadstone.addons.utils.errors import invalid_argument
from loadstone.addons.utils.values import array, call_on_host, is_tensorflow

if TYPE_CHECKING:
    from loadstone.addons.utils.types import AcceptableDTypes, Array, FloatTensorLike, Tensor, TensorLike

TOLERANCE = 1e-6  # by which a corpus may be smaller than the sum of its frequencies


def skip_gram_sample(
    input_tensor: TensorLike,
    min_skips: FloatTensorLike = 1,
    max_skips: FloatTensorLike = 5,
    start: FloatTensorLike = 0,
    limit: FloatTensorLike = -1,
    emit_self_as_target: bool = False,
    vocab_freq_table: Any = None,
    vocab_min_count: FloatTensorLike | None = None,
    vocab_subsampling: float | None = None,
    corpus_size: FloatTensorLike | None = None,
    seed: int | None = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Pair each token with its neighbours within a window of random size (Mikolov et al. 2013, arXiv:1301.3781).

    It is computed by NumPy: with values at hand, or by a callback from a TensorFlow graph (a ``tf.data`` pipeline
    too), but not in what JAX compiles. With the same ``seed``, and in TensorFlow the same global seed, each call has
    the numbers of the first one of TensorFlow Addons' operation; a graph goes on in their stream, as that one does.

    Args:
        input_tensor: tokens, (length,): integers or texts.
        min_skips: the smallest window: so many tokens to each side.
        max_skips: the largest one.
        start: the token to start with.
        limit: how many tokens to look at, from ``start``; -1 for all.
        emit_self_as_target: pair each token with itself as well.
        vocab_freq_table: frequencies of tokens, as a mapping or a ``tf.lookup.StaticHashTable``. Tokens that it does
            not have are left out before anything else.
        vocab_min_count: leave out tokens that are less frequent than this.
        vocab_subsampling: leave out tokens whose part of the corpus is larger than this, at random and the more often
            the larger it is (Mikolov et al. 2013, arXiv:1310.4546).
        corpus_size: the sum of all frequencies; goes with ``vocab_subsampling``.
        seed: seed of what is random.
        name: not used; operations have no names here.

    Returns:
        Tokens and labels, both (pairs,) in the dtype of ``input_tensor``. Texts are returned as NumPy arrays where the
        backend is not TensorFlow.

    Raises:
        ValueError: for tokens that are not of rank 1; windows that are negative or whose smallest is larger than the
            largest (in TensorFlow all these are ``InvalidArgumentError`` too); settings of a vocabulary without one;
            ``vocab_subsampling`` without ``corpus_size``, or the reverse; a table of another type.
    """
    del name
    if vocab_freq_table is None and not all(
        value is None for value in (vocab_min_count, vocab_subsampling, corpus_size)
    ):
        raise ValueError("vocab_min_count, vocab_subsampling and corpus_size need a vocab_freq_table")
    if (vocab_subsampling is None) != (corpus_size is None):
        raise ValueError(f"vocab_subsampling ({vocab_subsampling}) and corpus_size ({corpus_size}) go together")
    vocabulary = _Vocabulary(vocab_freq_table, vocab_subsampling, seed)
    windows = Philox(*get_seeds(seed))

    def sample(
        tokens: Array, frequencies: Array, min_count: Array, corpus_size: Array, *settings: Array
    ) -> tuple[Array, Array]:
        return _pairs(vocabulary.keep(tokens, frequencies, min_count, corpus_size), windows, *settings)

    of_tokens = vocabulary.arguments(input_tensor, vocab_min_count, corpus_size)
    settings = [min_skips, max_skips, start, limit, emit_self_as_target]
    dtype = _dtype_name(of_tokens[0])
    tokens, labels = call_on_host(sample, [*of_tokens, *settings], [dtype] * 2, [(None,)] * 2)
    return tokens, labels


def skip_gram_sample_with_text_vocab(
    input_tensor: TensorLike,
    vocab_freq_file: str,
    vocab_token_index: int = 0,
    vocab_token_dtype: AcceptableDTypes = "string",  # noqa: S107 - not a password
    vocab_freq_index: int = 1,
    vocab_freq_dtype: AcceptableDTypes = "float64",
    vocab_delimiter: str = ",",
    vocab_min_count: FloatTensorLike | None = None,
    vocab_subsampling: float | None = None,
    corpus_size: FloatTensorLike | None = None,
    min_skips: FloatTensorLike = 1,
    max_skips: FloatTensorLike = 5,
    start: FloatTensorLike = 0,
    limit: FloatTensorLike = -1,
    emit_self_as_target: bool = False,
    seed: int | None = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Do `skip_gram_sample` with the frequencies of a text file, one token a line.

    Args:
        input_tensor: tokens, (length,): integers or texts.
        vocab_freq_file: path of the file.
        vocab_token_index: the column of the tokens.
        vocab_token_dtype: their dtype.
        vocab_freq_index: the column of their frequencies.
        vocab_freq_dtype: the dtype of those.
        vocab_delimiter: what stands between columns.
        vocab_min_count: as in `skip_gram_sample`.
        vocab_subsampling: as there.
        corpus_size: as there, but the sum of the file's frequencies unless it is given.
        min_skips: as there.
        max_skips: as there.
        start: as there.
        limit: as there.
        emit_self_as_target: as there.
        seed: as there.
        name: as there.

    Raises:
        ValueError: for columns that are negative, the same, or not in the file; a negative frequency; a
            ``corpus_size`` below their sum; and what `skip_gram_sample` refuses.
    """
    if min(vocab_token_index, vocab_freq_index) < 0:
        raise ValueError(f"{vocab_token_index=} and {vocab_freq_index=} must not be negative")
    if vocab_token_index == vocab_freq_index:
        raise ValueError(f"vocab_token_index and vocab_freq_index must differ, but both are {vocab_token_index}")
    token_type, frequency_type = (_scalar_type(dtype) for dtype in (vocab_token_dtype, vocab_freq_dtype))
    table: dict[Any, Any] = {}
    total = 0.0
    with Path(vocab_freq_file).open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=vocab_delimiter):
            if max(vocab_token_index, vocab_freq_index) >= len(row):
                raise ValueError(f"no columns {vocab_token_index} and {vocab_freq_index} in the vocabulary's {row}")
            frequency = frequency_type(row[vocab_freq_index])
            if frequency < 0:
                raise ValueError(f"the frequency in the vocabulary's {row} is negative")
            total += frequency
            table[token_type(row[vocab_token_index])] = frequency
    if not corpus_size:
        corpus_size = total
    elif total - corpus_size > TOLERANCE:
        raise ValueError(f"{corpus_size=} is less than the sum of the frequencies in {vocab_freq_file}, {total}")
    return skip_gram_sample(
        input_tensor,
        min_skips=min_skips,
        max_skips=max_skips,
        start=start,
        limit=limit,
        emit_self_as_target=emit_self_as_target,
        vocab_freq_table=table,
        vocab_min_count=vocab_min_count,
        vocab_subsampling=vocab_subsampling,
        corpus_size=None if vocab_subsampling is None else corpus_size,
        seed=seed,
        name=name,
    )


def _filter_input(
    input_tensor: TensorLike,
    vocab_freq_table: Any,
    vocab_min_count: FloatTensorLike | None,
    vocab_subsampling: float | None,
    corpus_size: FloatTensorLike | None,
    seed: int | None,
) -> Tensor:
    """Return the tokens that a vocabulary keeps; TensorFlow Addons' tests call it."""
    vocabulary = _Vocabulary(vocab_freq_table, vocab_subsampling, seed)
    values = vocabulary.arguments(input_tensor, vocab_min_count, corpus_size)
    (kept,) = call_on_host(lambda *values: [vocabulary.keep(*values)], values, [_dtype_name(values[0])], [(None,)])
    return kept


class _Vocabulary:
    """Which tokens are kept: those with a frequency, which is no less than the least, and not too large a part."""

    def __init__(self, table: Any, subsampling: float | None, seed: int | None) -> None:
        if table is not None and not isinstance(table, Mapping) and not hasattr(table, "lookup"):
            raise ValueError(f"vocab_freq_table must be a mapping or a StaticHashTable, not {type(table).__name__}")
        if subsampling and not 0 <= subsampling <= 1:
            raise ValueError(f"vocab_subsampling must be within [0, 1], not {subsampling}")
        self._table = table
        self._subsampling = subsampling or 0.0
        self._random = Philox(*get_seeds(seed)) if subsampling else None

    def arguments(self, tokens: TensorLike, min_count: Any, corpus_size: Any) -> list[Any]:
        """Return the arguments of `keep`."""
        tokens = tokens if is_tensorflow(tokens) else array(tokens)
        if isinstance(self._table, Mapping) or self._table is None:
            frequencies: Any = np.zeros(0)
        else:  # a table of TensorFlow's can be asked in a graph
            frequencies = self._table.lookup(tokens)
        return [
            tokens,
            frequencies,
            -np.inf if min_count is None else min_count,
            0.0 if corpus_size is None else corpus_size,
        ]

    def keep(self, tokens: Array, frequencies: Array, min_count: Array, corpus_size: Array) -> Array:
        """Return the tokens (length,) that are kept."""
        if self._table is None:
            return tokens
        if isinstance(self._table, Mapping):
            table = {_key(token): frequency for token, frequency in self._table.items()}
            found = [table.get(_key(token)) for token in tokens]
            is_kept = np.array([frequency is not None for frequency in found], "bool")
            frequencies = np.array([0 if frequency is None else frequency for frequency in found])
        else:
            is_kept = frequencies != array(self._table.default_value)
        if np.isfinite(min_count):
            is_kept &= frequencies >= min_count.astype(frequencies.dtype)
        tokens, frequencies = tokens[is_kept], frequencies[is_kept].astype("float64")
        if self._random is None:
            return tokens
        threshold = self._subsampling * float(corpus_size)
        with np.errstate(divide="ignore"):  # what never occurs is always kept
            probability = (np.sqrt(frequencies / threshold) + 1.0) * (threshold / frequencies)
        return tokens[self._random.uniform(len(tokens)) <= probability]


def _pairs(
    tokens: Array, random: Philox, min_skips: Array, max_skips: Array, start: Array, limit: Array, emit_self: Array
) -> tuple[Array, Array]:
    """Return the tokens and labels of all pairs."""
    if tokens.ndim != 1:
        raise invalid_argument("input_tensor must be of rank 1")
    if min(min_skips, max_skips) < 0:
        raise invalid_argument("Both min_skips and max_skips must be >= 0.")
    if min_skips > max_skips:
        raise invalid_argument("min_skips must be <= max_skips.")
    if start < 0:
        raise invalid_argument("start must be >= 0.")
    tokens = tokens[int(start) :] if limit < 0 else tokens[int(start) : int(start + limit)]
    windows = int(min_skips) + random.integers(int(max_skips - min_skips) + 1, len(tokens))
    pairs = [
        (position, other)
        for position, window in enumerate(windows)
        for other in range(max(0, position - window), min(len(tokens), position + window + 1))
        if emit_self or other != position
    ]
    positions = np.array(pairs, "int64").reshape(-1, 2)
    return tokens[positions[:, 0]], tokens[positions[:, 1]]


def _key(token: Any) -> Any:
    """Return what a token is looked up by: a text by its bytes."""
    return token.encode() if isinstance(token, str) else token


def _scalar_type(dtype: AcceptableDTypes) -> Any:
    """Return the type that makes a value of a column's text."""
    name = getattr(dtype, "name", dtype)
    return str.encode if name in {"string", "str", str, bytes} else np.dtype(name).type


def _dtype_name(tokens: Any) -> str:
    name = getattr(tokens.dtype, "name", None)
    return "string" if name == "string" or getattr(tokens.dtype, "kind", "") in {"O", "S", "U"} else str(name)
