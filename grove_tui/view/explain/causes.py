"""What an explanation is made of: causes with their evidence, and what to do next."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from grove_tui.view.keys import Key
from grove_tui.view.rows import Severity


class Reason(StrEnum):
    """The kinds of causes."""

    HEALTHY = "healthy"
    GATE = "scheduling gate"
    BASE_GANG = "base gang not scheduled"
    GANG_INCOMPLETE = "gang incomplete"
    SHORT = "short of minAvailable"
    BREACH = "breach"
    MISSING = "does not exist"
    NO_NODE = "no node fits"
    NOT_SCHEDULED_YET = "not scheduled yet"
    IMAGE = "image"
    CONFIGURATION = "configuration"
    CRASH = "crash"
    STARTUP_ORDER = "start-up order"
    NOT_READY = "not ready"
    STARTING = "starting"
    QUOTA = "quota"
    CREATION = "creation failed"
    NODE_LOST = "node lost"
    NODE = "node"
    TERMINATING = "terminating"
    WEDGED = "wedged"
    UPDATE = "update"
    RECYCLING = "recycling"
    SCALED_TO_ZERO = "scaled to 0"
    ENDED = "ended"


class Cause(Struct, frozen=True):
    """One link of the chain.

    Attributes:
        reason: What kind of cause it is.
        text: The cause in plain words.
        evidence: What says so, quoted from the cluster.
        about: The object that it is about.
        step: What to do about it, if it is a place to begin.
        depth: 0 for what was asked about, more for what lies behind it.
        severity: How bad it is.
    """

    reason: Reason
    text: str
    evidence: tuple[str, ...] = ()
    about: Key | None = None
    step: str = ""
    depth: int = 0
    severity: Severity = Severity.WARN


class Explanation(Struct, frozen=True):
    """Why something is as it is.

    Attributes:
        about: What was asked about.
        headline: The answer in one sentence.
        severity: How bad it is.
        causes: The chain of causes, each followed by what lies behind it.
    """

    about: Key
    headline: str
    severity: Severity
    causes: tuple[Cause, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do next, each thing once."""
        return tuple(dict.fromkeys(cause.step for cause in self.causes if cause.step))


def deeper(causes: list[Cause], by: int = 1) -> list[Cause]:
    """Return causes as what lies behind another one."""
    return [replace(cause, depth=cause.depth + by) for cause in causes]


def counted(count: int, what: str, plural: str = "") -> str:
    """Return "1 pod", "2 pods"."""
    return f"{count} {what if count == 1 else plural or what + 's'}"
