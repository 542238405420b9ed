"""What the lines above and below the tables say about the cluster as a whole."""

from grove_tui.cluster.freshness import State
from grove_tui.cluster.session import Session
from grove_tui.config import Settings
from grove_tui.reconcile.leadership import Mode
from grove_tui.view.rows import Cell

_MODES = {
    Mode.LEADING: "ok",
    Mode.STARTING: "dim",
    Mode.STANDBY: "info",
    Mode.UPSTREAM: "info",
    Mode.OFF: "dim",
}


def status_left(session: Session, settings: Settings, namespace: str = "") -> list[Cell]:
    """Return which cluster this is, who reconciles it and how fresh what we see is."""
    namespace = namespace or session.place.namespace
    place = session.place
    standing = session.standing
    return [
        Cell(place.name, "title"),
        _connection(session),
        Cell(standing.sentence if session.is_live else "", _MODES.get(standing.mode, "warn")),
        Cell("read-only", "warn") if settings.read_only and session.is_live else Cell(),
        Cell(f"namespace {namespace}" if namespace else "all namespaces"),
        Cell(place.server, "dim"),
    ]


def status_right(session: Session) -> list[Cell]:
    """Return what the reconciler does, where it runs here, and what is wrong inside."""
    cells = [Cell(session.fault, "error")] if session.fault else []
    if forbidden := session.freshness.forbidden:
        cells.append(Cell(f"may not list {', '.join(forbidden)}", "warn"))
    if missing := _missing(session):
        cells.append(Cell(f"no answer for {', '.join(missing)}", "warn"))
    if session.manager is not None:
        stats = session.manager.stats
        errors = f", {stats.errors} failed" if stats.errors else ""
        slow = stats.percentile(95) * 1000
        cells.append(Cell(f"{stats.reconciles} reconciles{errors}", "warn" if errors else ""))
        cells.append(Cell(f"p95 {slow:.0f} ms"))
        cells.append(Cell(f"{stats.depth} queued"))
    return cells


def _missing(session: Session) -> tuple[str, ...]:
    """Return what does not come while the rest does."""
    is_live = session.is_live and session.has_begun and session.connection.state is State.LIVE
    return session.freshness.missing if is_live else ()


def _connection(session: Session) -> Cell:
    if not session.is_live:
        return Cell("recording", "info")
    connection = session.connection
    if connection.state is State.STALE:
        seconds = max(0, round(session.loop_time() - connection.since))
        return Cell(f"{'stale' if session.has_begun else 'no answer'} for {seconds} s", "error")
    if connection.state is State.CONNECTING:
        return Cell("connecting", "dim")
    return Cell("live", "ok")
