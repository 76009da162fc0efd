"""Rebuilds the real models: ``python tasks/fixtures.py [--era ERA] [--set SET] [--architecture NAME] [--list]``.

For each era: builds its environment with uv as of a date in that release's life, and lets that environment write the
sets of models that the era has. The corpus (`tasks.fixtures_writer`) is packed into ``tests/corpus/<era>.tar.xz`` and
told by ``corpus.toml``; the few models of every era (`tasks.fixtures_era_writer`) into ``eras.tar.xz``, ``eras.toml``.
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
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from uv import find_uv_bin

from loadstone.atomic import replacing

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # this file runs as a script, and the corpus' own code lives with the tests

from tasks.fixtures_eras import ALL_ERAS, CORPUS_SET, ERAS_SET, Era  # noqa: E402 - needs the line above
from tests.corpus_files import CORPUS, TABLE, digest  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ERAS", "Era", "interpreter", "progress", "replace", "run"]  # what other tasks and tests take from here

ENVIRONMENTS = ROOT / ".cache" / "envs"
EXAMPLES = ROOT / "examples"
EXAMPLE = (
    "tf215",
    "addons_training",
    "image_classifier",
)  # the corpus model that the examples show, and its name there
TOLERANCE = 1e-5


# The eras that write the corpus: those whose `load_model` is asked about each of its files.
ERAS = tuple(era for era in ALL_ERAS if CORPUS_SET in era.sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSet:
    """A set of models that eras write.

    Attributes:
        writer: the module that writes them, run by the era's interpreter.
        table: what they are.
        one_archive: whether the files of all eras lie in one archive, of the set's name; else each era has its own.
    """

    name: str
    writer: str
    table: Path
    one_archive: bool

    def archive(self, era: Era) -> Path:
        """The archive that holds an era's files."""
        return CORPUS / f"{self.name if self.one_archive else era.name}.tar.xz"

    def root(self, era: Era, models: Path) -> Path:
        """The folder that is packed, of one that has a folder for each era."""
        return models if self.one_archive else models / era.name

    def command(self, era: Era, out: Path) -> list[str]:
        """The writer's command line after the interpreter."""
        options = [era.loader] if self.one_archive else []
        return ["-W", "ignore", "-m", self.writer, str(out), *options]


SETS = (
    ModelSet(name=CORPUS_SET, writer="tasks.fixtures_writer", table=TABLE, one_archive=False),
    ModelSet(name=ERAS_SET, writer="tasks.fixtures_era_writer", table=CORPUS / "eras.toml", one_archive=True),
)


def main() -> None:
    """Rebuilds the eras that were asked for, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [era.name for era in ALL_ERAS]
    parser.add_argument("--era", action="append", choices=names, help="rebuild this era only (may be repeated)")
    parser.add_argument("--set", choices=[each.name for each in SETS], help="write this set of models only")
    parser.add_argument("--architecture", action="append", help="write this model anew, keep the era's other ones")
    parser.add_argument("--list", action="store_true", help="say what each era holds, and rebuild nothing")
    arguments = parser.parse_args()
    wanted = [
        (era, models)
        for era in ALL_ERAS
        for models in SETS
        if era.name in (arguments.era or names) and models.name in era.sets and arguments.set in {None, models.name}
    ]
    for era, models in wanted:
        if arguments.list:
            count = len(rows_of(read_table(models.table), era.name))
            held = ", ".join((*era.requirements, *era.alone))
            print(f"{era.name:14} {models.name:6} Python {era.python:5} {held}: {count} files")
        else:
            rebuild(era, models, arguments.architecture or [])


def rebuild(era: Era, models: ModelSet, architectures: list[str]) -> None:
    """Writes an era's models anew (all when none is named), and puts archive, table and examples in place."""
    python = interpreter(era)
    progress(f"{era.name}: writing {models.name}")
    with tempfile.TemporaryDirectory(prefix="fixtures-") as scratch:
        folder, home = Path(scratch) / "models", Path(scratch) / "home"
        out = folder / era.name
        home.mkdir()  # Keras writes its settings there, and reads those of other releases
        variables = {**dict(era.variables), "HOME": str(home)}
        run([str(python), *models.command(era, out), *architectures], variables=variables)
        manifest = json.loads((out / "manifest.json").read_text())
        (out / "manifest.json").unlink()
        check_stack(era, manifest["stack"])
        table = without(read_table(models.table), era.name, architectures)
        archive, root = models.archive(era), models.root(era, folder)
        if archive.exists():
            keep_files(table["model"], archive, folder, root)
        write_table(merged(table, era, manifest, out), models.table)
        size = pack(root, archive)
        if (models.name, era.name) == (CORPUS_SET, EXAMPLE[0]):
            write_example(out, manifest["stack"])
    progress(f"{era.name}: {len(manifest['models'])} files, {size / 1e6:.2f} MB packed")


def rows_of(table: dict[str, Any], era: str) -> list[dict[str, Any]]:
    """A table's rows of an era's files."""
    return [row for row in table["model"] if row["file"].startswith(f"{era}/")]


