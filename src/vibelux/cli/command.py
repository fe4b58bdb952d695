"""What every command has: a page of help, examples, and a line to copy after wrong usage."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from vibelux.cli.console import spoken
from vibelux.errors import VibeluxError


class Command(TyperCommand):
    """A command with examples.

    Its ``epilog`` holds them, one a line: what Typer hands on as it is.
    """

    @property
    def examples(self) -> list[str]:
        """Command lines that work as they stand, the plainest one first."""
        return _examples(self.epilog)

    def get_help(self, ctx: Any) -> str:
        """Return the page that ``--help`` shows."""
        from vibelux.cli.help_page import command_page, rendered

        return rendered(command_page(self, ctx.command_path, self.get_params(ctx)))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what goes wrong comes back with its options' names and a line to copy.

        Raises:
            VibeluxError: as the command; what to type instead is a note.

        """
        try:
            return super().invoke(ctx)
        except VibeluxError as error:
            from vibelux.cli.usage import line_for, with_option_names

            error.args = (with_option_names(str(error), self.params), *error.args[1:])
            program = ctx.find_root().command
            if not hasattr(error, "__notes__") and (
                line := line_for(error, self, program, sys.argv[1:])
            ):
                error.add_note(line)
            raise


class Group(TyperGroup):
    """Commands below one name, shown in the panels that they name.

    Attributes:
        default: name of the command that runs where none is named; None: that shows the help.

    """

    default: ClassVar[str | None] = None

    @property
    def examples(self) -> list[str]:
        """As of `Command.examples`."""
        return _examples(self.epilog)

    def get_help(self, ctx: Any) -> str:
        """Return the page that ``--help`` shows."""
        from vibelux.cli.help_page import group_page, rendered

        return rendered(group_page(self, ctx.command_path, top=ctx.parent is None))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take what was typed; nothing at all is answered with the page of help, or the default."""
        named = bool(args) and (not args[0].startswith("-") or args[0] in ctx.help_option_names)
        if self.default is not None and not named:
            args = [self.default, *args]
        if not args and not ctx.resilient_parsing:
            from vibelux.cli.usage import here

            tried = f"{spoken().text('cli.try')} {here(self.examples[0])}"
            typer.echo(f"{self.get_help(ctx)}\n{tried}", err=True)
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is meant.

        Raises:
            InvalidInput: there is none of this name; the nearest one, or an example, is a note.

        """
        name, *rest = args
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from vibelux.cli.usage import no_command

            raise no_command(name, self, ctx.command_path.split(), rest)
        return super().resolve_command(ctx, args)


def _examples(epilog: str | None) -> list[str]:
    """Return examples in the language of the locale."""
    words = spoken()
    return [words.translated(line) for line in (epilog or "").splitlines()]


class Commands(typer.Typer):
    """A group of commands to which more are added.

    Args:
        examples: of the whole group, as of `Command.examples`.
        default: as of `Group.default`.
        **settings: of `typer.Typer`.

    """

    def __init__(
        self, *, examples: Sequence[str], default: str | None = None, **settings: Any
    ) -> None:
        super().__init__(
            cls=type("Group", (Group,), {"default": default}),
            epilog="\n".join(examples),
            context_settings={"help_option_names": ["-h", "--help"]},
            pretty_exceptions_enable=False,
            **settings,
        )

    def adds(
        self, name: str, *, examples: Sequence[str], panel: str | None = None
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Return a decorator that adds a command; its docstring and its options are its help.

        Args:
            name: by which it is called.
            examples: as of `Command.examples`.
            panel: heading below which the group's help lists it.

        """
        return self.command(
            name, cls=Command, epilog="\n".join(examples), rich_help_panel=panel or "Commands"
        )
