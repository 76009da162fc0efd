"""Calls of TensorFlow's functions on symbolic tensors, as expressions; the text between two bars is one case.

The names in them are `tf`, `K` (keras.backend), `np` and the inputs of `tasks.operators.inputs`. A release that lacks a
function, or cannot put it into a model, leaves its case out.
"""

from __future__ import annotations

import re

from tasks.operators.cases_absent import ABSENT
from tasks.operators.cases_arrays import ARRAYS
from tasks.operators.cases_linalg import BACKEND, LINALG, OTHER, SIGNAL
from tasks.operators.cases_math import MATH
from tasks.operators.cases_nn import IMAGE, NN


def _cases(text: str) -> tuple[str, ...]:
    parts = (part for line in text.strip().splitlines() for part in re.split(r"(?<!\\)\|", line))
    return tuple(part.replace("\\|", "|") for part in parts)


#: The cases of each group; those of the last one cannot be rebuilt.
CASES: dict[str, tuple[str, ...]] = {
    "math": _cases(MATH),
    "arrays": _cases(ARRAYS),
    "nn": _cases(NN),
    "image": _cases(IMAGE),
    "linalg": _cases(LINALG),
    "signal": _cases(SIGNAL),
    "backend": _cases(BACKEND),
    "other": _cases(OTHER),
    "absent": _cases(ABSENT),
}

#: What Keras 3 has nothing for where the nodes are stored that a call consists of, as before TensorFlow 2.4.
NOT_AS_NODES = frozenset(
    {
        "tf.math.bincount(i, minlength=4, maxlength=4, axis=-1)",
        "tf.repeat(s, [1, 0, 2], axis=1)",
        "tf.dynamic_stitch([[0, 2], [1]], [s[0, :2], s[0, 2:]])",
        "s[:, n[0, 0]]",
        'tf.linalg.tridiagonal_matmul([w[:, :3], v[:, :3], w[:, :3]], r, diagonals_format="sequence")',
        "tf.tensordot(s, t, [[1, 2], [1, 2]])",
        "tf.math.cumulative_logsumexp(s, axis=1, exclusive=True)",
        "tf.math.confusion_matrix(i[0], i[1], num_classes=3)",
        "tf.repeat(s, 2, axis=1)",
        "tf.rank(s)",
        "tf.case([(tf.reduce_sum(v) > 0.0, lambda: v)], default=lambda: w)",
        "tf.nn.sufficient_statistics(s, [1])[:3]",
        "tf.image.rot90(img)",
        "tf.image.rot90(img, k=3)",
        "tf.image.rot90(img, 2)",
        "K.switch(f, s, t)",
        "tf.signal.rfft2d(s)",
        "tf.signal.frame(wave, frame_length=10, frame_step=6, pad_end=True, pad_value=0.5)",
        "tf.signal.stft(wave, 8, 4, pad_end=True)",
        "tf.signal.irfft2d(tf.complex(s, t))",
        "tf.sets.size(tf.sparse.from_dense(i))",
        "tf.sparse.to_dense(tf.sparse.from_dense(i))",
    }
)

#: What the nodes tell, and what tf.keras does not save of a call from TensorFlow 2.4 on.
AS_NODES = frozenset(
    {
        'tf.einsum("bij,bkj->bik", s, t)',
        'tf.einsum("bij->bji", s)',
        'tf.einsum("bij,j->bi", s, [1.0, 2.0, 3.0, 4.0])',
    }
)
