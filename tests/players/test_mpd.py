import time
from dataclasses import replace

import pytest

from vibelux.errors import InvalidInput, PlayerError
from vibelux.players import mpd as mpd_module
from vibelux.players.mpd import MpdPlayer
from vibelux.players.mpd_server import MpdAddress, mpd_address
from vibelux.players.player import Ended, Failed, Notice, Started


@pytest.fixture
def play(start_mpd, tmp_path):
    """A function that starts MPD on ``tmp_path / "music"`` and a player on it."""
    players = []

    def start(*, root=None, socket=False, **options):
        server = start_mpd(options.pop("music", tmp_path / "music"), **options)
        address = MpdAddress(str(server.socket) if socket else "127.0.0.1", server.port)
        players.append(MpdPlayer(address, root=root))
        return server, players[-1]

    yield start
    for player in players:
        player.close()


def events_until(player, kind, number=1):
    events = []
    while sum(isinstance(event, kind) for event in events) < number:
        time.sleep(0.05)
        events += player.poll()
    return events


def test_plays_one_song_after_the_other(play, stock):
    one, two = stock(["happy", "sad"], seconds=2)
    server, player = play()
    player.enqueue([one, two])
    events = events_until(player, Ended, 2)
    assert [(type(event), event.song.id) for event in events] == [
        (Started, one.id),
        (Ended, one.id),
        (Started, two.id),
        (Ended, two.id),
    ]
    assert all(event.whole for event in events if isinstance(event, Ended))
    player.enqueue([one])  # the queue was at its end: it begins again
    assert events_until(player, Started)[-1].song is one
    assert server.titles() == ["00", "01", "00"]


def test_keeps_what_others_queued_and_takes_their_skips(play, stock):
    one, two, three, _ = stock(["happy", "sad", "fear", "angry"], seconds=60)
    server, player = play()
    other = server.client()
    other.add("03.flac")
    other.add("02.flac")
    other.play(0)
    player.enqueue([one, two], at=20.0)
    events_until(player, Started)
    assert server.titles() == ["03", "00", "01", "02"]
    assert player.playing().song is one
    player.enqueue([three, two])
    assert server.titles() == ["03", "00", "02", "01", "02"]
    player.enqueue([two])
    assert server.titles() == ["03", "00", "01", "02"]
    other.next()
    *_, ended, started = events_until(player, Started)
    assert isinstance(ended, Ended) and not ended.whole and ended.seconds >= 20
    assert started.song is two
    other.seekcur("10")
    player.poll()
    other.play(3)  # somebody else's song
    (ended,) = events_until(player, Ended)
    assert ended.song is two and player.playing() is None
    player.enqueue([one])
    assert server.titles() == ["03", "00", "01", "02", "00"]
    assert other.currentsong()["file"] == "02.flac"  # goes on undisturbed


def test_pause_skip_and_modes(play, stock):
    one, two = stock(["happy", "sad"], seconds=60)
    server, player = play()
    player.close()
    other = server.client()
    other.random(1)
    other.single(1)
    player = MpdPlayer(MpdAddress("127.0.0.1", server.port))
    player.enqueue([one, two])
    notices = [event.text for event in events_until(player, Started) if isinstance(event, Notice)]
    assert [notice.split()[1] for notice in notices] == ["random", "single"]
    player.pause(True)
    assert other.status()["state"] == "pause"
    player.poll()
    assert player.playing().paused
    player.pause(False)
    assert other.status()["state"] == "play"
    other.stop()
    player.poll()
    assert player.playing().paused
    player.pause(False)
    assert other.status()["state"] == "play"
    player.skip()
    ended, started = events_until(player, Started)
    assert (ended.song, ended.whole, started.song) == (one, False, two)
    player.close()
    assert (other.status()["random"], other.status()["single"]) == ("1", "1")


def test_goes_on_with_what_plays_after_being_killed(play, stock):
    one, two, three = stock(["happy", "sad", "fear"], seconds=60)
    server, player = play()
    player.enqueue([one, two])
    events_until(player, Started)
    server.client().seekcur("30")
    again = MpdPlayer(MpdAddress("127.0.0.1", server.port))  # the first one says nothing any more
    again.enqueue([one, two, three], at=3.0)
    assert events_until(again, Started)[-1].song is one
    assert again.playing().seconds >= 29
    assert server.titles() == ["00", "01", "02"]
    again.close()


def test_another_music_folder_is_found_by_the_ends_of_paths(play, stock, tmp_path):
    real = tmp_path / "elsewhere" / "music"
    one, two = stock(["happy", "sad"], seconds=2, folder=real / "albums" / "ä #1 \"q\" 'x'")
    here = tmp_path / "mounted"
    seen = [replace(song, path=here / song.path.relative_to(real)) for song in (one, two)]
    server, player = play(music=real)
    player.enqueue(seen)
    assert events_until(player, Started)[-1].song is seen[0]
    assert server.titles() == ["00", "01"]
    stranger = replace(one, id=99, path=here / "00.flac")  # same name, not the same song
    longer = replace(one, id=98, path=seen[0].path, duration=60.0)
    player.enqueue([stranger])
    assert "--mpd-root" in events_until(player, Failed)[-1].reason
    other = MpdPlayer(MpdAddress("127.0.0.1", server.port))
    other.enqueue([longer])
    assert events_until(other, Failed)[-1].song is longer
    other.close()


