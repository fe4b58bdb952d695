import json
from collections import deque
from itertools import pairwise

import pytest

from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueError, InvalidInput, PlayerError, ProfileError
from vibelux.library.catalogue import Catalogue
from vibelux.players import listening as listening_module
from vibelux.players.listening import AHEAD, Listening
from vibelux.players.player import Ended, Failed, Notice, Playing, Started
from vibelux.players.saved_session import SavedSession
from vibelux.recommend.listener.listener import Listener

HAPPY, SAD = parse_mood("happy"), parse_mood("sad")
MOODS = [f"happy={9 - n},sad={n}" for n in range(10)]


class Hand:
    """A player in the test's hand: nothing happens by itself."""

    name = "the test"

    def __init__(self, *, broken=()):
        self.queue, self.at = [], 0.0
        self.now, self.seconds, self.paused = None, 0.0, False
        self.events = deque()
        self.broken = set(broken)

    def enqueue(self, songs, *, at=0.0):
        self.queue = list(songs)
        if self.now is None:
            self.at = at
            self._begin(at)

    def _begin(self, at=0.0):
        self.now = None
        while self.queue and self.now is None:
            song = self.queue.pop(0)
            if song.id in self.broken:
                self.events.append(Failed(song, "it is broken"))
            else:
                self.now, self.seconds = song, at
                self.events.append(Started(song))

    def end(self, *, whole=True):
        self.events.append(Ended(self.now, self.seconds, whole))
        self._begin()

    def poll(self):
        events = list(self.events)
        self.events.clear()
        return events

    def playing(self):
        return None if self.now is None else Playing(self.now, self.seconds, self.paused)

    def skip(self):
        self.end(whole=False)

    def pause(self, paused):
        self.paused = paused

    def close(self):
        raise AssertionError("whoever opened it closes it")


@pytest.fixture
def listen(tmp_path, stock):
    """A function that begins listening to ten songs (or to given moods) with a `Hand`."""
    opened = []

    def start(moods=MOODS, *, player=None, mood=HAPPY, chosen=True, **options):
        if not (tmp_path / "catalogue.sqlite").exists():
            stock(moods, seconds=0.2)
        catalogue = Catalogue(tmp_path / "catalogue.sqlite")
        listener = Listener.at(tmp_path / "profile.sqlite")
        opened.extend([catalogue, listener])
        saved = options.pop("saved", None)
        if saved is not None:
            options = {"goes_on": saved.session}
        else:
            options = {"strength": 1.0, "diversity": 0.0, "personal": 0.0, "seed": 1} | options
        player = player or Hand()
        state = tmp_path / "listening.json"
        listening = Listening(catalogue, listener, player, save_to=state, **options)
        listening.begin(mood, chosen=chosen, saved=saved)
        return listening, player

    yield start
    for thing in reversed(opened):
        thing.close()


def heard(tmp_path):
    with Listener.at(tmp_path / "profile.sqlite") as listener:
        return [(event.what, event.title) for event in listener.profile.events()]


def test_plays_in_the_sessions_order_and_learns(listen, tmp_path):
    listening, player = listen()
    assert listening.tick() == []
    order = [player.now.id, *(song.id for song in player.queue)]
    assert len(order) == AHEAD + 1
    assert player.now.title == "Song 0"
    assert listening.pick.song.id == player.now.id and "Cheerful" in listening.pick.reason
    assert [pick.song.id for pick in listening.upcoming] == order[1:]
    player.end()
    listening.tick()
    assert player.now.id == order[1]
    assert len(player.queue) == AHEAD
    player.seconds = 0.05
    player.end(whole=False)  # somebody skipped it on the player itself
    listening.tick()
    assert heard(tmp_path) == [("played", "Song 0"), ("skipped", f"Song {order[1] - 1}")]


