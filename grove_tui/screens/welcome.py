"""The first screen where there is no cluster: why, and what to do about it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from grove_tui.widgets.key_bar import KeyBar


class WelcomeScreen(Screen[str]):
    """Offers the demo cluster, and the way back; its result is "demo", "retry" or "back"."""

    CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen #box { width: 76; max-width: 96%; height: auto; padding: 1 2;
        border: round $border; background: $surface; border-title-color: $grove-title;
        border-title-style: bold; }
    WelcomeScreen Static { height: auto; }
    WelcomeScreen #why { color: $grove-title; text-style: bold; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,escape", "choose('back')", "Go back", id="welcome.back"),
        Binding("d", "choose('demo')", "Open the demo cluster", id="welcome.demo"),
        Binding("r", "choose('retry')", "Try again", id="welcome.retry"),
        Binding("q", "app.quit", "Quit", id="welcome.quit"),
    ]

    def __init__(self, sentence: str, before: str = "") -> None:
        """Say why there is no cluster.

        Args:
            sentence: The reason.
            before: The cluster that was shown before; empty where there was none.
        """
        super().__init__()
        self._sentence = sentence
        self._before = before

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "grove-tui"
            yield Static(Content(self._sentence), id="why")
            back = f"b  goes back to {self._before}.\n" if self._before else ""
            yield Static(
                Content(
                    f"{back}"
                    "d  opens a demo cluster on this machine: a Kubernetes API server\n"
                    "   with simulated nodes, which ends together with grove-tui.\n"
                    "r  looks again: set KUBECONFIG, or write ~/.kube/config.\n"
                    "q  quits. Another cluster is named by --kubeconfig and --context."
                )
            )
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if parameters == ("back",) and not self._before:
            return False
        return super().check_action(action, parameters)

    def action_choose(self, choice: str) -> None:
        self.dismiss(choice)
