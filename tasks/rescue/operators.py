"""Functions on tensors inside models, which tf.keras wraps in layers of its own; and operators of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.rescue.case import Case, NotInThisRelease, floats, tf_keras, tokens, wanted

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def python_operators(release: Release) -> Any:
    """Arithmetic, comparison and slices."""
    if release.keras.__name__ == "keras" and not release.is_keras_3:
        raise NotInThisRelease("layers take no operators")
    keras, layers = release.keras, release.keras.layers
    a, b = layers.Input((4, 3), name="a"), layers.Input((4, 3), name="b")
    x = a + b * 2.0 - 1.0 / (b * b + 1.0)
    x = -x + 3.0 - abs(a)
    x = x**2 / 2.0
    x = layers.Concatenate()([x[:, 1:], x[:, :-1], x[:, ::-1][:, :3], 1.0 - a[:, 0:3]])
    x = x[..., 2:9]
    return keras.models.Model([a, b], layers.Dense(2)(layers.Flatten()(x)))


def tensor_arithmetic(release: Release) -> Any:
    """Functions of ``tf.math``."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    features = layers.Input((5,), name="features")
    x = layers.Dense(6)(features)
    y = tf.sqrt(tf.abs(x) + 1.0) * tf.exp(-tf.square(x)) + tf.math.log(tf.maximum(x, 0.1))
    z = tf.minimum(x, y) + tf.math.divide(x, tf.add(tf.abs(y), 1.0)) - tf.pow(y, 2.0)
    r = tf.sin(x) + tf.cos(y) + tf.tanh(z) + tf.sigmoid(x) + tf.math.erf(y) + tf.floor(z) + tf.sign(x)
    s = tf.where(tf.greater(x, 0.0), y, z) + tf.clip_by_value(x, -0.5, 0.5) + tf.cast(x > y, tf.float32)
    means = [tf.reduce_mean(r, axis=1), tf.reduce_sum(s, 1), tf.reduce_max(r, axis=-1), tf.reduce_min(s, axis=[1])]
    wide = tf.concat([tf.stack(means, axis=1), r, s, tf.math.l2_normalize(z, axis=1)], 1)
    return keras.models.Model(features, layers.Dense(2)(wide))


def tensor_shapes(release: Release) -> Any:
    """Functions that reshape, gather, split and pad; with shapes known when the model runs only."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    series = layers.Input((6, 4), name="series")
    x = tf.transpose(series, [0, 2, 1])
    x = tf.reshape(x, [-1, 4, 2, 3])
    left, right = tf.split(x, 2, axis=2)
    x = tf.squeeze(tf.concat([right, left], axis=-1), axis=2)
    x = tf.pad(x, [[0, 0], [1, 0], [0, 1]])
    x = tf.tile(tf.expand_dims(x, 1), [1, 2, 1, 1])
    x = tf.gather(x, [2, 0, 1], axis=2)
    first, second = tf.unstack(x, axis=1)
    x = tf.reverse(first, axis=[1]) * tf.ones_like(second) + tf.zeros_like(first)
    x = tf.reshape(x, [tf.shape(x)[0], 3 * 7])
    return keras.models.Model(series, layers.Dense(2)(x))


def tensor_products(release: Release) -> Any:
    """Attention as people wrote it: products, a softmax, equations, one-hot positions."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    series = layers.Input((5, 6), name="series")
    query, key, value = (layers.Dense(6, name=name)(series) for name in ("query", "key", "value"))
    scores = tf.matmul(query, key, transpose_b=True) / 2.4
    weights = tf.nn.softmax(scores, axis=-1)
    x = tf.matmul(weights, value)
    x = x + tf.nn.relu(series) + tf.nn.elu(x) + tf.nn.leaky_relu(x, alpha=0.1)
    x = layers.Dense(4)(x)
    norm = tf.norm(x, axis=-1, keepdims=True)
    return keras.models.Model(series, layers.Flatten()(x / (norm + 1.0)))