def test_skip_like_and_wrong_mood_are_told_once(listen, tmp_path):
    listening, player = listen()
    listening.tick()
    first = player.now
    for liked in (True, False, True):  # the second time takes it back
        listening.like()
        assert listening.liked is liked
    player.seconds = 0.1
    listening.skip()
    listening.skip()  # the second song, before the player has said that the first is over
    third = player.now
    listening.tick()
    listening.wrong_mood()
    listening.tick()
    assert len({first.id, third.id, player.now.id}) == 3
    told = heard(tmp_path)
    assert [what for what, _ in told] == ["liked", "skipped", "skipped", "wrong_mood"]
    assert [title for _, title in told][:2] == [first.title] * 2
    assert told[2][1] not in (first.title, third.title)
    assert told[3][1] == third.title


def test_a_song_that_was_liked_before_shows_it(listen):
    listening, player = listen()
    listening.tick()
    listening.like()
    again, other = listen()
    again.tick()
    assert other.now.id == player.now.id and again.liked
    other.end()
    again.tick()
    assert not again.liked


def test_a_mood_that_moves_changes_what_comes(listen):
    listening, player = listen()
    listening.tick()
    now, before = player.now, [song.id for song in player.queue]
    listening.feel(parse_mood("happy=0.97,sad=0.03"), chosen=True)
    assert [song.id for song in player.queue] == before
    listening.feel(SAD, chosen=True)
    assert player.queue[0].title == "Song 9"
    assert player.now is now
    listening.change(policy="off")
    assert listening.session.ordering.policy == "off"
    with pytest.raises(InvalidInput):
        listening.change(strength=3)


def test_passes_over_what_cannot_be_played(listen, tmp_path):
    listening, player = listen(player=Hand(broken={1, 2}))
    notes = listening.tick()
    assert notes == ["skipped Song 0: it is broken", "skipped Song 1: it is broken"]
    assert player.now.title == "Song 2"
    assert not {1, 2} & {pick.song.id for pick in listening.upcoming}
    player.queue[0].path.unlink()
    gone = player.queue[0].id
    listening.feel(SAD, chosen=True)
    assert gone not in [song.id for song in player.queue]


def test_gives_up_when_nothing_can_be_played(listen, monkeypatch):
    monkeypatch.setattr(listening_module, "_FAILURES", 5)
    listening, _ = listen(player=Hand(broken=range(1, 11)))
    with pytest.raises(PlayerError, match=r"none of 5 songs .* the test; the last one: it is"):
        for _ in range(5):
            listening.tick()


def test_says_when_all_songs_are_gone(listen, tmp_path):
    listening, player = listen(moods=["happy", "sad"])
    for path in (tmp_path / "music").iterdir():
        path.unlink()
    player.end()
    player.end()
    with pytest.raises(CatalogueError, match="none of the catalogue's songs can be played"):
        listening.tick()


def test_says_the_players_reason_when_it_can_play_none_of_the_songs(listen):
    listening, _ = listen(moods=["happy", "sad"], player=Hand(broken=[1, 2]), files_here=False)
    with pytest.raises(
        PlayerError, match=r"^the test can play none .* the last one: it is broken$"
    ):
        listening.tick()


def test_songs_that_are_gone_are_the_reason_where_one_was_broken(listen, tmp_path):
    listening, player = listen(moods=["happy", "sad"], player=Hand(broken=[1]))
    for path in (tmp_path / "music").iterdir():
        path.unlink()
    player.end()
    with pytest.raises(CatalogueError, match="connect the disk"):
        listening.tick()


def test_starts_over_when_every_song_was_played(listen):
    listening, player = listen(moods=["happy", "sad"])
    notes, titles = [], []
    for _ in range(5):
        notes += listening.tick()
        titles.append(player.now.title)
        player.end()
    assert set(titles) == {"Song 0", "Song 1"}
    assert all(one != other for one, other in pairwise(titles))
    assert "every song was played; starting over" in notes


def test_one_song_plays_again_and_again(listen):
    listening, player = listen(moods=["happy"])
    for _ in range(3):
        listening.tick()
        assert player.now.title == "Song 0"
        player.end()


