"""Asks each TensorFlow which operations it registers: ``python tasks/knowledge_ops.py``.

Writes ``knowledge/data/ops.json``. Operations are registered by compiled code, so only a running TensorFlow tells them;
each plain era of the table is built in a scratch folder and asked.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from loadstone.atomic import replacing  # noqa: E402 - found by the line above
from loadstone.knowledge.eras import Era, eras  # noqa: E402 - as above
from tasks import eras_build as build  # noqa: E402 - as above

TABLE = ROOT / "src" / "loadstone" / "knowledge" / "data" / "ops.json"

#: Runs in every TensorFlow from 1.13 on; the list is a serialised ``OpList``.
ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
import tensorflow
from tensorflow.core.framework import op_def_pb2
try:
    from tensorflow.python.client import pywrap_tf_session as session
except ImportError:
    from tensorflow.python import pywrap_tensorflow as session
found = op_def_pb2.OpList()
found.ParseFromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
print("ops:" + json.dumps({op.name: sorted(attr.name for attr in op.attr) for op in found.op}))
"""

Operations = dict[str, list[str]]


def main() -> None:
    """Asks, and writes the table."""
    os.nice(10)
    told = {f"{era.tensorflow.major}.{era.tensorflow.minor}": ask(era) for era in eras() if era.name.count("-") == 0}
    names = sorted({name for operations in told.values() for name in operations})
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(spans([*told.values()], name))}" for name in names)
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    with replacing(TABLE) as draft:
        draft.write_text(
            f'{{\n"generated": "{today}",\n"releases": {json.dumps([*told])},\n"ops": {{\n{lines}\n}}\n}}\n'
        )
    print(f"{TABLE.name}: {len(names)} operations of {len(told)} releases, {TABLE.stat().st_size / 1000:.0f} kB")


def ask(era: Era) -> Operations:
    """The operations of an era's TensorFlow, each with its attributes."""
    print(f"asking {era.name}", file=sys.stderr, flush=True)
    recommended = era.builds[0]
    with build.scratch() as folder:
        python = build.create(folder / "environment", recommended.python)
        pins = [f"{name}=={version}" for name, version in recommended.pins if name != "tensorflow-addons"]
        build.install(python, pins, recommended.as_of)
        settings = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [str(python), "-W", "ignore", "-I", "-B", "-c", ASK]
        answer = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    operations: Operations = json.loads(answer.stdout.rpartition("ops:")[2])
    return operations


def spans(told: list[Operations], name: str) -> list[list[object]]:
    """An operation's rows: first, last, attributes; a new one where they change."""
    found: list[list[object]] = []
    for row, operations in enumerate(told):
        if name not in operations:
            continue
        attributes = " ".join(operations[name])
        if found and found[-1][1:] == [row - 1, attributes]:
            found[-1][1] = row
        else:
            found.append([row, row, attributes])
    return found


if __name__ == "__main__":
    main()
