"""The command palette's commands: every binding that works on the screen it was opened from."""

from functools import partial

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider


class BindingCommands(Provider):
    """Finds what keys do by what they do, so that no key has to be known."""

    async def discover(self) -> Hits:
        for title, active in self._commands():
            yield DiscoveryHit(title, partial(self._run, active), help=self._key(active))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, active in self._commands():
            score = matcher.match(title)
            if score > 0:
                run = partial(self._run, active)
                yield Hit(score, matcher.highlight(title), run, text=title, help=self._key(active))

    def _commands(self) -> list[tuple[str, ActiveBinding]]:
        titled: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.description and not binding.system:
                titled.setdefault(binding.tooltip or binding.description, active)
        return list(titled.items())

    def _key(self, active: ActiveBinding) -> str:
        return f"key {self.app.get_key_display(active.binding)}"

    async def _run(self, active: ActiveBinding) -> None:
        await self.app.run_action(active.binding.action, active.node)
