"""Rebuilds the corpus of real models: ``python tasks/fixtures.py [--era ERA] [--architecture NAME] [--list]``.

For each era: builds its environment with uv as of a date in that release's life, lets that environment write every
model (`tasks.fixtures_writer`), packs the files into ``tests/corpus/<era>.tar.xz`` and brings ``corpus.toml`` up to
date.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uv import find_uv_bin

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # this file runs as a script, and the corpus' own code lives with the tests

from tests.corpus_files import CORPUS, TABLE, digest, unpacked  # noqa: E402 - needs the line above

ENVIRONMENTS = ROOT / ".cache" / "envs"
EXAMPLES = ROOT / "examples"
EXAMPLE = (
    "tf215",
    "addons_training",
    "image_classifier",
)  # the corpus model that the examples show, and its name there
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """An environment of the past: what it holds, and the day as of which its other packages are chosen."""

    name: str
    python: str
    as_of: str
    requirements: tuple[str, ...]


ERAS = (
    Era(
        name="tf24",
        python="3.8",
        as_of="2021-10-01",
        requirements=("tensorflow-cpu==2.4.1", "tensorflow-addons==0.14.0"),
    ),
    Era(
        name="tf28",
        python="3.9",
        as_of="2022-07-01",
        requirements=("tensorflow-cpu==2.8.2", "tensorflow-addons==0.17.1"),
    ),
    Era(
        name="tf215",
        python="3.11",
        as_of="2024-04-01",
        requirements=("tensorflow-cpu==2.15.1", "tensorflow-addons==0.23.0"),
    ),
    Era(
        name="keras315",
        python="3.11",
        as_of="2026-11-22",
        requirements=("tensorflow-cpu==2.21.0", "keras==3.15.1"),
    ),
)


def main() -> None:
    """Rebuilds the eras that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [era.name for era in ERAS]
    parser.add_argument("--era", action="append", choices=names, help="rebuild this era only (may be repeated)")
    parser.add_argument("--architecture", action="append", help="write this model anew, keep the era's other ones")
    parser.add_argument("--list", action="store_true", help="say what each era holds, and rebuild nothing")
    arguments = parser.parse_args()
    wanted = [era for era in ERAS if era.name in (arguments.era or names)]
    if arguments.list:
        for era in wanted:
            models = [row for row in read_table()["model"] if row["file"].startswith(f"{era.name}/")]
            print(f"{era.name:10} Python {era.python:5} {', '.join(era.requirements)}: {len(models)} files")
        return
    for era in wanted:
        rebuild(era, arguments.architecture or [])


def rebuild(era: Era, architectures: list[str]) -> None:
    """Writes an era's models anew (all when none is named), and puts archive, table and examples in place."""
    python = interpreter(era)
    progress(f"{era.name}: writing models")
    with tempfile.TemporaryDirectory(prefix="fixtures-") as scratch:
        out = Path(scratch) / era.name
        run([str(python), "-W", "ignore", "-m", "tasks.fixtures_writer", str(out), *architectures])
        manifest = json.loads((out / "manifest.json").read_text())
        (out / "manifest.json").unlink()
        check_stack(era, manifest["stack"])
        table = without(read_table(), era.name, architectures)
        copy_files([row for row in table["model"] if row["file"].startswith(f"{era.name}/")], era.name, out)
        write_table(merged(table, era.name, manifest, out))
        size = pack(out, CORPUS / f"{era.name}.tar.xz")
        if era.name == EXAMPLE[0]:
            write_example(out, manifest["stack"])
    progress(f"{era.name}: {len(manifest['models'])} files, {size / 1e6:.2f} MB packed")


def interpreter(era: Era) -> Path:
    """The Python of the era's environment: this one if it holds just that, one built before, or one built now."""
    if all(installed(requirement) for requirement in era.requirements):
        return Path(sys.executable)
    python = ENVIRONMENTS / era.name / "bin" / "python"
    if not python.exists():
        progress(f"{era.name}: building {', '.join(era.requirements)} as of {era.as_of}")
        run([find_uv_bin(), "venv", "--quiet", "--python", era.python, str(python.parents[1])], python=era.python)
        install = [find_uv_bin(), "pip", "install", "--quiet", "--python", str(python)]
        try:
            run([*install, "--exclude-newer", era.as_of, *era.requirements])
        except subprocess.CalledProcessError:
            shutil.rmtree(python.parents[1])  # half an environment would be taken for a whole one
            raise
    return python


def check_stack(era: Era, stack: dict[str, str]) -> None:
    """Stops when an environment built before is not the one that the table of eras asks for now."""
    for requirement in era.requirements:
        name, _, version = requirement.partition("==")
        if stack[name.removesuffix("-cpu")] != version:
            sys.exit(f"{era.name} holds {stack}, not {requirement}: remove {ENVIRONMENTS / era.name} and start again")


