"""Calls of `tf.nn` and `tf.image`, as `tasks.operators.cases` reads them."""

from __future__ import annotations

NN = """
tf.nn.relu(s)|tf.nn.relu6(s * 9.0)|tf.nn.selu(s)|tf.nn.elu(s)|tf.nn.softplus(s)|tf.nn.softsign(s)|tf.nn.sigmoid(s)|tf.nn.tanh(s)|tf.nn.leaky_relu(s)
tf.nn.leaky_relu(s, alpha=0.3)|tf.nn.crelu(s)|tf.nn.crelu(s, axis=1)|tf.nn.gelu(s)|tf.nn.gelu(s, approximate=True)|tf.nn.silu(s)|tf.nn.swish(s)|tf.nn.silu(s, beta=1.5)
tf.nn.softmax(s)|tf.nn.softmax(s, axis=1)|tf.nn.log_softmax(s)|tf.nn.log_softmax(s, axis=1)|tf.compat.v1.nn.softmax(s, dim=1)|tf.compat.v1.nn.log_softmax(s, axis=-1)
tf.nn.l2_normalize(s, [1, 2])|tf.nn.l2_loss(s)|tf.nn.bias_add(img, [1.0, 2.0, 3.0])|tf.nn.bias_add(s, v[0])|tf.nn.bias_add(tf.transpose(img, [0, 3, 1, 2]), [1.0, 2.0, 3.0], data_format="NCHW")
tf.nn.bias_add(vol, [1.0, 2.0], data_format="N...C")
tf.nn.depth_to_space(deep, 2)|tf.nn.space_to_depth(deep, 2)|tf.nn.depth_to_space(tf.transpose(deep, [0, 3, 1, 2]), 2, data_format="NCHW")|tf.nn.space_to_depth(tf.transpose(deep, [0, 3, 1, 2]), block_size=2, data_format="NCHW")
tf.nn.avg_pool(img, 2, 2, "VALID")|tf.nn.avg_pool2d(img, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding="SAME")|tf.nn.avg_pool1d(seq, 2, 1, "SAME")|tf.nn.avg_pool3d(vol, 2, 2, "VALID")
tf.nn.max_pool(img, [2], [2], "VALID")|tf.nn.max_pool2d(img, (2, 3), (1, 2), padding="SAME")|tf.nn.max_pool1d(seq, 3, 2, "VALID")|tf.nn.max_pool3d(vol, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "SAME")
tf.nn.max_pool2d(img, 3, 1, [[0, 0], [1, 1], [1, 1], [0, 0]])|tf.compat.v1.nn.max_pool(img, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
tf.compat.v1.nn.avg_pool(img, [1, 2, 2, 1], [1, 1, 1, 1], "SAME")|tf.nn.pool(img, [2, 2], "AVG", strides=[2, 2], padding="VALID")|tf.nn.pool(img, [2, 2], "MAX", padding="SAME")|tf.nn.pool(seq, [2], "MAX", padding="VALID", dilations=[2])
tf.nn.conv1d(seq, tf.ones([2, 4, 3]) * 0.5, 1, "SAME")|tf.nn.conv1d(seq, np.arange(24.0).reshape(3, 4, 2).astype("float32"), 2, "VALID")|tf.nn.conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), 1, "SAME")
tf.nn.conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), strides=[1, 2, 2, 1], padding="VALID")|tf.nn.conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), 1, "VALID", dilations=2)
tf.nn.conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), 1, [[0, 0], [1, 0], [0, 1], [0, 0]])|tf.nn.conv3d(vol, np.arange(32.0).reshape(2, 2, 2, 2, 2).astype("float32"), [1, 1, 1, 1, 1], "SAME")
tf.compat.v1.nn.conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), strides=[1, 1, 1, 1], padding="SAME")
tf.nn.convolution(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), padding="SAME")|tf.nn.convolution(seq, np.arange(24.0).reshape(3, 4, 2).astype("float32"), strides=[2], padding="VALID")
tf.nn.atrous_conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), 2, "SAME")|tf.nn.depthwise_conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), [1, 1, 1, 1], "SAME")
tf.nn.depthwise_conv2d(img, np.arange(12.0).reshape(2, 2, 3, 1).astype("float32"), strides=[1, 2, 2, 1], padding="VALID")|tf.nn.separable_conv2d(img, np.arange(12.0).reshape(2, 2, 3, 1).astype("float32"), np.arange(6.0).reshape(1, 1, 3, 2).astype("float32"), [1, 1, 1, 1], "SAME")
tf.nn.conv2d_transpose(img, np.arange(24.0).reshape(2, 2, 2, 3).astype("float32"), [2, 8, 12, 2], 2, "SAME")|tf.nn.conv2d_transpose(img, np.arange(24.0).reshape(2, 2, 2, 3).astype("float32"), [2, 5, 7, 2], 1, "VALID")
tf.nn.conv2d_transpose(img, np.arange(24.0).reshape(2, 2, 2, 3).astype("float32"), [tf.shape(img)[0], 8, 12, 2], [1, 2, 2, 1])|tf.nn.conv1d_transpose(seq, np.arange(24.0).reshape(2, 3, 4).astype("float32"), [2, 12, 3], 2)
tf.nn.conv3d_transpose(vol, np.arange(32.0).reshape(2, 2, 2, 2, 2).astype("float32"), [2, 8, 8, 8, 2], 2)|tf.nn.dilation2d(img, np.zeros([2, 2, 3], "float32"), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])|tf.nn.erosion2d(img, np.zeros([2, 2, 3], "float32"), [1, 1, 1, 1], "SAME", "NHWC", [1, 1, 1, 1])
tf.nn.moments(s, [1])|tf.nn.moments(s, axes=[1, 2], keepdims=True)|tf.compat.v1.nn.moments(s, [1], keep_dims=True)|tf.nn.weighted_moments(s, 1, x)|tf.nn.sufficient_statistics(s, [1])[:3]|tf.nn.normalize_moments(4.0, v, w, None)
tf.nn.batch_normalization(s, v[0], w[0], v[1], w[1], 1e-3)|tf.nn.batch_normalization(s, [0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0], None, None, 1e-3)|tf.nn.local_response_normalization(deep)|tf.nn.local_response_normalization(deep, depth_radius=2, bias=1.0, alpha=0.5, beta=0.75)
tf.compat.v1.nn.fused_batch_norm(img, [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], [0.0, 0.5, 0.25], [1.0, 2.0, 0.5], is_training=False)[0]
tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=s)|tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(x), logits=s)|tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(x, 1), s, axis=1)|tf.nn.sparse_softmax_cross_entropy_with_logits(labels=n[:, 0], logits=v)
tf.nn.weighted_cross_entropy_with_logits(labels=x, logits=s, pos_weight=2.0)|tf.nn.log_poisson_loss(x, s)|tf.nn.log_poisson_loss(x * 4.0, s, compute_full_loss=True)|tf.nn.compute_average_loss(v, global_batch_size=4)|tf.nn.scale_regularization_loss(v)
tf.compat.v1.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=s)|tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2(labels=tf.nn.softmax(x), logits=s)|tf.compat.v1.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(x), logits=s)
tf.nn.embedding_lookup(np.arange(12.0).reshape(3, 4).astype("float32"), i)|tf.nn.embedding_lookup(s[0], i, max_norm=1.0)|tf.compat.v1.nn.xw_plus_b(v, [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0], [1.0, 1.0]], [0.5, -0.5])|tf.compat.v1.nn.relu_layer(v, [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0], [1.0, 1.0]], [0.5, -0.5])
tf.nn.ctc_loss(n, seq, n[:, 0], n[:, 0] * 0 + 6, logits_time_major=False, blank_index=-1)|tf.nn.dropout(s, 0.0)|tf.nn.experimental.stateless_dropout(s, 0.0, [1, 2])
"""

