"""Ends processes and removes folders once the process that made them is gone, however it ended.

    python -I -S -B janitor.py OWNER MARK

Its standard input is a pipe from the process OWNER. Each line of it is one JSON list: ``["folder", PATH]`` and
``["release", PATH]``, ``["adopt", PID, START]`` and ``["dismiss", PID]``, and ``["done"]`` when OWNER has cleaned up
itself. When the pipe ends without that, or OWNER is no longer the parent, every adopted process is killed with all that
descend from it, and so is every process whose environment holds MARK; then the folders are removed. No process can
avoid its own SIGKILL, so it is another one that cleans up.
"""

import json
import os
import select
import signal
import sys
import time

#: The environment variable by which a process is known as one of ours, even when it left its session.
VARIABLE = "LOADSTONE_OWNER"

_POLL_SECONDS = 1.0
_END_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
#: A process that was being started when its parent died shows its own environment only after its exec.
_QUIET_SCANS = 4
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def start_of(pid: int) -> int:
    """When a process started, in clock ticks since the machine did; 0 where that cannot be known.

    A process number may be given out again, together with this it is unique.
    """
    fields = _stat(str(pid))
    return int(fields[19]) if fields else 0


def end(adopted: "dict[int, int]", mark: str, scans: int = 1) -> bool:
    """Kill the adopted processes, their descendants, and every process that carries the mark.

    Args:
        adopted: process numbers, each with when it started.
        mark: the value of `VARIABLE`, empty for none.
        scans: so many looks in a row must find nothing.

    Returns:
        Whether nothing is left of them.
    """
    limit = time.monotonic() + _END_SECONDS
    quiet = 0
    while True:
        found = strays(adopted, mark)
        for pid in found:
            _kill(pid)
        quiet = 0 if found else quiet + 1
        if quiet >= scans:
            return True
        if time.monotonic() > limit:
            return False
        time.sleep(_PAUSE_SECONDS)


def strays(adopted: "dict[int, int]", mark: str) -> "list[int]":
    """The living processes that were adopted, or descend from one that was, or carry the mark."""
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return [pid for pid in adopted if _alive(pid)]
    ours = {pid for pid, start in adopted.items() if start_of(pid) in (0, start)}
    spared = {os.getpid(), os.getppid(), 0, 1}
    rows = []
    for name in names:
        fields = _stat(name)
        if fields and fields[0] not in ("Z", "X"):
            rows.append((int(name), [int(number) for number in fields[1:4]]))
    for pid, _ in rows:
        if mark and pid not in spared and _carries(pid, mark):
            ours.add(pid)
    grew = True
    while grew:  # a parent may come after its child
        more = {pid for pid, relatives in rows if pid not in ours and not ours.isdisjoint(relatives)} - spared
        ours |= more
        grew = bool(more)
    living = {pid for pid, _ in rows}
    return sorted((ours & living) - spared)


def remove(folder: str) -> bool:
    """Remove a folder with all that is in it; a process that is just ending may still write there, so try again."""
    import shutil  # noqa: PLC0415 - a janitor with nothing to remove does without

    for attempt in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return True
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        for place, _, _ in os.walk(folder):
            try:
                os.chmod(place, 0o700)  # a folder that was made read-only keeps its files
            except OSError:
                continue
    return False


def _stat(name: str) -> "list[str]":
    """What Linux tells about a process from its state on: state, parent, group, session ...; empty when it is gone."""
    try:
        with open("/proc/" + name + "/stat", "rb") as file:
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _carries(pid: int, mark: str) -> bool:
    try:
        with open("/proc/{}/environ".format(pid), "rb") as file:
            return (VARIABLE + "=" + mark).encode() in file.read().split(b"\0")
    except OSError:
        return False


def _alive(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _kill(pid: int) -> None:
    """Kill one process; where there is no list of all processes, its group too."""
    for kill in (os.kill,) if sys.platform == "linux" or os.name != "posix" else (os.killpg, os.kill):
        try:
            kill(pid, _KILL)
        except OSError:
            continue


def main(arguments: "list[str]") -> None:
    """Note what the owner says until it is gone, then clean up."""
    owner, mark = int(arguments[0]), arguments[1]
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    folders = set()  # type: set[str]
    adopted = {}  # type: dict[int, int]
    told = b""
    while True:
        chunk = _heard(owner)
        if not chunk:
            break
        told += chunk
        lines = told.split(b"\n")
        told = lines.pop()  # a line that is not whole yet
        for line in lines:
            word = json.loads(line.decode("ascii"))
            if word[0] == "done":
                return
            _note(word, folders, adopted)
    end(adopted, mark, _QUIET_SCANS)
    for folder in folders:
        remove(folder)


def _heard(owner: int) -> bytes:
    """The next words of the owner; nothing when it is gone.

    A forked child of the owner keeps the pipe open, so the parent is looked at too.
    """
    if os.name == "posix":
        while not select.select([0], [], [], _POLL_SECONDS)[0]:
            if os.getppid() != owner:
                return b""
    return os.read(0, 65536)


def _note(word: "list[object]", folders: "set[str]", adopted: "dict[int, int]") -> None:
    if word[0] == "folder":
        folders.add(str(word[1]))
    elif word[0] == "release":
        folders.discard(str(word[1]))
    elif word[0] == "adopt":
        adopted[int(str(word[1]))] = int(str(word[2]))
    elif word[0] == "dismiss":
        adopted.pop(int(str(word[1])), None)


if __name__ == "__main__":
    main(sys.argv[1:])
