import errno
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vibelux.errors import InvalidInput, PlaylistError
from vibelux.library.playlists import FORMATS, PlaylistEntry, read_playlist, write_playlist

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
    write_playlist(file, [song, Listed(tmp_path / "b.flac")])
    assert file.read_bytes().decode("utf-8") == (
        f"#EXTM3U\n#EXTINF:213,Motörhead - 爱\n{song.path}\n#EXTINF:-1,b\n{tmp_path / 'b.flac'}\n"
    )
    assert read_playlist(file) == [
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
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_name_comes_back(tmp_path, name, relative, suffix):
    file, path = tmp_path / f"list{suffix}", tmp_path / name
    write_playlist(file, [Listed(path), Listed(tmp_path / "next.mp3")], relative=relative)
    assert [entry.path for entry in read_playlist(file)] == [path, tmp_path / "next.mp3"]
    file.read_bytes().decode("utf-8")  # valid, whatever the name


@posix
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    name=st.binary(min_size=1, max_size=40).filter(
        lambda name: not {0, ord("/")} & set(name) and name not in (b".", b"..")
    ),
    title=st.text(st.characters(codec=None), max_size=20),
    relative=st.booleans(),
    suffix=st.sampled_from(sorted(FORMATS)),
)
def test_any_bytes_a_file_system_allows_come_back(tmp_path, name, title, relative, suffix):
    file, path = tmp_path / f"list{suffix}", tmp_path / os.fsdecode(name)
    write_playlist(file, [Listed(path, title, title, 1.0)], relative=relative)
    (entry,) = read_playlist(file)
    assert entry.path == path
    assert entry.duration == 1


@pytest.mark.parametrize("suffix", FORMATS)
def test_relative_paths_move_with_the_folder(tmp_path, suffix):
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "music").mkdir(parents=True)
    write_playlist(old / f"list{suffix}", [Listed(old / "music" / "ä #1.mp3")], relative=True)
    assert str(tmp_path) not in (old / f"list{suffix}").read_text(encoding="utf-8")
    old.rename(new)
    assert [entry.path for entry in read_playlist(new / f"list{suffix}")] == [
        new / "music" / "ä #1.mp3"
    ]


@pytest.fixture
def linked(tmp_path):
    """A song on a disk, and a home with links to it, to a folder of lists and to a list."""
    (tmp_path / "disk" / "Music" / "Artist").mkdir(parents=True)
    (tmp_path / "disk" / "lists" / "deep").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "Music").symlink_to("../disk/Music")
    (tmp_path / "home" / "lists").symlink_to("../disk/lists/deep")
    (tmp_path / "home" / "other.mp3").write_bytes(b"elsewhere")
    (tmp_path / "disk" / "Music" / "Artist" / "linked.mp3").symlink_to(tmp_path / "home/other.mp3")
    (tmp_path / "disk" / "Music" / "Artist" / "a.mp3").write_bytes(b"a song")
    for suffix in FORMATS:
        (tmp_path / "home" / f"link{suffix}").symlink_to(f"../disk/lists/kept{suffix}")
    return tmp_path


@posix
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "place",
    [
        *("home/Music/list", "home/Music/Artist/list", "home/lists/list", "home/lists/../list"),
        *("home/list", "home/link", "disk/list", "home/../home/Music/../../home/list"),
    ],
)
@pytest.mark.parametrize(
    "song", ["disk/Music/Artist", "home/Music/Artist", "home/Music/../Music/Artist"]
)
def test_relative_names_lead_to_the_files_through_links(linked, place, song, suffix):
    file = linked / f"{place}{suffix}"
    songs = [Listed(linked / song / "a.mp3"), Listed(linked / song / "linked.mp3")]
    assert write_playlist(file, songs, relative=True) == 0
    text = file.read_text(encoding="utf-8")
    assert str(linked) not in text
    found = [entry.path for entry in read_playlist(file)]
    assert [path.read_bytes() for path in found] == [b"a song", b"elsewhere"]
    assert [path.name for path in found] == ["a.mp3", "linked.mp3"]
    (line,) = (line for line in text.splitlines() if "a.mp3" in line)
    name = re.search(r"""[^"=>]*a\.mp3""", line)[0]
    assert (file.resolve().parent / name).read_bytes() == b"a song"


@posix
def test_what_a_link_leads_to_is_written(linked):
    write_playlist(linked / "home" / "link.m3u8", [Listed(linked / "a.mp3")])
    assert (linked / "home" / "link.m3u8").is_symlink()
    assert not (linked / "disk" / "lists" / "kept.m3u8").is_symlink()
    assert list((linked / "home").glob(".*")) == list((linked / "disk/lists").glob(".*")) == []


