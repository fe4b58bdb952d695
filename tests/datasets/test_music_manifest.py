from pathlib import Path

import pytest

from vibelux.datasets.song_files import read_songs
from vibelux.datasets.songs import SongData
from vibelux.errors import DatasetError


def manifest(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "songs.csv"
    path.write_bytes(text.encode(encoding, errors="surrogateescape"))
    return path


def read(folder: Path, text: str, **options: bool) -> SongData:
    return read_songs(manifest(folder, text), **options)


def test_every_column_is_read(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        "dataset,path,group,quadrant,tags,valence,arousal,emotion,duration,genre,gems_power,extra\n"
        '4q,a/b.mp3,Miles,q2,"Fierce; Angry;",-0.5,1,Wut,29.9,jazz,0.25,x\n',
    )
    [song] = data.rows
    assert song.path == tmp_path / "a" / "b.mp3"
    assert song.given == "a/b.mp3"
    assert (song.dataset, song.group, song.genre) == ("4q", "Miles", "jazz")
    assert (song.quadrant, song.quadrant_index) == ("Q2", 1)
    assert (song.valence, song.arousal, song.duration) == (-0.5, 1.0, 29.9)
    assert (song.emotion, song.emotion_index) == ("wut", 0)
    assert song.tags == ("fierce", "angry")
    assert song.gems == {"power": 0.25}


def test_only_the_path_is_needed_and_empty_cells_are_no_labels(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        " Path , VALENCE,emotion,quadrant,group\na.mp3,,,,\nb.mp3\n,,,,\n\nc.mp3,0,calm,3,\n",
    )
    a, b, c = data.rows
    for song in (a, b):
        assert (song.valence, song.emotion, song.quadrant) == (None, None, None)
        assert (song.quadrant_index, song.emotion_index) == (-1, -1)
        assert song.group == song.given  # a group of its own
    assert (c.valence, c.quadrant) == (0.0, "Q3")
    assert data.unknown_emotions() == {"calm": 1}


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    song = tmp_path / "elsewhere" / "a.mp3"
    (tmp_path / "lists").mkdir()
    data = read(tmp_path / "lists", f"path\n{song}\n")
    assert data.rows[0].path == song


def test_names_with_quotes_newlines_commas_and_odd_bytes(tmp_path: Path) -> None:
    text = 'path,valence\n"a ""b"", c\nd.mp3",1\nü\udcff.mp3,-1\n'
    data = read(tmp_path, text)
    assert [row.given for row in data.rows] == ['a "b", c\nd.mp3', "ü\udcff.mp3"]


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path: Path) -> None:
    data = read_songs(manifest(tmp_path, "path\na.mp3\n", encoding="utf-8-sig"))
    assert data.rows[0].given == "a.mp3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,quadrant\na.mp3,Q5\n", r"row 2: quadrant='Q5' must be one of Q1, Q2, Q3, Q4"),
        ("path,valence\na,1\n\nb,high\n", r"row 4: valence='high' is not a number"),
        ("path,valence\na,1.5\n", r"valence=1.5 must be in \[-1, 1\]; rescale the column first"),
        ("path,arousal\na,nan\n", r"arousal=nan must be in \[-1, 1\]"),
        ("path,duration\na,-3\n", "duration=-3 must be a finite number that is not negative"),
        ("path,gems_power\na,2\n", r"gems_power=2 must be in \[0, 1\]"),
        ("path,valence\n ,1\n", "row 2: 'path' is empty"),
        ("path,valence\na,1,2\n", "row 2: 3 cells in 2 columns"),
        ("file,valence\na,1\n", "has no column 'path'; its columns are file, valence"),
        ("path,valence,valence\na,1,1\n", "more than one column 'valence'"),
        ("path\n", "lists no song"),
        ("", "has no column 'path'"),
        ('path\n"a.mp3\n', "cannot read .*songs.csv"),
    ],
)
def test_bad_input_is_named_with_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read(tmp_path, text)


def test_other_scales_are_taken_when_asked_for(tmp_path: Path) -> None:
    data = read(tmp_path, "path,valence\na,7.25\n", any_scale=True)
    assert data.rows[0].valence == 7.25
    with pytest.raises(DatasetError, match="valence=inf must be a finite number"):
        read(tmp_path, "path,valence\na,inf\n", any_scale=True)


def test_the_research_manifest_has_its_known_counts(shared_data: Path) -> None:
    data = read_songs(shared_data / "music" / "manifest.csv")
    by_dataset = [
        sum(row.dataset == name for row in data.rows) for name in ("4q", "emotify", "ravdess_song")
    ]
    assert by_dataset == [677, 400, 1009]
    assert sum(row.quadrant is not None for row in data.rows) == 677
    assert sum(len(row.gems) == 9 for row in data.rows) == 400
    assert data.unknown_emotions() == {"calm": 183}
    assert len({row.group for row in data.rows if row.dataset == "4q"}) == 502
    assert data.rows[0].path.is_file()
