import json
import os
import re
import time
from dataclasses import fields, replace

import pytest

from vibelux.errors import InvalidInput, PlayerError
from vibelux.library.catalogue import Song
from vibelux.players import mpd as mpd_module
from vibelux.players import mpd_files
from vibelux.players.mpd import MpdPlayer
from vibelux.players.mpd_server import MpdAddress, MpdRefused, mpd_address
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


@pytest.fixture
def linked(tone, tmp_path):
    """MPD's music folder behind a link, with links in it to a folder and to a file elsewhere.

    Returns songs as a scan finds them, by name.
    """
    disk, music = tmp_path / "disk", tmp_path / "srv" / "music"
    for number, name in enumerate(("Own/a.flac", "Own/deep/a.flac", "Far/b.flac", "c.flac")):
        tone((music if "Own" in name else disk) / name, 60, hertz=200 + 20 * number)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "Music").symlink_to(music)
    (music / "linked").mkdir()
    (music / "linked" / "albums").symlink_to(disk / "Far")
    (music / "linked" / "again").symlink_to(disk / "Far")  # two names of MPD's for one file
    (music / "linked" / "c link.flac").symlink_to(disk / "c.flac")
    paths = {
        "own": music / "Own/deep/a.flac",
        "far": disk / "Far/b.flac",
        "file": music / "linked/c link.flac",
        "outside": disk / "c.flac",
    }
    plain = {field.name: None for field in fields(Song)} | {"course": (), "state": "ok"}
    return {
        name: Song(**plain | {"id": number, "title": name, "path": path, "duration": 60.0})
        for number, (name, path) in enumerate(paths.items())
    }


LINKED = {"own": "Own/deep/a.flac", "far": "linked/albums/b.flac", "file": "linked/c link.flac"}


@pytest.mark.parametrize("way", ["tcp", "socket", "root", "real root"])
@pytest.mark.parametrize("name", LINKED)
def test_songs_are_found_through_links(play, linked, tmp_path, way, name):
    root = {"root": tmp_path / "home/../home/Music", "real root": tmp_path / "srv/music"}.get(way)
    server, player = play(music=tmp_path / "home/Music", socket=way == "socket", root=root)
    if way == "tcp" and name == "far":  # MPD tells neither its folder nor where links lead
        player.enqueue([linked[name]])
        assert "--mpd-root" in events_until(player, Failed)[-1].reason
        return
    player.enqueue([linked[name]])
    assert events_until(player, Started)[-1].song is linked[name]
    played = server.client().currentsong()["file"].replace("again", "albums")
    assert played == LINKED[name]
    player.enqueue([linked[name], linked["own"]])
    player.enqueue([linked["own"]])
    assert server.client().playlistinfo()[-1]["file"] == LINKED["own"]


def test_new_files_behind_a_link_that_is_known_are_taken_in(play, linked, tone, tmp_path):
    root = tmp_path / "home/Music"
    server, player = play(music=root, root=root)
    player.enqueue([linked["far"]])
    events_until(player, Started)
    tone(tmp_path / "disk/Far/new/n.flac", 60)
    new = replace(linked["far"], id=50, path=tmp_path / "disk/Far/new/n.flac")
    player.enqueue([new])
    last = server.client().playlistinfo()[-1]["file"]
    assert last in ("linked/albums/new/n.flac", "linked/again/new/n.flac")


def test_another_machines_folders_are_found_by_title_and_length(play, linked, tone, tmp_path):
    """MPD's own name for a folder is another one than here, and the folder cannot be seen."""
    server, player = play(music=tmp_path / "srv/music")
    elsewhere = tmp_path / "mnt/albums"
    tone(tmp_path / "srv/music/Rock/Band/Hit.flac", 60, title="Hit")
    server.client().update()
    server.client()
    here = replace(linked["own"], id=60, path=elsewhere / "Band/Hit.flac", title="HIT")
    player.enqueue([here])
    assert events_until(player, Started)[-1].song is here
    for other in (replace(here, id=61, title="Other"), replace(here, id=62, duration=90.0)):
        _, stranger = play(music=tmp_path / "srv/music")
        tone(tmp_path / "srv/music/Rock/Band/Hit.flac", 60, title="Hit")
        stranger.enqueue([other])
        assert "--mpd-root" in events_until(stranger, Failed)[-1].reason


