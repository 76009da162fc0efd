"""Why a TensorFlow function has no counterpart in `keras.ops`: one table, by name or by the name's beginning.

A name is looked up as it is, then without ``compat.v1.``, then by the longest beginning that ends in a star.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT = "it works on strings, which are no tensors of Keras 3"
_FILES = "it reads or writes files and encoded bytes"
_CHECK = "it checks values while the model runs, or prints them, and gives none"
_RANDOM = "it draws random numbers of a kind that no layer of Keras 3 draws"
_RAGGED = "it gives or takes ragged or sparse tensors, which the graphs of Keras 3 do not hold"
_OPEN = "its result is as long as the values say, for which the graphs of Keras 3 have no shape"
_CODE = "it calls a function of the author's, which the file does not hold"
_COMPILER = "it is a part of TensorFlow's compiler or of its runtime for many devices"
_STATE = "it uses state or weights that no file of the model holds for it"
_NOTHING = "nothing in Keras 3 computes it"
_PARTS = "tf.keras stores the functions that it calls, under their own names"
_LOST = "tf.keras saves the first of its arguments only"
_NUMBERS = "it computes with quantized integers"

ABSENT: Mapping[str, str] = MappingProxyType({
    "strings.*": _TEXT, "string_split": _TEXT, "substr": _TEXT, "edit_distance": _TEXT, "fingerprint": _TEXT,
    "io.*": _FILES, "audio.*": _FILES, "decode_raw": _FILES, "image.adjust_jpeg_quality": _FILES,
    "image.*jpeg_quality": _FILES, "image.random_jpeg_quality": _FILES, "image.stateless_random_jpeg_quality": _FILES,
    "d_tensor_restore_v2": _FILES, "train.*": _STATE,
    "debugging.*": _CHECK, "Print": _CHECK, "print": _CHECK, "no_op": _CHECK, "timestamp": _CHECK,
    "random.*": _RANDOM, "image.random_*": _RANDOM, "image.stateless_*": _RANDOM, "random_index_shuffle": _RANDOM,
    "image.sample_distorted_bounding_box": _RANDOM, "nn.fractional_*": _RANDOM, "nn.compute_accidental_hits": _RANDOM,
    "nn.nce_loss": _RANDOM, "nn.sampled_softmax_loss": _RANDOM, "nn.experimental.general_dropout": _RANDOM,
    "math.sobol_sample": _RANDOM, "image.extract_glimpse": _RANDOM,
    "ragged.*": _RAGGED, "ragged_*": _RAGGED, "sets.*": _RAGGED, "sparse.*": _RAGGED, "sparse_to_dense": _RAGGED,
    "__operators__.ragged_getitem": _RAGGED, "nn.embedding_lookup_sparse": _RAGGED,
    "nn.safe_embedding_lookup_sparse": _RAGGED, "nn.ctc_*": _RAGGED, "keras.backend.to_dense": _RAGGED,
    "keras.backend.ctc_*": _RAGGED,
    "unique": _OPEN, "unique_with_counts": _OPEN, "dynamic_partition": _OPEN, "setdiff1d": _OPEN,
    "image.non_max_suppression*": _OPEN, "image.combined_non_max_suppression": _OPEN, "nn.collapse_repeated": _OPEN,
    "image.generate_bounding_box_proposals": _OPEN, "broadcast_dynamic_shape": _PARTS, "broadcast_static_shape": _PARTS,
    "case": _CODE, "cond": _CODE, "foldl": _CODE, "foldr": _CODE, "scan": _CODE, "map_fn": _CODE,
    "vectorized_map": _CODE, "py_func": _CODE, "py_function": _CODE, "numpy_function": _CODE, "while_loop": _CODE,
    "nn.*rnn": _CODE, "nn.with_space_to_batch": _CODE, "keras.backend.rnn": _CODE,
    "linalg.experimental.conjugate_gradient": _CODE,
    "xla_*": _COMPILER, "conv": _COMPILER, "conv2d_backprop_*": _COMPILER, "copy_to_mesh*": _COMPILER,
    "relayout*": _COMPILER, "d_tensor_*": _COMPILER, "configure_*": _COMPILER, "shutdown_*": _COMPILER,
    "approx_top_k": _COMPILER, "math.approx_*": _COMPILER, "parallel_stack": _COMPILER,
    "nn.conv2d_backprop_*": _COMPILER, "nn.conv3d_backprop_*": _COMPILER, "nn.depthwise_conv2d_backprop_*": _COMPILER,
    "compat.v1.nn.ctc_loss": _RAGGED,
    "quantize_and_dequantize_v4": _NUMBERS, "nn.quantized_*": _NUMBERS, "quantize_v2": _NUMBERS, "quantization.*": _NUMBERS,
    "math.special.*": _NOTHING, "math.igamma*": _NOTHING, "math.polygamma": _NOTHING, "math.zeta": _NOTHING,
    "math.betainc": _NOTHING, "linalg.eig": _NOTHING, "linalg.eigvals": _NOTHING, "linalg.eigh_tridiagonal": _NOTHING,
    "linalg.lu*": _NOTHING, "linalg.sqrtm": _NOTHING, "linalg.tridiagonal_solve": _NOTHING, "bitcast": _NOTHING,
    "signal.*": _NOTHING, "fftnd": _NOTHING, "ifftnd": _NOTHING, "rfftnd": _NOTHING, "irfftnd": _NOTHING,
    "extract_volume_patches": _NOTHING, "image.draw_bounding_boxes": _NOTHING, "image.ssim_multiscale": _NOTHING,
    "nn.isotonic_regression": _NOTHING, "nn.max_pool_with_argmax": _NOTHING,
    "nn.atrous_conv2d_transpose": _NOTHING,
    "meshgrid": _LOST, "nn.atrous_conv2d": _PARTS, "nn.batch_normalization": _PARTS, "nn.moments": _PARTS,
    "linalg.matvec": _PARTS, "linalg.logdet": _PARTS, "keras.*": _PARTS, "losses.*": _PARTS, "image.image_gradients": _PARTS, "image.sobel_edges": _PARTS,
    "image.total_variation": _PARTS, "image.resize_image_with_pad": _PARTS, "nn.normalize_moments": _PARTS,
    "nn.scale_regularization_loss": _PARTS, "nn.batch_norm_with_global_normalization": _PARTS, "shape_n": _PARTS,
    "nn.space_to_batch": _PARTS, "data.*": _CODE, "summary.*": _CHECK, "distribute.*": _COMPILER,
    "experimental.*": _PARTS, "clip_by_average_norm": _PARTS,
})  # fmt: skip


def why_absent(function: str) -> str | None:
    """The reason that a stored function has no counterpart, None when the table does not know it."""
    if function in ABSENT:
        return ABSENT[function]
    function = function.removeprefix("compat.v1.").removeprefix("compat.v2.")
    if function in ABSENT:
        return ABSENT[function]
    fitting = [pattern for pattern in ABSENT if "*" in pattern and _fits(pattern, function)]
    return ABSENT[max(fitting, key=len)] if fitting else None


def _fits(pattern: str, function: str) -> bool:
    before, _, after = pattern.partition("*")
    return function.startswith(before) and function.endswith(after) and len(function) >= len(before) + len(after)
