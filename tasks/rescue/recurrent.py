"""Recurrent layers in every setting, wrappers, attention, and the networks that are made of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.rescue.case import Case, NotInThisRelease, available, floats, tokens, wanted

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def lstm_settings(release: Release) -> Any:
    """LSTMs with each argument once away from its default."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((6, 4), name="series")
    x = layers.LSTM(4, return_sequences=True, activation="relu", recurrent_activation="hard_sigmoid")(series)
    x = layers.LSTM(4, return_sequences=True, unit_forget_bias=False, implementation=1)(x)
    x = layers.LSTM(4, return_sequences=True, use_bias=False, implementation=2)(x)
    x = layers.LSTM(4, return_sequences=True, go_backwards=True, dropout=0.1, recurrent_dropout=0.2)(x)
    x = layers.LSTM(4, return_sequences=True, unroll=True, recurrent_initializer="glorot_uniform")(x)
    x = layers.LSTM(3, kernel_constraint="max_norm", recurrent_regularizer="l2", bias_initializer="ones")(x)
    return keras.models.Model(series, layers.Dense(2)(x))


def gru_settings(release: Release) -> Any:
    """GRUs with the reset gate before and after, and other settings."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((6, 4), name="series")
    x = layers.GRU(4, return_sequences=True, reset_after=True)(series)
    x = layers.GRU(4, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid")(x)
    x = layers.GRU(4, return_sequences=True)(x)
    x = layers.GRU(4, return_sequences=True, use_bias=False, go_backwards=True, implementation=1)(x)
    x = layers.GRU(3, unroll=True, implementation=2)(x)
    return keras.models.Model(series, layers.Dense(2)(x))


def simple_rnn_settings(release: Release) -> Any:
    """SimpleRNNs."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((6, 4), name="series")
    x = layers.SimpleRNN(4, return_sequences=True)(series)
    x = layers.SimpleRNN(4, return_sequences=True, activation="relu", use_bias=False, go_backwards=True)(x)
    return keras.models.Model(series, layers.SimpleRNN(3, unroll=True)(x))


