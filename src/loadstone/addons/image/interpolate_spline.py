"""Polyharmonic splines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
from keras import ops

from loadstone.addons.image.backend import image_function, with_rank
from loadstone.addons.utils.values import known

if TYPE_CHECKING:
    from loadstone.addons.utils.types import FloatTensorLike, Tensor, TensorLike

EPSILON = 1e-10  # squared distances below it count as it: roots and logarithms have no gradient at zero


@image_function
def interpolate_spline(
    train_points: TensorLike,
    train_values: TensorLike,
    query_points: TensorLike,
    order: int,
    regularization_weight: FloatTensorLike = 0.0,
    name: str = "interpolate_spline",
) -> Tensor:
    """Return the values that a polyharmonic spline through given points has at others.

    The spline is a sum of functions of the distances to the given points and of a linear function: ``r**order`` for an
    odd order, ``r**order * log(r)`` for an even one. Order 2 is the thin-plate spline (Duchon 1977). It is
    differentiable by the points and values.

    Args:
        train_points: floating-point tensor of shape (batch, n, d).
        train_values: values there, of shape (batch, n, k).
        query_points: of shape (batch, m, d).
        order: of the spline; at least 1.
        regularization_weight: above 0 the spline need not pass through the points, but is smoother.
        name: name of the scope.

    Returns:
        a tensor of shape (batch, m, k). Points that do not determine the spline, as fewer than d + 1 of them, are an
        error with TensorFlow and PyTorch and give NaN or infinity with JAX.

    Raises:
        ValueError: when d or k is not known while a function is traced.
    """
    with keras.name_scope(name or "interpolate_spline"):
        points = with_rank(ops.convert_to_tensor(train_points), 3, "train_points must have shape (batch, n, d)")
        values = with_rank(ops.convert_to_tensor(train_values), 3, "train_values must have shape (batch, n, k)")
        queries = with_rank(ops.convert_to_tensor(query_points), 3, "query_points must have shape (batch, m, d)")
        for what, tensor in (("input points (d)", points), ("output values (k)", values)):
            if tensor.shape[-1] is None:
                raise ValueError(f"The dimensionality of the {what} must be statically-inferrable.")
        weights, linear = _solve(points, values, order, regularization_weight)
        distances = _squared_distances(queries, points, _squared_norms(queries), _squared_norms(points))
        spline = ops.matmul(_phi(distances, order), weights) + ops.matmul(_with_ones(queries), linear)
        return ops.cast(spline, values.dtype)  # Keras' operations compute in 32 bits but for TensorFlow


def _solve(points: Tensor, values: Tensor, order: int, regularization_weight: FloatTensorLike) -> tuple[Tensor, Tensor]:
    """Return the weights of the points (batch, n, k) and of the linear function (batch, d + 1, k)."""
    batch, n, d = ops.shape(points)
    products = ops.matmul(points, ops.transpose(points, (0, 2, 1)))
    # Norms from the diagonal, so that a point's distance to itself is zero without a rounding error.
    norms = ops.diagonal(products, axis1=1, axis2=2)
    kernel = _phi(_squared_distances(points, points, norms, norms, products), order)
    weight = known(regularization_weight)
    if weight is None or weight > 0:
        kernel = kernel + ops.cast(regularization_weight, points.dtype) * ops.eye(n, dtype=points.dtype)
    coordinates = _with_ones(points)
    corner = ops.zeros((batch, d + 1, d + 1), points.dtype)
    system = ops.concatenate(
        [
            ops.concatenate([kernel, coordinates], axis=2),
            ops.concatenate([ops.transpose(coordinates, (0, 2, 1)), corner], axis=2),
        ],
        axis=1,
    )
    target = ops.concatenate([values, ops.zeros((batch, d + 1, values.shape[-1]), values.dtype)], axis=1)
    solution = ops.solve(system, target)
    return solution[:, :n], solution[:, n:]


def _with_ones(points: Tensor) -> Tensor:
    return ops.concatenate([points, ops.ones_like(points[..., :1])], axis=2)


def _squared_norms(points: Tensor) -> Tensor:
    return ops.sum(ops.square(points), axis=2)


def _squared_distances(a: Tensor, b: Tensor, a_norms: Tensor, b_norms: Tensor, products: Tensor = None) -> Tensor:
    """Return the squared distances between points (batch, n, d) and (batch, m, d) as (batch, n, m)."""
    if products is None:
        products = ops.matmul(a, ops.transpose(b, (0, 2, 1)))
    return ops.expand_dims(a_norms, 2) - 2 * products + ops.expand_dims(b_norms, 1)


def _phi(squared_distance: Tensor, order: int) -> Tensor:
    """Return the spline's function of the distance."""
    positive = ops.maximum(squared_distance, ops.cast(EPSILON, squared_distance.dtype))
    if order % 2 == 1:
        return ops.sqrt(positive) if order == 1 else ops.power(positive, 0.5 * order)
    # Half of the logarithm of the square. The lower orders take the square itself as the factor, as TensorFlow Addons.
    powers = {2: squared_distance, 4: ops.square(squared_distance)}
    power = powers[order] if order in powers else ops.power(positive, 0.5 * order)
    return 0.5 * power * ops.log(positive)
