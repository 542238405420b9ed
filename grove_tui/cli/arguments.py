"""The command line's grammar; knows nothing of what the commands do."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from grove_tui import __version__

FORMATS = ("text", "json", "svg")
UNTIL = ("healthy", "terminated")


class _Parser(argparse.ArgumentParser):
    """Answers wrong usage with one sentence instead of the whole grammar."""

    def error(self, message: str) -> NoReturn:
        # argparse has no name for a choice of commands whose list it does not repeat.
        message = message.replace("argument : invalid choice", "unknown command")
        sentence = message[:1].upper() + message[1:]
        self.exit(2, f"{sentence}; see {self.prog} --help.\n")


def parse(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Return what was given by attribute name, `command` among it; nothing that was left out.

    Raises:
        SystemExit: 0 after --help and --version, 2 after wrong usage.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    return vars(_parser().parse_args(arguments))


def positive(text: str) -> int:
    """Parse a count of at least one."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def port(text: str) -> int:
    """Parse a TCP port; 0 takes a free one."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number") from None
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 65535")
    return number


def factor(text: str) -> float:
    """Parse a number above zero."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def pace(text: str) -> float:
    """Parse the pace of a simulation; 0 means that nothing takes any time."""
    return 0.0 if text.strip() in ("0", "0.0") else factor(text)


def seconds(text: str) -> float:
    """Parse a duration: seconds, or a number with s, m or h behind it."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1)
    return factor(number) * unit


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="grove-tui",
        description="See and steer Grove's gang-scheduled PodCliqueSets from the terminal.",
        epilog="Without a cluster at hand: grove-tui --demo",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.set_defaults(command="dashboard")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("--demo", action="store_true", help="open a demo cluster on this machine")
    _add_simulation(parser, "of the demo cluster")
    _add_connection(parser)
    _add_display(parser)
    _add_common(parser)
    commands = parser.add_subparsers(title="commands", metavar="", parser_class=_Parser)
    _add_cluster(commands)
    _add_reconcile(commands)
    _command(commands, "crds", "print Grove's CRDs as YAML, for kubectl apply -f -")
    _add_tree(commands)
    _add_snapshot(commands)
    _add_replay(commands)
    doctor = _command(commands, "doctor", "check connection, permissions, CRDs and who reconciles")
    _add_connection(doctor)
    _add_common(doctor)
    return parser


def _command(commands: Any, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=f"{text[:1].upper()}{text[1:]}.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    command.set_defaults(command=name)
    return command


def _add_connection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("cluster")
    group.add_argument("--kubeconfig", metavar="FILE", help="default: $KUBECONFIG, ~/.kube/config")
    group.add_argument("--context", metavar="NAME", help="default: the file's current context")
    namespace = group.add_mutually_exclusive_group()
    namespace.add_argument(
        "-n", "--namespace", metavar="NAME", help="default: the context's, else default"
    )
    namespace.add_argument(
        "-A", "--all-namespaces", action="store_true", help="look at every namespace"
    )


def _add_display(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("dashboard")
    group.add_argument("--read-only", action="store_true", help="refuse every change")
    group.add_argument(
        "--reconcile",
        choices=("auto", "always", "never"),
        help="make PodCliqueSets real from here (default: auto, only where nobody else does)",
    )
    _add_looks(group)


def _add_looks(group: Any) -> None:
    group.add_argument("--theme", metavar="NAME", help="such as grove-light or grove-contrast")
    group.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    group.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal"
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("settings and logs")
    group.add_argument("--config", metavar="FILE", help="another config file")
    group.add_argument("--save-dir", metavar="DIR", help="where what you save goes")
    group.add_argument("--log-file", metavar="FILE", help="write a log")
    group.add_argument("--log-format", choices=("plain", "json"), help="default: plain")
    group.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="default: info"
    )


def _add_simulation(parser: argparse.ArgumentParser, of: str) -> None:
    group = parser.add_argument_group("demo cluster")
    group.add_argument("--nodes", type=positive, metavar="N", help=f"nodes {of} (default: 20)")
    group.add_argument(
        "--speed", type=pace, metavar="X", help="pace of its pods: 2 is twice as fast"
    )
    group.add_argument("--scenario", metavar="FILE", help="play what happens from a file")


def _add_cluster(commands: Any) -> None:
    cluster = _command(commands, "cluster", "run the demo cluster alone, for kubectl and others")
    _add_simulation(cluster, "")
    cluster.add_argument("--port", type=port, help="default: a free one")
    cluster.add_argument("--kubeconfig-out", metavar="FILE", help="where to write the kubeconfig")
    cluster.add_argument("--data-dir", metavar="DIR", help="keep all objects across restarts")
    cluster.add_argument(
        "--reconcile",
        dest="with_reconciler",
        action="store_true",
        help="make PodCliqueSets real, too",
    )
    # The dashboard's own child must not outlive it, however the dashboard ends.
    cluster.add_argument(
        "--until-stdin-closes", dest="bound", action="store_true", help=argparse.SUPPRESS
    )
    _add_common(cluster)


def _add_reconcile(commands: Any) -> None:
    reconcile = _command(commands, "reconcile", "reconcile without a screen, as the Lease's holder")
    _add_connection(reconcile)
    _add_common(reconcile)


def _add_tree(commands: Any) -> None:
    tree = _command(commands, "tree", "print one PodCliqueSet with all that belongs to it")
    tree.add_argument("name", metavar="NAME", help="name of the PodCliqueSet")
    _add_printing(tree)


def _add_snapshot(commands: Any) -> None:
    snapshot = _command(commands, "snapshot", "print every PodCliqueSet with all below it")
    _add_printing(snapshot)


def _add_replay(commands: Any) -> None:
    replay = _command(commands, "replay", "play back what a dashboard recorded")
    replay.add_argument("file", metavar="FILE", help="what W saved in a dashboard")
    _add_looks(replay.add_argument_group("dashboard"))
    _add_common(replay)


def _add_printing(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Exit codes: 0 printed, or --until reached; 1 not reached in time, no such PodCliqueSet, "
        "or no cluster; 2 wrong usage."
    )
    parser.add_argument("-o", "--output", choices=FORMATS, help="default: text")
    parser.add_argument("-w", "--watch", action="store_true", help="print again at each change")
    parser.add_argument(
        "--until", choices=UNTIL, help="wait until all gangs are healthy, or nothing is left"
    )
    parser.add_argument(
        "--timeout", type=seconds, metavar="TIME", help="give up waiting after 90, 90s or 5m"
    )
    _add_connection(parser)
    _add_common(parser)
