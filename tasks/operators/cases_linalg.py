"""Calls of `tf.linalg`, `tf.signal`, keras.backend and what is left, as `tasks.operators.cases` reads them."""

from __future__ import annotations

LINALG = """
tf.matmul(s, t, transpose_b=True)|tf.matmul(s, t, transpose_a=True)|tf.matmul(m, sq)|m @ sq|tf.linalg.matmul(m, sq, adjoint_a=True)|tf.matmul(v, tf.ones([4, 2]))|tf.matmul([[1.0, 2.0]], v[:, :2], False, True)|tf.matmul(tf.complex(m, sq), tf.complex(sq, m), adjoint_b=True)
tf.matmul(seq, tf.ones([2, 4, 2]))|tf.linalg.matvec(m, w[:, :3])|tf.linalg.matvec(sq, r[..., 0], transpose_a=True)|tf.linalg.matrix_transpose(s)|tf.linalg.matrix_transpose(tf.complex(s, t), conjugate=True)|tf.linalg.adjoint(tf.complex(s, t))
tf.norm(s)|tf.norm(s, axis=-1)|tf.norm(s, axis=2, keepdims=True)|tf.norm(s, ord=1, axis=1)|tf.norm(s, ord=np.inf, axis=1)|tf.norm(s, ord=3, axis=1)|tf.norm(m, ord="fro", axis=[-2, -1])|tf.norm(m, ord=2, axis=[-2, -1])|tf.norm(m, ord=1, axis=[1, 2])|tf.norm(s, ord=1)
tf.compat.v1.norm(s, axis=1, keep_dims=True)|tf.norm(tf.complex(s, t), axis=1)|tf.linalg.normalize(s, axis=-1)|tf.linalg.normalize(s)
tf.linalg.inv(m)|tf.linalg.det(m)|tf.linalg.logdet(m)|tf.linalg.slogdet(sq)|tf.linalg.cholesky(m)|tf.linalg.cholesky_solve(tf.linalg.cholesky(m), r)|tf.linalg.solve(m, r)|tf.linalg.solve(sq + 2.0 * m, r, adjoint=True)
tf.linalg.triangular_solve(tf.linalg.cholesky(m), r)|tf.linalg.triangular_solve(m, r, lower=False)|tf.linalg.triangular_solve(m, r, adjoint=True)|tf.linalg.lstsq(tall, seq[:, :4, :2])|tf.linalg.lstsq(tall, seq[:, :4, :2], l2_regularizer=0.5)|tf.linalg.pinv(tall)
tf.linalg.trace(m)|tf.linalg.trace(s)|tf.linalg.diag_part(m)|tf.linalg.diag_part(s)|tf.linalg.diag_part(s, k=1)|tf.linalg.diag(v)|tf.linalg.diag(v, k=1)|tf.linalg.diag(v, padding_value=2.0)|tf.linalg.set_diag(m, w[:, :3])|tf.linalg.set_diag(s, w[:, :3])
tf.linalg.band_part(s, 1, 0)|tf.linalg.band_part(s, num_lower=-1, num_upper=0)|tf.linalg.band_part(s, 0, -1)|tf.linalg.tensor_diag(v[0])|tf.linalg.tensor_diag_part(m[0])|tf.linalg.cross(m, sq)|tf.linalg.global_norm([s, t])
tf.linalg.eigvalsh(m)|tf.linalg.eigh(m)[0]|tf.linalg.svd(m, compute_uv=False)|tf.linalg.svd(m)[0]|tf.abs(tf.linalg.qr(m)[1])|tf.abs(tf.linalg.qr(tall, full_matrices=True)[0])|tf.linalg.expm(sq)|tf.linalg.matrix_rank(m)
tf.linalg.tridiagonal_matmul([w[:, :3], v[:, :3], w[:, :3]], r, diagonals_format="sequence")
tf.tensordot(s, t, [[1, 2], [1, 2]])|tf.tensordot(s, [[1.0], [2.0], [3.0], [4.0]], 1)|tf.tensordot(s, tf.constant([1.0, 2.0, 3.0]), axes=[[1], [0]])|tf.tensordot(s, v[0], axes=1)|tf.einsum("bij,bkj->bik", s, t)|tf.einsum("bij->bji", s)|tf.einsum("bij,j->bi", s, [1.0, 2.0, 3.0, 4.0])
"""

