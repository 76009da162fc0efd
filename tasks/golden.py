"""Regenerate ``tests/golden/data``: what the real TensorFlow Addons gives, for the addons to be compared with.

Builds an environment of the past with uv unless it is there, and runs ``golden_worker.py`` in it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENVIRONMENT = ROOT / ".cache" / "envs" / "tf215-kernels"
DATA = ROOT / "tests" / "golden" / "data"
# Not tensorflow-cpu: the C++ kernels of TensorFlow Addons look for symbols that only the larger build has.
REQUIREMENTS = ("tensorflow==2.15.1", "tensorflow-addons==0.23.0")
NEWEST = "2024-04-01"  # the newest release of anything that may be chosen


def build(environment: Path) -> Path:
    """Build the environment unless it exists, and return its Python."""
    python = environment / "bin" / "python"
    if not python.exists():
        uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--python", "3.11", str(environment)], check=True)
        install = [uv, "pip", "install", "--python", str(python), "--exclude-newer", NEWEST, *REQUIREMENTS]
        subprocess.run(install, check=True)
    return python


def main() -> None:
    """Run the worker on every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environment", type=Path, default=ENVIRONMENT)
    parser.add_argument("--output", type=Path, default=DATA)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    python = build(options.environment)
    worker = Path(__file__).with_name("golden_worker.py")
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([str(python), "-W", "ignore", str(worker), str(options.output)], check=True, env=quiet)


if __name__ == "__main__":
    main()
