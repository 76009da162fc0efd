"""``loadstone.rescue`` in an environment of the past, around its own tf.keras."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.corpus_files import ROOT, unpacked
from tests.live.test_environments import python

pytestmark = pytest.mark.live

PROGRAM = """
import sys
import tensorflow as tf
{imports}
import loadstone

try:
    with loadstone.rescue():
        tf.keras.models.load_model({path!r})
    print("loads")
except loadstone.LoadFailed as failure:
    print(failure)
"""


@pytest.mark.parametrize(
    ("file", "imports", "told"),
    [
        ("addons_training.keras", "", "LS203  import tensorflow_addons before load_model"),
        ("addons_training.keras", "import tensorflow_addons", "loads"),
        ("addons_training.savedmodel", "", "LS203  import tensorflow_addons before load_model"),
        ("custom_layer.h5", "", "LS302  Scale: no known package provides this"),
        ("depthwise_separable.h5", "", "loads"),
    ],
)
def test_a_program_of_2023_is_told_what_it_lacks(file: str, imports: str, told: str) -> None:
    program = PROGRAM.format(imports=imports, path=str(unpacked("tf215") / file))
    done = subprocess.run(
        [str(python("tf215")), "-W", "ignore", "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert any(line.startswith(told) for line in done.stdout.splitlines()), done.stdout