SIGNAL = """
tf.signal.fft(tf.complex(s, t))|tf.signal.ifft(tf.complex(s, t))|tf.signal.fft2d(tf.complex(s, t))|tf.signal.ifft2d(tf.complex(s, t))|tf.signal.rfft(s)|tf.signal.rfft(wave, fft_length=[16])|tf.signal.rfft(wave, [40])
tf.signal.irfft(tf.complex(s, t))|tf.signal.irfft(tf.complex(s, t), fft_length=[6])|tf.signal.irfft(tf.complex(s, t), [5])|tf.signal.rfft2d(s)|tf.signal.irfft2d(tf.complex(s, t))|tf.signal.fft3d(tf.complex(vol[..., 0], vol[..., 1]))|tf.signal.fftshift(wave[0])|tf.signal.fftshift(s, axes=[1])|tf.signal.ifftshift(s, axes=[2])
tf.signal.frame(wave, 8, 4)|tf.signal.frame(wave, frame_length=10, frame_step=6, pad_end=True, pad_value=0.5)|tf.signal.frame(seq, 2, 1, axis=1)|tf.signal.stft(wave, 8, 4)|tf.abs(tf.signal.stft(wave, frame_length=8, frame_step=4, fft_length=16))
tf.signal.stft(wave, 8, 4, window_fn=None)|tf.signal.stft(wave, 8, 4, pad_end=True)|tf.signal.inverse_stft(tf.signal.stft(wave, 8, 4), 8, 4)|tf.signal.overlap_and_add(seq, 2)|tf.signal.dct(s)|tf.signal.dct(s, norm="ortho")|tf.signal.idct(s)|tf.signal.dct(s, type=3)|tf.signal.dct(s, type=1)
tf.signal.idct(s, norm="ortho")|tf.signal.dct(s, n=3)|tf.signal.mfccs_from_log_mel_spectrograms(s)|tf.signal.hann_window(tf.shape(wave)[1])|tf.signal.hamming_window(tf.shape(wave)[1], periodic=False)|tf.matmul(wave, tf.signal.hann_window(tf.shape(wave)[1])[:, tf.newaxis])
tf.matmul(s[..., :3], tf.signal.linear_to_mel_weight_matrix(4, 3, 8000, 100.0, 3000.0), transpose_b=False)
"""

