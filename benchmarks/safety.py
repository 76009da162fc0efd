"""Safety: stand-ins for every known way in which a model file does harm, and plain saves, beside modelscan.

Both scanners see the same files in one run. modelscan gets an environment of its own, with the TensorFlow and h5py that
it scans SavedModels and HDF5 with; a file counts as found by it when it reports any issue of any severity, and where it
reports an error or reads nothing, the table says so. loadstone has to report the code that the stand-in is for, judged
for tf.keras 2.15.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the stand-ins and the corpus belong to the tests

from packaging.version import Version
from uv import find_uv_bin

from loadstone.formats import read
from loadstone.knowledge.advisories import Stance, known_advisories
from loadstone.rules import diagnose
from tests.corpus_table import MODELS
from tests.era_files import ERA_MODELS
from tests.hostile.stand_ins import STAND_INS
from tests.rules.environments import TF215

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadstone.knowledge.advisories import Advisory
    from tests.corpus_table import Model
    from tests.era_files import EraModel
    from tests.hostile.stand_ins import StandIn

ENVIRONMENT = Path(__file__).resolve().parents[1] / ".cache" / "benchmarks" / "modelscan"
PYTHON = ">=3.10,<3.13"  # what modelscan has releases for
REQUIREMENTS = ("modelscan==0.8.8", "h5py>=3.10", "numpy<2")  # with NumPy 2.4 it cannot read .npy
TENSORFLOW = "tensorflow-cpu" if sys.platform == "linux" else "tensorflow"
WITH_PROGRAMS = frozenset({"lambda_layer", "lambda_with_global"})
WIDTH = 50
FOUND = "found"

#: Run with modelscan's Python: paths in, for each what it made of it out.
SCAN = """
import json, sys, warnings
warnings.simplefilter("ignore")
from modelscan.modelscan import ModelScan
scan, found = ModelScan(), {}
for path in json.load(sys.stdin):
    try:
        result = scan.scan(path)
        read = result["summary"]["scanned"]["total_scanned"]
        found[path] = "found" if result["issues"] else "error" if result["errors"] else "missed" if read else "not read"
    except Exception:
        found[path] = "error"
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stand-in and what both made of it: ``found``, ``missed``, and of modelscan ``error`` and ``not read``."""

    stand_in: StandIn
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """The plain saves, and how many of them each has something against."""

    files: int
    ours: int
    theirs: int


def main() -> int:
    """Print the table; exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write the page with the table to this file, too")
    page: Path | None = parser.parse_args().write
    python = prepared()
    with tempfile.TemporaryDirectory() as scratch:
        paths = [each.make(Path(scratch) / f"{number:03}") for number, each in enumerate(STAND_INS)]
        theirs = scanned(python, paths)
        rows = [
            Row(stand_in=each, ours=FOUND if each.code in codes(path) else "missed", theirs=theirs[str(path)])
            for each, path in zip(STAND_INS, paths, strict=True)
        ]
    clean = plain(python)
    for row in rows:
        print(f"{row.stand_in.name:{WIDTH}} {row.ours:8} {row.stand_in.code}   {row.theirs}")
    print("\n".join(f"{name:{WIDTH}} {ours:<8}         {theirs}" for name, ours, theirs in summary(rows, clean)))
    if page is not None:
        page.write_text(rendered(rows, clean), encoding="utf-8")
    return int(any(row.ours != FOUND for row in rows) or clean.ours > 0)


