import json
import os
import re
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from sqlalchemy import insert

from vibelux.emotions import EMOTIONS, parse_mood
from vibelux.everyday_moods import mood_of_text
from vibelux.library.catalogue import Catalogue
from vibelux.library.playlists import read_playlist
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SongFit

MUSIC = ModelStatistics().songs

SONGS = {
    "joy": "happy=0.9,neutral=0.1",
    "bittersweet": "happy=0.5,sad=0.5",
    "rage": "angry=0.8,disgust=0.2",
}


@pytest.fixture
def library(tmp_path):
    """A catalogue with three songs, in the data folder of `run_cli`."""
    music = tmp_path / "music"
    music.mkdir()
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        for title, mood in SONGS.items():
            path = music / f"{title}.mp3"
            path.touch()
            row = {"path": path_bytes(path), "title": title, "artist": "Anna", "state": "ok"}
            connection.execute(
                insert(songs).values(**row, duration=61.2, mood=vector_blob(parse_mood(mood)))
            )
    return music


def test_json_has_the_documented_shape(run_cli, library):
    done = run_cli("recommend", "--mood", "happy=0.7,sad=0.3", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert list(document) == ["mood", "coverage", "songs"]
    assert document["coverage"] == {
        "word": None,
        "emotions": ["happy", "sad"],
        "fit": 2,
        "songs": 3,
    }
    assert list(document["mood"]) == list(EMOTIONS)
    assert document["mood"]["happy"] == pytest.approx(0.7)
    assert [song["title"] for song in document["songs"]] == ["bittersweet", "joy", "rage"]
    first = document["songs"][0]
    assert list(first) == [
        *("path", "title", "artist", "score", "mood", "reason", "reasons", "confidence"),
    ]
    assert first["path"] == str(library / "bittersweet.mp3")
    (fit,) = SongFit([parse_mood(SONGS["bittersweet"])], statistics=MUSIC).to(
        parse_mood("happy=0.7,sad=0.3")
    )
    assert first["score"] == pytest.approx(fit, abs=1e-5)
    assert first["reasons"][0] == {
        "kind": "sounds",
        "emotion": "happy",
        "energy": "medium",
        "tense": False,
    }
    assert first["reason"] == "Cheerful with a touch of sadness, calmer than you."
    assert list(first["confidence"]) == ["clear", "steady", "is_clear", "is_steady"]


@pytest.mark.parametrize("order", ["ranking", "listening"])
def test_the_numbers_of_the_model_come_from_its_card(run_cli, library, model_with, order):
    def asked(model=None):
        models = {} if model is None else {"VIBELUX_MUSIC_MODEL": str(model)}
        arguments = ("--mood", "happy=0.7,sad=0.3", "--order", order, "--json")
        done = run_cli("recommend", *arguments, **models)
        assert done.returncode == 0, done.stderr
        return {song["title"]: song for song in json.loads(done.stdout)["songs"]}

    turned = (-MUSIC.affect).tolist()
    turned[EMOTIONS.index("sad")] = [1, 1]
    shipped = asked()
    other = asked(model_with("music", affect=turned, clear=0.99))
    assert {song: entry["confidence"]["is_clear"] for song, entry in shipped.items()} == {
        "joy": True, "bittersweet": False, "rage": True,  # two emotions count alike in the second
    }  # fmt: skip
    assert not any(entry["confidence"]["is_clear"] for entry in other.values())
    for title in ("joy", "bittersweet", "rage"):
        assert abs(shipped[title]["score"] - other[title]["score"]) > 1e-3
    assert shipped["bittersweet"]["reasons"] != other["bittersweet"]["reasons"]


@pytest.mark.parametrize("order", ["ranking", "listening"])
def test_a_card_without_statistics_is_an_error_that_says_what_to_do(
    run_cli, library, model_with, order
):
    model = model_with("music", affect=None)
    done = run_cli(
        *("recommend", "--mood", "happy", "--order", order), VIBELUX_MUSIC_MODEL=str(model)
    )
    assert done.returncode == 1 and done.stdout == ""
    said = " ".join(done.stderr.split())
    assert "has no 'affect' in its statistics; compute them with: vibelux export stat" in said


def test_options_of_an_order_to_listen_to_imply_it(run_cli, library):
    done = run_cli("recommend", "--mood", "happy", "--policy", "lift", "--json")
    assert json.loads(done.stdout)["policy"] == "lift"
    done = run_cli("recommend", "happy", "--seed", "1", "--order", "ranking")
    assert done.returncode == 2
    assert "--seed is for an order to listen to; leave out --order ranking" in done.stderr
    done = run_cli("recommend", "--mood", "happy", "--order", "best")
    assert done.returncode == 2 and "must be ranking or listening" in done.stderr


@pytest.mark.parametrize(
    ("locale", "arguments", "heading"),
    [
        ("C", ("sad", "--policy", "journey", "--goal", "cheerful"), "From sad to cheerful:"),
        ("de_DE", ("sad", "--goal", "happy"), "Von traurig zu fröhlich:"),
        ("de_DE", ("fröhlich",), "Lieder für diese Stimmung: fröhlich."),
        ("C", ("calm",), "Songs for this mood: calm."),
    ],
)
def test_the_heading_has_the_words_that_were_typed(run_cli, library, locale, arguments, heading):
    done = run_cli("recommend", *arguments, LC_ALL=f"{locale}.UTF-8")
    assert done.stdout.splitlines()[0] == heading, done.stderr


def test_a_line_a_song_with_words_and_dots(run_cli, library):
    done = run_cli("recommend", "happy=0.7, sad=0.3", "-n", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Songs for this mood: happy, a little sad.",
        "",
        "1  Anna – bittersweet  cheerful             ●●●●●",
        "2  Anna – joy          cheerful and lively  ●●●●○",
        "",
        "2 of your 3 songs are happy or sad.",
    ]
    assert done.stderr == ""
    german = run_cli("recommend", "fröhlich", "-n", "1", LC_ALL="de_DE.UTF-8").stdout
    assert german.splitlines() == [
        "Lieder für diese Stimmung: fröhlich.",
        "",
        "1  Anna – joy  fröhlich und lebhaft  ●●●●●",
        "",
        "2 deiner 3 Lieder sind fröhlich.",
    ]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (["calm"], ["joy", "bittersweet", "rage"]),
        (["--mood", "wütend"], ["rage", "bittersweet", "joy"]),
        (["angry", "0.9", "sad", "0.1"], ["rage", "bittersweet", "joy"]),
        (["happy 70%, sad 30%"], ["bittersweet", "joy", "rage"]),
    ],
)
def test_moods_as_people_type_them(run_cli, library, words, titles):
    done = run_cli("recommend", *words, "--json")
    assert [song["title"] for song in json.loads(done.stdout)["songs"]] == titles


