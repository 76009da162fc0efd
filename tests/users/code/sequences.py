"""Recurrent layers made of other people's cells, layers around cells, and states that go on."""
import tensorflow as tf
from tensorflow.keras import activations, backend as K, initializers
from tensorflow.keras.layers import (RNN, Bidirectional, Dense, GRU, GRUCell, Input, InputSpec, Layer, LSTMCell,
                                     LayerNormalization, SimpleRNNCell, StackedRNNCells)
from tensorflow.keras.models import Model


class LayerNormLSTMCell(LSTMCell):
    """A subclass of a cell of Keras', with weights of its own."""

    def build(self, input_shape):
        super(LayerNormLSTMCell, self).build(input_shape)
        self.norm_gamma = self.add_weight(shape=(4 * self.units,), initializer="ones", name="norm_gamma")
        self.norm_beta = self.add_weight(shape=(4 * self.units,), initializer="zeros", name="norm_beta")
        self.built = True

    def call(self, inputs, states, training=None):
        h_tm1, c_tm1 = states[0], states[1]
        z = K.dot(inputs, self.kernel)
        mean = K.mean(z, axis=-1, keepdims=True)
        z = (z - mean) / (K.std(z, axis=-1, keepdims=True) + 1e-5) * self.norm_gamma + self.norm_beta
        z += K.dot(h_tm1, self.recurrent_kernel)
        z = K.bias_add(z, self.bias)
        z0, z1, z2, z3 = tf.split(z, num_or_size_splits=4, axis=1)
        i = self.recurrent_activation(z0)
        f = self.recurrent_activation(z1)
        c = f * c_tm1 + i * self.activation(z2)
        o = self.recurrent_activation(z3)
        h = o * self.activation(c)
        return h, [h, c]


class IndRNNCell(Layer):
    """State sizes in a tuple, the activation by name."""

    def __init__(self, units, activation="relu", recurrent_initializer="uniform", **kwargs):
        super(IndRNNCell, self).__init__(**kwargs)
        self.units = units
        self.activation = activations.get(activation)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.state_size = (self.units,)
        self.output_size = self.units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(int(input_shape[-1]), self.units), name="input_kernel",
                                      initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(shape=(self.units,), name="recurrent_kernel",
                                                initializer=self.recurrent_initializer)
        self.bias = self.add_weight(shape=(self.units,), name="bias", initializer="zeros")
        self.built = True

    def call(self, inputs, states, constants=None, **kwargs):
        h = self.activation(K.dot(inputs, self.kernel) + states[0] * self.recurrent_kernel + self.bias)
        if constants is not None:
            h = h + constants[0]
        return h, (h,)

    def get_config(self):
        config = {"units": self.units, "activation": activations.serialize(self.activation),
                  "recurrent_initializer": initializers.serialize(self.recurrent_initializer)}
        base_config = super(IndRNNCell, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class IndRNN(RNN):
    """A layer that makes its own cell."""

    def __init__(self, units, activation="relu", return_sequences=False, return_state=False, go_backwards=False,
                 stateful=False, unroll=False, **kwargs):
        cell = IndRNNCell(units, activation=activation)
        super(IndRNN, self).__init__(cell, return_sequences=return_sequences, return_state=return_state,
                                     go_backwards=go_backwards, stateful=stateful, unroll=unroll, **kwargs)

    @property
    def units(self):
        return self.cell.units

    def get_config(self):
        config = {"units": self.units, "activation": activations.serialize(self.cell.activation)}
        base_config = super(IndRNN, self).get_config()
        del base_config["cell"]
        return dict(list(base_config.items()) + list(config.items()))

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class ZoneoutGRUCell(tf.keras.layers.GRUCell):
    def __init__(self, units, zoneout=0.1, **kwargs):
        super().__init__(units, **kwargs)
        self.zoneout = zoneout

    def call(self, inputs, states, training=None):
        previous = states[0] if isinstance(states, (list, tuple)) else states
        output, _ = super().call(inputs, states, training=training)
        if training:
            mask = K.random_bernoulli(K.shape(output), 1 - self.zoneout) if hasattr(K, "random_bernoulli") \
                else K.cast(K.random_uniform(K.shape(output)) > self.zoneout, K.floatx())
            output = mask * output + (1 - mask) * previous
        else:
            output = (1 - self.zoneout) * output + self.zoneout * previous
        return output, [output]

    def get_config(self):
        return dict(super().get_config(), zoneout=self.zoneout)


class AttentionDecoder(Layer):
    """A recurrence written out with K.rnn, whose step looks at all of the encoder's outputs."""

    def __init__(self, units, **kwargs):
        super(AttentionDecoder, self).__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        assert isinstance(input_shape, list)
        encoded, decoded = input_shape
        self.W_a = self.add_weight(name="W_a", shape=(encoded[2], self.units), initializer="uniform", trainable=True)
        self.U_a = self.add_weight(name="U_a", shape=(decoded[2], self.units), initializer="uniform", trainable=True)
        self.V_a = self.add_weight(name="V_a", shape=(self.units, 1), initializer="uniform", trainable=True)
        super(AttentionDecoder, self).build(input_shape)

    def call(self, inputs, verbose=False):
        assert type(inputs) == list
        encoded, decoded = inputs
        steps = K.int_shape(encoded)[1]

        def energy_step(query, states):
            keys = K.dot(encoded, self.W_a)
            query = K.expand_dims(K.dot(query, self.U_a), 1)
            scores = K.squeeze(K.dot(K.tanh(keys + query), self.V_a), axis=-1)
            scores = K.softmax(scores)
            return scores, [scores]

        def context_step(scores, states):
            context = K.sum(encoded * K.expand_dims(scores, -1), axis=1)
            return context, [context]

        zeros = K.sum(encoded, axis=[1, 2])
        initial_scores = K.tile(K.expand_dims(zeros * 0.0), [1, steps])
        initial_context = K.sum(encoded * 0.0, axis=1)
        _, scores, _ = K.rnn(energy_step, decoded, [initial_scores])
        _, contexts, _ = K.rnn(context_step, scores, [initial_context])
        return contexts, scores

    def compute_output_shape(self, input_shape):
        return [
            tf.TensorShape((input_shape[1][0], input_shape[1][1], input_shape[0][2])),
            tf.TensorShape((input_shape[1][0], input_shape[1][1], input_shape[0][1])),
        ]

    def get_config(self):
        return dict(super(AttentionDecoder, self).get_config(), units=self.units)


def model_normalized():
    inputs = Input((4, 3))
    return Model(inputs, Dense(2)(RNN(LayerNormLSTMCell(3), return_sequences=True)(inputs)))


def model_independent():
    inputs = Input((4, 3))
    x = IndRNN(4, activation="tanh", return_sequences=True)(inputs)
    return Model(inputs, RNN(IndRNNCell(3), go_backwards=True)(x))


def model_both_ways():
    inputs = Input((4, 3))
    return Model(inputs, Bidirectional(RNN(IndRNNCell(3, activation="tanh")))(inputs))


def model_stacked():
    inputs = Input((4, 3))
    x, *states = RNN([GRUCell(3), ZoneoutGRUCell(4, zoneout=0.25)], return_sequences=True, return_state=True)(inputs)
    return Model(inputs, [x] + states)


def model_decoded():
    a, b = Input((5, 3)), Input((4, 3))
    encoded = GRU(4, return_sequences=True)(a)
    decoded = GRU(6, return_sequences=True)(b)
    contexts, scores = AttentionDecoder(3)([encoded, decoded])
    return Model([a, b], [contexts, scores])
