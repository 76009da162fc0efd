"""The graph has operations that read or write files, or call out.

## What it means

The SavedModel's graph has operations that read or write files when the model is called or restored.

## Why it happens

A SavedModel is a program, and TensorFlow's file operations are part of its language. Input pipelines and vocabularies
use some of them in good faith. A graph can equally well read a private file into a tensor, or write one.

## Example

```text
(no error)
```

## How to fix it

Look at what the finding lists. A model for arrays in and arrays out needs none of them. Load a model of unknown
origin only in a process that has no access to what matters.

## References

- [TensorFlow: using TensorFlow securely](https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadstone.artifact import Node
from loadstone.finding import Blocks, Finding, Nothing, Severity
from loadstone.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.rules.case import Case

#: Operations that reach the file system or another process by design. Saving and restoring the model's own variables
#: (``SaveV2``, ``RestoreV2``, ``MergeV2Checkpoints``, ``ShardedFilename``) is in every SavedModel and not among them.
_REACHING_OUT = frozenset(
    {
        "ReadFile",
        "WriteFile",
        "MatchingFiles",
        "WholeFileReader",
        "WholeFileReaderV2",
        "TextLineDataset",
        "TFRecordDataset",
        "TFRecordDatasetV2",
        "FixedLengthRecordDataset",
        "FixedLengthRecordDatasetV2",
        "LMDBDataset",
        "SqlDataset",
        "SaveDataset",
        "SaveDatasetV2",
        "LoadDataset",
        "SnapshotDataset",
        "SnapshotDatasetV2",
        "CreateSummaryFileWriter",
        "CreateSummaryDbWriter",
        "DebugIdentity",
        "DebugIdentityV2",
        "ImportEvent",
        "LoadAndRemapMatrix",
        "GenerateVocabRemapping",
        "FileSystemSetConfiguration",
        "RpcClient",
        "RpcServer",
        "RpcCall",
        "RemoteCall",
        "PyFunc",
        "PyFuncStateless",
        "EagerPyFunc",
    }
)


def detect(case: Case) -> Iterator[Finding]:
    """Operations that reach out of the model."""
    uses = [use for use in case.artifact.ops if use.op in _REACHING_OUT]
    if uses:
        yield Finding(
            code=RULE.code,
            severity=Severity.WARNING,
            blocks=Blocks.NOTHING,
            message="the graph has operations that reach files or other processes",
            where=tuple(Node(function=use.function, name=use.op) for use in uses),
            found=", ".join(sorted({use.op for use in uses})),
            here=case.here,
            remedies=(Nothing(why="the program does so wherever it runs; run it only if you trust its author"),),
        )


RULE = Rule(
    code="LS503",
    name="file-operation",
    detect=detect,
)
