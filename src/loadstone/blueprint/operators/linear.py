"""Rows of ``tf.linalg`` and ``tf.signal``."""

from __future__ import annotations

from loadstone.blueprint.operators.row import rows

LINEAR = rows("""
linalg.matmul                 _matmul             a:x1 b:x2 transpose_a transpose_b adjoint_a adjoint_b a_is_sparse:- b_is_sparse:- output_type
linalg.matrix_transpose       _matrix_transpose   a:x conjugate
linalg.adjoint                _adjoint            matrix:x
linalg.norm                   _norm               tensor:x ord axis keepdims keep_dims:keepdims
norm                          _norm               tensor:x ord axis keepdims keep_dims:keepdims
linalg.normalize              _normalize          tensor:x ord axis
linalg.inv                    _inv                input:x adjoint
linalg.det                    det                 input:x
linalg.cholesky               cholesky            input:x
linalg.cholesky_solve         _cholesky_solve     chol rhs
linalg.solve                  _solve              matrix rhs adjoint
linalg.triangular_solve       _triangular_solve   matrix rhs lower adjoint
linalg.lstsq                  _lstsq              matrix rhs l2_regularizer fast
linalg.pinv                   _pinv               a:x rcond validate_args:-
linalg.trace                  _trace              x
linalg.diag_part              _diag_part          input:x k padding_value align
linalg.diag                   _diag               diagonal k num_rows num_cols padding_value align
linalg.set_diag               _set_diag           input:x diagonal k align
linalg.band_part              _band_part          input:x num_lower num_upper
linalg.tensor_diag            _tensor_diag        diagonal
linalg.tensor_diag_part       _tensor_diag_part   input:x
linalg.cross                  _cross              a:x1 b:x2
linalg.eigh                   eigh                tensor:x
linalg.eigvalsh               _eigvalsh           tensor:x
linalg.svd                    _svd                tensor:x full_matrices compute_uv
linalg.qr                     _qr                 input:x full_matrices
linalg.expm                   _expm               input:x
linalg.matrix_rank            _matrix_rank        a:x tol validate_args:-
linalg.tridiagonal_matmul     _tridiagonal_matmul diagonals rhs diagonals_format
linalg.einsum                 _einsum             equation inputs:xs!
signal.fft                    _fft                input:x
signal.ifft                   _ifft               input:x
signal.fft2d                  _fft2d              input:x
signal.ifft2d                 _ifft2d             input:x
signal.fft3d                  _fft3d              input:x
signal.fftshift               _fftshift           x axes:axes_
signal.ifftshift              _ifftshift          x axes:axes_
signal.frame                  _frame              signal:x frame_length frame_step pad_end pad_value axis
signal.stft                   _stft               signals:x frame_length frame_step fft_length window_fn? pad_end
signal.inverse_stft           _inverse_stft       stfts:x frame_length frame_step fft_length window_fn?
signal.overlap_and_add        _overlap_and_add    signal:x frame_step
signal.dct                    _dct                input:x type n axis norm
signal.idct                   _idct               input:x type n axis norm
signal.hann_window            _hann_window        window_length periodic dtype
signal.hamming_window         _hamming_window     window_length periodic dtype
signal.mfccs_from_log_mel_spectrograms _mfccs     log_mel_spectrograms:x
""")
