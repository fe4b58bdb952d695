"""A real server on a free port, over a small catalogue of real files."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.circumplex import affect_of
from vibelux.database_url import DatabaseUrl
from vibelux.emotions import EMOTIONS, parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, MOMENT, vector_blob
from vibelux.library.workers_process import Analyser
from vibelux.samples.rendering import Format, write_audio
from vibelux.service.app import create_app
from vibelux.service.context import Context
from vibelux.service.folders import Roots
from vibelux.service.server import Server
from vibelux.settings import Settings

SECONDS = 3.0

PLACES = np.array(
    [[-1, 1], [-0.8, 0.3], [-0.9, 0.8], [1, 1], [0.5, -1], [-0.9, -1], [0.4, 0.7]], np.float32
)
"""Valence and arousal of the songs of each emotion, whatever the shipped model says of it."""

FILES = {
    "happy": (Format(".mp3", "mp3", "libmp3lame", "fltp", 44_100, 128_000), "happy"),
    "glad": (Format(".flac", "flac", "flac", "s16", 44_100), "happy=0.7,neutral=0.3"),
    "sad": (Format(".wav", "wav", "pcm_s16le", "s16", 44_100), "sad"),
    "angry": (Format(".aiff", "aiff", "pcm_s16be", "s16", 44_100), "angry"),
    "calm": (Format(".m4a", "ipod", "alac", "s16p", 44_100), "neutral"),
    "tender": (Format(".wma", "asf", "wmav2", "fltp", 44_100, 128_000), "neutral=0.6,sad=0.4"),
}


def tone() -> np.ndarray:
    """Two channels: a rising tone, so that every moment sounds unlike the others."""
    seconds = np.arange(round(SECONDS * 44_100)) / 44_100
    sweep = 0.4 * np.sin(2 * np.pi * (200 + 150 * seconds) * seconds)
    return np.stack([sweep, 0.5 * sweep]).astype(np.float32)


@dataclass
class Service:
    client: httpx.Client
    context: Context
    music: Path
    ids: dict[str, int]
    url: str


@contextmanager
def running(
    home: Path,
    root: Path,
    *,
    token: str | None = None,
    names: Sequence[str] = (),
    root_path: str = "",
    analyser: Analyser | None = None,
    listener: socket.socket | None = None,
    models: Mapping[str, Path] | None = None,
    database: DatabaseUrl | None = None,
    **limits: Any,
) -> Iterator[tuple[Context, str]]:
    """Run the app on a free port in a thread and yield its context and address."""
    settings = Settings(home, workers=1, song_timeout=30.0, database=database, **(models or {}))
    context = Context.open(settings, Roots.of([root]), analyser=analyser)
    app = create_app(context, token=token, names=names, root_path=root_path)
    listener = listener or socket.create_server(("127.0.0.1", 0), backlog=256)
    port = listener.getsockname()[1]
    server = Server(app, context, **limits)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield context, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def fill(catalogue: Catalogue, music: Path) -> dict[str, int]:
    """Write the songs of `FILES` and return their ids by name."""
    music.mkdir(exist_ok=True)
    ids = {}
    rng = np.random.default_rng(1)
    for number, (name, (file_format, text)) in enumerate(FILES.items()):
        path = music / f"{name}{file_format.suffix}"
        write_audio(path, tone(), file_format=file_format, tags={"title": name})
        mood = parse_mood(text)
        valence, arousal = affect_of(mood, PLACES).tolist()
        course = np.zeros(2, MOMENT)
        course["mood"], course["start"], course["tension"] = mood, [0, 10], [0.5, np.nan]
        embedding = rng.normal(size=4)
        row = {
            "path": path_bytes(path),
            "title": name.title(),
            "artist": "Élodie" if number % 2 else "Bo",
            "album": "Erstes Übel",
            "state": "ok",
            "mood": vector_blob(mood),
            "valence": valence,
            "arousal": arousal,
            "course": course.tobytes(),
            "embedding": vector_blob(embedding / np.linalg.norm(embedding), EMBEDDING),
            "duration": SECONDS,
            "model": "music-1",
            "content_hash": bytes([number]) * 20,
        }
        with catalogue.writing() as connection:
            ids[name] = connection.execute(insert(songs).values(**row)).inserted_primary_key[0]
    return ids


@pytest.fixture
def analyser(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    forked_workers: None,
) -> Analyser:
    """The analyser ``made`` of the code in the test module's `ANALYSER`, for workers to import."""
    module = f"{request.module.__name__.rpartition('.')[2]}_analyser"
    code = tmp_path / "code"
    code.mkdir()
    (code / f"{module}.py").write_text(request.module.ANALYSER)
    monkeypatch.syspath_prepend(str(code))
    monkeypatch.setenv("PYTHONPATH", str(code))
    return Analyser(f"{module}:made", "music-test", None)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("service")
    music = home / "music"
    with Catalogue(home / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, music)
    with running(home, home) as (context, url), httpx.Client(base_url=url, timeout=None) as client:
        yield Service(client, context, music, ids, url)


def error(response: httpx.Response, status: int) -> dict[str, str]:
    """Return the error of an answer, which has the one shape and the headers of all answers."""
    assert response.status_code == status, response.text
    assert response.headers["content-security-policy"].startswith("default-src 'self'")
    body = response.json()
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"code", "message", "hint"}
    assert all(body["error"].values())
    return body["error"]


def mood(**shares: float) -> list[float]:
    return [shares.get(name, 0.0) for name in EMOTIONS]
