"""Builds the page when the package is built or installed."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))

import built_page
import node


class PageHook(BuildHookInterface):
    """Puts the page among the files of the package, from which a wheel takes it."""

    def dependencies(self) -> list[str]:
        """Ask for a Node where the page must be built and the machine has none."""
        if built_page.is_unwanted() or built_page.is_current() or node.is_on_path():
            return []
        return [node.PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page where its sources have changed."""
        if built_page.is_unwanted() or built_page.is_current():
            return
        self.app.display_info("building the page")
        try:
            built_page.build()
        except built_page.NotBuilt as error:
            sys.exit(str(error))
