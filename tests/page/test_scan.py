"""The scan as the page shows it, also where a stream of events does not get through."""

import re

import httpx
import pytest


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "asking"])
def test_a_scan_is_followed_to_its_end(open_page, new_service, stream):
    """Some proxies let no stream through: then the page asks, and nobody sees a difference."""
    seen = open_page(f"{new_service.url}#/library")
    page = seen.page
    if not stream:
        seen.expected.append("ERR_FAILED")
        page.route("**/api/v1/scan/events", lambda route: route.abort())
    page.get_by_role("button", name=re.compile("sample")).click()
    page.locator(".scan-figures").filter(has_text=re.compile(r"\d of 14\b")).wait_for()
    ended = page.locator(".scan-ended").filter(has_text=re.compile(r"\b14\b"))
    ended.wait_for(timeout=120_000)
    assert page.get_by_role("progressbar").count() == 0
    assert httpx.get(f"{new_service.url}api/v1/scan", timeout=None).json()["state"] == "done"
    page.get_by_text("Sunny brass", exact=True).wait_for()
    asked = [ask for ask in seen.asked if ask.method == "GET" and ask.url.endswith("/api/v1/scan")]
    assert (len(asked) > 1) is not stream  # once when the page opens
