"""A cluster without Grove's kinds: nothing is installed before somebody said so."""

from collections.abc import Sequence
from typing import Any

from textual.app import App

from grove_tui.actions.outcome import clause
from grove_tui.cluster.session import Session
from grove_tui.kube.errors import KubeError
from grove_tui.screens.confirm import ConfirmDialog


async def offer_crds(
    app: App[Any], session: Session, missing: Sequence[str], *, read_only: bool
) -> None:
    """Ask whether to create the missing CRDs, and create them after a yes."""
    lines = [
        f"{session.place.name} ({session.place.server}) does not know these kinds:",
        *(f"  {name}" for name in missing),
        "",
    ]
    if read_only:
        lines.append("grove-tui was started with --read-only and installs nothing.")
        await app.push_screen_wait(ConfirmDialog("Grove is not installed", lines, "I see"))
        return
    lines += [
        "grove-tui can create their CustomResourceDefinitions now. That needs the",
        "permission to create CRDs, and changes nothing that is there already.",
    ]
    dialog = ConfirmDialog("Grove is not installed", lines, "Install")
    if not await app.push_screen_wait(dialog):
        return
    try:
        await session.install_crds()
    except KubeError as error:
        sentence = f"The CRDs could not be installed: {clause(error)}."
        app.notify(sentence, severity="error", markup=False)
        return
    session.look_again()
    app.notify("Grove's CRDs are installed.", markup=False)
