import os
import re
import shutil
import subprocess
import sys
import time

import httpx
import numpy as np
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.cli.demo import SAMPLE_MOOD
from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.playlists import read_playlist
from vibelux.recommend.ranking import recommend_songs
from vibelux.samples.synthesis import PIECES


def test_shows_the_whole_way_and_leaves_the_users_catalogue_alone(run_cli, tmp_path):
    home, folder = tmp_path / "home", tmp_path / "a demo"
    settings = {"VIBELUX_HOME": str(home)}  # and the shipped model
    done = run_cli("demo", "--folder", folder, **settings)
    assert done.returncode == 0, done.stderr
    assert not home.exists()
    text = done.stdout
    for heading in (
        "1  The music",
        "2  The analysis",
        "3  A mood",
        "4  What fits",
        "5  Now your own music",
    ):
        assert heading in text.splitlines()
    assert f"VibeluX analysed {len(PIECES)} pieces in " in text
    assert "Let us say that you are happy, a little surprised." in text
    assert "scan ~/Music" in text
    assert text.count("●") > 12 and "%" not in text
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) <= 80
    assert len(list((folder / "samples").iterdir())) == len(PIECES)

    with Catalogue(folder / "catalogue.sqlite") as catalogue:
        found = list(catalogue.songs("ok"))
        assert_the_samples_fit(catalogue)
    assert len(found) == len(PIECES)
    assert {song.album for song in found} == {"VibeluX sample catalogue"}
    assert {song.title for song in found} == {piece.title for piece in PIECES}
    assert all(20 <= song.duration <= 31 for song in found)
    # The catalogue tells them apart: no two songs sound the same to it.
    moods = np.stack([song.mood for song in found])
    assert len(np.unique(moods.round(6), axis=0)) == len(PIECES)

    playlist = read_playlist(folder / "playlist.m3u8")
    assert [entry.path.parent for entry in playlist] == [folder / "samples"] * 3
    assert all(entry.path.is_file() for entry in playlist)
    moved = tmp_path / "moved"
    folder.rename(moved)
    assert all(entry.path.is_file() for entry in read_playlist(moved / "playlist.m3u8"))

    assert f"demo --page --folder '{folder}'" in text.splitlines()[-2]
    assert_the_page_has_the_samples(moved, home, tmp_path)


def assert_the_page_has_the_samples(folder, home, tmp_path):
    """Check that the demo ends with the page where it is wanted, and opens it."""
    browser = tmp_path / "browser.py"
    browser.write_text(
        "import pathlib, sys; pathlib.Path(__file__ + '.seen').write_text(sys.argv[1])"
    )
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from vibelux.cli import main; main()"),
            *("demo", "--page", "--folder", str(folder)),
        ],
        env={
            **os.environ,
            "VIBELUX_HOME": str(home),
            "BROWSER": f"{sys.executable} {browser} %s",
            "NO_COLOR": "1",
        },
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        text = ""
        while "VibeluX is at" not in text:
            line = process.stdout.readline()
            assert line, text
            text += line
        assert "VibeluX has analysed these pieces before." in text
        assert "6  The page, with this music" in text
        link = re.search(r"VibeluX is at (\S+)", text)[1]
        assert httpx.get(f"{link}api/v1/library", timeout=None).json()["ok"] == len(PIECES)
        seen = tmp_path / "browser.py.seen"
        while not seen.exists() or not seen.read_text():
            time.sleep(0.05)
        assert seen.read_text() == link
    finally:
        process.terminate()
        process.communicate()


def assert_the_samples_fit(catalogue):
    """Check that the music which the model ranks first is what a listener would expect."""

    found = {piece.title: piece.found for piece in PIECES}

    def ranked(mood, n):
        songs = recommend_songs(catalogue, parse_mood(mood), n=n)
        return [found[song.song.title] for song in songs]

    assert ranked(SAMPLE_MOOD, 3) == ["happy"] * 3
    for emotion in ("happy", "neutral", "sad", "fear"):
        assert ranked(emotion, 2) == [emotion] * 2
    assert ranked("angry", 2) == ["fear"] * 2  # the metal; there is no piece of anger


def test_leaves_nothing_in_the_current_folder(run_cli, tmp_path, monkeypatch, sample_files):
    here = tmp_path / "here"
    here.mkdir()
    shutil.copytree(sample_files[0].parent, tmp_path / "home" / "demo" / "samples")
    monkeypatch.chdir(here)
    done = run_cli("demo", "--no-page", VIBELUX_HOME=str(tmp_path / "home"), LC_ALL="de_DE.UTF-8")
    assert done.returncode == 0, done.stderr
    assert list(here.iterdir()) == []
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["demo"]
    assert "Sagen wir, du bist fröhlich, ein wenig überrascht." in done.stdout.splitlines()


def test_stopped_early_it_leaves_nothing(monkeypatch, tmp_path, capsys):
    def stopped(folder, **_):
        folder.mkdir(parents=True)
        (folder / "half.flac").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("vibelux.samples.rendering.render_samples", stopped)
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "home"))
    run = CliRunner()
    result = run.invoke(app, ["demo"])
    assert result.exit_code == 130
    assert result.stderr == "Stopped.\n"
    assert not (tmp_path / "home" / "demo").exists()
    (tmp_path / "mine").mkdir()  # a folder that was there stays, with what is in it
    assert run.invoke(app, ["demo", "--folder", str(tmp_path / "mine")]).exit_code == 130
    assert (tmp_path / "mine" / "samples" / "half.flac").exists()


def test_says_where_it_cannot_write(run_cli, tmp_path):
    (tmp_path / "file").touch()
    done = run_cli("demo", "--folder", tmp_path / "file")
    assert done.returncode == 1
    assert "cannot make the folder" in " ".join(done.stderr.split())
