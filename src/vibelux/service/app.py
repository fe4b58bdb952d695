"""The app: routers, errors and guard around one context."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from vibelux import __version__
from vibelux.service import failures, page
from vibelux.service.context import Context
from vibelux.service.guard import Guard
from vibelux.service.routers import (
    audio,
    health,
    moods,
    playlists,
    recommendations,
    scan,
    songs,
)

_DESCRIPTION = """Songs that fit a mood, from the library of the machine that serves.

A *mood* is seven numbers that sum to 1, in the order angry, disgust, fear, happy, neutral, sad,
surprise. No address takes pictures. Every answer that is no success has the body
`{"error": {"code", "message", "hint"}}`."""


def create_app(
    context: Context,
    *,
    token: str | None = None,
    names: Collection[str] = (),
    root_path: str = "",
) -> FastAPI:
    """Return the app.

    Args:
        context: what it serves; closed when the app ends.
        token: that requests must carry; None where only this machine can ask.
        names: by which a proxy makes the service known.
        root_path: path under which a proxy shows it, such as ``/vibelux``; "": none.

    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(context.close)

    app = FastAPI(
        title="VibeluX",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation,
        redirect_slashes=False,
    )
    app.state.context = context
    failures.install(app)
    api = APIRouter(
        prefix="/api/v1", responses=failures.documented(400, 401, 403, 404, 405, 429, 500)
    )
    for part in (health, songs, moods, recommendations, scan, playlists, audio):
        api.include_router(part.router)
    api.include_router(page.models)
    app.include_router(api)
    page.install(app)
    app.add_middleware(Guard, token=token, names=names, root_path=root_path)
    return app


def _operation(route: APIRoute) -> str:
    """Name an operation by its function: the names of a generated client."""
    return route.name
