"""Run the benchmarks of speed and size and write docs/benchmarks.md.

A benchmark is a file of this folder with ``measure() -> dict[str, float]``, and runs in a process
of its own. `FIGURES` says what a figure means and which bar it has to meet. Programs that measure
how good something is, rather than how fast, are in the folder ``research``.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """What a figure is, its unit, and its bar."""

    what: str
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    def bar(self) -> str:
        """Return the bar in words, or ""."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {self.unit}".strip()
        if self.at_least is not None:
            return f"≥ {self.at_least:g} {self.unit}".strip()
        return ""

    def kept(self, value: float) -> bool:
        """Return whether a figure meets the bar."""
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )


BENCHMARKS = (
    "startup",
    "recommend",
    "columns",
    "scale",
    "listening",
    "face",
    "song",
    "scan",
    "service",
    "cluster",
    "page",
    "versus_vibenet",
    "install",
)

FIGURES: dict[str, Figure] = {
    "help_median_s": Figure("`vibelux --help`, median", "s", at_most=0.4),
    "help_heavy_imports": Figure(
        "torch, onnxruntime, PIL, av and numpy imported by `--help`", "", at_most=0
    ),
    "recommend_median_ms": Figure("20 songs among 1,000,000, median", "ms", at_most=20),
    "recommend_p99_ms": Figure("20 songs among 1,000,000, 99th percentile", "ms"),
    "columns_first_s": Figure("100,000 songs read as columns, processor time", "s"),
    "columns_moods_ms": Figure("of them, only the moods, processor time", "ms"),
    "columns_memory_mb": Figure("memory that all columns take", "MB"),
    "columns_again_ms": Figure("read again after one was corrected, median", "ms", at_most=10),
    "columns_picker_ms": Figure("the same, until songs can be picked, median", "ms", at_most=50),
    "columns_write_s": Figure("100,000 songs written into a catalogue, processor time", "s"),
    "scale_songs_s": Figure(
        "`Catalogue.songs()` over 1,000,000 songs, processor time", "s", at_most=30
    ),
    "scale_songs_exponent": Figure(
        "of it, the exponent from 100,000 songs on: 1 is in proportion", "", at_most=1.05
    ),
    "scale_read_s": Figure("1,000,000 songs read and written to files, processor time", "s"),
    "scale_files_mb": Figure("these files", "MB"),
    "scale_first_ms": Figure(
        "the first list after the start, with them, once programs are loaded", "ms", at_most=500
    ),
    "scale_list_ms": Figure(
        "20 of 1,000,000 songs ordered for listening, median", "ms", at_most=10
    ),
    "scale_corrected_ms": Figure(
        "such a list after one song's mood was corrected, median", "ms", at_most=50
    ),
    "scale_memory_mb": Figure(
        "resident memory of a process that answers so, shared files included", "MB", at_most=300
    ),
    "scale_walk_s": Figure("50,000 files walked through, processor time", "s"),
    "scale_rescan_s": Figure("a scan of them with nothing new, processor time", "s"),
    "scale_rescan_walks": Figure("the same, in walks", "×", at_most=1.3),
    "scale_search_ms": Figure(
        "words in the names of 1,000,000 songs, page 1 or 1000, median", "ms", at_most=100
    ),
    "scale_by_artist_ms": Figure("1,000,000 songs by artist, likewise", "ms", at_most=100),
    "scale_filtered_ms": Figure("1,000,000 songs filtered by mood, likewise", "ms", at_most=100),
    "scale_similar_ms": Figure(
        "20 of 1,000,000 songs that sound most like one, median", "ms", at_most=30
    ),
    "scale_similar_recall": Figure("of these, the share of the 20 nearest", "", at_least=0.95),
    "scale_map_ms": Figure("the mood map of 1,000,000 songs, median", "ms", at_most=200),
    "scale_map_mb": Figure("the size of this answer", "MB", at_most=1),
    "shuffle_ms": Figure("20 of 100,000 songs ordered for listening, median", "ms", at_most=50),
    "listening_cosine_ndcg": Figure("simulated listeners, nDCG@20 of plain cosine", ""),
    "listening_cosine_skips": Figure("the same, songs skipped", ""),
    "listening_learning_ndcg": Figure("simulated listeners, nDCG@20 of the listening order", ""),
    "listening_learning_skips": Figure("the same, songs skipped", ""),
    "face_total_median_ms": Figure(
        "detect, crop and classify a 640×480 frame, one thread, median", "ms", at_most=12
    ),
    "face_total_p95_ms": Figure("the same, 95th percentile", "ms"),
    "face_detect_median_ms": Figure("of it, detecting the faces, median", "ms"),
    "face_detect_p95_ms": Figure("of it, detecting the faces, 95th percentile", "ms"),
    "face_detector_median_ms": Figure(
        "the detector's graph alone, one 320×240 input, one thread, median", "ms", at_most=5
    ),
    "face_detector_p95_ms": Figure("the same, 95th percentile", "ms"),
    "face_crop_median_ms": Figure("of it, cutting them out, median", "ms"),
    "face_crop_p95_ms": Figure("of it, cutting them out, 95th percentile", "ms"),
    "face_classify_median_ms": Figure("of it, classifying them, median", "ms"),
    "face_classify_p95_ms": Figure("of it, classifying them, 95th percentile", "ms"),
    "cluster_overhead": Figure(
        "a scan on a Ray cluster of one core, processor time, beside one by a local process",
        "×",
        at_most=1.4,
    ),
    "cluster_local_songs_per_min": Figure("that scan by a local process", "songs/min"),
    "cluster_one_songs_per_min": Figure("the same on a cluster of one core", "songs/min"),
    "cluster_two_songs_per_min": Figure(
        "the same with a second machine of one core (here: the other core)", "songs/min"
    ),
    "scan_songs_per_min": Figure(
        "scan of four-minute mp3s, two workers", "songs/min", at_least=600
    ),
    "scan_peak_mb": Figure("resident memory of the scan, all processes", "MB", at_most=400),
    "rescan_s": Figure("scan of the same 200 songs once more", "s"),
    "song_ms": Figure("one four-minute mp3, processor time", "ms"),
    "windows": Figure("of it, windows analysed", ""),
    "open_ms": Figure("of it, opening the file", "ms"),
    "seek_ms": Figure("of it, seeking the windows", "ms"),
    "decode_ms": Figure("of it, opening, seeking, decoding and resampling", "ms"),
    "log_mel_ms": Figure("of it, log-mel spectrograms", "ms"),
    "network_ms": Figure("of it, the network", "ms"),
    "songs_per_minute_per_core": Figure("songs that a core analyses", "songs/min"),
    "service_requests_per_s": Figure(
        "recommendations among 100,000 songs over HTTP, four pages at once", "/s", at_least=300
    ),
    "service_p50_ms": Figure("the same, median", "ms"),
    "service_p99_ms": Figure("the same, 99th percentile", "ms", at_most=50),
    "service_cpu_ms": Figure("the same, processor time of one", "ms"),
    "service_memory_mb": Figure("resident memory of the service after 5,000 of them", "MB"),
    "service_memory_growth_mb": Figure("of it, more than after the first 1,000", "MB", at_most=10),
    "service_search_ms": Figure("a search among 100,000 songs, sorted, median", "ms", at_most=100),
    "service_map_ms": Figure("100,000 songs as points, median", "ms", at_most=200),
    "service_stalls": Figure("50 songs played at once: stalls", "", at_most=0),
    "service_start_p99_ms": Figure("the same, until a song begins, 99th percentile", "ms"),
    "page_interactive_s": Figure(
        "the page in Chromium, until it can be used, median", "s", at_most=2
    ),
    "page_scroll_fps": Figure("the library of 10,000 songs, scrolled", "frames/s", at_least=30),
    "page_map_fps": Figure("the mood map of 10,000 songs, zoomed", "frames/s", at_least=30),
    "page_analysed_fps": Figure(
        "frames of the camera that the page reads, at most 15", "frames/s", at_least=10
    ),
    "vibelux_song_s": Figure("one four-minute mp3 in one process, wall clock", "s"),
    "vibenet_song_s": Figure("the same file by vibenet 0.1.0", "s"),
    "vibelux_song_cpu_s": Figure("one four-minute mp3, processor time", "s"),
    "vibenet_song_cpu_s": Figure("the same file by vibenet 0.1.0, processor time", "s"),
    "vibenet_ratio": Figure("how many times faster VibeluX is, wall clock", "×", at_least=7),
    "vibenet_cpu_ratio": Figure("how many times less processor time VibeluX takes", "×"),
    "install_mb": Figure("core install (site-packages)", "MB", at_most=500),
    "install_packages": Figure("packages of the core install, VibeluX included", ""),
}


