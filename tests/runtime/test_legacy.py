"""Objects that Keras 3 has no more give the numbers that TensorFlow 2.15.1 gave, or the Keras 3 that had them last."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.legacy.constraints import RadialConstraint
from loadstone.legacy.convolutional import SeparableConv1D
from loadstone.legacy.image import RandomCrop

# What `tf.keras.constraints.RadialConstraint` made of the numbers from 0 on, row by row.
RINGS = {
    2: "0 0 / 0 0",
    3: "8 8 8 / 8 0 8 / 8 8 8",
    4: "30 30 30 30 / 30 10 10 30 / 30 10 10 30 / 30 30 30 30",
    5: "36 36 36 36 36 / 36 24 24 24 36 / 36 24 12 24 36 / 36 24 24 24 36 / 36 36 36 36 36",
    6: "70 70 70 70 70 70 / 70 56 56 56 56 70 / 70 56 28 28 56 70 / 70 56 28 28 56 70 / 70 56 56 56 56 70 / "
    "70 70 70 70 70 70",
}
CAUSAL = [[0.8, 0.1], [1.0, 1.3], [1.3, 2.7], [1.7, 4.3], [2.0, 5.7], [2.6, 6.9]]


@pytest.mark.parametrize(("size", "rings"), RINGS.items())
def test_a_radial_constraint_gives_each_ring_its_value(size: int, rings: str) -> None:
    kernels = np.arange(2.0 * size * size, dtype="float32").reshape(size, size, 1, 2)
    found = ops.convert_to_numpy(RadialConstraint()(kernels))
    expected = np.array([[float(value) for value in row.split()] for row in rings.split(" / ")])
    np.testing.assert_array_equal(found[:, :, 0, 0], expected)
    np.testing.assert_array_equal(found[:, :, 0, 1], expected + 1)


def test_a_radial_constraint_is_for_kernels_of_images() -> None:
    with pytest.raises(ValueError, match=r"rank 4, not the shape \(3, 3\)"):
        RadialConstraint()(np.zeros((3, 3), "float32"))


def test_a_causal_convolution_sees_no_later_input() -> None:
    layer = SeparableConv1D(2, 3, dilation_rate=2)
    given = np.arange(12, dtype="float32").reshape(1, 6, 2) / 10
    layer.build(given.shape)
    depthwise = np.arange(6, dtype="float32").reshape(3, 2, 1) - 2
    layer.set_weights([depthwise, np.arange(4, dtype="float32").reshape(1, 2, 2) - 1, np.array([0.5, -0.5])])
    np.testing.assert_allclose(ops.convert_to_numpy(layer(given))[0], CAUSAL, rtol=0, atol=1e-6)
    assert layer.compute_output_shape((None, 6, 2)) == (None, 6, 2)
    assert layer.compute_output_shape((None, None, 2)) == (None, None, 2)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is SeparableConv1D
    assert again.get_config() == layer.get_config()
    assert again.get_config()["padding"] == "causal"


def test_other_paddings_are_keras_own() -> None:
    with pytest.raises(ValueError, match="padding is causal here, not 'same'"):
        SeparableConv1D(2, 3, padding="same")


# What `keras.layers.RandomCrop` made of the numbers from 0 on in six rows and four columns, when it did not train: in
# Keras 3.5, and in 3.6 and 3.7.
CROPS = {
    (2, 3): ("8.1667 9.5 10.8333 / 12.1667 13.5 14.8333", "8 9 10 / 12 13 14"),
    (3, 2): ("2.5 4.5 / 10.5 12.5 / 18.5 20.5", "0 1 / 4 5 / 8 9"),
    (7, 3): (
        (
            "1 1.5 2 / 4.1429 4.6429 5.1429 / 7.5714 8.0714 8.5714 / 11 11.5 12 / 14.4286 14.9286 15.4286 / "
            "17.8571 18.3571 18.8571 / 21 21.5 22"
        ),
        (
            "1 2 3 / 4.1429 5.1429 6.1429 / 7.5714 8.5714 9.5714 / 11 12 13 / 14.4286 15.4286 16.4286 / "
            "17.8571 18.8571 19.8571 / 21 22 23"
        ),
    ),
}


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("size", CROPS)
def test_a_crop_at_inference_is_that_of_the_release(size: tuple[int, int], largest: bool, data_format: str) -> None:  # noqa: FBT001 - a case
    images = np.arange(24, dtype="float32").reshape(1, 6, 4, 1)
    layer = RandomCrop(*size, largest=largest, data_format=data_format)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    given = np.moveaxis(images, -1, 1) if data_format == "channels_first" else images
    found = ops.convert_to_numpy(again(given, training=False))
    assert found.shape == again.compute_output_shape(given.shape)
    rows = CROPS[size][0 if largest else 1].split(" / ")
    expected = [[float(value) for value in row.split()] for row in rows]
    np.testing.assert_allclose(found.reshape(size), expected, rtol=0, atol=1e-4)
    drawn = ops.convert_to_numpy(again(given, training=True))
    assert drawn.shape == found.shape
