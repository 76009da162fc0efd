"""Models of every era, four ways to load them: Keras 3 alone, tf_keras, the era's own environment, and loadstone.

``python benchmarks/rescue.py [--era ERA] [--model NAME] [--loader LOADER] [--failures]``. The models
(`tasks.rescue`) are written by the eras' own environments on the first run, into ``.cache/rescue``; all loaders get
the same files.
*Equal* is within 1e-5 of the outputs that the era recorded, relative to their scale (2e-3 for half precision).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the eras' environments are built by the tasks

from tasks.fixtures import ROOT, interpreter, progress
from tasks.fixtures_eras import KERAS, Era
from tasks.rescue.eras import BY_NAME, KERAS_1, MODELS, written
from tasks.rescue.eras import ERAS as WRITERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORKER = ROOT / "benchmarks" / "rescue_worker.py"
ERAS = (KERAS_1, *WRITERS)
LEGACY_KERAS = "tf221-tf_keras"
LOADERS = {
    "keras": f"Keras {importlib.metadata.version('keras')}",
    "tf_keras": "tf_keras 2.21",
    "era": "its own release",
    "loadstone": "loadstone",
}
FORMATS = {"hdf5-model": ".h5", "keras-archive": ".keras"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """One way to load: an interpreter, and the module in it that loads."""

    name: str
    python: Path
    module: str
    variables: tuple[tuple[str, str], ...] = ()


def main() -> None:
    """Print the table, as it stands in the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--era", action="append", choices=ERAS, help="this era only (may be repeated)")
    parser.add_argument("--model", action="append", help="this model only (may be repeated)")
    parser.add_argument("--loader", action="append", choices=LOADERS, help="this loader only (may be repeated)")
    parser.add_argument("--failures", action="store_true", help="list what loadstone does not load equally, and why")
    arguments = parser.parse_args()
    eras = [BY_NAME[name] for name in arguments.era or ERAS]
    names = [LOADERS[each] for each in LOADERS if not arguments.loader or each in arguments.loader]
    print(f"| saved by | format | models | {' | '.join(names)} |")
    print("|---" * (3 + len(names)) + "|")
    every: Counter[tuple[str, str]] = Counter()
    failures = []
    for era in eras:
        manifest = written(era)
        rows = [row for row in manifest["models"] if not arguments.model or row["architecture"] in arguments.model]
        counts = {suffix: Counter[tuple[str, str]]() for suffix in FORMATS.values()}
        for row in rows:
            counts[FORMATS[row["format"]]]["", "models"] += 1
        for loader in loaders(era, names):
            for row, answer in attempts(loader, era, rows):
                count = counts[FORMATS[row["format"]]]
                count.update({(loader.name, what): int(answer[what]) for what in ("equal", "loads")})
                if loader.module == "loadstone" and not answer["equal"]:
                    failures.append(f"{era.name}/{row['file']}: {answer['error']}")
        for suffix, count in counts.items():
            if count:
                print(table_row((saved_by(manifest["stack"]), f"`{suffix}`"), count, names), flush=True)
                every.update(count)
    print(table_row(("all", ""), every, names))
    print("\nEach cell: loads with equal outputs (loads at all).")
    if arguments.failures:
        print("\n".join(failures))


def table_row(saved: Sequence[str], count: Counter[tuple[str, str]], names: Sequence[str]) -> str:
    """One row: what was saved, how many models, and how many each loader loads."""
    cells = (f"{count[name, 'equal']} ({count[name, 'loads']})" for name in names)
    return f"| {' | '.join((*saved, str(count['', 'models']), *cells))} |"


def loaders(era: Era, names: Sequence[str]) -> Iterator[Loader]:
    """Those of the four ways that are named."""
    here, legacy = Path(sys.executable), BY_NAME[LEGACY_KERAS]
    every = (
        Loader(name=LOADERS["keras"], python=here, module=KERAS),
        Loader(name=LOADERS["tf_keras"], python=interpreter(legacy), module=legacy.loader, variables=legacy.variables),
        Loader(name=LOADERS["era"], python=interpreter(era), module=era.loader, variables=era.variables),
        Loader(name=LOADERS["loadstone"], python=here, module="loadstone"),
    )
    yield from (loader for loader in every if loader.name in names)


def attempts(loader: Loader, era: Era, rows: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each file's answer; a process that dies over one is started anew for the next."""
    waiting = list(rows)
    while waiting:
        progress(f"{era.name}: {loader.name}, {len(waiting)} files")
        with tempfile.TemporaryDirectory(prefix="rescue-") as home, started(loader, home) as process:
            assert process.stdin is not None  # noqa: S101 - both are pipes
            assert process.stdout is not None  # noqa: S101 - as above
            while waiting:
                row = waiting.pop(0)
                folder = MODELS / era.name
                request = {
                    "tolerance": row["tolerance"],
                    "file": str(folder / row["file"]),
                    "io": str(folder / row["io"]),
                }
                print(json.dumps(request), file=process.stdin, flush=True)
                line = process.stdout.readline()
                if not line:
                    yield row, {"loads": False, "equal": False, "error": "the process died"}
                    break
                yield row, json.loads(line)
            process.kill()


def started(loader: Loader, home: str) -> subprocess.Popen[str]:
    """A worker of a loader."""
    settings = {
        "HOME": home,
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        **dict(loader.variables),
    }
    return subprocess.Popen(
        [str(loader.python), "-W", "ignore", str(WORKER), loader.module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=home,
        env={**os.environ, **settings},
    )


def saved_by(stack: dict[str, str]) -> str:
    """The writer's versions in words."""
    addons = stack.get("tensorflow-addons")
    own = f", Keras {stack['keras']}" if not stack["keras"].endswith("-tf") and not addons else ""
    return f"TensorFlow {stack['tensorflow']}" + (f" + Addons {addons}" if addons else own)


if __name__ == "__main__":
    main()
