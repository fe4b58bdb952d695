"""Fixtures of the players' tests: songs that are real sound, a catalogue of them, a real MPD."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob


def write_tone(
    path: Path,
    seconds: float,
    *,
    hertz: float = 440.0,
    rate: int = 44100,
    layout: str = "stereo",
    **tags: str,
) -> None:
    """Write a tone, its format by the suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_tone(path.suffix, seconds, hertz, rate, layout, tuple(tags.items())))


@cache  # minutes of sound would be encoded anew for each of many tests
def _tone(
    suffix: str,
    seconds: float,
    hertz: float,
    rate: int,
    layout: str,
    tags: tuple[tuple[str, str], ...],
) -> bytes:
    codec = {".flac": "flac", ".wav": "pcm_s16le", ".mp3": "libmp3lame", ".opus": "libopus"}
    file = BytesIO()
    with av.open(file, "w", format=suffix[1:]) as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec[suffix], rate=rate, layout=layout)
        channels = stream.layout.nb_channels
        wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
        samples = np.tile((wave * 32767).astype(np.int16)[:, None], (1, channels))
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(
            format=stream.format.name, layout=layout, rate=rate, frame_size=stream.frame_size
        )
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            for packet in stream.encode(part):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()


@pytest.fixture
def tone() -> Callable[..., None]:
    return write_tone


Stock = Callable[..., list[Song]]


@pytest.fixture
def stock(tmp_path: Path) -> Stock:
    """A function that fills the catalogue of ``tmp_path`` with tones of given moods."""

    def fill(
        moods: Sequence[str], *, seconds: float = 1.0, folder: Path = tmp_path / "music"
    ) -> list[Song]:
        with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
            with catalogue.writing() as connection:
                for number, mood in enumerate(moods):
                    path = folder / f"{number:02}.flac"
                    write_tone(path, seconds, hertz=220 + 20 * number)
                    row = {
                        "path": path_bytes(path),
                        "title": f"Song {number}",
                        "artist": f"Artist {number}",
                        "state": "ok",
                        "duration": seconds,
                        "mood": vector_blob(parse_mood(mood)),
                    }
                    connection.execute(insert(songs).values(**row))
            return list(catalogue.songs())

    return fill


class Mpd:
    """A real MPD with a null output, its files in a folder of the test."""

    def __init__(
        self, folder: Path, music: Path, *, port: int = 0, password: str = "", more: str = ""
    ) -> None:
        self.music, self.folder = music, folder
        self.port = port or _free_port()
        self.socket = folder / "socket"
        permissions = 'default_permissions "read"\n' if password else ""
        if password:
            permissions += f'password "{password}@read,add,control,admin"\n'
        (folder / "mpd.conf").write_text(
            f'music_directory "{music}"\n'
            f'db_file "{folder / "db"}"\nstate_file "{folder / "state"}"\n'
            f'bind_to_address "127.0.0.1"\nbind_to_address "{self.socket}"\nport "{self.port}"\n'
            f'zeroconf_enabled "no"\nauto_update "no"\n{permissions}{more}'
            'audio_output {\n  type "null"\n  name "silence"\n}\n'
        )
        self.process: subprocess.Popen[bytes] | None = None
        self._clients = []
        self.start()

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [shutil.which("mpd") or "mpd", "--no-daemon", str(self.folder / "mpd.conf")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        while self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port)):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        while self._clients:
            self._clients.pop().disconnect()
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def client(self):
        """A client of another program, once MPD has looked at its files."""
        mpd = pytest.importorskip("mpd")
        client = mpd.MPDClient()
        client.timeout = None
        client.connect("127.0.0.1", self.port)
        while "updating_db" in client.status():
            time.sleep(0.02)
        self._clients.append(client)
        return client

    def titles(self) -> list[str]:
        """The files in the queue, by name."""
        return [Path(entry["file"]).stem for entry in self.client().playlistinfo()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start_mpd() -> Iterator[Callable[..., Mpd]]:
    """A function that starts MPD on a folder of music; tests are skipped where it is absent."""
    pytest.importorskip("mpd", reason="python-mpd2 is not installed")
    if shutil.which("mpd") is None:
        pytest.skip("MPD is not installed (on Debian: apt-get install mpd)")
    running: list[Mpd] = []
    with tempfile.TemporaryDirectory(prefix="mpd-", ignore_cleanup_errors=True) as folder:

        def start(music: Path, **options: object) -> Mpd:
            home = Path(folder) / str(len(running))  # short: a socket's path is at most 107 bytes
            home.mkdir()
            running.append(Mpd(home, music, **options))
            return running[-1]

        yield start
        for server in running:
            server.stop()
