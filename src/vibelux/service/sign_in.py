"""What people see where a program gets an error of the guard: a page that asks for the token."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qs, urlsplit

from fastapi.responses import HTMLResponse

from vibelux.service.failures import Failure
from vibelux.service.plain_page import language_of, plain_page, weighed

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
    language = language_of(asked.get("accept-language", ""))
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
    body = f'<p role="alert">{escape(text)}</p>\n{form}'
    return plain_page(
        words.titles[code],
        body,
        language=language,
        root_path=root_path,
        status=failure.status,
        headers={**failure.headers, "Vary": "Accept, Accept-Language, Cookie"},
    )


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
    kinds = dict(weighed(accept))

    def weight(kind: str) -> float:
        family = f"{kind.partition('/')[0]}/*"
        return next((kinds[known] for known in (kind, family, "*/*") if known in kinds), 0.0)

    return weight("text/html") > weight("application/json")
