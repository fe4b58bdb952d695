"""Pages that stand for themselves: no script, and nothing to load but the icon.

People see them where the real page cannot be shown yet: without the token, or before a phone
trusts this machine.
"""

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from fastapi.responses import HTMLResponse

from vibelux.service.failures import NOT_KEPT

ICON = "/icon.svg"
"""Served without a token, since these pages and browsers that install the app show it."""

LANGUAGES = ("en", "de")

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
ol { margin: 1rem 0; padding-left: 1.25rem } li { margin: .5rem 0;
  overflow-wrap: anywhere }
p + p { margin-top: 1rem }
summary { font-weight: 600; min-height: 2.75rem; display: list-item; align-content: center }
code { overflow-wrap: anywhere }
a { color: var(--accent) }
a.button { display: grid; place-content: center; min-height: 2.75rem; margin: 1rem 0;
  padding: 0 1rem; border-radius: .5rem; background: var(--accent); color: var(--on-accent);
  font-weight: 650; text-decoration: none }
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
"""The content security policy of such a page."""


def plain_page(
    title: str,
    body: str,
    *,
    language: str,
    root_path: str = "",
    status: int = 200,
    headers: Mapping[str, str],
) -> HTMLResponse:
    """Return a page, which is kept nowhere.

    Args:
        title: its heading.
        body: HTML below it.
        language: such as ``en``.
        root_path: path under which a proxy offers the service.
        status: of the answer.
        headers: more than those of all such pages.

    """
    icon = escape(root_path + ICON)
    page = f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>VibeluX</title>
<link rel="icon" href="{icon}" type="image/svg+xml">
<style>{_STYLE}</style>
</head>
<body>
<main>
<img src="{icon}" alt="">
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
    every = {**NOT_KEPT, "Content-Security-Policy": _POLICY, "Content-Language": language}
    return HTMLResponse(page, status, {**headers, **every})


def language_of(accept: str) -> str:
    """Return the one of `LANGUAGES` that a request prefers.

    Args:
        accept: the header Accept-Language.

    """
    found = [
        (weight, tag.partition("-")[0])
        for tag, weight in weighed(accept)
        if tag.partition("-")[0] in LANGUAGES and weight > 0
    ]
    return max(found, key=lambda one: one[0], default=(0.0, "en"))[1]


def weighed(header: str) -> list[tuple[str, float]]:
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
