"""Write docs/models.md from the cards of the shipped models: python docs/cards.py."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vibelux.models import LABELS, WEIGHTS, Card

PAGE = Path(__file__).resolve().parent / "models.md"
HEAD = """# Model cards

Written by `python docs/cards.py` from the JSON cards in `src/vibelux/weights/`, which are checked
against the ONNX files (sha256, label order) whenever these are loaded.
"""


def page() -> str:
    """Return the page's text."""
    return "\n".join([HEAD, *(_section(Card.read(WEIGHTS / f"{kind}.json")) for kind in LABELS)])


def _section(card: Card) -> str:
    size = (WEIGHTS / f"{card.name}.onnx").stat().st_size / 1e6
    parts = [
        f"## {card.name}\n",
        f"`{card.model_id}`, {size:.1f} MB.\n",
        _table("input", card.input),
        _table("outputs", card.outputs),
        _table("preprocessing", card.preprocessing),
        _table("calibration", card.calibration),
        *([_table("statistics", card.statistics)] if card.statistics else []),
        _table("training", card.training),
        *(
            _table(f"metrics: {name}", figures)
            if isinstance(figures, Mapping)
            else f"metrics: {name}: {_word(figures)}\n"
            for name, figures in card.metrics.items()
        ),
        "Limits:\n",
        *(f"- {limit}" for limit in card.limits),
        "",
    ]
    return "\n".join(parts)


def _table(title: str, values: Mapping[str, Any]) -> str:
    rows = "\n".join(f"| {name} | {_word(value)} |" for name, value in values.items())
    return f"| {title} | |\n| --- | --- |\n{rows}\n"


def _word(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_word(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_word(item) for item in value)
    return "none" if value is None else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
