"""The API's errors: always ``{"error": {"code", "message", "hint"}}``."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from vibelux.errors import (
    AudioError,
    CatalogueEmpty,
    CatalogueError,
    CatalogueLocked,
    FilesUnreachable,
    InvalidInput,
    ModelError,
    NotComparable,
    PlaylistError,
    ProfileError,
    VibeluxError,
)
from vibelux.service.error_codes import ErrorCode, error_code
from vibelux.service.text import sendable

logger = logging.getLogger("vibelux.service")

STATUS_OF: tuple[tuple[type[VibeluxError], int], ...] = (
    (InvalidInput, 422),
    (AudioError, 415),
    (CatalogueEmpty, 409),
    (CatalogueLocked, 409),
    (NotComparable, 409),
    (CatalogueError, 503),
    (ProfileError, 503),
    (PlaylistError, 503),
    (ModelError, 503),
    (FilesUnreachable, 503),
)
"""The first match counts; other errors are 500."""

_STATUS_OF_AUDIO = {"vanished": 404, "no_permission": 403, "unreachable": 503}

_HINTS = {
    400: "send a valid request; /openapi.json describes them all",
    401: "open the link that vibelux serve printed",
    403: "open the page from the address that vibelux serve printed",
    404: "see /openapi.json for all addresses",
    405: "see /openapi.json for the methods of each address",
    408: "send the request again",
    409: "wait until it is done, or stop it",
    413: "send less at once",
    415: "send JSON with the header Content-Type: application/json",
    416: "ask for a range inside the file",
    422: "correct the value and send it again",
    429: "wait a moment and try again",
    431: "send fewer and shorter headers; deleting this address's cookies may help",
    500: "try again; the log of vibelux serve says more",
    503: "try again; the log of vibelux serve says more",
}


_SAID: dict[int, tuple[ErrorCode, str]] = {
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address has no such method"),
    416: ("range_not_satisfiable", "the range lies outside of the file"),
}
"""What a library's answers say here."""


class ErrorBody(BaseModel):
    """What went wrong."""

    code: ErrorCode = Field(description="one stable word", examples=["song_unknown"])
    message: str = Field(
        description="what was wrong, for people", examples=["there is no song with id 7"]
    )
    hint: str = Field(description="what to do", examples=["search again: the library has changed"])


class ErrorShape(BaseModel):
    """The body of every answer that is not a success."""

    model_config = ConfigDict(title="Error")

    error: ErrorBody


class Failure(Exception):
    """A request that cannot be answered.

    Args:
        status: HTTP status, 400 or above.
        code: one stable word; the page has a sentence for it.
        message: what was wrong.
        hint: what to do; None for the usual hint of the status.
        headers: headers of the answer.

    """

    def __init__(
        self,
        status: int,
        code: ErrorCode,
        message: str,
        hint: str | None = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(code=code, message=message, hint=hint or _HINTS[status])
        self.headers = headers or {}

    def response(self) -> JSONResponse:
        """Return the answer."""
        return JSONResponse(
            {"error": self.body.model_dump()}, self.status, {**self.headers, **NOT_KEPT}
        )


NOT_KEPT = {"Cache-Control": "no-store"}


def failure_of(error: VibeluxError) -> Failure:
    """Return the API's failure for an error of the library."""
    status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), 500)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    if isinstance(error, AudioError):
        status, name = _STATUS_OF_AUDIO.get(error.code, status), f"audio_{error.code}"
    message, _, hint = sendable(str(error)).partition("; ")
    if isinstance(error, CatalogueEmpty):
        hint = "scan a folder with music, or the sample catalogue"
    return Failure(status, error_code(name), message, hint or None)


def of_status(status: int, message: str, headers: Mapping[str, str]) -> Failure:
    """Return the answer for a status that a library chose.

    Args:
        status: HTTP status; one that has no words here becomes 400.
        message: the library's message.
        headers: the library's headers.

    """
    if status >= 500:
        return unexpected()
    status = status if status in _SAID else 400
    code, said = _SAID.get(status, ("bad_request", message))
    return Failure(status, code, said, headers=dict(headers))


def unexpected() -> Failure:
    """Return the answer to a mistake of ours; it reveals no internals."""
    return Failure(500, "internal_error", "something went wrong inside VibeluX")


def install(app: FastAPI) -> None:
    """Give all errors of an app the same shape."""

    @app.exception_handler(Failure)
    async def _failure(_: Request, failure: Failure) -> JSONResponse:
        return failure.response()

    @app.exception_handler(VibeluxError)
    async def _stated(_: Request, error: VibeluxError) -> JSONResponse:
        failure = failure_of(error)
        if failure.status >= 500:
            logger.error("%s", error)
        return failure.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return Failure(422, "invalid_request", _first_of(error)).response()

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        return of_status(error.status_code, str(error.detail), error.headers or {}).response()


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of an operation's errors, for FastAPI."""
    return {
        status: {"model": ErrorShape, "description": HTTPStatus(status).phrase}
        for status in statuses
    }


def _first_of(error: RequestValidationError) -> str:
    """Return the first thing that is wrong with a request, and where it is."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "the body is not valid JSON"
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
