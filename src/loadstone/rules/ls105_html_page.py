"""A web page was saved under the model's name.

## What it means

The file begins like an HTML document. A browser or a download tool saved a page *about* the file instead of the file.

## Why it happens

The link leads to a page: a file view on GitHub (`/blob/` instead of `/raw/`), Google Drive's warning that it cannot
scan a large file for viruses, a login page, or an error page with status 200.

## Example

```text
OSError: Unable to synchronously open file (file signature not found)
```

## How to fix it

Open the file in a text editor: the page says what the server wanted. Then fetch the file itself, for GitHub by
replacing `/blob/` with `/raw/`, for Google Drive with a tool that answers its warning, elsewhere after logging in.
Compare the size with what the site states.

## References

- [HTML: the `DOCTYPE`](https://html.spec.whatwg.org/multipage/syntax.html#the-doctype)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import DefectKind
from loadstone.finding import Fetch
from loadstone.rules.defects import defect_finding
from loadstone.rules.rule import Rule, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.finding import Finding
    from loadstone.rules.case import Case


def detect(case: Case) -> Iterator[Finding]:
    """Every defect of this kind that the reader saw."""
    yield from defect_finding(
        case,
        DefectKind.HTML_PAGE,
        code=RULE.code,
        message="this is a web page, not the model",
        remedies=(
            Fetch(action="download the file itself: on GitHub its raw link, elsewhere the direct-download link"),
        ),
    )


RULE = Rule(
    code="LS105",
    name="html-page",
    detect=detect,
    raises=(Symptom(pattern=r"file signature not found", raised_by="h5py"),),
)
