"""How fast the service answers over 100,000 songs, and whether sound stalls: real HTTP.

`vibelux serve` runs in a process of its own; this one simulates the pages, over sockets:

- Four pages ask for recommendations for random moods, 20 songs each, one request after the other.
  Memory is the resident size of the server's process before and after them, read from ``/proc``
  and left out where there is none; so is its processor time.
- The library is searched, sorted and drawn as points.
- 50 players listen at once for `LISTEN` seconds, every fifth to a song that is decoded while it is
  sent. Each holds at most `BUFFER` seconds of sound, asks for it in ranges, and jumps once. A stall
  is a moment at which the sound to be played has not arrived.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from sqlalchemy import insert

from scan import processor_seconds, resident
from song import RATE, write_mp3
from vibelux.circumplex import affect_of
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, path_of, songs
from vibelux.library.schema_blobs import EMBEDDING, MOMENT, mood_of, vector_blob
from vibelux.model_statistics import ModelStatistics

MUSIC = ModelStatistics().songs

SONGS = 100_000
PAGES = 4
REQUESTS = 4000
PLAYERS = 50
DECODED_EVERY = 5
SECONDS = 120
LISTEN = 20.0
BUFFER = 8.0
PIECE = 4.0
"""Seconds of sound that are requested at once."""
START = 0.05
"""Seconds of sound with which a player begins: a file's header alone is not sound."""


def measure() -> dict[str, float]:
    """Return what `FIGURES` of run.py describe."""
    with tempfile.TemporaryDirectory(prefix="vibelux-service-") as name:
        home = Path(name)
        played = fill(home)
        with serving(home) as (port, process):
            return asyncio.run(figures(port, process, played))


async def figures(port: int, process: int, played: list[int]) -> dict[str, float]:
    """Drive a service and measure it."""
    await recommendations(port, 1000, seed=1)  # so that everything is loaded
    before, worked = resident(process), processor_seconds(process)
    began = time.perf_counter()
    times = await recommendations(port, REQUESTS, seed=2)
    elapsed = time.perf_counter() - began
    after, worked_since = resident(process), processor_seconds(process)
    found = {
        "service_requests_per_s": REQUESTS / elapsed,
        "service_p50_ms": 1000 * float(np.median(times)),
        "service_p99_ms": 1000 * float(np.percentile(times, 99)),
    }
    if before:
        found["service_cpu_ms"] = 1000 * (worked_since - worked) / REQUESTS
        found["service_memory_mb"] = after / 1e6
        found["service_memory_growth_mb"] = (after - before) / 1e6
    for name, path in (
        ("service_search_ms", "/api/v1/songs?search=night+{}&sort=artist"),
        ("service_map_ms", "/api/v1/songs/map"),
    ):
        found[name] = 1000 * await median_seconds(port, path)
    players = [Player(port, song, at=number / PLAYERS) for number, song in enumerate(played)]
    await asyncio.gather(*(player.listen() for player in players))
    found["service_stalls"] = sum(player.stalls for player in players)
    starts = [start for player in players for start in player.starts]
    found["service_start_p99_ms"] = 1000 * float(np.percentile(starts, 99))
    return found


class Page:
    """A connection that stays open."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> "Page":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, path: str, *, headers: str = "", body: bytes | None = None) -> bytes:
        """Return the body of a successful answer."""
        await self.begin(path, headers=headers, body=body)
        return await self._reader.readexactly(self.length)

    async def begin(self, path: str, *, headers: str = "", body: bytes | None = None) -> str:
        """Send a request and return the head of the answer; `read` takes what follows."""
        if body is not None:
            headers += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        method = "GET" if body is None else "POST"
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{headers}\r\n"
        self._writer.write(head.encode() + (body or b""))
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if not re.match(r"HTTP/1.1 20\d ", answer):
            raise RuntimeError(f"{path}: {answer}")
        self.length = number_in(answer, r"(?i)content-length: (\d+)")
        return answer

    async def read(self) -> int:
        """Return how many bytes have arrived, at least one."""
        return len(await self._reader.read(1 << 16))


async def recommendations(port: int, number: int, *, seed: int) -> list[float]:
    """Ask for songs for random moods and return how many seconds each answer took."""
    moods = iter(np.random.default_rng(seed).dirichlet(np.full(7, 0.5), number).tolist())
    times: list[float] = []

    async def page() -> None:
        async with Page(port) as asking:
            for mood in moods:
                body = json.dumps({"mood": mood, "n": 20}).encode()
                began = time.perf_counter()
                answer = await asking.ask("/api/v1/recommendations", body=body)
                times.append(time.perf_counter() - began)
                if answer.count(b'"reasons":[') != 20:
                    raise RuntimeError(f"no 20 songs: {answer[:300]!r}")

    await asyncio.gather(*(page() for _ in range(PAGES)))
    return times


async def median_seconds(port: int, path: str, *, number: int = 15) -> float:
    times = []
    async with Page(port) as page:
        await page.ask(path.format(0))
        for turn in range(number):
            began = time.perf_counter()
            await page.ask(path.format(turn))
            times.append(time.perf_counter() - began)
    return float(np.median(times))


@dataclass
class Player:
    """Someone who listens to a song for a while, as browsers do."""

    port: int
    song: int
    at: float  # share of a buffer's time after which it begins, so that not all begin at once
    stalls: int = 0
    starts: list[float] = field(default_factory=list)

    async def listen(self) -> None:
        """Listen, jumping once."""
        await asyncio.sleep(BUFFER * self.at)
        async with Page(self.port) as page:
            head = await page.begin(f"/api/v1/audio/{self.song}", headers="Range: bytes=0-0\r\n")
            await page.read()
            size = number_in(head, r"(?i)content-range: bytes 0-0/(\d+)")
            for start in (0.0, SECONDS / 2):
                await self._play(page, start, rate=size / SECONDS)

    async def _play(self, page: Page, start: float, *, rate: float) -> None:
        position = first = int(start * rate)
        began: float | None = None  # when the first sound arrived
        asked = time.perf_counter()
        while (have := (position - first) / rate) < LISTEN / 2:
            if began is not None:
                heard = time.perf_counter() - began
                if have + PIECE > heard + BUFFER:
                    await asyncio.sleep(have + PIECE - heard - BUFFER)
            last = position + int(PIECE * rate) - 1
            await page.begin(
                f"/api/v1/audio/{self.song}", headers=f"Range: bytes={position}-{last}\r\n"
            )
            left = page.length
            while left > 0:
                came = await page.read()
                now = time.perf_counter()
                if began is not None and now - began > (position - first) / rate:
                    self.stalls += 1
                    began = now - (position - first) / rate  # it waits, then goes on
                position += came
                left -= came
                if began is None and (position - first) / rate >= START:
                    began = now
                    self.starts.append(now - asked)


@contextmanager
def serving(home: Path) -> Iterator[tuple[int, int]]:
    """Run the real command and yield its port and its process id."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from vibelux.cli import main; main()"),
            *("serve", "--no-browser", "--port", "0", "--root", str(home)),
        ],
        env=os.environ | {"VIBELUX_HOME": str(home), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield number_in(process.stdout.readline(), r":(\d+)/"), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def number_in(text: str, pattern: str) -> int:
    """Return the number that a pattern's group finds in a text of the service."""
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"vibelux serve answered {text!r}")
    return int(found[1])


