"""What is asked of the real TensorFlow Addons' functions of images, and how ``golden_worker.py`` asks it.

The answers of a case are ``input<n>``, ``output<n>`` and, for the arguments that ``gradients`` names, ``gradient<n>``:
of the sum of the first output's values times cos(0), cos(1), and so on.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Answers = dict[str, Any]
NAN = float("nan")


@dataclass(frozen=True)
class Draw:
    """An argument drawn uniformly from ``low`` to ``high``; integers if its dtype says so."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True)
class Fixed:
    """An argument given by its values."""

    values: Any
    dtype: str = "float32"


@dataclass(frozen=True)
class Image:
    """A function, called on tensors (as one list if ``listed``) and then ``arguments``."""

    label: str
    object: str
    inputs: tuple[Draw | Fixed, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    gradients: tuple[int, ...] = ()
    listed: bool = False


def pixels(*shape: int, dtype: str = "uint8", high: float = 255.0) -> Draw:
    """Return an image of values from 0."""
    return Draw(shape, dtype, 0.0, high)


PHOTO = pixels(2, 4, 4, 3)
REAL = Draw((2, 5, 6, 2))
SIX_BY_SEVEN = Draw((1, 6, 7, 2))
PROJECTION = ((0.9, -0.3, 1.2, 0.25, 1.1, -2.3, 0.02, -0.03), (1.3, 0.2, -3.1, -0.15, 0.83, 1.72, -0.011, 0.043))
SMALL_TURN = (0.96, -0.28, 0.7, 0.28, 0.96, -1.1, 0.0, 0.0)
VANISHING = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, -0.5, 0.0)

COLOR = [
    Image("equalize", "equalize", (PHOTO,)),
    Image("equalize_bins", "equalize", (pixels(8, 9, dtype="int32", high=16),), {"bins": 16}),
    Image("equalize_real", "equalize", (pixels(20, 20, 1, dtype="float32", high=256),)),
    Image("equalize_large", "equalize", (Draw((25, 30, 2), "uint8", 60, 90),)),
    Image("equalize_constant", "equalize", (Fixed(np.full((3, 4), 7), "uint8"),)),
    Image("sharpness_smooth", "sharpness", (PHOTO,), {"factor": 0}),
    Image("sharpness_between", "sharpness", (pixels(5, 6, 3),), {"factor": 0.3}),
    Image("sharpness_beyond", "sharpness", (pixels(1, 4, 5, 2),), {"factor": 1.75}),
    Image("sharpness_real", "sharpness", (pixels(6, 5, 2, dtype="float32"),), {"factor": 0.6}),
    Image("sharpness_integers", "sharpness", (pixels(6, 5, 1, dtype="int32"),), {"factor": 2.5}),
    Image("blend_between", "blend", (PHOTO, PHOTO), {"factor": 0.4}),
    Image("blend_beyond", "blend", (PHOTO, PHOTO), {"factor": 2.5}),
    Image("blend_below", "blend", (pixels(4, 4, dtype="float32"), pixels(4, 4, dtype="float32")), {"factor": -0.5}),
    Image("blend_second", "blend", (PHOTO, PHOTO), {"factor": 1.0}),
    Image("hsv", "adjust_hsv_in_yiq", (Draw((2, 3, 4, 3)), Fixed(0.7), Fixed(0.6), Fixed(1.3))),
    Image("hsv_uint8", "adjust_hsv_in_yiq", (pixels(4, 8, 3, high=150),), {"delta_hue": 0.2, "scale_value": 0.9}),
    Image(
        "hsv_beyond", "adjust_hsv_in_yiq", (PHOTO,), {"delta_hue": -1.1, "scale_saturation": 1.9, "scale_value": 1.6}
    ),
    Image("hsv_int32", "adjust_hsv_in_yiq", (pixels(3, 4, 3, dtype="int32", high=1e9),), {"scale_saturation": 0.5}),
    Image("hsv_double", "adjust_hsv_in_yiq", (Draw((3, 4, 3), "float64"),), {"delta_hue": 2.0}),
    Image(
        "random_hsv",
        "random_hsv_in_yiq",
        (Draw((3, 4, 3)),),
        {"lower_saturation": 0.5, "upper_saturation": 0.5, "lower_value": 2, "upper_value": 2},
    ),
]

