"""What parent and child say to each other: an order, and answers until the pipe is closed.

The order is one line of JSON on the child's standard input, which stays open as long as the answers
are wanted. It names files and paths, never credentials: the child reads them where its parent does.
An answer is the path and query that was asked for and the body that came.
"""

import struct
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

HEAD = struct.Struct(">II")
"""Lengths of an answer's name and body, before both."""


class Order(Struct, frozen=True):
    """Which lists to fetch, and where.

    Attributes:
        paths: Of the collections.
        limit: Objects per page.
        kubeconfig: Path(s) of kubeconfig files.
        context: Name of the context; empty for the current one.
    """

    paths: tuple[str, ...]
    limit: int
    kubeconfig: str
    context: str = ""

    def line(self) -> bytes:
        """Return the order as the child reads it."""
        return msgspec.json.encode(self) + b"\n"

    @classmethod
    def of(cls, line: bytes) -> "Order":
        """Return the order that a line says; raises `msgspec.DecodeError`."""
        return msgspec.json.decode(line, type=cls)


def name_of(path: str, query: Mapping[str, str]) -> str:
    """Return what an answer to a GET is known by."""
    return f"{path}?{urlencode(sorted(query.items()))}"
