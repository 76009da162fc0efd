"""Capsules: squash, routing, lengths and masks."""
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow.keras import initializers, layers, models


def squash(vectors, axis=-1):
    s_squared_norm = K.sum(K.square(vectors), axis, keepdims=True)
    scale = s_squared_norm / (1 + s_squared_norm) / K.sqrt(s_squared_norm + K.epsilon())
    return scale * vectors


class Length(layers.Layer):
    def call(self, inputs, **kwargs):
        return K.sqrt(K.sum(K.square(inputs), -1) + K.epsilon())

    def compute_output_shape(self, input_shape):
        return input_shape[:-1]

    def get_config(self):
        return super(Length, self).get_config()


class Mask(layers.Layer):
    """One input, or two in a list."""

    def call(self, inputs, **kwargs):
        if type(inputs) is list:
            assert len(inputs) == 2
            inputs, mask = inputs
        else:
            x = K.sqrt(K.sum(K.square(inputs), -1))
            mask = K.one_hot(indices=K.argmax(x, 1), num_classes=K.int_shape(x)[1])
        return K.batch_flatten(inputs * K.expand_dims(mask, -1))

    def compute_output_shape(self, input_shape):
        if type(input_shape[0]) is tuple:
            return tuple([None, input_shape[0][1] * input_shape[0][2]])
        return tuple([None, input_shape[1] * input_shape[2]])


class CapsuleLayer(layers.Layer):
    def __init__(self, num_capsule, dim_capsule, routings=3, kernel_initializer="glorot_uniform", **kwargs):
        super(CapsuleLayer, self).__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings
        self.kernel_initializer = initializers.get(kernel_initializer)

    def build(self, input_shape):
        assert len(input_shape) >= 3, "The input Tensor should have shape=[None, input_num, input_dim]"
        self.input_num_capsule = input_shape[1]
        self.input_dim_capsule = input_shape[2]
        self.W = self.add_weight(shape=[self.num_capsule, self.input_num_capsule, self.dim_capsule,
                                        self.input_dim_capsule],
                                 initializer=self.kernel_initializer, name="W")
        self.built = True

    def call(self, inputs, training=None):
        inputs_expand = K.expand_dims(inputs, 1)
        inputs_tiled = K.expand_dims(K.tile(inputs_expand, [1, self.num_capsule, 1, 1]), -1)
        inputs_hat = tf.squeeze(tf.map_fn(lambda x: tf.matmul(self.W, x), inputs_tiled), -1)
        b = tf.zeros(shape=[K.shape(inputs_hat)[0], self.num_capsule, self.input_num_capsule])
        assert self.routings > 0, "The routings should be > 0."
        for i in range(self.routings):
            c = tf.nn.softmax(b, axis=1)
            outputs = squash(K.sum(K.expand_dims(c, -1) * inputs_hat, axis=2))
            if i < self.routings - 1:
                b += K.sum(K.expand_dims(outputs, 2) * inputs_hat, axis=-1)
        return outputs

    def compute_output_shape(self, input_shape):
        return tuple([None, self.num_capsule, self.dim_capsule])

    def get_config(self):
        config = {"num_capsule": self.num_capsule, "dim_capsule": self.dim_capsule, "routings": self.routings}
        base_config = super(CapsuleLayer, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


def margin_loss(y_true, y_pred):
    L = y_true * K.square(K.maximum(0.0, 0.9 - y_pred)) + 0.5 * (1 - y_true) * K.square(K.maximum(0.0, y_pred - 0.1))
    return K.mean(K.sum(L, 1))


def model_digits():
    x = layers.Input(shape=(6, 6, 1))
    conv1 = layers.Conv2D(filters=4, kernel_size=3, activation="relu", name="conv1")(x)
    primary = layers.Reshape(target_shape=[-1, 4], name="primary")(conv1)
    primary = layers.Lambda(squash, name="primarycap_squash")(primary)
    digitcaps = CapsuleLayer(3, 4, routings=2, name="digitcaps")(primary)
    y = layers.Input(shape=(3,))
    masked = Mask()([digitcaps, y])
    decoder = models.Sequential(name="decoder")
    decoder.add(layers.Dense(5, activation="relu", input_dim=12))
    decoder.add(layers.Dense(36, activation="sigmoid"))
    decoder.add(layers.Reshape(target_shape=(6, 6, 1), name="out_recon"))
    return models.Model([x, y], [Length(name="capsnet")(digitcaps), decoder(masked)])


def model_predicted():
    x = layers.Input(shape=(5, 4))
    digitcaps = CapsuleLayer(3, 4)(x)
    model = models.Model(x, Length()(digitcaps))
    model.compile("adam", loss=margin_loss, metrics=["accuracy"])
    return model


def model_masked():
    x = layers.Input(shape=(5, 4))
    return models.Model(x, Mask()(CapsuleLayer(3, 4)(x)))