REGIONS = [
    Image("components", "connected_components", (Draw((7, 9), "bool", 0, 2),)),
    Image("components_values", "connected_components", (Draw((3, 6, 7), "int32", 0, 3),)),
    Image("components_nan", "connected_components", (Fixed([[1, 2, 2, NAN, NAN], [1, 1, 0, -0.0, 2]]),)),
    Image("distance", "euclidean_dist_transform", (Draw((2, 9, 12, 2), "uint8", 0, 6),)),
    Image("distance_far", "euclidean_dist_transform", (Fixed(np.arange(200).reshape(4, 50) != 60, "uint8"),)),  # noqa: PLR2004
    Image("distance_half", "euclidean_dist_transform", (Draw((9, 12), "uint8", 0, 9),), {"dtype": "float16"}),
    Image(
        "distance_half_far",
        "euclidean_dist_transform",
        (Fixed(np.arange(300)[None] != 7, "uint8"),),  # noqa: PLR2004
        {"dtype": "float16"},
    ),
    Image("distance_double", "euclidean_dist_transform", (Draw((9, 7, 1), "uint8", 0, 9),), {"dtype": "float64"}),
    Image("distance_none", "euclidean_dist_transform", (Fixed(np.ones((2, 3)), "uint8"),)),
    Image(
        "cutout",
        "cutout",
        (Draw((3, 6, 7, 2)), Fixed([4, 2], "int32"), Fixed([[0, 0], [3, 3], [5, 6]], "int32")),
        gradients=(0,),
    ),
    Image("cutout_value", "cutout", (PHOTO,), {"mask_size": 2, "offset": [2, 4], "constant_values": 9}),
]

WARPS = [
    Image("warp", "dense_image_warp", (REAL, Draw((2, 5, 6, 2), low=-3, high=3)), gradients=(0, 1)),
    Image("warp_none", "dense_image_warp", (REAL, Fixed(np.zeros((2, 5, 6, 2)))), gradients=(0, 1)),
    Image("warp_half", "dense_image_warp", (Draw((1, 4, 4, 1), "float16"), Draw((1, 4, 4, 2), low=-2, high=2))),
    Image(
        "warp_double",
        "dense_image_warp",
        (Draw((1, 4, 3, 2), "float64"), Draw((1, 4, 3, 2), "float64", -2, 2)),
        gradients=(0, 1),
    ),
    Image("bilinear", "interpolate_bilinear", (REAL, Draw((2, 8, 2), low=-2, high=7)), gradients=(0, 1)),
    Image("bilinear_xy", "interpolate_bilinear", (REAL, Draw((2, 8, 2), low=0, high=5)), {"indexing": "xy"}, (0, 1)),
    Image("bilinear_whole", "interpolate_bilinear", (REAL, Fixed([[[1, 2], [0, 5], [4, 3]]] * 2)), gradients=(0, 1)),
    Image("resampler", "resampler", (REAL, Draw((2, 3, 7, 2), low=-2, high=7)), gradients=(0, 1)),
    Image("resampler_inner", "resampler", (Draw((3, 4, 5, 1)), Draw((3, 2), low=0, high=3)), gradients=(0, 1)),
    Image(
        "resampler_border",
        "resampler",
        (
            Draw((1, 3, 4, 2)),
            Fixed([[[-1, 0], [-0.5, 0], [0, -0.75], [3, 2], [4, 1], [3.5, 2.5], [1, 1], [NAN, 1], [9, 9]]]),
        ),
        gradients=(0, 1),
    ),
    Image(
        "resampler_double",
        "resampler",
        (Draw((1, 4, 5, 2), "float64"), Draw((1, 6, 2), "float64", -1, 5)),
        gradients=(0, 1),
    ),
    Image("resampler_empty", "resampler", (Draw((0, 4, 5, 2)), Draw((0, 6, 2))), gradients=(0, 1)),
]

