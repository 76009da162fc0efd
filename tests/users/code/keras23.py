"""Layers for Keras 2.3 on its own."""
import keras
import numpy as np
import tensorflow as tf
from keras import backend as K
from keras import initializers
from keras.layers import Conv2D, Dense, Embedding, Flatten, Input, InputSpec, Lambda, Layer, LSTM
from keras.models import Model, Sequential


class MyLayer(Layer):
    """The layer of Keras' own guide."""

    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[1], self.output_dim),
                                      initializer="uniform", trainable=True)
        super(MyLayer, self).build(input_shape)

    def call(self, x):
        return K.dot(x, self.kernel)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)

    def get_config(self):
        return dict(super(MyLayer, self).get_config(), output_dim=self.output_dim)


class Normalize(Layer):
    """L2 normalization with a scale, from SSD: a weight made by K.variable."""

    def __init__(self, scale, **kwargs):
        self.axis = 3
        self.scale = scale
        super(Normalize, self).__init__(**kwargs)

    def build(self, input_shape):
        self.input_spec = [InputSpec(shape=input_shape)]
        shape = (input_shape[self.axis],)
        init_gamma = self.scale * np.ones(shape)
        self.gamma = K.variable(init_gamma, name="{}_gamma".format(self.name))
        self.trainable_weights = [self.gamma]

    def call(self, x, mask=None):
        output = K.l2_normalize(x, self.axis)
        output *= self.gamma
        return output

    def get_config(self):
        return dict(super(Normalize, self).get_config(), scale=self.scale)


class Capsule(Layer):
    """Dynamic routing, with the backend's convolution and batched products."""

    def __init__(self, num_capsule, dim_capsule, routings=3, share_weights=True, **kwargs):
        super(Capsule, self).__init__(**kwargs)
        self.num_capsule = num_capsule
        self.dim_capsule = dim_capsule
        self.routings = routings
        self.share_weights = share_weights

    def build(self, input_shape):
        super(Capsule, self).build(input_shape)
        input_dim_capsule = input_shape[-1]
        self.W = self.add_weight(name="capsule_kernel",
                                 shape=(1, input_dim_capsule, self.num_capsule * self.dim_capsule),
                                 initializer="glorot_uniform", trainable=True)

    def call(self, u_vecs):
        u_hat_vecs = K.conv1d(u_vecs, self.W)
        batch_size = K.shape(u_vecs)[0]
        input_num_capsule = K.shape(u_vecs)[1]
        u_hat_vecs = K.reshape(u_hat_vecs, (batch_size, input_num_capsule, self.num_capsule, self.dim_capsule))
        u_hat_vecs = K.permute_dimensions(u_hat_vecs, (0, 2, 1, 3))
        b = K.zeros_like(u_hat_vecs[:, :, :, 0])
        for i in range(self.routings):
            b = K.permute_dimensions(b, (0, 2, 1))
            c = K.softmax(b)
            c = K.permute_dimensions(c, (0, 2, 1))
            o = K.tanh(K.sum(K.expand_dims(c) * u_hat_vecs, axis=2))
            if i < self.routings - 1:
                b = K.sum(K.expand_dims(o, 2) * u_hat_vecs, axis=-1)
        return o

    def compute_output_shape(self, input_shape):
        return (None, self.num_capsule, self.dim_capsule)

    def get_config(self):
        base = super(Capsule, self).get_config()
        return dict(base, num_capsule=self.num_capsule, dim_capsule=self.dim_capsule, routings=self.routings)


class RunningSum(Layer):
    """A recurrence by K.rnn, and an update."""

    def build(self, input_shape):
        self.decay = self.add_weight("decay", (input_shape[-1],), initializer=initializers.Constant(0.5))
        self.calls = self.add_weight(shape=(1,), name="calls", initializer="zeros", trainable=False)
        self.built = True

    def call(self, x, mask=None):
        self.add_update([K.update_add(self.calls, K.ones((1,)))], x)
        initial = K.sum(K.zeros_like(x), axis=1)

        def step(inputs, states):
            total = inputs + self.decay * states[0]
            return total, [total]

        last, outputs, states = K.rnn(step, x, [initial])
        return outputs


def euclidean_distance(vects):
    x, y = vects
    return K.sqrt(K.maximum(K.sum(K.square(x - y), axis=1, keepdims=True), K.epsilon()))


def eucl_dist_output_shape(shapes):
    shape1, shape2 = shapes
    return (shape1[0], 1)


def contrastive_loss(y_true, y_pred):
    margin = 1
    return K.mean(y_true * K.square(y_pred) + (1 - y_true) * K.square(K.maximum(margin - y_pred, 0)))


def accuracy(y_true, y_pred):
    return K.mean(K.equal(y_true, K.cast(y_pred < 0.5, y_true.dtype)))


def model_guide():
    return Sequential([Dense(5, input_shape=(6,)), MyLayer(3)])


def model_normalize():
    inputs = Input((4, 4, 3))
    x = Conv2D(5, 3, padding="same")(inputs)
    return Model(inputs, Flatten()(Normalize(20, name="norm")(x)))


def model_capsule():
    inputs = Input((5,))
    x = Embedding(11, 6)(inputs)
    return Model(inputs, Flatten()(Capsule(2, 3)(x)))


def model_running():
    inputs = Input((5, 3))
    return Model(inputs, RunningSum()(inputs))


def model_siamese():
    base = Sequential([Flatten(input_shape=(3, 2)), Dense(4, activation="relu")])
    a, b = Input((3, 2)), Input((3, 2))
    distance = Lambda(euclidean_distance, output_shape=eucl_dist_output_shape)([base(a), base(b)])
    model = Model([a, b], distance)
    model.compile(loss=contrastive_loss, optimizer="rmsprop", metrics=[accuracy])
    return model
