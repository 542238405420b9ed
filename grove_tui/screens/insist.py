"""Reconciling beside Grove's operator: only after somebody read what that means."""

import asyncio
from typing import Any

from textual.app import App

from grove_tui.cluster.session import Session
from grove_tui.reconcile.leadership import Mode
from grove_tui.screens.confirm import ConfirmDialog


async def ask_to_insist(app: App[Any], session: Session) -> None:
    """Wait until Grove's operator is found, then ask whether to reconcile all the same."""
    changed = asyncio.Event()
    session.on_connection(changed.set)
    while session.standing.mode is not Mode.UPSTREAM:
        changed.clear()
        await changed.wait()
    dialog = ConfirmDialog(
        "Reconcile beside the Grove operator?",
        (
            f"The Grove operator runs in {session.place.name} ({session.standing.detail}).",
            "Two reconcilers fight: each undoes what the other does, and pods are",
            "created and deleted without end. Scale the operator to 0 first.",
        ),
        "Reconcile",
    )
    if await app.push_screen_wait(dialog):
        session.insist()
