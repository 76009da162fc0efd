"""The command line: options to verb to renderer to exit code. It decides nothing about models."""

from __future__ import annotations

import click

from loadstone import __version__
from loadstone.cli import environments, models
from loadstone.cli.common import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="loadstone")
def main() -> None:
    """Why does my saved Keras / TensorFlow model not load, and how do I get it loaded?

    Exit codes: 0 yes, 1 no, 2 wrong usage, 3 could not examine or judge.
    """


for command in (
    models.inspect,
    models.diagnose,
    models.explain,
    models.convert,
    environments.lock,
    environments.sync,
    environments.predict,
):
    main.add_command(command)
