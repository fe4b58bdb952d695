import json
import os
import re
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.errors import FilesUnreachable, InvalidInput
from vibelux.library import scan as scan_module
from vibelux.library.catalogue import Catalogue
from vibelux.library.workers_process import Analyser
from vibelux.models import WEIGHTS

ANALYSERS = Path(__file__).parents[1] / "library"


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def vibelux(tmp_path, monkeypatch):
    """Run the command line with the stand-in analyser of the library's tests."""
    monkeypatch.syspath_prepend(str(ANALYSERS))
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(
        scan_module,
        "music_analyser",
        lambda _: Analyser("scan_analysers:on_a_bad_disk", "stand-in", tmp_path),
    )
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)

    def run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def test_the_summary_says_what_was_done(vibelux, music, monkeypatch):
    for name in ("a", "b", "bad\nname"):
        (music / f"{name}.mp3").write_text(name)
    result = vibelux("scan", music, "--workers", 1)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == rf"failed  {music.resolve()}/bad\nname.mp3".replace("/", os.sep)
    assert lines[1] == "        It is a picture"
    assert lines[2].startswith("2 songs analysed in ") and lines[2].endswith(" · 1 failed")
    assert lines[3] == "The catalogue has 2 songs to play."
    assert "3 audio files found, 3 to analyse" in result.stderr

    result = vibelux("scan", music)
    assert "3 unchanged" in result.stdout
    assert result.stderr == ""

    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    (music / "c.mp3").write_text("c")
    result = vibelux("scan", music)
    first, last, before = result.stdout.splitlines()
    assert re.fullmatch(r"1 Lied analysiert in \d+,\d s · 3 unverändert", first)
    assert before == "1 Datei war nicht lesbar; siehe vibelux library."
    assert last == "Im Katalog sind 3 Lieder zum Anhören."
    assert "4 Audiodateien gefunden, 1 zu analysieren" in result.stderr


def test_json_is_one_document_on_stdout(vibelux, music):
    (music / "a.mp3").write_text("a")
    (music / "bad.mp3").write_text("bad")
    report = json.loads(vibelux("scan", music, "--json").stdout)
    assert report.pop("seconds") > 0
    assert report == {
        "analysed": 1,
        "unchanged": 0,
        "moved": 0,
        "copied": 0,
        "returned": 0,
        "missing": 0,
        "failed": 1,
        "unread": 0,
        "failures": [
            {
                "path": str(music.resolve() / "bad.mp3"),
                "code": "not_audio",
                "reason": "it is a picture",
            }
        ],
        "warnings": [],
        "unreachable": [],
        "catalogue": {"ok": 1, "failed": 1, "missing": 0},
    }


def test_failed_files_are_retried_on_request(vibelux, music):
    (music / "bad.mp3").write_text("bad")
    (music / "a.mp3").write_text("a")
    vibelux("scan", music)
    assert json.loads(vibelux("scan", music, "--json").stdout)["failed"] == 0
    last = vibelux("scan", music).stdout.splitlines()[-1]
    assert last == "1 file could not be read; see vibelux library."
    assert json.loads(vibelux("scan", music, "--json", "--retry").stdout)["failed"] == 1
    assert json.loads(vibelux("scan", music, "--json", "--again").stdout)["analysed"] == 1


def test_many_failures_are_cut_short(vibelux, music):
    for number in range(23):
        (music / f"{number}.mp3").write_text(f"bad {number}")
    result = vibelux("scan", music)
    assert result.stdout.count("It is a picture") == 20
    assert "… and 3 more: vibelux library --failed" in result.stdout


def test_a_note_about_a_folder_that_tells_nothing(vibelux, music):
    result = vibelux("scan", music)
    assert result.exit_code == 0
    assert "is its disk mounted?" in " ".join(result.stderr.split())
    assert result.stdout == "There is no music there.\n"


def test_a_folder_that_does_not_exist(vibelux, music):
    with pytest.raises(InvalidInput, match="there is no folder"):
        vibelux("scan", music / "nowhere")


def test_the_real_command_refuses_what_is_no_folder(run_cli, tmp_path):
    result = run_cli("scan", tmp_path / "nowhere")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: there is no folder")
    assert run_cli("scan").returncode == 2


