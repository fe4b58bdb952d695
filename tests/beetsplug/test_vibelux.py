"""A real ``beet`` in a process of its own imports real files."""

import os
import subprocess
import sys

import av
import numpy as np
import pytest

pytest.importorskip("beets", reason="needs the beets extra")

CONFIG = """
directory: {library}
library: {library}/library.db
plugins: [vibelux, smartplaylist]
import: {{copy: no, write: no, autotag: no}}
smartplaylist:
  playlist_dir: {library}
  relative_to: {library}
  playlists: [{{name: lively.m3u, query: "arousal:{middle}.."}}]
vibelux: {{model: {model}, auto: {auto}}}
"""

FIELDS = (
    *("mood", "valence", "arousal", "angry", "disgust", "fear", "happy", "neutral", "sad"),
    *("surprise", "vibelux_model"),
)


def write_song(path, hertz, noise):
    rate = 16000
    time = np.arange(12 * rate) / rate
    rng = np.random.default_rng(0)
    samples = 0.3 * np.sin(2 * np.pi * hertz * time) + noise * rng.standard_normal(time.size)
    with path.open("wb") as file, av.open(file, "w", format="flac") as out:
        out.metadata.update({"title": path.stem, "artist": "Artist", "album": "Album"})
        stream = out.add_stream("flac", rate=rate, layout="mono")
        stream.codec_context.format = "s16"
        wave = (samples * 32767).clip(-32767, 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None], "s16", "mono")
        frame.sample_rate = rate
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


