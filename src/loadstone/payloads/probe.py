"""Says what the interpreter that runs it holds, as one line of JSON on its standard output.

It runs in foreign interpreters from Python 3.6 on, so it imports the standard library alone and keeps to that syntax.
The names of installed distributions are read from the metadata folders' own names: that costs one directory listing
for each entry of ``sys.path``, where reading every METADATA file would cost a second in a large environment.

    python probe.py               the interpreter, its distributions and the variables that Keras reads
    python probe.py NAME          imports NAME and tells how that went
"""

import json
import os
import platform
import re
import sys

#: The answer follows this mark on the last line; whatever start-up files print comes before it.
MARK = "loadstone-probe:"

#: The environment variables that decide which Keras answers, and on what.
VARIABLES = ("KERAS_BACKEND", "KERAS_HOME", "TF_USE_LEGACY_KERAS")

_METADATA = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-py[0-9.]+(?:-.+)?)?\.(?:dist-info|egg-info|egg)$")
_UNVERSIONED = (".dist-info", ".egg-info")


def distributions(paths: "list[str]") -> "dict[str, str]":
    """Name and version of every distribution below the given ``sys.path`` entries; the first one found wins."""
    found = {}  # type: dict[str, str]
    for path in paths:
        try:
            entries = sorted(os.listdir(path or "."))
        except OSError:
            continue
        for entry in entries:
            match = _METADATA.match(entry)
            if match:
                found.setdefault(canonical(match.group("name")), match.group("version"))
            elif entry.endswith(_UNVERSIONED):
                name, version = _headers(os.path.join(path, entry))
                if name and version:
                    found.setdefault(canonical(name), version)
    return found


def canonical(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _headers(folder: str) -> "tuple[str | None, str | None]":
    """Name and version that a metadata folder without a version in its name states inside."""
    for candidate in ("METADATA", "PKG-INFO", ""):
        headers = {}  # type: dict[str, str]
        try:
            with open(os.path.join(folder, candidate) if candidate else folder, encoding="utf-8") as lines:
                for line in lines:
                    key, separator, value = line.partition(":")
                    if not separator:
                        break  # the headers end at the first empty line
                    headers.setdefault(key.lower(), value.strip())
        except (OSError, UnicodeDecodeError):
            continue
        return headers.get("name"), headers.get("version")
    return None, None


def describe(paths: "list[str]") -> "dict[str, object]":
    """The running interpreter, as plain values."""
    return {
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
        "implementation": sys.implementation.name,
        "platform": sys.platform,
        "machine": platform.machine(),
        "distributions": distributions(paths),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def attempt(name: str) -> "dict[str, object]":
    """Import a module and tell how that went; a crash of the interpreter is seen by whoever started it."""
    try:
        module = __import__(name)
    except BaseException as problem:  # noqa: BLE001 - whatever an import raises, SystemExit included, is the answer
        return {"imports": False, "version": None, "error": "{}: {}".format(type(problem).__name__, problem)}
    version = getattr(module, "__version__", None)
    return {"imports": True, "version": str(version) if version else None, "error": None}


def main(arguments: "list[str]") -> None:
    """Answer for this interpreter, or for one import in it."""
    # The folder of this script is no part of the environment that is asked about.
    sys.path.pop(0)
    answer = attempt(arguments[0]) if arguments else describe(sys.path)
    print("\n" + MARK + json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
