"""Asks every era's own ``load_model`` about every file of the corpus: ``python tasks/oracle.py [--environment NAME]``.

Writes ``tests/corpus/oracle.json.xz``: for each environment, without and with TensorFlow Addons imported, what
``load_model(path)`` and ``load_model(path, compile=False)`` did with each file. `tests.oracle` reads it and documents
its format. Environments are the eras of the table as they were measured, and those that wrote the corpus; each is built
when there is something to ask, and removed again. Answers are kept in ``.cache/oracle`` by the file's checksum and
suffix, and taken from the table where that folder is gone, so only new files are asked about; ``--again`` asks about
all.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]  # this file runs as a script; the table's code lives with the tests

from loadstone.knowledge.eras import eras  # noqa: E402 - needs the line above
from tasks import eras_build as build  # noqa: E402 - as above
from tasks.fixtures import ERAS, Era, interpreter, progress  # noqa: E402 - as above
from tasks.oracle_table import Answers, read_table, write_table  # noqa: E402 - as above
from tests.between import BETWEEN  # noqa: E402 - as above
from tests.corpus_table import MODELS  # noqa: E402 - as above
from tests.era_files import ERA_MODELS  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from loadstone.knowledge.eras import Era as KnownEra
    from tests.between import Between
    from tests.corpus_table import Model
    from tests.era_files import EraModel

ANSWERS = ROOT / ".cache" / "oracle"
PAYLOAD = ROOT / "tasks" / "oracle_payload.py"

#: Seconds without a new answer after which a process is taken to hang.
PATIENCE = 100

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An environment that is asked.

    Attributes:
        name: as the table calls it.
        call: the module whose ``load_model`` its users call.
        addons: whether it holds TensorFlow Addons, so that it is asked with them imported, too.
        variables: environment variables that belong to it.
        python: makes it, for as long as it is needed, and gives its interpreter.
    """

    name: str
    call: str
    addons: bool
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    python: Callable[[], contextlib.AbstractContextManager[Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file to ask about."""

    file: str
    sha256: str
    path: str
    io: str

    @property
    def key(self) -> Key:
        """What an answer depends on: the bytes, and the suffix by which some loaders choose how to read them."""
        return self.sha256, PurePosixPath(self.file).suffix


def main() -> None:
    """Asks what is not known yet, writes the table, and prints how many models each environment loads."""
    os.nice(10)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that the scratch folder is removed
    places = tuple(every_place())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [place.name for place in places]
    parser.add_argument("--environment", action="append", choices=names, metavar="NAME", help="ask this one only")
    parser.add_argument("--again", action="store_true", help="also about files that it was asked about before")
    parser.add_argument("--write", action="store_true", help="write the table from what is known, ask nothing")
    arguments = parser.parse_args()
    known = {} if arguments.again else read_table()
    jobs = tuple(every_job())
    for place in places:
        if not arguments.write and place.name in (arguments.environment or [place.name]):
            ask(place, jobs, known)
    table = {name: found for place in places for name in variants(place) if (found := answered(name, jobs, known))}
    write_table(table)
    print_summary(table)


def every_place() -> Iterator[Place]:
    """The eras of the table, the environments that wrote the corpus, and those between the eras."""
    for era in eras():
        if era.builds[0].measured and era.builds[0].measured.works:
            standalone = era.keras is not None and "-keras" in era.name and era.keras.major < 3  # noqa: PLR2004 - Keras 3
            yield Place(
                name=era.name,
                call="keras" if standalone else "tensorflow.keras",
                addons=era.addons is not None,
                variables=era.variables,
                python=partial(built, era),
            )
    for stack in ERAS:
        addons = any(requirement.startswith("tensorflow-addons") for requirement in stack.requirements)
        yield Place(name=stack.name, call="tensorflow.keras", addons=addons, python=partial(kept, stack))
    for between in BETWEEN:
        yield Place(name=between.name, call=between.call, addons=False, python=partial(forced, between))


@contextlib.contextmanager
def built(era: KnownEra) -> Iterator[Path]:
    """An era's recommended build, in a scratch folder."""
    recommended = era.builds[0]
    with build.scratch() as folder:
        python = build.create(folder / "environment", recommended.python)
        build.install(python, [f"{name}=={version}" for name, version in recommended.pins], recommended.as_of)
        yield python


@contextlib.contextmanager
def forced(between: Between) -> Iterator[Path]:
    """An environment with its pins put over what TensorFlow's own requirements give, as pip lets users do."""
    with build.scratch() as folder:
        python = build.create(folder / "environment", between.python)
        merged: dict[str, str] = {}
        for pin in reversed(between.pins):  # each by itself, since together they may contradict each other
            resolved = build.resolve([pin], between.python, between.as_of)
            merged |= {each.partition("==")[0]: each for each in resolved}
        merged |= {each.partition("==")[0]: each for each in between.pins}
        build.install(python, tuple(merged.values()), between.as_of)
        yield python


@contextlib.contextmanager
def kept(stack: Era) -> Iterator[Path]:
    """The environment that wrote an era of the corpus."""
    yield interpreter(stack)


def every_job() -> Iterator[Job]:
    """Every file of the corpus, and of the models of every era."""
    models: tuple[Model | EraModel, ...] = (*MODELS, *ERA_MODELS)
    for model in models:
        yield Job(file=model.file, sha256=model.sha256, path=str(model.path.resolve()), io=str(model.io_path))


def variants(place: Place) -> tuple[str, ...]:
    """An environment's names in the table: without and with TensorFlow Addons imported."""
    return (place.name, f"{place.name}+tfa") if place.addons else (place.name,)


def ask(place: Place, jobs: tuple[Job, ...], known: Mapping[str, Answers]) -> None:
    """Asks an environment about the files that it was not asked about."""
    wanted = {name: open_jobs(name, jobs, known) for name in variants(place)}
    if not any(wanted.values()):
        return
    progress(f"{place.name}: building")
    with place.python() as python:
        for name, left in wanted.items():
            imports = ["tensorflow_addons"] if name.endswith("+tfa") else []
            rest = left
            while rest:
                progress(f"{name}: asking about {len(rest)} files")
                ask_some(place, python, imports, rest, ANSWERS / f"{name}.jsonl")
                rest = open_jobs(name, jobs, known)  # a file that ended the process has its answer by now


def open_jobs(name: str, jobs: tuple[Job, ...], known: Mapping[str, Answers]) -> tuple[Job, ...]:
    """The files that an environment has not answered for; each content once."""
    there = {job.file for job in jobs if job.file in answered(name, jobs, known)}
    return tuple({job.key: job for job in jobs if job.file not in there}.values())


def ask_some(place: Place, python: Path, imports: list[str], jobs: tuple[Job, ...], results: Path) -> None:
    """One process, asked about some files: to its end, or to the file that ends it."""
    ANSWERS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        asked = Path(home) / "jobs.json"
        asked.write_text(json.dumps([{"file": j.file, "sha256": j.sha256, "path": j.path, "io": j.io} for j in jobs]))
        own = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "HOME": home, "PYTHONHASHSEED": "0"}
        left_out = {"VIRTUAL_ENV", "PYTHONPATH", "TF_USE_LEGACY_KERAS", "KERAS_BACKEND"}
        variables = {**{k: v for k, v in os.environ.items() if k not in left_out}, **own, **place.variables}
        command = [
            str(python),
            "-W",
            "ignore",
            "-I",
            "-B",
            str(PAYLOAD),
            str(asked),
            str(results),
            place.call,
            *imports,
        ]
        with subprocess.Popen(
            command, cwd=home, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, errors="replace"
        ) as process:
            why, said = waited(process, results)
    if why is not None:
        last = begun(results)
        if last is None:
            sys.exit(f"{place.name}: {why} before it opened a file: {said[-2000:]}")
        ended = {"loads": False, "error": "process", "message": why, "cause": None, "frames": []}
        with results.open("a") as out:
            out.write(json.dumps({**last, "compiled": ended, "bare": ended}) + "\n")


def waited(process: subprocess.Popen[str], results: Path) -> tuple[str | None, str]:
    """Why a process ended before its time, None where it did not; and what it said."""
    size = -1
    while True:
        try:
            _, said = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            now = results.stat().st_size if results.exists() else 0
            if now != size:
                size = now
                continue
            process.kill()
            return f"no answer within {PATIENCE} seconds", process.communicate()[1]
        return (f"exit status {process.returncode}" if process.returncode else None), said


def begun(results: Path) -> dict[str, Any] | None:
    """The file that was being opened last."""
    lines = results.read_text().splitlines() if results.exists() else []
    last = json.loads(lines[-1]) if lines else {}
    return {"file": last["file"], "sha256": last["sha256"]} if "begun" in last else None


def answered(name: str, jobs: tuple[Job, ...], known: Mapping[str, Answers]) -> Answers:
    """What an environment said about each file: now, or when the table was written."""
    path = ANSWERS / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    by_key = {
        (row["sha256"], PurePosixPath(row["file"]).suffix): (row["sha256"], row["compiled"], row["bare"])
        for row in rows
        if "compiled" in row
    }
    before = known.get(name, {})
    found = {}
    for job in jobs:
        answer = by_key.get(job.key) or before.get(job.file)
        if answer is not None and answer[0] == job.sha256:
            found[job.file] = answer
    return found


def print_summary(table: Mapping[str, Answers]) -> None:
    """Prints how many files each environment loads, and with ``compile=False``."""
    for name, answers in table.items():
        counts = Counter(
            mode
            for _, compiled, bare in answers.values()
            for mode, each in (("compiled", compiled), ("bare", bare))
            if each["loads"]
        )
        print(f"{name:22} {len(answers):4} files  {counts['compiled']:4} load  {counts['bare']:4} with compile=False")


if __name__ == "__main__":
    main()
