"""What can be typed after the colon, as data; the command line and the palette both read it."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from msgspec import Struct

from grove_tui.screens.navigator import ALL, TREE, Navigator
from grove_tui.widgets.availability import availability_on

Check = Callable[[Navigator, str], str]
Run = Callable[[Navigator, str], None]


def _anything(_: Navigator, __: str) -> str:
    return ""


def _nothing(_: Navigator) -> Sequence[str]:
    return ()


class Command(Struct, frozen=True):
    """One command.

    Attributes:
        names: Its name, and others that it goes by.
        description: What it does.
        run: Does it with its argument.
        argument: What it takes, for people; empty if it takes nothing.
        values: What the argument can be; asked each time.
        check: Says why an argument will not do; empty where it will.
        needs_argument: Whether it means nothing without one.
        action: The main screen's action that it is, where that may be unavailable.
    """

    names: tuple[str, ...]
    description: str
    run: Run
    argument: str = ""
    values: Callable[[Navigator], Sequence[str]] = _nothing
    check: Check = _anything
    needs_argument: bool = False
    action: str = ""

    def problem(self, navigator: Navigator) -> str:
        """Say why it cannot be used now; empty where it can."""
        return availability_on(navigator.app.main_screen, self.action).reason

    @property
    def name(self) -> str:
        """The name that it is listed under."""
        return self.names[0]


class Suggestion(Struct, frozen=True):
    """A line that could be meant.

    Attributes:
        line: The whole line.
        description: What it does.
        usage: What can follow it, for people.
    """

    line: str
    description: str
    usage: str = ""


def _place(place: str, *names: str, about: str) -> Command:
    """Return the command that goes to a place: `:pods`, `:pods default`, `:pods /crash`."""

    def run(navigator: Navigator, argument: str) -> None:
        namespace, text = _split(argument)
        navigator.open(place, "" if namespace == ALL else namespace, text)

    def check(navigator: Navigator, argument: str) -> str:
        namespace, _ = _split(argument)
        known = _namespaces(navigator)
        return _unknown("namespace", namespace, known) if namespace is not None else ""

    return Command(names, about, run, "[namespace] [/filter]", _namespaces, check)


def _split(argument: str) -> tuple[str | None, str]:
    """Return the namespace and the filter in an argument."""
    before, _, text = argument.partition("/")
    return before.strip() or None, text.strip()


def _act(action: str) -> Run:
    return lambda navigator, _: navigator.act(action)


def _theme(navigator: Navigator, name: str) -> None:
    navigator.app.theme = name


def _namespaces(navigator: Navigator) -> list[str]:
    return [ALL, *navigator.namespaces()]


def _themes(navigator: Navigator) -> list[str]:
    return sorted(navigator.app.available_themes)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    """Say that there is no such thing; empty where there is."""
    if name in known:
        return ""
    return f'There is no {what} "{name}"{_meant(name, known)}'


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; there are {', '.join(known[:8])}." if known else "."


COMMANDS: tuple[Command, ...] = (
    _place("overview", "overview", "gangs", "gang", "pg", about="All gangs, trouble first"),
    _place(TREE, "pcs", "tree", "podcliquesets", "workloads", about="The workload tree"),
    _place("pods", "pods", "pod", "po", about="All pods"),
    _place("nodes", "nodes", "node", "no", about="The map of nodes"),
    _place("events", "events", "event", "ev", about="All events, newest first"),
    Command(
        ("ns", "namespace", "namespaces"),
        "Show one namespace, or all",
        lambda navigator, name: navigator.choose_namespace(name),
        "name|all",
        _namespaces,
        needs_argument=True,
    ),
    Command(
        ("ctx", "context", "contexts"),
        "Go to the cluster of another context",
        lambda navigator, name: navigator.choose_context(name),
        "name",
        lambda navigator: navigator.contexts(),
        lambda navigator, name: _unknown("context", name, navigator.contexts()),
        needs_argument=True,
    ),
    Command(
        ("theme",),
        "Choose the colours",
        _theme,
        "name",
        _themes,
        lambda navigator, name: _unknown("theme", name, _themes(navigator)),
        needs_argument=True,
    ),
    Command(
        ("timeline", "tl", "history"),
        "What happened lately, to everything",
        lambda navigator, _: navigator.timeline(None),
    ),
    Command(("save",), "Save what happened lately, for replay", _act("save_recording")),
    Command(("refresh", "relist"), "List everything again", _act("look_again")),
    Command(("apply",), "Apply a manifest file", _act("apply"), action="apply"),
    Command(
        ("doctor", "checkup"),
        "Is everything there that is needed?",
        lambda navigator, _: navigator.check_up(),
    ),
    Command(("help", "h"), "What the keys do", _act("app.help")),
    Command(("q", "quit", "q!", "exit"), "Leave grove-tui", _act("app.quit")),
)


def find(name: str) -> Command | None:
    """Return the command of that name."""
    return next((command for command in COMMANDS if name in command.names), None)


def prepare(navigator: Navigator, line: str) -> Callable[[], None] | str:
    """Return what does what a line says, or one sentence that says why nothing can."""
    name, _, argument = line.strip().removeprefix(":").strip().partition(" ")
    command = find(name)
    if command is None:
        known = [name for command in COMMANDS for name in command.names]
        return f'There is no command "{name}"{_meant(name, known)}'
    argument = argument.strip()
    if command.needs_argument and not argument:
        return f":{command.name} needs a {command.argument}."
    problem = command.problem(navigator) or command.check(navigator, argument)
    if problem:
        return problem

    def run() -> None:
        navigator.remember_line(f"{name} {argument}".strip())
        command.run(navigator, argument)

    return run


def suggest(navigator: Navigator, text: str) -> list[Suggestion]:
    """Return the lines that a text could become; without text, what was typed before."""
    text = text.lstrip()
    if not text:
        return _recent(navigator)
    name, blank, argument = text.partition(" ")
    if blank:
        command = find(name)
        return _arguments(navigator, command, name, argument.strip()) if command else []
    found = [(command, _alias(command, name)) for command in COMMANDS]
    found.sort(key=lambda pair: pair[1] != pair[0].name)
    return [_suggestion(navigator, command, alias) for command, alias in found if alias]


def _recent(navigator: Navigator) -> list[Suggestion]:
    recent = [Suggestion(line, "typed before") for line in reversed(navigator.lines)]
    seen = {suggestion.line for suggestion in recent}
    unused = (command for command in COMMANDS if command.name not in seen)
    return recent[:3] + [_suggestion(navigator, command, command.name) for command in unused]


def _suggestion(navigator: Navigator, command: Command, name: str) -> Suggestion:
    if problem := command.problem(navigator):
        return Suggestion(name, f"({command.description}) {problem}")
    line = f"{name} " if command.needs_argument else name
    return Suggestion(line, command.description, command.argument)


def _alias(command: Command, typed: str) -> str:
    """Return the name of the command that begins like what was typed."""
    return next((name for name in command.names if name.startswith(typed)), "")


def _arguments(navigator: Navigator, command: Command, name: str, typed: str) -> list[Suggestion]:
    values = command.values(navigator)
    starting = [value for value in values if value.startswith(typed)]
    inside = [value for value in values if typed in value and value not in starting]
    return [Suggestion(f"{name} {value}", command.description) for value in starting + inside]
