"""Recurrent cells, and layers around other layers."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


class MinimalRNNCell(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        self.units = units
        self.state_size = units
        super(MinimalRNNCell, self).__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="uniform", name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units), initializer="uniform",
                                                name="recurrent_kernel")
        self.built = True

    def call(self, inputs, states):
        prev_output = states[0]
        h = K.dot(inputs, self.kernel)
        output = h + K.dot(prev_output, self.recurrent_kernel)
        return output, [output]

    def get_config(self):
        config = super(MinimalRNNCell, self).get_config()
        config["units"] = self.units
        return config


class DecayCell(keras.layers.Layer):
    """With states of two sizes, an initial state of its own, and the old signature of it."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    @property
    def state_size(self):
        return [tf.TensorShape([self.units]), self.units]

    @property
    def output_size(self):
        return self.units

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", (input_shape[-1], self.units), initializer="normal")
        self.decay = self.add_weight("decay", (self.units,), initializer="ones")
        self.built = True

    def call(self, inputs, states, training=None):
        h, c = states
        c = K.sigmoid(self.decay) * c + K.dot(inputs, self.kernel)
        h = K.tanh(c) + 0.1 * h
        return h, [h, c]

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        if inputs is not None:
            batch_size, dtype = tf.shape(inputs)[0], inputs.dtype
        return [tf.zeros([batch_size, self.units], dtype), tf.ones([batch_size, self.units], dtype)]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class ResidualCell(keras.layers.Layer):
    """Holds another cell, and reads it from its configuration."""

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell

    @property
    def state_size(self):
        return self.cell.state_size

    def build(self, input_shape):
        self.cell.build(input_shape)
        self.built = True

    def call(self, inputs, states):
        output, states = self.cell(inputs, states)
        return inputs + output, states

    def get_config(self):
        config = super().get_config()
        config["cell"] = {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        cell = keras.layers.deserialize(config.pop("cell"), custom_objects=custom_objects)
        return cls(cell, **config)


class TimesTwo(keras.layers.Wrapper):
    def build(self, input_shape):
        if not self.layer.built:
            self.layer.build(input_shape)
        super(TimesTwo, self).build()

    def call(self, inputs):
        return 2.0 * self.layer(inputs)


class ScaledDense(layers.Dense):
    def __init__(self, units, scale=2.0, **kwargs):
        super(ScaledDense, self).__init__(units, **kwargs)
        self.scale = scale

    def build(self, input_shape):
        super(ScaledDense, self).build(input_shape)
        self.gain = self.add_weight("gain", shape=(self.units,), initializer="ones")

    def call(self, inputs):
        return self.scale * self.gain * super(ScaledDense, self).call(inputs)

    def get_config(self):
        config = super(ScaledDense, self).get_config()
        config.update({"scale": self.scale})
        return config


def model_minimal():
    inputs = keras.Input((5, 3))
    x = layers.RNN([MinimalRNNCell(4), MinimalRNNCell(6)])(inputs)
    return keras.Model(inputs, layers.Dense(2)(x))


def model_decay():
    inputs = keras.Input((5, 3))
    x = layers.RNN(DecayCell(4), return_sequences=True)(inputs)
    return keras.Model(inputs, x)


def model_residual():
    inputs = keras.Input((5, 3))
    x = layers.RNN(ResidualCell(layers.GRUCell(3)))(inputs)
    return keras.Model(inputs, x)


def model_wrapped():
    inputs = keras.Input((6,))
    x = TimesTwo(layers.Dense(4))(inputs)
    return keras.Model(inputs, ScaledDense(3, scale=0.5, activation="tanh")(x))
