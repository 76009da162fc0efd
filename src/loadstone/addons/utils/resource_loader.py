"""Where TensorFlow Addons kept its C++ kernels; there are none here."""

from __future__ import annotations

from pathlib import Path

SKIP_CUSTOM_OPS = False


def get_path_to_datafile(path: str, is_so: bool = False) -> str:
    """Return the path of a file that is given relative to the folder of `loadstone.addons`.

    Args:
        path: the relative path.
        is_so: whether the file is a C++ kernel, which makes no difference.
    """
    del is_so
    return str(Path(__file__).parents[1] / path)
