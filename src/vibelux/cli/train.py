"""`vibelux train`."""

import typer

app = typer.Typer(help="train", no_args_is_help=True)
