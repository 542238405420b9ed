"""Finding and reading kubeconfig files, and one clear sentence for each way it can fail."""

import pytest

from grove_tui.kube import kubeconfig
from grove_tui.kube.errors import ConfigError

GOOD = """
apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: secret-token}}]
contexts:
- {name: one, context: {cluster: c, user: u}}
- {name: two, context: {cluster: c, user: u, namespace: team-a}}
"""


def test_contexts_and_namespaces_are_read(tmp_path):
    path = tmp_path / "config"
    path.write_text(GOOD)

    config = kubeconfig.read(str(path))

    assert [(c.name, c.namespace, c.server) for c in config.contexts] == [
        ("one", "default", "https://127.0.0.1:1"),
        ("two", "team-a", "https://127.0.0.1:1"),
    ]
    assert config.context(None).name == "one"


def test_first_file_of_a_list_wins(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text(GOOD)
    second.write_text(GOOD.replace("team-a", "team-b").replace("current-context: one", ""))

    config = kubeconfig.read(f"{first}:{second}:{tmp_path / 'absent'}")

    assert config.context("two").namespace == "team-a"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "is not YAML"),
        ("- just a list", "is not a kubeconfig"),
        ("contexts: 3", "is not a kubeconfig"),
    ],
)
def test_unusable_file_is_named_with_the_reason(tmp_path, text, sentence):
    path = tmp_path / "config"
    path.write_text(text)

    with pytest.raises(ConfigError, match=sentence) as error:
        kubeconfig.read(str(path))

    assert str(path) in str(error.value)


def test_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="does not exist; pass --kubeconfig or use --demo"):
        kubeconfig.read(str(tmp_path / "absent"))


def test_unknown_context_lists_the_known_ones(tmp_path):
    path = tmp_path / "config"
    path.write_text(GOOD)

    with pytest.raises(ConfigError, match=r"context .three. is not in .*; it has: one, two"):
        kubeconfig.read(str(path)).context("three")


def test_flag_beats_environment_beats_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert kubeconfig.find_path("flag", {"KUBECONFIG": "env"}) == "flag"
    assert kubeconfig.find_path(None, {"KUBECONFIG": "env"}) == "env"
    assert kubeconfig.find_path(None, {}) is None
