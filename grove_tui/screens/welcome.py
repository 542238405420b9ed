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
    """Offers the demo cluster; its result is "demo" or "retry"."""

    CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen #box { width: 76; max-width: 96%; height: auto; padding: 1 2;
        border: round $border; background: $surface; border-title-color: $grove-title;
        border-title-style: bold; }
    WelcomeScreen Static { height: auto; }
    WelcomeScreen #why { color: $grove-title; text-style: bold; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "choose('demo')", "Open the demo cluster", id="welcome.demo"),
        Binding("r", "choose('retry')", "Try again", id="welcome.retry"),
        Binding("q", "app.quit", "Quit", id="welcome.quit"),
    ]

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = "grove-tui"
            yield Static(Content(self._sentence), id="why")
            yield Static(
                Content(
                    "d  opens a demo cluster on this machine: a Kubernetes API server\n"
                    "   with simulated nodes, which ends together with grove-tui.\n"
                    "r  looks again: set KUBECONFIG, or write ~/.kube/config.\n"
                    "q  quits. Another cluster is named by --kubeconfig and --context."
                )
            )
        yield KeyBar()

    def action_choose(self, choice: str) -> None:
        self.dismiss(choice)