def test_notices_are_passed_on_and_pause_turns(listen):
    listening, player = listen()
    player.events.append(Notice("hello"))
    assert listening.tick() == ["hello"]
    listening.pause()
    assert player.paused
    listening.pause()
    assert not player.paused


def test_goes_on_where_it_was(listen, tmp_path):
    listening, player = listen()
    listening.tick()
    player.end()
    listening.tick()
    player.seconds = 0.12
    expected = [player.now.id, *(pick.song.id for pick in listening.upcoming)]
    listening.save()

    saved = SavedSession.read(tmp_path / "listening.json")
    assert (saved.song, saved.seconds, saved.played) == (expected[0], 0.12, 2)
    again, other = listen(saved=saved, mood=None)
    assert SavedSession.read(tmp_path / "listening.json").seconds == 0.12
    again.tick()
    assert [other.now.id, *(song.id for song in other.queue)] == expected
    assert (other.at, again.played) == (0.12, 2)
    assert again.pick.song.id == expected[0]
    other.end()
    again.tick()
    assert other.now.id == expected[1]


def test_goes_on_though_the_song_is_gone(listen, tmp_path):
    listening, player = listen()
    listening.tick()
    player.now.path.unlink()
    following = player.queue[0].id
    listening.save()
    again, other = listen(saved=SavedSession.read(tmp_path / "listening.json"), mood=None)
    again.tick()
    assert other.now.id == following


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot read the last session"),
        ("[]", "is damaged"),
        ('{"format": 9}', "format 9, this VibeluX reads 1; update"),
        ('{"format": 1, "session": "{}", "song": "x"}', "is damaged"),
    ],
)
def test_says_what_is_wrong_with_a_saved_session(tmp_path, text, message):
    (tmp_path / "listening.json").write_text(text)
    with pytest.raises(InvalidInput, match=f"{message}.*--fresh"):
        SavedSession.read(tmp_path / "listening.json")


def test_there_need_be_no_saved_session(tmp_path):
    assert SavedSession.read(tmp_path / "listening.json") is None
    with pytest.raises(PlayerError, match="cannot save the session"):
        SavedSession("{}", None, 0.0, 0, 0.0).write(tmp_path / "missing" / "listening.json")


def test_the_state_is_a_small_readable_file(listen, tmp_path):
    listening, _ = listen()
    listening.tick()
    state = json.loads((tmp_path / "listening.json").read_text())
    assert list(state) == ["format", "session", "song", "seconds", "played", "saved_at"]
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_what_an_older_version_has_saved_is_read(tmp_path):
    file = tmp_path / "listening.json"
    file.write_text(
        '{"format": 1, "session": "{}", "song": 3, "seconds": 7.5, "heard": 12, "saved_at": 1.7e9}'
    )
    assert SavedSession.read(file) == SavedSession("{}", 3, 7.5, 12, 1.7e9)


def test_plays_on_where_nothing_can_be_written(listen, tmp_path, monkeypatch):
    listening, player = listen()
    listening.tick()
    monkeypatch.setattr(listening_module, "_SAVED_EVERY", 0.0)

    def full(*_):
        raise PlayerError("no space left")

    monkeypatch.setattr(SavedSession, "write", full)

    def locked(*_, **__):
        raise ProfileError("locked")

    monkeypatch.setattr(Listener, "tell", locked)
    player.end()
    assert listening.tick() == ["locked", "no space left"]
    assert listening.tick() == []  # said once
    listening.skip()
    assert listening.tick() == ["locked"]


def test_nonsense_of_clocks_is_bounded(tmp_path):
    SavedSession("{}", 1, float("inf"), 1, -float("inf")).write(tmp_path / "listening.json")
    saved = SavedSession.read(tmp_path / "listening.json")
    assert (saved.seconds, saved.saved_at) == (1e6, 0.0)
