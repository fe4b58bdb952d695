import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from vibelux.emotions import EMOTIONS, as_mood
from vibelux.errors import ModelError
from vibelux.everyday_moods import EVERYDAY_MOODS
from vibelux.library.catalogue import Catalogue

from .conftest import error, fill, mood, running


def begin(service, **rest):
    answer = service.client.post(
        "/api/v1/sessions", json={"mood": mood(happy=1), "seed": 1, "strength": 1.0, **rest}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def titles(picks):
    return [pick["song"]["title"] for pick in picks]


def test_songs_that_fit_come_first_with_their_reasons(service):
    asked = {"mood": mood(happy=2), "strength": 1.0, "n": 6, "personal": 0, "diversity": 0}
    answer = service.client.post("/api/v1/recommendations", json=asked).json()
    assert answer["mood"]["happy"] == 1
    assert titles(answer["songs"])[:2] == ["Happy", "Glad"]
    first = answer["songs"][0]["reasons"]
    assert first[0]["kind"] == "sounds" and first[0]["emotion"] == "happy"
    assert answer["songs"][0]["song"]["sound"] == first[0]
    songs = service.client.get("/api/v1/songs").json()["songs"]
    happy = [song["id"] for song in songs if max(song["mood"], key=song["mood"].get) == "happy"]
    assert answer["coverage"] == {
        "word": None,
        "emotions": ["happy"],
        "fit": len(happy),
        "songs": len(songs),
    }
    assert first[1] == {"kind": "relation", "relation": first[1]["relation"], "to": "you"}
    assert answer["songs"][0]["target"]["happy"] == pytest.approx(1)
    scores = [pick["score"] for pick in answer["songs"]]
    assert scores[:2] == sorted(scores[:2], reverse=True)


def test_a_face_that_is_happy_does_not_lead_to_sad_songs(service):
    asked = {"mood": mood(happy=1), "source": "face", "n": 3, "strength": 0.5}
    for seed in range(5):
        answer = service.client.post("/api/v1/recommendations", json={**asked, "seed": seed})
        assert "Sad" not in titles(answer.json()["songs"])


def test_a_session_follows_the_mood_and_the_policy(service):
    session = begin(service)
    path = f"/api/v1/sessions/{session['id']}"
    assert titles(session["queue"])[0] == "Happy"
    sad = service.client.patch(path, json={"mood": mood(sad=1)}).json()
    assert titles(sad["queue"])[0] == "Sad"
    off = service.client.patch(path, json={"policy": "off", "strength": 0.2}).json()
    assert off["ordering"]["policy"] == "off"
    assert off["ordering"]["strength"] == 0.2
    journey = service.client.patch(
        path, json={"policy": "journey", "goal": mood(happy=1), "strength": 1.0}
    ).json()
    assert journey["ordering"]["goal"] == pytest.approx(mood(happy=1))
    assert service.client.delete(path).status_code == 204
    assert error(service.client.get(path), 404)["code"] == "session_unknown"


def test_a_journey_tells_its_way(service):
    session = begin(service, mood=mood(sad=1))
    assert session["way"] is None
    path = f"/api/v1/sessions/{session['id']}"
    change = {"policy": "journey", "goal": mood(happy=1), "length": 4}
    way = service.client.patch(path, json=change).json()["way"]
    assert way["at"] == 0 and len(way["places"]) == 4
    valences = [place["valence"] for place in way["places"]]
    assert valences == sorted(valences) and valences[0] < 0 < valences[-1]
    for at in (0, 1, 2, 3, 3):
        service.client.post(f"{path}/next")
        now = service.client.get(path).json()
        assert now["way"] == {"at": at, "asked": 4, "places": way["places"]}
    assert now["ordering"]["length"] == 4
    assert service.client.patch(path, json={"policy": "calm"}).json()["way"] is None


@pytest.mark.parametrize("length", [2, 21])
def test_a_journey_has_three_to_twenty_songs(service, length):
    path = f"/api/v1/sessions/{begin(service)['id']}"
    change = {"policy": "journey", "goal": mood(happy=1), "length": length}
    assert error(service.client.patch(path, json=change), 422)["code"] == "invalid_request"


def test_the_queue_rests_while_a_face_wavers(service):
    session = begin(service, mood=mood(happy=6, neutral=4), source="face")
    path = f"/api/v1/sessions/{session['id']}"
    wavers = {"mood": mood(happy=5, neutral=5), "source": "face"}
    same = service.client.patch(path, json=wavers).json()
    assert titles(same["queue"]) == titles(session["queue"])
    assert same["mood"]["happy"] == pytest.approx(0.5)
    other = {"mood": mood(sad=8, neutral=2), "source": "face"}
    changed = service.client.patch(path, json=other).json()
    assert titles(changed["queue"])[:3] != titles(session["queue"])[:3]


def test_a_song_that_was_handed_out_does_not_come_again(service):
    path = f"/api/v1/sessions/{begin(service)['id']}"
    heard = [service.client.post(f"{path}/next").json()["pick"] for _ in range(7)]
    assert heard[-1] is None
    assert sorted(titles(heard[:-1])) == ["Angry", "Calm", "Glad", "Happy", "Sad", "Tender"]
    assert service.client.get(path).json()["played"] == 6


def test_feedback_is_learnt_and_can_be_forgotten(service):
    service.client.delete("/api/v1/profile")
    path = f"/api/v1/sessions/{begin(service)['id']}"
    for what in ("begun", "liked", "skipped", "wrong_mood", "played"):
        given = {"song": service.ids["happy"], "what": what, "after_seconds": 1.5}
        answer = service.client.post(f"{path}/feedback", json=given)
        assert answer.status_code == 200, answer.text
        assert "Happy" not in titles(answer.json()["queue"])
    counts = dict.fromkeys(("played", "skipped", "liked", "wrong_mood"), 1)
    assert service.client.get("/api/v1/profile").json() == counts
    assert service.client.delete("/api/v1/profile").json() == dict.fromkeys(counts, 0)


def test_a_like_is_known_and_can_be_taken_back_in_another_session(service):
    service.client.delete("/api/v1/profile")
    given = {"song": service.ids["happy"], "what": "liked"}
    service.client.post(f"/api/v1/sessions/{begin(service)['id']}/feedback", json=given)
    likes = service.client.get("/api/v1/profile/likes").json()
    assert likes == {"songs": [service.ids["happy"]]}
    path = f"/api/v1/sessions/{begin(service)['id']}"
    answer = service.client.post(f"{path}/feedback", json={**given, "what": "unliked"})
    assert "Happy" in titles(answer.json()["queue"])  # nothing was heard of it
    assert service.client.get("/api/v1/profile/likes").json() == {"songs": []}
    assert service.client.get("/api/v1/profile").json()["liked"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"mood": [1, 2, 3]},
        {"mood": [0] * 7},
        {"mood": [-1, 0, 0, 0, 0, 0, 2]},
        {"mood": ["NaN"] * 7},
        {"mood": {"happy": 1}},
        {"mood": mood(happy=1), "policy": "hypnotise"},
        {"mood": mood(happy=1), "policy": "journey"},
        {"mood": mood(happy=1), "strength": 1.5},
        {"mood": mood(happy=1), "n": 100_000},
        {"mood": mood(happy=1), "photo": "aGVsbG8="},
        {},
        [],
        None,
    ],
)
def test_moods_and_orders_that_make_no_sense_are_refused(service, body):
    for path in ("/api/v1/recommendations", "/api/v1/sessions"):
        error(service.client.post(path, json=body), 422)


