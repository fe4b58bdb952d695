"""`vibelux subsonic`: music servers that speak the Subsonic API or OpenSubsonic."""

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, print_json, printable
from vibelux.cli.extras import extra
from vibelux.cli.scan_options import (
    Again,
    AsJson,
    MusicModelFile,
    Retry,
    SongTimeout,
    WorkerCount,
    stoppable,
)
from vibelux.cli.scan_progress import Pace, duration_in_words, scan_progress, songs_in_words
from vibelux.cli.subsonic_account import account_of, client_of, login_file, note
from vibelux.cli.subsonic_playlist import playlist
from vibelux.errors import AudioError, InvalidInput

if TYPE_CHECKING:
    from vibelux.servers.login import Login
    from vibelux.servers.scan import ServerScanReport

app = Commands(
    help="Music servers: Navidrome, Gonic, LMS and others (OpenSubsonic).",
    examples=["vibelux subsonic login https://music.example.org --user NAME"],
)


@app.adds(
    "login",
    examples=[
        "vibelux subsonic login https://music.example.org --user NAME",
        "vibelux subsonic login https://music.example.org --user NAME --password-auth",
        "vibelux subsonic login https://music.example.org --user NAME --api-key",
    ],
)
def login(
    url: str = typer.Argument(..., help="Address, such as https://music.example.org"),
    user: str = typer.Option(..., "--user", "-u", help="Name of the account."),
    password_auth: bool = typer.Option(
        False, "--password-auth", help="Send the password itself: for servers without tokens."
    ),
    api_key: bool = typer.Option(
        False, "--api-key", help="Use an API key of OpenSubsonic instead of the password."
    ),
) -> None:
    """Log in to a server; later commands use it.

    Asks for the password, or takes it from VIBELUX_SUBSONIC_PASSWORD, and keeps it in the system's
    keyring, never in a file.
    """
    if password_auth and api_key:
        raise InvalidInput("give one of --password-auth and --api-key, not both")
    with extra("subsonic"):
        from vibelux.servers.client import Client
        from vibelux.servers.login import (
            PASSWORD_VARIABLE,
            Login,
            keep_secret,
            parse_url,
            write_login,
        )
    from vibelux.settings import load_settings

    auth: Any = "password" if password_auth else "api-key" if api_key else "token"
    account = Login(parse_url(url), user, auth)
    given = os.environ.get(PASSWORD_VARIABLE)
    secret = given or _asked(account, PASSWORD_VARIABLE)
    if password_auth and account.url.startswith("http://"):
        note("the password goes to the server unprotected; use https outside of your own network")
    with Client(account, secret) as client:
        info = client.ping()
    kept = not given and keep_secret(account, secret)
    write_login(login_file(load_settings()), account)
    name = printable(f"{info.name} {info.version}".strip())
    out().print(f"Logged in to {printable(account.server)} ({name}) as {printable(user)}.")
    what = "API key" if api_key else "password"
    if kept:
        err().print(f"The {what} lies in the system's keyring.")
    elif given:
        err().print(f"The {what} was not kept; later commands need {PASSWORD_VARIABLE} as well.")
    else:
        note(f"there is no safe keyring here; set {PASSWORD_VARIABLE} for later commands")
    err().print("Next: vibelux subsonic scan")


@app.adds("logout", examples=["vibelux subsonic logout"])
def logout() -> None:
    """Forget the server and its password; its songs stay in the catalogue."""
    with extra("subsonic"):
        from vibelux.servers.login import forget
    from vibelux.settings import load_settings

    file = login_file(load_settings())
    account = account_of(file)
    forget(file, account)
    out().print(f"Forgot {printable(account.account)}.")


