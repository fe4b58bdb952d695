"""A song as a picture: its spectrogram with the mood over time below."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vibelux.circumplex import song_emotions
from vibelux.dependencies import place_font_cache
from vibelux.emotions import EMOTIONS
from vibelux.plots.picture import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from vibelux.music.emotion import Moment, SongAnalysis
    from vibelux.music.spectrogram import MelSettings

COURSE_WINDOWS = 90
"""Windows that a picture is made from: all of a song up to 15 minutes, samples of a longer one."""

_COLUMNS = 1200
_RANGE = 70.0  # decibels from the brightest to the darkest colour
_INK = "#1f2933"
_MUTED = "#7b8794"
_LINE = "#e4e7eb"
_DPI = 150
_MORE_SCRIPTS = (
    "Noto Sans CJK JP",
    "Hiragino Sans",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Noto Emoji",
    "Segoe UI Emoji",
)
_COLOURS = {
    "angry": "#d64545",
    "disgust": "#7d9d3f",
    "fear": "#7b5ea7",
    "happy": "#f2b134",
    "neutral": "#b8c1cc",
    "sad": "#3d7ea6",
    "surprise": "#ef8354",
}


def draw_song(
    path: Path,
    *,
    title: str,
    song: "SongAnalysis",
    course: Sequence["Moment"],
    log_mel: NDArray[np.float32],
    settings: "MelSettings",
    window_seconds: float,
) -> None:
    """Draw a song's spectrogram and, on the same time axis, its mood, valence and arousal.

    Args:
        path: the PNG file to write.
        title: above the figure.
        song: the analysis that the text states.
        course: the windows in the order of time.
        log_mel: of these windows [shape=(k, n_mels, frames), dtype=float32, dB].
        settings: of the spectrograms.
        window_seconds: length of a window.

    Raises:
        VibeluxError: the file cannot be written.

    """
    place_font_cache()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.4), dpi=_DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    sound, mood, affect = figure.subplots(
        3, 1, sharex=True, gridspec_kw={"height_ratios": (3.2, 2.2, 1.2)}
    )
    _spectrogram(
        sound, spread(log_mel, course, song.duration, window_seconds), song.duration, settings
    )
    scale = sound.inset_axes((1.012, 0.0, 0.012, 1.0))
    figure.colorbar(sound.images[0], cax=scale).set_label("dB", color=_MUTED, size=8)
    scale.tick_params(colors=_MUTED, labelsize=8, length=0)
    scale.spines[:].set_visible(False)
    for part in figure.axes:
        part.tick_params(colors=_MUTED, labelsize=8, length=0)
        part.spines[:].set_visible(False)

    times, (moods, valence, arousal) = _over_time(course, song.duration, window_seconds)
    mood.stackplot(
        times, moods.T, labels=EMOTIONS, colors=[_COLOURS[name] for name in EMOTIONS],
        edgecolor="white", linewidth=0.4,
    )  # fmt: skip
    mood.set(ylim=(0, 1), yticks=(0, 0.5, 1), yticklabels=("0", "50 %", "100 %"))
    mood.set_ylabel("mood", color=_MUTED, size=9)
    handles, names = mood.get_legend_handles_labels()
    mood.legend(
        handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False,
        fontsize=8, labelcolor=_INK, handlelength=1, handleheight=1,
    )  # fmt: skip

    affect.axhline(0, color=_LINE, linewidth=1)
    affect.plot(times, valence, color="#2563eb", linewidth=1.6, label="valence")
    affect.plot(times, arousal, color="#ea580c", linewidth=1.6, label="arousal")
    affect.set(ylim=(-1.08, 1.08), yticks=(-1, 0, 1), yticklabels=("−1", "0", "+1"))
    affect.legend(
        loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8, labelcolor=_INK,
        handlelength=1,
    )  # fmt: skip
    affect.set_xlim(0, song.duration)
    affect.set_xlabel("time", color=_MUTED, size=9)
    affect.xaxis.set_major_locator(_time_locator(song.duration))
    affect.tick_params(axis="x", pad=6)
    affect.xaxis.set_major_formatter(lambda seconds, _: clock(seconds))

    title = title if len(title) <= 80 else title[:79] + "…"
    sound.set_title(
        title,
        loc="left",
        color=_INK,
        weight="bold",
        size=13,
        pad=24,
        parse_math=False,
        family=_fonts(),
    )
    sound.text(
        0, 1.03, summary_of(song), transform=sound.transAxes, color=_MUTED, size=9, va="bottom"
    )
    save(figure, path)


def spread(
    log_mel: NDArray[np.float32],
    course: Sequence["Moment"],
    duration: float,
    window_seconds: float,
) -> NDArray[np.float32]:
    """Lay the windows' spectrograms out over a song's whole time.

    Where windows overlap, the one whose middle is nearest counts; where a long song was sampled at
    even distances, each is stretched over the time it stands for; silence left out stays dark.

    Returns:
        decibels [shape=(n_mels, columns), dtype=float32] with columns of equal time.

    """
    k, n_mels, frames = log_mel.shape
    middles = np.array([moment.start for moment in course]) + window_seconds / 2
    # In a long song each window stands for the time around it, in a short one for its own.
    share = max(window_seconds, float(np.median(np.diff(middles)))) if k > 1 else window_seconds
    share = min(share, duration) if k == 1 else share
    columns = max(1, min(_COLUMNS, round(duration / share * frames)))
    times = (np.arange(columns) + 0.5) * duration / columns
    nearest = np.abs(times[:, None] - middles).argmin(axis=1)
    if duration <= window_seconds:  # the window repeats a song that is shorter
        step = duration / columns / window_seconds * frames
        centre = times / window_seconds * frames
    else:
        step = duration / columns / share * frames
        centre = ((times - middles[nearest]) / share + 0.5) * frames
    picture = np.full((n_mels, columns), log_mel.min(), np.float32)
    for column, (window, middle) in enumerate(zip(nearest, centre, strict=True)):
        if not -0.25 * frames <= middle <= 1.25 * frames:
            continue  # silence, which was left out
        # the mean power of the frames in a column's time: a single frame would shimmer
        first = int(np.clip(middle - step / 2, 0, frames - 1))
        last = max(first + 1, int(min(middle + step / 2, frames)))
        power = 10 ** (log_mel[window, :, first:last] / 10)
        picture[:, column] = 10 * np.log10(power.mean(axis=1))
    return picture


def summary_of(song: "SongAnalysis") -> str:
    """Return the line below a picture's title: length, emotion, valence and arousal."""
    place = int(song_emotions(song.mood, song.valence))
    return (
        f"{clock(song.duration)}   mostly {EMOTIONS[place]} ({song.mood[place] * 100:.0f} %)   "
        f"valence {song.valence:+.2f}   arousal {song.arousal:+.2f}"
    ).replace("-", "−")


