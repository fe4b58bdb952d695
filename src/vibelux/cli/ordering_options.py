"""The options of the listening order, the same for every command that has them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vibelux.cli.console import spoken
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import InvalidMood

if TYPE_CHECKING:
    from vibelux.emotions import Mood

PANEL = "Listening order"

Policy = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME",
        help="Where to go: match (stay with the mood), lift (brighter), calm, energise, "
        "journey (to --goal), off (by chance).",
        rich_help_panel=PANEL,
    ),
]
Goal = Annotated[
    str | None,
    typer.Option(
        "--goal", metavar="MOOD", help="The mood that a journey leads to.", rich_help_panel=PANEL
    ),
]
Length = Annotated[
    int | None,
    typer.Option(
        "--length",
        min=3,
        max=20,
        help="Songs until a journey reaches its goal, 3 to 20.",
        show_default="12",
        rich_help_panel=PANEL,
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(
        "--strength",
        min=0,
        max=1,
        help="From 0, a plain shuffle, to 1, the strict ranking.",
        rich_help_panel=PANEL,
    ),
]
Diversity = Annotated[
    float | None,
    typer.Option(
        "--diversity", min=0, max=1, help="Weight of variety, 0 to 1.", rich_help_panel=PANEL
    ),
]
Personal = Annotated[
    float | None,
    typer.Option(
        "--personal",
        min=0,
        max=1,
        help="Weight of what was learnt from you, 0 to 1.",
        rich_help_panel=PANEL,
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="The same order again.", rich_help_panel=PANEL)
]


def mood_of(option: str, text: str) -> "Mood":
    """Return the mood that an option names.

    Raises:
        InvalidMood: as `vibelux.everyday_moods.mood_of_text`, with the option's name.

    """
    from vibelux.everyday_moods import mood_of_text

    try:
        return mood_of_text(text, spoken())
    except InvalidMood as error:
        raise InvalidMood(f"{option}: {error}") from error


def given_order(
    policy: str | None, goal: str | None, *, length: int | None = None, **others: Any
) -> dict[str, Any]:
    """Return what was given of the ordering, checked before a camera is started in vain.

    A goal without a policy asks for a journey.

    Args:
        policy: name of a policy.
        goal: a mood as text.
        length: songs of a journey.
        **others: further attributes of `Ordering` by name; None is not given.

    Raises:
        InvalidInput: an unknown name, or a value out of range.
        InvalidMood: the goal is no mood.

    """
    from vibelux.cli.usage import nearest
    from vibelux.recommend.ordering import Ordering
    from vibelux.recommend.policies import POLICIES

    if policy is not None and policy not in POLICIES:
        known = ", ".join(POLICIES)
        like = nearest(policy, POLICIES) or POLICIES[0]
        raise wrong("policy", policy=policy, known=known, instead={"--policy": like})
    goal_meant = spoken().text("everyday.energetic.name")
    if policy == "journey" and goal is None:
        raise wrong("journey", instead={"--goal": goal_meant})
    if policy not in (None, "journey") and goal is not None:
        raise wrong("goal", policy=policy, instead={"--policy": None})
    order: dict[str, Any] = {
        "policy": "journey" if policy is None and goal is not None else policy,
        "goal": None if goal is None else mood_of("--goal", goal),
        "length": length,
        **others,
    }
    order = {name: value for name, value in order.items() if value is not None}
    Ordering().changed(**order)
    if length is not None and order.get("policy") != "journey":
        raise wrong("length", instead={"--policy": None, "--goal": goal_meant})
    return order
