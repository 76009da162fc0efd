"""Functions of images."""

from __future__ import annotations

from loadstone.addons.image.color_ops import equalize, sharpness
from loadstone.addons.image.compose_ops import blend
from loadstone.addons.image.connected_components import connected_components
from loadstone.addons.image.cutout_ops import cutout, random_cutout
from loadstone.addons.image.dense_image_warp import dense_image_warp, interpolate_bilinear
from loadstone.addons.image.distance_transform import euclidean_dist_transform
from loadstone.addons.image.distort_image_ops import adjust_hsv_in_yiq, random_hsv_in_yiq
from loadstone.addons.image.filters import gaussian_filter2d, mean_filter2d, median_filter2d
from loadstone.addons.image.interpolate_spline import interpolate_spline
from loadstone.addons.image.resampler_ops import resampler
from loadstone.addons.image.sparse_image_warp import sparse_image_warp
from loadstone.addons.image.transform_ops import (
    angles_to_projective_transforms,
    compose_transforms,
    rotate,
    shear_x,
    shear_y,
    transform,
)
from loadstone.addons.image.translate_ops import translate, translate_xy, translations_to_projective_transforms

__all__ = [
    "adjust_hsv_in_yiq",
    "angles_to_projective_transforms",
    "blend",
    "compose_transforms",
    "connected_components",
    "cutout",
    "dense_image_warp",
    "equalize",
    "euclidean_dist_transform",
    "gaussian_filter2d",
    "interpolate_bilinear",
    "interpolate_spline",
    "mean_filter2d",
    "median_filter2d",
    "random_cutout",
    "random_hsv_in_yiq",
    "resampler",
    "rotate",
    "sharpness",
    "shear_x",
    "shear_y",
    "sparse_image_warp",
    "transform",
    "translate",
    "translate_xy",
    "translations_to_projective_transforms",
]