@posix
def test_relative_places_of_playlists(linked, monkeypatch):
    monkeypatch.chdir(linked / "home" / "lists")
    write_playlist(Path("list.m3u8"), [Listed(linked / "home/Music/Artist/a.mp3")], relative=True)
    write_playlist(Path("../up.m3u8"), [Listed(linked / "home/Music/Artist/a.mp3")], relative=True)
    assert (linked / "disk/lists/up.m3u8").exists()
    for name in ("list.m3u8", "../up.m3u8"):
        (entry,) = read_playlist(Path(name))
        assert entry.path.read_bytes() == b"a song"


def test_files_that_cannot_be_named_relative_are_counted(tmp_path, monkeypatch):
    file = tmp_path / "list.m3u8"
    songs = [Listed(tmp_path / "a.mp3"), Listed(tmp_path / "b.mp3")]
    assert write_playlist(file, songs, relative=True) == 0
    if sys.platform != "win32":
        assert (
            write_playlist(file, [*songs, Listed(tmp_path / "new\nline.mp3")], relative=True) == 1
        )
        assert (
            write_playlist(tmp_path / "x.xspf", [Listed(tmp_path / "n\n.mp3")], relative=True) == 0
        )

    def relpath(path, start):  # as on Windows
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", relpath)
    for suffix in FORMATS:
        file = tmp_path / f"list{suffix}"
        assert write_playlist(file, songs, relative=True) == 2
        assert [entry.path for entry in read_playlist(file)] == [song.path for song in songs]
        assert write_playlist(file, songs) == 0


@pytest.mark.parametrize("suffix", FORMATS)
def test_titles_stay_on_their_line(tmp_path, suffix):
    file = tmp_path / f"list{suffix}"
    write_playlist(file, [Listed(tmp_path / "a.mp3", "two\nlines\ud800", "a, <b>", 7)])
    assert read_playlist(file) == [PlaylistEntry(tmp_path / "a.mp3", "a, <b> - two lines?", 7)]


def test_reads_what_others_wrote(tmp_path):
    file = tmp_path / "other.m3u"
    file.write_bytes(
        b'\xef\xbb\xbf#EXTM3U\r\n#PLAYLIST:mine\r\n\r\n#EXTINF:12.5 tvg-id="x",A - B\r\na.mp3\r\n'
        b"http://radio.example/stream\r\nb.mp3\r\nfile://elsewhere/c.mp3\r\n"
        b"#EXTINF:nonsense\r\nd.mp3"
    )
    found = read_playlist(file)
    if sys.platform != "win32":
        assert [entry.path.name for entry in found] == ["a.mp3", "b.mp3", "d.mp3"]
    assert found[0] == PlaylistEntry(tmp_path / "a.mp3", "A - B", 12.5)
    assert found[1].label is None


@posix
def test_reads_bytes_that_are_not_utf8(tmp_path):
    file = tmp_path / "old.m3u"
    file.write_bytes(b"#EXTINF:1,Bj\xf6rk\nBj\xf6rk.mp3\n")
    (entry,) = read_playlist(file)
    assert os.fsencode(entry.path) == os.fsencode(tmp_path) + b"/Bj\xf6rk.mp3"
    assert entry.label is not None and entry.label.encode("utf-8")


def test_says_what_cannot_be_read(tmp_path):
    with pytest.raises(PlaylistError, match=r"cannot read the playlist .*none\.m3u8"):
        read_playlist(tmp_path / "none.m3u8")
    (tmp_path / "song.m3u8").write_bytes(b"ID3\x04\0\0")
    with pytest.raises(PlaylistError, match="holds binary data"):
        read_playlist(tmp_path / "song.m3u8")
    (tmp_path / "empty.m3u8").touch()
    assert read_playlist(tmp_path / "empty.m3u8") == []


