"""A setting names a file or an address outside the model.

## What it means

A setting of a layer is a path or an address. Some classes open it when they are built.

## Why it happens

`StringLookup(vocabulary="words.txt")`, `TextVectorization` and `TFSMLayer` take paths, and keep them in the file. On
another machine the path is missing, and loading fails. In a file of unknown origin it names a file *of yours*: Keras
up to 3.11 reads a vocabulary from any path or URL.

## Example

```text
ValueError: Vocabulary file /home/ann/words.txt does not exist.
```

## How to fix it

Give the file where the path points, or build the layer with the list itself instead of a path and save again.

## References

- [CVE-2025-12058](https://nvd.nist.gov/vuln/detail/CVE-2025-12058)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadstone.finding import Blocks, Fetch, Finding, Severity
from loadstone.rules.documents import texts
from loadstone.rules.remembered import of_last
from loadstone.rules.rule import Rule, Symptom
from loadstone.rules.stances import here, stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.artifact import Artifact
    from loadstone.rules.case import Case
    from loadstone.rules.documents import Text

#: A URL, an absolute path, a home or parent folder, a drive letter: what no name, formula or data format looks like.
_PATH = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,9}://|/(?:[^/\s]+/)+[^/\s]*$|~[\\/]|\.\.[\\/]|[A-Za-z]:[\\/]|\\\\\w)", re.ASCII
)
#: What the name of a file looks like, where a setting is known to hold one.
_FILE = re.compile(r"[^\s<>|*?]*(?:[\\/][^\s<>|*?]+|\.\w{1,5})", re.ASCII)
_FILE_KEYS = re.compile(
    r"(?:\w+_)?(?:file|filename|filepath|file_path|path|paths|dir|directory|url|uri|origin|asset|assets|handle)"
    r"|vocabulary|vocab|proto|merges|export_dir|cache_dir|spm_model|model_file",
    re.ASCII,
)
_NAMES = frozenset({"name", "class_name", "registered_name", "module", "layer_name", "function"})
#: Lists of words, which may be addresses or paths themselves.
_WORDS = frozenset({"vocabulary", "input_vocabulary", "vocab", "merges", "oov_token", "mask_token"})
_LONGEST = 4096  # characters of a path
_LOOKUPS = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
_MECHANISM = "vocabulary-path"


def detect(case: Case) -> Iterator[Finding]:
    """Texts in settings that look like a path or an address."""
    found = _leading_out(case.artifact)
    if not found:
        return
    vocabularies = [text for text in found if text.owner in _LOOKUPS and text.key in _WORDS]
    refused = bool(vocabularies) and not case.is_refused and stops(case, _MECHANISM)
    opened = bool(vocabularies) and case.rebuilds_from_settings  # if it is there
    yield Finding(
        code=RULE.code,
        severity=Severity.ERROR if refused else Severity.WARNING,
        blocks=Blocks.LOADING if refused else Blocks.PERHAPS if opened else Blocks.NOTHING,
        message="settings name files or addresses outside the model",
        where=tuple(text.at for text in found),
        found="; ".join(f"{text.key[:80]}={text.value[:80]!r} of {text.owner or 'the model'}" for text in found[:3]),
        here=here(case, _MECHANISM) if vocabularies else case.here,
        remedies=(Fetch(action="check that each path is meant and exists here, or store the content in the layer"),),
    )


def _leads_out(text: Text) -> bool:
    if text.key in _NAMES or (text.in_list and text.key in _WORDS):
        return False
    if _PATH.match(text.value[:_LONGEST]):
        return True
    if len(text.value) > _LONGEST or _FILE_KEYS.fullmatch(text.key[:_LONGEST]) is None:
        return False
    return _FILE.fullmatch(text.value) is not None


@of_last
def _leading_out(artifact: Artifact) -> tuple[Text, ...]:
    return tuple(text for text in texts(artifact) if _leads_out(text))


RULE = Rule(
    code="LS504",
    name="path-in-settings",
    detect=detect,
    raises=(
        Symptom(pattern=r"Vocabulary file .* does not exist", raised_by="tf.keras and Keras 3"),
        Symptom(
            pattern=r"Requested the loading of a vocabulary file outside of the model archive",
            raised_by="Keras 3.12 and newer",
        ),
    ),
)
