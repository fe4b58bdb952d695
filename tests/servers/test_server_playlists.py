import unicodedata

import pytest

from vibelux.errors import ServerError, ServerUnreachable
from vibelux.servers.client import Client
from vibelux.servers.login import Login
from vibelux.servers.playlists import MARK, put_playlist


def titles(client, playlist_id):
    return [song.title for song in client.playlist(playlist_id)[1]]


def test_a_real_server(supysonic):
    with Client(Login(supysonic.url, "me", "password"), "sésame") as client:
        low, high = sorted(client.songs(), key=lambda song: song.track)
        made = put_playlist(client, "Für heute", [high.id, low.id], note="happy 70 %")
        assert (made.created, made.songs, made.dropped) == (True, 2, ())
        assert titles(client, made.id) == ["high", "low"]
        [listed] = client.playlists()
        assert (listed.name, listed.owner) == ("Für heute", "me")
        assert listed.comment == f"{MARK} · happy 70 %"

        again = put_playlist(client, "Für heute", [low.id])
        assert (again.id, again.created) == (made.id, False)
        assert titles(client, made.id) == ["low"]

        gone = "8070d052-2eb9-46ce-b9a2-b0a09773561e"
        third = put_playlist(client, "Für heute", [low.id, gone, high.id])
        assert (third.id, third.songs, third.dropped) == (made.id, 2, (gone,))
        assert titles(client, made.id) == ["low", "high"]
        with pytest.raises(ServerError, match="has none of the 1 songs any more; scan again"):
            put_playlist(client, "Für heute", [gone])
        assert titles(client, made.id) == ["low", "high"]


def test_a_playlist_of_somebody_is_not_overwritten(fake, client):
    fake.add("0")
    client.create_playlist("Mine", ["0"])
    with pytest.raises(ServerError, match="a playlist 'Mine' that VibeluX did not make"):
        put_playlist(client, "Mine", ["0", "0"])
    assert fake.lists["list-0"][1] == ["0"]
    assert put_playlist(client, "Mine", ["0", "0"], replace=True).created is False
    assert fake.lists["list-0"][1] == ["0", "0"]
    assert put_playlist(client, "Mine", ["0"]).id == "list-0"  # it is marked from now on

    fake.lists["other"] = ({"id": "other", "name": "Theirs", "owner": "someone"}, [])
    assert put_playlist(client, "Theirs", ["0"]).created is True
    assert fake.lists["other"][1] == []


def test_a_playlist_that_is_deleted_meanwhile_is_made_anew(fake, client):
    fake.add("0")
    put_playlist(client, "Mood", ["0"])

    def delete_first(request):
        del fake.hooks["createPlaylist"]
        fake.lists.clear()
        fake.createPlaylist(request)

    fake.hooks["createPlaylist"] = delete_first
    again = put_playlist(client, "Mood", ["0"])
    assert (again.created, again.songs) == (True, 1)
    assert list(fake.lists) == [again.id]


def test_long_playlists_go_in_parts_and_keep_their_order(fake, client):
    ids = [str(number) for number in range(250)]
    for song_id in ids:
        fake.add(song_id)
    made = put_playlist(client, "Long", ids)
    assert (made.songs, fake.lists[made.id][1]) == (250, ids)
    put_playlist(client, "Long", ids[::-1])
    assert fake.lists[made.id][1] == ids[::-1]
    assert max(len(str(pairs)) for _, pairs in fake.asked) < 6000


def test_a_connection_that_breaks_off_says_how_far_it_came(fake, client):
    ids = [str(number) for number in range(100)]
    for song_id in ids:
        fake.add(song_id)
    plain = fake.updatePlaylist

    def comments_only(request):
        if "comment" in request.params:
            plain(request)
        else:
            request.send(b"", status=503)

    fake.hooks["updatePlaylist"] = comments_only
    with pytest.raises(ServerError, match="has 80 of 100 songs so far, the same command completes"):
        put_playlist(client, "Long", ids)
    fake.hooks.clear()
    done = put_playlist(client, "Long", ids)
    assert (done.created, done.songs) == (False, 100)


def test_a_server_that_is_down_makes_nothing(fake, client):
    fake.hooks["getPlaylists"] = lambda request: request.send(b"", status=503)
    with pytest.raises(ServerUnreachable):
        put_playlist(client, "Mood", ["0"])
    assert fake.lists == {}


def test_a_server_that_says_yes_and_does_nothing(fake, client):
    fake.add("0")
    fake.hooks["createPlaylist"] = lambda request: request.answer()
    with pytest.raises(ServerError, match="says that it made 'Mood', but does not list it"):
        put_playlist(client, "Mood", ["0"])


def test_a_name_is_the_same_however_its_accents_are_stored(fake, client):
    fake.add("0")
    composed, decomposed = (unicodedata.normalize(form, "Für später") for form in ("NFC", "NFD"))
    made = put_playlist(client, decomposed, ["0"])
    again = put_playlist(client, composed, ["0"])
    assert (again.id, again.created) == (made.id, False)
    assert put_playlist(client, composed.upper(), ["0"]).created is True