def installed(requirement: str) -> bool:
    """Whether this interpreter holds the distribution at exactly the version that is asked for."""
    name, _, version = requirement.partition("==")
    try:
        return importlib.metadata.version(name) == version
    except importlib.metadata.PackageNotFoundError:
        return False


def run(command: list[str], *, python: str = "") -> None:
    """Runs a command in the repository, its output on stderr.

    Python's hash seed is fixed, as sets of names would otherwise be written in another order each time.
    ``PYENV_VERSION`` lets pyenv's shims answer uv for a Python that is not the active one; elsewhere it means nothing.
    """
    settings = {"PYTHONHASHSEED": "0", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    shims = {"PYENV_VERSION": python} if python else {}
    subprocess.run(command, cwd=ROOT, env={**os.environ, **settings, **shims}, stdout=sys.stderr, check=True)


def pack(folder: Path, archive: Path) -> int:
    """Packs a folder's files, sorted and without owners and dates; returns the archive's size in bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz", preset=9) as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = path.stat().st_size
                with path.open("rb") as file:
                    tar.addfile(info, file)
    replace(archive, buffer.getvalue())
    return len(buffer.getvalue())


def replace(path: Path, content: bytes) -> None:
    """Puts a file in place whole, so that whoever reads meanwhile sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def read_table() -> dict[str, Any]:
    """The table as it stands; empty before the first run."""
    empty: dict[str, Any] = {"stack": {}, "model": [], "left_out": []}
    return {**empty, **tomllib.loads(TABLE.read_text())} if TABLE.exists() else empty


def without(table: dict[str, Any], era: str, architectures: list[str]) -> dict[str, Any]:
    """The table without an era's rows, or only without those of some of its models."""
    models = [
        row
        for row in table["model"]
        if not row["file"].startswith(f"{era}/") or (architectures and row["architecture"] not in architectures)
    ]
    return {**table, "model": models, "left_out": [row for row in table["left_out"] if row["era"] != era]}


def copy_files(rows: list[dict[str, Any]], era: str, out: Path) -> None:
    """Copies the files of rows that stay from the era's archive."""
    for name in sorted({row[key] for row in rows for key in ("file", "io", "config") if key in row}):
        source, target = unpacked(era).parent / name, out.parent / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def merged(table: dict[str, Any], era: str, manifest: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The table with the rows that an era's writer reports."""
    written = [
        {
            **row,
            "file": f"{era}/{row['file']}",
            "io": f"{era}/{row['io']}",
            **({"config": f"{era}/{row['config']}"} if "config" in row else {}),
            "tolerance": TOLERANCE,
            "sha256": digest(folder / row["file"]),
        }
        for row in manifest["models"]
    ]
    order = [each.name for each in ERAS]
    stacks = {**table["stack"], era: manifest["stack"]}
    left_out = [*table["left_out"], *({"era": era, **row} for row in manifest["left_out"])]
    return {
        "stack": {name: stacks[name] for name in order if name in stacks},
        "model": sorted(
            table["model"] + written, key=lambda row: (order.index(row["file"].partition("/")[0]), row["file"])
        ),
        "left_out": sorted(left_out, key=lambda row: (order.index(row["era"]), row["architecture"], row["format"])),
    }


def write_table(table: dict[str, Any]) -> None:
    """Writes ``corpus.toml``."""
    lines = [
        "# Written by tasks/fixtures.py: every file of the corpus, who wrote it, and what it needs. Not edited.",
        "",
    ]
    for era, stack in table["stack"].items():
        lines += [f"[stack.{era}]", *(f"{name} = {toml(value)}" for name, value in stack.items()), ""]
    for section in ("model", "left_out"):
        for row in table[section]:
            lines += [f"[[{section}]]", *(f"{name} = {toml(value)}" for name, value in row.items()), ""]
    replace(TABLE, "\n".join(lines).encode())


def toml(value: Any) -> str:
    """A value in TOML: the strings, numbers, lists and flat dicts that the table is made of."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value)  # what JSON escapes, TOML's basic strings escape alike


def write_example(folder: Path, stack: dict[str, str]) -> None:
    """Puts the one model that the examples show in place, with its inputs, outputs and provenance."""
    _, source, name = EXAMPLE
    EXAMPLES.mkdir(exist_ok=True)
    for suffix in (".h5", ".npz"):
        replace(EXAMPLES / f"{name}{suffix}", (folder / f"{source}{suffix}").read_bytes())
    readme = (
        f"`{name}.h5` was saved by TensorFlow {stack['tensorflow']} with TensorFlow Addons {stack['tensorflow-addons']}"
        f" on Python {stack['python']}:\n"
        f"`{source}` of `tasks/fixtures_addons.py`, compiled and trained for three steps.\n"
        f"`{name}.npz` holds one batch of inputs (`x0`) and the outputs (`y0`) that the model gave for it then.\n"
    )
    replace(EXAMPLES / "README.md", readme.encode())


def progress(line: str) -> None:
    """Says on stderr how far the task is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
