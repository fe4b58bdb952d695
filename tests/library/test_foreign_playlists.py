"""Playlists that other programs wrote: each names a file in its own way, and the file is found."""

import codecs
import json
import os
import socket
import sys
import unicodedata

import pytest

from vibelux.errors import PlaylistError
from vibelux.library.playlists import read_playlist

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")


@pytest.fixture
def music(tmp_path):
    """A folder with a few files, and beside it one for lists."""
    for name in (
        "Artist/a b.mp3",
        "Artist/100% #1.mp3",
        "Björk/Jóga.mp3",
        "Кино/Группа крови.mp3",
        "plain.mp3",
    ):
        file = tmp_path / "Music" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "Music" / "lists").mkdir()
    return tmp_path / "Music"


def read(file, content):
    file.write_bytes(content)
    return [entry.path for entry in read_playlist(file)]


def m3u(music, *lines):
    content = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    return read(music / "list.m3u", content)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Artist/a%20b.mp3", "Artist/a b.mp3"),
        ("Artist%2Fa%20b.mp3", "Artist/a b.mp3"),
        (r"Artist\a b.mp3", "Artist/a b.mp3"),
        (r".\Artist\a%20b.mp3", "Artist/a b.mp3"),
        (r"D:\Music\Artist\a b.mp3", "Artist/a b.mp3"),
        (r"\\nas\share\Music\Artist\a b.mp3", "Artist/a b.mp3"),
        ("file:///D:/Music/Artist/a%20b.mp3", "Artist/a b.mp3"),
        ("file:///D|/Music/Artist/a%20b.mp3", "Artist/a b.mp3"),
        ("file://D:/Music/Artist/a%20b.mp3", "Artist/a b.mp3"),
        ("artist/A B.MP3", "Artist/a b.mp3"),
        (r"ARTIST\A B.MP3", "Artist/a b.mp3"),
        ("Björk/Jóga.mp3".encode("cp1252"), "Björk/Jóga.mp3"),
        ("Björk/Jóga.mp3".encode("mac_roman"), "Björk/Jóga.mp3"),
        ("Bj%F6rk/J%F3ga.mp3", "Björk/Jóga.mp3"),
        ("Björk\\Jóga.mp3".encode("cp1252"), "Björk/Jóga.mp3"),
        (unicodedata.normalize("NFD", "Björk/Jóga.mp3"), "Björk/Jóga.mp3"),
        ("Кино/Группа крови.mp3".encode("cp1251"), "Кино/Группа крови.mp3"),
        ("Кино/Группа крови.mp3".encode("koi8-r"), "Кино/Группа крови.mp3"),
        ("Artist/100% #1.mp3", "Artist/100% #1.mp3"),
        ("Artist/100%25%20%231.mp3", "Artist/100% #1.mp3"),
        (" plain.mp3\t", "plain.mp3"),
    ],
)
def test_a_line_names_a_file_in_many_ways(music, line, name):
    assert m3u(music, "#EXTM3U", line) == [music / name]
    line = line.encode() if isinstance(line, str) else line
    assert read(music / "list.pls", b"[playlist]\nFile1=" + line) == [music / name]


@pytest.mark.parametrize(
    "address",
    [
        "file://{music}/Artist/a%20b.mp3",
        "file://localhost{music}/Artist/a%20b.mp3",
        "file://LocalHost{music}/Artist/a%20b.mp3",
        "file://{host}{music}/Artist/a%20b.mp3",
        "file:{music}/Artist/a%20b.mp3",
        "FILE://{music}/Artist/a%20b.mp3",
        "file://{music}/Artist/a b.mp3",
        "file://{music}/Artist/a%20b.mp3#t=10",
        "file://{music}/Artist/a%20b.mp3?x=1",
        "file://{music}/ARTIST/a%20b.mp3",
        "file:Artist/a%20b.mp3",
    ],
)
def test_addresses_of_files(music, address):
    address = address.format(music=music, host=socket.gethostname())
    expected = [music / "Artist" / "a b.mp3"]
    assert m3u(music, address) == expected
    jspf = json.dumps({"playlist": {"track": [{"location": [address]}]}})
    assert read(music / "list.jspf", jspf.encode()) == expected
    xspf = f"<playlist><track><location>{address}</location></track></playlist>"
    assert read(music / "list.xspf", xspf.encode()) == expected


def test_a_file_under_exactly_the_given_bytes_is_meant(music):
    names = [
        b"a%20b.mp3",
        rb"Artist\a b.mp3",
        b"Bj\xf6rk.mp3",
        b"#1 hit.mp3",
        b"http:x.mp3",
        b"C:.mp3",
    ]
    for name in (*names, b"a b.mp3", "Björk.mp3".encode()):
        (music / os.fsdecode(name)).touch()
    assert m3u(music, *names) == [music / os.fsdecode(name) for name in names]
    decomposed = music / unicodedata.normalize("NFD", "Ä.mp3")
    decomposed.touch()
    assert m3u(music, "Ä.mp3") == [decomposed]
    (music / unicodedata.normalize("NFC", "Ä.mp3")).touch()
    assert m3u(music, "Ä.mp3", decomposed.name) == [music / "Ä.mp3", decomposed]


