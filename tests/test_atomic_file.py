"""A file takes another one's place in one step, or not at all."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import vibelux.atomic_file as atomic_file_module
from vibelux.atomic_file import atomic_file, remove_leftovers


def test_the_new_takes_the_place_of_the_old(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_file(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_breaks_off_leaves_the_old_alone(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_file(path) as part:
        part.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_names_may_be_as_long_as_names_can_be(tmp_path: Path):
    path = tmp_path / ("n" * 251 + ".txt")
    with atomic_file(path) as part:
        part.write_text("here")
    assert path.read_text() == "here"


def test_threads_do_not_write_into_each_others_files(tmp_path: Path):
    def write(number: int) -> None:
        path = tmp_path / f"{number}.txt"
        for _ in range(50):
            with atomic_file(path) as part:
                part.write_text(f"{number}" * 1000)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    for number in range(8):
        assert (tmp_path / f"{number}.txt").read_text() == f"{number}" * 1000
    assert len(list(tmp_path.iterdir())) == 8


HOST = atomic_file_module._host()

KILLED = f".vibelux-{HOST}-0123456789abcdef.part"


def test_what_a_killed_process_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    writes = (
        "import os, signal; from pathlib import Path; from vibelux.atomic_file import atomic_file\n"
        f"with atomic_file(Path({str(tmp_path / 'a.txt')!r})) as part:\n"
        "    part.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", writes], check=False)
        assert done.returncode == -signal.SIGKILL
        left = list(tmp_path.iterdir())
        assert [path.read_text() for path in left] == ["half"]  # of this one only
    with atomic_file(tmp_path / "b.txt") as part:
        part.write_text("whole")
    assert list(tmp_path.iterdir()) == [tmp_path / "b.txt"]


def test_what_is_being_written_stays(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "a.txt", suffix=".mp3") as part:
        os.utime(part, (0, 0))
        remove_leftovers(tmp_path)
        program = "from pathlib import Path; from vibelux.atomic_file import remove_leftovers\n"
        program += f"remove_leftovers(Path({str(tmp_path)!r}))"
        subprocess.run([sys.executable, "-c", program], check=True)
        assert part.suffix == ".mp3"
        assert part.is_file()
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


@pytest.mark.parametrize(
    ("name", "days", "stays"),
    [
        (KILLED, 0, False),
        (f"{KILLED}.flac", 0, False),
        (".vibelux-ffffffff-0123456789abcdef.part", 0.9, True),  # another computer's
        (".vibelux-ffffffff-0123456789abcdef.part", 1.1, False),
        (f".vibelux-{os.getppid()}-140243.part", 0.9, True),  # earlier versions'
        (f".vibelux-{os.getppid()}-140243.part", 1.1, False),
        (".vibelux-4194999-140243.part", 0, False),  # no process has this number
        (".vibelux-0123456789ab.mp3", 0.9, True),
        (".vibelux-0123456789ab.mp3", 1.1, False),
        (KILLED.lstrip("."), 99, True),  # not exactly our names
        (f"{KILLED}.", 99, True),
        (f"{KILLED}.txt.bak", 99, True),
        (f"{KILLED}\n", 99, True),
        (".vibelux-notes.part", 99, True),
        (f".vibelux-{HOST}-0123456789ABCDEF.part", 99, True),
        (".vibelux-٣-١.part", 99, True),
    ],
)
def test_only_what_is_certainly_left_over_goes(
    tmp_path: Path, name: str, days: float, stays: bool
) -> None:
    path = tmp_path / name
    path.write_text("left?")
    then = time.time() - days * 86400
    os.utime(path, (then, then))
    remove_leftovers(tmp_path)
    assert path.exists() is stays


def test_links_folders_and_pipes_of_such_names_stay_and_so_does_what_they_lead_to(
    tmp_path: Path,
) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / KILLED
    folder.mkdir()
    elsewhere.write_text("precious")
    names = [f".vibelux-{HOST}-{number:016x}.part" for number in range(4)]
    (folder / names[0]).symlink_to(elsewhere)
    (folder / names[1]).symlink_to(tmp_path / "nowhere")
    (folder / names[2]).mkdir()
    os.mkfifo(folder / names[3])
    remove_leftovers(folder)
    assert sorted(path.name for path in folder.iterdir()) == names
    assert elsewhere.read_text() == "precious"


def test_a_folder_that_cannot_be_looked_at_is_passed_over(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "nothing")
    (tmp_path / "file").touch()
    remove_leftovers(tmp_path / "file")


def test_a_planted_link_is_never_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim.txt"
    victim.write_text("precious")
    monkeypatch.setattr(atomic_file_module.secrets, "token_hex", lambda _: "0123456789abcdef")
    (tmp_path / KILLED).symlink_to(victim)
    with pytest.raises(FileExistsError), atomic_file(tmp_path / "a.txt") as part:
        part.write_text("ours")
    assert victim.read_text() == "precious"


def test_private_files_are_for_their_owner_only(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    usual = stat.S_IMODE((tmp_path / "usual").stat().st_mode)
    for private, mode in ((True, 0o600), (False, usual)):
        with atomic_file(tmp_path / "a.txt", private=private) as part:
            assert stat.S_IMODE(part.stat().st_mode) == mode
            part.write_text("x")
        assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == mode


def test_it_is_on_the_disk_before_it_takes_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def broken(_descriptor: int) -> None:
        assert path.read_text() == "old"
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"), atomic_file(path) as part:
        part.write_text("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
