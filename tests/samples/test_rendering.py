import os
import shutil
from dataclasses import replace

import av
import numpy as np
import pytest

from vibelux.errors import AudioError
from vibelux.library.tags import read_tags
from vibelux.music.decode import decode
from vibelux.samples.rendering import ALBUM, ARTIST, FORMATS, render_samples, write_audio
from vibelux.samples.synthesis import PIECES
from vibelux.samples.waves import RATE

SOME = tuple(replace(piece, bars=2) for piece in PIECES[: len(FORMATS)])
"""A short piece for each format."""

LENGTHS = [
    60 * piece.bars * piece.beats / piece.tempo + 1 + min(piece.character.reverb, 1.4)
    for piece in SOME
]
"""Their seconds, with the room after the last note."""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "new" / "folder"
    return render_samples(folder, pieces=SOME)


def test_renders_pieces_in_several_formats(rendered):
    assert [path.stem for path in rendered] == [piece.title for piece in SOME]
    assert {path.suffix for path in rendered} == {".mp3", ".flac", ".m4a", ".ogg", ".opus"}
    folder = rendered[0].parent
    assert sorted(folder.iterdir()) == sorted(rendered)  # and leaves nothing else


@pytest.mark.parametrize("number", range(len(FORMATS)))
def test_files_are_tagged_as_samples(rendered, number):
    path = rendered[number]
    tags = read_tags(path)
    assert (tags.title, tags.artist, tags.album) == (PIECES[number].title, ARTIST, ALBUM)
    assert tags.track == number + 1
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert container.duration / 1e6 == pytest.approx(LENGTHS[number], abs=0.2)
        assert stream.channels == 2
        texts = {**container.metadata, **stream.metadata}
    comment = next(text for name, text in texts.items() if name.lower() == "comment")
    assert comment.startswith("sample")


def test_files_sound_and_do_not_clip(rendered):
    for path, seconds in zip(rendered, LENGTHS, strict=True):
        sound = decode(path, sample_rate=16000)
        assert sound.size == pytest.approx(16000 * seconds, abs=3200)
        assert 0.1 < np.abs(sound).max() < 1.0


def test_pieces_that_lie_elsewhere_are_copied(rendered, tmp_path, monkeypatch):
    """Only what is missing there, or of another version, is made anew."""
    made = rendered[0].parent
    synthesised = []
    monkeypatch.setattr(
        "vibelux.samples.rendering.synthesise",
        lambda piece: synthesised.append(piece.title) or np.zeros((2, 4 * RATE), np.float32),
    )
    elsewhere = tmp_path / "made"
    shutil.copytree(made, elsewhere)
    (elsewhere / rendered[1].name).unlink()
    (elsewhere / rendered[2].name).write_bytes(b"no sound")
    files = render_samples(tmp_path / "new", pieces=SOME, made=elsewhere)
    assert synthesised == [SOME[1].title, SOME[2].title]
    for number in (0, 3, 4):
        assert files[number].read_bytes() == rendered[number].read_bytes()
    assert len(render_samples(tmp_path / "more", pieces=SOME[:1], made=tmp_path / "none")) == 1


def test_a_second_call_changes_nothing_and_repairs_what_is_broken(rendered):
    times = {path: path.stat().st_mtime_ns for path in rendered}
    rendered[0].unlink()
    rendered[1].write_bytes(b"not music")
    steps = []
    again = render_samples(
        rendered[0].parent,
        pieces=SOME,
        on_progress=lambda done, total: steps.append((done, total)),
    )
    assert again == rendered
    assert steps == [(number, 5) for number in range(1, 6)]
    assert read_tags(rendered[0]).title == PIECES[0].title
    assert read_tags(rendered[1]).title == PIECES[1].title
    for path in rendered[2:]:
        assert path.stat().st_mtime_ns == times[path]


def test_samples_of_an_earlier_version_go_and_nothing_else(rendered):
    folder = rendered[0].parent
    silence = np.zeros((2, RATE), np.float32)
    old = {"comment": "sample 2: synthesised by VibeluX to sound happy", "title": "Sample happy 1"}
    write_audio(folder / "Sample happy 1.flac", silence, file_format=FORMATS[1], tags=old)
    write_audio(folder / "Mine.flac", silence, file_format=FORMATS[1], tags={"comment": "mine"})
    (folder / "notes.mp3").write_text("no music")
    render_samples(folder, pieces=SOME)
    assert {path.name for path in folder.iterdir()} == {
        *(path.name for path in rendered),
        "Mine.flac",
        "notes.mp3",
    }


@pytest.mark.parametrize("file_format", FORMATS, ids=lambda f: f.suffix)
def test_what_is_written_is_what_is_heard(tmp_path, file_format):
    path = tmp_path / f"tone{file_format.suffix}"
    time = np.arange(2 * RATE) / RATE
    wave = 0.5 * np.sin(2 * np.pi * 440 * time).astype(np.float32)
    write_audio(path, np.stack([wave, wave]), file_format=file_format, tags={"title": "Tönchen"})
    assert read_tags(path).title == "Tönchen"
    heard = decode(path, sample_rate=16000)
    assert heard.size == pytest.approx(2 * 16000, abs=2500)  # codecs pad
    middle = heard[8000:24000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(
        0.5 / np.sqrt(2), rel=0.06
    )  # LAME leaves some room
    assert np.argmax(np.abs(np.fft.rfft(middle))) == pytest.approx(440, abs=1)


def test_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(AudioError, match="cannot make the folder"):
        render_samples(tmp_path / "file" / "inside")
    silence = np.zeros((2, RATE), np.float32)
    with pytest.raises(AudioError, match=r"cannot write .*missing"):
        write_audio(tmp_path / "missing" / "a.flac", silence, file_format=FORMATS[1], tags={})


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="needs a user whom permissions bind",
)
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(AudioError, match="cannot write") as caught:
            render_samples(tmp_path, pieces=SOME)
        assert caught.value.code == "no_permission"
    finally:
        tmp_path.chmod(0o700)