IMAGE = """
tf.image.resize(img, (8, 3))|tf.image.resize(img, [2, 3], method="nearest")|tf.image.resize(img, [8, 9], "bicubic")|tf.image.resize(img, [6, 8], method="lanczos3")|tf.image.resize(img, [6, 8], method="lanczos5")
tf.image.resize(img, [2, 3], method="bilinear", antialias=True)|tf.image.resize(img, [8, 8], preserve_aspect_ratio=True)|tf.image.resize(img, [2, 3], method="area")|tf.image.resize(img, [3, 5], method="gaussian")|tf.image.resize(img, [3, 5], method="mitchellcubic")
tf.image.resize(img[0], (8, 3))|tf.image.resize(i[..., tf.newaxis, tf.newaxis], [2, 2], method="nearest")|tf.image.resize(img, tf.shape(img)[1:3] * 2)|tf.compat.v1.image.resize_images(img, [8, 3])|tf.compat.v1.image.resize_bilinear(img, [8, 3], align_corners=True)
tf.compat.v1.image.resize_bilinear(img, [8, 3])|tf.compat.v1.image.resize_nearest_neighbor(img, [8, 3])|tf.compat.v1.image.resize_bicubic(img, [8, 3])|tf.compat.v1.image.resize_area(img, [2, 3])
tf.compat.v1.image.resize_bilinear(img, [8, 3], half_pixel_centers=True)|tf.compat.v1.image.resize_nearest_neighbor(img, [8, 3], align_corners=True)|tf.compat.v1.image.resize_images(img, [8, 3], align_corners=True)
tf.image.flip_left_right(img)|tf.image.flip_up_down(img)|tf.image.transpose(img)|tf.image.rot90(img)|tf.image.rot90(img, k=3)|tf.image.rot90(img, 2)|tf.image.flip_left_right(img[0])|tf.image.transpose(img[0])
tf.image.rgb_to_grayscale(img)|tf.image.grayscale_to_rgb(img[..., :1])|tf.image.rgb_to_hsv(img)|tf.image.hsv_to_rgb(img)|tf.image.rgb_to_yiq(img)|tf.image.yiq_to_rgb(img)|tf.image.rgb_to_yuv(img)|tf.image.yuv_to_rgb(img)
tf.image.adjust_brightness(img, 0.2)|tf.image.adjust_brightness(img, delta=-0.3)|tf.image.adjust_contrast(img, 1.5)|tf.image.adjust_gamma(img, 2.0)|tf.image.adjust_gamma(img, gamma=0.5, gain=2.0)|tf.image.adjust_hue(img, 0.2)|tf.image.adjust_saturation(img, 1.5)
tf.image.central_crop(img, 0.5)|tf.image.central_crop(img[0], 0.5)|tf.image.crop_to_bounding_box(img, 1, 2, 2, 3)|tf.image.pad_to_bounding_box(img, 1, 2, 7, 9)|tf.image.resize_with_crop_or_pad(img, 3, 8)|tf.image.resize_with_crop_or_pad(img, 6, 3)
tf.image.resize_with_pad(img, 8, 8)|tf.image.resize_with_pad(img, 3, 7, method="nearest")|tf.image.convert_image_dtype(img, tf.uint8)|tf.image.convert_image_dtype(tf.cast(img * 255.0, tf.uint8), tf.float32)|tf.image.convert_image_dtype(img, "float16")
tf.image.per_image_standardization(img)|tf.image.total_variation(img)|tf.image.image_gradients(img)|tf.image.sobel_edges(img)|tf.image.psnr(img, img * 0.5, 1.0)|tf.image.ssim(tf.tile(img, [1, 3, 2, 1]), tf.tile(img, [1, 3, 2, 1]) * 0.5, 1.0)
tf.image.ssim(img, img * 0.5, max_val=1.0, filter_size=3, filter_sigma=1.0)|tf.image.extract_patches(img, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")|tf.image.extract_patches(img, sizes=[1, 3, 3, 1], strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="SAME")
tf.compat.v1.image.extract_image_patches(img, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")|tf.image.crop_and_resize(img, [[0.1, 0.2, 0.8, 0.9], [0.0, 0.0, 1.0, 1.0]], [1, 0], [3, 3])|tf.image.crop_and_resize(img, x[:, 0, :], [0, 1], (2, 2), method="nearest")
tf.image.crop_and_resize(img, [[-0.5, 0.2, 1.3, 0.9]], [0], [3, 3], extrapolation_value=0.5)
"""