def test_what_is_not_there_is_taken_as_it_is_written(music):
    assert m3u(music, "gone/a%20b.mp3", r"gone\x.mp3") == [
        music / "gone" / "a%20b.mp3",
        music / r"gone\x.mp3",
    ]
    long = "D:" + r"\a" * 15_000, "D:" + r"\a" * 40_000, "file:///" + "a/" * 40_000
    assert m3u(music, *long, "plain.mp3")[-1] == music / "plain.mp3"
    tracks = [{"location": ["\ud800", "a" * 99_999, "plain.mp3"]}, {"location": "\udfff.mp3"}]
    assert read(music / "x.jspf", json.dumps({"playlist": {"track": tracks}}).encode()) == [
        music / "plain.mp3"
    ]
    (music / "PLAIN.mp3").touch()
    (music / "plain.MP3").touch()
    assert m3u(music, "Plain.mp3") == [music / "Plain.mp3"]  # two it may be: not guessed
    assert m3u(music, "%00.mp3", b"\xff" * 300, "x/" * 3000, "plain.mp3")[-1] == music / "plain.mp3"


@pytest.mark.parametrize(
    "encoded",
    [
        *(lambda text, e=e: text.encode(e) for e in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: codecs.BOM_UTF8 + text.encode(),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_unicode_of_every_width_and_every_line_end(music, encoded, end):
    lines = ["#EXTM3U", "#EXTINF:61,Кино - Группа крови", "Кино/Группа крови.mp3", "plain.mp3", ""]
    (music / "list.m3u8").write_bytes(encoded(end.join(lines)))
    first, second = read_playlist(music / "list.m3u8")
    assert (first.path, first.label) == (music / "Кино/Группа крови.mp3", "Кино - Группа крови")
    assert (first.duration, second.path) == (61, music / "plain.mp3")
    lines = ["[PLAYLIST]", "FILE1=Björk/Jóga.mp3", "TITLE1=Jóga", ""]
    (music / "list.pls").write_bytes(encoded(end.join(lines)))
    (entry,) = read_playlist(music / "list.pls")
    assert (entry.path, entry.label) == (music / "Björk/Jóga.mp3", "Jóga")


def test_labels_are_in_the_encoding_of_the_names(music):
    lines = ["#EXTINF:1,Кино - Группа крови", "Кино/Группа крови.mp3"]
    (music / "list.m3u").write_bytes("\n".join(lines).encode("koi8-r"))
    assert read_playlist(music / "list.m3u")[0].label == "Кино - Группа крови"
    lines = ["#EXTENC: windows-1250", "#EXTINF:1,Żółć", "gone.mp3"]
    (music / "list.m3u").write_bytes("\n".join(lines).encode("cp1250"))
    assert read_playlist(music / "list.m3u")[0].label == "Żółć"
    for stated in (b"nonsense", b"utf-8", b"unicode_escape", b"zlib", b"undefined"):
        (music / "list.m3u").write_bytes(b"#EXTENC:%b\n#EXTINF:1,Bj\xf6rk \\s\ngone.mp3" % stated)
        assert read_playlist(music / "list.m3u")[0].label == r"Björk \s"


@pytest.mark.parametrize(
    ("line", "seconds", "label"),
    [
        ('#EXTINF:-1 tvg-name="A, B" group="x",Title, part 2', None, "Title, part 2"),
        ("#extinf:12.5,A - B", 12.5, "A - B"),
        ("#EXTINF: 7 ,A", 7, "A"),
        ("#EXTINF:7", 7, None),
        ("#EXTINF:" + "9" * 400 + ",A", None, "A"),
        ("#EXTINF:nan,A", None, None),
        ("#EXTINF:", None, None),
    ],
)
def test_extinf_as_others_write_it(music, line, seconds, label):
    (music / "list.m3u").write_text(f"{line}\n#EXTVLCOPT:start-time=3\nplain.mp3\n")
    (entry,) = read_playlist(music / "list.m3u")
    assert (entry.path, entry.duration, entry.label) == (music / "plain.mp3", seconds, label)


def test_pls_as_others_write_it(music):
    content = (
        "NumberOfEntries=9\nfile2=plain.mp3\nTITLE2=Two\nFile1 = Artist/a b.mp3\nTitle1=One\n"
        "Length1=1e999\nFile2=Björk/Jóga.mp3\nFile=last.mp3\nTitle=Last\nFile=very last.mp3\n"
    )
    (music / "list.pls").write_text(content)
    assert [
        (str(e.path.relative_to(music)), e.label) for e in read_playlist(music / "list.pls")
    ] == [
        ("Artist/a b.mp3", "One"),
        ("plain.mp3", "Two"),
        ("Björk/Jóga.mp3", None),
        ("last.mp3", "Last"),
        ("very last.mp3", None),
    ]


def test_bases_of_xspf(music):
    text = """<?xml version="1.0" encoding="{encoding}"?>
        <playlist xmlns="http://xspf.org/ns/0/" xml:base="Artist/"><trackList>
        <track><location>a%20b.mp3</location><title>Bjørn</title></track>
        <track xml:base="../Bj%C3%B6rk/"><location>J%C3%B3ga.mp3</location></track>
        <track xml:base="file://{music}/"><location>plain.mp3</location></track>
        <track xml:base="https://radio.example/"><location>stream.mp3</location></track>
        <track><location xml:base="file://{music}/lists/">../plain.mp3</location></track>
        <track xml:base="http://[">
        <location>plain.mp3</location></track>
        </trackList></playlist>"""
    file = music / "list.xspf"
    expected = [
        *(music / "Artist/a b.mp3", music / "Björk/Jóga.mp3", music / "plain.mp3"),
        music / "lists/../plain.mp3",
    ]
    for declared, encoding in [
        *(("UTF-8", "utf-8"), ("windows-1252", "cp1252"), ("UTF-8", "cp1252")),
        *(("utf-16", "utf-16"), ("euc-kr", "cp1252")),
    ]:
        file.write_bytes(text.format(encoding=declared, music=music).encode(encoding))
        found = read_playlist(file)
        assert [entry.path.resolve() for entry in found[:4]] == [p.resolve() for p in expected]
        if (declared, encoding) != ("euc-kr", "cp1252"):
            assert found[0].label == "Bjørn"


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://192.0.2.1/x.dtd"> %a;',
    ],
)
def test_entities_are_refused(music, entities):
    text = f"<!DOCTYPE playlist [{entities}]><playlist><track>&a;</track></playlist>"
    (music / "list.xspf").write_text(f'<?xml version="1.0"?>{text}')
    with pytest.raises(PlaylistError, match=r"declares the entity '.', which is refused"):
        read_playlist(music / "list.xspf")


def test_deep_xspf(music):
    text = "<playlist>" + "<x>" * 50_000 + "</x>" * 50_000 + "</playlist>"
    assert read(music / "list.xspf", text.encode()) == []


@pytest.mark.parametrize(
    "content",
    [
        {"playlist": {"track": [{"location": "Artist/a%20b.mp3", "duration": "NaN"}]}},
        {"track": [{"location": ["", "https://radio.example/1", "Artist/a b.mp3"], "title": None}]},
        {"playlist": {"track": [None, {}, {"location": r"D:\Music\Artist\a b.mp3", "title": 7}]}},
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_jspf_as_others_write_it(music, content, encoding):
    found = read(music / "list.jspf", json.dumps(content).encode(encoding))
    assert found == [music / "Artist" / "a b.mp3"]


def test_what_is_elsewhere_is_passed_over_and_told(music):
    (music / "list.m3u").write_text(
        "http://radio.example/stream\nplain.mp3\nfile://elsewhere/c.mp3\nsmb://nas/ä.mp3\n"
    )
    told = []
    found = read_playlist(music / "list.m3u", on_passed_over=told.append)
    assert [entry.path for entry in found] == [music / "plain.mp3"]
    assert told == ["http://radio.example/stream", "file://elsewhere/c.mp3", "smb://nas/ä.mp3"]


def test_playlists_of_folders_above_and_behind_links(music, tmp_path):
    lists = music / "lists"
    (lists / "list.m3u").write_text("../plain.mp3\nD:\\Music\\Artist\\a b.mp3\n")
    expected = [music / "plain.mp3", music / "Artist" / "a b.mp3"]
    assert [e.path.resolve() for e in read_playlist(lists / "list.m3u")] == expected
    (tmp_path / "link").symlink_to(lists)  # "../" leads to the parent of what it leads to
    (tmp_path / "plain.mp3").touch()
    found = read_playlist(tmp_path / "link" / "list.m3u")
    assert [e.path.resolve() for e in found] == expected
    (tmp_path / "list.m3u").symlink_to(lists / "list.m3u")
    (tmp_path / "plain.mp3").unlink()
    assert [e.path.resolve() for e in read_playlist(tmp_path / "list.m3u")] == expected


def test_what_cannot_be_a_playlist_is_not_read(music):
    with (music / "huge.m3u").open("wb") as file:
        file.truncate((64 << 20) + 1)
    with pytest.raises(PlaylistError, match="has 67,108,865 bytes, a playlist at most 67,108,864"):
        read_playlist(music / "huge.m3u")
    os.mkfifo(music / "pipe.m3u")
    with pytest.raises(PlaylistError, match="is not a file"):
        read_playlist(music / "pipe.m3u")
    with pytest.raises(PlaylistError, match=r"cannot read the playlist .*: it is not a file"):
        read_playlist(music.rename(music.with_name("music.m3u")))
    for content in (b"ID3\x04\0\0", b"a.mp3\0b.mp3\n", b"\0" * 64, bytes(range(256))):
        (music.with_name("x.m3u")).write_bytes(content)
        with pytest.raises(PlaylistError, match="holds binary data"):
            read_playlist(music.with_name("x.m3u"))
