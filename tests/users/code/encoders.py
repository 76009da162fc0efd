"""A Transformer on keras.backend alone, without a line of TensorFlow."""
import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras import initializers
from tensorflow.keras.layers import Activation, Add, Dense, Dropout, Embedding, Input, Layer, TimeDistributed
from tensorflow.keras.models import Model


class PositionEmbedding(Layer):
    """Sinusoids made in call, of the backend's functions."""

    def __init__(self, size=None, mode="sum", **kwargs):
        self.size = size
        self.mode = mode
        super(PositionEmbedding, self).__init__(**kwargs)

    def call(self, x):
        if (self.size is None) or (self.mode == "sum"):
            self.size = int(x.shape[-1])
        position_j = 1.0 / K.pow(10000.0, 2 * K.arange(self.size / 2, dtype="float32") / self.size)
        position_j = K.expand_dims(position_j, 0)
        position_i = K.cumsum(K.ones_like(x[:, :, 0]), 1) - 1
        position_i = K.expand_dims(position_i, 2)
        position_ij = K.dot(position_i, position_j)
        position_ij = K.concatenate([K.cos(position_ij), K.sin(position_ij)], 2)
        return position_ij + x if self.mode == "sum" else K.concatenate([position_ij, x], 2)

    def compute_output_shape(self, input_shape):
        if self.mode == "sum":
            return input_shape
        return (input_shape[0], input_shape[1], input_shape[2] + self.size)

    def get_config(self):
        return dict(super(PositionEmbedding, self).get_config(), size=self.size, mode=self.mode)


class Attention(Layer):
    """Heads by reshape and permute_dimensions, products by batch_dot, folded into the batch."""

    def __init__(self, nb_head, size_per_head, **kwargs):
        self.nb_head = nb_head
        self.size_per_head = size_per_head
        self.output_dim = nb_head * size_per_head
        super(Attention, self).__init__(**kwargs)

    def build(self, input_shape):
        self.WQ = self.add_weight(name="WQ", shape=(input_shape[0][-1], self.output_dim),
                                  initializer="glorot_uniform", trainable=True)
        self.WK = self.add_weight(name="WK", shape=(input_shape[1][-1], self.output_dim),
                                  initializer="glorot_uniform", trainable=True)
        self.WV = self.add_weight(name="WV", shape=(input_shape[2][-1], self.output_dim),
                                  initializer="glorot_uniform", trainable=True)
        super(Attention, self).build(input_shape)

    def heads(self, x, w):
        steps = K.int_shape(x)[1]
        x = K.dot(x, w)
        x = K.reshape(x, (-1, steps, self.nb_head, self.size_per_head))
        x = K.permute_dimensions(x, (0, 2, 1, 3))
        return K.reshape(x, (-1, steps, self.size_per_head))

    def call(self, x):
        Q_seq, K_seq, V_seq = x
        steps = K.int_shape(Q_seq)[1]
        Q_seq, K_seq, V_seq = self.heads(Q_seq, self.WQ), self.heads(K_seq, self.WK), self.heads(V_seq, self.WV)
        A = K.batch_dot(Q_seq, K_seq, axes=[2, 2]) / self.size_per_head ** 0.5
        A = K.softmax(A)
        O_seq = K.batch_dot(A, V_seq, axes=[2, 1])
        O_seq = K.reshape(O_seq, (-1, self.nb_head, steps, self.size_per_head))
        O_seq = K.permute_dimensions(O_seq, (0, 2, 1, 3))
        return K.reshape(O_seq, (-1, steps, self.output_dim))

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], input_shape[0][1], self.output_dim)

    def get_config(self):
        return dict(super(Attention, self).get_config(), nb_head=self.nb_head, size_per_head=self.size_per_head)


class LayerNormalization(Layer):
    """Of the same name as a layer of Keras'."""

    def __init__(self, eps=1e-6, **kwargs):
        self.eps = eps
        super(LayerNormalization, self).__init__(**kwargs)

    def build(self, input_shape):
        self.gamma = self.add_weight(name="gamma", shape=input_shape[-1:], initializer="ones", trainable=True)
        self.beta = self.add_weight(name="beta", shape=input_shape[-1:], initializer="zeros", trainable=True)
        super(LayerNormalization, self).build(input_shape)

    def call(self, x):
        mean = K.mean(x, axis=-1, keepdims=True)
        std = K.std(x, axis=-1, keepdims=True)
        return self.gamma * (x - mean) / (std + self.eps) + self.beta

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return dict(super(LayerNormalization, self).get_config(), eps=self.eps)


class CausalMask(Layer):
    """Masks made of comparisons."""

    def call(self, scores):
        size = K.shape(scores)[1]
        rows = K.expand_dims(K.arange(0, size), 1)
        columns = K.expand_dims(K.arange(0, size), 0)
        allowed = K.cast(K.greater_equal(rows, columns), K.floatx())
        return K.softmax(scores - (1.0 - allowed) * 1e9)

    def compute_output_shape(self, input_shape):
        return input_shape


class TimestepDropout(Dropout):
    def __init__(self, rate, **kwargs):
        super(TimestepDropout, self).__init__(rate, **kwargs)

    def _get_noise_shape(self, inputs):
        input_shape = K.shape(inputs)
        return (input_shape[0], input_shape[1], 1)


class EmbeddingSim(Layer):
    """Multiplies with the embedding's own weights, which come as a second input."""

    def __init__(self, use_bias=True, **kwargs):
        super(EmbeddingSim, self).__init__(**kwargs)
        self.supports_masking = True
        self.use_bias = use_bias
        self.bias = None

    def build(self, input_shape):
        if self.use_bias:
            self.bias = self.add_weight(shape=(int(input_shape[1][1]),), initializer=initializers.get("zeros"),
                                        name="bias")
        super(EmbeddingSim, self).build(input_shape)

    def compute_output_shape(self, input_shape):
        return input_shape[0][:2] + (input_shape[1][1],)

    def compute_mask(self, inputs, mask=None):
        return mask if not isinstance(mask, list) else mask[0]

    def call(self, inputs, mask=None, **kwargs):
        inputs, embeddings = inputs
        outputs = K.batch_dot(inputs, embeddings, axes=[2, 2])
        if self.use_bias:
            outputs = K.bias_add(outputs, self.bias)
        return K.softmax(outputs)

    def get_config(self):
        return dict(super(EmbeddingSim, self).get_config(), use_bias=self.use_bias)


def model_encoder():
    words = Input((6,))
    x = Embedding(11, 4)(words)
    x = PositionEmbedding()(x)
    x = LayerNormalization()(Add()([x, Attention(2, 2)([x, x, x])]))
    x = TimestepDropout(0.1)(x)
    return Model(words, TimeDistributed(Dense(2))(x))


def model_concatenated():
    inputs = Input((5, 4))
    return Model(inputs, PositionEmbedding(size=4, mode="concat")(inputs))


def model_causal():
    inputs = Input((5, 4))
    return Model(inputs, CausalMask()(Dense(5)(inputs)))


def model_similar():
    a, b = Input((3, 4)), Input((5, 4))
    return Model([a, b], EmbeddingSim()([a, b]))
