"""The command palette's commands: every binding that works, and all that the colon offers."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from grove_tui.screens.commands import COMMANDS, Command
from grove_tui.screens.navigator import Navigator
from grove_tui.widgets.availability import availability_on

if TYPE_CHECKING:
    from grove_tui.app import GroveApp


KEYS_OF_THE_BAR, LINES, OTHER_KEYS = 3.0, 2.0, 1.0
"""The order in which commands are offered before anything is typed."""


@dataclass
class Offer(DiscoveryHit):
    """A command that is offered, and how early.

    Textual asks all providers at once and shows what comes first; that differs from time to time.
    """

    rank: float = OTHER_KEYS

    @property
    def score(self) -> float:
        return self.rank


class BindingCommands(Provider):
    """Finds what keys do by what they do, so that no key has to be known."""

    async def discover(self) -> Hits:
        for title, active in self._commands():
            run, rank = partial(self._run, active), _rank(active)
            yield Offer(self._shown(title, active), run, title, self._key(active), rank)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, active in self._commands():
            score = matcher.match(title)
            if score > 0:
                run = partial(self._run, active)
                shown = self._shown(matcher.highlight(title), active)
                yield Hit(score, shown, run, text=title, help=self._key(active))

    def _commands(self) -> list[tuple[str, ActiveBinding]]:
        titled: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.description and not binding.system:
                titled.setdefault(binding.tooltip or binding.description, active)
        return list(titled.items())

    def _shown(self, title: Content | str, active: ActiveBinding) -> Content:
        return _greyed(title, availability_on(self.screen, active.binding.action).reason)

    def _key(self, active: ActiveBinding) -> str:
        reason = availability_on(self.screen, active.binding.action).reason
        key = f"key {self.app.get_key_display(active.binding)}"
        return escape(f"{key}: {reason}" if reason else key)

    async def _run(self, active: ActiveBinding) -> None:
        await self.app.run_action(active.binding.action, active.node)


class LineCommands(Provider):
    """Finds what can be typed after the colon; what needs a name opens the command line."""

    async def discover(self) -> Hits:
        for command in COMMANDS:
            title, run = command.description, partial(self._run, command)
            yield Offer(self._shown(title, command), run, title, self._usage(command), LINES)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in COMMANDS:
            title = command.description
            score = max(matcher.match(text) for text in (title, *command.names))
            if score > 0:
                shown = self._shown(matcher.highlight(title), command)
                run = partial(self._run, command)
                yield Hit(score, shown, run, text=title, help=self._usage(command))

    def _run(self, command: Command) -> None:
        if command.needs_argument:
            self._navigator.ask(f"{command.name} ")
        else:
            command.run(self._navigator, "")

    def _shown(self, title: Content | str, command: Command) -> Content:
        return _greyed(title, command.problem(self._navigator))

    def _usage(self, command: Command) -> str:
        usage, problem = f":{command.name} {command.argument}", command.problem(self._navigator)
        # The palette takes its help as markup.
        return escape(f"{usage.rstrip()}: {problem}" if problem else usage.rstrip())

    @property
    def _navigator(self) -> Navigator:
        return cast("GroveApp", self.app).navigator


def _rank(active: ActiveBinding) -> float:
    return KEYS_OF_THE_BAR if active.binding.show else OTHER_KEYS


def _greyed(title: Content | str, problem: str) -> Content:
    """Return the title of a command, greyed and in brackets where there is a problem."""
    shown = Content(title) if isinstance(title, str) else title
    return Content.assemble("(", shown, ")").stylize("$grove-dim") if problem else shown