def test_real_songs_of_every_format(tmp_path, music, monkeypatch):
    """No stand-in here: real files, real workers, the shipped model."""
    if not (WEIGHTS / "music.onnx").is_file():
        pytest.skip("the music model is not in this checkout")
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "home"))
    formats = {"mp3": "mp3", "flac": "flac", "m4a": "aac", "ogg": "libopus"}
    for number, (suffix, codec) in enumerate(formats.items()):
        write_song(
            music / f"{number:02} Band - Song {suffix}.{suffix}", codec, 220.0 * (number + 1)
        )
    (music / "photo.mp3").write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
    result = CliRunner().invoke(app, ["scan", str(music), "--json", "--workers", "2"])
    report = json.loads(result.stdout)
    assert (report["analysed"], report["failed"]) == (4, 1)
    with Catalogue(tmp_path / "home" / "catalogue.sqlite") as catalogue:
        for song in catalogue.songs("ok"):
            assert song.mood.sum() == pytest.approx(1, abs=1e-4)
            assert (song.mood >= 0).all()
            assert -1 <= song.valence <= 1 and -1 <= song.arousal <= 1
            assert song.model.startswith("music-")
            assert len(song.course) >= 1
            assert np.linalg.norm(song.embedding) == pytest.approx(1, abs=1e-2)
            assert song.duration == pytest.approx(20, abs=0.2)
            assert (song.artist, song.title) == ("Band", f"Song {song.path.suffix[1:]}")
        [failed] = catalogue.songs("failed")
        assert (failed.path.name, failed.reason_code) == ("photo.mp3", "not_audio")


def test_real_clips(shared_data, music, run_cli):
    if not (WEIGHTS / "music.onnx").is_file():
        pytest.skip("the music model is not in this checkout")
    clips = [
        clip
        for folder in ("4q", "emotify", "ravdess_song")
        for clip in sorted((shared_data / "music" / folder).glob("*.opus"))[:3]
    ]
    for clip in clips:
        (music / clip.name).write_bytes(clip.read_bytes())
    report = json.loads(run_cli("scan", music, "--json", "--workers", "2").stdout)
    assert (report["analysed"], report["failures"]) == (len(clips), [])
    found = json.loads(run_cli("library", "--json").stdout)
    assert found["counts"] == {"ok": len(clips), "failed": 0, "missing": 0}
    assert sum(found["mean"].values()) == pytest.approx(1, abs=1e-4)


def write_song(path, codec, pitch):
    seconds, rate = 20, 48000
    time = np.arange(seconds * rate) / rate
    tone = np.sin(2 * np.pi * pitch * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * time))
    noise = np.random.default_rng(round(pitch)).normal(0, 0.05, len(time))
    samples = ((tone * 0.5 + noise) * 20000).astype(np.int16)[None]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.rate = rate
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout="mono",
            rate=rate,
            frame_size=stream.codec_context.frame_size or None,
        )
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            for packet in stream.encode(part):
                container.mux(packet)


def test_files_that_cannot_be_read_now_are_told_apart(vibelux, music, tmp_path):
    for name in ("a", "b", "bad"):
        (music / f"{name}.mp3").write_text(name)
    (tmp_path / "fault").write_text("read 5 b.mp3")
    result = vibelux("scan", music, "--workers", 1)
    assert result.exit_code == 0
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines[:2] == [
        f"not read  {music.resolve() / 'b.mp3'}",
        "        It cannot be read at the moment (Input/output error)",
    ]
    assert lines[-2].endswith(" · 1 failed · 1 not read, the next scan tries again")
    said = " ".join(result.stderr.split())
    assert "files that could not be read: 1; what is known of them stays" in said
    failed = vibelux("library", "--failed").stdout
    assert "(Input/output error); the next scan tries again" in failed
    assert "It is a picture" in failed
    (tmp_path / "fault").unlink()
    assert json.loads(vibelux("scan", music, "--workers", 1, "--json").stdout)["analysed"] == 1


def test_a_disk_that_fails_ends_the_scan_with_one_sentence(vibelux, music, tmp_path):
    for number in range(20):
        (music / f"{number:02}.mp3").write_text(str(number))
    assert vibelux("scan", music, "--workers", 1).exit_code == 0
    (tmp_path / "fault").write_text("open 5")
    with pytest.raises(FilesUnreachable, match="10 files in a row could not be read"):
        vibelux("scan", music, "--workers", 1, "--again")
    (tmp_path / "fault").unlink()
    counts = json.loads(vibelux("library", "--json").stdout)["counts"]
    assert counts == {"ok": 20, "failed": 0, "missing": 0}
