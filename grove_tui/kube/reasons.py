"""Why something did not work, in words for people instead of programmers."""

import errno
import os
import re

_ERRNO = re.compile(r"\[Errno (\d+)\]")


def why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    """Return why a file cannot be read as text, as the end of a sentence."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "it is not text in UTF-8"


def _plugin_failure(text: str) -> str:
    """Return what a credential plugin said before it failed; empty where none did."""
    found = re.fullmatch(r"exec: process returned (-?\d+)\.?\s*(.*)", text, re.DOTALL)
    if found is None:
        return ""
    code, said = found.groups()
    return f"its credential plugin failed ({code}): {' '.join(said.split()) or 'it said nothing'}"


def reason_of(error: BaseException) -> str:
    """Return why a connection or a credential failed, as the end of a sentence."""
    import ssl  # here, since settings are read before there is anything to connect to

    if isinstance(error, TimeoutError):
        return "timed out"
    cause = getattr(error, "os_error", None) or error
    if failure := _plugin_failure(str(cause)):
        return failure
    # What asyncio says of a failed connection is for programmers, and names every address.
    numbers = {int(number) for number in _ERRNO.findall(str(cause))}
    if numbers and all(number in errno.errorcode for number in numbers):
        return ", ".join(os.strerror(number).lower() for number in sorted(numbers))
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message})"
    text = " ".join(str(getattr(cause, "strerror", None) or cause).split())
    return text or type(error).__name__