def rnn_of_cells(release: Release) -> Any:
    """RNN layers over cells, and over lists of cells."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((5, 4), name="series")
    x = layers.RNN(layers.LSTMCell(4), return_sequences=True)(series)
    x = layers.RNN(layers.GRUCell(4), return_sequences=True, go_backwards=True)(x)
    x = layers.RNN(layers.SimpleRNNCell(4, activation="relu"), return_sequences=True)(x)
    x = layers.RNN([layers.LSTMCell(3), layers.LSTMCell(4)], return_sequences=True)(x)
    x = layers.RNN(layers.StackedRNNCells([layers.GRUCell(3), layers.SimpleRNNCell(4)]))(x)
    return keras.models.Model(series, layers.Dense(2)(x))


def stateful_rnn(release: Release) -> Any:
    """Stateful layers with a batch size of their own."""
    keras, layers = release.keras, release.keras.layers
    return keras.models.Sequential(
        [
            layers.LSTM(4, stateful=True, return_sequences=True, batch_input_shape=(3, 5, 2))
            if not release.is_keras_3
            else _stateful_input(keras, layers),
            layers.GRU(3, stateful=True),
            layers.Dense(1),
        ]
    )


def _stateful_input(keras: Any, layers: Any) -> Any:
    series = layers.Input(batch_shape=(3, 5, 2))
    return keras.models.Model(series, layers.LSTM(4, stateful=True, return_sequences=True)(series))


def returned_states(release: Release) -> Any:
    """Layers that give their states, and layers that begin with them."""
    keras, layers = release.keras, release.keras.layers
    source, target = layers.Input((5, 3), name="source"), layers.Input((4, 3), name="target")
    _, hidden, carried = layers.LSTM(4, return_state=True, name="encoder")(source)
    decoded, last, _ = layers.LSTM(4, return_sequences=True, return_state=True, name="decoder")(
        target, initial_state=[hidden, carried]
    )
    _, state = layers.GRU(4, return_state=True, name="gru_encoder")(decoded)
    x = layers.GRU(4, return_sequences=True, name="gru_decoder")(target, initial_state=state)
    summary = layers.Concatenate()([last, state])
    return keras.models.Model([source, target], [layers.Dense(2)(x), layers.Dense(2)(summary)])


def time_major(release: Release) -> Any:
    """Layers with the time before the batch."""
    keras, layers = release.keras, release.keras.layers
    if release.is_keras_3 or release.keras.__name__ == "keras":
        raise NotInThisRelease("of tf.keras only")
    series = layers.Input(batch_shape=(5, 3, 4), name="series")
    x = layers.LSTM(4, return_sequences=True, time_major=True)(series)
    x = layers.GRU(3, return_sequences=True, time_major=True)(x)
    return keras.models.Model(series, layers.RNN(layers.LSTMCell(3), return_sequences=True, time_major=True)(x))


def _time_major(generator: Any) -> list[Any]:
    return [generator.normal(size=(5, 3, 4)).astype("float32")]


def cudnn_layers(release: Release) -> Any:
    """The layers that run on a GPU alone."""
    keras, layers = release.keras, release.keras.layers
    wanted(layers, "CuDNNLSTM", "CuDNNGRU")
    series = layers.Input((5, 4), name="series")
    x = layers.CuDNNLSTM(4, return_sequences=True, name="long")(series)
    x = layers.CuDNNGRU(3, return_sequences=True, name="gated")(x)
    x = layers.Bidirectional(layers.CuDNNLSTM(3), name="both")(x)
    return keras.models.Model(series, layers.Dense(2, name="score")(x))


def cudnn_twin(release: Release) -> Any:
    """The same of layers that run anywhere."""
    keras, layers = release.keras, release.keras.layers
    sigmoid = {"recurrent_activation": "sigmoid"}
    series = layers.Input((5, 4), name="series")
    x = layers.LSTM(4, return_sequences=True, name="long", **sigmoid)(series)
    x = layers.GRU(3, return_sequences=True, name="gated", reset_after=True, **sigmoid)(x)
    x = layers.Bidirectional(layers.LSTM(3, **sigmoid), name="both")(x)
    return keras.models.Model(series, layers.Dense(2, name="score")(x))


def bidirectional_settings(release: Release) -> Any:
    """Every way to merge both directions, over every kind of layer, and within each other."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((6, 4), name="series")
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(series)
    x = layers.Bidirectional(layers.GRU(4, return_sequences=True), merge_mode="sum")(x)
    x = layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True), merge_mode="mul")(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="ave")(x)
    both = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode=None)(x)
    x = layers.TimeDistributed(layers.Dense(4, activation="relu"))(layers.Concatenate()(both))
    x = layers.Bidirectional(layers.RNN(layers.LSTMCell(3), return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True, go_backwards=True))(x)
    return keras.models.Model(series, layers.Bidirectional(layers.LSTM(2), name="last")(x))


