import stat
import sys

import pytest

from vibelux.errors import PlaylistError
from vibelux.players import system
from vibelux.players.system import open_playlist

posix = pytest.mark.skipif(sys.platform == "win32", reason="the opener is a program elsewhere only")


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


def test_windows_opens_the_file_itself(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(system.sys, "platform", "win32")
    monkeypatch.setattr(system.os, "startfile", opened.append, raising=False)
    open_playlist(tmp_path / "a.xspf")
    assert opened == [tmp_path / "a.xspf"]
    monkeypatch.setattr(system.os, "startfile", _nothing_opens_it, raising=False)
    with pytest.raises(PlaylistError, match="cannot start a player: no program"):
        open_playlist(tmp_path / "a.xspf")


def _nothing_opens_it(path):
    raise OSError("no program")
