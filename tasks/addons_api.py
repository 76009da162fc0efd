"""Regenerates ``tests/addons/public_api.json``: what TensorFlow Addons' releases offer, read from their wheels.

``python tasks/addons_api.py`` writes one line for each public symbol: its kind, the first and the last release that has
it, and the signature it had in that last one. The page ``docs/addons.md`` and the tests of completeness walk the table.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tasks import knowledge_fetch, knowledge_rows  # noqa: E402 - found by the line above
from tasks.knowledge_addons import ROOT as ADDONS  # noqa: E402 - as above
from tasks.knowledge_source import Alias, Definition, Function, Imported, Package, method  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.version import Version

TABLE = ROOT / "tests" / "addons" / "public_api.json"

#: Where releases keep what their users import, by the name it is imported under.
OFFERED = {
    **{name: name for name in ("activations", "callbacks", "image", "layers", "losses", "metrics", "optimizers")},
    **{name: name for name in ("rnn", "seq2seq", "text", "options", "register")},
    "types": "utils.types",
}
AT_THE_TOP = ("register_all",)

Symbol = tuple[str, str]  # its kind and its signature


def symbols(package: Package) -> dict[str, Symbol]:
    """The public symbols of one release."""
    found: dict[str, Symbol] = {}
    for public, home in OFFERED.items():
        for name, symbol in _of_module(package, f"{ADDONS}.{home}"):
            found[f"{public}.{name}"] = symbol
    for name in AT_THE_TOP:
        definition = package.lookup(ADDONS, name)
        if isinstance(definition, Definition):
            found[name] = _described(definition)
            found.pop(f"register.{name}", None)
    return found


def _of_module(package: Package, module: str) -> Iterator[tuple[str, Symbol]]:
    """What one module offers: its own definitions and constants, or, for a package, what it imports from below."""
    found = package.module(module)
    if found is None:
        return
    for name in package.public_names(module):
        for binding in found.bindings.get(name, []):
            if isinstance(binding, Imported) and not (found.is_package and binding.module.startswith(ADDONS)):
                continue
            target = package.lookup(module, name)
            if isinstance(target, str) and package.module(target):
                continue
            if isinstance(target, Definition):
                yield name, _described(target)
            elif isinstance(binding, Alias) or (isinstance(binding, Imported) and _is_constant(package, binding)):
                yield name, ("constant", "")
            break


def _is_constant(package: Package, imported: Imported) -> bool:
    module = package.module(imported.module)
    return bool(module and imported.name and module.bindings.get(imported.name))


def _described(definition: Definition) -> Symbol:
    node = definition.node
    if isinstance(node, Function):
        return "function", ast.unparse(node.args)
    constructor = method(definition, "__init__")
    return "class", _without_self(constructor.args) if constructor else ""


def _without_self(arguments: ast.arguments) -> str:
    return ast.unparse(arguments).removeprefix("self").removeprefix(", ")


def main() -> None:
    """Read all releases and write the table."""
    releases: dict[Version, dict[str, Symbol]] = {}
    for version in sorted(knowledge_fetch.listed("tensorflow-addons")):
        if version >= knowledge_rows.OLDEST_ADDONS:
            print(f"reading TensorFlow Addons {version}", file=sys.stderr, flush=True)
            wheel = knowledge_fetch.wheel("tensorflow-addons", version)
            releases[version] = symbols(Package(knowledge_fetch.sources(wheel)))
    lines = []
    for name in sorted({name for found in releases.values() for name in found}):
        having = [version for version, found in releases.items() if name in found]
        kind, signature = releases[having[-1]][name]
        row = {"kind": kind, "first": str(having[0]), "last": str(having[-1]), "signature": signature}
        lines.append(f"{json.dumps(name)}: {json.dumps(row)}")
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"wrote {TABLE.relative_to(ROOT)}: {len(lines)} symbols", file=sys.stderr)


if __name__ == "__main__":
    main()
