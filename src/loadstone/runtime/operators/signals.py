"""Functions of ``tf.signal``: Fourier and cosine transforms, frames, windows."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from loadstone.runtime.operators.common import add, axes, constant, dtype_named, dtype_of, length
from loadstone.runtime.operators.maths import _complex, _imag, _real


def _parts(x: Any) -> tuple[Any, Any]:
    return _real(x), _imag(x)


def _fft(x: Any) -> Any:
    return _complex(*ops.fft(_parts(x)))


def _fft2d(x: Any) -> Any:
    return _complex(*ops.fft2(_parts(x)))


def _ifft2d(x: Any) -> Any:
    return _complex(*ops.ifft2(_parts(x)))


def _ifft(x: Any) -> Any:
    """By the transform itself, with real and imaginary parts exchanged before and after."""
    real, imag = _parts(x)
    imag, real = ops.fft((imag, real))
    size = float(length(x, -1))
    return _complex(ops.divide(real, size), ops.divide(imag, size))


def _rfft(x: Any, fft_length: Any) -> Any:
    return _complex(*ops.rfft(x, int(np.ravel(fft_length)[0])))


def _irfft(x: Any, fft_length: Any) -> Any:
    return ops.irfft(_parts(x), int(np.ravel(fft_length)[0]))


def _fft3d(x: Any) -> Any:
    outer = _complex(*ops.fft2(_parts(x)))
    return ops.moveaxis(_fft(ops.moveaxis(outer, -3, -1)), -1, -3)


def _fftshift(x: Any, axes_: Any = None) -> Any:
    return _rolled(x, axes_, 1)


def _ifftshift(x: Any, axes_: Any = None) -> Any:
    return _rolled(x, axes_, -1)


def _rolled(x: Any, axes_: Any, sign: int) -> Any:
    over = range(len(x.shape)) if axes_ is None else np.atleast_1d(axes(axes_)).tolist()
    for axis in over:
        size = length(x, axis)
        x = ops.roll(x, size // 2 if sign > 0 else -(size // 2), axis=axis)
    return x


def _frame(
    x: Any, frame_length: int, frame_step: int, pad_end: bool = False, pad_value: float = 0, axis: int = -1
) -> Any:
    axis = axis % len(x.shape)
    size = length(x, axis)
    if pad_end:
        count = -(-size // frame_step)
        over = max((count - 1) * frame_step + frame_length - size, 0)
        pads = [(0, 0)] * len(x.shape)
        pads[axis] = (0, over)
        x = ops.pad(x, pads, mode="constant", constant_values=pad_value)
    else:
        count = max(0, 1 + (size - frame_length) // frame_step)
    places = np.arange(count)[:, None] * frame_step + np.arange(frame_length)[None, :]
    return ops.take(x, places.astype("int32"), axis=axis)


def _hann(size: int, periodic: bool = True) -> Any:
    return _cosine_window(size, periodic, 0.5, 0.5)


def _hamming(size: int, periodic: bool = True) -> Any:
    return _cosine_window(size, periodic, 0.54, 0.46)


def _cosine_window(size: int, periodic: bool, level: float, height: float) -> Any:
    if size == 1:
        return np.ones(1)
    over = size + int(periodic and size % 2 == 0) - 1
    return level - height * np.cos(2 * np.pi * np.arange(size) / over)


def _hann_window(window_length: Any, periodic: bool = True, dtype: Any = "float32") -> Any:
    return _hann(int(window_length), bool(periodic)).astype(dtype_named(dtype))


def _hamming_window(window_length: Any, periodic: bool = True, dtype: Any = "float32") -> Any:
    return _hamming(int(window_length), bool(periodic)).astype(dtype_named(dtype))


def _power_of_two(size: int) -> int:
    return 1 << (size - 1).bit_length()


def _stft(
    x: Any,
    frame_length: int,
    frame_step: int,
    fft_length: Any = None,
    window_fn: Any = "hann",
    pad_end: bool = False,
) -> Any:
    size = _power_of_two(frame_length) if fft_length is None else int(fft_length)
    frames = _frame(x, frame_length, frame_step, pad_end)
    if window_fn is not None:
        if window_fn != "hann":
            raise ValueError("a window of the author's own has no counterpart")
        frames = ops.multiply(frames, constant(_hann(frame_length), dtype_of(x)))
    return _complex(*ops.rfft(frames, size))


def _inverse_stft(x: Any, frame_length: int, frame_step: int, fft_length: Any = None, window_fn: Any = "hann") -> Any:
    size = _power_of_two(frame_length) if fft_length is None else int(fft_length)
    frames = ops.irfft(_parts(x), size)[..., :frame_length]
    if window_fn is not None:
        if window_fn != "hann":
            raise ValueError("a window of the author's own has no counterpart")
        frames = ops.multiply(frames, constant(_hann(frame_length), dtype_of(frames)))
    return _overlap_and_add(frames, frame_step)


def _overlap_and_add(x: Any, frame_step: Any) -> Any:
    step, count, size = int(frame_step), length(x, -2), length(x, -1)
    whole = (count - 1) * step + size
    front = [(0, 0)] * (len(x.shape) - 2)
    total: Any = 0.0
    for number in range(count):
        before = number * step
        part = ops.pad(x[..., number, :], (*front, (before, whole - before - size)))
        total = add(part, total)
    return total


def _dct(x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None) -> Any:  # noqa: A002 - TensorFlow's name
    """By its matrix; the definitions are SciPy's. Of the last axis, the only one that TensorFlow takes."""
    del axis
    size = length(x, -1)
    if n is not None and n != size:
        short = int(n)
        front = [(0, 0)] * (len(x.shape) - 1)
        x, size = (x[..., :short] if short < size else ops.pad(x, (*front, (0, short - size)))), short
    return ops.matmul(x, constant(_cosines(type, size, norm == "ortho"), dtype_of(x)))


def _idct(x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None) -> Any:  # noqa: A002 - TensorFlow's name
    return _dct(x, {2: 3, 3: 2}.get(type, type), n, axis, norm)


def _cosines(kind: int, size: int, ortho: bool) -> Any:
    """The matrix from the values (rows) to the coefficients (columns)."""
    row, column = np.arange(size)[:, None], np.arange(size)[None, :]
    match kind:
        case 1:
            matrix = 2 * np.cos(np.pi * row * column / (size - 1))
            matrix[[0, -1]] /= 2
            return matrix
        case 2:
            matrix = 2 * np.cos(np.pi * (2 * row + 1) * column / (2 * size))
            scale = np.where(column == 0, np.sqrt(1 / (4 * size)), np.sqrt(1 / (2 * size)))
            return matrix * scale if ortho else matrix
        case 3:
            if ortho:
                return _cosines(2, size, ortho=True).T
            matrix = 2 * np.cos(np.pi * row * (2 * column + 1) / (2 * size))
            matrix[0] /= 2
            return matrix
        case 4:
            matrix = 2 * np.cos(np.pi * (2 * row + 1) * (2 * column + 1) / (4 * size))
            return matrix * np.sqrt(1 / (2 * size)) if ortho else matrix
    raise ValueError(f"a cosine transform of type {kind} has no counterpart")


def _mfccs(x: Any) -> Any:
    return ops.multiply(_dct(x), float(1 / np.sqrt(2.0 * length(x, -1))))


FUNCTIONS = (
    _dct, _fft, _fft2d, _fft3d, _fftshift, _frame, _hamming_window, _hann_window, _idct, _ifft, _ifft2d, _ifftshift,
    _inverse_stft, _irfft, _mfccs, _overlap_and_add, _rfft, _stft,
)  # fmt: skip
