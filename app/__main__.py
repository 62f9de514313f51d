"""The command line: `./nep …`. Heavy parts are imported inside the commands that need them."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from app.clock import system_clock
from app.commands import absence, account, calendar, content, delegate, inbox, invite, outbox, restored, roster, zalo
from app.commands import round as round_
from app.opening import CannotOpen, OpenHouse, database_sentence, open_house
from app.settings import Settings, SettingsFault, load_settings

application = typer.Typer(
    help="Nếp công sở: regulations, quizzes and participation figures in chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def settings_or_exit() -> Settings:
    """The settings, or one clear message and a non-zero exit."""
    try:
        return load_settings()
    except SettingsFault as fault:
        raise stop(str(fault)) from None


def house_or_exit() -> OpenHouse:
    """The open house, or one clear message and a non-zero exit."""
    try:
        return open_house(settings_or_exit(), system_clock)
    except CannotOpen as fault:
        raise stop(str(fault)) from None


def stop(why: str) -> typer.Exit:
    """Say why on standard error; returns the exit to raise."""
    typer.echo(why, err=True)
    return typer.Exit(1)


for name, room in {
    "roster": roster,
    "absence": absence,
    "delegate": delegate,
    "calendar": calendar,
    "content": content,
    "round": round_,
    "account": account,
    "outbox": outbox,
    "inbox": inbox,
    "zalo": zalo,
}.items():
    application.add_typer(room.commands(house_or_exit), name=name)
application.command("invite")(invite.command(house_or_exit))
application.command("restored")(restored.command(house_or_exit))


@application.command()
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over with a new sample office.")] = False,
    clock: Annotated[bool, typer.Option("--clock", help="Let the visitor move time.")] = False,
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8080,
) -> None:
    """The sample office on your own machine: no token, no network service, no question asked."""
    from app.commands.demo import run_demo

    raise typer.Exit(run_demo(fresh=fresh, movable=clock, port=port))


@application.command()
def run() -> None:
    """Serve the real office, as the settings say."""
    from app.commands.run import run_office

    raise typer.Exit(run_office(settings_or_exit()))


@application.command()
def check() -> None:
    """Settings, database, content and channels: one line each, what is wrong and what to do."""
    from app.commands.check import check_all

    raise typer.Exit(check_all())


@application.command()
def doctor() -> None:
    """How each channel is: health, quota, windows, last traffic, what waits; exit 1 when one is not well."""
    from app.commands.doctor import examine
    from app.doors import configured

    house = house_or_exit()
    raise typer.Exit(examine(house, configured(house.settings)))


@application.command()
def migrate() -> None:
    """Bring the database to the newest tables."""
    from app.commands.migrate import migrate_database

    raise typer.Exit(migrate_database(settings_or_exit()))


@application.command()
def figures(
    unit: Annotated[str, typer.Option("--unit", help="Unit code; the whole office when left out.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Recompute every figure from the log and compare.")] = False,
    first: Annotated[str, typer.Option("--from", help="First day of a period, YYYY-MM-DD, with --until.")] = "",
    last: Annotated[str, typer.Option("--until", help="Last day of the period.")] = "",
) -> None:
    """The newest round's figures of a unit and of each unit below it; or those of a period."""
    from app.commands.figures import show_figures, show_period

    if first or last:
        raise typer.Exit(show_period(house_or_exit(), unit, first, last))
    raise typer.Exit(show_figures(house_or_exit(), unit, verify))


@application.command()
def report(
    unit: Annotated[str, typer.Option("--unit", help="Unit code.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write it; ends in .docx or .xlsx.")],
    period: Annotated[str, typer.Option("--period", help="round, month, quarter, half, year or campaign.")] = "round",
    first: Annotated[str, typer.Option("--from", help="A day of the period; today when left out.")] = "",
    last: Annotated[str, typer.Option("--until", help="With --from: exactly these days, whatever the period.")] = "",
) -> None:
    """A report of a unit as Word (Decree 30/2020/NĐ-CP) or Excel: a draft without number, date and signature."""
    from app.commands.report import write_report

    raise typer.Exit(write_report(house_or_exit(), unit, period, first, last, out))


def main() -> None:
    """Run a command. What the machine refuses it is told in one message, wherever it was met."""
    try:
        application()
    except (SettingsFault, CannotOpen) as fault:
        sys.exit(str(fault))
    except DBAPIError as fault:
        sys.exit(database_sentence(load_settings(), fault))
    except OSError as fault:
        if fault.filename is None:
            raise
        sys.exit(f"{fault.filename}: {fault.strerror}; check the path and its rights")


if __name__ == "__main__":
    main()