def bidirectional_backward_layer(release: Release) -> Any:
    """Two directions of different layers."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((6, 4), name="series")
    try:
        x = layers.Bidirectional(
            layers.LSTM(3, return_sequences=True),
            backward_layer=layers.GRU(2, return_sequences=True, go_backwards=True),
        )(series)
    except TypeError as error:
        raise NotInThisRelease(str(error)) from error
    return keras.models.Model(series, layers.Dense(2)(x))


def recurrent_convolutions(release: Release) -> Any:
    """Convolutions as recurrent layers, of every dimension that a release has."""
    keras, layers = release.keras, release.keras.layers
    video = layers.Input((4, 6, 6, 2), name="video")
    x = layers.ConvLSTM2D(3, 3, padding="same", return_sequences=True, recurrent_activation="hard_sigmoid")(video)
    x = layers.ConvLSTM2D(2, (2, 3), strides=2, padding="same", dropout=0.1, go_backwards=True)(x)
    outputs = [layers.Flatten()(x)]
    if hasattr(layers, "ConvLSTM1D"):
        x = layers.Reshape((4, 36, 2))(video)
        x = layers.ConvLSTM1D(2, 3, return_sequences=True)(x)
        outputs.append(layers.Flatten()(layers.ConvLSTM1D(2, 2, dilation_rate=2)(x)))
        x = layers.Reshape((4, 6, 6, 2, 1))(video)
        outputs.append(layers.Flatten()(layers.ConvLSTM3D(2, 2)(x)))
    joined = layers.Concatenate()(outputs) if outputs[1:] else outputs[0]
    return keras.models.Model(video, layers.Dense(2)(joined))


def time_distributed(release: Release) -> Any:
    """Layers and whole models for each step."""
    keras, layers = release.keras, release.keras.layers
    video = layers.Input((3, 8, 8, 2), name="video")
    frame = layers.Input((8, 8, 2), name="frame")
    x = layers.BatchNormalization()(layers.Conv2D(3, 3)(frame))
    eye = keras.models.Model(frame, layers.Flatten()(layers.MaxPooling2D(2)(x)), name="eye")
    head = keras.models.Sequential([layers.Dense(4, activation="relu", input_shape=(27,)), layers.Dense(3)])
    x = layers.TimeDistributed(eye, name="each_frame")(video)
    x = layers.TimeDistributed(head)(x)
    x = layers.TimeDistributed(layers.Activation("tanh"))(x)
    x = layers.TimeDistributed(layers.Dense(4))(x)
    return keras.models.Model(video, layers.LSTM(3)(x))


def masked_tokens(release: Release) -> Any:
    """A mask from the embedding through recurrent layers of all kinds, merging and attention over steps."""
    keras, layers = release.keras, release.keras.layers
    words = layers.Input((7,), dtype="int32", name="words")
    x = layers.Embedding(12, 5, mask_zero=True)(words)
    left = layers.LSTM(4, return_sequences=True)(x)
    right = layers.GRU(4, return_sequences=True, go_backwards=False)(x)
    x = layers.Concatenate()([left, right])
    x = layers.TimeDistributed(layers.Dense(5, activation="tanh"))(x)
    x = layers.Dropout(0.2)(x)
    x = layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True))(x)
    return keras.models.Model(words, layers.Dense(2)(layers.Bidirectional(layers.LSTM(3))(x)))


def masked_series(release: Release) -> Any:
    """A mask of values, and pooling over what is left."""
    keras, layers = release.keras, release.keras.layers
    series = layers.Input((7, 3), name="series")
    x = layers.Masking(mask_value=0.0)(series)
    x = layers.LSTM(4, return_sequences=True)(x)
    x = layers.RNN([layers.LSTMCell(3), layers.GRUCell(3)], return_sequences=True)(x)
    return keras.models.Model(series, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def _masked_series(generator: Any) -> list[Any]:
    values = floats(generator, 7, 3)
    values[1:, 5:] = 0.0
    return [values]


def text_convolutions(release: Release) -> Any:
    """Parallel convolutions over words."""
    keras, layers = release.keras, release.keras.layers
    words = layers.Input((9,), dtype="int32", name="words")
    x = layers.Embedding(20, 6, input_length=9)(words) if not release.is_keras_3 else layers.Embedding(20, 6)(words)
    x = layers.SpatialDropout1D(0.2)(x)
    pools = [layers.GlobalMaxPooling1D()(layers.Conv1D(3, width, activation="relu")(x)) for width in (2, 3, 4)]
    x = layers.Dropout(0.5)(layers.Concatenate()(pools))
    return keras.models.Model(words, layers.Dense(1, activation="sigmoid")(x))


def translation(release: Release) -> Any:
    """An encoder and a decoder with attention by dot products, without a layer for it."""
    keras, layers = release.keras, release.keras.layers
    source = layers.Input((6,), dtype="int32", name="source")
    target = layers.Input((5,), dtype="int32", name="target")
    encoded, hidden, carried = layers.LSTM(4, return_sequences=True, return_state=True)(layers.Embedding(11, 5)(source))
    decoded = layers.LSTM(4, return_sequences=True)(layers.Embedding(12, 5)(target), initial_state=[hidden, carried])
    attention = layers.Activation("softmax")(layers.Dot(axes=[2, 2])([decoded, encoded]))
    context = layers.Dot(axes=[2, 1])([attention, encoded])
    x = layers.Concatenate()([context, decoded])
    return keras.models.Model([source, target], layers.TimeDistributed(layers.Dense(12, activation="softmax"))(x))


def _translation(generator: Any) -> list[Any]:
    return [tokens(generator, 6), tokens(generator, 5)]


def attention_layers(release: Release) -> Any:
    """Attention and AdditiveAttention, with masks, scale and causality."""
    keras, layers = release.keras, release.keras.layers
    attention, additive = wanted(layers, "Attention", "AdditiveAttention")
    query, value = layers.Input((4, 6), name="query"), layers.Input((5, 6), name="value")
    x = attention()([query, value])
    x = attention(use_scale=True)([x, value])
    x = additive(use_scale=True)([x, value])
    x = additive(use_scale=False)([x, value, value])
    words = layers.Input((5,), dtype="int32", name="words")
    embedded = layers.Embedding(10, 6, mask_zero=True)(words)
    x = attention()([x, embedded])
    return keras.models.Model([query, value, words], layers.Dense(2)(layers.Flatten()(x)))


def _attention(generator: Any) -> list[Any]:
    return [floats(generator, 4, 6), floats(generator, 5, 6), tokens(generator, 5)]


def causal_attention(release: Release) -> Any:
    """Attention that sees no later step: an argument of the constructor, then of the call.

    Keras 2.10 to 2.15 take it in the constructor, too, and do not store it.
    """
    keras, layers = release.keras, release.keras.layers
    (attention,) = wanted(layers, "Attention")
    series = layers.Input((5, 6), name="series")
    try:
        x = attention()([series, series], use_causal_mask=True)
    except TypeError:
        x = attention(causal=True)([series, series])
    return keras.models.Model(series, layers.Dense(2)(x))


def transformer(release: Release) -> Any:
    """Encoder and decoder blocks of multi-head attention with masks."""
    keras, layers = release.keras, release.keras.layers
    attention, normalisation = wanted(layers, "MultiHeadAttention", "LayerNormalization")
    words, target = layers.Input((6,), dtype="int32", name="words"), layers.Input((5, 8), name="target")
    x = layers.Embedding(15, 8)(words)
    x = normalisation(epsilon=1e-6)(layers.Add()([x, attention(2, 4, dropout=0.1)(x, x)]))
    x = normalisation()(layers.Add()([x, layers.Dense(8)(layers.Dense(16, activation="gelu")(x))]))
    y = attention(num_heads=2, key_dim=3, value_dim=5, use_bias=False, output_shape=8)(target, value=x, key=x)
    y = attention(1, 4, attention_axes=1)(query=y, value=x)
    y, scores = attention(2, 2)(y, x, return_attention_scores=True)
    flat = layers.Concatenate()([layers.Flatten()(y), layers.Flatten()(scores)])
    return keras.models.Model([words, target], layers.Dense(2)(flat))


def _transformer(generator: Any) -> list[Any]:
    return [tokens(generator, 6), floats(generator, 5, 8)]


def einsum_layers(release: Release) -> Any:
    """Dense layers by an equation."""
    keras, layers = release.keras, release.keras.layers
    found = available(layers, "EinsumDense") or available(getattr(layers, "experimental", None), "EinsumDense")
    if not found:
        raise NotInThisRelease("the release has no EinsumDense")
    series = layers.Input((4, 6), name="series")
    x = found[0]("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de")(series)
    x = found[0]("abde,dec->abc", output_shape=(4, 5), activation="relu")(x)
    return keras.models.Model(series, layers.Flatten()(x))


CASES = (
    Case(lstm_settings),
    Case(gru_settings),
    Case(simple_rnn_settings),
    Case(rnn_of_cells),
    Case(stateful_rnn),
    Case(returned_states),
    Case(time_major, inputs=_time_major),
    Case(cudnn_layers, twin=cudnn_twin, formats=("h5",)),
    Case(bidirectional_settings),
    Case(bidirectional_backward_layer),
    Case(recurrent_convolutions),
    Case(time_distributed),
    Case(masked_tokens),
    Case(masked_series, inputs=_masked_series),
    Case(text_convolutions),
    Case(translation, inputs=_translation),
    Case(attention_layers, inputs=_attention),
    Case(causal_attention),
    Case(transformer, inputs=_transformer),
    Case(einsum_layers),
)
