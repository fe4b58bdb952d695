"""Every code that the service can give is known to the page, and stands in the documents."""

import re
from pathlib import Path

from vibelux.errors import AudioError, CatalogueLocked, VibeluxError
from vibelux.service.error_codes import CODES, error_code
from vibelux.service.failures import STATUS_OF, failure_of, of_status

SERVICE_MD = Path(__file__).parents[2] / "docs" / "service.md"


def test_all_codes_are_documented():
    text = SERVICE_MD.read_text(encoding="utf-8")
    table = text[text.index("| status | codes |") : text.index("HEAD works")]
    assert set(re.findall(r"`([a-z_]+)`", table)) == CODES


def test_errors_of_the_library_have_codes_of_their_own():
    for kind, _ in STATUS_OF:
        error = kind("x", code="damaged") if kind is AudioError else kind("x")
        assert failure_of(error).body.code != "internal_error", kind
    assert failure_of(CatalogueLocked("busy; wait")).body.code == "catalogue_locked"
    assert failure_of(VibeluxError("odd")).body.code == "internal_error"
    assert error_code("no_such_code") == "internal_error"


def test_statuses_that_a_library_chose_become_codes():
    for status, code in ((404, "not_found"), (418, "bad_request"), (500, "internal_error")):
        assert of_status(status, "as it says", {}).body.code == code
