"""Layers that hold their state in all the ways that tf.keras tracked."""
import numpy as np
import tensorflow as tf
from tensorflow import keras


class Linear(keras.layers.Layer):
    """The first layer of TensorFlow's guide: variables of its own."""

    def __init__(self, units=4, input_dim=6, **kwargs):
        super().__init__(**kwargs)
        self.units, self.input_dim = units, input_dim
        w_init = tf.random_normal_initializer()
        self.w = tf.Variable(initial_value=w_init(shape=(input_dim, units), dtype="float32"), trainable=True)
        b_init = tf.zeros_initializer()
        self.b = tf.Variable(initial_value=b_init(shape=(units,), dtype="float32"), trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b

    def get_config(self):
        return dict(super().get_config(), units=self.units, input_dim=self.input_dim)


class Sums(keras.layers.Layer):
    """A variable in build, which does not call its parent's, and state that training changes."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.seen = tf.Variable(tf.zeros([input_shape[-1]]), trainable=False, name="seen")
        self.kernel = tf.Variable(tf.random.normal([input_shape[-1], self.units]), name="kernel")

    def call(self, inputs, training=None):
        if training:
            self.seen.assign_add(tf.reduce_sum(inputs, axis=0))
        return tf.matmul(inputs - self.seen, self.kernel)

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        return config


class Experts(keras.layers.Layer):
    """Lists and dictionaries of variables."""

    def __init__(self, count, units, **kwargs):
        super().__init__(**kwargs)
        self.count, self.units = count, units

    def build(self, input_shape):
        size = int(input_shape[-1])
        self.kernels = [tf.Variable(tf.random.normal([size, self.units]), name="expert_%d" % i)
                        for i in range(self.count)]
        self.gate = {"kernel": tf.Variable(tf.random.normal([size, self.count]), name="gate"),
                     "bias": tf.Variable(tf.zeros([self.count]), name="gate_bias")}

    def call(self, x):
        gates = tf.nn.softmax(tf.matmul(x, self.gate["kernel"]) + self.gate["bias"])
        parts = tf.stack([tf.matmul(x, kernel) for kernel in self.kernels], axis=1)
        return tf.einsum("bn,bnd->bd", gates, parts)

    def get_config(self):
        return {**super().get_config(), "count": self.count, "units": self.units}


class PositionalArguments(keras.layers.Layer):
    """add_weight as its signature was: name, shape, dtype, initializer, regularizer, trainable."""

    def __init__(self, units, **kwargs):
        super(PositionalArguments, self).__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight("kernel", [input_shape[-1], self.units], tf.float32, "uniform", None, True)
        self.bias = self.add_weight("bias", shape=[self.units], initializer=keras.initializers.Zeros(),
                                    synchronization=tf.VariableSynchronization.AUTO,
                                    aggregation=tf.VariableAggregation.NONE, use_resource=True, partitioner=None)
        self.scale = self.add_weight(name="scale", initializer=tf.initializers.constant(2.0), dtype=tf.float32)
        self.steps = self.add_weight("steps", (), initializer="zeros", dtype=tf.int64, trainable=False)
        self.built = True

    def call(self, inputs):
        return self.scale * tf.nn.bias_add(tf.matmul(inputs, self.kernel), self.bias)

    def get_config(self):
        config = super(PositionalArguments, self).get_config()
        config.update(units=self.units)
        return config


class Unnamed(keras.layers.Layer):
    """The second layer of TensorFlow's guide: weights without names."""

    def __init__(self, units=3, **kwargs):
        super(Unnamed, self).__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return tf.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {"units": self.units}


class Shapes(keras.layers.Layer):
    """What a TensorShape can do."""

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, input_shape):
        shape = tf.TensorShape(input_shape)
        last = input_shape.as_list()[-1]
        assert input_shape.ndims == 3 and input_shape.rank == 3
        assert tf.compat.dimension_value(shape[-1]) == last
        self.kernel = self.add_weight("kernel", shape=tf.TensorShape([last, self.filters]),
                                      initializer="glorot_uniform")
        super().build(input_shape)

    def call(self, inputs):
        return tf.tensordot(inputs, self.kernel, axes=[[2], [0]])

    def compute_output_shape(self, input_shape):
        input_shape = tf.TensorShape(input_shape).as_list()
        return tf.TensorShape(input_shape[:-1] + [self.filters])

    def get_config(self):
        config = super().get_config()
        config["filters"] = self.filters
        return config


class Lazy(keras.layers.Layer):
    """Layers made when they are first needed, one of them in call."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = None
        self.blocks = []

    def build(self, input_shape):
        for i in range(2):
            self.blocks.append(keras.layers.Dense(self.units, activation="tanh", name="block_%d" % i))

    def call(self, x):
        if self.inner is None:
            self.inner = keras.layers.Dense(self.units)
        for block in self.blocks:
            x = block(x)
        return self.inner(x)

    def get_config(self):
        config = super().get_config()
        config["units"] = self.units
        return config


def model_linear():
    inputs = keras.Input((6,))
    return keras.Model(inputs, keras.layers.Dense(2)(Linear(4, 6)(inputs)))


def model_sums():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Sums(4, name="sums")(inputs))


def model_experts():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Experts(3, 4)(inputs))


def model_positional():
    return keras.Sequential([keras.layers.Dense(5, input_shape=(6,)), PositionalArguments(3), PositionalArguments(2)])


def model_unnamed():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Unnamed(6)(Unnamed(6)(inputs)))


def model_shapes():
    inputs = keras.Input((4, 3))
    return keras.Model(inputs, Shapes(2)(inputs))


def model_lazy():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Lazy(3)(inputs))
