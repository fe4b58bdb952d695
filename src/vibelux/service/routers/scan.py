"""The scan: start it, watch it, stop it; which folders there are to scan."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from vibelux.errors import CatalogueLocked
from vibelux.service.context import Context, Shared
from vibelux.service.failures import documented
from vibelux.service.folders import whole_path
from vibelux.service.scan_job import IS_RUNNING, RUNNING, ScanStatus
from vibelux.service.schemas_scan import FoldersOut, ScanAsked, ScanOut
from vibelux.service.text import sendable

router = APIRouter(tags=["scan"])

_EVERY = 0.25
"""Seconds between looks at the scan."""

_PATIENCE = 10.0
"""Seconds within which a scan of another process stops."""

_ALIVE = 15.0
"""Seconds of silence after which the stream says that it is alive."""


@router.get("/scan")
def status(shared: Shared) -> ScanOut:
    """Say how far the scan is."""
    return shared.scan_told


@router.post("/scan", status_code=202, responses=documented(403, 409, 413, 422, 503))
async def start(shared: Shared, asked: ScanAsked) -> ScanOut:
    """Scan a folder or the sample catalogue, or try failed files again.

    A scan that was stopped goes on where it was.
    """
    if shared.scan_told.state in RUNNING:
        raise CatalogueLocked(IS_RUNNING)
    if asked.only_failed:
        return ScanOut.of(await run_in_threadpool(shared.scan.start_retry))
    if asked.folder is None:
        return ScanOut.of(await run_in_threadpool(shared.scan.start, None, retry=asked.retry))
    folder = asked.folder

    def begin() -> ScanStatus:
        return shared.scan.start([shared.roots.allowed(folder)], retry=asked.retry)

    where = whole_path(folder)
    late = partial(_stop_late, shared)
    return ScanOut.of(await shared.disks.ask(begin, where=where, late=late))


@router.delete("/scan")
def stop(shared: Shared) -> ScanOut:
    """Stop the scan; what was analysed is kept."""
    stopped = ScanOut.of(shared.scan.stop())
    if shared.board is None or shared.scan_told.state not in RUNNING:
        return stopped if shared.board is None else shared.scan_told
    shared.board.ask_to_stop()
    until = time.monotonic() + _PATIENCE
    while shared.scan_told.state in RUNNING and time.monotonic() < until:
        time.sleep(_EVERY)
    return shared.scan_told


@router.get(
    "/scan/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "`progress` events, each a scan as of `GET /scan`; the last one has a "
            "state that is over, and the stream ends",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def events(shared: Shared) -> StreamingResponse:
    """Watch the scan."""
    return StreamingResponse(
        _events(shared), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.get("/folders", responses=documented(422, 503))
async def folders(
    shared: Shared,
    path: Annotated[
        str, Query(max_length=4096, description="as typed so far", examples=["~/Mus"])
    ] = "",
) -> FoldersOut:
    """Complete the path of a folder, inside of what may be scanned."""
    where = whole_path(path) if path.strip() else Path.home()
    found = await shared.disks.ask(partial(shared.roots.completions, path), where=where)
    return FoldersOut(folders=[sendable(str(folder)) for folder in found])


def _stop_late(shared: Context, _: ScanStatus) -> None:
    """Stop a scan whose start came after its answer."""
    shared.scan.stop(patience=0)


async def _events(shared: Context) -> AsyncIterator[str]:
    last, silent = "", 0.0
    yield "retry: 2000\n\n"
    while True:
        status = shared.scan_told
        # The passing of time alone is not news.
        told = status.model_dump_json(exclude={"seconds"})
        if told != last:
            last, silent = told, 0.0
            yield f"event: progress\ndata: {status.model_dump_json()}\n\n"
        elif silent >= _ALIVE:
            silent = 0.0
            yield ": still here\n\n"
        if status.state not in RUNNING or shared.stopping:
            return
        await asyncio.sleep(_EVERY)
        silent += _EVERY
