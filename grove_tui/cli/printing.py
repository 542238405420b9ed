"""`grove-tui crds`, `tree` and `snapshot`: what the dashboard shows, for scripts and tickets."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from grove_tui.cli.errors import FAILED, OK, CommandError
from grove_tui.cli.following import cancel_on_sigterm, followed
from grove_tui.cli.logs import set_up_logging
from grove_tui.cli.rendering import to_json, to_svg, to_text
from grove_tui.cluster.gather import Gatherer
from grove_tui.cluster.session import Session
from grove_tui.config import load_settings
from grove_tui.kube.objects import HasMetadata
from grove_tui.view.book import GangBook
from grove_tui.view.health import Word
from grove_tui.view.keys import Kind
from grove_tui.view.subject import Subject
from grove_tui.view.tree import Tree

WATCH_SECONDS = 0.5


def crds(given: Mapping[str, Any]) -> int:  # noqa: ARG001 - every command takes what was given
    """Print the CRDs as YAML documents."""
    from grove_tui.api.crds import crds as manifests

    sys.stdout.write(
        yaml.dump_all(manifests(), Dumper=yaml.CSafeDumper, sort_keys=False, explicit_start=True)
    )
    return OK


def tree(given: Mapping[str, Any]) -> int:
    """Print the tree of one PodCliqueSet."""
    return _run(given, str(given["name"]))


def snapshot(given: Mapping[str, Any]) -> int:
    """Print the trees of all PodCliqueSets."""
    return _run(given, "")


def _run(given: Mapping[str, Any], name: str) -> int:
    settings = load_settings({"log_level": "warning", **given})
    set_up_logging(settings, has_screen=False)

    async def run() -> int:
        cancel_on_sigterm()
        async with followed(settings) as session:
            return await _Printer(session, given, name).run()

    return asyncio.run(run())


@dataclass
class _Printer:
    """Prints one or all trees, once or whenever something changed."""

    session: Session
    given: Mapping[str, Any]
    name: str

    def __post_init__(self) -> None:
        self.book = GangBook(self.session.world, self.session.clock)
        self.rows = Tree(self.book, show_namespace=not self.session.place.namespace)
        if self.name:
            self.rows.set_filter(self._is_wanted)
        self.changed = asyncio.Event()
        gatherer = Gatherer(self.changed.set, WATCH_SECONDS)

        def observe(old: HasMetadata | None, new: HasMetadata | None) -> None:
            self.book.observe(old, new)
            gatherer.mark()

        for informer in self.session.informers:
            informer.add_handler(observe)

    async def run(self) -> int:
        """Print until what was asked for is reached; once where nothing was."""
        until = self.given.get("until", "")
        if not until and self.name and not self._sets():
            raise CommandError(self._not_there())
        try:
            async with asyncio.timeout(self.given.get("timeout")):
                while not self._is_over(until):
                    if self.given.get("watch"):
                        self._print()
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            self._print()
            return FAILED
        self._print()
        return OK

    def _is_over(self, until: str) -> bool:
        gangs = [gang for pcs in self._sets() for gang in self.book.gangs(pcs)]
        match until:
            case "healthy":
                return bool(gangs) and all(g.health.word is Word.HEALTHY for g in gangs)
            case "terminated":
                return not gangs and not any(gang.tally.pods for gang in gangs)
            case _:
                return not self.given.get("watch")

    def _sets(self) -> list[Any]:
        sets = self.book.podcliquesets()
        return [pcs for pcs in sets if not self.name or pcs.metadata.name == self.name]

    def _is_wanted(self, subject: Subject) -> bool:
        return subject.key.kind is Kind.PODCLIQUESET and subject.key.name == self.name

    def _not_there(self) -> str:
        where = self.session.place.namespace or "any namespace"
        known = ", ".join(pcs.metadata.name for pcs in self.book.podcliquesets()) or "none"
        return f"There is no PodCliqueSet {self.name} in {where}; there are: {known}."

    def _print(self) -> None:
        title = f"{self.session.place.name} {self.name}".strip()
        match self.given.get("output"):
            case "json":
                text = to_json(self.rows)
            case "svg":
                text = to_svg(self.rows, title)
            case _:
                text = to_text(self.rows)
        sys.stdout.write(text + ("\n" if self.given.get("watch") else ""))
        sys.stdout.flush()
