import shutil

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS, parse_mood
from vibelux.errors import ModelError
from vibelux.library.catalogue import Catalogue
from vibelux.model_statistics import FaceStatistics, ModelStatistics, SongStatistics
from vibelux.models import WEIGHTS, Card
from vibelux.recommend.fit import standing_out
from vibelux.settings import Settings


def test_the_shipped_cards_have_them():
    shipped = ModelStatistics()
    assert shipped.songs.affect.shape == (7, 2)
    assert abs(shipped.songs.affect).max() <= 1
    for mood in (shipped.songs.typical_mood, shipped.faces.usual_mood):
        assert mood.sum() == pytest.approx(1, abs=1e-3) and mood.min() > 0
    assert 0.5 < shipped.songs.similar < shipped.songs.near_duplicate < 1
    # Half of the songs are clear: neither none nor all.
    assert 0.1 < shipped.songs.clear < 0.6 and 0.6 < shipped.songs.steady < 1


def test_emotions_lie_in_their_quadrants():
    signs = {
        "happy": (1, 1),
        "angry": (-1, 1),
        "fear": (-1, 1),
        "sad": (-1, -1),
        "neutral": (1, -1),
    }
    for name, expected in signs.items():
        np.testing.assert_array_equal(
            np.sign(ModelStatistics().songs.affect[EMOTIONS.index(name)]), expected
        )


def test_what_is_read_is_what_was_written():
    for kind, statistics in (("music", SongStatistics), ("face", FaceStatistics)):
        card = Card.read(WEIGHTS / f"{kind}.json")
        written = statistics.of(card).as_json()
        assert written == {name: card.statistics[name] for name in written}


@pytest.mark.parametrize(
    "name",
    ["affect", "typical_mood", "mood_spread", "clear", "steady", "similar", "near_duplicate"],
)
def test_a_card_that_lacks_one_is_an_error_that_says_what_to_do(model_with, name):
    model = model_with("music", **{name: None})
    with pytest.raises(
        ModelError,
        match=rf"the card of music-\S+ has no '{name}' in its statistics; .*vibelux export stat",
    ):
        _ = ModelStatistics(music_model=model).songs


def test_a_face_card_that_lacks_one_is_an_error_only_where_it_is_needed(model_with, tmp_path):
    settings = Settings(home=tmp_path, workers=1, face_model=model_with("face", usual_mood=None))
    found = ModelStatistics.of(settings)
    assert found.songs.clear > 0
    with pytest.raises(ModelError, match="has no 'usual_mood'"):
        _ = found.faces


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("affect", [[0, 0]] * 6),
        ("affect", [[0, 2]] * 7),
        ("affect", "Q1"),
        ("affect", [[0, "x"]] * 7),
        ("typical_mood", [0.5] * 7),
        ("typical_mood", [1.5, -0.5, 0, 0, 0, 0, 0]),
        ("mood_spread", 0),
        ("mood_spread", [0.1]),
        ("clear", 1.2),
        ("clear", float("nan")),
        ("steady", {}),
        ("similar", -0.1),
        ("near_duplicate", 2),
    ],
)
def test_values_that_cannot_be_used_are_refused(model_with, name, value):
    model = model_with("music", **{name: value})
    with pytest.raises(ModelError, match=f"gives {name}="):
        _ = ModelStatistics(music_model=model).songs


@pytest.mark.parametrize(
    ("name", "value"), [("doubt", [1] * 7), ("doubt", [1e9] * 8), ("unsure", "much")]
)
def test_what_cannot_be_used_of_a_face_is_refused(model_with, name, value):
    model = model_with("face", **{name: value})
    with pytest.raises(ModelError, match=f"gives {name}="):
        _ = ModelStatistics(face_model=model).faces


def test_moods_that_people_would_not_agree_on_are_unsure():
    faces = ModelStatistics().faces
    assert faces.is_unsure(np.full(7, 1 / 7, np.float32))
    assert faces.is_unsure(parse_mood("angry=0.25,disgust=0.1,fear=0.2,sad=0.3,surprise=0.15"))
    for sure in ("happy", "neutral=0.7,sad=0.3", "surprise=0.6,fear=0.4"):
        assert not faces.is_unsure(parse_mood(sure))


def test_a_model_of_the_other_kind_or_none_is_refused(model_with, tmp_path):
    with pytest.raises(ModelError, match="is a face model, a music model is needed"):
        _ = ModelStatistics(music_model=model_with("face")).songs
    with pytest.raises(ModelError, match="there is no model at"):
        _ = ModelStatistics(music_model=tmp_path / "none.onnx").songs


def test_a_catalogue_has_those_of_the_settings(model_with, tmp_path):
    model = model_with("music", clear=0.123)
    with Catalogue.of(Settings(home=tmp_path, workers=1, music_model=model)) as catalogue:
        assert catalogue.statistics.songs.clear == 0.123
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        assert catalogue.statistics.songs.clear == ModelStatistics().songs.clear


def test_what_stands_out_in_a_face_follows_from_the_card(model_with):
    face = parse_mood("neutral=0.6,sad=0.2,happy=0.2")
    sad = EMOTIONS.index("sad")
    often = np.full(7, 0.05)
    often[sad] = 0.7
    model = model_with("face", usual_mood=often.tolist())
    usual = standing_out(face, ModelStatistics().faces)
    assert standing_out(face, ModelStatistics(face_model=model).faces)[sad] < usual[sad] / 2


def test_the_shipped_models_are_read_without_their_graphs(tmp_path):
    shutil.copy(WEIGHTS / "music.json", tmp_path / "music.json")
    (tmp_path / "music.onnx").touch()
    assert ModelStatistics(music_model=tmp_path / "music.onnx").songs.clear > 0