def clock(seconds: float) -> str:
    """Return a time as ``m:ss``, or ``h:mm:ss`` from one hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _spectrogram(
    axes: "Axes", picture: NDArray[np.float32], duration: float, settings: "MelSettings"
) -> None:
    from vibelux.music.spectrogram import mel_frequencies

    top = float(np.percentile(picture, 99.8))
    axes.imshow(
        picture, origin="lower", aspect="auto", cmap="magma", vmin=top - _RANGE, vmax=top,
        extent=(0, duration, -0.5, len(picture) - 0.5), interpolation="antialiased",
    )  # fmt: skip
    centres = mel_frequencies(settings)
    ticks = [hz for hz in (100, 250, 500, 1000, 2000, 4000, 8000) if hz <= centres[-1]]
    axes.set_yticks(np.interp(ticks, centres, np.arange(len(centres))), [f"{hz:,}" for hz in ticks])
    axes.set_ylabel("frequency (Hz)", color=_MUTED, size=9)


def _over_time(
    course: Sequence["Moment"], duration: float, window_seconds: float
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float32], ...]]:
    """Return the windows' middles, carried on to both ends of the song, and their values."""
    middles = [min(moment.start + window_seconds / 2, duration) for moment in course]
    moods = np.stack([moment.mood for moment in course])
    valence = np.array([moment.valence for moment in course], np.float32)
    arousal = np.array([moment.arousal for moment in course], np.float32)
    times = np.array([0.0, *middles, duration])
    values = tuple(np.concatenate([v[:1], v, v[-1:]]) for v in (moods, valence, arousal))
    return times, values


def _fonts() -> list[str]:
    """Return Matplotlib's own font and the installed ones that know scripts which it lacks."""
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return ["DejaVu Sans", *(font for font in _MORE_SCRIPTS if font in installed)]


def _time_locator(duration: float) -> "object":
    """Return ticks at round times, about eight of them."""
    from matplotlib.ticker import MultipleLocator

    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    return MultipleLocator(next((s for s in steps if duration / s <= 9), 7200))