BACKEND = """
K.mean(s, axis=1, keepdims=True)|K.sum(s, axis=-1)|K.max(s, 1)|K.min(s, 1)|K.prod(x, 1)|K.std(s, axis=1)|K.var(s, axis=1)|K.any(f, 1)|K.all(f, 1)|K.argmax(s)|K.argmin(s)|K.l2_normalize(s, axis=-1)|K.exp(s)|K.log(x)|K.sqrt(s)|K.square(s)|K.abs(s)|K.round(s * 3.0)
K.sign(s)|K.pow(x, 2.0)|K.clip(s, -0.5, 0.5)|K.maximum(s, t)|K.minimum(s, t)|K.equal(i, 2)|K.not_equal(i, 2)|K.greater(s, t)|K.greater_equal(s, t)|K.less(s, t)|K.less_equal(s, t)|K.sin(s)|K.cos(s)|K.relu(s)|K.relu(s, alpha=0.1)|K.relu(s * 9.0, max_value=6.0)|K.relu(s, alpha=0.1, threshold=0.3)
K.elu(s)|K.elu(s, alpha=0.5)|K.softmax(s)|K.softmax(s, axis=1)|K.softplus(s)|K.softsign(s)|K.sigmoid(s)|K.hard_sigmoid(s * 4.0)|K.tanh(s)|K.cumsum(s, 1)|K.cumprod(x, 1)|K.dot(s, K.constant([[1.0], [2.0], [3.0], [4.0]]))|K.dot(v, K.constant([[1.0], [2.0], [3.0], [4.0]]))
K.batch_dot(s, t, axes=2)|K.batch_dot(s, t, axes=[2, 2])|K.batch_dot(v, w, axes=1)|K.batch_dot(s, m, axes=(1, 2))|K.transpose(v)|K.gather(s[0], i)|K.concatenate([s, t])|K.concatenate([s, t], axis=1)|K.reshape(s, (-1, 12))|K.permute_dimensions(s, (0, 2, 1))|K.resize_images(img, 2, 2, "channels_last")
K.resize_images(img, 2, 2, "channels_last", interpolation="bilinear")|K.resize_volumes(vol, 2, 1, 2, "channels_last")|K.repeat_elements(s, 2, 1)|K.repeat(v, 3)|K.arange(0, 4) + i|K.tile(s, [1, 2, 1])|K.flatten(s)|K.batch_flatten(s)|K.expand_dims(s, -1)|K.squeeze(s[:, :1], 1)|K.temporal_padding(s, (1, 2))
K.spatial_2d_padding(img, ((1, 0), (2, 1)))|K.spatial_3d_padding(vol)|K.stack([s, t], axis=1)|K.one_hot(i, 3)|K.reverse(s, 1)|K.cast(s * 9.0, "int32")|K.zeros_like(s)|K.ones_like(s)|K.switch(f, s, t)|K.stop_gradient(s)|K.bias_add(img, K.constant([1.0, 2.0, 3.0]))|K.shape(s)[1]
K.conv1d(seq, np.arange(24.0).reshape(3, 4, 2).astype("float32"))|K.conv2d(img, np.arange(24.0).reshape(2, 2, 3, 2).astype("float32"), padding="same")|K.pool2d(img, (2, 2), padding="same", pool_mode="avg")|K.depthwise_conv2d(img, np.arange(12.0).reshape(2, 2, 3, 1).astype("float32"))
K.batch_normalization(s, v[0], w[0], v[1], w[1])|K.binary_crossentropy(x, y)|K.binary_crossentropy(x, s, from_logits=True)|K.categorical_crossentropy(x, y)|K.categorical_crossentropy(x, s, from_logits=True)|K.sparse_categorical_crossentropy(n[:, 0], tf.nn.softmax(v))|K.identity(s)|K.in_top_k(v, n[:, 0], 2)
K.dropout(s, 0.0)|K.eye(3) + m|K.cast_to_floatx(s)|K.ndim(s) * s|K.logsumexp(s, axis=1)|K.map_fn(lambda e: e * 2.0, s)|K.print_tensor(s, "x")
tf.keras.activations.relu(s)|tf.keras.activations.relu(s, alpha=0.1, max_value=0.5)|tf.keras.activations.gelu(s)|tf.keras.activations.swish(s)|tf.keras.activations.softmax(s)|tf.keras.activations.elu(s)|tf.keras.activations.selu(s)|tf.keras.activations.hard_sigmoid(s * 4.0)|tf.keras.activations.exponential(s)
tf.keras.activations.linear(s)|tf.keras.activations.softplus(s)|tf.keras.activations.softsign(s)|tf.keras.activations.tanh(s)|tf.keras.activations.sigmoid(s)|tf.keras.activations.mish(s)
tf.keras.losses.mean_squared_error(s, t)|tf.keras.losses.mean_absolute_error(s, t)|tf.keras.losses.cosine_similarity(s, t)|tf.keras.losses.binary_crossentropy(x, y)|tf.keras.losses.categorical_crossentropy(x, y)|tf.keras.losses.huber(s, t)|tf.keras.losses.log_cosh(s, t)
tf.keras.losses.kl_divergence(x, y)|tf.keras.losses.poisson(x, y)|tf.keras.losses.hinge(s, t)|tf.keras.losses.squared_hinge(s, t)|tf.keras.losses.categorical_hinge(s, t)|tf.keras.losses.mean_absolute_percentage_error(x, y)|tf.keras.losses.mean_squared_logarithmic_error(x, y)
tf.keras.metrics.binary_accuracy(x, y)|tf.keras.metrics.categorical_accuracy(x, y)|tf.keras.losses.sparse_categorical_crossentropy(n[:, 0], tf.nn.softmax(v))|tf.keras.losses.binary_focal_crossentropy(x, y)|tf.keras.metrics.sparse_categorical_accuracy(n, v)|tf.keras.metrics.top_k_categorical_accuracy(v, w, k=2)
"""

OTHER = """
tf.math.add(x=s, y=t)|tf.stack([s, tf.ones([2, 3, 4])], 0)|tf.concat([s, [[[1.0, 2.0, 3.0, 4.0]], [[4.0, 3.0, 2.0, 1.0]]]], 1)|tf.add_n([s, tf.ones([2, 3, 4])])|tf.add(s, t, name="total")|tf.reduce_mean(s, axis=1, name="mean")|tf.stack([v[:, 0] * 2.0, v[:, 1]], axis=1, name="pair")
tf.debugging.check_numerics(s, "not finite")|tf.quantization.fake_quant_with_min_max_args(s, min=-1.0, max=1.0)|tf.quantization.fake_quant_with_min_max_vars(s, -1.0, 1.0)|tf.quantization.fake_quant_with_min_max_args(s, -0.5, 0.7, 4, True)|tf.quantization.fake_quant_with_min_max_vars_per_channel(s, [-1.0] * 4, [1.0] * 4)
tf.print(s)|tf.tuple([s, t])|tf.no_op()|tf.compat.v1.clip_by_average_norm(s, 0.01)|tf.sets.size(tf.sparse.from_dense(i))|tf.sparse.to_dense(tf.sparse.from_dense(i))
"""
