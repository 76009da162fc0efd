"""Layers around other layers."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import initializers
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input, InputSpec, LSTM, Wrapper
from tensorflow.keras.models import Model


class SpectralNorm(Wrapper):
    """Holds the singular vector, and replaces the kernel in each call."""

    def __init__(self, layer, power_iterations=1, **kwargs):
        super(SpectralNorm, self).__init__(layer, **kwargs)
        self.power_iterations = power_iterations

    def build(self, input_shape=None):
        if not self.layer.built:
            self.layer.build(input_shape)
        self.w = self.layer.kernel
        self.w_shape = self.w.shape.as_list() if hasattr(self.w.shape, "as_list") else list(self.w.shape)
        self.u = self.add_weight(shape=(1, self.w_shape[-1]), initializer=tf.random_normal_initializer(stddev=0.02),
                                 trainable=False, name="sn_u", dtype=tf.float32)
        super(SpectralNorm, self).build()

    def call(self, inputs, training=None):
        w = tf.reshape(self.w, [-1, self.w_shape[-1]])
        u = self.u
        for _ in range(self.power_iterations):
            v = tf.math.l2_normalize(tf.matmul(u, w, transpose_b=True))
            u = tf.math.l2_normalize(tf.matmul(v, w))
        sigma = tf.matmul(tf.matmul(v, w), u, transpose_b=True)
        return self.layer(inputs) / sigma[0, 0]

    def get_config(self):
        config = super(SpectralNorm, self).get_config()
        config.update({"power_iterations": self.power_iterations})
        return config

    def compute_output_shape(self, input_shape):
        return tf.TensorShape(self.layer.compute_output_shape(input_shape).as_list()
                              if hasattr(self.layer.compute_output_shape(input_shape), "as_list")
                              else self.layer.compute_output_shape(input_shape))


class ConcreteDropout(Wrapper):
    """Learns the rate; adds a weight to the layer inside, and a loss."""

    def __init__(self, layer, weight_regularizer=1e-3, dropout_regularizer=1e-2, init_min=0.1, init_max=0.1,
                 is_mc_dropout=False, **kwargs):
        assert "kernel_regularizer" not in kwargs
        super(ConcreteDropout, self).__init__(layer, **kwargs)
        self.weight_regularizer = weight_regularizer
        self.dropout_regularizer = dropout_regularizer
        self.is_mc_dropout = is_mc_dropout
        self.supports_masking = True
        self.p_logit = None
        self.init_min = np.log(init_min) - np.log(1.0 - init_min)
        self.init_max = np.log(init_max) - np.log(1.0 - init_max)

    def build(self, input_shape=None):
        self.input_spec = InputSpec(shape=input_shape)
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        super(ConcreteDropout, self).build()
        self.p_logit = self.add_weight(name="p_logit", shape=(1,),
                                       initializer=initializers.RandomUniform(self.init_min, self.init_max),
                                       trainable=True)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def call(self, inputs, training=None):
        p = K.sigmoid(self.p_logit[0])
        kernel_term = self.weight_regularizer * K.sum(K.square(self.layer.kernel)) / (1.0 - p)
        rate_term = p * K.log(p) + (1.0 - p) * K.log(1.0 - p)
        self.add_loss(kernel_term + self.dropout_regularizer * rate_term)

        def relaxed_dropped_inputs():
            unif = K.random_uniform(shape=K.shape(inputs))
            drop = K.sigmoid((K.log(p) - K.log(1.0 - p) + K.log(unif + 1e-7) - K.log(1.0 - unif + 1e-7)) / 0.1)
            return self.layer.call(inputs * (1.0 - drop) / (1.0 - p))

        if self.is_mc_dropout:
            return relaxed_dropped_inputs()
        return K.in_train_phase(relaxed_dropped_inputs, lambda: self.layer.call(inputs), training=training)

    def get_config(self):
        config = super(ConcreteDropout, self).get_config()
        return dict(config, weight_regularizer=self.weight_regularizer, dropout_regularizer=self.dropout_regularizer)


class Residual(Wrapper):
    def call(self, inputs, **kwargs):
        return inputs + self.layer(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


class EachStep(Wrapper):
    """TimeDistributed by hand: steps folded into the batch."""

    def build(self, input_shape):
        self.input_spec = InputSpec(ndim=len(input_shape))
        child_input_shape = (input_shape[0],) + tuple(input_shape[2:])
        if not self.layer.built:
            self.layer.build(child_input_shape)
            self.layer.built = True
        super(EachStep, self).build()

    def call(self, inputs):
        shape = K.int_shape(inputs)
        x = K.reshape(inputs, (-1,) + shape[2:])
        y = self.layer.call(x)
        return K.reshape(y, (-1, shape[1]) + K.int_shape(y)[1:])

    def compute_output_shape(self, input_shape):
        child = self.layer.compute_output_shape((input_shape[0],) + tuple(input_shape[2:]))
        child = tuple(child)
        return (child[0], input_shape[1]) + child[1:]


def model_spectral():
    inputs = Input((5, 5, 2))
    x = SpectralNorm(Conv2D(3, 3))(inputs)
    return Model(inputs, SpectralNorm(Dense(2), power_iterations=2)(Flatten()(x)))


def model_concrete():
    inputs = Input((6,))
    x = ConcreteDropout(Dense(5, activation="relu"))(inputs)
    model = Model(inputs, ConcreteDropout(Dense(2))(x))
    model.compile("adam", "mse")
    return model


def model_residual():
    inputs = Input((4, 6))
    x = Residual(Dense(6, activation="tanh"))(inputs)
    x = EachStep(Dense(3))(x)
    return Model(inputs, LSTM(2)(x))
