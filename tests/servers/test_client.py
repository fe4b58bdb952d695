import logging
import socket
import threading
import time

import pytest

from vibelux.errors import ServerError, ServerRefused, ServerUnreachable
from vibelux.servers.client import Client
from vibelux.servers.entries import ServerSong
from vibelux.servers.http import Patience
from vibelux.servers.login import Login

QUICK = Patience(connect=2, read=1, slowest=1000, grace=0.5, attempts=2, pause=0.01)
SECRETS = ("sésame", "s%C3%A9same", "sésame".encode().hex(), "a-key-of-mine")


def text_of(error):
    """All that a traceback would show."""
    parts = []
    while error is not None:
        parts += [repr(error), str(getattr(error, "request", ""))]
        request = getattr(error, "_request", None)
        parts += [str(request.url), repr(request)] if request is not None else []
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


def songs(client):
    return [song.id for song in client.songs()]


def test_a_real_server_that_knows_no_tokens(supysonic):
    with Client(Login(supysonic.url, "me"), "sésame") as client:
        with pytest.raises(ServerRefused, match="log in with --password-auth") as caught:
            client.ping()
        assert caught.value.code == 42
    with Client(Login(supysonic.url, "me", "password"), "sésame") as client:
        assert client.ping().version == "1.12.0"
        low, high = sorted(client.songs(), key=lambda song: song.track)
        assert (low.title, low.artist, low.album, low.track) == ("low", "Artist", "Album", 1)
        assert (high.year, high.genre, high.duration, high.suffix) == (1999, "Folk", 12, "flac")
        assert low.size == (supysonic.music / "low.flac").stat().st_size
        assert client.has_song(low.id)
        client.scrobble(low.id)
    with (
        Client(Login(supysonic.url, "me", "password"), "wrong one") as client,
        pytest.raises(ServerRefused, match="Wrong username or password") as caught,
    ):
        client.ping()
    assert caught.value.code == 40
    assert "wrong one" not in text_of(caught.value)


def test_a_real_song_comes_whole(supysonic, tmp_path):
    with Client(Login(supysonic.url, "me", "password"), "sésame") as client:
        for song in client.songs():
            size = client.fetch(song, tmp_path / "song", largest=10**7)
            content = (supysonic.music / f"{song.title}.flac").read_bytes()
            assert (tmp_path / "song").read_bytes() == content
            assert size == len(content)


@pytest.mark.parametrize(
    ("auth", "secret"), [("token", "sésame"), ("password", "sésame"), ("api-key", "a-key-of-mine")]
)
def test_ways_to_log_in(fake, auth, secret):
    with Client(Login(fake.url, "me", auth), secret) as client:
        info = client.ping()
        assert (info.name, info.open_subsonic) == ("fake", True)
    with (
        Client(Login(fake.url, "me", auth), "no") as client,
        pytest.raises(ServerRefused) as caught,
    ):
        client.ping()
    assert caught.value.code == (44 if auth == "api-key" else 40)
    assert "vibelux subsonic login" in str(caught.value)


