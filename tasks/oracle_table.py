"""The oracle's table as it is written; `tests.oracle` reads it and documents its format."""

from __future__ import annotations

import json
import lzma
import re
from typing import TYPE_CHECKING, Any

from loadstone.atomic import replacing
from tests.corpus_files import TRUTH

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_COMPILE = "load_model() got an unexpected keyword argument 'compile'"

#: By file: its checksum, and what ``load_model(path)`` and ``load_model(path, compile=False)`` did.
Answers = dict[str, tuple[str, dict[str, Any], dict[str, Any]]]


def write_table(table: Mapping[str, Answers]) -> None:
    """Writes the table: errors, frames and checksums once, answers as numbers that refer to them."""
    both = [each for answers in table.values() for _, *two in answers.values() for each in two if not unasked(each)]
    every = [each for each in both if not each["loads"]]
    frames = sorted({frame for each in every for frame in each["frames"]})
    frame_numbers = {frame: number for number, frame in enumerate(frames)}

    def as_row(answer: dict[str, Any]) -> str:
        through = [frame_numbers[frame] for frame in answer["frames"]]
        return json.dumps([answer["error"], timeless(answer["message"]), answer["cause"], through])

    errors = sorted(set(map(as_row, every)))
    error_numbers = {error: number for number, error in enumerate(errors)}

    def encoded(answer: dict[str, Any]) -> Any:
        if unasked(answer):
            return None
        return [answer["max_abs_difference"]] if answer["loads"] else error_numbers[as_row(answer)]

    content = {
        "frames": frames,
        "errors": [json.loads(error) for error in errors],
        "checksums": dict(sorted({file: a[0] for answers in table.values() for file, a in answers.items()}.items())),
        "answers": {
            name: {file: [encoded(a[1]), encoded(a[2])] for file, a in sorted(answers.items())}
            for name, answers in table.items()
        },
    }
    with replacing(TRUTH) as draft:
        draft.write_bytes(lzma.compress(json.dumps(content, separators=(",", ":")).encode(), preset=9))


def timeless(message: str) -> str:
    """A message without the moment and the buffer that HDF5 tells of, which are others each time."""
    return re.sub(r"time = [^,]*,", "time = ...,", re.sub(r"buf = 0x\S+", "buf = 0x...,", message))


def unasked(answer: dict[str, Any]) -> bool:
    """Whether the loader was asked what it cannot be: ``load_model`` of Keras 1 has no argument ``compile``."""
    message = str(answer.get("message"))
    return not answer["loads"] and NO_COMPILE in message


def read_table() -> dict[str, Answers]:
    """The table that was written before; empty where there is none."""
    if not TRUTH.exists():
        return {}
    content = json.loads(lzma.decompress(TRUTH.read_bytes()))

    def decoded(answer: Any) -> dict[str, Any]:
        if answer is None:
            return {"loads": False, "error": "TypeError", "message": NO_COMPILE, "cause": None, "frames": []}
        if isinstance(answer, list):
            return {"loads": True, "max_abs_difference": answer[0]}
        error, message, cause, through = content["errors"][answer]
        frames = [content["frames"][index] for index in through]
        return {"loads": False, "error": error, "message": message, "cause": cause, "frames": frames}

    return {
        name: {file: (content["checksums"][file], decoded(a[0]), decoded(a[1])) for file, a in answers.items()}
        for name, answers in content["answers"].items()
    }
