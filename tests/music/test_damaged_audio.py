"""Files that are not songs, damaged songs, and songs with difficult names."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vibelux.errors import AudioError
from vibelux.music.decode import decode, decode_windows

SongOf = Callable[[str], Path]
Made = Callable[..., Any]


def code_of(path: Path) -> str:
    with pytest.raises(AudioError) as caught:
        decode_windows(path, sample_rate=16000)
    assert str(path) in str(caught.value)
    return caught.value.code


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").touch()
    assert code_of(tmp_path / "a.mp3") == "empty"


def test_a_picture_named_mp3(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8)
    for ending in ("jpeg", "png"):
        path = tmp_path / f"{ending}.mp3"
        Image.fromarray(picture).save(path, ending)
        assert code_of(path) == "not_audio"


def test_a_text_named_mp3(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("la la la\n" * 5000)
    assert code_of(tmp_path / "a.mp3") == "not_audio"


@pytest.mark.parametrize("content", ["zeros", "noise"])
def test_rubbish_named_mp3(tmp_path: Path, content: str) -> None:
    rubbish = np.random.default_rng(1).integers(0, 256, 200_000, np.uint8).tobytes()
    (tmp_path / "a.mp3").write_bytes(bytes(200_000) if content == "zeros" else rubbish)
    assert code_of(tmp_path / "a.mp3") in {"damaged", "not_audio"}


@pytest.mark.parametrize("name", ["mp3", "vbr.mp3", "flac", "ogg", "opus", "aac", "wav", "aiff"])
def test_what_is_left_of_a_truncated_song_is_analysed(
    song_of: SongOf, tmp_path: Path, name: str, seconds_heard: Made
) -> None:
    whole = song_of(name).read_bytes()
    path = tmp_path / f"half.{name}"
    path.write_bytes(whole[: len(whole) // 2])
    windows = decode_windows(path, sample_rate=16000, window_seconds=4.0)
    assert windows.duration == pytest.approx(17.25, abs=1.5)
    assert len(windows.samples) == 3
    last, start = windows.samples[-1], windows.starts[-1]
    at = int(np.ceil(start))
    assert seconds_heard(last[round((at - start) * 16000) :])[:2] == [at, at + 1]


@pytest.mark.parametrize("name", ["m4a", "alac.m4a"])
def test_a_truncated_song_without_its_index_is_damaged(
    song_of: SongOf, tmp_path: Path, name: str
) -> None:
    whole = song_of(name).read_bytes()
    assert whole.index(b"moov") > len(whole) // 2
    (tmp_path / "half.m4a").write_bytes(whole[: len(whole) // 2])
    assert code_of(tmp_path / "half.m4a") == "damaged"


@pytest.mark.parametrize("name", ["mp3", "flac", "ogg", "opus", "wma"])
def test_a_few_bytes_of_a_song_are_refused(song_of: SongOf, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"stub.{name}"
    path.write_bytes(song_of(name).read_bytes()[:100])
    assert code_of(path) in {"damaged", "not_audio"}


@pytest.mark.parametrize("filling", ["zeros", "noise"])
@pytest.mark.parametrize("name", ["mp3", "flac", "ogg", "opus", "m4a", "wma"])
def test_a_hole_in_the_middle_costs_only_itself(
    song_of: SongOf, tmp_path: Path, name: str, filling: str, seconds_heard: Made
) -> None:
    whole = bytearray(song_of(name).read_bytes())
    third = len(whole) // 3
    noise = np.random.default_rng(2).integers(0, 256, third, np.uint8).tobytes()
    whole[third : 2 * third] = bytes(third) if filling == "zeros" else noise
    path = tmp_path / f"hole.{name}"
    path.write_bytes(whole)
    windows = decode_windows(path, sample_rate=16000, window_seconds=4.0)
    assert len(windows.samples) >= 2
    assert np.isfinite(windows.samples).all()
    at = int(np.ceil(windows.starts[0]))
    first = windows.samples[0][round((at - windows.starts[0]) * 16000) :]
    assert seconds_heard(first)[:2] == [at, at + 1]


@pytest.mark.parametrize("tag", [b"drms", b"enca"])
def test_a_protected_song(song_of: SongOf, tmp_path: Path, tag: bytes) -> None:
    path = tmp_path / "bought.m4p"
    path.write_bytes(song_of("m4a").read_bytes().replace(b"mp4a", tag, 1))
    assert code_of(path) == "protected"


def test_a_protected_windows_media_song(song_of: SongOf, tmp_path: Path) -> None:
    plain = song_of("wma").read_bytes()
    parts = (b"secret", b"DRM\0", b"key\0", b"license\0")
    body = b"".join(len(part).to_bytes(4, "little") + part for part in parts)
    guid = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")  # Content Encryption Object
    encryption = guid + (24 + len(body)).to_bytes(8, "little") + body
    size = int.from_bytes(plain[16:24], "little") + len(encryption)
    count = int.from_bytes(plain[24:28], "little") + 1
    header = plain[:16] + size.to_bytes(8, "little") + count.to_bytes(4, "little") + plain[28:30]
    (tmp_path / "bought.wma").write_bytes(header + encryption + plain[30:])
    assert code_of(tmp_path / "bought.wma") == "protected"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert code_of(tmp_path / "gone.mp3") == "vanished"
    assert code_of(tmp_path / "gone" / "gone.mp3") == "vanished"
    (tmp_path / "file").write_bytes(b"x")
    assert code_of(tmp_path / "file" / "a.mp3") == "vanished"
    (tmp_path / "folder.mp3").mkdir()
    assert code_of(tmp_path / "folder.mp3") == "not_audio"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX system")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    assert code_of(tmp_path / "pipe.mp3") == "not_audio"


def test_a_file_without_permission(
    song_of: SongOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.mp3"
    path.write_bytes(song_of("mp3").read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):  # an administrator may read all: let the system refuse by hand

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    assert code_of(path) == "no_permission"


@pytest.mark.parametrize(
    "name",
    [
        'it\'s "quoted".mp3',
        "new\nline.mp3",
        "🎵 Überraschung.mp3",
        "100% %d %03d.mp3",
        "http:example.mp3",
        "concat:a.mp3|b.mp3",
        "file:x.mp3",
        "-i.mp3",
        "[*?].mp3",
        " .mp3",
        "no ending",
        ".hidden",
        b"caf\xe9 \xff.mp3",
        "x" * 240 + ".mp3",
    ],
)
def test_any_name_will_do(
    song_of: SongOf, tmp_path: Path, name: str | bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(os.fsdecode(name))
    monkeypatch.chdir(tmp_path)  # a relative path begins with the name itself
    try:
        path.write_bytes(song_of("mp3").read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this system does not allow the name")
    assert decode_windows(path, sample_rate=16000).duration == pytest.approx(34.5, abs=0.2)


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp3", "list.mpd", "list.ffconcat"])
def test_a_playlist_opens_nothing(
    song_of: SongOf, tmp_path: Path, name: str, visited: tuple[str, list[object]]
) -> None:
    address, visitors = visited
    for target in (address, str(song_of("mp3"))):
        if name.endswith("ffconcat"):
            text = f"ffconcat version 1.0\nfile '{target}'\n"
        elif name.endswith("mpd"):
            text = (
                '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
                'mediaPresentationDuration="PT30S"><Period><AdaptationSet mimeType="audio/mp4">'
                f'<Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL>'
                "</Representation></AdaptationSet></Period></MPD>"
            )
        else:
            text = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{target}\n#EXT-X-ENDLIST\n"
        (tmp_path / name).write_text(text)
        assert code_of(tmp_path / name) == "not_audio"
    assert visitors == []


def test_decoding_damage_is_quiet(
    song_of: SongOf, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = song_of("mp3").read_bytes()
    path = tmp_path / "a.mp3"
    path.write_bytes(whole[:50_000] + os.urandom(20_000) + whole[90_000:])
    decode_windows(path, sample_rate=16000)
    (tmp_path / "b.wav").write_bytes(song_of("wav").read_bytes()[:30])
    code_of(tmp_path / "b.wav")
    assert capfd.readouterr() == ("", "")


def test_a_sample_rate_of_nonsense_is_damage(song_of: SongOf, tmp_path: Path) -> None:
    header = bytearray(song_of("wav").read_bytes())
    for rate in (1, 2_000_000_000):
        header[24:28] = rate.to_bytes(4, "little")
        (tmp_path / "a.wav").write_bytes(header)
        assert code_of(tmp_path / "a.wav") == "damaged"


def test_real_clips_decode(shared_data: Path) -> None:
    for dataset in ("4q", "emotify", "ravdess_song"):
        for path in sorted((shared_data / "music" / dataset).iterdir())[:3]:
            samples = decode(path, sample_rate=16000)
            assert len(samples) > 16000
            assert 0.01 < np.abs(samples).max() <= 1.0
