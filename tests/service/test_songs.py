import pytest

from .conftest import error, mood


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["happy", "glad", "sad", "angry", "calm", "tender"]),
        ({"search": "elodie GL"}, ["glad"]),
        ({"search": "ubel bo"}, ["happy", "sad", "calm"]),
        ({"emotion": "neutral"}, ["calm", "tender"]),
        ({"emotion": "sad", "min_share": 0.3}, ["sad", "tender"]),
        ({"emotion": "sad", "min_share": 0.3, "sort": "share"}, ["tender", "sad"]),
        ({"sort": "title", "limit": 2, "offset": 1}, ["calm", "glad"]),
        ({"sort": "title", "descending": True, "limit": 1}, ["tender"]),
        ({"max_valence": 0.0, "max_arousal": 0.0}, ["sad", "tender"]),
        ({"state": "failed"}, []),
        ({"search": "nothing like it"}, []),
        ({"search": "traurig"}, ["sad"]),
        ({"mood": "calm"}, ["calm", "tender"]),
        ({"mood": "cheerful", "search": "Bo"}, ["happy"]),
        ({"search": "Bo fröhlich"}, ["happy"]),
    ],
)
def test_songs_are_searched_filtered_and_sorted(service, query, names):
    answer = service.client.get("/api/v1/songs", params=query)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert [song["title"].lower() for song in page["songs"]] == names
    assert page["total"] >= len(names)


def test_a_song_comes_with_its_mood_over_time(service):
    answer = service.client.get(f"/api/v1/songs/{service.ids['glad']}").json()
    assert answer["song"]["mood"]["happy"] == pytest.approx(0.7)
    assert answer["song"]["file"] == "glad.flac"
    assert "path" not in answer["song"]
    assert [moment["start"] for moment in answer["course"]] == [0, 10]
    assert [moment["tension"] for moment in answer["course"]] == [0.5, None]
    tense = {"kind": "sounds", "emotion": "happy", "energy": "medium", "tense": True}
    assert [moment["sound"] for moment in answer["course"]] == [tense, {**tense, "tense": False}]
    assert answer["over_time"] == {
        "kind": "steady",
        "stretches": [{"sound": tense, "start": 0}],
        "energy": None,
        "pleasure": None,
    }
    assert answer["confidence"]["is_clear"] is True
    assert 0 < answer["confidence"]["steady"] <= 1


def test_a_song_of_another_model_is_compared_with_none(service):
    song = service.ids["sad"]
    with service.context.catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET model = 'music-0' WHERE id = ?", (song,))
    service.context.expire()
    said = error(service.client.get(f"/api/v1/songs/{song}/similar"), 409)
    assert said["code"] == "not_comparable"
    assert said["message"].startswith("'Sad' was analysed by the model music-0, most other songs")
    assert said["hint"] == "scan its folder again: vibelux scan FOLDER"
    others = service.client.get(f"/api/v1/songs/{service.ids['happy']}/similar?n=9").json()
    assert {other["song"]["id"] for other in others} == {*service.ids.values()} - {
        song,
        service.ids["happy"],
    }
    with service.context.catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET model = 'music-1' WHERE id = ?", (song,))
    service.context.expire()


def test_similar_songs_leave_the_song_itself_out(service):
    found = service.client.get(f"/api/v1/songs/{service.ids['sad']}/similar", params={"n": 3})
    ids = [entry["song"]["id"] for entry in found.json()]
    assert len(ids) == 3
    assert service.ids["sad"] not in ids


def test_the_map_has_a_point_for_every_song(service):
    points = service.client.get("/api/v1/songs/map").json()
    assert sorted(points["ids"]) == sorted(service.ids.values())
    place = points["ids"].index(service.ids["angry"])
    assert (points["valence"][place], points["arousal"][place]) == (-1.0, 1.0)
    assert points["strongest"][place] == 0


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/songs/999", 404, "song_unknown"),
        ("/api/v1/songs/999/similar", 404, "song_unknown"),
        ("/api/v1/songs/x", 422, "invalid_request"),
        ("/api/v1/songs/99999999999999999999", 404, "song_unknown"),
        ("/api/v1/songs/99999999999999999999/similar", 404, "song_unknown"),
        ("/api/v1/audio/99999999999999999999", 404, "song_unknown"),
        (f"/api/v1/songs/{'9' * 5000}", 422, "invalid_request"),
        ("/api/v1/songs?limit=0", 422, "invalid_request"),
        ("/api/v1/songs?emotion=bored", 422, "invalid_request"),
        ("/api/v1/songs?sort=share", 422, "invalid_input"),
        ("/api/v1/songs?min_valence=nan", 422, "invalid_request"),
        ("/api/v1/songs/", 404, "not_found"),
        ("/api/v1/song", 404, "not_found"),
        ("/../../etc/passwd", 404, "not_found"),
        ("/api/v1/models/..%2f..%2fpyproject.toml", 404, "not_found"),
        ("/api/v1/models/music.onnx", 422, "invalid_request"),
    ],
)
def test_what_is_not_there_or_makes_no_sense_is_said(service, path, status, code):
    assert error(service.client.get(path), status)["code"] == code


