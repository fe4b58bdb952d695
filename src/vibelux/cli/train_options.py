"""The options that the trainings of several models have in common."""

from typing import Annotated

import typer

Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in --out.")]
Start = Annotated[
    str | None,
    typer.Option("--from", help="'pretrained' (the shipped weights) or an ONNX file."),
]
LearningRate = Annotated[float | None, typer.Option(help="Highest of the schedule.")]
Precision = Annotated[
    str, typer.Option(help="Of Lightning's trainer: bf16-mixed, 16-mixed, 32-true.")
]
Devices = Annotated[str, typer.Option(help="Of Lightning's trainer.")]
Source = Annotated[str | None, typer.Option(help="The data's name and terms, for the card.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]
