"""What takes long says how far it is, on a terminal or to whom asks; the rest says nothing."""

from __future__ import annotations

import sys
from io import StringIO
from threading import Thread
from time import sleep

import pytest

from loadstone.progress import PATIENCE, Progress, reading


def test_nothing_is_said_of_quick_steps_nor_to_what_is_no_terminal() -> None:
    quick, quiet = StringIO(), StringIO()
    with Progress(shown=True, stream=quick) as progress:
        progress.step("reading")
    with Progress(shown=False, patience=0.0, stream=quiet) as progress:
        progress.step("reading")
        sleep(0.05)

    assert (quick.getvalue(), quiet.getvalue()) == ("", "")


def test_a_step_that_takes_long_is_said_and_taken_away() -> None:
    stream = StringIO()
    with Progress(shown=True, patience=0.0, stream=stream) as progress:
        progress.step("1 of 2: a\x1b[2J\n.h5")
        while not stream.getvalue():
            sleep(0.01)
        progress.step("2 of 2: " + "b" * 200)

    first, second, last = stream.getvalue().split("\r\x1b[K")[1:]
    assert first.endswith("1 of 2: a?[2J?.h5 ...")
    assert second.startswith("2 of 2: bbb")
    assert len(second) <= 82
    assert last == ""


def test_bytes_are_counted_to_the_end_from_any_thread() -> None:
    told: list[tuple[int, int]] = []
    with reading("loading a.h5", 100, progress=lambda done, of: told.append((done, of))) as count:
        threads = [Thread(target=count, args=(30,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert told == [(30, 100), (60, 100), (90, 100), (100, 100)]


def test_a_long_load_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with reading("loading a.h5", 4_000_000_000, progress=True) as count:
        count(1_200_000_000)
        sleep(PATIENCE + 0.5)
        count(400_000_000)
    first, second, last = capsys.readouterr().err.split("\r\x1b[K")[1:]
    assert (first, second, last) == (
        "loading a.h5: 1200 of 4000 MB ...", "loading a.h5: 1600 of 4000 MB ...", ""
    )  # fmt: skip


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_said_where_nobody_asks(progress: bool | None, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 - pytest passes by name
    assert not sys.stderr.isatty()
    with reading("loading a.h5", 100, progress=progress) as count:
        count(100)
        sleep(PATIENCE + 0.1)
    assert capsys.readouterr().err == ""
