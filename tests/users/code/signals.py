"""Layers before audio and time series models."""
import math
import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv1D, Dense, GlobalAveragePooling1D, Input, Layer
from tensorflow.keras.models import Model


class Spectrogram(Layer):
    def __init__(self, frame_length=8, frame_step=4, **kwargs):
        super(Spectrogram, self).__init__(**kwargs)
        self.frame_length, self.frame_step = frame_length, frame_step

    def call(self, waveform):
        stft = tf.signal.stft(waveform, frame_length=self.frame_length, frame_step=self.frame_step, pad_end=True)
        return tf.math.log(tf.abs(stft) + 1e-3)

    def get_config(self):
        config = super(Spectrogram, self).get_config()
        config.update({"frame_length": self.frame_length, "frame_step": self.frame_step})
        return config


class SincConv1D(Layer):
    """Filters of two numbers each, made anew in every call."""

    def __init__(self, filters, size, rate, **kwargs):
        self.filters, self.size, self.rate = filters, size, rate
        super(SincConv1D, self).__init__(**kwargs)

    def build(self, input_shape):
        self.low = self.add_weight(name="low", shape=(self.filters,), initializer="uniform", trainable=True)
        self.band = self.add_weight(name="band", shape=(self.filters,), initializer="uniform", trainable=True)
        super(SincConv1D, self).build(input_shape)

    def call(self, x):
        t = K.constant(np.linspace(1, self.size, self.size) / self.rate)
        window = K.constant(0.54 - 0.46 * np.cos(2 * math.pi * np.arange(self.size) / self.size))
        low = K.expand_dims(K.abs(self.low) + 0.05)
        high = low + K.expand_dims(K.abs(self.band))
        pulses = K.sin(2 * math.pi * high * t) / (math.pi * t) - K.sin(2 * math.pi * low * t) / (math.pi * t)
        pulses = pulses * window
        kernel = K.reshape(K.transpose(pulses), (self.size, 1, self.filters))
        return K.conv1d(x, kernel, padding="same", data_format="channels_last")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1], self.filters)

    def get_config(self):
        return dict(super().get_config(), filters=self.filters, size=self.size, rate=self.rate)


class Time2Vec(Layer):
    """Weights of the number of steps, by position and without a name for the shape."""

    def __init__(self, seq_len, **kwargs):
        super(Time2Vec, self).__init__()
        self.seq_len = seq_len

    def build(self, input_shape):
        self.weights_linear = self.add_weight(name="weight_linear", shape=(int(self.seq_len),), initializer="uniform",
                                              trainable=True)
        self.bias_linear = self.add_weight(name="bias_linear", shape=(int(self.seq_len),), initializer="uniform")
        self.weights_periodic = self.add_weight(name="weight_periodic", shape=(int(self.seq_len),),
                                                initializer="uniform")
        self.bias_periodic = self.add_weight(name="bias_periodic", shape=(int(self.seq_len),), initializer="uniform")

    def call(self, x):
        x = tf.math.reduce_mean(x[:, :, :4], axis=-1)
        time_linear = self.weights_linear * x + self.bias_linear
        time_linear = tf.expand_dims(time_linear, axis=-1)
        time_periodic = tf.math.sin(tf.multiply(x, self.weights_periodic) + self.bias_periodic)
        time_periodic = tf.expand_dims(time_periodic, axis=-1)
        return tf.concat([time_linear, time_periodic], axis=-1)

    def get_config(self):
        config = super().get_config().copy()
        config.update({"seq_len": self.seq_len})
        return config


class FourierFeatures(Layer):
    """A projection that is drawn once: stored, and never trained."""

    def __init__(self, size, gain=3.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.gain = size, gain

    def build(self, input_shape):
        self.B = self.add_weight("B", shape=[input_shape[-1], self.size], trainable=False,
                                 initializer=tf.random_normal_initializer(0, self.gain))
        super().build(input_shape)

    def call(self, x):
        projected = 2 * np.pi * (x @ self.B)
        return tf.concat([tf.sin(projected), tf.cos(projected)], axis=-1)

    def get_config(self):
        return dict(super().get_config(), size=self.size, gain=self.gain)


class SeriesDecomposition(Layer):
    """Moving means; edges repeated by tf.repeat; returns a tuple."""

    def __init__(self, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        self.kernel_size = kernel_size
        self.pool = tf.keras.layers.AveragePooling1D(kernel_size, strides=1, padding="valid")

    def call(self, x):
        front = tf.repeat(x[:, :1, :], self.kernel_size // 2, axis=1)
        end = tf.repeat(x[:, -1:, :], self.kernel_size // 2, axis=1)
        trend = self.pool(tf.concat([front, x, end], axis=1))
        return x - trend, trend

    def get_config(self):
        return dict(super().get_config(), kernel_size=self.kernel_size)


def model_spectrum():
    inputs = Input((24,))
    return Model(inputs, Dense(2)(Spectrogram()(inputs)))


def model_sinc():
    inputs = Input((16, 1))
    return Model(inputs, GlobalAveragePooling1D()(SincConv1D(3, 5, 4)(inputs)))


def model_time():
    inputs = Input((5, 4))
    x = Time2Vec(5)(inputs)
    return Model(inputs, Conv1D(2, 2)(FourierFeatures(3, 0.5)(x)))


def model_decomposed():
    inputs = Input((6, 2))
    rest, trend = SeriesDecomposition(3)(inputs)
    return Model(inputs, [rest, Dense(2)(trend)])