CENTRES = Fixed(
    [[[0, 0.1], [0.2, 2], [2.1, 0], [1.9, 2.2], [1.1, 0.9]], [[0, 2], [1, 1.2], [2, 0.3], [2, 2], [0.1, 0]]]
)
DOUBLE_CENTRES = Fixed(CENTRES.values, "float64")
VALUES, QUERIES = Draw((2, 5, 3)), Draw((2, 4, 2), low=-0.5, high=2.5)
SPLINES = [
    Image(f"spline_{order}", "interpolate_spline", (CENTRES, VALUES, QUERIES), {"order": order}, (0, 1, 2))
    for order in (1, 2, 3)
]
SPLINES += [
    Image(
        f"spline_smooth_{order}",
        "interpolate_spline",
        (CENTRES, VALUES, QUERIES),
        {"order": order, "regularization_weight": 0.1},
        (0, 1, 2),
    )
    for order in (2, 3)
]
SPLINES += [
    Image(
        f"spline_double_{order}",
        "interpolate_spline",
        (DOUBLE_CENTRES, Draw((2, 5, 3), "float64"), Draw((2, 4, 2), "float64", -0.5, 2.5)),
        {"order": order},
        (0, 1, 2),
    )
    for order in (2, 4, 5, 6)
]
CONTROL = (
    Fixed([[[1.5, 1.25], [4.25, 4.5], [1.25, 4.75], [3.5, 1.5]]]),
    Fixed([[[2.0, 1.75], [3.75, 5.0], [1.75, 4.25], [3.25, 2.25]]]),
)
SPLINES += [
    Image(f"sparse_{order}", "sparse_image_warp", (SIX_BY_SEVEN, *CONTROL), {"interpolation_order": order}, (0, 1, 2))
    for order in (1, 2, 3)
]
SPLINES += [
    Image(
        "sparse_boundary",
        "sparse_image_warp",
        (SIX_BY_SEVEN, *CONTROL),
        {"num_boundary_points": 2, "regularization_weight": 0.02},
        (0, 1, 2),
    ),
    Image("sparse_image", "sparse_image_warp", (Draw((6, 7)), *CONTROL), {"num_boundary_points": 3}, (0,)),
]

FILTERS = [
    Image(f"{name}_{padding.lower()}", f"{name}_filter2d", (REAL, Fixed(shape, "int32")), {"padding": padding}, (0,))
    for name in ("mean", "gaussian", "median")
    for padding, shape in (("REFLECT", (3, 5)), ("SYMMETRIC", (5, 3)), ("CONSTANT", (2, 4)))
]
FILTERS += [
    Image(f"{name}_{dtype}", f"{name}_filter2d", (pixels(6, 5, 3, dtype=dtype),), {"filter_shape": 3})
    for name in ("mean", "gaussian", "median")
    for dtype in ("uint8", "int32", "float16")
]
FILTERS += [
    Image("mean_value", "mean_filter2d", (pixels(4, 5),), {"padding": "CONSTANT", "constant_values": 100}),
    Image(
        "gaussian_sigmas",
        "gaussian_filter2d",
        (Draw((9, 8)),),
        {"filter_shape": [5, 7], "sigma": [0.7, 2.5], "padding": "CONSTANT", "constant_values": 0.5},
        (0,),
    ),
    Image("gaussian_flat", "gaussian_filter2d", (Fixed(np.full((5, 5), 200), "float32"),)),
    Image("median_even", "median_filter2d", (pixels(6, 5, 2),), {"filter_shape": [2, 4]}),
    Image("median_signed", "median_filter2d", (Draw((6, 5), "int32", -99, 99),), {"filter_shape": 2}),
]

