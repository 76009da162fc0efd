"""Gives up, at the worker's very start, what a model needs not: the network, unbounded memory, new privileges.

Nothing here needs root, and nothing fails: what the platform does not grant is told.
"""

import ctypes
import os
import sys

_CLONE_NEWUSER = 0x10000000  # linux/sched.h
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h
_NETWORK = "/proc/self/ns/net"


def confine(limits: "dict[str, int | None]", network: bool) -> "dict[str, object]":  # noqa: FBT001 - as the settings name it
    """Confine this process, which must have one thread only; returns what was granted, and notes on what was not."""
    granted = []  # type: list[str]
    notes = []  # type: list[str]
    closed = not network and _close_network(notes)
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        granted.append("privileges")
    _limit(limits, granted, notes)
    return {"network_closed": closed, "limits": granted, "notes": notes}


def _close_network(notes: "list[str]") -> bool:
    """Enter a network namespace that holds nothing, not even a loopback device that is up."""
    if sys.platform != "linux":
        notes.append("the network is open: only Linux can close it for one process without a privilege")
        return False
    user, group = os.geteuid(), os.getegid()
    refusal = ""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        before = os.readlink(_NETWORK)
        if libc.unshare(_CLONE_NEWNET) != 0:  # it takes a privilege, which a user namespace of one's own gives
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
            refusal = os.strerror(ctypes.get_errno())
            _keep_identity(user, group)
        if os.readlink(_NETWORK) != before:
            return True
    except (OSError, AttributeError) as problem:
        refusal = str(problem)
    notes.append("the network is open: this system grants no network namespace ({})".format(refusal))
    return False


def _keep_identity(user: int, group: int) -> None:
    """In a new user namespace everybody is nobody until this process says who it was."""
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", "{0} {0} 1".format(user)),
        ("gid_map", "{0} {0} 1".format(group)),
    ):
        try:
            with open("/proc/self/" + name, "w", encoding="ascii") as file:
                file.write(line)
        except OSError:
            continue  # files are opened by the rights it has; only the names of its owner would be missing


def _limit(limits: "dict[str, int | None]", granted: "list[str]", notes: "list[str]") -> None:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        notes.append("memory and files are not limited: this platform has no resource limits")
        return
    # RLIMIT_AS would count what TensorFlow and CUDA only reserve, which is many times the memory that they use.
    wanted = [("file size", "RLIMIT_FSIZE", limits.get("file_bytes")), ("core file", "RLIMIT_CORE", 0)]
    if sys.platform == "linux":  # elsewhere it is accepted and not enforced
        wanted.insert(0, ("memory", "RLIMIT_DATA", limits.get("memory_bytes")))
    elif limits.get("memory_bytes") is not None:
        notes.append("memory is not limited: only Linux enforces it")
    for name, constant, value in wanted:
        if value is None:
            continue
        try:
            number = getattr(resource, constant)
            hard = resource.getrlimit(number)[1]
            most = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(number, (most, most))
        except (OSError, ValueError, AttributeError) as problem:
            notes.append("{} is not limited: {}".format(name, problem))
        else:
            granted.append(name)
