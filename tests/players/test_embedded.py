import sys
import threading
import time
import wave

import pytest

from vibelux.errors import AudioError, MissingExtra, PlayerError
from vibelux.players import embedded
from vibelux.players.player import Ended, Failed, Started

pytest.importorskip("miniaudio")


@pytest.fixture
def player():
    player = embedded.EmbeddedPlayer(device="null")
    yield player
    player.close()


def events_until(player, enough):
    """Collect events until there are enough of them."""
    events = []
    while not enough(events):
        time.sleep(0.02)
        events += player.poll()
    return events


def count(kind, number):
    return lambda events: sum(isinstance(event, kind) for event in events) >= number


def test_says_what_cannot_be_decoded(tmp_path):
    with pytest.raises(AudioError, match="no such file"):
        next(embedded.sound_of(tmp_path / "gone.mp3"))
    (tmp_path / "text.mp3").write_text("no sound" * 100)
    with pytest.raises(AudioError, match="it is not an audio file"):
        next(embedded.sound_of(tmp_path / "text.mp3"))
    with wave.open(str(tmp_path / "silent.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
    with pytest.raises(AudioError, match="no sound can be decoded"):
        next(embedded.sound_of(tmp_path / "silent.wav"))


def test_plays_one_song_after_the_other(player, stock):
    one, two = stock(["happy", "sad"], seconds=0.5)
    player.enqueue([one, two])
    events = events_until(player, count(Ended, 2))
    assert [(type(event), event.song.id) for event in events] == [
        (Started, one.id),
        (Ended, one.id),
        (Started, two.id),
        (Ended, two.id),
    ]
    for event in events:
        if isinstance(event, Ended):
            assert event.whole and event.seconds == pytest.approx(0.5, abs=0.01)
    assert player.playing() is None


def test_no_gap_between_songs(monkeypatch, stock):
    """What the device is given is one song's last sample, then the other's first one."""
    player = embedded.EmbeddedPlayer.__new__(embedded.EmbeddedPlayer)
    monkeypatch.setattr(embedded, "SoundDevice", _Deviceless)
    player.__init__()
    one, two = stock(["happy", "sad"], seconds=0.3)
    player.enqueue([one, two])
    while player._wants_more():
        time.sleep(0.01)
    ask = player._device.frames
    next(ask)
    frames = ask.send(round(0.6 * embedded.RATE))
    player.close()
    edge = round(0.3 * embedded.RATE)
    around = frames[edge - 200 : edge + 200, 0]
    silent = max(len(run) for run in "".join("x" if x else "0" for x in around).split("x"))
    assert silent < 10
    assert [type(event) for event in player.poll()] == [Started, Ended, Started]


class _Deviceless:
    name = "none"

    def __init__(self, frames, *, rate, name):
        self.frames = frames

    def start(self):
        pass

    def close(self):
        pass


def test_skips_pauses_and_takes_another_queue(player, stock):
    one, two, three = stock(["happy", "sad", "fear"], seconds=30)
    player.enqueue([one, two], at=12.0)
    events_until(player, count(Started, 1))
    player.enqueue([three, two])
    player.skip()
    ended, started = events_until(player, count(Started, 1))
    assert isinstance(ended, Ended) and ended.song is one and not ended.whole
    assert 12 <= ended.seconds < 20
    assert started == Started(three)
    player.pause(True)
    before = _still(player)
    assert before.paused and before.song is three
    player.skip()
    events_until(player, count(Ended, 1))
    player.pause(False)
    events_until(player, count(Started, 1))
    assert player.playing().song is two


def _still(player):
    """Return what is playing once its position no longer moves."""
    at, now = None, player.playing()
    while now != at:
        time.sleep(0.3)
        at, now = now, player.playing()
    return now


def test_passes_over_what_cannot_be_played(player, stock):
    one, two, three = stock(["happy", "sad", "fear"], seconds=0.3)
    one.path.unlink()
    two.path.write_text("no sound" * 100)
    player.enqueue([one, two, three])
    events = events_until(player, count(Ended, 1))
    assert [(type(event), event.song.id) for event in events] == [
        (Failed, one.id),
        (Failed, two.id),
        (Started, three.id),
        (Ended, three.id),
    ]
    assert [event.reason for event in events[:2]] == [
        "there is no such file",
        "no sound can be decoded",
    ]


def test_says_when_the_device_is_gone(player, monkeypatch):
    monkeypatch.setattr(embedded, "_STALLED", 0.5)
    player._device.close()
    with pytest.raises(PlayerError, match="has stopped; connect it again"):
        events_until(player, count(Started, 1))


def test_leaves_no_thread_behind(stock):
    (one,) = stock(["happy"], seconds=5)
    before = threading.active_count()
    player = embedded.EmbeddedPlayer(device="null")
    player.enqueue([one])
    events_until(player, count(Started, 1))
    player.close()
    assert threading.active_count() == before


def test_says_which_devices_there_are():
    with pytest.raises(PlayerError, match=r"no sound device"):
        embedded.EmbeddedPlayer(device="no such thing")


def test_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(MissingExtra, match=r'pip install "vibelux\[play\]"'):
        embedded.EmbeddedPlayer()
