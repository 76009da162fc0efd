"""Attention layers as they stood in notebooks between 2018 and 2022."""
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import constraints, initializers, regularizers
from tensorflow.keras.layers import Dense, Embedding, Input, InputSpec, Layer, LSTM, Masking
from tensorflow.keras.models import Model, Sequential


class SimpleAttention(Layer):
    def __init__(self, **kwargs):
        super(SimpleAttention, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.add_weight(name="att_weight", shape=(input_shape[-1], 1), initializer="normal")
        self.b = self.add_weight(name="att_bias", shape=(input_shape[1], 1), initializer="zeros")
        super(SimpleAttention, self).build(input_shape)

    def call(self, x):
        et = K.squeeze(K.tanh(K.dot(x, self.W) + self.b), axis=-1)
        at = K.softmax(et)
        at = K.expand_dims(at, axis=-1)
        output = x * at
        return K.sum(output, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        return super(SimpleAttention, self).get_config()


def dot_product(x, kernel):
    return K.squeeze(K.dot(x, K.expand_dims(kernel)), axis=-1)


class AttentionWithContext(Layer):
    def __init__(self, W_regularizer=None, u_regularizer=None, W_constraint=None, bias=True, **kwargs):
        self.supports_masking = True
        self.init = initializers.get("glorot_uniform")
        self.W_regularizer = regularizers.get(W_regularizer)
        self.u_regularizer = regularizers.get(u_regularizer)
        self.W_constraint = constraints.get(W_constraint)
        self.bias = bias
        super(AttentionWithContext, self).__init__(**kwargs)

    def build(self, input_shape):
        assert len(input_shape) == 3
        self.W = self.add_weight(shape=(input_shape[-1], input_shape[-1],), initializer=self.init,
                                 name="{}_W".format(self.name), regularizer=self.W_regularizer,
                                 constraint=self.W_constraint)
        if self.bias:
            self.b = self.add_weight(shape=(input_shape[-1],), initializer="zero", name="{}_b".format(self.name))
        self.u = self.add_weight(shape=(input_shape[-1],), initializer=self.init, name="{}_u".format(self.name),
                                 regularizer=self.u_regularizer)
        super(AttentionWithContext, self).build(input_shape)

    def compute_mask(self, input, input_mask=None):
        return None

    def call(self, x, mask=None):
        uit = dot_product_matrix(x, self.W)
        if self.bias:
            uit += self.b
        uit = K.tanh(uit)
        ait = dot_product(uit, self.u)
        a = K.exp(ait)
        if mask is not None:
            a *= K.cast(mask, K.floatx())
        a /= K.cast(K.sum(a, axis=1, keepdims=True) + K.epsilon(), K.floatx())
        a = K.expand_dims(a)
        return K.sum(x * a, axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape[0], input_shape[-1]

    def get_config(self):
        config = {"W_regularizer": regularizers.serialize(self.W_regularizer), "bias": self.bias}
        config.update(super(AttentionWithContext, self).get_config())
        return config


def dot_product_matrix(x, kernel):
    return K.dot(x, kernel)


class BahdanauAttention(tf.keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super(BahdanauAttention, self).__init__(**kwargs)
        self.units = units
        self.W1 = tf.keras.layers.Dense(units)
        self.W2 = tf.keras.layers.Dense(units)
        self.V = tf.keras.layers.Dense(1)

    def call(self, inputs):
        values, query = inputs
        hidden = tf.expand_dims(query, 1)
        score = tf.nn.tanh(self.W1(values) + self.W2(hidden))
        attention_weights = tf.nn.softmax(self.V(score), axis=1)
        context_vector = attention_weights * values
        return tf.reduce_sum(context_vector, axis=1), attention_weights

    def get_config(self):
        config = super(BahdanauAttention, self).get_config()
        config.update({"units": self.units})
        return config


class SeqWeightedAttention(Layer):
    def __init__(self, use_bias=True, return_attention=False, **kwargs):
        self.supports_masking = True
        self.use_bias = use_bias
        self.return_attention = return_attention
        self.W, self.b = None, None
        super(SeqWeightedAttention, self).__init__(**kwargs)

    def get_config(self):
        config = {"use_bias": self.use_bias, "return_attention": self.return_attention}
        base_config = super(SeqWeightedAttention, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))

    def build(self, input_shape):
        self.input_spec = [InputSpec(ndim=3)]
        self.W = self.add_weight(shape=(int(input_shape[2]), 1), name="{}_W".format(self.name),
                                 initializer=tf.keras.initializers.get("uniform"))
        if self.use_bias:
            self.b = self.add_weight(shape=(1,), name="{}_b".format(self.name), initializer="zeros")
        super(SeqWeightedAttention, self).build(input_shape)

    def call(self, x, mask=None):
        logits = K.dot(x, self.W)
        if self.use_bias:
            logits += self.b
        x_shape = K.shape(x)
        logits = K.reshape(logits, (x_shape[0], x_shape[1]))
        if mask is not None:
            mask = K.cast(mask, K.floatx())
            logits -= 10000.0 * (1.0 - mask)
        ai = K.exp(logits - K.max(logits, axis=-1, keepdims=True))
        att_weights = ai / (K.sum(ai, axis=1, keepdims=True) + K.epsilon())
        result = K.sum(x * K.expand_dims(att_weights), axis=1)
        if self.return_attention:
            return [result, att_weights]
        return result

    def compute_output_shape(self, input_shape):
        output_len = input_shape[2]
        if self.return_attention:
            return [(input_shape[0], output_len), (input_shape[0], input_shape[1])]
        return (input_shape[0], output_len)

    def compute_mask(self, _, input_mask=None):
        if self.return_attention:
            return [None, None]
        return None


def model_simple():
    inputs = Input((5,))
    x = Embedding(11, 6)(inputs)
    x = LSTM(4, return_sequences=True)(x)
    x = SimpleAttention()(x)
    return Model(inputs, Dense(2, activation="softmax")(x))


def model_context():
    return Sequential([
        Embedding(11, 6, mask_zero=True, input_length=5),
        LSTM(4, return_sequences=True),
        AttentionWithContext(W_regularizer="l2"),
        Dense(3, activation="sigmoid"),
    ])


def model_bahdanau():
    inputs = Input((5, 3))
    sequence, state, _ = LSTM(4, return_sequences=True, return_state=True)(inputs)
    context, weights = BahdanauAttention(3)([sequence, state])
    return Model(inputs, [Dense(2)(context), weights])


def model_weighted():
    inputs = Input((5, 3))
    x = Masking(0.5)(inputs)
    x = LSTM(4, return_sequences=True)(x)
    x, weights = SeqWeightedAttention(return_attention=True)(x)
    return Model(inputs, [Dense(2)(x), weights])
