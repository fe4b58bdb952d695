"""The page that explains how a phone comes to trust this machine, and the certificate for that."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from vibelux.service.failures import NOT_KEPT
from vibelux.service.plain_page import language_of, plain_page

TRUST = "/trust"
"""Path of the page."""

AUTHORITY = "/vibelux-home.crt"
"""Path of the certificate."""

PUBLIC = frozenset({TRUST, AUTHORITY})
"""Shown without the token, and without TLS: they are what a phone needs before it has either."""


@dataclass(frozen=True)
class _Words:
    title: str
    why: str
    download: str
    steps: Mapping[str, tuple[str, ...]]
    check: str
    without: str
    open: str


_ENGLISH = _Words(
    title="Let this phone trust your computer",
    why=(
        "Browsers let a page use the camera only over a connection that they trust. Your computer "
        "has made a certificate for that. It is good for addresses in your own network and for "
        "nothing else."
    ),
    download="Download the certificate",
    steps={
        "iPhone and iPad": (
            "Download it and tap Allow.",
            "In Settings, tap Profile Downloaded, then Install.",
            "In Settings › General › About › Certificate Trust Settings, switch it on.",
        ),
        "Android": (
            "Download it.",
            "In Settings, search for “CA certificate” and tap it.",
            "Tap Install anyway and choose the file.",
        ),
        "Another computer": (
            "Download it and open it.",
            "Add it to the certificates that are trusted for websites. Firefox has its own: "
            "Settings › Privacy & Security › View Certificates › Authorities › Import.",
        ),
    },
    check="This is its fingerprint. The terminal shows the same.",
    without=(
        "You can also do without. The browser then warns you: choose Advanced or Show Details, and "
        "go on. In most browsers the camera works then too."
    ),
    open="Open VibeluX",
)

_GERMAN = _Words(
    title="Damit dieses Handy deinem Rechner vertraut",
    why=(
        "Browser lassen eine Seite die Kamera nur über eine Verbindung benutzen, der sie "
        "vertrauen. Dein Rechner hat dafür ein Zertifikat erstellt. Es gilt für Adressen in deinem "
        "eigenen Netz und für nichts anderes."
    ),
    download="Zertifikat herunterladen",
    steps={
        "iPhone und iPad": (
            "Lade es herunter und tippe auf „Zulassen“.",
            "Tippe in den Einstellungen auf „Profil geladen“ und dann auf „Installieren“.",
            "Schalte es unter Einstellungen › Allgemein › Info › Zertifikatsvertrauens"
            "einstellungen ein.",
        ),
        "Android": (
            "Lade es herunter.",
            "Suche in den Einstellungen nach „CA-Zertifikat“ und tippe darauf.",
            "Tippe auf „Trotzdem installieren“ und wähle die Datei.",
        ),
        "Ein anderer Rechner": (
            "Lade es herunter und öffne es.",
            "Nimm es in die Zertifikate auf, denen für Websites vertraut wird. Firefox hat eigene: "
            "Einstellungen › Datenschutz & Sicherheit › Zertifikate anzeigen › "
            "Zertifizierungsstellen › Importieren.",
        ),
    },
    check="Das ist sein Fingerabdruck. Im Terminal steht derselbe.",
    without=(
        "Es geht auch ohne. Der Browser warnt dich dann: Wähle „Erweitert“ oder „Details "
        "einblenden“ und fahre fort. In den meisten Browsern geht die Kamera auch so."
    ),
    open="VibeluX öffnen",
)

_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN}


def install(app: FastAPI, *, certificate: bytes, fingerprint: str) -> None:
    """Offer the page and the certificate.

    Args:
        app: the app.
        certificate: of the authority, as PEM.
        fingerprint: of it, as systems show it.

    """

    @app.get(TRUST, include_in_schema=False)
    async def trust(request: Request) -> HTMLResponse:
        language = language_of(request.headers.get("accept-language", ""))
        words = _LANGUAGES[language]
        return plain_page(
            words.title,
            _body(words, fingerprint, link=f"https://{request.headers['host']}/"),
            language=language,
            headers={"Vary": "Accept-Language"},
        )

    @app.get(AUTHORITY, include_in_schema=False)
    async def authority() -> Response:
        return Response(certificate, media_type="application/x-x509-ca-cert", headers=NOT_KEPT)


def _body(words: _Words, fingerprint: str, *, link: str) -> str:
    devices = "\n".join(
        f"<details><summary>{escape(device)}</summary><ol>"
        + "".join(f"<li>{escape(step)}</li>" for step in steps)
        + "</ol></details>"
        for device, steps in words.steps.items()
    )
    return f"""<p>{escape(words.why)}</p>
<a class="button" href="{AUTHORITY}">{escape(words.download)}</a>
{devices}
<p>{escape(words.check)}<br><code>{escape(fingerprint)}</code></p>
<p>{escape(words.without)}</p>
<a class="button" href="{escape(link)}">{escape(words.open)}</a>"""
