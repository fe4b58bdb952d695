"""`vibelux export`."""

import typer

app = typer.Typer(help="export", no_args_is_help=True)
