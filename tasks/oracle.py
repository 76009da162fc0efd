"""Asks each era's own ``load_model`` about every file of the corpus: ``python tasks/oracle.py``.

Writes ``tests/corpus/oracle.json``: for each file, and each environment without and with TensorFlow Addons imported,
what ``load_model(path)`` and ``load_model(path, compile=False)`` did. Answers are kept in ``.cache/oracle`` by the
file's checksum and suffix, so only new files are asked about; remove that folder to ask again about all.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # this file runs as a script, and the table's code lives with the tests

from tasks.fixtures import ERAS, Era, interpreter, progress, replace, run  # noqa: E402 - needs the line above
from tests.corpus_files import ORACLE  # noqa: E402 - the same
from tests.corpus_table import MODELS  # noqa: E402 - the same

ANSWERS = ROOT / ".cache" / "oracle"
PAYLOAD = ROOT / "tasks" / "oracle_payload.py"

Answers = dict[str, dict[str, Any]]
Key = tuple[str, str]


def main() -> None:
    """Asks what is not known yet, writes the file, and prints how many models each environment loads."""
    oracle: dict[str, Answers] = {model.file: {} for model in MODELS}
    for era in ERAS:
        for with_addons in (False, True) if has_addons(era) else (False,):
            name = f"{era.name}+tfa" if with_addons else era.name
            for file, answer in answers(era, name, with_addons=with_addons).items():
                oracle[file][name] = answer
    lines = (f"{json.dumps(file)}:{compact(oracle[file])}" for file in sorted(oracle))
    replace(ORACLE, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
    print_summary(oracle)


def compact(answer: Answers) -> str:
    """A file's line: without what is null, and without ``bare`` where it equals ``compiled``."""
    short: Answers = {}
    for name, modes in answer.items():
        said = {mode: {key: value for key, value in each.items() if value is not None} for mode, each in modes.items()}
        short[name] = {"compiled": said["compiled"]} if said["bare"] == said["compiled"] else said
    return json.dumps(short, separators=(",", ":"))


def has_addons(era: Era) -> bool:
    """Whether the era's environment holds TensorFlow Addons."""
    return any(requirement.startswith("tensorflow-addons") for requirement in era.requirements)


def answers(era: Era, name: str, *, with_addons: bool) -> Answers:
    """What the era's environment says about each file of the corpus."""
    ANSWERS.mkdir(parents=True, exist_ok=True)
    results = ANSWERS / f"{name}.jsonl"
    known = read_results(results)
    jobs = [
        {
            "file": model.file,
            "sha256": model.sha256,
            "path": str(model.path.resolve()),
            "io": str(model.io_path),
        }
        for model in MODELS
        if key(model.file, model.sha256) not in known
    ]
    if jobs:
        progress(f"{name}: asking about {len(jobs)} files")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(jobs, file)
            file.flush()
            option = ["--addons"] if with_addons else []
            run([str(interpreter(era)), "-I", str(PAYLOAD), file.name, str(results), *option])
        known = read_results(results)
    return {model.file: known[key(model.file, model.sha256)] for model in MODELS}


def key(file: str, sha256: str) -> Key:
    """What an answer depends on: the bytes, and the suffix by which some loaders choose how to read them."""
    return sha256, PurePosixPath(file).suffix


def read_results(path: Path) -> dict[Key, dict[str, Any]]:
    """The answers kept so far, by what they depend on."""
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {key(row["file"], row["sha256"]): {"compiled": row["compiled"], "bare": row["bare"]} for row in rows}


def print_summary(oracle: dict[str, Answers]) -> None:
    """Prints, for each era's files in each environment, how many load, and how many of them with equal outputs."""
    tolerance = {model.file: model.tolerance for model in MODELS}
    written = Counter(model.era for model in MODELS)
    environments = sorted({name for answer in oracle.values() for name in answer})
    print("load_model(path): loaded / with equal outputs; then the same with compile=False")
    for name in environments:
        print(f"\n{name}")
        for era, total in written.items():
            counts = [str(total)]
            for mode in ("compiled", "bare"):
                outcomes = [(f, answer[name][mode]) for f, answer in oracle.items() if f.startswith(f"{era}/")]
                loaded = [(f, outcome["max_abs_difference"]) for f, outcome in outcomes if outcome["loads"]]
                equal = [f for f, difference in loaded if difference is not None and difference <= tolerance[f]]
                counts.append(f"{len(loaded)}/{len(equal)}")
            print(f"  {era:10} {counts[0]:>3} files   {counts[1]:>7}   {counts[2]:>7}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(
            f"{failure.cmd[0]} ended with {failure.returncode}; what was answered is kept, run this again to go on"
        )
