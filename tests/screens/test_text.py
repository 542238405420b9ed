"""Texts to read: YAML in colours that change no character, and a search through it."""

import pytest
import yaml
from hypothesis import given, strategies as st
from textual.widgets import Input, Static

from grove_tui.actions.reading import to_yaml
from grove_tui.screens.document import DocumentScreen
from grove_tui.screens.finding import Finding
from grove_tui.screens.yaml_colors import yaml_content
from tests.screens.hostile import painted
from tests.screens.live import create_clique, create_set, dashboard

CLIQUE = "sim-0-worker"
YAML = """kind: Pod
metadata:
  annotations:
    example.com/port:tcp: '80'
    note: |-
      first: no key
      last
  labels: {}
spec:
  replicas: 3
  args:
  - --port
  - name: main
    ready: true
    image: nginx:latest
"""


def styled(text):
    content = yaml_content(text)
    return {content.plain[span.start : span.end]: str(span.style) for span in content.spans}


def test_keys_numbers_and_texts_differ():
    styles = styled(YAML)

    assert {
        text: styles[text] for text in ("kind", "3", "true", "nginx:latest", "--port", "{}", "|-")
    } == {
        "kind": "$grove-accent",
        "3": "$grove-info",
        "true": "$grove-info",
        "nginx:latest": "$grove-ok",
        "--port": "$grove-ok",
        "{}": "$grove-dim",
        "|-": "$grove-dim",
    }
    assert styles["example.com/port:tcp"] == "$grove-accent"
    assert "first" not in styles


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    )
)
def test_colours_change_no_character(value):
    text = to_yaml({"value": value})

    content = yaml_content(text)

    assert content.plain == text
    assert all(0 <= span.start < span.end <= len(text) for span in content.spans)


def test_places_are_found_whatever_their_case_and_stepped_through_around_the_ends():
    finding = Finding("One two\nthree one\nONE", "one")

    assert (str(finding), finding.place) == ("/one: 1 of 3", (0, 0))
    finding.step(1)
    assert finding.place == (1, 6)
    finding.step(2)
    assert finding.place == (0, 0)
    assert Finding("One two\nthree one", "one", top=1).place == (1, 6)
    assert str(Finding("One", "[x")) == "/[x: not found"


@pytest.mark.parametrize("key", ["y", "d"])
async def test_a_text_is_searched(key):
    async with dashboard(size=(80, 12)) as shown:
        await create_set(shown.cluster)
        await create_clique(shown.cluster, metadata={"annotations": {"note": "a needle"}})
        await shown.select(CLIQUE)
        await shown.press(key)
        await shown.until(lambda: shown.screen is not shown.app.main_screen)
        heading = shown.screen.query_one("#title", Static)

        await shown.press("slash")
        await shown.type("NEEDLE")
        await shown.until(lambda: "1 of 1" in str(heading.content))
        await shown.until(lambda: "a needle" in "\n".join(painted(shown.app)))
        await shown.press("enter", "n")
        assert not shown.screen.query_one("#search", Input).has_class("-shown")
        assert "1 of 1" in str(heading.content)

        await shown.press("escape")
        assert str(heading.content) == f"PodClique {CLIQUE}"
        await shown.press("escape")
        assert shown.screen is shown.app.main_screen


async def test_the_search_goes_on_when_values_are_shown():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        container = {"name": "m", "image": "x", "env": [{"name": "TOKEN", "value": "s3cret"}]}
        await create_clique(shown.cluster, spec={"podSpec": {"containers": [container]}})
        await shown.select(CLIQUE)
        await shown.press("y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))
        heading = shown.screen.query_one("#title", Static)

        await shown.press("slash")
        await shown.type("s3cret")
        await shown.until(lambda: "not found" in str(heading.content))
        await shown.press("enter", "v")

        assert "1 of 1" in str(heading.content)
        assert yaml.safe_load(str(shown.screen.query_one("#text", Static).content))


async def test_a_text_is_copied_whole():
    async with dashboard() as shown:
        await create_set(shown.cluster)
        await shown.select("sim")
        await shown.press("y")
        await shown.until(lambda: isinstance(shown.screen, DocumentScreen))

        await shown.press("c")

        assert yaml.safe_load(shown.app.clipboard)["metadata"]["name"] == "sim"
        assert "Copied." in shown.said()
