"""Functions of images: what golden answers do not show."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from keras import ops

from loadstone.addons import image, install, uninstall
from loadstone.addons.image import transform_ops, utils

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BACKEND = keras.backend.backend()
ONES = np.ones((1, 4, 4, 3), "float32")
only_tensorflow = pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow traces unknown shapes")


def array(tensor: Any) -> Any:
    return ops.convert_to_numpy(tensor)


def error_of_values() -> type[Exception]:
    if BACKEND != "tensorflow":
        return ValueError
    import tensorflow as tf

    return tf.errors.InvalidArgumentError  # type: ignore[no-any-return]  # it has no types


def error_of_what_is_missing() -> type[Exception]:
    if BACKEND != "tensorflow":
        return NotImplementedError
    import tensorflow as tf

    return tf.errors.UnimplementedError  # type: ignore[no-any-return]  # it has no types


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: image.cutout(ONES, 3, (1, 1)), "divisible by 2"),
        (lambda: image.random_cutout(ONES, (2, 3)), "divisible by 2"),
        (lambda: image.mean_filter2d(ONES, 9), "less than the dimension"),
        (lambda: image.median_filter2d(ONES, 11, "SYMMETRIC"), "no greater than the dimension"),
        (lambda: image.interpolate_bilinear(ONES[0], ONES[:, 0, :, :2]), "Grid must be 4D"),
        (lambda: image.interpolate_bilinear(ONES[:, :1], ONES[:, 0, :, :2]), "height must be at least 2"),
        (lambda: image.interpolate_bilinear(ONES, ONES[:, 0]), "last dimension must be 2"),
        (lambda: image.transform(ONES, [[1.0] * 8] * 2), "num_images x 8"),
        (lambda: image.transform(ONES, [1.0] * 7), "num_images x 8"),
        (lambda: image.transform(ONES, [1.0] * 8, "cubic"), "interpolation must be"),
        (lambda: image.rotate(ONES, 1.0, fill_mode="mirror"), "fill_mode must be"),
        (lambda: image.resampler(ONES, np.ones(1, "float32")), "at least a matrix"),
        (lambda: image.resampler(ONES, np.ones((2, 2), "float32")), "Batch size"),
    ],
)
def test_value_that_cannot_be_used(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(error_of_values(), match=message):
        call()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: image.mean_filter2d(ONES[0, 0, 0]), ValueError, "2/3/4D"),
        (lambda: image.mean_filter2d(ONES, (3, 3, 3)), ValueError, "2 integers"),
        (lambda: image.mean_filter2d(ONES, (3, None, 3)), ValueError, "2 integers"),  # type: ignore[arg-type]  # tested
        (lambda: image.median_filter2d(ONES, padding="SAME"), ValueError, "padding should be"),
        (lambda: image.gaussian_filter2d(ONES, sigma=-1.0), ValueError, "greater than or equal to 0"),
        (lambda: image.gaussian_filter2d(ONES, sigma=[1.0, 2.0, 3.0]), ValueError, "2 floats"),
        (lambda: image.interpolate_bilinear(ONES, ONES[:, 0, :, :2], "yx"), ValueError, "Indexing mode"),
        (lambda: image.adjust_hsv_in_yiq(ONES[0, 0]), ValueError, "at least 3-D"),
        (lambda: image.adjust_hsv_in_yiq(ONES[..., :2]), ValueError, "3 channels but instead has 2"),
        (lambda: image.random_hsv_in_yiq(ONES, -1), ValueError, "max_delta"),
        (lambda: image.random_hsv_in_yiq(ONES, lower_saturation=-1), ValueError, "lower_saturation"),
        (lambda: image.random_hsv_in_yiq(ONES, lower_value=2), ValueError, "upper_value"),
        (lambda: image.rotate(ONES > 0, 1.0), TypeError, "Invalid dtype"),
        (lambda: image.rotate(ONES, [[1.0]]), ValueError, "rank 0 or 1"),
        (lambda: image.transform(ONES, [[[1.0] * 8]]), ValueError, "rank 1 or 2"),
        (lambda: image.transform(ONES, [1.0] * 8, output_shape=[3]), ValueError, "2 elements"),
        (lambda: image.translate(ONES, [[[1.0, 2.0]]]), TypeError, "rank 1 or 2"),
        (lambda: image.compose_transforms([]), ValueError, "cannot be empty"),
        (lambda: transform_ops.flat_transforms_to_matrices([[[1.0] * 8]]), ValueError, "1D or 2D"),
        (lambda: transform_ops.matrices_to_flat_transforms([1.0] * 9), ValueError, "2D or 3D"),
        (lambda: image.connected_components(ONES), TypeError, "rank 2"),
        (lambda: image.euclidean_dist_transform(ONES), TypeError, "Expected uint8"),
        (lambda: image.euclidean_dist_transform(ONES.astype("uint8"), "int32"), TypeError, "must be float16"),
        (lambda: utils.from_4D_image(ops.convert_to_tensor(ONES[0]), 3), ValueError, "must be 4D"),
        (lambda: image.resampler(ONES[0], ONES[0, :, :, :2]), error_of_what_is_missing(), "data shape"),
        (lambda: image.resampler(ONES, ONES), error_of_what_is_missing(), "must be 2D"),
    ],
)
def test_error(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float32"])
def test_dtype_and_rank_are_kept(dtype: str) -> None:
    for pixels in (np.ones((3, 4), dtype), np.ones((3, 4, 2), dtype)):
        for output in (
            image.equalize(pixels),
            image.sharpness(pixels, 1.0),
            image.mean_filter2d(pixels),
            image.median_filter2d(pixels),
            image.rotate(pixels, 0.0),
        ):
            assert array(output).dtype == dtype
            np.testing.assert_allclose(array(output), pixels, atol=0 if dtype in {"int32", "uint8"} else 1e-3)


@pytest.mark.parametrize(
    "call",
    [
        image.equalize,
        lambda x: image.mean_filter2d(x, padding="CONSTANT"),
        image.median_filter2d,
        lambda x: image.cutout(x, 2, (1, 1)),
        lambda x: image.rotate(x, 0.3),
        lambda x: image.dense_image_warp(x, x[..., :2]),
    ],
)
def test_empty_batch(call: Callable[[Any], Any]) -> None:
    assert array(call(ops.convert_to_tensor(ONES[:0]))).shape == (0, 4, 4, 3)


def test_components_are_those_of_a_flood() -> None:
    values = np.random.default_rng(0).integers(0, 3, (2, 20, 30))
    expected = np.zeros_like(values)
    count = 0
    for start in np.ndindex(values.shape):
        if values[start] and not expected[start]:
            count += 1
            waiting = [start]
            while waiting:
                place = waiting.pop()
                if expected[place] or values[place] != values[start]:
                    continue
                expected[place] = count
                which, y, x = place
                near = ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1))
                waiting += [(which, v, u) for v, u in near if 0 <= v < 20 and 0 <= u < 30]
    np.testing.assert_array_equal(array(image.connected_components(values)), expected)


def test_distances_are_those_to_the_nearest_of_all() -> None:
    pixels = np.random.default_rng(0).integers(0, 30, (2, 14, 23, 1)).astype("uint8")
    y, x = np.mgrid[:14, :23]
    expected = [
        np.min([np.hypot(y - row, x - column) for row, column in np.argwhere(one[..., 0] == 0)], axis=0)
        for one in pixels
    ]
    np.testing.assert_allclose(array(image.euclidean_dist_transform(pixels))[..., 0], expected, rtol=1e-6)


def test_random_cutout_draws_the_same_with_the_same_seed() -> None:
    ones = np.ones((8, 12, 14, 2), "float32")
    first, again, other = (array(image.random_cutout(ones, (4, 6), seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first.sum(axis=(1, 2, 3)) == 2 * (12 * 14 - 4 * 6)).all()  # whole masks, of all channels
    assert len({one.tobytes() for one in first}) > 1


def test_random_cutout_draws_a_sequence_from_a_generator() -> None:
    ones = np.ones((4, 12, 12, 1), "float32")
    sequences = []
    for _ in range(2):
        generator = keras.random.SeedGenerator(5)
        sequences.append([array(image.random_cutout(ones, 2, seed=generator)).tobytes() for _ in range(3)])
    assert sequences[0] == sequences[1]
    assert len(set(sequences[0])) == 3


def test_random_cutout_follows_the_global_seed() -> None:
    ones = np.ones((4, 12, 12, 1), "float32")
    drawn = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        drawn.append([array(image.random_cutout(ones, 2)) for _ in range(2)])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert (drawn[0][0] != drawn[0][1]).any()


def test_mask_larger_than_the_image_covers_it() -> None:
    assert not array(image.random_cutout(ONES, 60, seed=1)).any()


def test_random_hsv_is_within_its_bounds() -> None:
    gray = np.full((1, 1, 3), 0.5, "float32")
    values = [
        array(image.random_hsv_in_yiq(gray, 0.5, 0.5, 1.5, 0.5, 1.5, seed=seed)).mean() / 0.5 for seed in range(5)
    ]
    assert min(values) >= 0.5 - 1e-3
    assert max(values) <= 1.5 + 1e-3
    assert len(set(values)) == 5


def test_functional_model_is_saved_with_its_functions(tmp_path: Path) -> None:
    inputs = keras.Input((None, None, 3))
    outputs = image.rotate(image.mean_filter2d(inputs, (3, 5), padding="SYMMETRIC"), 0.3, interpolation="bilinear")
    outputs = image.adjust_hsv_in_yiq(image.transform(outputs, [1.0] * 8, output_shape=(4, 6)), 0.4)
    model = keras.Model(inputs, outputs)
    assert model.output_shape == (None, 4, 6, 3)
    model.save(tmp_path / "model.keras")
    pixels = np.random.default_rng(0).random((2, 7, 8, 3), "float32")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(pixels, verbose=0), model.predict(pixels, verbose=0))


def test_functions_of_two_outputs_and_on_the_host_are_symbolic() -> None:
    inputs = keras.Input((6, 7, 1))
    points = np.array([[[1.0, 1.0], [4.0, 2.0], [2.0, 5.0]]], "float32")
    warped, flow = image.sparse_image_warp(inputs, points, points + 0.5, num_boundary_points=1)
    components = image.connected_components(ops.squeeze(inputs, -1) > 0)
    assert (warped.shape, flow.shape, components.shape) == ((None, 6, 7, 1), (None, 6, 7, 2), (None, 6, 7))
    model = keras.Model(inputs, components)
    assert model.predict(np.ones((1, 6, 7, 1)), verbose=0).max() == 1


def test_importing_a_submodule_by_the_other_name_leaves_the_function() -> None:
    install()
    try:
        module = importlib.import_module("tensorflow_addons.image.dense_image_warp")
        assert image.dense_image_warp is module.dense_image_warp
    finally:
        uninstall()


@only_tensorflow
@pytest.mark.parametrize(
    "call",
    [
        image.equalize,
        lambda x: image.sharpness(x, 0.3),
        image.mean_filter2d,
        image.median_filter2d,
        image.gaussian_filter2d,
        lambda x: image.rotate(x, 0.3),
        lambda x: image.translate(x, [1.0, 2.0]),
    ],
)
def test_graph_of_unknown_rank(call: Callable[[Any], Any]) -> None:
    import tensorflow as tf

    function = tf.function(call).get_concrete_function(tf.TensorSpec(None, "float32"))
    for shape in ((3, 4), (3, 4, 2), (2, 3, 4, 2)):
        pixels = tf.random.uniform(shape)
        np.testing.assert_allclose(function(pixels), call(pixels), rtol=1e-6)


@only_tensorflow
def test_concrete_functions_check_what_was_unknown() -> None:
    import tensorflow as tf

    cutout: Any = image.cutout
    dense_image_warp: Any = image.dense_image_warp
    warp = dense_image_warp.get_concrete_function(tf.TensorSpec(None, "float32"), tf.TensorSpec(None, "float32"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="width must be at least 2"):
        warp(tf.ones((1, 2, 1, 1)), tf.zeros((1, 2, 1, 2)))
    cut = cutout.get_concrete_function(tf.TensorSpec((1, 4, 4, 1)), tf.TensorSpec((), "int32"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="divisible by 2"):
        cut(tf.ones((1, 4, 4, 1)), tf.constant(3))
    ranked = utils.to_4D_image(tf.ones((2, 3)))
    assert utils.from_4D_image(ranked, utils.get_ndims(tf.ones((2, 3)))).shape == (2, 3)


@only_tensorflow
def test_dataset_draws_anew_for_each_element() -> None:
    import tensorflow as tf

    data = tf.data.Dataset.from_tensors(tf.ones((1, 16, 16, 1))).repeat(4).map(lambda x: image.random_cutout(x, 2))
    assert len({element.tobytes() for element in data.as_numpy_iterator()}) > 1


@only_tensorflow
def test_gradient_of_a_variable() -> None:
    import tensorflow as tf

    variable = tf.Variable(ONES)
    with tf.GradientTape() as tape:
        score = tf.reduce_sum(image.rotate(variable, np.pi / 2))
    np.testing.assert_allclose(tape.gradient(score, variable), ONES)
