"""YAML with its keys, numbers and texts told apart by the colours of the theme."""

import re
from collections.abc import Iterator

from textual.content import Content, Span

_KEY = re.compile(
    r"""\s*(?:-\s+)*(?P<key>"[^"]*"|'[^']*'|[^\s'"#-][^:]*(?::[^\s:][^:]*)*|-[^\s:][^:]*):(?=\s|$)"""
)
_ITEM = re.compile(r"\s*(?:-\s+)*-(?=\s|$)|\s*(?:-\s+)+")
_WORD = re.compile(r"(?:true|false|null|~|[-+]?\d[\d_.eE+-]*)$")
_BLOCK = re.compile(r"[|>][-+0-9]*$")


def yaml_content(text: str) -> Content:
    """Return YAML, as this program writes it, with its parts styled; the text is the same."""
    return Content(text).add_spans(list(_spans(text)))


def _spans(text: str) -> Iterator[Span]:
    start, block = 0, -1
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if block >= 0 and (indent > block or not line.strip()):
            pass  # a line of a text of several lines
        else:
            block = indent if _BLOCK.search(line) else -1
            yield from _line_spans(line, start)
        start += len(line) + 1


def _line_spans(line: str, start: int) -> Iterator[Span]:
    key = _KEY.match(line)
    value = 0
    if key is not None:
        yield Span(start + key.start("key"), start + key.end("key"), "$grove-accent")
        value = key.end() + 1
    elif (item := _ITEM.match(line)) is not None:
        value = item.end()
    rest = line[value:].strip()
    if rest:
        begin = start + line.index(rest, value)
        yield Span(begin, begin + len(rest), _style(rest))


def _style(value: str) -> str:
    if _WORD.match(value):
        return "$grove-info"
    return "$grove-dim" if _BLOCK.match(value) or value in ("{}", "[]") else "$grove-ok"
