"""Models with a class of their own."""
import tensorflow as tf
from tensorflow import keras


class Trainer(keras.Model):
    """A functional model with its own training step."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compiled_loss(y, y_pred, regularization_losses=self.losses)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        self.compiled_metrics.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class Named(keras.Model):
    """A functional model with an argument of its own, and a method."""

    def __init__(self, inputs=None, outputs=None, temperature=2.0, **kwargs):
        super(Named, self).__init__(inputs=inputs, outputs=outputs, **kwargs)
        self.temperature = temperature

    def cooled(self, x):
        return self(x) / self.temperature


class Classifier(keras.Model):
    """A model whose graph is its call."""

    def __init__(self, hidden=4, classes=2, **kwargs):
        super(Classifier, self).__init__(**kwargs)
        self.hidden, self.classes = hidden, classes
        self.dense1 = keras.layers.Dense(hidden, activation="relu")
        self.scale = Scale()
        self.dense2 = keras.layers.Dense(classes)

    def call(self, inputs, training=False, mask=None):
        return self.dense2(self.scale(self.dense1(inputs)))

    def get_config(self):
        return {"hidden": self.hidden, "classes": self.classes}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Scale(keras.layers.Layer):
    def build(self, input_shape):
        self.gain = self.add_weight("gain", shape=input_shape[-1:], initializer="ones")

    def call(self, inputs):
        return inputs * self.gain


def model_trainer():
    inputs = keras.Input((6,))
    x = keras.layers.Dense(4, activation="relu")(inputs)
    model = Trainer(inputs, keras.layers.Dense(2)(x))
    model.compile("adam", "mse", metrics=["mae"])
    return model


def model_subclassed():
    model = Classifier(5, 3)
    model(tf.zeros((1, 6)))
    return model


def model_nested():
    inputs = keras.Input((6,))
    return keras.Model(inputs, keras.layers.Activation("tanh")(Classifier(5, 3)(inputs)))


def model_named():
    inputs = keras.Input((6,))
    return Named(inputs, keras.layers.Dense(2)(inputs), name="cool")
