"""Layers that behave differently in training, and that add to the model's loss."""
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow import keras
from tensorflow.keras.layers import Dense, Dropout, Input, Lambda, Layer
from tensorflow.keras.models import Model


class Sampling(Layer):
    """Uses (z_mean, z_log_var) to sample z."""

    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch = tf.shape(z_mean)[0]
        dim = tf.shape(z_mean)[1]
        epsilon = tf.keras.backend.random_normal(shape=(batch, dim))
        return z_mean + tf.exp(0.5 * z_log_var) * epsilon


class KLDivergence(Layer):
    def __init__(self, *args, **kwargs):
        self.is_placeholder = True
        super(KLDivergence, self).__init__(*args, **kwargs)

    def call(self, inputs):
        mu, log_var = inputs
        kl_batch = -0.5 * K.sum(1 + log_var - K.square(mu) - K.exp(log_var), axis=-1)
        self.add_loss(K.mean(kl_batch), inputs=inputs)
        self.add_metric(K.mean(kl_batch), name="kl", aggregation="mean")
        return inputs


class PhaseNoise(Layer):
    def __init__(self, stddev, **kwargs):
        super(PhaseNoise, self).__init__(**kwargs)
        self.supports_masking = True
        self.stddev = stddev

    def call(self, inputs, training=None):
        def noised():
            return inputs + K.random_normal(shape=K.shape(inputs), mean=0.0, stddev=self.stddev)

        return K.in_train_phase(noised, inputs * 0.5, training=training)

    def get_config(self):
        config = {"stddev": self.stddev}
        base_config = super(PhaseNoise, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))

    def compute_output_shape(self, input_shape):
        return input_shape


class LearningPhase(Layer):
    def call(self, inputs):
        return K.in_train_phase(inputs * 100.0, inputs * 3.0)


class FixedDropout(Dropout):
    def _get_noise_shape(self, inputs):
        if self.noise_shape is None:
            return self.noise_shape
        symbolic_shape = K.shape(inputs)
        noise_shape = [symbolic_shape[axis] if shape is None else shape
                       for axis, shape in enumerate(self.noise_shape)]
        return tuple(noise_shape)


class MovingMean(Layer):
    def build(self, input_shape):
        self.mean = self.add_weight(name="mean", shape=(input_shape[-1],), initializer="zeros", trainable=False)

    def call(self, inputs, training=None):
        if training is None:
            training = K.learning_phase()
        update = K.moving_average_update(self.mean, K.mean(inputs, axis=0), 0.9) if training is True else None
        if update is not None:
            self.add_update(update, inputs)
        return inputs - self.mean


mean_only = lambda pair: pair[0] + 0.0 * pair[1]


def model_autoencoder():
    inputs = Input((6,))
    h = Dense(5, activation="relu")(inputs)
    z_mean, z_log_var = Dense(3)(h), Dense(3)(h)
    z_mean, z_log_var = KLDivergence()([z_mean, z_log_var])
    z = Sampling()([z_mean, z_log_var])
    z = Lambda(mean_only, name="mean_only")([z_mean, z])
    return Model(inputs, Dense(6, activation="sigmoid")(z))


def model_noise():
    inputs = Input((6,))
    return Model(inputs, PhaseNoise(0.3)(Dense(4)(inputs)))


def model_phase():
    inputs = Input((6,))
    return Model(inputs, LearningPhase()(Dense(4)(inputs)))


def model_dropout():
    inputs = Input((4, 3))
    return Model(inputs, Dense(2)(FixedDropout(0.2, noise_shape=(None, 1, 1))(inputs)))


def model_moving():
    inputs = Input((6,))
    return Model(inputs, MovingMean()(Dense(4)(inputs)))