@pytest.fixture(scope="module")
def beets(tmp_path_factory, music_model):
    """A folder with music, and a function that runs ``beet`` on a library beside it."""
    folder = tmp_path_factory.mktemp("beets")
    music = folder / "music"
    music.mkdir()
    write_song(music / "low.flac", 50, 0.0)
    write_song(music / "noisy.flac", 600, 0.2)
    (music / "broken.flac").write_bytes(b"")
    library = folder / "library"
    library.mkdir()

    def beet(*arguments, auto="yes", middle="0"):
        text = CONFIG.format(library=library, model=music_model, auto=auto, middle=middle)
        (library / "config.yaml").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "beets", *map(str, arguments)],
            env={**os.environ, "BEETSDIR": str(library), "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    beet.music = music
    beet.library = library
    return beet


@pytest.fixture(scope="module")
def imported(beets):
    beets("import", "-q", "-A", "-C", beets.music)
    return beets


def fields_of(beet):
    """Title -> field -> value as beets prints it."""
    lines = beet("ls", "-f", "|".join(f"${name}" for name in ("title", *FIELDS))).stdout
    rows = (line.split("|") for line in lines.splitlines())
    return {title: dict(zip(FIELDS, values, strict=True)) for title, *values in rows}


def test_an_import_computes_the_fields(imported, music_model):
    from vibelux.music.emotion import MusicModel

    heard = MusicModel.load(music_model).analyse(imported.music / "noisy.flac")
    found = fields_of(imported)["noisy"]
    assert found["vibelux_model"] == heard.model
    assert float(found["valence"]) == pytest.approx(heard.valence, abs=6e-4)
    shares = [float(found[name]) for name in FIELDS[3:10]]
    np.testing.assert_allclose(shares, heard.mood, atol=6e-4)
    assert found["mood"] == FIELDS[3:10][int(np.argmax(heard.mood))]


def test_numbers_can_be_asked_for_as_ranges_and_sorted(imported):
    arousal = {title: float(row["arousal"]) for title, row in fields_of(imported).items()}
    assert arousal["noisy"] > arousal["low"] + 0.01
    middle = sum(arousal.values()) / 2
    louder = imported("ls", "-f", "$title", f"arousal:{middle:.3f}..").stdout.split()
    calmer = imported("ls", "-f", "$title", f"arousal:..{middle:.3f}").stdout.split()
    assert (louder, calmer) == (["noisy"], ["low"])
    assert imported("ls", "-f", "$title", "arousal-").stdout.split() == ["noisy", "low"]

    imported("splupdate", middle=f"{middle:.3f}")
    playlist = (imported.library / "lively.m3u").read_text()
    assert "noisy.flac" in playlist and "low.flac" not in playlist


def test_the_command_does_what_is_missing(imported):
    assert imported("vibelux").stderr == ""
    imported("modify", "-y", "-M", "-W", "title:low", "vibelux_model!", "valence!")
    done = imported("vibelux")
    assert "low" in done.stderr and "noisy" not in done.stderr
    assert fields_of(imported)["low"]["valence"] not in ("", "$valence")
    assert imported("vibelux", "-f", "title:noisy").stderr.count("noisy") == 1


def test_a_song_that_went_bad_is_told_with_its_reason(imported):
    path = imported.music / "low.flac"
    content = path.read_bytes()
    before = fields_of(imported)["low"]
    path.write_bytes(b"")
    try:
        done = imported("vibelux", "-f")
    finally:
        path.write_bytes(content)
    assert "the file is empty" in done.stderr
    assert "noisy" in done.stderr
    assert fields_of(imported)["low"] == before


@pytest.fixture
def plugin(music_model, monkeypatch, tmp_path):
    """The plugin in this process, and a library."""
    from beets.library import Library

    from beetsplug.vibelux import VibeluxPlugin
    from vibelux.music.emotion import MusicModel

    plugin = VibeluxPlugin()
    plugin.library = Library(str(tmp_path / "library.db"))
    model = MusicModel.load(music_model)
    monkeypatch.setattr(VibeluxPlugin, "_model", model)
    return plugin


def add_item(plugin, path, **fields):
    from beets.library import Item

    if not path.exists():
        write_song(path, 300, 0.1)
    item = Item(path=os.fsencode(path), title=path.stem, **fields)
    plugin.library.add(item)
    return item


@pytest.mark.parametrize(
    "error", [RuntimeError("odd"), MemoryError(), KeyError(1), RecursionError(), OSError(5, "EIO")]
)
def test_whatever_a_decoder_raises_the_import_goes_on(plugin, tmp_path, monkeypatch, error):
    from vibelux.music.emotion import MusicModel

    items = [add_item(plugin, tmp_path / f"{name}.flac") for name in "abc"]
    analyse = MusicModel.analyse

    def stumbling(self, path):
        if path.stem == "b":
            raise error
        return analyse(self, path)

    monkeypatch.setattr(MusicModel, "analyse", stumbling)

    class Task:
        def imported_items(self):
            return items

    plugin.imported(None, Task())
    assert [bool(item.get("vibelux_model")) for item in items] == [True, False, True]


def test_an_import_goes_on_without_the_model(plugin, tmp_path, monkeypatch):
    from beets.ui import UserError

    from vibelux.errors import ModelError

    class Task:
        def imported_items(self):
            return [add_item(plugin, tmp_path / "a.flac")]

    def no_model(_):
        raise ModelError("there is no model")

    monkeypatch.setattr(type(plugin), "_model", property(no_model))
    plugin.imported(None, Task())
    with pytest.raises(UserError, match="there is no model"):
        plugin.compute(Task().imported_items(), force=False)


def test_a_mood_of_another_program_stays(plugin, tmp_path):
    theirs = add_item(plugin, tmp_path / "a.flac", mood="Melancholic")
    none = add_item(plugin, tmp_path / "b.flac")
    plugin.compute([theirs, none], force=False)
    assert theirs["mood"] == "Melancholic"
    ours = none["mood"]
    assert ours == max(FIELDS[3:10], key=lambda name: none[name])
    for item in (theirs, none):
        item["vibelux_model"] = "an older one"
    plugin.compute([theirs, none], force=False)
    assert (theirs["mood"], none["mood"]) == ("Melancholic", ours)
    plugin.compute([theirs], force=True)
    assert theirs["mood"] == ours