def test_the_models_for_faces_are_served_with_their_cards(service):
    card = service.client.get("/api/v1/models/face.json").json()
    model = service.client.get("/api/v1/models/face.onnx")
    assert card["kind"] == "face"
    assert len(model.content) > 10_000
    again = service.client.get(
        "/api/v1/models/face.onnx", headers={"If-None-Match": model.headers["etag"]}
    )
    assert again.status_code in (200, 304)


def test_a_person_corrects_a_mood_and_takes_it_back(service):
    path = f"/api/v1/songs/{service.ids['glad']}"
    before = service.client.get(path).json()["song"]
    assert before["corrected"] is False
    given = service.client.put(f"{path}/mood", json={"mood": mood(sad=2)}).json()
    assert given["corrected"] is True
    assert given["mood"]["sad"] == 1
    detail = service.client.get(path).json()
    assert (detail["song"], detail["confidence"]) == (given, None)
    found = service.client.get("/api/v1/songs", params={"emotion": "sad"}).json()["songs"]
    assert service.ids["glad"] in [song["id"] for song in found]
    points = service.client.get("/api/v1/songs/map").json()
    place = points["ids"].index(service.ids["glad"])
    assert points["valence"][place] == pytest.approx(given["valence"], abs=1e-3)
    assert service.client.delete(f"{path}/mood").json() == before
    error(service.client.put("/api/v1/songs/999/mood", json={"mood": mood(sad=1)}), 404)
    error(service.client.put(f"{path}/mood", json={"mood": mood()}), 422)


def test_a_wrong_mood_comes_with_the_right_one(service):
    asked = {"mood": mood(happy=1), "seed": 1}
    session = service.client.post("/api/v1/sessions", json=asked).json()["id"]
    given = {"song": service.ids["glad"], "what": "wrong_mood", "mood": mood(angry=1)}
    path = f"/api/v1/sessions/{session}/feedback"
    queue = service.client.post(path, json=given).json()["queue"]
    assert service.ids["glad"] not in [pick["song"]["id"] for pick in queue]
    song = service.client.get(f"/api/v1/songs/{service.ids['glad']}").json()["song"]
    assert (song["corrected"], song["mood"]["angry"]) == (True, 1)
    assert service.client.get("/api/v1/profile").json()["wrong_mood"] == 1
    error(service.client.post(path, json={**given, "what": "liked"}), 422)
    service.client.delete(f"/api/v1/songs/{service.ids['glad']}/mood")
    service.client.delete("/api/v1/profile")


def test_the_library_says_how_much_of_it_are_samples(service):
    assert service.client.get("/api/v1/library").json()["samples"] == 0


@pytest.mark.parametrize("number", [10**20, 1 << 63, 999])
def test_ids_beyond_64_bits_are_of_no_song_wherever_they_stand(service, number):
    session = service.client.post("/api/v1/sessions", json={"mood": mood(happy=1.0)}).json()["id"]
    told = {"song": number, "what": "liked", "after_seconds": 1.0}
    for answer in (
        service.client.post("/api/v1/playlists", json={"songs": [number], "format": "m3u8"}),
        service.client.post(f"/api/v1/sessions/{session}/feedback", json=told),
        service.client.put(f"/api/v1/songs/{number}/mood", json={"mood": mood(sad=1.0)}),
        service.client.delete(f"/api/v1/songs/{number}/mood"),
        service.client.head(f"/api/v1/audio/{number}"),
    ):
        assert answer.status_code == 404, answer.text
        if answer.content:
            assert error(answer, 404)["message"] == f"there is no song with id {number}"
