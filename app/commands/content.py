"""`content`: questions, cards and sources from file to approval, and what becomes of them."""

from collections.abc import Callable

import typer

from app.commands import (
    content_check,
    content_files,
    content_keys,
    content_load,
    content_preview,
    content_review,
    content_year,
)
from app.commands.roster import House


def commands(open_house: Callable[[], House]) -> typer.Typer:
    """The `content` group of the command line."""
    group = typer.Typer(help="Questions, cards and their sources.", no_args_is_help=True)
    content_check.add(group)
    content_load.add(group, open_house)
    content_files.add(group, open_house)
    content_review.add(group, open_house)
    content_preview.add(group, open_house)
    content_keys.add(group, open_house)
    content_year.add(group, open_house)
    return group
