"""Text: conditional random fields, skip-grams and times."""

from __future__ import annotations

from loadstone.addons.text import crf
from loadstone.addons.text.crf import (
    CrfDecodeForwardRnnCell,
    crf_binary_score,
    crf_constrained_decode,
    crf_decode,
    crf_decode_backward,
    crf_decode_forward,
    crf_filtered_inputs,
    crf_forward,
    crf_log_likelihood,
    crf_log_norm,
    crf_multitag_sequence_score,
    crf_sequence_score,
    crf_unary_score,
    viterbi_decode,
)
from loadstone.addons.text.crf_wrapper import CRFModelWrapper
from loadstone.addons.text.parse_time_op import parse_time
from loadstone.addons.text.skip_gram_ops import skip_gram_sample, skip_gram_sample_with_text_vocab

__all__ = [
    "CRFModelWrapper",
    "CrfDecodeForwardRnnCell",
    "crf",
    "crf_binary_score",
    "crf_constrained_decode",
    "crf_decode",
    "crf_decode_backward",
    "crf_decode_forward",
    "crf_filtered_inputs",
    "crf_forward",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_multitag_sequence_score",
    "crf_sequence_score",
    "crf_unary_score",
    "parse_time",
    "skip_gram_sample",
    "skip_gram_sample_with_text_vocab",
    "viterbi_decode",
]