def prepared() -> Path:
    """The Python of an environment that has modelscan, which is built when it is not there."""
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        uv = find_uv_bin()
        subprocess.run([uv, "venv", "--quiet", "--python", PYTHON, str(ENVIRONMENT)], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", str(python), *REQUIREMENTS, TENSORFLOW]
        subprocess.run(install, check=True)
    return python


def scanned(python: Path, paths: Sequence[Path]) -> Mapping[str, str]:
    """What modelscan makes of each path."""
    answer = subprocess.run(
        [str(python), "-c", SCAN],
        input=json.dumps([str(path) for path in paths]),
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
    )
    found: dict[str, str] = json.loads(answer.stdout.splitlines()[-1])
    return found


def codes(path: Path) -> frozenset[str]:
    """The codes of loadstone's findings."""
    return frozenset(finding.code for finding in diagnose(read(path), TF215).findings)


def plain(python: Path) -> Clean:
    """What both have against what releases of TensorFlow and Keras saved, but for models with a Lambda."""
    models: tuple[Model | EraModel, ...] = (*MODELS, *ERA_MODELS)
    files = [model.path for model in models if model.architecture not in WITH_PROGRAMS]
    theirs = scanned(python, files)
    ours = sum(any(code.startswith("LS5") for code in codes(path)) for path in files)
    return Clean(files=len(files), ours=ours, theirs=sum(theirs[str(path)] == FOUND for path in files))


def summary(rows: Sequence[Row], clean: Clean) -> tuple[tuple[str, str, str], ...]:
    """The totals: what they are of, ours, modelscan's."""
    ours, theirs = (
        sum(verdict == FOUND for verdict in verdicts) for verdicts in zip(*map(_verdicts, rows), strict=True)
    )
    return (
        (f"found, of {len(rows)} stand-ins", str(ours), str(theirs)),
        (f"false alarms, of {clean.files} plain saves", str(clean.ours), str(clean.theirs)),
    )


def _verdicts(row: Row) -> tuple[str, str]:
    return row.ours, row.theirs


def rendered(rows: Sequence[Row], clean: Clean) -> str:
    """The page, in Markdown."""
    table = [
        f"| {row.stand_in.name} | {row.stand_in.advisory} | [{row.stand_in.code}](findings/{row.stand_in.code}.md) "
        f"| {row.ours} | {row.theirs} |"
        for row in rows
    ]
    totals = [f"| {name} | {ours} | {theirs} |" for name, ours, theirs in summary(rows, clean)]
    return "\n".join(
        (
            INTRODUCTION,
            "| | loadstone | modelscan 0.8.8 |",
            "|---|---|---|",
            *totals,
            "",
            "## What is found",
            "",
            "| the file has | published as | finding | loadstone | modelscan 0.8.8 |",
            "|---|---|---|---|---|",
            *table,
            "",
            "## Who stops what",
            "",
            "Each finding says which of these the judged environment stops. *Keras 2* is Keras up to 2.15, inside of",
            "TensorFlow or beside it.",
            "",
            "| | what happens | in | stopped by Keras | by Keras 2 | by tf_keras |",
            "|---|---|---|---|---|---|",
            *map(_advisory, known_advisories()),
            "",
        )
    )


INTRODUCTION = """\
# Safety

A model file can do more than describe a model: run code, read or write files, fill a memory. `loadstone inspect` and
`loadstone diagnose` execute nothing in a file, follow no link in it, and say what it would do: findings LS501 to LS511,
LS111 (sizes that are declared) and LS204 (operators of libraries). What a configuration may name is allowed by the
tables of every release of Keras and TensorFlow Addons; what is not allowed is told.

`python benchmarks/safety.py --write docs/safety.md` wrote this page. The files are stand-ins that do no harm
(`tests/hostile/stand_ins.py`), and the plain saves of the corpus: TensorFlow 1.13 to 2.21, Keras 2 and 3, as HDF5,
`.keras`, SavedModel and frozen graph. modelscan ran on the same files, with TensorFlow and h5py. Any issue that it
reports counts as found, also where it names a `Lambda` layer and not what that layer calls; *not read* means that it
knows no such file, *error* that it says it could not scan it.
"""


def _advisory(row: Advisory) -> str:
    def stopped(name: str, major: int) -> str:
        if row.stance(name, Version(f"{major}.16")) is Stance.UNAFFECTED:
            return "not concerned"
        found = [version for version in row.first_fixed(name) if int(version.partition(".")[0]) == major]
        return ", ".join(found) or "no release"

    formats = ", ".join(sorted(row.formats)) or "any file"
    call = "" if row.call == "load_model" else f" ({row.call})"
    name = f"[{row.id}]({row.source})"
    keras3 = stopped("keras", 3)
    early = stopped("keras", 2)
    # What Keras 2 stops, Keras 3 has stopped from its first release on.
    keras3 = "all releases" if keras3 == "no release" and early[0].isdigit() else keras3
    return f"| {name} | {row.summary}{call} | {formats} | {keras3} | {early} | {stopped('tf-keras', 2)} |"


if __name__ == "__main__":
    sys.exit(main())
