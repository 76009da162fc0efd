"""What uv says, and whether that is understood; the messages are those of uv 0.13."""

from __future__ import annotations

from datetime import date

import pytest

from loadstone.errors import ResolutionError
from loadstone.resolve.prescription import Platform
from loadstone.resolve.uv import PLATFORMS, Answer, Program, compiled
from tests.resolve.fake_uv import FakeUv

CLOSED_PORT = "http://127.0.0.1:9/simple"

REFUSED_CONNECTION = """error: Failed to fetch: simple/six/
  cause: error sending request for url (simple/six/)
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""
NO_NAME = """error: Failed to fetch: simple/six/
  cause: client error (Connect)
  cause: dns error
  cause: error resolving DNS
"""
NOT_CACHED = """error: No solution found when resolving dependencies
  cause: Because six was not found in the cache and you require six, your requirements are unsatisfiable.

hint: Packages were unavailable because the network was disabled.
"""
UNSATISFIABLE = """error: No solution found when resolving dependencies
  cause: Because only numpy<=1.23.4 is available and you require numpy>=2, your requirements are unsatisfiable.
"""
NO_SUCH_PACKAGE = """error: No solution found when resolving dependencies
  cause: Because nosuchpackage was not found in the package registry, your requirements are unsatisfiable.
"""

MESSAGES = [
    (REFUSED_CONNECTION, True),
    (NO_NAME, True),
    (NOT_CACHED, True),
    (UNSATISFIABLE, False),
    (NO_SUCH_PACKAGE, False),
    ("", False),
]


@pytest.mark.parametrize(("error", "unreachable"), MESSAGES)
def test_an_unreachable_index_is_told_from_unsatisfiable_requirements(error: str, unreachable: bool) -> None:  # noqa: FBT001 - a column of the table
    assert Answer(status=1, output="", error=error).is_unreachable is unreachable


@pytest.mark.parametrize(("error", "_unreachable"), MESSAGES)
def test_a_success_is_never_unreachable(error: str, _unreachable: bool) -> None:  # noqa: FBT001 - as above
    assert not Answer(status=0, output="", error=error).is_unreachable


@pytest.mark.parametrize(
    ("error", "cause"),
    [(REFUSED_CONNECTION, "Connection refused (os error 111)"), ("", "uv ended with status 1 and said nothing")],
)
def test_the_cause_is_the_last_line(error: str, cause: str) -> None:
    assert Answer(status=1, output="", error=error).cause == cause


def test_a_reason_is_one_paragraph_without_labels_and_drawing() -> None:
    error = "\x1b[31merror\x1b[0m: No solution found\n  cause: Because a\n  ╰─▶ and b\n\nhint: c\n"
    assert Answer(status=1, output="", error=error).reason == "No solution found Because a and b c"
    assert Answer(status=3, output="", error="").reason == "uv ended with status 3 and said nothing"


@pytest.mark.parametrize(("system", "machine"), PLATFORMS)
def test_every_platform_is_asked_for_by_uvs_name(system: str, machine: str) -> None:
    uv = FakeUv()
    platform = Platform(system=system, machine=machine)
    answer = compiled(uv, ["six==1.16.0"], python="3.9", platform=platform, as_of=date(2022, 5, 1))
    assert answer.status == 0
    (arguments,) = uv.asked
    assert arguments[arguments.index("--python-platform") + 1] == PLATFORMS[system, machine]
    assert arguments[arguments.index("--exclude-newer") + 1] == "2022-05-01"
    assert uv.texts == ["six==1.16.0\n"]


def test_an_unknown_platform_is_said() -> None:
    with pytest.raises(ResolutionError, match=r"plan9 mips is not a platform.*linux x86_64"):
        compiled(FakeUv(), ["six"], python="3.9", platform=Platform(system="plan9", machine="mips"), as_of=None)


def test_the_real_uv_resolves_nothing_without_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", CLOSED_PORT)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    started: list[int] = []
    answer = Program().run(("pip", "compile", "-", "--quiet", "--no-cache"), text="six\n", started=started.append)
    assert answer.is_unreachable
    assert len(started) == 1


def test_the_real_uv_gets_the_variables_it_is_given_and_not_a_misleading_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/nowhere")
    answer = Program({"UV_CACHE_DIR": "/some/cache"}).run(("cache", "dir"))
    assert answer.output.strip() == "/some/cache"