def test_neither_logs_nor_errors_hold_a_secret(fake, client, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    fake.add("1")
    client.ping()
    client.fetch(ServerSong("1"), tmp_path / "song", largest=100)
    token = dict(fake.asked[-1][1])["t"]
    fake.hooks["ping"] = lambda request: request.refuse(
        0, f"bad request ?u=me&t={request.params['t']}&s={request.params['s']} of sésame"
    )
    with pytest.raises(ServerRefused, match=r"t=…&s=… of … \(error 0\)") as refused:
        client.ping()
    fake.hooks["ping"] = lambda request: request.send(
        b"", status=302, Location=f"https://elsewhere.example/rest/ping?{request.path}"
    )
    with pytest.raises(ServerError) as redirected:
        client.ping()
    with (
        Client(Login("http://127.0.0.1:9", "me", "password"), "sésame", patience=QUICK) as other,
        pytest.raises(ServerUnreachable) as down,
    ):
        other.ping()
    tokens = [dict(pairs)["t"] for _, pairs in fake.asked] + [token]
    told = caplog.text + "".join(text_of(e.value) for e in (refused, redirected, down))
    assert "HTTP Request: GET" in caplog.text
    assert not any(secret in told for secret in (*SECRETS, *tokens))
    assert "&t=" not in caplog.text and "?t=" not in caplog.text


def test_songs_come_in_pages_and_each_once(fake, client):
    fake.page = 3
    for number in range(8):
        fake.add(str(number))
    assert songs(client) == [str(number) for number in range(8)]
    assert fake.times("search3") == 4

    def without_offset(request):
        request.params["songOffset"] = "0"
        fake.search3(request)

    fake.hooks["search3"] = without_offset
    assert songs(client) == ["0", "1", "2"]


def test_strange_entries_are_read_with_care(fake, client):
    fake.add("1", track="7", year="x", genre=None, playCount=3, played="2024-05-01T10:00:00Z")
    fake.add("2", isVideo=True)
    fake.add("3", type="podcast")
    fake.add("", title="no id")
    fake.add("4", size=-1, suffix="../../x", played="0001-01-01T00:00:00Z", title="a\n b")
    one, four = client.songs()
    assert (one.track, one.year, one.genre, one.plays) == (7, None, None, 3)
    assert one.played_at == 1714557600
    assert (four.size, four.suffix, four.played_at, four.title) == (None, "x", None, "a b")


def test_a_single_song_that_is_not_in_a_list(fake, client):
    fake.add("1")
    entry = fake.songs["1"][0]

    def answer(request):
        first = request.params["songOffset"] == "0"
        request.answer(searchResult3={"song": entry} if first else {})

    fake.hooks["search3"] = answer
    assert songs(client) == ["1"]


def html(request):
    request.send(b"<html>Welcome to my router</html>", kind="text/html; charset=utf-8")


def nonsense(request):
    request.send(b'{"subsonic-response": [1, 2]}')


def drip(request):
    request.send(b"{", length=100000)
    for _ in range(200):
        time.sleep(0.02)
        request.wfile.write(b" ")
        request.wfile.flush()


def silence(request):
    time.sleep(1.5)
    request.close_connection = True


def break_off(request):
    request.send(b'{"subsonic-resp', length=1000)


def xml(request):
    body = (
        b'<subsonic-response status="failed"><error code="50" message="No!"/></subsonic-response>'
    )
    request.send(body, kind="text/xml")


BAD = {
    "html": (html, ServerError, "answers with text/html instead of the Subsonic API's JSON"),
    "nonsense": (nonsense, ServerError, "instead of the Subsonic API's JSON"),
    "drip": (drip, ServerUnreachable, "is too slow: .* bytes a second"),
    "silence": (silence, ServerUnreachable, "has sent nothing for 1 s"),
    "broken off": (break_off, ServerUnreachable, r"broke off \(RemoteProtocolError\)"),
    "xml": (xml, ServerRefused, r"refuses: No! \(error 50\); ask the server's administrator"),
    "404": (lambda r: r.send(b"", status=404), ServerError, "has no Subsonic API at http"),
    "401": (lambda r: r.send(b"", status=401), ServerError, "asks for a login of its own"),
    "500": (lambda r: r.send(b"", status=500), ServerError, r"error \(HTTP 500\)"),
    "503": (lambda r: r.send(b"", status=503), ServerUnreachable, r"busy or broken \(HTTP 503\)"),
    "redirect": (
        lambda r: r.send(b"", status=301, Location="https://x.example/music/rest/ping?u=me&t=1"),
        ServerError,
        r"redirects to https://x\.example/music; log in with the address",
    ),
    "41": (lambda r: r.refuse(41, "LDAP"), ServerRefused, r"\(error 41\).*--password-auth"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_servers_are_told_apart(fake, client, case):
    hook, kind, match = BAD[case]
    fake.hooks["ping"] = hook
    with pytest.raises(kind, match=match) as caught:
        client.ping()
    assert type(caught.value) is kind
    # what may pass is tried again, the rest is not
    assert fake.times("ping") == (2 if kind is ServerUnreachable else 1)


def test_a_server_that_is_back_on_the_second_attempt(fake, client):
    def once(request):
        del fake.hooks["ping"]
        request.send(b"", status=503)

    fake.hooks["ping"] = once
    assert client.ping().name == "fake"


def test_what_changes_something_is_not_tried_twice(fake, client):
    fake.hooks["scrobble"] = lambda request: request.send(b"", status=503)
    with pytest.raises(ServerUnreachable):
        client.scrobble("1")
    assert fake.times("scrobble") == 1


def test_a_server_that_is_down():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        Client(Login(f"http://127.0.0.1:{port}", "me"), "sésame", patience=QUICK) as client,
        pytest.raises(ServerUnreachable, match=r"cannot connect to 127.*is it running"),
    ):
        client.ping()


def test_half_a_song_is_not_a_song(fake, client, tmp_path):
    song = ServerSong("1", size=10)

    def fetch():
        client.fetch(song, tmp_path / "song", largest=1000)

    fake.hooks["download"] = lambda r: r.send(b"12345", kind="audio/mpeg", length=10)
    with pytest.raises(ServerUnreachable, match="broke off"):
        fetch()

    def until_the_end(request):  # as HTTP/1.0 does, without a length
        request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n12345")
        request.close_connection = True

    fake.hooks["download"] = until_the_end
    with pytest.raises(ServerUnreachable, match="only 5 of the song's 10 bytes arrived"):
        fetch()
    fake.hooks["download"] = lambda r: r.send(b"", kind="audio/mpeg")
    with pytest.raises(ServerError, match="sends nothing of the song"):
        fetch()
    fake.hooks["download"] = html
    with pytest.raises(ServerError, match="text/html instead of"):
        fetch()
    fake.hooks["download"] = lambda r: r.answer()
    with pytest.raises(ServerError, match="answers without the song's sound"):
        fetch()
    fake.hooks["download"] = lambda r: r.send(b"x" * 2000, kind="audio/mpeg")
    with pytest.raises(ServerError, match="more than 1,000 bytes"):
        fetch()
    with pytest.raises(ServerError, match="has 2,000 bytes, at most 1,000 are fetched"):
        client.fetch(ServerSong("1", size=2000), tmp_path / "song", largest=1000)


def test_who_may_not_download_listens(fake, client, tmp_path):
    fake.add("1", b"sound")
    fake.hooks["download"] = lambda request: request.refuse(50, "not allowed to download")
    for _ in range(2):
        assert client.fetch(ServerSong("1", size=5), tmp_path / "song", largest=1000) == 5
    assert (fake.times("download"), fake.times("stream")) == (1, 2)


def test_fetching_can_be_stopped(fake, client, tmp_path):
    stop = threading.Event()
    stop.set()
    fake.add("1")
    with pytest.raises(ServerError, match="stopped"):
        client.fetch(ServerSong("1"), tmp_path / "song", largest=1000, stop=stop)