@pytest.mark.parametrize("told", [True, False])
def test_new_files_are_taken_into_the_database(play, stock, tone, tmp_path, told):
    (one,) = stock(["happy"], seconds=2)
    root = tmp_path / "music" if told else None
    server, player = play(root=root, socket=not told)
    tone(tmp_path / "music" / "new" / "b.flac", 2)
    fresh = replace(one, id=50, path=tmp_path / "music" / "new" / "b.flac")
    player.enqueue([fresh])
    assert events_until(player, Started)[-1].song is fresh
    (tmp_path / "music" / "new" / "b.flac").unlink()
    gone = replace(one, id=51, path=tmp_path / "music" / "gone.flac")
    player.enqueue([gone])
    assert events_until(player, Failed)[-1].song is gone
    assert server.process.poll() is None


def test_a_song_that_cannot_be_decoded_is_passed_over(play, stock):
    one, two = stock(["happy", "sad"], seconds=2)
    _, player = play()
    one.path.write_bytes(b"no sound" * 100)  # spoilt after MPD has looked at it
    player.enqueue([one, two])
    events = events_until(player, Started, 2)
    assert [type(event) for event in events] == [Started, Failed, Started]
    assert "MPD left it at once" in events[1].reason or "decode" in events[1].reason
    assert events[2].song is two


def test_waits_for_mpd_and_finds_its_songs_again(play, stock, monkeypatch):
    monkeypatch.setattr(mpd_module, "_AGAIN", 0.1)
    one, two, three = stock(["happy", "sad", "fear"], seconds=60)
    server, player = play()
    player.enqueue([one, two])
    events_until(player, Started)
    server.stop()
    (lost,) = events_until(player, Notice)
    assert "does not answer" in lost.text
    player.enqueue([three])
    player.pause(True)
    server.start()
    back = events_until(player, Notice)
    assert "answers again" in back[0].text
    while server.titles() != ["00", "02"]:
        player.poll()
        time.sleep(0.05)
    server.stop()
    events_until(player, Notice)
    monkeypatch.setattr(mpd_module, "_GIVE_UP", 0.0)
    with pytest.raises(PlayerError, match=r"has not answered .* vibelux play --resume"):
        events_until(player, Started)


def test_passwords(start_mpd, stock, tmp_path):
    (one,) = stock(["happy"], seconds=2)
    server = start_mpd(tmp_path / "music", password="s3cret")
    address = MpdAddress("127.0.0.1", server.port)
    with pytest.raises(PlayerError, match=r"does not permit 'addid' .* PASSWORD@127.0.0.1"):
        MpdPlayer(address)
    with pytest.raises(PlayerError, match="does not take this password") as wrong:
        MpdPlayer(replace(address, password="guess"))
    assert "guess" not in str(wrong.value) and "guess" not in repr(address)
    player = MpdPlayer(replace(address, password="s3cret"))
    player.enqueue([one])
    assert events_until(player, Started)[-1].song is one
    player.close()


def test_says_what_is_wrong_with_the_server(http_server):
    with pytest.raises(PlayerError, match=r"MPD at 127\.0\.0\.1:1 does not answer .*--mpd"):
        MpdPlayer(MpdAddress("127.0.0.1", 1))
    with pytest.raises(PlayerError, match="is not MPD"):
        MpdPlayer(MpdAddress("127.0.0.1", http_server))


@pytest.fixture
def http_server():
    """The port of a server that greets with something else."""
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer():
            connection, _ = listening.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n\xff\xfe")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        ("localhost", {}, ("localhost", 6600, None)),
        ("music.lan:6601", {}, ("music.lan", 6601, None)),
        ("pass@word@host:1", {}, ("host", 1, "pass@word")),
        ("[::1]:6601", {}, ("::1", 6601, None)),
        ("/run/mpd/socket", {}, ("/run/mpd/socket", 6600, None)),
        ("secret@/run/mpd/socket", {}, ("/run/mpd/socket", 6600, "secret")),
        ("@mpd", {}, ("@mpd", 6600, None)),
        ("host", {"MPD_HOST": "s@host", "MPD_PORT": "7"}, ("host", 7, "s")),
        ("other", {"MPD_HOST": "s@host"}, ("other", 6600, None)),
    ],
)
def test_addresses(text, environment, expected):
    address = mpd_address(text, environment=environment)
    assert (address.host, address.port, address.password) == expected
    assert "pass" not in f"{address}{address!r}".replace("password", "")


@pytest.mark.parametrize("text", ["", "host:port", "a b", "host:0", "host:70000", "::1"])
def test_refuses_what_is_no_address(text):
    with pytest.raises(InvalidInput, match="no address of MPD"):
        mpd_address(f"secret@{text}" if text else text, environment={})
