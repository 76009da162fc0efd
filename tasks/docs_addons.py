"""The page ``docs/addons.md``: a row for every public symbol of TensorFlow Addons, with what proves ours equal to it.

What is offered is in ``tests/addons/public_api.json``, the recorded answers of the real one in ``tests/golden/data``.
Answers that do not name their object, and what has no answer, are told in ``tests/addons/evidence.toml``.
"""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from tasks.golden_answers import recorded

ROOT = Path(__file__).resolve().parents[1]
ADDONS = ROOT / "tests" / "addons"
PAGE = ROOT / "docs" / "addons.md"
TIMES = ROOT / "docs" / "addons-times.md"
LAST = "0.23.0"
SHOWN = 3  # labels of answers in a row

HEAD = """# TensorFlow Addons on Keras 3

`loadstone.addons` is the API of TensorFlow Addons 0.23.0 on Keras 3, for the TensorFlow, JAX and PyTorch backends.
Models that name its objects load once it is imported, and old training code runs when the name leads here:

```python
import loadstone.addons as tfa
```

In old code, this comes before the first import of TensorFlow Addons:

```python
import loadstone.addons

loadstone.addons.install()
```

Where the code should not be touched, `LOADSTONE_ADDONS=1 python train.py` does the same. A real TensorFlow Addons
that can be imported is never shadowed.

Each row names what its numbers are compared with, on every backend: answers that the real TensorFlow Addons 0.23.0
gave on TensorFlow 2.15.1, recorded in `tests/golden/data` (outputs and gradients within 1e-5, 20 steps of an optimizer
within 1e-5, metrics within 1e-6), or, where there are no numbers to give, the test that says what it does.
How long ours take beside the real ones: [addons-times.md](addons-times.md).
"""

_OF_MODULE = {
    "layers": ("layers", "text"),
    "rnn": ("layers",),
    "activations": ("functions", "layers"),
    "losses": ("losses", "functions"),
    "metrics": ("metrics", "functions"),
    "optimizers": ("optimizers", "optimizer_options", "schedules"),
    "image": ("image",),
    "text": ("text",),
    "callbacks": ("text",),
}


@cache
def api() -> dict[str, dict[str, str]]:
    """Every public symbol, with its kind, first and last release and signature."""
    table: dict[str, dict[str, str]] = json.loads((ADDONS / "public_api.json").read_text(encoding="utf-8"))
    return table


@cache
def evidence() -> dict[str, dict[str, Any]]:
    """What is known of symbols whose answers do not name them."""
    return tomllib.loads((ADDONS / "evidence.toml").read_text(encoding="utf-8"))


@cache
def answers(kind: str) -> dict[str, str]:
    """The labels of one kind of answers, each with the object that its case names, or an empty text."""
    found = recorded(kind)
    named = {label: str(case.get("object", "")) for label, case in found.cases.items() if isinstance(case, dict)}
    of_arrays = dict.fromkeys((name.rpartition("/")[0] for name in found.arrays), "")
    return of_arrays | dict.fromkeys(found.cases, "") | named


def golden(symbol: str) -> list[str]:
    """The answers that a symbol is compared with, as ``archive/label``."""
    module, _, name = symbol.rpartition(".")
    told = evidence().get(symbol, {})
    if "golden" in told:
        return [f"{told['golden']}/{label}" for label in answers(told["golden"]) if re.match(told["rows"], label)]
    names = {name, symbol, f"Addons>{name}"}
    return [
        f"{kind}/{label}" for kind in _OF_MODULE.get(module, ()) for label, of in answers(kind).items() if of in names
    ]


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    modules = dict.fromkeys(symbol.rpartition(".")[0] for symbol in api())
    for module in sorted(modules):
        symbols = [s for s, row in api().items() if s.rpartition(".")[0] == module and row["last"] == LAST]
        lines += [f"## tfa.{module}" if module else "## tfa", ""]
        lines += ["| symbol | since | | compared with |", "|---|---|---|---|", *map(_row, symbols), ""]
    lines += ["## In older releases", "", "| symbol | releases | |", "|---|---|---|"]
    lines += [_older(symbol) for symbol, row in api().items() if row["last"] != LAST]
    return "\n".join([*lines, ""])


def _row(symbol: str) -> str:
    told = evidence().get(symbol, {})
    status = told.get("missing") or "implemented"
    return f"| `{symbol.rpartition('.')[2]}` | {api()[symbol]['first']} | {status} | {_proof(symbol)} |"


def _proof(symbol: str) -> str:
    rows = golden(symbol)
    if rows:
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        return f"{', '.join(f'`{row}`' for row in rows[:SHOWN])}{more}"
    return f"`{evidence()[symbol]['test']}`"


def _older(symbol: str) -> str:
    row = api()[symbol]
    return f"| `tfa.{symbol}` | {row['first']} to {row['last']} | {evidence()[symbol]['note']} |"
