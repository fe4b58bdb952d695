"""The mood map over HTTP: points, bins, the nearest songs and those of an area."""

import numpy as np

from vibelux.library import mood_map as maps
from vibelux.service.schemas_map import MapOut

from .conftest import error

MAP = "/api/v1/songs/map"


def test_a_part_of_the_map(service):
    whole = service.client.get(MAP).json()
    part = service.client.get(MAP, params={"max_valence": 0}).json()
    assert 0 < len(part["ids"]) < len(whole["ids"])
    assert max(part["valence"]) <= 0
    assert part["counts"] == whole["counts"]
    assert sum(whole["quarters"]) == len(whole["ids"])
    asked = {"min_valence": 0.5, "max_valence": 0.5}
    assert "0.5 to 0.5 is empty" in error(service.client.get(MAP, params=asked), 422)["message"]


def test_many_songs_come_as_bins(service, monkeypatch):
    counts = service.client.get(MAP).json()["counts"]
    monkeypatch.setattr(maps, "_POINTS", 0)
    found = service.client.get(MAP).json()
    assert found["ids"] == []
    assert np.sum(found["bins"]["counts"], axis=0).tolist() == counts


def test_the_bins_of_a_million_songs_take_less_than_a_megabyte():
    rng = np.random.default_rng(0)
    affect = rng.uniform(-1, 1, (1_000_000, 2)).astype(np.float32)
    strongest = rng.integers(0, 7, len(affect)).astype(np.int8)
    bins = maps._bins(affect, strongest, maps.WHOLE, maps.WHOLE)
    empty = maps.Points(np.empty(0, np.int64), affect[:0], strongest[:0])
    found = maps.MoodMap(np.zeros(7, int), np.zeros(4, int), empty, bins)
    assert len(bins.centres) == 96 * 96
    assert len(MapOut.of(found).model_dump_json()) < 1_000_000


def test_the_nearest_songs_and_those_of_an_area(service):
    asked = {"valence": -1, "arousal": 1, "n": 1}
    assert service.client.get(f"{MAP}/nearest", params=asked).json() == [service.ids["angry"]]
    sad = service.client.get(f"{MAP}/nearest", params={**asked, "emotions": ["sad"]}).json()
    assert sad == [service.ids["sad"]]
    line = [[-1, 0.9], [-0.9, 0.9], [-0.9, 1], [-1, 1]]
    found = service.client.post(f"{MAP}/area", json={"line": [[-1, -1], [1, -1], [0, 1]]}).json()
    assert found["total"] == len(found["ids"]) > 0
    few = service.client.post(f"{MAP}/area", json={"line": line, "most": 0}).json()
    assert few["ids"] == []
    error(service.client.post(f"{MAP}/area", json={"line": line[:2]}), 422)
