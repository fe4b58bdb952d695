"""The page's files, and the models that it runs in the browser."""

import os
from html import escape
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

from vibelux.models import WEIGHTS
from vibelux.service.context import Shared
from vibelux.service.failures import Failure, documented

BUILT = Path(__file__).with_name("page")
"""Where the build puts the page's files."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
"""Some systems' registries have other types, with which browsers refuse the files."""

models = APIRouter(prefix="/models", tags=["models"])


@models.get(
    "/{name}",
    response_class=FileResponse,
    responses={200: {"description": "the file"}, **documented(404, 422)},
)
def model(
    shared: Shared, name: Literal["detector.onnx", "detector.json", "face.onnx", "face.json"]
) -> FileResponse:
    """Send a model that reads faces in the browser, or its card."""
    path = WEIGHTS / name
    if name.startswith("face") and shared.settings.face_model is not None:
        path = shared.settings.face_model.with_suffix(Path(name).suffix)
    if not path.is_file():
        raise Failure(404, "model_missing", f"there is no {name}", "install VibeluX again")
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


class _PageFiles(StaticFiles):
    """The built page; what is in ``assets`` has a hash in its name and never changes."""

    def file_response(
        self,
        full_path: PathLike,
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        path = Path(full_path)
        lasting = path.parent.name == "assets" and status_code == 200
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if lasting else "no-cache"
        )
        if path.suffix in _TYPES:
            response.headers["Content-Type"] = _TYPES[path.suffix]
        return response


def install(app: FastAPI) -> None:
    """Serve the built page or, if it was not built, a plain one that lists the API."""
    if (BUILT / "index.html").is_file():
        app.mount("/", _PageFiles(directory=BUILT, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    def plain() -> HTMLResponse:
        return HTMLResponse(_plain_page(app))


def _plain_page(app: FastAPI) -> str:
    rows = "\n".join(
        f"<tr><td><code>{method} {escape(path)}</code></td><td>{escape(summary)}</td></tr>"
        for path, operations in app.openapi()["paths"].items()
        for method, summary in (
            (name.upper(), operation.get("description", "").partition("\n")[0])
            for name, operation in operations.items()
        )
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>VibeluX</title>
<h1>VibeluX</h1>
<p>The service is running. This installation has no page; programs can use its API,
described in <a href="openapi.json">openapi.json</a>.</p>
<p>No address takes pictures: a face is read where the camera is, and only seven numbers
arrive here.</p>
<table>
<caption>What the API offers</caption>
<thead><tr><th scope="col">Address</th><th scope="col">What it does</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</html>
"""
