"""Calls that Keras 3 has nothing for, or whose arguments tf.keras does not save; as `tasks.operators.cases` reads them."""

from __future__ import annotations

ABSENT = """
tf.einsum("bij,bkj->bik", s, t)|tf.einsum("bij->bji", s)
s == t|s != t|tf.math.special.bessel_j0(x)|tf.math.special.bessel_j1(x)|tf.math.special.spence(x)|tf.math.special.dawsn(x)|tf.math.special.expint(x)
tf.math.special.fresnel_cos(x)|tf.math.special.fresnel_sin(x)|tf.math.igamma(x, y)|tf.math.igammac(x, y)|tf.math.polygamma(1.0, x)
tf.math.zeta(x + 1.5, y)|tf.math.betainc(x, y, x)|tf.math.special.bessel_k0(x)|tf.math.special.bessel_y0(x)|tf.meshgrid(v[0], w[0])
tf.meshgrid(v[0], [1.0, 2.0], indexing="ij")|tf.range(0, n[0, 0], 1)|tf.unique(i[0])|tf.bitcast(s, tf.int32)
tf.extract_volume_patches(vol, [1, 2, 2, 2, 1], [1, 2, 2, 2, 1], "VALID")|s[f]|s[:, n[0, 0] - 1:]|s[:, :n[0, 0]]
tf.nn.max_pool_with_argmax(img, 2, 2, "VALID")|tf.nn.isotonic_regression(v)|tf.image.draw_bounding_boxes(img, x[:, :1], [[1.0, 0.0, 0.0]])
tf.image.extract_glimpse(img, [2, 2], [[0.0, 0.0], [0.1, 0.2]])
tf.image.ssim_multiscale(tf.tile(img, [1, 4, 4, 1]), tf.tile(img, [1, 4, 4, 1]) * 0.5, 1.0, power_factors=(0.5, 0.5), filter_size=3)
tf.image.non_max_suppression(x[0], w[0, :3], 2)|tf.image.combined_non_max_suppression(x[:, :, tf.newaxis], x[:, :, :1], 2, 2)|tf.linalg.sqrtm(m)
tf.linalg.lu(m)|tf.linalg.tridiagonal_solve(m, r)|tf.cast(tf.linalg.eigvals(m), "complex64")|tf.signal.mdct(wave, 8)|tf.nn.collapse_repeated(i, [4, 4])
"""