TRANSFORMS = [
    Image(
        f"transform_{interpolation}_{fill_mode}",
        "transform",
        (REAL, Fixed(PROJECTION)),
        {"interpolation": interpolation, "fill_mode": fill_mode, "fill_value": 0.5},
        (0,),
    )
    for interpolation in ("nearest", "bilinear")
    for fill_mode in ("constant", "reflect", "wrap", "nearest")
]
TRANSFORMS += [
    Image(
        f"transform_far_{fill_mode}",
        "transform",
        (Draw((3, 4)), Fixed((2.5, 0, -7.25, 0, 3.75, -11, 0, 0))),
        {"interpolation": "bilinear", "fill_mode": fill_mode},
    )
    for fill_mode in ("reflect", "wrap", "nearest")
]
TRANSFORMS += [
    Image(
        f"transform_{dtype}",
        "transform",
        (pixels(5, 6, 2, dtype=dtype), Fixed(SMALL_TURN)),
        {"interpolation": "bilinear", "fill_value": 7.0},
    )
    for dtype in ("uint8", "int32", "float16", "float64")
]
TRANSFORMS += [
    Image(
        "transform_shape",
        "transform",
        (REAL, Fixed(SMALL_TURN)),
        {"interpolation": "bilinear", "output_shape": [4, 8]},
        (0,),
    ),
    Image("transform_vanishing", "transform", (Draw((3, 4)), Fixed(VANISHING)), {"fill_value": -1.0}),
    Image("transform_nan", "transform", (Draw((3, 4)), Fixed([NAN] * 8)), {"fill_value": -1.0}),
    Image("rotate", "rotate", (REAL, Fixed([0.4, -1.9])), {"interpolation": "bilinear"}, (0,)),
    Image("rotate_right", "rotate", (Draw((4, 4, 3)), Fixed(np.pi / 2)), gradients=(0,)),
    Image("rotate_uint8", "rotate", (PHOTO, Fixed(2.2)), {"fill_mode": "reflect"}),
    Image("translate", "translate", (REAL, Fixed([[1.5, -0.25], [-2, 3]])), {"interpolation": "bilinear"}, (0,)),
    Image("translate_wrap", "translate", (pixels(5, 6), Fixed([2, -1])), {"fill_mode": "wrap"}),
    Image("translate_xy", "translate_xy", (pixels(5, 6, 3), Fixed([2, -1], "int32")), {"replace": [9, 8, 7]}),
    Image("shear_x", "shear_x", (pixels(5, 6, 3),), {"level": 0.4, "replace": 128}),
    Image("shear_y", "shear_y", (pixels(5, 6, 3, dtype="float32"),), {"level": -0.7, "replace": [1, 2, 3]}),
    Image("compose", "compose_transforms", (Fixed(PROJECTION), Fixed(PROJECTION[::-1])), listed=True, gradients=(0, 1)),
    Image("angles", "angles_to_projective_transforms", (Fixed([0.3, -2.0]), Fixed(5.0), Fixed(7.0)), gradients=(0,)),
    Image("translations", "translations_to_projective_transforms", (Fixed([[1.5, -2], [0, 3]]),), gradients=(0,)),
]

CASES = [*COLOR, *REGIONS, *WARPS, *SPLINES, *FILTERS, *TRANSFORMS]


def draw(random: np.random.Generator, spec: Draw | Fixed) -> Any:
    """Return an argument's value."""
    if isinstance(spec, Fixed):
        return np.asarray(spec.values, spec.dtype)
    if spec.dtype.startswith(("float", "bfloat")):
        return random.uniform(spec.low, spec.high, spec.shape).astype(spec.dtype)
    return random.integers(int(spec.low), int(spec.high), spec.shape).astype(spec.dtype)


def answer(case: Image) -> Answers:
    """Call a function, with the gradients of its first output."""
    import tensorflow as tf
    import tensorflow_addons as tfa

    random = np.random.default_rng(zlib.crc32(f"image/{case.label}".encode()))
    values = [draw(random, spec) for spec in case.inputs]
    answers: Answers = {f"input{index}": value for index, value in enumerate(values)}
    tensors = [tf.constant(value) for value in values]
    watched = [tensors[index] for index in case.gradients]
    positional = plain(case, tensors)
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = getattr(tfa.image, case.object)(*positional, **case.arguments)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    answers |= {f"output{index}": output.numpy() for index, output in enumerate(outputs)}
    if watched:
        size = int(tf.size(outputs[0]))
        cotangent = tf.cast(tf.reshape(np.cos(np.arange(size)), outputs[0].shape), outputs[0].dtype)
        gradients = zip(case.gradients, tape.gradient(outputs[0], watched, cotangent), strict=True)
        answers |= {f"gradient{index}": value.numpy() for index, value in gradients}
    answers["case"] = {"object": case.object, "config": case.arguments, "listed": case.listed}
    return answers


def plain(case: Image, tensors: list[Any]) -> list[Any]:
    """Return the positional arguments; sizes of filters are no tensors."""
    if case.listed:
        return [tensors]
    is_filter = case.object.endswith("filter2d")
    return [tuple(value.numpy().tolist()) if is_filter and index else value for index, value in enumerate(tensors)]
