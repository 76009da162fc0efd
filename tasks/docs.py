"""Writes the page of every finding, their index, and the page of the addons: ``python tasks/docs.py``.

The findings' pages, ``docs/findings/LSxxx.md``, are the rules' own docstrings; ``loadstone explain`` prints the same.
With ``--check`` nothing is written, and what differs is named.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loadstone.rules import RULES
from tasks import docs_addons

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "findings"

_CHAPTERS = {
    "1": "The file",
    "2": "The environment",
    "3": "Objects and configuration",
    "4": "Weights and training state",
    "5": "Safety",
    "6": "The code around a model",
}


def pages() -> dict[str, str]:
    """Every generated file's name and text."""
    return {"README.md": _index(), **{f"{rule.code}.md": _page(rule.page) for rule in RULES}}


def _page(text: str) -> str:
    return f"{text.strip()}\n"


def _index() -> str:
    lines = ["# Findings", "", "One page a finding, printed by `loadstone explain CODE` too. Codes never change.", ""]
    for digit, chapter in _CHAPTERS.items():
        rows = [rule for rule in RULES if rule.code[2] == digit]
        lines += [f"## LS{digit}xx: {chapter}", ""]
        lines += [f"- [{rule.code} {rule.name}]({rule.code}.md): {rule.summary}." for rule in rows]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write what differs, and remove pages of no rule; with ``--check`` only say so, and exit 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something would be")
    is_check: bool = parser.parse_args().check
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    obsolete = [
        path
        for path in sorted(FOLDER.glob("*.md"))
        if path.name not in wanted and re.fullmatch(r"LS\d{3}\.md", path.name)
    ]
    texts = {**{FOLDER / name: text for name, text in wanted.items()}, docs_addons.PAGE: docs_addons.page()}
    differing = [path for path, text in texts.items() if not _has(path, text)]
    for path in (*obsolete, *differing):
        print(f"{'differs' if is_check else 'written or removed'}: {path}")
    if is_check:
        return int(bool(obsolete or differing))
    for path in obsolete:
        path.unlink()
    for path in differing:
        path.write_text(texts[path], encoding="utf-8")
    return 0


def _has(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    raise SystemExit(main())
