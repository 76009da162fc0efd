"""Habits of the Keras 2 years that need no name."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers


class Branching(layers.Layer):
    """Branches on a tensor, which AutoGraph made possible."""

    def call(self, x):
        if tf.reduce_mean(x) > 0.0:
            x = x * 2.0
        else:
            x = x - 1.0
        for _ in tf.range(2):
            x = x + 1.0
        return x


class OwnLists(layers.Layer):
    """Puts its weights where tf.keras kept them, and makes layers in a list."""

    def __init__(self, units, **kwargs):
        super(OwnLists, self).__init__(**kwargs)
        self.units = units
        self.steps = []
        for i in range(2):
            self.steps.append(layers.Dense(units, activation="relu"))

    def build(self, input_shape):
        self.gain = K.variable([1.5], name="gain")
        self._trainable_weights.append(self.gain)
        self.add_loss(lambda: 0.1 * tf.reduce_sum(tf.square(self.gain)))
        super(OwnLists, self).build(input_shape)

    def call(self, inputs, *args, **kwargs):
        x = inputs
        for step in self.steps:
            x = step(x)
        return x * self.gain

    def get_config(self):
        return dict(super(OwnLists, self).get_config(), units=self.units)


class SmallLSTM(layers.LSTM):
    """A subclass of a layer of Keras', with all its settings in the file."""

    def __init__(self, units, shift=0.0, **kwargs):
        super(SmallLSTM, self).__init__(units, **kwargs)
        self.shift = shift

    def call(self, inputs, mask=None, training=None, initial_state=None):
        return super(SmallLSTM, self).call(inputs, mask=mask, training=training,
                                           initial_state=initial_state) + self.shift

    def get_config(self):
        return dict(super(SmallLSTM, self).get_config(), shift=self.shift)


class PConv2D(layers.Conv2D):
    """Makes its kernel by itself."""

    def build(self, input_shape):
        channels = input_shape[-1]
        self.kernel = self.add_weight(shape=self.kernel_size + (channels, self.filters),
                                      initializer=self.kernel_initializer, name="img_kernel")
        self.bias = self.add_weight("bias", (self.filters,), initializer=self.bias_initializer) if self.use_bias else None
        self.built = True

    def call(self, inputs):
        x = K.conv2d(inputs, self.kernel, strides=self.strides, padding=self.padding, data_format=self.data_format)
        if self.use_bias:
            x = K.bias_add(x, self.bias, data_format=self.data_format)
        return self.activation(x)


@tf.keras.utils.register_keras_serializable(package="Mine")
class Registered(layers.Layer):
    def __init__(self, power=2.0, dynamic=False, **kwargs):
        super().__init__(dynamic=dynamic, **kwargs)
        self.power = power

    def call(self, inputs, **kwargs):
        return K.pow(K.abs(inputs), self.power)

    def compute_output_shape(self, input_shape):
        return tf.TensorShape(input_shape)

    def get_config(self):
        return {**super().get_config(), "power": self.power}


class TwoInputs(layers.Layer):
    """Takes two tensors, and shapes of a list."""

    def build(self, input_shapes):
        shape, _ = input_shapes
        self.kernel = self.add_weight("kernel", (shape[-1], 3), initializer="glorot_uniform")

    def call(self, inputs, training):
        a, b = inputs
        return K.dot(a, self.kernel) + K.dot(b, self.kernel)

    def compute_output_shape(self, input_shapes):
        return input_shapes[0][:-1] + (3,)


def model_branching():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Branching()(inputs))


def model_lists():
    inputs = keras.Input((6,))
    model = keras.Model(inputs, OwnLists(4)(inputs))
    model.compile("sgd", "mse")
    return model


def model_lstm():
    inputs = keras.Input((5, 3))
    x = SmallLSTM(4, shift=0.5, return_sequences=True)(inputs)
    return keras.Model(inputs, layers.GRU(2)(x))


def model_convolution():
    inputs = keras.Input((5, 5, 2))
    return keras.Model(inputs, PConv2D(3, 3, padding="same", activation="relu")(inputs))


def model_registered():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Registered(3.0)(layers.Dense(4)(inputs)))


def model_two():
    a, b = keras.Input((6,)), keras.Input((6,))
    return keras.Model([a, b], TwoInputs()([a, b]))
