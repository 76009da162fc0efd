"""Rows of ``tf.image``."""

from __future__ import annotations

from loadstone.blueprint.operators.row import alike, rows

_COLOURS = alike(
    """
    image.rgb_to_grayscale:_rgb_to_grayscale image.grayscale_to_rgb:_grayscale_to_rgb image.rgb_to_hsv:_rgb_to_hsv
    image.hsv_to_rgb:_hsv_to_rgb image.rgb_to_yiq:_rgb_to_yiq image.yiq_to_rgb:_yiq_to_rgb image.rgb_to_yuv:_rgb_to_yuv
    image.yuv_to_rgb:_yuv_to_rgb image.flip_left_right:_flip_left_right image.flip_up_down:_flip_up_down
    image.transpose:_transpose_image image.per_image_standardization:_per_image_standardization
    """,
    "images:x", "image:x",
)  # fmt: skip

_OTHERS = rows("""
image.resize                  _resize             images:x size method preserve_aspect_ratio antialias
compat.v1.image.resize_bilinear _old_resize       images:x size align_corners half_pixel_centers method=bilinear
compat.v1.image.resize_nearest_neighbor _old_resize images:x size align_corners half_pixel_centers method=nearest
compat.v1.image.resize_bicubic _old_resize        images:x size align_corners half_pixel_centers method=bicubic
compat.v1.image.resize_area   _old_resize         images:x size align_corners method=area
compat.v1.image.resize_images _old_resize         images:x size method align_corners preserve_aspect_ratio
image.resize_with_pad         _resize_with_pad    image:x target_height target_width method antialias
image.resize_with_crop_or_pad _resize_with_crop_or_pad image:x target_height target_width
image.central_crop            _central_crop       image:x central_fraction
image.crop_to_bounding_box    _crop_to_bounding_box image:x offset_height offset_width target_height target_width
image.pad_to_bounding_box     _pad_to_bounding_box image:x offset_height offset_width target_height target_width
image.rot90                   _rot90              image:x k
image.adjust_brightness       _adjust_brightness  image:x delta
image.adjust_contrast         _adjust_contrast    images:x contrast_factor
image.adjust_gamma            _adjust_gamma       image:x gamma gain
image.adjust_hue              _adjust_hue         image:x delta
image.adjust_saturation       _adjust_saturation  image:x saturation_factor
image.convert_image_dtype     _convert_image_dtype image:x dtype saturate
image.psnr                    _psnr               a b max_val
image.ssim                    _ssim               img1 img2 max_val filter_size filter_sigma k1 k2 return_index_map
image.extract_patches         _extract_patches    images:x sizes strides rates padding
compat.v1.image.extract_image_patches _extract_patches images:x ksizes:sizes strides rates padding sizes
image.crop_and_resize         _crop_and_resize    image:x boxes box_indices crop_size method extrapolation_value box_ind:box_indices
""")

IMAGES = {**_COLOURS, **_OTHERS}