def test_words_for_a_mood_are_listed(run_cli, tmp_path):
    english = run_cli("recommend", "--moods").stdout
    german = run_cli("recommend", "--moods", LC_ALL="de_DE.UTF-8").stdout
    assert "  calm        relaxed and at ease" in english.splitlines()
    assert "  ruhig          entspannt und gelassen" in german.splitlines()
    assert max(map(len, [*english.splitlines(), *german.splitlines()])) <= 80
    for line in (english.splitlines()[-1], german.splitlines()[-1]):
        (example,) = re.findall(r'vibelux recommend "(.*)"', line)
        assert mood_of_text(example).max() < 0.75
    assert not (tmp_path / "catalogue.sqlite").exists()


def test_the_table_with_figures_fits_80_columns(run_cli, library):
    done = run_cli("recommend", "--mood", "happy=0.7,sad=0.3", "-n", "2", "--why")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "The mood: happy 70%, sad 30%" in done.stdout
    (fit,) = SongFit([parse_mood(SONGS["bittersweet"])], statistics=MUSIC).to(
        parse_mood("happy=0.7,sad=0.3")
    )
    assert "Anna – bittersweet" in done.stdout and f"{fit:.3f}" in done.stdout
    assert "rage" not in done.stdout
    assert done.stderr == ""


