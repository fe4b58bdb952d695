"""What a page has sent: to whom, and that no picture of a face is in it."""

import json
import re

from .watched import Watched


def assert_only_moods_left(seen: Watched, url: str) -> None:
    """Look at every request: where it went, and what it carried.

    Args:
        seen: the page, with all its requests.
        url: of the service, ending in a slash.

    """
    described = seen.page.request.get(f"{url}openapi.json").json()
    known = [re.sub(r"\{\w+\}", "[^/]+", path) for path in described["paths"]]
    for ask in seen.asked:
        if ask.url.startswith(("blob:", "data:")):
            assert ask.method == "GET"
            continue
        assert ask.url.startswith(url), ask.url
        path, _, query = ask.url.removeprefix(url.rstrip("/")).partition("?")
        assert len(query) < 200, ask.url
        if ask.method == "GET":
            assert ask.body == b""
            continue
        assert any(re.fullmatch(pattern, path) for pattern in known), path
        # A mood, and how it is to be used: numbers and words. The smallest picture of a face that
        # the models read has 2,304 bytes.
        assert len(ask.body) < 1_000, ask
        sent = json.loads(ask.body or b"{}")
        assert all(len(v) <= 7 for v in sent.values() if isinstance(v, list)), sent
        assert all(len(v) < 40 for v in sent.values() if isinstance(v, str)), sent
