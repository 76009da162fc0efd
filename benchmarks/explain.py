"""``loadstone explain`` on a collection of reports: how often the right cause is told first.

    python benchmarks/explain.py REPORTS.jsonl

Each line of the file is one report, an object with ``id``, ``error`` (the text as it was pasted), ``error_complete``
(whether the whole message is in it) and ``category`` (what the cause turned out to be). The categories are mapped to
the findings' codes below. Every report whose first answer is another is printed; where the same words have several
causes and the right one is among those that are said to be equally likely, it is counted apart.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from loadstone.rules.explaining import Confidence, explanations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadstone.rules.explaining import Explanation

AT_LEAST = 0.90

#: The codes that are right for a category of causes.
RIGHT: Mapping[str, frozenset[str]] = {
    category: frozenset(codes.split())
    for category, codes in {
        "bn-axis": "LS306",
        "checkpoint-key-missing": "LS612",
        "compile-on-load": "LS302 LS306",
        "config-version-skew-k2": "LS206 LS303 LS306",
        "converter": "LS609",
        "custom-layer-config": "LS601",
        "custom-op-not-registered": "LS204",
        "dependency-drift": "LS221",
        "file-not-what-it-says": "LS103 LS104 LS105 LS106 LS108 LS109",
        "get-config-missing-at-save": "LS606",
        "gpu-only-op": "LS407",
        "h5-save-limits": "LS607",
        "h5-weights-only-or-layout": "LS110 LS112 LS402",
        "h5py3-decode": "LS209",
        "hf-transformers": "LS301 LS302",
        "hub-keraslayer": "LS301 LS302 LS601",
        "k2-keraszip-or-json-in-k3": "LS205 LS304 LS309",
        "k2-kwarg-in-k3": "LS306",
        "k2-weights-layout-in-k3": "LS402",
        "k3-api-removed": "LS602",
        "k3-compile-config": "LS302 LS306 LS311",
        "k3-could-not-locate": "LS302",
        "k3-model-in-k2": "LS206",
        "k3-nested-model-nodes": "LS312",
        "k3-savedmodel-unsupported": "LS207",
        "k3-vars-mismatch": "LS405 LS408",
        "keras-vs-tfkeras": "LS215 LS303 LS306 LS602",
        "lambda-bytecode": "LS501",
        "lambda-missing-global": "LS501",
        "lambda-other": "LS501",
        "lambda-safe-mode": "LS501",
        "layer-count-mismatch": "LS402",
        "lookup-vocabulary": "LS610",
        "mixed-precision": "LS611",
        "normalization-layer": "LS404",
        "numpy-abi": "LS216",
        "numpy-removed-api": "LS217",
        "optimizer-state": "LS401 LS406",
        "path-encoding-windows": "LS113",
        "path-missing": "LS101",
        "pickle-joblib": "LS608",
        "protobuf": "LS214 LS218",
        "readonly-fs": "LS101 LS102",
        "savedmodel-custom-restore": "LS301 LS302 LS605 LS612",
        "savedmodel-signature": "LS605",
        "savedmodel-userobject": "LS604",
        "sequential-build-shape": "LS614",
        "shadowed-class-name": "LS316",
        "silent-wrong-weights": "LS403",
        "tf1-in-tf2": "LS603 LS604 LS610",
        "tfa-abi-undefined-symbol": "LS202",
        "tfa-eol-or-typeguard": "LS202 LS214",
        "tfa-import-keras3": "LS202",
        "tfa-not-installable": "LS219",
        "tfa-object-unknown": "LS203 LS301",
        "tfa-op-not-registered": "LS204",
        "tfa-optimizer-wrapper": "LS203 LS301 LS613",
        "tfa-seq2seq": "LS613",
        "tfa-tf-version-mismatch": "LS202",
        "tfkeras-package": "LS220",
        "tflite": "LS609",
        "tfsmlayer-add-slot": "LS604",
        "unknown-layer": "LS301 LS302 LS303",
        "unknown-layer-functional": "LS206 LS303",
        "unknown-loss-metric-optimizer": "LS301 LS302 LS303",
        "user-code-after-load": "LS602 LS604",
        "weights-shape-or-order": "LS402",
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A report, and what was answered."""

    report: Mapping[str, Any]
    told: tuple[Explanation, ...]

    @property
    def right(self) -> frozenset[str]:
        """The codes that are right for its cause."""
        return RIGHT[self.report["category"]]

    @property
    def is_first(self) -> bool:
        """Whether the first answer is one of them."""
        return bool(self.told) and self.told[0].rule.code in self.right

    @property
    def is_among_equals(self) -> bool:
        """Whether one of them is as likely as the first answer."""
        best = [each for each in self.told if each.confidence is self.told[0].confidence is not Confidence.POSSIBLE]
        return any(each.rule.code in self.right for each in best)

    @property
    def is_told(self) -> bool:
        """Whether one of them is told at all."""
        return any(each.rule.code in self.right for each in self.told)


def main() -> int:
    """Print every miss, and the share of right first answers; exit 1 when it is below what is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path)
    reports = [json.loads(line) for line in parser.parse_args().reports.read_text(encoding="utf-8").splitlines()]
    unknown = sorted({report["category"] for report in reports} - set(RIGHT))
    if unknown:
        print(f"categories without codes, left out: {', '.join(unknown)}")
    answers = [
        Answer(report=report, told=explanations(report["error"])) for report in reports if report["category"] in RIGHT
    ]
    complete = [answer for answer in answers if answer.report["error_complete"]]
    partial = [answer for answer in answers if not answer.report["error_complete"]]
    for name, group in (("complete", complete), ("in part", partial)):
        _print_misses(name, group)
    for name, group in (("complete", complete), ("in part", partial)):
        _print_shares(name, group)
    first = sum(answer.is_first for answer in complete)
    return int(first < AT_LEAST * len(complete))


def _print_misses(name: str, answers: list[Answer]) -> None:
    for answer in answers:
        if not answer.is_first:
            told = " ".join(f"{each.rule.code}:{each.confidence.value}" for each in answer.told[:4]) or "nothing"
            report = answer.report
            print(f"{name:9} {report['category']:28} {report['id']:36} {'|'.join(sorted(answer.right)):18} told {told}")


def _print_shares(name: str, answers: list[Answer]) -> None:
    counts = Counter(
        first=sum(answer.is_first for answer in answers),
        equals=sum(answer.is_first or answer.is_among_equals for answer in answers),
        told=sum(answer.is_told for answer in answers),
        silent=sum(not answer.told for answer in answers),
    )
    total = len(answers) or 1
    print(
        f"texts {name:9} {len(answers):4}: right first {counts['first']} ({counts['first'] / total:.1%}), "
        f"first or said to be equally likely {counts['equals']} ({counts['equals'] / total:.1%}), "
        f"told at all {counts['told']}, not answered {counts['silent']}"
    )


if __name__ == "__main__":
    sys.exit(main())
