"""`vibelux evaluate`."""

import typer

app = typer.Typer(help="evaluate", no_args_is_help=True)