def main() -> int:
    """Measure and print everything; return 1 if a benchmark failed or a bar is missed.

    The page is written unless only some benchmarks were named on the command line.
    """
    names = tuple(sys.argv[1:]) or BENCHMARKS
    if unknown := set(names) - set(BENCHMARKS):
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    rows: list[str] = []
    missed: list[str] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures = measured(name)
        if figures is None:
            missed.append(name)
            continue
        for key, value in figures.items():
            figure = FIGURES.get(key, Figure(key.replace("_", " "), ""))
            met = figure.kept(value)
            if not met:
                missed.append(key)
            print(f"  {figure.what}: {in_unit(value, figure.unit)} {figure.bar()}", file=sys.stderr)
            rows.append(
                f"| {figure.what} | {figure.bar()} | {in_unit(value, figure.unit)}"
                f"{'' if met else ' (not met)'} | `python benchmarks/{name}.py` |"
            )
    if names == BENCHMARKS:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(rows), encoding="utf-8")
        print(f"wrote {PAGE.relative_to(HERE.parent)}", file=sys.stderr)
    if missed:
        print(f"failed or beyond the bar: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


def measured(name: str) -> dict[str, float] | None:
    """Return one benchmark's figures, or None if it failed."""
    call = f"import json, {name}; print(json.dumps({name}.measure()))"
    done = subprocess.run(
        [sys.executable, "-c", call], cwd=HERE, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return None
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def page(rows: list[str]) -> str:
    """Return the page with the table."""
    table = "\n".join(rows)
    return f"""# Benchmarks

Written by `make bench` on {datetime.date.today().isoformat()}: {machine()}, \
Python {platform.python_version()}.

| what | bar | measured | command |
| --- | --- | --- | --- |
{table}
"""


def machine() -> str:
    """Describe the machine by its processor and cores."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        model = next(
            (x.split(":", 1)[1].strip() for x in lines if x.startswith("model name")), model
        )
    return f"{os.cpu_count()} cores of {model}"


def in_unit(value: float, unit: str) -> str:
    """Return a figure with three significant digits and its unit."""
    text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
    return f"{text} {unit}".strip()


if __name__ == "__main__":
    sys.exit(main())
