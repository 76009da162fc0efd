"""The release of TensorFlow Addons whose API this is."""

from __future__ import annotations

__version__ = "0.23.0"
