"""FastAPI tells nobody of requests, whatever the environment asks for."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from vibelux.library.catalogue import Catalogue

from .conftest import running

trace = pytest.importorskip("opentelemetry.trace", reason="this FastAPI has no telemetry")


def test_requests_make_no_spans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    class Tracer(trace.NoOpTracer):
        def start_span(self, name: str, *arguments: Any, **options: Any) -> Any:
            begun.append(name)
            return super().start_span(name, *arguments, **options)

    class Provider(trace.TracerProvider):
        def get_tracer(self, *_: Any, **__: Any) -> Any:
            return Tracer()

    monkeypatch.setattr(trace, "get_tracer_provider", lambda: Provider())
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with Catalogue(tmp_path / "catalogue.sqlite"):
        pass
    with running(tmp_path, tmp_path) as (_, url), httpx.Client(base_url=url) as client:
        assert client.get("/api/v1/songs").status_code == 200
        assert client.get("/api/v1/nothing").status_code == 404
    assert begun == []
