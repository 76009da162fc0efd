"""Models of one's own: blocks, autoencoders, and models inside others."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class ResidualUnit(keras.Model):
    """A block written as a model, called in a functional one."""

    def __init__(self, filters, name=None, **kwargs):
        super(ResidualUnit, self).__init__(name=name, **kwargs)
        self.filters = filters
        self.conv1 = layers.Conv2D(filters, 3, padding="same")
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(filters, 1)

    def call(self, inputs, training=None):
        x = tf.nn.relu(self.bn1(self.conv1(inputs), training=training))
        return x + self.conv2(inputs)

    def get_config(self):
        return {"filters": self.filters, "name": self.name}


class Bottleneck(layers.Layer):
    """Sublayers in a nested list, and a Sequential."""

    def __init__(self, widths, **kwargs):
        super(Bottleneck, self).__init__(**kwargs)
        self.widths = widths
        self.blocks = [[layers.Dense(width, activation="relu"), layers.Dropout(0.2)] for width in widths]
        self.head = keras.Sequential([layers.Dense(4), layers.LeakyReLU(0.1)], name="head")

    def call(self, x, training=None):
        for dense, dropout in self.blocks:
            x = dropout(dense(x), training=training)
        return self.head(x)

    def get_config(self):
        config = super(Bottleneck, self).get_config()
        config.update(widths=list(self.widths))
        return config


class Pooler(layers.Layer):
    """Takes keyword tensors beside the first."""

    def __init__(self, **kwargs):
        super(Pooler, self).__init__(**kwargs)
        self.dense = layers.Dense(3)

    def call(self, inputs, scale=None, offset=0.0):
        x = self.dense(tf.reduce_mean(inputs, axis=1))
        if scale is not None:
            x = x * scale
        return x + offset


class VAE(keras.Model):
    """An autoencoder, whose parts are functional models that it takes and stores."""

    def __init__(self, encoder, decoder, beta=1.0, **kwargs):
        super(VAE, self).__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        self.total_loss_tracker = keras.metrics.Mean(name="total_loss")

    @property
    def metrics(self):
        return [self.total_loss_tracker]

    def call(self, inputs):
        mean, log_var = self.encoder(inputs)
        self.add_loss(-0.5 * self.beta * tf.reduce_mean(1 + log_var - tf.square(mean) - tf.exp(log_var)))
        return self.decoder(mean)

    def get_config(self):
        return {"encoder": self.encoder.get_config(), "decoder": self.decoder.get_config(), "beta": self.beta}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        encoder = keras.Model.from_config(config["encoder"], custom_objects=custom_objects)
        decoder = keras.Model.from_config(config["decoder"], custom_objects=custom_objects)
        return cls(encoder, decoder, beta=config["beta"])


def parts():
    x = keras.Input((6,))
    h = layers.Dense(5, activation="relu")(x)
    encoder = keras.Model(x, [layers.Dense(2, name="mean")(h), layers.Dense(2, name="log_var")(h)], name="encoder")
    z = keras.Input((2,))
    decoder = keras.Model(z, layers.Dense(6, activation="sigmoid")(z), name="decoder")
    return encoder, decoder


def model_residual():
    inputs = keras.Input((4, 4, 2))
    x = ResidualUnit(3, name="unit_a")(inputs)
    x = ResidualUnit(3, name="unit_b")(x)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


def model_bottleneck():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Bottleneck([5, 3])(inputs))


def model_pooled():
    a, b = keras.Input((4, 5)), keras.Input((3,))
    return keras.Model([a, b], Pooler()(a, scale=b, offset=0.5))


def model_autoencoder():
    model = VAE(*parts(), beta=0.5)
    model(tf.zeros((1, 6)))
    return model


def model_added_loss():
    encoder, decoder = parts()
    x = keras.Input((6,))
    mean, log_var = encoder(x)
    model = keras.Model(x, decoder(mean))
    model.add_loss(-0.5 * tf.reduce_mean(1 + log_var - tf.square(mean) - tf.exp(log_var)))
    model.compile("adam", "mse")
    return model


def model_added_to_two():
    """Losses and a metric of a graph with two outputs, whose own losses are told by their names."""
    x = keras.Input((6,))
    h = layers.Dense(4, activation="tanh")(x)
    left, right = layers.Dense(2, name="left")(h), layers.Dense(3, name="right")(h)
    model = keras.Model(x, [left, right])
    model.add_loss(0.1 * tf.reduce_sum(tf.square(h)))
    model.add_loss(tf.reduce_mean(tf.abs(left)))
    model.add_metric(tf.reduce_mean(h), name="mean_h", aggregation="mean")
    model.compile("sgd", {"left": "mse", "right": "mae"}, loss_weights={"left": 1.0, "right": 0.5})
    return model
