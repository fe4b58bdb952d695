"""`vibelux embeddings`."""

import typer

app = typer.Typer(help="embeddings", no_args_is_help=True)