def test_writes_a_playlist(run_cli, library, tmp_path):
    file = tmp_path / "out.xspf"
    done = run_cli("recommend", "--mood", "angry", "-n", "1", "--output", file, "--relative")
    assert done.returncode == 0, done.stderr
    (entry,) = read_playlist(file)
    assert (entry.path, entry.label, entry.duration) == (library / "rage.mp3", "Anna - rage", 61.2)
    assert "<location>music/rage.mp3</location>" in file.read_text()
    assert "out.xspf is written, with one song." in done.stderr


def test_vanished_songs_are_not_recommended(run_cli, library):
    (library / "joy.mp3").unlink()
    done = run_cli("recommend", "--mood", "happy", "--json")
    titles = [song["title"] for song in json.loads(done.stdout)["songs"]]
    assert titles == ["bittersweet", "rage"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("--mood", "happy", "--camera"), ("--image", "a.png", "--video", "a.mp4"), ("--json",)],
)
def test_needs_exactly_one_source(run_cli, library, arguments):
    done = run_cli("recommend", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    text = " ".join(done.stderr.split())
    assert "needs a MOOD, or one of --camera" in text or "only one of" in text
    assert "Try: vibelux recommend" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--mood", "hapy=1"), "unknown mood 'hapy'; choose from calm, cheerful"),
        (("hapy",), "unknown mood 'hapy'; choose from calm, cheerful"),
        (("happy=0, 7",), "'7' is not a mood; write for example happy=0.7, sad=0.3"),
        (("happy", "--mood", "sad"), "only one of MOOD and --mood"),
        (("--mood", "happy=-1"), "must be a number of at least 0"),
        (("--mood", "happy=nan"), "must be a number of at least 0"),
        (("--mood", "happy=0"), "every number is 0"),
        (("--mood", "happy", "--group"), "--group is about faces"),
        (("--mood", "happy", "-n", "0"), "-n must be at least 1, not 0"),
        (("--mood", "happy", "-o", "list.doc"), "cannot tell the playlist's format"),
    ],
)
def test_wrong_usage(run_cli, library, arguments, message):
    done = run_cli("recommend", *arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def test_without_a_catalogue_it_says_to_scan_first_and_makes_none(run_cli, tmp_path):
    done = run_cli("recommend", "--mood", "happy", VIBELUX_HOME=str(tmp_path / "new"))
    assert done.returncode == 1
    assert "vibelux scan FOLDER" in " ".join(done.stderr.split())
    assert not (tmp_path / "new").exists()


def test_an_empty_catalogue_says_to_scan_first_before_looking_at_a_face(run_cli, tmp_path):
    Catalogue(tmp_path / "catalogue.sqlite").close()
    done = run_cli("recommend", "--image", tmp_path / "missing.png")
    assert done.returncode == 1
    assert "vibelux scan FOLDER" in " ".join(done.stderr.split())


def test_a_picture_without_a_face_exits_1_with_the_state(run_cli, library, tmp_path, face_model):
    noise = np.random.default_rng(0).integers(60, 200, (240, 320), dtype=np.uint8)
    soft = Image.fromarray(noise).filter(ImageFilter.GaussianBlur(3))
    soft.save(tmp_path / "none.png")
    arguments = ("--image", tmp_path / "none.png", "--face-model", face_model)
    done = run_cli("recommend", *arguments)
    assert done.returncode == 1
    assert "no face was found" in " ".join(done.stderr.split())
    assert done.stdout == ""
    done = run_cli("recommend", *arguments, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"mood": None, "state": "no_face", "songs": []}


@pytest.mark.skipif(sys.platform == "win32", reason="the opener is a program elsewhere only")
def test_open_plays_the_playlist(run_cli, library, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    done = run_cli("recommend", "--mood", "happy", "--open", PATH=str(programs))
    assert done.returncode == 1
    assert "in your music player by hand" in " ".join(done.stderr.split())
    opener = programs / ("open" if sys.platform == "darwin" else "xdg-open")
    seen = tmp_path / "seen"
    opener.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(sys.argv[1])\n"
    )
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    done = run_cli("recommend", "--mood", "happy", "-n", "2", "--open", PATH=str(programs))
    assert done.returncode == 0, done.stderr
    played = [entry.path.stem for entry in read_playlist(Path(seen.read_text()))]
    assert played == ["joy", "bittersweet"]
    assert stat.S_IMODE(Path(seen.read_text()).stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")
def test_any_name_can_be_printed(run_cli, tmp_path):
    path = tmp_path / os.fsdecode(b"new\nline [red] \xff\x1b[31m.mp3")
    path.touch()
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        mood = vector_blob(parse_mood("happy"))
        connection.execute(insert(songs).values(path=path_bytes(path), state="ok", mood=mood))
    done = run_cli("recommend", "--mood", "happy", PYTHONUTF8="0", LC_ALL="C.UTF-8")
    assert done.returncode == 0, done.stderr
    assert "[red]" in done.stdout and "\x1b" not in done.stdout
    done = run_cli("recommend", "--mood", "happy", "--json")
    assert json.loads(done.stdout)["songs"][0]["path"] == str(path)


def test_an_order_to_listen_to(run_cli, library):
    arguments = ("recommend", "--mood", "happy=0.7,sad=0.3", "--order", "listening",
                 "--policy", "lift", "--seed", "4")  # fmt: skip
    done = run_cli(*arguments, "--strength", "0.5", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert list(document) == [
        *("mood", "coverage", "policy", "goal", "strength"),
        *("diversity", "seed", "variety", "songs"),
    ]
    assert (document["policy"], document["strength"], document["seed"]) == ("lift", 0.5, 4)
    assert sorted(song["title"] for song in document["songs"]) == ["bittersweet", "joy", "rage"]
    assert document["variety"]["artists"] == 1
    assert run_cli(*arguments, "--strength", "0.5", "--json").stdout == done.stdout
    assert run_cli(*arguments).stderr == ""
    shown = run_cli(*arguments, "-v")
    assert shown.stderr.startswith("lift, strength 0.7, seed 4; variety: moods 0.")
    assert max(map(len, shown.stdout.splitlines() + shown.stderr.splitlines())) <= 80


def test_strength_1_is_the_ranking_and_a_goal_makes_a_journey(run_cli, library, tmp_path):
    ranked = run_cli(
        *("recommend", "--mood", "happy", "--order", "listening", "--strength", "1"),
        *("--diversity", "0", "--json"),
    )
    titles = [song["title"] for song in json.loads(ranked.stdout)["songs"]]
    assert titles == ["joy", "bittersweet", "rage"]
    journey = run_cli("recommend", "--mood", "happy", "--order", "listening", "--goal", "angry",
                      "--json")  # fmt: skip
    document = json.loads(journey.stdout)
    assert document["policy"] == "journey" and document["goal"]["angry"] == 1
    assert not (tmp_path / "profile.sqlite").exists()  # nothing was heard


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--policy", "cheer"), "--policy cheer is unknown; choose from match, lift"),
        (("--policy", "journey"), "--policy journey needs --goal"),
        (("--policy", "lift", "--goal", "happy"), "--goal is for --policy journey"),
        (("--strength", "1.5"), "--strength must be from 0 to 1, not 1.5"),
        (("--goal", "hapy"), "--goal: unknown mood 'hapy'"),
        (("--length", "8"), "--length is for --policy journey; say with --goal where"),
        (("--goal", "happy", "--length", "2"), "--length must be from 3 to 20, not 2"),
    ],
)
def test_an_order_that_makes_no_sense_is_wrong_usage(run_cli, library, arguments, message):
    done = run_cli("recommend", "--mood", "happy", *arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
