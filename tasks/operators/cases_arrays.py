"""Calls of functions that lay arrays out, and of shapes, as `tasks.operators.cases` reads them."""

from __future__ import annotations

ARRAYS = """
tf.identity(s)|tf.stop_gradient(s)|tf.zeros_like(s)|tf.ones_like(s)|tf.zeros_like(s, dtype=tf.int32)|tf.ones_like(i, dtype="float32")
tf.cast(s * 9.0, tf.int32)|tf.cast(s, dtype="float16")|tf.cast(f, tf.float32)|tf.cast(i, "int64")|tf.cast(i, "bool")|tf.compat.v1.to_float(i)
tf.compat.v1.to_int32(s * 9.0)|tf.compat.v1.to_int64(s * 9.0)|tf.compat.v1.to_double(i)|tf.dtypes.saturate_cast(s * 400.0, tf.uint8)
tf.concat([s, t], 1)|tf.concat([s, t], axis=-1)|tf.concat([s], 1)|tf.concat([s, tf.ones_like(s)], axis=2)|tf.concat(values=[s, t], axis=1)
tf.stack([s, t])|tf.stack([s, t], axis=1)|tf.stack([s, t], axis=-1)|tf.stack([v[:, 0], 1.0 - v[:, 1]], 1)|tf.unstack(s, axis=1)|tf.unstack(s, num=4, axis=-1)
tf.parallel_stack([s, t])|tf.split(s, 2, axis=2)|tf.split(s, [1, 3], -1)|tf.split(s, [1, -1], 2)|tf.split(s, num_or_size_splits=3, axis=1)|tf.reshape(s, (-1, 12))
tf.reshape(s, [-1, 2, 2, 3])|tf.reshape(s, [-1])|tf.transpose(s)|tf.transpose(s, [0, 2, 1])|tf.transpose(s, perm=[2, 0, 1])
tf.transpose(tf.complex(s, t), [0, 2, 1], conjugate=True)|tf.expand_dims(s, -1)|tf.expand_dims(s, axis=1)|tf.compat.v1.expand_dims(s, dim=1)|tf.squeeze(s[:, :1], axis=1)
tf.squeeze(s[:, :1], [1])|tf.compat.v1.squeeze(s[:, :1], squeeze_dims=[1])|tf.tile(s, [1, 2, 1])|tf.repeat(s, 2, axis=1)|tf.repeat(s, [1, 0, 2], axis=1)|tf.repeat(v[0], 3)
tf.reverse(s, [1])|tf.reverse(s, axis=[1, -1])|tf.roll(s, shift=1, axis=2)|tf.roll(s, [1, 2], [1, 2])|tf.pad(s, [[0, 0], [1, 2], [0, 0]])
tf.pad(s, [[0, 0], [1, 1], [0, 0]], mode="REFLECT")|tf.pad(s, [[0, 0], [1, 1], [2, 0]], "SYMMETRIC")|tf.pad(s, [[0, 0], [1, 2], [0, 0]], constant_values=2.5)
tf.gather(s, [2, 0], axis=1)|tf.gather(s, 1, axis=-1)|tf.gather(s, [1, 0])|tf.gather(s, i, axis=1)|tf.gather(s, i, batch_dims=1)|tf.gather(s, i, axis=1, batch_dims=1)
tf.gather(s, i[:, :3], axis=2, batch_dims=1)|tf.gather(tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), i)|tf.gather(s, i[:, :3, tf.newaxis], axis=2, batch_dims=2)
tf.gather(s, [0, -1 + 2], axis=-2)|tf.gather_nd(s, [[0, 1], [1, 2]])|tf.gather_nd(s, tf.stack([i[:, :3], i[:, 1:]], -1), batch_dims=1)|tf.gather_nd(s, i[:, :2] * 0 + 1)
tf.gather_nd(s, n, batch_dims=1)|tf.compat.v1.gather(s, [1], axis=1)|tf.compat.v1.batch_gather(s, i)|tf.slice(s, [0, 1, 0], [-1, 2, 2])|tf.slice(s, begin=[0, 0, 1], size=[2, -1, -1])
tf.strided_slice(s, [0, 0, 1], [2, 3, 4], [1, 2, 1])|tf.strided_slice(s, [0, 1], [2, 2], begin_mask=1, end_mask=1, shrink_axis_mask=2)
tf.where(f, s, t)|tf.where(f, s, 0.0)|tf.where(s > 0.0, 1.0, s)|tf.where(s > 0.0, 1.0, 0.0)|tf.where(f, 1, 0)|tf.where(f, x=s, y=t)|tf.where(f, s, [1.0, 2.0, 3.0, 4.0])
tf.compat.v1.where(f, s, t)|tf.clip_by_value(s, -0.5, 0.5)|tf.clip_by_value(s, clip_value_min=0.0, clip_value_max=x)|tf.clip_by_norm(s, 0.5)|tf.clip_by_norm(s, 0.5, axes=[2])
tf.clip_by_global_norm([s, t], 1.0)|tf.one_hot(i, 3)|tf.one_hot(i, depth=4, on_value=5.0, off_value=-1.0)|tf.one_hot(i, 3, axis=1)|tf.one_hot(i, 3, dtype="int32")|tf.one_hot(i, 3, on_value=True, off_value=False)
tf.one_hot(j, 3)|tf.broadcast_to(n, [2, 3])|tf.broadcast_to(v[:, tf.newaxis], [2, 3, 4])
tf.sort(s)|tf.sort(s, axis=1, direction="DESCENDING")|tf.argsort(s)|tf.argsort(s, axis=1, direction="DESCENDING")|tf.searchsorted(tf.sort(v), w)|tf.searchsorted(tf.sort(v), w, side="right")
tf.sequence_mask(n, 4)|tf.sequence_mask(n[:, 0], maxlen=3, dtype="float32")|tf.reverse_sequence(seq, n[:, 0] + 2, seq_axis=1)|tf.reverse_sequence(seq, [3, 5], seq_axis=1, batch_axis=0)
tf.fill([2, 3], v[0, 0])|tf.eye(3, batch_shape=[1]) + m|tf.linspace(v[0], w[0], 3)|tf.linspace(v[0, 0], w[0, 0], 4)
tf.size(s)|tf.rank(s)|tf.shape(s)|tf.shape(s)[1]|tf.size(s, out_type=tf.int64)|tf.shape(s, out_type=tf.int64)
tf.tensor_scatter_nd_update(s, [[0, 1], [1, 2]], v)|tf.tensor_scatter_nd_add(s, [[0, 1], [0, 1]], v)|tf.tensor_scatter_nd_sub(s, [[0, 1], [1, 2]], v)
tf.tensor_scatter_nd_max(s, [[0, 1], [1, 2]], v)|tf.tensor_scatter_nd_min(s, [[0, 1], [1, 2]], v)|tf.scatter_nd([[1], [3]], v, [5, 4])|tf.scatter_nd([[0], [0]], v, [2, 4])
tf.boolean_mask(s, [True, False])|tf.boolean_mask(s, [True, False, True], axis=1)|tf.convert_to_tensor(s)|tf.ensure_shape(s, [None, 3, 4])|tf.identity_n([s, t])|tf.guarantee_const(s)
tf.batch_to_space(tf.tile(img, [2, 1, 1, 1]), [2, 2], [[0, 0], [0, 0]])|tf.space_to_batch(img, [2, 2], [[0, 0], [0, 0]])|tf.space_to_batch(img, [2, 2], [[1, 1], [0, 2]])
tf.nn.space_to_batch(img, [2, 3], [[0, 0], [0, 0]])|tf.unravel_index(i[0], [2, 3])|tf.dynamic_stitch([[0, 2], [1]], [s[0, :2], s[0, 2:]])
tf.histogram_fixed_width(s, [-1.0, 1.0], nbins=5)|tf.histogram_fixed_width_bins(s, [-1.0, 1.0], nbins=5)
s[:, 0]|s[:, 1:]|s[:, :, ::2]|s[..., 1]|s[..., 1:3]|s[:, tf.newaxis]|s[:, :, None, :2]|s[:, ::-1]|s[:, -1, ...]|s[0]|s[:, 1:3, tf.newaxis, 0]|s[1:, 0, -2:]|s[:, ::-1, ::-2]
s[:, n[0, 0]]|s[i[0, 0]]
tf.reshape(s, [tf.shape(s)[0], 12])|tf.reshape(s, [tf.shape(s)[0], -1])|tf.reshape(s, (tf.shape(s)[0], tf.shape(s)[2], tf.shape(s)[1]))|tf.reshape(s, tf.shape(t))|tf.reshape(s, tf.stack([tf.shape(s)[0], 12]))
tf.reshape(s, tf.concat([tf.shape(s)[:1], [12]], 0))|tf.reshape(s, [tf.shape(s)[0] * 3, 4])|tf.reshape(s, [-1, tf.shape(s)[1] * tf.shape(s)[2]])|tf.reshape(seq, [tf.shape(seq)[0], 2, tf.shape(seq)[1] // 2, 4])
tf.reshape(s, [-1, tf.reduce_prod(tf.shape(s)[1:])])|tf.zeros([tf.shape(s)[0], 6])|tf.ones((tf.shape(s)[0], 2, 3), dtype=tf.int32)|tf.fill([tf.shape(s)[0], 4], 2.5)|tf.zeros(tf.shape(s))|tf.ones(tf.shape(s)[:2])
tf.fill(tf.shape(s), 3)|tf.range(tf.shape(s)[1])|tf.range(tf.shape(s)[0])|tf.range(1, tf.shape(s)[1] * 2, 2, dtype="float32")|tf.tile(v[:1], [tf.shape(s)[0], 1])|tf.tile(tf.constant([[1.0, 2.0]]), [tf.shape(s)[0], 1])
tf.broadcast_to(v[:1], [tf.shape(s)[0], 4])|tf.broadcast_to(n, tf.shape(v))|tf.cast(tf.shape(s)[1], tf.float32) * s|tf.cast(tf.shape(s)[0], tf.float32)|s / tf.cast(tf.shape(s)[0], tf.float32)|tf.eye(tf.shape(s)[1])|tf.eye(tf.shape(m)[-1]) + m
tf.slice(s, [0, 1, 0], [tf.shape(s)[0], 1, 4])|s[:, :tf.shape(s)[1] - 1]|tf.gather(s, tf.range(tf.shape(s)[1])[::-1], axis=1)|tf.concat([s, tf.zeros([tf.shape(s)[0], 1, 4])], 1)|tf.one_hot(i, tf.shape(s)[2])
tf.linalg.band_part(tf.ones([tf.shape(s)[1], tf.shape(s)[1]]), -1, 0)|tf.sequence_mask(n[:, 0], tf.shape(s)[1])|tf.repeat(v, tf.shape(s)[1], axis=0)|tf.stack([tf.shape(s)[0], tf.shape(s)[1]])|tf.gather_nd(s, tf.stack([tf.range(tf.shape(s)[0]), n[:, 0]], 1))
tf.case([(tf.reduce_sum(v) > 0.0, lambda: v)], default=lambda: w)|tf.vectorized_map(lambda e: e * 2.0, v)|tf.map_fn(lambda e: e * 2.0, v)|tf.size(s) // tf.shape(s)[0]|tf.broadcast_static_shape(s.shape, t.shape)|tf.edit_distance(i, i)
"""
