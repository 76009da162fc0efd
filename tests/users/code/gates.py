"""Gated residual networks, highways, and other ways around a layer."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class GatedLinearUnit(layers.Layer):
    def __init__(self, units, **kwargs):
        super(GatedLinearUnit, self).__init__(**kwargs)
        self.units = units
        self.linear = layers.Dense(units)
        self.sigmoid = layers.Dense(units, activation="sigmoid")

    def call(self, inputs):
        return self.linear(inputs) * self.sigmoid(inputs)

    def get_config(self):
        return {**super(GatedLinearUnit, self).get_config(), "units": self.units}


class GatedResidualNetwork(layers.Layer):
    def __init__(self, units, dropout_rate=0.1, **kwargs):
        super(GatedResidualNetwork, self).__init__(**kwargs)
        self.units = units
        self.dropout_rate = dropout_rate
        self.elu_dense = layers.Dense(units, activation="elu")
        self.linear_dense = layers.Dense(units)
        self.dropout = layers.Dropout(dropout_rate)
        self.gated_linear_unit = GatedLinearUnit(units)
        self.layer_norm = layers.LayerNormalization()
        self.project = layers.Dense(units)

    def call(self, inputs):
        x = self.elu_dense(inputs)
        x = self.linear_dense(x)
        x = self.dropout(x)
        if inputs.shape[-1] != self.units:
            inputs = self.project(inputs)
        x = inputs + self.gated_linear_unit(x)
        return self.layer_norm(x)

    def get_config(self):
        return {**super(GatedResidualNetwork, self).get_config(), "units": self.units,
                "dropout_rate": self.dropout_rate}


class VariableSelection(layers.Layer):
    """A list of layers, one a feature."""

    def __init__(self, num_features, units, dropout_rate=0.1, **kwargs):
        super(VariableSelection, self).__init__(**kwargs)
        self.num_features, self.units, self.dropout_rate = num_features, units, dropout_rate
        self.grns = list()
        for idx in range(num_features):
            self.grns.append(GatedResidualNetwork(units, dropout_rate))
        self.grn_concat = GatedResidualNetwork(units, dropout_rate)
        self.softmax = layers.Dense(units=num_features, activation="softmax")

    def call(self, inputs):
        v = layers.concatenate(inputs)
        v = self.grn_concat(v)
        v = tf.expand_dims(self.softmax(v), axis=-1)
        x = []
        for idx, input in enumerate(inputs):
            x.append(self.grns[idx](input))
        x = tf.stack(x, axis=1)
        return tf.squeeze(tf.matmul(v, x, transpose_a=True), axis=1)

    def get_config(self):
        return {**super(VariableSelection, self).get_config(), "num_features": self.num_features,
                "units": self.units, "dropout_rate": self.dropout_rate}


class Highway(keras.layers.Layer):
    """Settings of the layer's own are taken from kwargs before the base sees them."""

    activation = None
    transform_gate_bias = None

    def __init__(self, **kwargs):
        self.activation = kwargs.pop("activation", "relu")
        self.transform_gate_bias = kwargs.pop("transform_gate_bias", -1)
        super(Highway, self).__init__(**kwargs)

    def build(self, input_shape):
        dim = input_shape[-1]
        transform_gate_bias_initializer = keras.initializers.Constant(self.transform_gate_bias)
        self.dense_1 = layers.Dense(units=dim, bias_initializer=transform_gate_bias_initializer)
        self.dense_1.build(input_shape)
        self.dense_2 = layers.Dense(units=dim)
        self.dense_2.build(input_shape)
        super(Highway, self).build(input_shape)

    def call(self, x):
        dim = keras.backend.int_shape(x)[-1]
        transform_gate = self.dense_1(x)
        transform_gate = layers.Activation("sigmoid")(transform_gate)
        carry_gate = layers.Lambda(lambda x: 1.0 - x, output_shape=(dim,))(transform_gate)
        transformed_data = self.dense_2(x)
        transformed_data = layers.Activation(self.activation)(transformed_data)
        transformed_gated = layers.Multiply()([transform_gate, transformed_data])
        identity_gated = layers.Multiply()([carry_gate, x])
        return layers.Add()([transformed_gated, identity_gated])

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config["activation"] = self.activation
        config["transform_gate_bias"] = self.transform_gate_bias
        return config


class Dict(layers.Layer):
    """A dictionary of layers, and a call with a dictionary."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.heads = {name: layers.Dense(units, name=name) for name in ("query", "key", "value")}

    def call(self, inputs):
        parts = {name: head(inputs) for name, head in self.heads.items()}
        return tf.nn.sigmoid(parts["query"]) * parts["key"] + parts["value"]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def model_gated():
    inputs = keras.Input((6,))
    return keras.Model(inputs, GatedResidualNetwork(4)(GatedResidualNetwork(6)(inputs)))


def model_selected():
    a, b = keras.Input((3,)), keras.Input((3,))
    return keras.Model([a, b], VariableSelection(2, 4)([a, b]))


def model_highway():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Highway(activation="tanh")(Highway(transform_gate_bias=-2)(inputs)))


def model_dict():
    inputs = keras.Input((6,))
    return keras.Model(inputs, Dict(3)(inputs))
