"""A real Supysonic server, and a small one that speaks tokens and misbehaves on request."""

import hashlib
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import av
import numpy as np
import pytest

from vibelux.library.catalogue import Catalogue
from vibelux.library.workers_process import Analyser

if find_spec("httpx") is None or find_spec("keyring") is None:  # they need the subsonic extra
    collect_ignore_glob = ["test_*.py"]
else:
    from vibelux.servers.client import Client
    from vibelux.servers.http import Patience
    from vibelux.servers.login import Login
    from vibelux.servers.scan import scan_server

    QUICK = Patience(connect=2, read=1, slowest=1000, grace=0.5, attempts=2, pause=0.01)

HERE = Path(__file__).parent
LIBRARY = HERE.parent / "library"


def write_song(path, hertz=440.0, seconds=12.0, **tags):
    rate = 16000
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    with path.open("wb") as file, av.open(file, "w", format="flac") as out:
        out.metadata.update({"album": "Album", "artist": "Artist", "title": path.stem} | tags)
        stream = out.add_stream("flac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray((wave[None] * 32767).astype(np.int16), "s16", "mono")
        frame.sample_rate = rate
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


class Supysonic:
    """The running server: ``url``, ``music`` (its folder) and `scan`."""

    def __init__(self, folder):
        self.music = folder / "music"
        self.music.mkdir()
        self.process = None
        self.folder = folder

    def start(self, port=0):
        """Start on a port (0: any) with a new database, in which songs get new ids."""
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "supysonic_server.py"), str(self.folder), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        port = self.process.stdout.readline().strip()
        assert port.isdigit(), "supysonic has not started"
        self.url = f"http://127.0.0.1:{port}"

    def scan(self):
        self.process.stdin.write("scan\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def rebuild(self, port=None):
        """Lose the database; on another port it is another address as well."""
        self.stop()
        self.start(int(self.url.rpartition(":")[2]) if port is None else port)


def started(folder):
    """Yield Supysonic with the songs ``low`` and ``high`` of one album."""
    pytest.importorskip("supysonic", reason="needs supysonic")
    pytest.importorskip("waitress", reason="needs waitress")
    server = Supysonic(folder)
    write_song(server.music / "low.flac", 60, track="1", date="1999", genre="Folk")
    write_song(server.music / "high.flac", 3000, track="2", date="1999", genre="Folk")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def supysonic(tmp_path_factory):
    """A server that many tests ask."""
    yield from started(tmp_path_factory.mktemp("supysonic"))


@pytest.fixture
def own_supysonic(tmp_path_factory):
    """A server of one's own."""
    yield from started(tmp_path_factory.mktemp("supysonic"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        fake = self.server.fake
        parts = urlsplit(self.path)
        self.endpoint = parts.path.removeprefix("/rest/")
        self.pairs = parse_qsl(parts.query, keep_blank_values=True)
        self.params = dict(self.pairs)
        fake.asked.append((self.endpoint, self.pairs))
        try:
            if self.endpoint in fake.hooks:
                fake.hooks[self.endpoint](self)
            elif (code := fake.refusal(self.params)) is not None:
                self.refuse(code, "no entry")
            else:
                getattr(fake, self.endpoint)(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send(self, body, *, status=200, kind="application/json", length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def answer(self, **content):
        content = {"status": "ok", "version": "1.16.1", "openSubsonic": True} | content
        self.send(json.dumps({"subsonic-response": content}).encode())

    def refuse(self, code, message):
        self.answer(status="failed", error={"code": code, "message": message})


class Fake:
    """A server with songs whose content is given, and playlists.

    ``hooks`` maps an endpoint to a function that answers instead; ``asked`` lists all requests.
    """

    user, password, key = "me", "sésame", "a-key-of-mine"

    def __init__(self):
        self.songs = {}
        self.lists = {}
        self.hooks = {}
        self.asked = []
        self.scrobbles = []
        self.page = 500
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.fake = self
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def add(self, song_id, content=None, **entry):
        content = f"song {song_id}".encode() if content is None else content
        values = {"id": song_id, "title": f"T{song_id}", "artist": "A", "size": len(content)}
        values |= {"suffix": "mp3", "type": "music", "isDir": False, "duration": 12}
        self.songs[song_id] = (values | entry, content)

    def times(self, endpoint):
        return sum(asked == endpoint for asked, _ in self.asked)

    def refusal(self, params):
        if "apiKey" in params:
            return None if params["apiKey"] == self.key and "u" not in params else 44
        if "p" in params:
            given = bytes.fromhex(params["p"].removeprefix("enc:")).decode()
            return None if given == self.password else 40
        token = hashlib.md5((self.password + params["s"]).encode()).hexdigest()
        return None if (params["u"], params["t"]) == (self.user, token) else 40

    def ping(self, request):
        request.answer(type="fake", serverVersion="1")

    def search3(self, request):
        offset = int(request.params["songOffset"])
        count = min(int(request.params["songCount"]), self.page)
        found = [entry for entry, _ in self.songs.values()][offset : offset + count]
        request.answer(searchResult3={"song": found} if found else {})

    def getAlbumList2(self, request):
        played = [entry for entry, _ in self.songs.values() if entry.get("played")]
        assert request.params["type"] == "recent"
        request.answer(albumList2={"album": [{"id": "album"}] if played else []})

    def getAlbum(self, request):
        request.answer(album={"song": [entry for entry, _ in self.songs.values()]})

    def getSong(self, request):
        if request.params["id"] in self.songs:
            request.answer(song=self.songs[request.params["id"]][0])
        else:
            request.refuse(70, "not found")

    def download(self, request):
        request.send(self.songs[request.params["id"]][1], kind="audio/mpeg")

    def stream(self, request):
        assert request.params["format"] == "raw"
        self.download(request)

    def scrobble(self, request):
        self.scrobbles.append((request.params["id"], request.params["submission"]))
        request.answer()

    def getPlaylists(self, request):
        request.answer(playlists={"playlist": [entry for entry, _ in self.lists.values()]})

    def getPlaylist(self, request):
        if (found := self.lists.get(request.params["id"])) is None:
            request.refuse(70, "not found")
            return
        entry, ids = found
        request.answer(
            playlist=entry | {"entry": [self.songs[i][0] for i in ids if i in self.songs]}
        )

    def createPlaylist(self, request):
        ids = [value for name, value in request.pairs if name == "songId"]
        if any(song_id not in self.songs for song_id in ids):
            request.refuse(70, "not found")
            return
        list_id = request.params.get("playlistId")
        if list_id is None:
            list_id = f"list-{len(self.lists)}"
            entry = {"id": list_id, "name": request.params["name"], "owner": self.user}
            self.lists[list_id] = (entry, ids)
        elif list_id in self.lists:
            self.lists[list_id] = (self.lists[list_id][0], ids)
        else:
            request.refuse(70, "not found")
            return
        request.answer(playlist=self.lists[list_id][0])

    def updatePlaylist(self, request):
        entry, ids = self.lists[request.params["playlistId"]]
        ids += [value for name, value in request.pairs if name == "songIdToAdd"]
        if "comment" in request.params:
            entry["comment"] = request.params["comment"]
        request.answer()


@pytest.fixture
def fake():
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def client(fake):
    with Client(Login(fake.url, fake.user), fake.password, patience=QUICK) as client:
        yield client


@pytest.fixture
def catalogue(tmp_path):
    with Catalogue(tmp_path / "home" / "catalogue.sqlite", busy_timeout=0.2) as catalogue:
        yield catalogue


@pytest.fixture
def stand_in(monkeypatch, forked_workers):
    """An analyser that finds a song in any bytes that do not begin with ``bad``."""
    monkeypatch.syspath_prepend(str(LIBRARY))
    return Analyser("scan_analysers:analyser", "stand-in-1")


@pytest.fixture
def run(client, catalogue, stand_in):
    """Scan the fake server with the stand-in analyser."""

    def scan_it(model="stand-in-1", **options):
        options = {"workers": 1, "song_timeout": 30.0} | options
        analyser = Analyser(stand_in.factory, model)
        return scan_server(client, catalogue, analyser=analyser, **options)

    return scan_it
