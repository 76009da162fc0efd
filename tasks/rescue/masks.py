"""Masks on their way through a graph: merged, ended, beside initial states, and what attention makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.rescue.case import Case, NotInThisRelease, available, tf_keras, tokens

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def _masked(release: Release, count: int) -> tuple[list[Any], list[Any]]:
    """Inputs of tokens, and what Embeddings with masks make of them."""
    layers = release.keras.layers
    inputs = [layers.Input((6,), name=f"words_{letter}") for letter in "abc"[:count]]
    return inputs, [layers.Embedding(10, 4, mask_zero=True)(each) for each in inputs]


def _words(count: int) -> Any:
    return lambda generator: [tokens(generator, 6).astype("float32") for _ in range(count)]


def masks_merged(release: Release) -> Any:
    """Masked sequences merged with ones of other masks, and of none."""
    keras, layers = release.keras, release.keras.layers
    inputs, (a, b, c) = _masked(release, 3)
    plain = layers.Conv1D(4, 1)(c)
    outputs = []
    for name in ("Add", "Multiply", "Average", "Maximum", "Concatenate"):
        layer = getattr(layers, name)
        outputs += [layers.LSTM(2)(layer()(given)) for given in ([a, b], [a, plain], [a, b, c])]
    for name in available(layers, "Subtract", "Minimum"):
        outputs += [layers.LSTM(2)(name()(given)) for given in ([a, b], [plain, b])]
    for name in available(layers, "Multiply", "Maximum", "Minimum"):
        outputs += [layers.LSTM(2)(layers.Conv1D(2, 2)(name()(given))) for given in ([a, b], [a, plain], [a, a])]
    outputs.append(layers.LSTM(2)(layers.Concatenate(axis=1)([a, b])))
    outputs.append(layers.LSTM(2)(layers.Add()([a, layers.Dropout(0.2)(a)])))
    return keras.models.Model(inputs, layers.Dense(3)(layers.Concatenate()(outputs)))


def masks_ended(release: Release) -> Any:
    """Layers that handed on no mask, or did so from some release on."""
    keras, layers = release.keras, release.keras.layers
    inputs, (a,) = _masked(release, 1)
    old = getattr(getattr(layers, "experimental", None), "preprocessing", None)
    outputs = [layers.LSTM(2)(layers.Dense(3)(a))]
    for place in (layers, old):
        outputs += [layers.LSTM(2)(layer(0.5)(a)) for layer in available(place, "Rescaling")]
    outputs += [layers.LSTM(2)(layer()(a)) for layer in available(layers, "Identity", "ReLU", "LeakyReLU")]
    inner = keras.models.Sequential([layers.Dense(3, input_shape=(6, 4)), *[x() for x in available(layers, "ReLU")]])
    outputs += [layers.LSTM(2)(inner(a)), layers.LSTM(2)(layers.TimeDistributed(layers.Dense(2))(a))]
    return keras.models.Model(inputs, layers.Dense(3)(layers.Concatenate()(outputs)))


def masks_beside_states(release: Release) -> Any:
    """Decoders with an initial state, whose inputs are masked too."""
    keras, layers = release.keras, release.keras.layers
    inputs, (a, b) = _masked(release, 2)
    _, *states = layers.LSTM(3, return_state=True)(a)
    _, state = layers.GRU(3, return_state=True)(a)
    x = layers.LSTM(3, return_sequences=True)(b, initial_state=states)
    y = layers.GRU(3)(b, initial_state=state)
    z = layers.Bidirectional(layers.GRU(3, return_sequences=True))(b, initial_state=[state, y])
    outputs = [y, layers.LSTM(2)(x), layers.LSTM(2)(z)]
    return keras.models.Model(inputs, layers.Dense(3)(layers.Concatenate()(outputs)))


def masks_of_attention(release: Release) -> Any:
    """Attention to masked sequences, and pooling of what it gives."""
    keras, layers = release.keras, release.keras.layers
    inputs, (a, b) = _masked(release, 2)
    attended = [layer()([a, b]) for layer in available(layers, "Attention", "AdditiveAttention")]
    attended += [layer(2, 3)(a, b) for layer in available(layers, "MultiHeadAttention")]
    attended += [layer(2, 3)(b, b) for layer in available(layers, "MultiHeadAttention")]
    if not attended:
        raise NotInThisRelease("the release has no attention")
    attended += [layers.Add()([b, each]) for each in attended]
    outputs = [layers.LSTM(2)(each) for each in attended]
    outputs += [layers.GlobalAveragePooling1D()(each) for each in attended]
    return keras.models.Model(inputs, layers.Dense(3)(layers.Concatenate()(outputs)))


def learned_positions(release: Release) -> Any:
    """An embedding of positions, which are counted and no input of the model."""
    tf_keras(release)
    keras, layers, tensorflow = release.keras, release.keras.layers, release.tensorflow
    words = layers.Input((6,), name="words")
    places = tensorflow.range(start=0, limit=tensorflow.shape(words)[-1], delta=1)
    x = layers.Embedding(10, 4)(words) + layers.Embedding(6, 4)(places)
    return keras.models.Model(words, layers.Dense(3)(layers.Flatten()(x)))


CASES = (
    Case(masks_merged, inputs=_words(3)),
    Case(masks_ended, inputs=_words(1)),
    Case(masks_beside_states, inputs=_words(2)),
    Case(masks_of_attention, inputs=_words(2)),
    Case(learned_positions, inputs=lambda generator: [generator.randint(0, 10, (3, 6)).astype("float32")]),
)
