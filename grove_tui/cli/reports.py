"""`grove-tui tree` and `grove-tui snapshot`: the dashboard's rows for scripts and tickets.

Exit codes: 0 when it was printed, or when what `--until` asks for is so; 1 when it is not so within
`--timeout`, when there is no such PodCliqueSet or no cluster; 2 for wrong usage.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grove_tui.cli.errors import FAILED, OK, USAGE, CommandError
from grove_tui.cli.following import cancel_on_sigterm, followed
from grove_tui.cli.logs import set_up_logging
from grove_tui.cli.printer import Printer
from grove_tui.cluster.freshness import State
from grove_tui.cluster.gather import Gatherer
from grove_tui.cluster.session import Session
from grove_tui.config import Settings, load_settings
from grove_tui.kube.objects import HasMetadata
from grove_tui.view.book import GangBook
from grove_tui.view.report import Goal, Report, SnapshotReport, TreeReport

QUIET_SECONDS = 0.1
"""Changes within this time are printed together."""

Make = Callable[[Session, GangBook], Report]


@dataclass(frozen=True, slots=True)
class Order:
    """What a command was asked for."""

    format: str = "text"
    watch: bool = False
    goal: Goal | None = None
    timeout: float | None = None


def tree(given: Mapping[str, Any]) -> int:
    """Print one PodCliqueSet."""

    def make(session: Session, book: GangBook) -> Report:
        namespace = _namespace_of(session, given["name"])
        return TreeReport(book, namespace, given["name"], cluster=session.place.name)

    return _command(given, make)


def snapshot(given: Mapping[str, Any]) -> int:
    """Print everything."""

    def make(session: Session, book: GangBook) -> Report:
        place = session.place
        return SnapshotReport(book, cluster=place.name, namespace=place.namespace)

    return _command(given, make)


def _command(given: Mapping[str, Any], make: Make) -> int:
    order = _order(given)
    settings = load_settings({"log_level": "error", **given})
    set_up_logging(settings, has_screen=False)
    return asyncio.run(_run(settings, order, make))


def _order(given: Mapping[str, Any]) -> Order:
    goal = given.get("until")
    order = Order(
        given.get("output") or "text",
        bool(given.get("watch")),
        Goal(goal) if goal else None,
        given.get("timeout"),
    )
    if order.timeout is not None and order.goal is None:
        raise CommandError("--timeout limits --until; give both.", USAGE)
    if order.watch and order.format == "svg":
        raise CommandError("--watch prints text or json; a picture shows one moment.", USAGE)
    return order


async def _run(settings: Settings, order: Order, make: Make) -> int:
    cancel_on_sigterm()
    async with followed(settings) as session:
        if session.freshness.forbidden:
            left_out = ", ".join(session.freshness.forbidden)
            sys.stderr.write(f"You may not list {left_out}; they are left out.\n")
        if session.freshness.missing:
            left_out = ", ".join(session.freshness.missing)
            sys.stderr.write(f"The cluster does not answer for {left_out}; they are left out.\n")
        return await follow(session, make, order)


async def follow(session: Session, make: Make, order: Order) -> int:
    """Print a report once, or for as long as the order says; return the exit code.

    Raises:
        CommandError: There is nothing to print.
    """
    book = GangBook(session.world, session.clock)
    report = make(session, book)
    printer = Printer(report, order.format, sys.stdout)
    if not report.exists and order.goal is not Goal.TERMINATED:
        raise CommandError(report.absence)
    if not order.watch and order.goal is None:
        printer.print()
        return OK
    changed = asyncio.Event()
    gatherer = Gatherer(changed.set, QUIET_SECONDS)

    def observe(old: HasMetadata | None, new: HasMetadata | None) -> None:
        book.observe(old, new)
        gatherer.mark()

    for informer in session.informers:
        informer.add_handler(observe)
    _tell_silence(session, printer, changed)
    try:
        async with asyncio.timeout(order.timeout):
            return await _follow(report, order, printer, changed)
    except TimeoutError:
        printer.finish()
        late = f"{report.title} is not {order.goal} after {order.timeout:g} s."
        sys.stderr.write(" ".join([late, *_silence(session)]) + "\n")
        return FAILED
    finally:
        gatherer.close()


def _silence(session: Session) -> list[str]:
    """Say that what is known is old; nothing while it is not."""
    connection = session.connection
    return [f"{connection.error}."] if connection.state is State.STALE else []


def _tell_silence(session: Session, printer: Printer, changed: asyncio.Event) -> None:
    """Say when the cluster stops answering, and when it answers again."""
    told: list[str] = []

    def look() -> None:
        now = _silence(session)
        if bool(now) is bool(told):
            return
        told[:] = now
        sentence = f"{now[0]} Trying again." if now else ""
        if not printer.remark(sentence):
            sys.stderr.write(f"{sentence or 'The cluster answers again.'}\n")
        changed.set()

    session.on_connection(look)


async def _follow(report: Report, order: Order, printer: Printer, changed: asyncio.Event) -> int:
    while True:
        changed.clear()
        if order.watch:
            printer.update()
        if order.goal is not None and report.has_reached(order.goal):
            printer.finish()
            return OK
        if not report.exists and order.goal is not Goal.TERMINATED:
            return _gone(report, order)
        with suppress(TimeoutError):
            # Countdowns go on between changes where somebody looks on.
            await asyncio.wait_for(changed.wait(), 1 if printer.redraws else None)


def _gone(report: Report, order: Order) -> int:
    sys.stderr.write(f"{report.title} was deleted.\n")
    return OK if order.goal is None else FAILED


def _namespace_of(session: Session, name: str) -> str:
    """Return where that PodCliqueSet is; raises `CommandError` where several namespaces have it."""
    if session.place.namespace:
        return session.place.namespace
    found = sorted(
        pcs.metadata.namespace
        for pcs in session.world.podcliquesets.values()
        if pcs.metadata.name == name
    )
    if len(found) > 1:
        raise CommandError(
            f"PodCliqueSet {name} is in {', '.join(found)}; choose one with -n.", USAGE
        )
    return found[0] if found else session.place.default_namespace
