"""Songs of a server, analysed on a Ray cluster of two simulated machines."""

import pytest
from tests.ray_machines import WARNINGS

from vibelux.library.catalogue import Catalogue
from vibelux.library.pools import Cluster
from vibelux.servers.client import Client
from vibelux.servers.login import Login
from vibelux.servers.scan import scan_server

pytestmark = WARNINGS


@pytest.mark.usefixtures("machines")
def test_songs_of_a_server_are_sent_and_analysed_as_here(supysonic, music_model, tmp_path):
    def moods(name, **how):
        with (
            Client(Login(supysonic.url, "me", "password"), "sésame") as client,
            Catalogue(tmp_path / f"{name}.sqlite") as catalogue,
        ):
            report = scan_server(
                client, catalogue, workers=1, song_timeout=60, model_path=music_model, **how
            )
            assert (report.analysed, report.failed, report.not_fetched) == (2, 0, 0)
            assert not (tmp_path / "server-songs.part").exists()
            with Catalogue(catalogue.path, server=client.login.server) as there:
                return {
                    song.title: (song.mood.tobytes(), song.valence, song.arousal)
                    for song in there.songs()
                }

    assert moods("there", cluster=Cluster("auto")) == moods("here")