def test_a_failed_write_leaves_everything_as_it_was(tmp_path):
    file = tmp_path / "list.m3u8"
    write_playlist(file, [Listed(tmp_path / "a.mp3")])
    before = file.read_bytes()

    def breaking():
        yield Listed(tmp_path / "b.mp3")
        raise RuntimeError("the catalogue broke")

    with pytest.raises(RuntimeError):
        write_playlist(file, breaking())
    with pytest.raises(
        PlaylistError, match=r"playlist .*list\.m3u8: there is no folder .*missing$"
    ):
        write_playlist(tmp_path / "missing" / "list.m3u8", [])
    (tmp_path / "folder.m3u8").mkdir()
    with pytest.raises(PlaylistError, match=r"cannot write the playlist .*: Is a directory$"):
        write_playlist(tmp_path / "folder.m3u8", [])
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.m3u8", "list.m3u8"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_or_read_only_disk_is_told_in_one_sentence(tmp_path, monkeypatch, code):
    file = tmp_path / "list.m3u8"
    write_playlist(file, [Listed(tmp_path / "a.mp3")])
    before = file.read_bytes()

    def write_text(self, *_, **__):
        raise OSError(code, os.strerror(code), str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", write_text)
        with pytest.raises(PlaylistError) as failed:
            write_playlist(file, [])
    assert str(failed.value) == f"cannot write the playlist {file}: {os.strerror(code)}"
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["list.m3u8"]


@posix
def test_addresses_are_those_of_other_programs(tmp_path):
    path = tmp_path / "new\nline #1.mp3"
    write_playlist(tmp_path / "list.m3u8", [Listed(path)])
    address = (tmp_path / "list.m3u8").read_text().splitlines()[-1]
    code = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read())"
    path.write_bytes(b"sound")
    done = subprocess.run(
        [sys.executable, "-c", code, address], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "b'sound'"


def test_writes_xspf_as_its_specification_says(tmp_path):
    file = tmp_path / "list.xspf"
    write_playlist(file, [Listed(tmp_path / "50 % & more.mp3", "A <b>", "Ä", 1.5)], relative=True)
    assert file.read_text(encoding="utf-8") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<playlist version="1" xmlns="http://xspf.org/ns/0/">\n'
        "  <trackList>\n    <track>\n"
        "      <location>50%20%25%20%26%20more.mp3</location>\n"
        "      <title>A &lt;b&gt;</title>\n      <creator>Ä</creator>\n"
        "      <duration>1500</duration>\n"
        "    </track>\n  </trackList>\n</playlist>\n"
    )


def test_reads_what_others_wrote_as_xspf(tmp_path):
    file = tmp_path / "other.xspf"
    file.write_text(
        '<?xml version="1.0"?><x:playlist version="1" xmlns:x="http://xspf.org/ns/0/">'
        "<x:title>mine</x:title><x:trackList><x:track><x:location>http://radio/1</x:location>"
        "<x:location> a%20b.mp3 </x:location><x:title>B</x:title><x:duration>none</x:duration>"
        "</x:track><x:track><x:title>nowhere</x:title></x:track></x:trackList></x:playlist>"
    )
    assert read_playlist(file) == [PlaylistEntry(tmp_path / "a b.mp3", "B", None)]


def test_reads_what_others_wrote_as_jspf(tmp_path):
    file = tmp_path / "other.jspf"
    file.write_text(
        '{"playlist": {"track": [{"location": "a%20b.mp3", "creator": "A", "duration": 61000},'
        ' {"location": ["https://radio/1"]}, {"title": 3}, "nonsense", {"location": [null, {}]}]}}'
    )
    assert read_playlist(file) == [PlaylistEntry(tmp_path / "a b.mp3", "A", 61)]


def test_reads_what_others_wrote_as_pls(tmp_path):
    file = tmp_path / "other.pls"
    file.write_bytes(
        b"; made by hand\r\n[Playlist]\r\nfile2=b.mp3\r\nLENGTH2=-1\r\nFile10=c.mp3\r\n"
        b"File1 = a.mp3\r\nTitle1=A\r\nLength1=12\r\nFile3=http://radio.example\r\nTitle9=lost"
    )
    assert read_playlist(file) == [
        PlaylistEntry(tmp_path / "a.mp3", "A", 12),
        PlaylistEntry(tmp_path / "b.mp3", None, None),
        PlaylistEntry(tmp_path / "c.mp3", None, None),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xspf", b"ID3\x04\0\0", "not well-formed XML"),
        ("a.xspf", b"<html/>", "its root is <html>"),
        ("a.xspf", b"<?xml version='1.0' encoding='none'?><playlist/>", "not well-formed XML"),
        ("a.jspf", b"\xff", "it is not JSON"),
        ("a.jspf", b"[" * 100_000, "it is not JSON"),
        ("a.jspf", b'{"playlist": 3}', "no .playlist. with a list of tracks"),
        ("a.pls", b"#EXTM3U", r"does not start with \[playlist\]"),
        ("a.pls", b"[playlist]\0", "binary data"),
    ],
)
def test_says_why_it_is_not_a_playlist(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PlaylistError, match=f"is not a playlist: .*{message}"):
        read_playlist(tmp_path / name)


def test_the_suffix_says_the_format(tmp_path):
    song = Listed(tmp_path / "a.mp3")
    write_playlist(tmp_path / "LIST.PLS", [song])
    assert (tmp_path / "LIST.PLS").read_text().startswith("[playlist]")
    with pytest.raises(InvalidInput, match=r"format from 'list\.txt'; .* \.m3u8, .*\.pls"):
        write_playlist(tmp_path / "list.txt", [song])