def fill(home: Path) -> list[int]:
    """Make a catalogue and return its playable songs; the files of others are empty."""
    music = home / "music"
    course = np.zeros(24, MOMENT)
    course["start"] = np.arange(24) * 10
    with Catalogue(home / "catalogue.sqlite") as catalogue:
        for rows in song_rows(music):
            for folder in {path_of(row["path"]).parent for row in rows}:
                folder.mkdir(parents=True)
            for row in rows:
                path_of(row["path"]).touch()
                course["mood"] = mood_of(row["mood"])
                row["course"] = course.tobytes()
            write(catalogue, rows)
        return write_sound(catalogue, music)


def song_rows(music: Path, *, together: int = 5000) -> Iterator[list[dict[str, Any]]]:
    """Yield `SONGS` rows of a catalogue, some at a time; their files do not exist."""
    rng = np.random.default_rng(0)
    moods = rng.dirichlet(np.full(7, 0.5), SONGS).astype(np.float32)
    affect = np.clip(affect_of(moods, MUSIC.affect) + rng.normal(0, 0.1, (SONGS, 2)), -1, 1)
    for first in range(0, SONGS, together):
        rows: list[dict[str, Any]] = []
        for number in range(first, first + together):
            embedding = rng.normal(size=96)
            rows.append(
                {
                    "path": path_bytes(music / f"{number // 1000:03}" / f"{number:06}.mp3"),
                    "content_hash": number.to_bytes(20, "big"),
                    "title": f"Song {number} of the night",
                    "artist": f"Artist {number * 7919 % 9001}",
                    "album": f"Album {number // 12}",
                    "duration": 200.0 + number % 100,
                    "mood": vector_blob(moods[number]),
                    "valence": float(affect[number, 0]),
                    "arousal": float(affect[number, 1]),
                    "embedding": vector_blob(embedding / np.linalg.norm(embedding), EMBEDDING),
                    "model": "benchmark",
                    "state": "ok",
                }
            )
        yield rows


def write_sound(catalogue: Catalogue, music: Path) -> list[int]:
    """Write a song for every player and return their ids."""
    plain, decoded = music / "plain.mp3", music / "decoded.aiff"
    write_mp3(plain, seconds=SECONDS)
    convert(plain, decoded)
    quiet = vector_blob(np.full(7, 1 / 7))
    first = SONGS + 1
    rows = []
    for number in range(PLAYERS):
        original = plain if number % DECODED_EVERY else decoded
        path = music / f"heard-{number}{original.suffix}"
        path.hardlink_to(original)
        rows.append(
            {
                "id": first + number,
                "path": path_bytes(path),
                "duration": float(SECONDS),
                "mood": quiet,
                "state": "ok",
            }
        )
    write(catalogue, rows)
    return list(range(first, first + PLAYERS))


def convert(source: Path, target: Path) -> None:
    """Write a song as AIFF, which browsers do not play."""
    with av.open(str(source)) as one, av.open(str(target), "w") as other:
        stream = other.add_stream("pcm_s16be", rate=RATE, layout="stereo")
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        for frame in one.decode(audio=0):
            for converted in resampler.resample(frame):
                other.mux(stream.encode(converted))


def write(catalogue: Catalogue, rows: list[dict[str, object]]) -> None:
    with catalogue.writing() as connection:
        connection.execute(insert(songs), rows)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
