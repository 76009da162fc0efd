"""TensorFlow Addons' own tests, unmodified, against the name ``tensorflow_addons`` that `loadstone.addons` provides.

``python benchmarks/upstream.py CHECKOUT [TEST ...]`` takes a checkout of TensorFlow Addons' source, copies its tests
into a scratch folder, and runs them in this environment (they import scipy, tqdm and typeguard beside pytest). A test
function counts as passed when all its cases did; what is skipped everywhere (GPUs) is left out. It counts as one of the
public API when neither it nor what its module imports names anything private.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "tensorflow_addons"
OF_ALL, OF_PUBLIC = 0.75, 0.95  # the shares that are promised
CONFTEST = """
import loadstone.addons
loadstone.addons.install()
from tensorflow_addons.utils.test_utils import *
"""

Function = tuple[str, str]  # the module's path and the function's name


def main() -> int:
    """Print the table; exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, help="folder that holds the folder tensorflow_addons")
    parser.add_argument("tests", nargs="*", help="what to run, such as layers/tests/tlu_test.py; by default everything")
    parser.add_argument("--failures", type=Path, help="file to write the failing cases and their errors to, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        copy_tests(options.checkout / PACKAGE, folder)
        cases, errors = run(folder, options.tests)
        public = {function for path in folder.rglob("*_test.py") for function in public_functions(folder, path)}
    if options.failures:
        options.failures.write_text(json.dumps(errors, indent=1), encoding="utf-8")
    return report(cases, public)


def copy_tests(source: Path, target: Path) -> None:
    """Copy every ``tests`` folder, and write the ``conftest.py`` that theirs is with `install` before it.

    Without ``__init__.py``: no package is above them here, and two modules of one name would become the same one.
    """
    left_out = shutil.ignore_patterns("run_all_test.py", "__init__.py")
    for folder in source.rglob("tests"):
        shutil.copytree(folder, target / folder.relative_to(source), ignore=left_out)
    (target / "conftest.py").write_text(CONFTEST, encoding="utf-8")


def run(folder: Path, tests: list[str]) -> tuple[dict[Function, Counter[str]], dict[str, str]]:
    """Run the tests; return how the cases of each function ended, and the errors."""
    report_file = folder / "report.xml"
    options = ["-q", "-W", "ignore", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(folder)]
    options += ["--continue-on-collection-errors", f"--junitxml={report_file}", "-o", "junit_family=xunit1"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-m", "pytest", *options, *(str(folder / test) for test in tests or ["."])]
    subprocess.run(command, cwd=folder, env=environment, check=False, stdout=sys.stderr)
    cases: dict[Function, Counter[str]] = defaultdict(Counter)
    errors: dict[str, str] = {}
    for case in ET.parse(report_file).iter("testcase"):  # noqa: S314 - written by the pytest that was just run
        outcome = next((child for child in case if child.tag in {"failure", "error", "skipped"}), None)
        name = case.get("name", "")
        path = case.get("file") or f"{case.get('classname', name).replace('.', '/')}.py"
        kind = "passed" if outcome is None else {"skipped": "skipped"}.get(outcome.tag, "failed")
        cases[path, name.partition("[")[0]][kind] += 1
        if outcome is not None and kind == "failed":
            errors[f"{path}::{name}"] = outcome.get("message", "")
    return cases, errors


def public_functions(folder: Path, path: Path) -> Iterator[Function]:
    """Yield the test functions of a module that name nothing private."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if any(is_private(node) for statement in tree.body if not is_definition(statement) for node in ast.walk(statement)):
        return
    for node in ast.walk(tree):
        is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test")
        if is_test and not any(is_private(inner) for inner in ast.walk(node)):
            yield str(path.relative_to(folder)), node.name  # type: ignore[attr-defined]  # a FunctionDef


def is_definition(statement: ast.stmt) -> bool:
    """Whether a statement of a module defines a function or class."""
    return isinstance(statement, ast.FunctionDef | ast.ClassDef)


def is_private(node: ast.AST) -> bool:
    """Whether a node names something with a leading underscore, in an import or as an attribute."""
    match node:
        case ast.ImportFrom(names=names):
            return any(name.name.startswith("_") for name in names)
        case ast.Attribute(attr=name):
            return name.startswith("_") and not name.startswith("__")
        case _:
            return False


def report(cases: dict[Function, Counter[str]], public: set[Function]) -> int:
    """Print how many functions and cases passed, by subpackage, and whether the promises are kept."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for function, ended in cases.items():
        if not ended["passed"] and not ended["failed"]:
            continue
        whole = not ended["failed"]
        counted = Counter({"functions": 1, "whole": whole, "cases": ended["passed"] + ended["failed"]})
        counted["passed"] = ended["passed"]
        if function in public:
            counted |= Counter({"public": 1, "public whole": whole})
        for part in (function[0].partition("/")[0], "all"):
            rows[part] += counted
    print("| tests of | functions passed | of these with the public API only | cases passed |\n|---|---|---|---|")
    for name, row in sorted(rows.items(), key=lambda item: (item[0] == "all", item[0])):
        cells = [f"{row[good]} of {row[of]}" for good, of in (("whole", "functions"), ("public whole", "public"))]
        print(f"| {name} | {' | '.join(cells)} | {row['passed']} of {row['cases']} |")
    total = rows["all"]
    of_all, of_public = total["whole"] / total["functions"], total["public whole"] / max(1, total["public"])
    print(
        f"\nof all {of_all:.1%} (promised {OF_ALL:.0%}), of the public API {of_public:.1%} (promised {OF_PUBLIC:.0%})"
    )
    return int(of_all < OF_ALL or of_public < OF_PUBLIC)


if __name__ == "__main__":
    raise SystemExit(main())