@app.adds("status", examples=["vibelux subsonic status"])
def status(json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """Tell whether the server answers, and how many of its songs are known."""
    from vibelux.library.catalogue import Catalogue
    from vibelux.settings import load_settings

    settings = load_settings()
    with client_of(settings) as client:
        info, server = client.ping(), client.login.server
    with Catalogue.of(settings, server=server) as catalogue:
        counts = catalogue.counts()
    if json:
        print_json({"server": server, "user": client.login.user, **asdict(info), "songs": counts})
        return
    name = printable(f"{info.name} {info.version}".strip())
    out().print(f"{printable(server)} ({name}) answers to {printable(client.login.user)}.")
    parts = [f"{songs_in_words(counts['ok'])} of it in the catalogue"]
    parts += [f"{counts[state]:,} {state}" for state in ("failed", "missing") if counts[state]]
    out().print(" · ".join(parts))


@app.adds(
    "scan", examples=["vibelux subsonic scan", "vibelux subsonic scan --workers 2 --connections 4"]
)
def scan(
    connections: int = typer.Option(
        2, "--connections", min=1, max=16, help="Songs fetched at a time; be kind to small servers."
    ),
    workers: WorkerCount = None,
    song_timeout: SongTimeout = None,
    model: MusicModelFile = None,
    retry: Retry = False,
    again: Again = False,
    json: AsJson = False,
) -> None:
    """Analyse the server's songs into the catalogue; only what is new or has changed is fetched.

    Stop it at any time: the next scan goes on where this one was.
    """
    with extra("subsonic"):
        from vibelux.servers.scan import scan_server
    from vibelux.library.catalogue import Catalogue
    from vibelux.settings import load_settings

    settings = load_settings(workers=workers, song_timeout=song_timeout, music_model=model)
    pace = Pace()
    with (
        stoppable(pace),
        client_of(settings) as client,
        Catalogue.of(settings, server=client.login.server) as catalogue,
    ):
        with scan_progress(pace, what="songs") as tell:
            report = scan_server(
                client,
                catalogue,
                workers=settings.workers,
                song_timeout=settings.song_timeout,
                connections=connections,
                model_path=settings.music_model,
                retry=retry,
                again=again,
                on_progress=tell,
            )
        counts = catalogue.counts()
    if json:
        print_json(asdict(report) | {"seconds": round(report.seconds, 3), "catalogue": counts})
    else:
        _present(report, counts)


app.adds(
    "playlist",
    examples=[
        'vibelux subsonic playlist "For now" --mood "happy=0.7, sad=0.3"',
        "vibelux subsonic playlist Evening --camera --policy calm -n 50",
        "vibelux subsonic playlist Upwards --mood sad --policy journey --goal happy",
    ],
)(playlist)


def _asked(account: "Login", variable: str) -> str:
    """Ask for the secret without showing it."""
    if not sys.stdin.isatty():
        raise InvalidInput(
            f"there is nobody to ask for the password of {account.account}; set {variable}"
        )
    from getpass import getpass

    what = "API key" if account.auth == "api-key" else "Password"
    return getpass(f"{what} of {account.account}: ")


def _present(report: "ServerScanReport", counts: dict[str, int]) -> None:
    from rich.text import Text

    for warning in report.warnings:
        note(warning)
    console = out()
    for trouble in report.troubles:
        mark, style = "failed", "red"
        if trouble.code == "not_fetched":
            mark, style = "not fetched", "yellow"
        elif trouble.code in AudioError.TRANSIENT:
            mark, style = "not analysed", "yellow"
        console.print(Text.assemble((f"{mark}  ", style), printable(trouble.title)), soft_wrap=True)
        console.print(Text(f"        {printable(trouble.reason)}", style="dim"), soft_wrap=True)
    more = report.failed + report.unread + report.not_fetched - len(report.troubles)
    if more > 0:
        console.print(f"        … and {more:,} more")
    parts = [f"{songs_in_words(report.analysed)} analysed in {duration_in_words(report.seconds)}"]
    parts += [
        f"{number:,} {what}"
        for number, what in (
            (report.unchanged, "unchanged"),
            (report.returned, "of them back again"),
            (report.recognised, "recognised under other ids"),
            (report.missing, "missing"),
            (report.failed, "failed"),
            (report.unread, "not analysed, the next scan tries again"),
            (report.not_fetched, "not fetched, the next scan tries again"),
        )
        if number
    ]
    console.print(Text(" · ".join(parts)), soft_wrap=True)
    total = songs_in_words(counts["ok"])
    console.print(
        Text(f"The catalogue has {total} of {printable(report.server)}.", style="bold"),
        soft_wrap=True,
    )
