"""What people see where a program gets an error of the guard: a page that asks for the token.

It is self-contained: no script, and nothing to load but its own icon.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlsplit

from fastapi.responses import HTMLResponse

from vibelux.service.failures import NOT_KEPT, Failure

ICON = "/icon.svg"
"""Served without a token, since this page and browsers that install the app show it."""

_WRONG = "wrong"


@dataclass(frozen=True)
class _Words:
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    field: str
    button: str


_ENGLISH = _Words(
    titles={
        "token_needed": "VibeluX needs its link",
        "too_many_tokens": "Too many wrong links",
        "host_not_allowed": "VibeluX does not answer to this address",
    },
    texts={
        "token_needed": (
            "It is printed in the terminal where “vibelux serve” runs, and is new at every start. "
            "Paste it here, or the token at its end."
        ),
        _WRONG: (
            "This link does not fit. It may be incomplete, or from an earlier start: it is new "
            "whenever “vibelux serve” is started. Paste the newest one, or the token at its end."
        ),
        "too_many_tokens": "Wait a minute, then paste the link that “vibelux serve” printed.",
        "host_not_allowed": (
            "Open the address that “vibelux serve” printed. Where a proxy gives it another name, "
            "start it with --allow-host NAME."
        ),
    },
    field="Link or token",
    button="Open",
)

_GERMAN = _Words(
    titles={
        "token_needed": "VibeluX braucht seinen Link",
        "too_many_tokens": "Zu viele falsche Links",
        "host_not_allowed": "Unter dieser Adresse antwortet VibeluX nicht",
    },
    texts={
        "token_needed": (
            "Er steht in dem Terminal, in dem „vibelux serve“ läuft, und ist bei jedem Start neu. "
            "Füge ihn hier ein, oder nur das Token am Ende."
        ),
        _WRONG: (
            "Dieser Link passt nicht. Vielleicht ist er unvollständig oder von einem früheren "
            "Start: Er ist jedes Mal neu, wenn „vibelux serve“ startet. Füge den neuesten ein, "
            "oder nur das Token am Ende."
        ),
        "too_many_tokens": (
            "Warte eine Minute und füge dann den Link ein, den „vibelux serve“ ausgegeben hat."
        ),
        "host_not_allowed": (
            "Öffne die Adresse, die „vibelux serve“ ausgegeben hat. Gibt ein Proxy einen anderen "
            "Namen vor, dann starte es mit --allow-host NAME."
        ),
    },
    field="Link oder Token",
    button="Öffnen",
)

_LANGUAGES = {"en": _ENGLISH, "de": _GERMAN}

# As web/src/styles/tokens.css.
_STYLE = """
:root { color-scheme: light dark; --ground: #f5f4f1; --surface: #fff; --line: #dcd9d2;
  --edge: #8b8a85; --text: #1b1e27; --muted: #565d6b; --accent: #a83f14; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --ground: #101218; --surface: #191c25;
  --line: #2c313f; --edge: #747d90; --text: #eef0f5; --muted: #a6aebd; --accent: #ffb27a;
  --on-accent: #2b1406 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100dvh; display: grid; place-content: center;
  grid-template-columns: minmax(0, 30rem); padding: 1rem; background: var(--ground);
  color: var(--text); font: 1rem/1.5 ui-sans-serif, system-ui, sans-serif }
main { padding: 2rem; border: 1px solid var(--line); border-radius: 1.25rem;
  background: var(--surface) }
img { width: 3rem; height: 3rem; display: block }
h1 { margin: 1rem 0 .5rem; font-size: 1.375rem; line-height: 1.25 }
p { margin: 0; color: var(--muted) }
form { display: grid; gap: .5rem; margin-top: 1.5rem }
label { font-weight: 600 }
input, button { min-height: 2.75rem; border-radius: .5rem; font: inherit }
input { width: 100%; padding: 0 .75rem; border: 1px solid var(--edge);
  background: var(--ground); color: var(--text) }
button { margin-top: .5rem; border: 0; background: var(--accent); color: var(--on-accent);
  font-weight: 650; cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
"""

_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def page_of(
    failure: Failure, asked: Mapping[str, str], *, root_path: str, was_given: bool
) -> HTMLResponse | None:
    """Return a failure of the guard as a page, if a person asked.

    Args:
        failure: the failure of the request.
        asked: the request's headers.
        root_path: path under which a proxy offers the service.
        was_given: whether the request's link had a token.

    Returns:
        The page; None for programs, and for failures that people can do nothing about.

    """
    if failure.body.code not in _ENGLISH.titles or not _prefers_html(asked.get("accept", "")):
        return None
    code = failure.body.code
    language = _language_of(asked.get("accept-language", ""))
    words = _LANGUAGES[language]
    text = words.texts[_WRONG if code == "token_needed" and was_given else code]
    # A form without an action goes to the requested address, whatever a proxy calls it.
    form = (
        f"""<form>
<label for="token">{escape(words.field)}</label>
<input id="token" name="token" required autofocus autocomplete="off" autocapitalize="none"
 spellcheck="false">
<button>{escape(words.button)}</button>
</form>"""
        if code != "host_not_allowed"
        else ""
    )
    page = f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>VibeluX</title>
<link rel="icon" href="{escape(root_path + ICON)}" type="image/svg+xml">
<style>{_STYLE}</style>
</head>
<body>
<main>
<img src="{escape(root_path + ICON)}" alt="">
<h1>{escape(words.titles[code])}</h1>
<p role="alert">{escape(text)}</p>
{form}
</main>
</body>
</html>
"""
    headers = {
        **failure.headers,
        **NOT_KEPT,
        "Content-Security-Policy": _POLICY,
        "Content-Language": language,
        "Vary": "Accept, Accept-Language, Cookie",
    }
    return HTMLResponse(page, failure.status, headers)


def token_in(given: str) -> str:
    """Return the token that a person gave, alone or as a whole link."""
    given = given.strip()
    if "token=" not in given:
        return given
    try:
        query = urlsplit(given).query
    except ValueError:  # it only looks like a link
        return given
    return parse_qs(query).get("token", [""])[0]


def _prefers_html(accept: str) -> bool:
    """Return whether a request prefers HTML to JSON, as a browser that opens an address does."""
    kinds = dict(_weighed(accept))

    def weight(kind: str) -> float:
        family = f"{kind.partition('/')[0]}/*"
        return next((kinds[known] for known in (kind, family, "*/*") if known in kinds), 0.0)

    return weight("text/html") > weight("application/json")


def _language_of(accept: str) -> str:
    """Return the language that a request prefers, among those available."""
    known = [
        (weight, tag.partition("-")[0])
        for tag, weight in _weighed(accept)
        if tag.partition("-")[0] in _LANGUAGES and weight > 0
    ]
    return max(known, key=lambda one: one[0], default=(0.0, "en"))[1]


def _weighed(header: str) -> list[tuple[str, float]]:
    """Return what a header accepts, with weights (RFC 9110, 12.4.2), in its order."""
    found = []
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if name:
            found.append((name, weight))
    return found
