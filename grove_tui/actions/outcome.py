"""What came of an action, in words for the person who asked for it."""

from msgspec import Struct

from grove_tui.actions.target import Target
from grove_tui.kube.errors import (
    ApiError,
    Conflict,
    Forbidden,
    Invalid,
    KubeError,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)


class Outcome(Struct, frozen=True):
    """Whether the server agreed, and one sentence that says so."""

    ok: bool
    sentence: str


def refused(doing: str, target: Target, error: KubeError) -> Outcome:
    """Explain why nothing was changed.

    Args:
        doing: The action as a verb ("scale").
        target: What it was for.
        error: What the server or the connection said.
    """
    return Outcome(False, _refusal(doing, target, error))


def _refusal(doing: str, target: Target, error: KubeError) -> str:
    match error:
        case NotFound():
            return f"{target} is gone; nothing was changed."
        case Conflict():
            return f"{target} was replaced by another object of that name; nothing was changed."
        case Forbidden():
            return f"You may not {doing} {target}: {clause(error)}."
        case Unreachable():
            return f"No answer to the request to {doing} {target}: {clause(error)}."
        case _:
            return f"The cluster did not {doing} {target}: {clause(error)}."


def clause(error: KubeError) -> str:
    """Return what an error says, as the end of a sentence."""
    match error:
        case Invalid() if error.causes:
            return "; ".join(f"{field}: {message}" for field, message in error.causes)
        case Unauthorized():
            return str(error)
        case TooManyRequests():
            return f"it is busy, try again in {error.retry_after:.0f} s"
        case ApiError():
            text = error.message
        case _:
            text = str(error)
    return " ".join(text.split()).rstrip(".") or type(error).__name__


def sentence_of(error: BaseException) -> str:
    """Return an error as one sentence; of several, the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = " ".join(str(error).split()) or type(error).__name__
    # An address or a path keeps its spelling.
    first_word = text.partition(" ")[0]
    sentence = text if "/" in first_word else text[:1].upper() + text[1:]
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
