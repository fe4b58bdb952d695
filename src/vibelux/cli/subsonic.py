"""`vibelux subsonic`: music servers that speak the Subsonic API or OpenSubsonic."""

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, note, out, print_json, printable, reason_line, spoken
from vibelux.cli.extras import extra
from vibelux.cli.scan_options import (
    Again,
    AsJson,
    ClusterAddress,
    MusicModelFile,
    Retry,
    SongTimeout,
    WorkerCount,
    cluster_at,
    stoppable,
)
from vibelux.cli.scan_progress import Pace, duration_in_words, scan_progress
from vibelux.cli.subsonic_account import account_of, client_of, login_file
from vibelux.cli.subsonic_playlist import playlist
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import AudioError

if TYPE_CHECKING:
    from vibelux.language import Words
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
    user: str = typer.Option(..., "--user", "-u", metavar="NAME", help="Name of the account."),
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
        raise wrong("password_or_key", instead={"--password-auth": None})
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

    words = spoken()
    auth: Any = "password" if password_auth else "api-key" if api_key else "token"
    account = Login(parse_url(url), user, auth)
    given = os.environ.get(PASSWORD_VARIABLE)
    secret = given or _asked(account, PASSWORD_VARIABLE)
    if password_auth and account.url.startswith("http://"):
        note(words.text("cli.subsonic.unprotected"))
    with Client(account, secret) as client:
        info = client.ping()
    kept = not given and keep_secret(account, secret)
    write_login(login_file(load_settings()), account)
    name, server = printable(f"{info.name} {info.version}".strip()), printable(account.server)
    done = words.text("cli.subsonic.logged_in", server=server, name=name, user=printable(user))
    out().print(done)
    what = "api_key" if api_key else "password"
    if kept:
        err().print(words.text(f"cli.subsonic.kept.{what}"))
    elif given:
        variable = PASSWORD_VARIABLE
        err().print(words.text(f"cli.subsonic.not_kept.{what}", variable=variable))
    else:
        note(words.text("cli.subsonic.no_keyring", variable=PASSWORD_VARIABLE))
    err().print(words.text("cli.subsonic.next", command="vibelux subsonic scan"))


@app.adds("logout", examples=["vibelux subsonic logout"])
def logout() -> None:
    """Forget the server and its password; its songs stay in the catalogue."""
    with extra("subsonic"):
        from vibelux.servers.login import forget
    from vibelux.settings import load_settings

    file = login_file(load_settings())
    account = account_of(file)
    forget(file, account)
    out().print(spoken().text("cli.subsonic.forgot", account=printable(account.account)))


@app.adds("status", examples=["vibelux subsonic status"])
def status(json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """Tell whether the server answers, and how many of its songs are known."""
    from vibelux.library.catalogue import Catalogue
    from vibelux.settings import load_settings

    settings, words = load_settings(), spoken()
    with client_of(settings) as client:
        info, server = client.ping(), client.login.server
    with Catalogue.of(settings, server=server) as catalogue:
        counts = catalogue.counts()
    if json:
        print_json({"server": server, "user": client.login.user, **asdict(info), "songs": counts})
        return
    name = printable(f"{info.name} {info.version}".strip())
    user = printable(client.login.user)
    answers = words.text("cli.subsonic.answers", server=printable(server), name=name, user=user)
    out().print(answers)
    parts = [words.of_number("cli.subsonic.known", counts["ok"], n=words.figures(counts["ok"]))]
    parts += [
        words.of_number(f"cli.scan.{state}", counts[state], n=words.figures(counts[state]))
        for state in ("failed", "missing")
        if counts[state]
    ]
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
    cluster: ClusterAddress = None,
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
    machines = cluster_at(cluster, workers)
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
                cluster=machines,
            )
        counts = catalogue.counts()
    if json:
        print_json(asdict(report) | {"seconds": round(report.seconds, 3), "catalogue": counts})
    else:
        _present(report, counts, spoken())


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
        raise wrong("nobody_to_ask", account=account.account, variable=variable)
    from getpass import getpass

    what = "api_key" if account.auth == "api-key" else "password"
    return getpass(f"{spoken().text(f'cli.subsonic.asks.{what}', account=account.account)} ")


def _present(report: "ServerScanReport", counts: dict[str, int], words: "Words") -> None:
    from rich.text import Text

    for warning in report.warnings:
        note(warning)
    console = out()
    for trouble in report.troubles:
        mark, style = words.text("cli.scan.not_usable"), "red"
        if trouble.code == "not_fetched":
            mark, style = words.text("cli.subsonic.not_fetched"), "yellow"
        elif trouble.code in AudioError.TRANSIENT:
            mark, style = words.text("cli.subsonic.not_analysed"), "yellow"
        console.print(Text.assemble((f"{mark}  ", style), printable(trouble.title)), soft_wrap=True)
        console.print(
            Text(f"        {reason_line(trouble.reason, words)}", style="dim"),
            soft_wrap=True,
        )
    more = report.failed + report.unread + report.not_fetched - len(report.troubles)
    if more > 0:
        console.print(f"        {words.text('cli.more', more=words.figures(more))}")
    time, analysed = duration_in_words(report.seconds, words), words.figures(report.analysed)
    parts = [words.of_number("cli.scan.analysed", report.analysed, n=analysed, time=time)]
    parts += [
        words.of_number(f"cli.{key}", number, n=words.figures(number))
        for key, number in (
            ("scan.unchanged", report.unchanged),
            ("scan.returned", report.returned),
            ("subsonic.recognised", report.recognised),
            ("scan.missing", report.missing),
            ("scan.failed", report.failed),
            ("subsonic.unread", report.unread),
            ("subsonic.later", report.not_fetched),
        )
        if number
    ]
    console.print(Text(" · ".join(parts)), soft_wrap=True)
    songs, server = words.figures(counts["ok"]), printable(report.server)
    total = words.of_number("cli.subsonic.total", counts["ok"], n=songs, server=server)
    console.print(Text(total, style="bold"), soft_wrap=True)
