import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vibelux.errors import PlaylistError
from vibelux.library.playlists import PlaylistEntry, open_playlist, read_m3u8, write_m3u8

posix = pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")


@dataclass(frozen=True)
class Listed:
    path: Path
    title: str | None = None
    artist: str | None = None
    duration: float | None = None


def test_writes_what_players_expect(tmp_path):
    file = tmp_path / "list.m3u8"
    song = Listed(tmp_path / "Motörhead – 爱.mp3", "爱", "Motörhead", 212.6)
    write_m3u8(file, [song, Listed(tmp_path / "b.flac")])
    assert file.read_bytes().decode("utf-8") == (
        f"#EXTM3U\n#EXTINF:213,Motörhead - 爱\n{song.path}\n#EXTINF:-1,b\n{tmp_path / 'b.flac'}\n"
    )
    assert read_m3u8(file) == [
        PlaylistEntry(song.path, "Motörhead - 爱", 213),
        PlaylistEntry(tmp_path / "b.flac", "b", None),
    ]


NAMES = [
    "#1 hit.mp3",
    "#EXTINF:1,fake.mp3",
    "new\nline.mp3",
    "carriage\rreturn.mp3",
    " spaces at both ends ",
    "100% & a+b?x=#y.mp3",
    "file:trick.mp3",
    "http:trick.mp3",
    "quote'\"`$(x).mp3",
    "🎵 \u2028 separator.mp3",
    "\ufeffmark.mp3",
    os.fsdecode(b"latin-\xfc.mp3"),
]


@posix
@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_name_comes_back(tmp_path, name, relative):
    file, path = tmp_path / "list.m3u8", tmp_path / name
    write_m3u8(file, [Listed(path), Listed(tmp_path / "next.mp3")], relative=relative)
    assert [entry.path for entry in read_m3u8(file)] == [path, tmp_path / "next.mp3"]
    file.read_bytes().decode("utf-8")  # valid, whatever the name


@posix
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    name=st.binary(min_size=1, max_size=40).filter(
        lambda name: not {0, ord("/")} & set(name) and name not in (b".", b"..")
    ),
    title=st.text(st.characters(codec=None), max_size=20),
    relative=st.booleans(),
)
def test_any_bytes_a_file_system_allows_come_back(tmp_path, name, title, relative):
    file, path = tmp_path / "list.m3u8", tmp_path / os.fsdecode(name)
    write_m3u8(file, [Listed(path, title, title, 1.0)], relative=relative)
    (entry,) = read_m3u8(file)
    assert entry.path == path
    assert entry.duration == 1


def test_relative_paths_move_with_the_folder(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "music").mkdir(parents=True)
    write_m3u8(old / "list.m3u8", [Listed(old / "music" / "a.mp3")], relative=True)
    assert Path("music", "a.mp3").as_posix() in (old / "list.m3u8").read_text().replace("\\", "/")
    old.rename(new)
    assert [entry.path for entry in read_m3u8(new / "list.m3u8")] == [new / "music" / "a.mp3"]


def test_titles_stay_on_their_line(tmp_path):
    file = tmp_path / "list.m3u8"
    write_m3u8(file, [Listed(tmp_path / "a.mp3", "two\nlines\ud800", "a, b", 0.4)])
    assert read_m3u8(file) == [PlaylistEntry(tmp_path / "a.mp3", "a, b - two lines?", 0)]


def test_reads_what_others_wrote(tmp_path):
    file = tmp_path / "other.m3u"
    file.write_bytes(
        b'\xef\xbb\xbf#EXTM3U\r\n#PLAYLIST:mine\r\n\r\n#EXTINF:12.5 tvg-id="x",A - B\r\na.mp3\r\n'
        b"http://radio.example/stream\r\nb.mp3\r\nfile://elsewhere/c.mp3\r\n"
        b"#EXTINF:nonsense\r\nd.mp3"
    )
    found = read_m3u8(file)
    if sys.platform != "win32":
        assert [entry.path.name for entry in found] == ["a.mp3", "b.mp3", "d.mp3"]
    assert found[0] == PlaylistEntry(tmp_path / "a.mp3", "A - B", 12.5)
    assert found[1].label is None


@posix
def test_reads_bytes_that_are_not_utf8(tmp_path):
    file = tmp_path / "old.m3u"
    file.write_bytes(b"#EXTINF:1,Bj\xf6rk\nBj\xf6rk.mp3\n")
    (entry,) = read_m3u8(file)
    assert os.fsencode(entry.path) == os.fsencode(tmp_path) + b"/Bj\xf6rk.mp3"
    assert entry.label is not None and entry.label.encode("utf-8")


def test_says_what_cannot_be_read(tmp_path):
    with pytest.raises(PlaylistError, match=r"cannot read the playlist .*none\.m3u8"):
        read_m3u8(tmp_path / "none.m3u8")
    (tmp_path / "song.m3u8").write_bytes(b"ID3\x04\0\0")
    with pytest.raises(PlaylistError, match="holds binary data"):
        read_m3u8(tmp_path / "song.m3u8")
    (tmp_path / "empty.m3u8").touch()
    assert read_m3u8(tmp_path / "empty.m3u8") == []


def test_a_failed_write_leaves_everything_as_it_was(tmp_path):
    file = tmp_path / "list.m3u8"
    write_m3u8(file, [Listed(tmp_path / "a.mp3")])
    before = file.read_bytes()

    def breaking():
        yield Listed(tmp_path / "b.mp3")
        raise RuntimeError("the catalogue broke")

    with pytest.raises(RuntimeError):
        write_m3u8(file, breaking())
    with pytest.raises(PlaylistError, match="cannot write the playlist"):
        write_m3u8(tmp_path / "missing" / "list.m3u8", [])
    (tmp_path / "folder.m3u8").mkdir()
    with pytest.raises(PlaylistError, match="cannot write the playlist"):
        write_m3u8(tmp_path / "folder.m3u8", [])
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.m3u8", "list.m3u8"]


def opener(folder, body):
    """Put a program into an otherwise empty PATH under the name of the system's opener."""
    program = folder / ("open" if sys.platform == "darwin" else "xdg-open")
    program.write_text(f"#!{sys.executable}\n{body}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@posix
def test_plays_with_the_systems_opener(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    seen = tmp_path / "seen"
    opener(tmp_path, f"import sys; open({str(seen)!r}, 'w').write(repr(sys.argv[1:]))")
    playlist = tmp_path / "it's $(mine); .m3u8"
    open_playlist(playlist)
    assert seen.read_text() == repr([str(playlist)])


@posix
def test_says_when_there_is_no_player(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlaylistError, match=r"no (xdg-open|open) .*open .*a\.m3u8 in your music"):
        open_playlist(tmp_path / "a.m3u8")
    opener(tmp_path, "raise SystemExit(3)")
    with pytest.raises(PlaylistError, match="found no program that plays playlists"):
        open_playlist(tmp_path / "a.m3u8")


@posix
def test_addresses_are_those_of_other_programs(tmp_path):
    path = tmp_path / "new\nline #1.mp3"
    write_m3u8(tmp_path / "list.m3u8", [Listed(path)])
    address = (tmp_path / "list.m3u8").read_text().splitlines()[-1]
    code = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read())"
    path.write_bytes(b"sound")
    done = subprocess.run(
        [sys.executable, "-c", code, address], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "b'sound'"