def tensor_equations(release: Release) -> Any:
    """``tf.einsum`` and its like, which TensorFlow 2.15 cannot load again itself."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    series = layers.Input((5, 6), name="series")
    heads = tf.reshape(layers.Dense(6)(series), (-1, 5, 2, 3))
    x = tf.einsum("bihd,bjhd->bhij", heads, heads)
    x = tf.einsum("bhij->bijh", x)
    x = tf.tensordot(x, tf.constant([[1.0, 2.0], [0.5, -1.0]]), axes=[[3], [0]])
    return keras.models.Model(series, layers.Flatten()(x))


def images_of_tensors(release: Release) -> Any:
    """Functions of ``tf.image`` and ``tf.nn`` on images."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    image = layers.Input((8, 8, 4), name="image")
    x = tf.image.resize(image, (12, 10))
    x = tf.nn.max_pool2d(x, 2, 2, "VALID")
    x = tf.nn.avg_pool2d(x, 2, 1, "SAME")
    x = tf.nn.depth_to_space(layers.Conv2D(4, 1)(x), 2)
    x = tf.image.flip_left_right(x)
    x = tf.nn.space_to_depth(x, 2)
    return keras.models.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def backend_functions(release: Release) -> Any:
    """Functions of ``keras.backend``, called outside of a Lambda layer."""
    tf_keras(release)
    keras, layers, backend = release.keras, release.keras.layers, release.keras.backend
    series = layers.Input((5, 6), name="series")
    x = layers.Dense(4)(series)
    x = backend.mean(x, axis=1, keepdims=True) + backend.sum(x, axis=1, keepdims=True)
    x = backend.l2_normalize(x, axis=-1) * backend.exp(x)
    x = backend.concatenate([x, backend.relu(x), backend.softmax(x)], axis=-1)
    x = backend.squeeze(x, axis=1)
    return keras.models.Model(series, layers.Dense(2)(backend.clip(x, -2.0, 2.0)))


def functions_of_tokens(release: Release) -> Any:
    """Integers: a mask, one-hot codes, comparison, an embedding by gathering."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    words = layers.Input((6,), dtype="int32", name="words")
    mask = tf.cast(tf.not_equal(words, 0), tf.float32)
    codes = tf.one_hot(words, 10) * mask[:, :, tf.newaxis]
    total = tf.reduce_sum(codes, axis=1) / tf.reduce_sum(mask, axis=1, keepdims=True)
    best = tf.cast(tf.argmax(codes, axis=-1), tf.float32)
    return keras.models.Model(words, layers.Dense(2)(tf.concat([total, best], axis=-1)))


def _words(generator: Any) -> list[Any]:
    return [tokens(generator, 6)]


def operations_of_keras_3(release: Release) -> Any:
    """``keras.ops`` inside a model."""
    if not release.is_keras_3:
        raise NotInThisRelease("Keras 3 only")
    keras, layers, ops = release.keras, release.keras.layers, release.keras.ops
    series = layers.Input((6, 4), name="series")
    x = ops.transpose(series, (0, 2, 1))
    x = ops.reshape(x, (-1, 4, 2, 3))
    left, right = ops.split(x, 2, axis=2)
    x = ops.squeeze(ops.concatenate([right, left], axis=-1), axis=2)
    x = ops.pad(x, ((0, 0), (1, 0), (0, 1)))
    x = ops.einsum("bij,bkj->bik", x, x)
    x = ops.where(ops.greater(x, 0.0), ops.log(ops.abs(x) + 1.0), ops.softmax(x, axis=-1))
    x = ops.mean(x, axis=1) + ops.max(x, axis=-1) - ops.sum(x[:, 1:3], axis=1)
    return keras.models.Model(series, layers.Dense(2)(x))


def slices_with_tensors(release: Release) -> Any:
    """Indices that are tensors themselves, and a new axis."""
    tf_keras(release)
    keras, layers, tf = release.keras, release.keras.layers, release.tensorflow
    wanted(tf, "gather")
    series = layers.Input((6, 4), name="series")
    last = series[:, -1, :]
    middle = series[:, 1:5:2, tf.newaxis, 0]
    steps = tf.reshape(middle, (-1, 2))
    x = tf.concat([last, steps, series[:, 0, 1:3]], axis=-1)
    batch = tf.shape(series)[0]
    x = tf.slice(x, [0, 1], [-1, 6]) + tf.zeros([batch, 6])
    return keras.models.Model(series, layers.Dense(2)(x))


def _pair(generator: Any) -> list[Any]:
    return [floats(generator, 4, 3), floats(generator, 4, 3)]


CASES = (
    Case(python_operators, inputs=_pair),
    Case(tensor_arithmetic),
    Case(tensor_shapes),
    Case(tensor_products),
    Case(tensor_equations),
    Case(images_of_tensors),
    Case(backend_functions),
    Case(functions_of_tokens, inputs=_words),
    Case(operations_of_keras_3),
    Case(slices_with_tensors),
)