def interpreter(era: Era) -> Path:
    """The Python of the era's environment: this one if it holds just that, one built before, or one built now."""
    if all(installed(requirement) for requirement in (*era.requirements, *era.alone)):
        return Path(sys.executable)
    python = ENVIRONMENTS / era.name / "bin" / "python"
    if not python.exists():
        progress(f"{era.name}: building {', '.join(era.requirements)} as of {era.as_of}")
        # pyenv's shims answer uv for a Python that is not the active one; elsewhere the variable means nothing.
        venv = [find_uv_bin(), "venv", "--quiet", "--python", era.python, str(python.parents[1])]
        run(venv, variables={"PYENV_VERSION": era.python})
        install = [find_uv_bin(), "pip", "install", "--quiet", "--python", str(python)]
        try:
            run([*install, "--exclude-newer", era.as_of, *era.requirements])
            if era.alone:
                run([*install, "--no-deps", *era.alone])
        except subprocess.CalledProcessError:
            shutil.rmtree(python.parents[1])  # half an environment would be taken for a whole one
            raise
    return python


def check_stack(era: Era, stack: dict[str, str]) -> None:
    """Stops when an environment built before is not the one that the table of eras asks for now."""
    for requirement in (*era.requirements, *era.alone):
        name, _, version = requirement.partition("==")
        if stack.get(name.removesuffix("-cpu"), version) != version:  # a stack names the frameworks alone
            sys.exit(f"{era.name} holds {stack}, not {requirement}: remove {ENVIRONMENTS / era.name} and start again")


def installed(requirement: str) -> bool:
    """Whether this interpreter holds the distribution at exactly the version that is asked for."""
    name, _, version = requirement.partition("==")
    try:
        return importlib.metadata.version(name) == version
    except importlib.metadata.PackageNotFoundError:
        return False


def run(command: list[str], *, variables: Mapping[str, str] = MappingProxyType({})) -> None:
    """Runs a command in the repository, its output on stderr.

    Python's hash seed is fixed, as sets of names would otherwise be written in another order each time.
    """
    settings = {"PYTHONHASHSEED": "0", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    subprocess.run(command, cwd=ROOT, env={**os.environ, **settings, **variables}, stdout=sys.stderr, check=True)


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
    with replacing(path) as draft:
        draft.write_bytes(content)


def read_table(path: Path) -> dict[str, Any]:
    """A table as it stands; empty before the first run."""
    empty: dict[str, Any] = {"stack": {}, "model": [], "left_out": []}
    return {**empty, **tomllib.loads(path.read_text())} if path.exists() else empty


def without(table: dict[str, Any], era: str, architectures: list[str]) -> dict[str, Any]:
    """The table without an era's rows, or only without those of some of its models."""
    models = [
        row
        for row in table["model"]
        if not row["file"].startswith(f"{era}/") or (architectures and row["architecture"] not in architectures)
    ]
    return {**table, "model": models, "left_out": [row for row in table["left_out"] if row["era"] != era]}


def keep_files(rows: list[dict[str, Any]], archive: Path, folder: Path, root: Path) -> None:
    """Unpacks the files of rows that stay into ``root``; ``folder`` is what the table's names are relative to."""
    kept = {folder / row[key] for row in rows for key in ("file", "io", "config") if key in row}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = root / member.name
            if not kept.isdisjoint((path, *path.parents)):
                tar.extract(member, root, filter="data")


def merged(table: dict[str, Any], era: Era, manifest: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The table with the rows that an era's writer reports."""
    written = [
        {
            **row,
            **{key: f"{era.name}/{row[key]}" for key in ("file", "io", "config") if key in row},
            **({"variables": dict(era.variables)} if era.variables else {}),
            "tolerance": TOLERANCE,
            "sha256": digest(folder / row["file"]),
        }
        for row in manifest["models"]
    ]
    order = [each.name for each in ALL_ERAS]
    stacks = {**table["stack"], era.name: manifest["stack"]}
    left_out = [*table["left_out"], *({"era": era.name, **row} for row in manifest["left_out"])]
    return {
        "stack": {name: stacks[name] for name in order if name in stacks},
        "model": sorted(
            table["model"] + written, key=lambda row: (order.index(row["file"].partition("/")[0]), row["file"])
        ),
        "left_out": sorted(left_out, key=lambda row: (order.index(row["era"]), row["architecture"], row["format"])),
    }


def write_table(table: dict[str, Any], path: Path) -> None:
    """Writes a table."""
    lines = [
        f"# Written by tasks/fixtures.py: every file of the {path.stem}, who wrote it, and what it needs. Not edited.",
        "",
    ]
    for era, stack in table["stack"].items():
        lines += [f"[stack.{era}]", *(f"{name} = {toml(value)}" for name, value in stack.items()), ""]
    for section in ("model", "left_out"):
        for row in table[section]:
            lines += [f"[[{section}]]", *(f"{name} = {toml(value)}" for name, value in row.items()), ""]
    replace(path, "\n".join(lines).encode())


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