def test_files_outside_of_the_music_folder_are_played_over_the_socket(play, linked, tmp_path):
    server, player = play(music=tmp_path / "home/Music", socket=True)
    player.enqueue([linked["outside"], linked["own"]])
    assert events_until(player, Started)[-1].song is linked["outside"]
    player.enqueue([linked["own"], linked["outside"]])
    player.enqueue([linked["outside"], linked["own"]])
    queue = [entry["file"] for entry in server.client().playlistinfo()]
    outside = str(linked["outside"].path)
    assert queue == [outside, outside, LINKED["own"]]
    again = MpdPlayer(MpdAddress(str(server.socket)))
    again.enqueue([linked["outside"]])
    assert events_until(again, Started)[-1].song is linked["outside"]
    assert server.client().currentsong()["file"] == outside
    again.close()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("outside", "is not in MPD's music folder .*; put a link"),
        ("gone.flac", "there is no file .*gone.flac any more"),
        ("x.xyz", "has no decoder for .xyz files"),
        ("linked/c link.flac", "out of its database, although .*follow_outside_symlinks"),
        (os.fsdecode(b"x\xff.flac"), "cannot name .*: it has bytes that are not UTF-8"),
        ("x\ny.flac", "cannot name .*: it has a line break"),
    ],
)
def test_the_true_reason(play, linked, tmp_path, name, reason):
    folder = tmp_path / "home/Music"
    path = linked["outside"].path if name == "outside" else tmp_path / "srv/music" / name
    if "c link" not in name and "gone" not in name:
        path.touch()
    _, player = play(music=folder, root=folder, more='follow_outside_symlinks "no"\n')
    player.enqueue([replace(linked["own"], id=70, path=path)])
    told = events_until(player, Failed)[-1].reason
    assert re.search(reason, told), told
    assert "--mpd-root" not in told


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("closed", "may not be allowed to read .*: .*closed is closed to other users"),
        ("updating", "does not know .*: it is still updating its database"),
        ("forbidden", "does not know .*: MPD at .* does not permit 'update' without a password"),
    ],
)
def test_the_true_reason_of_what_is_in_its_folder(
    play, linked, tmp_path, monkeypatch, what, reason
):
    path = tmp_path / "srv/music/closed/x.flac"
    path.parent.mkdir()
    path.touch()
    path.parent.chmod(0o700 if what == "closed" else 0o755)
    _, player = play(music=tmp_path / "home/Music", root=tmp_path / "home/Music")
    ask = player._server.ask

    def answer(command, *arguments):
        """Answer as an MPD that has not seen the file: this one may run as the superuser."""
        if command in ("lsinfo", "search"):
            return []
        if command == "update" and what == "forbidden":
            raise MpdRefused(player._server._not_permitted("update"))
        more = {"updating_db": "1"} if command == "status" and what == "updating" else {}
        return ask(command, *arguments) | more if more else ask(command, *arguments)

    monkeypatch.setattr(player._server, "ask", answer)
    monkeypatch.setattr(mpd_files, "_PATIENCE", 0.3)
    player.enqueue([replace(linked["own"], id=70, path=path)])
    told = events_until(player, Failed)[-1].reason
    assert re.search(reason, told), told


def test_modes_come_back_as_they_were(play, stock, tmp_path):
    one, two = stock(["happy", "sad"], seconds=60)
    server, player = play()
    player.close()
    other = server.client()
    other.random(1)
    other.single("oneshot")
    other.repeat(1)
    other.consume(1)
    other.crossfade(3)
    other.mixrampdb("-20")
    other.replay_gain_mode("album")
    before = other.status()
    player = MpdPlayer(MpdAddress("127.0.0.1", server.port))
    assert (other.status()["random"], other.status()["single"]) == ("0", "0")
    player.enqueue([one, two])
    events_until(player, Started)
    player.skip()
    player.close()
    after = other.status()
    for name in ("random", "single", "repeat", "consume", "xfade", "mixrampdb"):
        assert after[name] == before[name], name
    assert after["single"] == "oneshot"
    assert other.replay_gain_status() == "album"


def test_what_others_switch_meanwhile_stays(play, stock):
    stock(["happy"], seconds=2)
    server, player = play()
    player.close()
    other = server.client()
    other.single("oneshot")
    player = MpdPlayer(MpdAddress("127.0.0.1", server.port))
    other.single("1")
    player.close()
    assert other.status()["single"] == "1"


def test_modes_come_back_after_a_session_that_was_killed(play, stock, tmp_path):
    stock(["happy"], seconds=2)
    server, first = play()
    first.close()
    other, file = server.client(), tmp_path / "modes.json"
    other.random(1)
    other.single("oneshot")
    address = MpdAddress("127.0.0.1", server.port)
    for _ in range(2):
        killed = MpdPlayer(address, modes_file=file)
        killed._server.close()  # it says nothing any more
    player = MpdPlayer(address, modes_file=file)
    assert sum("off until this session ends" in event.text for event in player.poll()) == 2
    assert (other.status()["random"], other.status()["single"]) == ("0", "0")
    player.close()
    assert (other.status()["random"], other.status()["single"]) == ("1", "oneshot")
    assert not file.exists()


def test_modes_of_several_mpds_and_files_that_cannot_be_used(play, stock, tmp_path):
    stock(["happy"], seconds=2)
    server, first = play()
    first.close()
    other, file = server.client(), tmp_path / "modes.json"
    other.random(1)
    address = MpdAddress("127.0.0.1", server.port)
    for text in ("{", "[]", '{"elsewhere": {"random": "1"}}', f'{{"{address}": 3}}'):
        file.write_text(text)
        player = MpdPlayer(address, modes_file=file)
        player.close()
        assert other.status()["random"] == "1"
    file.write_text('{"elsewhere": {"random": "1"}}')
    player = MpdPlayer(address, modes_file=file)
    assert json.loads(file.read_text())[str(address)] == {"random": "1"}
    player.close()
    assert json.loads(file.read_text()) == {"elsewhere": {"random": "1"}}
    player = MpdPlayer(address, modes_file=tmp_path / "no folder" / "modes.json")
    assert "cannot be written: if this is killed" in player.poll()[0].text
    player.close()
    assert other.status()["random"] == "1"


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
def test_refuses_what_is_not_an_address(text):
    with pytest.raises(InvalidInput, match="not an address of MPD"):
        mpd_address(f"secret@{text}" if text else text, environment={})
