"""`zalo`: what an Official Account needs of its operator."""

from collections.abc import Callable
from typing import Annotated

import typer

from app.opening import OpenHouse


def commands(open_house: Callable[[], OpenHouse]) -> typer.Typer:
    """The `zalo` group of the command line."""
    group = typer.Typer(help="The Zalo Official Account.", no_args_is_help=True)

    @group.callback()
    def zalo() -> None:
        """The Zalo Official Account."""  # a group of one command stays a group

    @group.command("login")
    def login(
        url: Annotated[
            str, typer.Option("--url", help="The address the browser was led to, instead of a question.")
        ] = "",
    ) -> None:
        """Walk through the consent of the account: a link to open, then the address it leads to."""
        from app.commands.zalo_login import login as walk

        raise typer.Exit(walk(open_house(), url))

    return group
