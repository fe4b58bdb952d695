import json
import os
from pathlib import Path

import av
import numpy as np
import pytest
from tagged_songs import FORMATS, MOOD, write_song

from vibelux.errors import InvalidInput
from vibelux.library.scan import scan
from vibelux.library.schema import songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.library.tags import read_tags

mutagen = pytest.importorskip("mutagen", reason="needs the tags extra")

from mutagen.id3 import APIC, ID3, TIT2, TMOO, TXXX, TYER  # noqa: E402

from vibelux.library import tag_fields, tag_writing  # noqa: E402
from vibelux.library.tag_fields import change_fields, read_fields  # noqa: E402
from vibelux.library.tag_writing import sound_of, tag_songs, untag_songs  # noqa: E402


def decoded(path):
    with av.open(str(path)) as container:
        parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(parts, axis=1)


def tag(catalogue, *folders, write=True, **options):
    return list(tag_songs(folders, catalogue, write=write, **options))


def untag(catalogue, *folders, write=True, **options):
    return list(untag_songs(folders, catalogue, write=write, **options))


def moods_of(path):
    return read_fields(path, ("MOOD", "VIBELUX_MOOD", "VIBELUX_VALENCE", "VIBELUX_HAPPY"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_mood_goes_into_a_file_and_out_again(catalogue, known, music, suffix):
    path = write_song(music / f"song.{suffix}")
    known(path)
    before, sound = read_tags(path), decoded(path)
    [done] = tag(catalogue, music)
    assert (done.state, done.kept_mood, done.reason) == ("changed", None, None)
    assert moods_of(path) == {
        "MOOD": ["happy"],
        "VIBELUX_MOOD": ["happy"],
        "VIBELUX_VALENCE": ["0.500"],
        "VIBELUX_HAPPY": ["0.600"],
    }
    assert read_tags(path) == before
    np.testing.assert_array_equal(decoded(path), sound)

    assert [step.state for step in tag(catalogue, music)] == ["same"]
    assert [step.state for step in untag(catalogue, music)] == ["changed"]
    assert read_fields(path, tag_writing._NAMES) == {}
    assert read_tags(path) == before
    np.testing.assert_array_equal(decoded(path), sound)
    assert [p.name for p in music.iterdir()] == [path.name]


def test_the_fields_lie_where_other_programs_look(catalogue, known, music):
    for suffix in ("mp3", "flac", "m4a", "wma", "wv"):
        known(write_song(music / f"song.{suffix}"))
    tag(catalogue, music)
    opened = {path.suffix[1:]: mutagen.File(path) for path in music.iterdir()}
    assert opened["mp3"]["TMOO"].text == ["happy"]
    assert opened["mp3"]["TXXX:VIBELUX_AROUSAL"].text == ["-0.250"]
    assert opened["flac"]["mood"] == ["happy"]
    assert opened["m4a"]["----:com.apple.iTunes:MOOD"] == [b"happy"]
    assert [str(value) for value in opened["wma"]["WM/Mood"]] == ["happy"]
    assert str(opened["wv"]["Mood"]) == "happy"


def test_a_dry_run_touches_nothing(catalogue, known, music):
    path = write_song(music / "a.mp3")
    known(path)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    [step] = tag(catalogue, music, write=False)
    assert (step.state, step.changes["MOOD"], step.before) == ("changed", ["happy"], {})
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert moods_of(path) == {}


def test_a_mood_of_somebody_else_stays_unless_asked(catalogue, known, music):
    path = write_song(music / "a.flac")
    change_fields(path, {"MOOD": ["Melancholic", "Tender"]})
    known(path)
    [step] = tag(catalogue, music)
    assert step.kept_mood == "Melancholic / Tender"
    assert moods_of(path)["MOOD"] == ["Melancholic", "Tender"]
    assert moods_of(path)["VIBELUX_MOOD"] == ["happy"]

    [step] = tag(catalogue, music, overwrite=True)
    assert step.kept_mood is None
    assert moods_of(path)["MOOD"] == ["happy"]
    untag(catalogue, music)
    assert moods_of(path) == {"MOOD": ["Melancholic", "Tender"]}


def test_a_mood_that_was_changed_since_is_left_alone(catalogue, known, music):
    path = write_song(music / "a.m4a")
    known(path)
    tag(catalogue, music)
    change_fields(path, {"MOOD": ["Epic"]})
    untag(catalogue, music)
    assert read_fields(path, tag_writing._NAMES) == {"MOOD": ["Epic"]}


def test_a_new_analysis_replaces_the_old_numbers(catalogue, known, music):
    path = write_song(music / "a.ogg")
    song_id = known(path)
    tag(catalogue, music)
    sad = vector_blob(np.eye(7, dtype=np.float32)[5])
    with catalogue.writing() as connection:
        connection.execute(
            songs.update().where(songs.c.id == song_id).values(mood=sad, valence=None)
        )
    tag(catalogue, music)
    assert moods_of(path) == {"MOOD": ["sad"], "VIBELUX_MOOD": ["sad"], "VIBELUX_HAPPY": ["0.000"]}
    untag(catalogue, music)
    assert moods_of(path) == {}


def test_old_id3_stays_old_and_whole(catalogue, known, music):
    path = write_song(music / "a.mp3")
    ID3(path).delete(path)
    tags = ID3()
    tags.add(TIT2(encoding=1, text=["One", "Two"]))
    tags.add(TYER(encoding=0, text=["1999"]))
    tags.add(TXXX(encoding=1, desc="own", text=["wörd"]))
    tags.add(APIC(encoding=0, mime="image/png", type=3, desc="", data=b"picture" * 9))
    tags.save(path, v2_version=3, v23_sep=None)
    id3v1 = b"TAG" + b"another title".ljust(30, b"\0") + bytes(94) + b"\x05"
    with path.open("ab") as file:
        file.write(id3v1)
    known(path)
    tag(catalogue, music)
    after = ID3(path, translate=False, load_v1=False)
    assert after.version == (2, 3, 0)
    assert after["TIT2"].text == ["One", "Two"]
    assert after["TYER"].text == ["1999"]
    assert after["TXXX:own"].text == ["wörd"]
    assert after["APIC:"].data == b"picture" * 9
    assert after["TMOO"].text == ["happy"]
    assert path.read_bytes()[-128:] == id3v1
    untag(catalogue, music)
    after = ID3(path, translate=False, load_v1=False)
    assert {key[:4] for key in after} == {"TIT2", "TYER", "TXXX", "APIC"}
    assert path.read_bytes()[-128:] == id3v1


def test_a_file_without_tags_is_as_before_afterwards(catalogue, known, music):
    path = write_song(music / "a.mp3")
    ID3(path).delete(path)
    before = path.read_bytes()
    known(path)
    tag(catalogue, music)
    assert moods_of(path)["MOOD"] == ["happy"]
    untag(catalogue, music)
    assert path.read_bytes() == before


def test_the_next_scan_finds_tagged_files_unchanged(catalogue, known, music):
    for name in ("a.flac", "b.mp3"):
        known(write_song(music / name), model="m-1", revision=99)
    tag(catalogue, music)
    from vibelux.library.workers_process import Analyser

    report = scan(
        [music],
        catalogue,
        workers=1,
        song_timeout=9,
        analyser=Analyser("nowhere:nothing", "m-1"),  # a worker that starts would fail
    )
    assert (report.unchanged, report.analysed, report.missing) == (2, 0, 0)


def test_mode_and_time(catalogue, known, music):
    path = write_song(music / "a.flac")
    path.chmod(0o640)
    os.utime(path, ns=(10**18, 10**18))
    known(path)
    tag(catalogue, music, keep_time=True)
    assert path.stat().st_mtime_ns == 10**18
    assert path.stat().st_mode & 0o777 == (0o640 if os.name == "posix" else 0o666)
    untag(catalogue, music)
    assert path.stat().st_mtime_ns > 10**18
    tag(catalogue, music)
    assert [step.state for step in tag(catalogue, music)] == ["same"]


def test_what_cannot_be_tagged_is_skipped_with_the_reason(catalogue, known, add_song, music):
    for name in ("new", "changed", "failed", "broken", "fine"):
        write_song(music / f"{name}.flac")
    known(music / "changed.flac")
    with (music / "changed.flac").open("ab") as file:
        file.write(b"more")
    add_song(catalogue, (music / "failed.flac").resolve(), state="failed")
    (music / "broken.flac").write_bytes(b"no flac at all")
    write_song(music / "adts.aac", codec=("aac", "adts"))
    for name in ("broken.flac", "fine.flac", "adts.aac"):
        known(music / name)
    done = {step.path.stem: step for step in tag(catalogue, music)}
    assert done["fine"].state == "changed"
    reasons = {name: step.reason for name, step in done.items() if step.state == "skipped"}
    assert reasons.keys() == {"new", "changed", "failed", "broken", "adts"}
    assert reasons["new"].startswith("not in the catalogue; scan first")
    assert reasons["changed"].startswith("changed since it was analysed")
    assert reasons["failed"] == "it is damaged"
    assert "carry no tags" in reasons["adts"]
    assert "no tags" in reasons["broken"] or "cannot be read" in reasons["broken"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of another kind")
def test_read_only_files_and_folders(catalogue, known, music):
    locked = music / "locked"
    locked.mkdir()
    for path in (music / "a.flac", locked / "b.flac"):
        known(write_song(path))
    (music / "a.flac").chmod(0o444)
    locked.chmod(0o555)
    try:
        steps = tag(catalogue, music) + tag(catalogue, music, write=False)
        assert [step.state for step in steps] == ["skipped"] * 4
        assert {step.reason.split(";")[0] for step in steps} == {
            "the file is read-only",
            f"its folder {locked.resolve()} is read-only",
        }
    finally:
        locked.chmod(0o755)
    assert moods_of(music / "a.flac") == moods_of(locked / "b.flac") == {}


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_links(catalogue, known, music, tmp_path):
    elsewhere = write_song(tmp_path / "real.flac")
    (music / "link.flac").symlink_to(elsewhere)
    path = write_song(music / "two.flac")
    os.link(path, tmp_path / "names.flac")
    add = known
    add(path)
    add_at = music.resolve() / "link.flac"
    status = add_at.stat()
    with catalogue.writing() as connection:
        connection.execute(
            songs.insert().values(
                path=os.fsencode(add_at),
                state="ok",
                mood=vector_blob(MOOD),
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
            )
        )
    done = {step.path.name: step for step in tag(catalogue, music)}
    assert done["link.flac"].state == "changed"
    assert (music / "link.flac").is_symlink()
    assert moods_of(elsewhere)["MOOD"] == ["happy"]
    assert "2 names (hard links)" in done["two.flac"].reason


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_song_that_is_known_by_a_link_too_is_up_to_date_under_both_paths(
    catalogue, add_song, known, music, tmp_path
):
    (tmp_path / "other").mkdir()
    path = write_song(tmp_path / "other" / "a.flac")
    link = music.resolve() / "link.flac"
    link.symlink_to(path)
    known(path)
    song = catalogue.song_at(path.resolve())
    add_song(
        catalogue,
        link,
        mood=vector_blob(MOOD),
        model=song.model,
        valence=song.valence,
        arousal=song.arousal,
        size=path.stat().st_size,
        mtime_ns=path.stat().st_mtime_ns,
    )
    states = [step.state for folder in (music, path.parent) for step in tag(catalogue, folder)]
    assert states == ["changed", "same"]


def test_a_sound_that_would_change_stops_everything(catalogue, known, music, monkeypatch):
    path = write_song(music / "a.wav")
    known(path)
    before = path.read_bytes()

    def spoil(part, changes):
        data = bytearray(part.read_bytes())
        data[-100] ^= 1
        part.write_bytes(data)

    monkeypatch.setattr(tag_writing, "change_fields", spoil)
    [step] = tag(catalogue, music)
    assert (step.state, step.reason) == (
        "skipped",
        "its sound would not survive; the file was left as it is",
    )
    assert path.read_bytes() == before
    assert [p.name for p in music.iterdir()] == ["a.wav"]


def test_a_full_disk_and_a_killed_process_leave_the_file_as_it_was(
    catalogue, known, music, monkeypatch
):
    path = write_song(music / "a.flac")
    known(path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(tag_writing.shutil, "copyfile", full)
        [step] = tag(catalogue, music)
    assert step.reason == "it cannot be written: No space left on device"
    assert path.read_bytes() == before

    def killed(*_):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(tag_writing, "sound_of", killed)
        patched.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            tag(catalogue, music)
    assert path.read_bytes() == before
    assert len(list(music.iterdir())) == 2
    assert [step.state for step in tag(catalogue, music)] == ["changed"]
    assert [p.name for p in music.iterdir()] == ["a.flac"]


def test_a_folder_that_does_not_exist(catalogue, tmp_path):
    with pytest.raises(InvalidInput, match="there is no folder"):
        tag(catalogue, tmp_path / "nowhere")


def test_a_digest_of_the_sound_finds_a_difference_but_no_tag(music):
    one, two = write_song(music / "1.mp3"), write_song(music / "2.mp3", title="Another")
    three = write_song(music / "3.mp3", seconds=1.1)
    assert sound_of(one) == sound_of(two) != sound_of(three)


def test_strange_values_of_the_bookkeeping_field(catalogue, known, music):
    path = write_song(music / "a.flac")
    known(path)
    tag(catalogue, music)
    for value in ("no json", json.dumps({"a": 1})):
        change_fields(path, {"VIBELUX_BEFORE": [value]})
        [step] = untag(catalogue, music, write=False)
        assert step.changes["MOOD"] == []


def test_fields_may_hold_any_text(music):
    path = write_song(music / "a.mp3")
    change_fields(path, {"MOOD": ["Wärme", "日本"]})
    assert read_fields(path, ["MOOD"]) == {"MOOD": ["Wärme", "日本"]}
    assert isinstance(mutagen.File(path)["TMOO"], TMOO)
    assert tag_fields.read_fields(path, ["VIBELUX_MOOD"]) == {}
