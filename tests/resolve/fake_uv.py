"""A uv that answers from a table: one of the two seams at which the outside world is replaced in tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from loadstone.resolve.uv import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

UNREACHABLE = Answer(
    status=2,
    output="",
    error="error: Failed to fetch: simple/six/\n  cause: error sending request\n  cause: tcp connect error\n",
)
REFUSED = "error: No solution found when resolving dependencies\n  cause: Because only numpy<=1.23.4 is available\n"


@dataclass(slots=True)
class FakeUv:
    """Resolves exact pins to themselves, and a bare name to what the index has.

    ``index`` holds the one release of each name that there is; names that are not in it have every release that is
    asked for. ``dated`` holds what there was as of a day. ``requires`` holds what a name brings along. ``answer``
    replaces everything.
    """

    index: Mapping[str, str] = field(default_factory=dict)
    dated: Mapping[str, str] = field(default_factory=dict)
    requires: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answer: Answer | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def run(
        self,
        arguments: Sequence[str],
        *,
        text: str = "",
        shown: bool = False,
        started: Callable[[int], object] | None = None,
    ) -> Answer:
        del shown, started
        self.asked.append(tuple(arguments))
        self.texts.append(text)
        if self.answer is not None:
            return self.answer
        there = {**self.index, **(self.dated if "--exclude-newer" in arguments else {})}
        lines = text.splitlines()
        brought = [each for line in lines for each in self.requires.get(Requirement(line).name, ())]
        return _resolved([*lines, *brought], there)


def _resolved(lines: Sequence[str], there: Mapping[str, str]) -> Answer:
    wanted: dict[str, list[Requirement]] = {}
    for requirement in map(Requirement, lines):
        wanted.setdefault(requirement.name, []).append(requirement)
    pins = {}
    for name, requirements in wanted.items():
        stated = [str(each.specifier) for each in requirements]
        exact = [each.removeprefix("==").replace("*", "0") for each in stated if each.startswith("==")]
        version = there.get(name, exact[0] if exact else "1.0")
        if not all(version in each.specifier for each in requirements):
            return Answer(status=1, output="", error=REFUSED)
        pins[name] = version
    return Answer(status=0, output=pylock(pins), error="")


def pylock(pins: Mapping[str, str]) -> str:
    """A PEP 751 lock of these pins, one wheel each."""
    packages = "".join(
        f'[[packages]]\nname = "{name}"\nversion = "{version}"\n'
        f'wheels = [{{ url = "file:///{name}-{version}-py3-none-any.whl", hashes = {{ sha256 = "{"0" * 64}" }} }}]\n'
        for name, version in sorted(pins.items())
    )
    return f'lock-version = "1.0"\ncreated-by = "uv"\n{packages}'
