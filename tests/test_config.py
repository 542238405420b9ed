"""Settings: precedence of flags, environment and file, and one sentence for each mistake."""

import sys

import pytest

from grove_tui.config import Settings, SettingsError, load_settings


@pytest.fixture
def config(tmp_path):
    folder = tmp_path / "grove-tui"
    folder.mkdir()

    def write(text: str) -> dict[str, str]:
        (folder / "config.yaml").write_text(text)
        return {"XDG_CONFIG_HOME": str(tmp_path)}

    return write


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_settings({}, {"XDG_CONFIG_HOME": str(tmp_path)}) == Settings()


def test_flags_win_over_environment_over_file(config):
    environment = config("theme: from-file\nnamespace: from-file\ncontext: from-file\n")
    environment |= {"GROVE_TUI_NAMESPACE": "from-env", "GROVE_TUI_CONTEXT": "from-env"}

    settings = load_settings({"context": "from-flag", "theme": None}, environment)

    assert (settings.theme, settings.namespace, settings.context) == (
        "from-file",
        "from-env",
        "from-flag",
    )


def test_kubeconfig_variable_is_taken_as_it_is(tmp_path):
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "KUBECONFIG": "/a:/b"}

    assert load_settings({}, environment).kubeconfig == "/a:/b"
    assert load_settings({"kubeconfig": "/c"}, environment).kubeconfig == "/c"


def test_keys_of_the_file_are_the_flags(config):
    environment = config("read-only: true\nlog-file: /tmp/x\nkeymap:\n  grove.scale: x,f2\n")

    settings = load_settings({}, environment)

    assert settings.read_only
    assert settings.log_file == "/tmp/x"
    assert settings.keymap == {"grove.scale": "x,f2"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("read-only: maybe", ["read-only", "boolean"]),
        ("colour: red", ["colour", "no such setting", "theme"]),
        ("keymap: {grove.scale: [1]}", ["grove.scale of keymap", "string"]),
        ("reconcile: sometimes", ["reconcile", "'auto', 'always' or 'never'"]),
        ("- a\n- b", ["keys and values"]),
        ("a: [", ["not YAML", "line"]),
    ],
)
def test_a_wrong_file_is_one_sentence_with_file_and_field(config, tmp_path, text, words):
    with pytest.raises(SettingsError) as caught:
        load_settings({}, config(text))

    sentence = str(caught.value)
    assert str(tmp_path / "grove-tui" / "config.yaml") in sentence
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


def test_a_wrong_variable_is_named(tmp_path):
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "GROVE_TUI_NODES": "many"}

    with pytest.raises(SettingsError, match=r"\$GROVE_TUI_NODES.*integer"):
        load_settings({}, environment)


def test_a_config_file_that_was_asked_for_must_exist(tmp_path):
    with pytest.raises(SettingsError, match="There is no config file"):
        load_settings({"config": str(tmp_path / "none.yaml")}, {})


def test_without_a_file_pydantic_is_not_imported(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pydantic", None)

    settings = load_settings({"theme": "x"}, {"XDG_CONFIG_HOME": str(tmp_path), "KUBECONFIG": "k"})

    assert settings.theme == "x"
