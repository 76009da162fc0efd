"""Writes ``described/``: what real tools lock and print about one small project.

    python -m tests.environment.make_described

uv locks it, pipenv locks it, pip tells what was installed; addresses of packages, and hashes, are left out, so that
what is kept is small and names no index. What poetry and conda write is in the tests themselves, by hand after their
documentation, because neither tool could reach its index where this was made.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

FOLDER = Path(__file__).parent / "described"
AS_OF = "2024-03-11"
PROJECT = """[project]
name = "demo"
version = "0.1"
requires-python = ">=3.9,<3.12"
dependencies = ["tensorflow-cpu==2.15.1", "tensorflow-addons==0.23.0", "colorama; sys_platform == 'win32'"]

[project.optional-dependencies]
plots = ["cycler"]

[dependency-groups]
dev = ["toml"]
"""
PIPFILE = """[packages]
tensorflow-cpu = "==2.15.1"
tensorflow-addons = "==0.23.0"

[dev-packages]
toml = "*"

[requires]
python_version = "3.11"
"""


def main() -> None:
    """Locks, installs, and writes what was said."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "pyproject.toml").write_text(PROJECT)
        uv(folder, "lock", "--exclude-newer", AS_OF)
        uv(folder, "export", "--exclude-newer", AS_OF, "--no-dev", "--format", "pylock.toml", "-o", "pylock.toml")
        uv(folder, "export", "--exclude-newer", AS_OF, "--no-dev", "--no-hashes", "-o", "requirements.txt")
        uv(folder, "venv", "--python", f"{sys.version_info.major}.{sys.version_info.minor}", "there")
        uv(folder, "pip", "install", "--python", "there", "-r", "requirements.txt", "pip")
        (folder / "Pipfile").write_text(PIPFILE)
        uv(folder, "tool", "run", "pipenv", "lock")
        write("uv.lock", without_addresses((folder / "uv.lock").read_text()))
        write("pylock.toml", without_addresses((folder / "pylock.toml").read_text()))
        write("Pipfile.lock", without_hashes((folder / "Pipfile.lock").read_text()))
        for name, command in (("freeze.txt", "freeze"), ("list.txt", "list")):
            pip = [str(folder / "there" / "bin" / "python"), "-m", "pip", command]
            write(name, subprocess.run(pip, capture_output=True, text=True, check=True).stdout)
        write("pyproject.toml", PROJECT)


def uv(folder: Path, *arguments: str) -> None:
    """Runs uv."""
    subprocess.run([find_uv_bin(), *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def without_addresses(text: str) -> str:
    """A lock in TOML without where its files are."""
    text = re.sub(r"(?m)^(?:sdist|index|wheels) = (?:\{.*\}|\".*\"|\[.*\])\n", "", text)
    text = re.sub(r"(?ms)^wheels = \[\n.*?^\]\n", "", text)
    text = re.sub(r"(?m)^#.*\n", "", text)
    return re.sub(r'registry = "[^"]*"', 'registry = "index"', text)


def without_hashes(text: str) -> str:
    """A Pipfile.lock without hashes and where its packages come from."""
    data = json.loads(text)
    data["_meta"]["sources"] = []
    for group in ("default", "develop"):
        for package in data[group].values():
            package.pop("hashes", None)
            package.pop("index", None)
    return json.dumps(data, indent=1) + "\n"


def write(name: str, text: str) -> None:
    """Puts a file in place."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
