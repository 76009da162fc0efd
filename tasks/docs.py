"""Writes the page of every finding, ``docs/findings/LSxxx.md``, and their index: ``python tasks/docs.py``.

The pages are the rules' own docstrings; ``loadstone explain`` prints the same. A test fails when they differ.
"""

from __future__ import annotations

import re
from pathlib import Path

from loadstone.rules import RULES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "findings"

_CHAPTERS = {
    "1": "The file",
    "2": "The environment",
    "3": "Objects and configuration",
    "4": "Weights and training state",
    "5": "Safety",
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


def main() -> None:
    """Write what differs, and remove pages of no rule."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted and re.fullmatch(r"LS\d{3}\.md", path.name):
            path.unlink()
            print(f"removed {path}")
    for name, text in wanted.items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