def test_bodies_that_are_no_json_are_refused(service):
    for content in (b"", b"{", b"\xff\xfe", b"NaN", b'{"mood": [NaN,1,1,1,1,1,1]}'):
        answer = service.client.post(
            "/api/v1/recommendations",
            content=content,
            headers={"Content-Type": "application/json"},
        )
        error(answer, 422)


def test_many_pages_may_ask_at_once(service):
    failed = []

    def page(number):
        path = f"/api/v1/sessions/{begin(service, seed=number)['id']}"
        for emotion in EMOTIONS:
            answer = service.client.patch(path, json={"mood": mood(**{emotion: 1})})
            given = {"song": service.ids["sad"], "what": "liked"}
            told = service.client.post(f"{path}/feedback", json=given)
            found = service.client.get("/api/v1/songs", params={"search": "a"})
            if {answer.status_code, told.status_code, found.status_code} != {200}:
                failed.append((number, answer.text, told.text, found.text))

    threads = [threading.Thread(target=page, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_questions_that_come_at_once_are_answered_alike(service):
    asked = {"mood": mood(happy=1), "n": 6, "seed": 3}

    def ask(_):
        return service.client.post("/api/v1/recommendations", json=asked)

    first = ask(0)
    assert len(first.json()["songs"]) == 6
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    assert {answer.content for answer in answers} == {first.content}


def test_a_correction_counts_in_the_next_answer(service):
    asked = {"mood": mood(happy=1), "n": 6, "strength": 1.0, "personal": 0, "diversity": 0}

    def score():
        songs = service.client.post("/api/v1/recommendations", json=asked).json()["songs"]
        return next(song["score"] for song in songs if song["song"]["title"] == "Sad")

    sad = service.context.song(service.ids["sad"])
    assert score() < 0.5
    service.context.correct(sad, as_mood(mood(happy=1)))
    assert score() > 0.9
    service.context.correct(sad, None)
    assert score() < 0.5


def test_moods_are_described_from_numbers_and_from_points(service):
    words = service.client.get("/api/v1/moods").json()
    assert tuple(entry["name"] for entry in words["emotions"]) == EMOTIONS
    everyday = {entry["key"]: entry["mood"] for entry in words["everyday"]}
    assert list(everyday) == list(EVERYDAY_MOODS)
    assert max(everyday["calm"], key=everyday["calm"].get) == "neutral"
    seven = service.client.post("/api/v1/moods", json={"mood": mood(angry=3)}).json()
    assert (seven["strongest"], seven["numbers"][0]) == ("angry", 1.0)
    point = service.client.post("/api/v1/moods", json={"valence": 0.6, "arousal": 0.4}).json()
    assert (point["valence"], point["arousal"]) == pytest.approx((0.6, 0.4), abs=0.05)
    for body in ({}, {"valence": 0.5}, {"mood": mood(sad=1), "valence": 0, "arousal": 0}):
        error(service.client.post("/api/v1/moods", json=body), 422)


def test_playlists_are_downloaded(service):
    ids = [service.ids["sad"], service.ids["happy"]]
    asked = {"songs": ids, "name": 'Übel/"Sonntag"\r\nX: y'}
    answer = service.client.post("/api/v1/playlists", json=asked)
    lines = answer.text.splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[1].endswith("Bo - Sad")
    assert lines[2] == str(service.music / "sad.wav")
    assert answer.headers["content-disposition"].startswith('attachment; filename="_bel__Sonntag_')
    assert "x" not in answer.headers
    assert error(service.client.post("/api/v1/playlists", json={"songs": [999]}), 404)
    error(service.client.post("/api/v1/playlists", json={"songs": []}), 422)
    error(service.client.post("/api/v1/playlists", json={"songs": ids, "format": "exe"}), 422)


def test_a_pick_says_which_mood_was_looked_for(service):
    body = {"mood": mood(sad=1), "policy": "lift", "n": 1}
    (pick,) = service.client.post("/api/v1/recommendations", json=body).json()["songs"]
    assert pick["target"]["sad"] == pytest.approx(2 / 3, abs=1e-4)
    assert pick["target"]["happy"] == pytest.approx(1 / 3, abs=1e-4)
    assert sum(pick["target"].values()) == pytest.approx(1)


def test_the_numbers_of_the_model_come_from_its_card(tmp_path, model_with):
    places = [[round(0.1 * emotion, 1), -0.5] for emotion in range(7)]
    often = [0.02] * 6 + [0.88]
    models = {
        "music_model": model_with("music", affect=places, clear=1.0),
        "face_model": model_with("face", usual_mood=often),
    }
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, tmp_path / "music")
    with (
        running(tmp_path, tmp_path, models=models) as (_, url),
        httpx.Client(base_url=f"{url}/api/v1", timeout=None) as client,
    ):
        found = client.get("/moods").json()["emotions"]
        assert [[one["valence"], one["arousal"]] for one in found] == places
        described = client.post("/moods", json={"mood": mood(sad=1)}).json()
        assert (described["valence"], described["arousal"]) == pytest.approx(places[5])
        song = client.get(f"/songs/{ids['tender']}").json()
        assert song["confidence"]["clear"] > 0.5 and not song["confidence"]["is_clear"]
        corrected = client.put(f"/songs/{ids['sad']}/mood", json={"mood": mood(fear=1)}).json()
        assert (corrected["valence"], corrected["arousal"]) == pytest.approx(places[2])
        face = {"mood": mood(surprise=0.8, sad=0.2), "source": "face", "n": 1}
        pick = client.post("/recommendations", json=face).json()["songs"][0]
        assert pick["target"]["sad"] > 0.6  # faces are surprised: what stands out is the sadness


@pytest.mark.parametrize(
    ("kind", "name"), [("music", "affect"), ("music", "steady"), ("face", "usual_mood")]
)
def test_a_service_with_a_card_that_lacks_a_number_does_not_begin(tmp_path, model_with, kind, name):
    models = {f"{kind}_model": model_with(kind, **{name: None})}
    with (
        pytest.raises(ModelError, match=f"has no '{name}' in its statistics"),
        running(tmp_path, tmp_path, models=models),
    ):
        pass
