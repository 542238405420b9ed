"""The command line: quick to answer, one sentence for each mistake, honest exit codes."""

import json
import logging
import os
import pty
import select
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from grove_tui.cli.arguments import parse
from grove_tui.cli.logs import cover_secrets, set_up_logging
from grove_tui.cli.main import main
from grove_tui.config import Settings

HEAVY = ("aiohttp", "kubernetes_asyncio", "pydantic", "cryptography", "trustme", "jsonpatch")
MANIFEST = Path(__file__).parent.parent / "examples" / "single-node-aggregated.yaml"


def run(*arguments, home, timeout=30, **environment):
    """Run grove-tui in a process of its own, without any kubeconfig of this machine."""
    return subprocess.run(
        [sys.executable, "-m", "grove_tui", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env=clean_environment(home) | environment,
        check=False,
    )


def clean_environment(home):
    kept = {k: v for k, v in os.environ.items() if k not in ("KUBECONFIG", "XDG_CONFIG_HOME")}
    return kept | {"HOME": str(home), "TERM": "xterm-256color"}


@contextmanager
def demo_cluster(home, *arguments):
    """Run `grove-tui cluster` and yield its kubeconfig."""
    process = subprocess.Popen(
        [sys.executable, "-m", "grove_tui", "cluster", "--until-stdin-closes", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(home),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline().strip()
        assert line.startswith("ready: export KUBECONFIG=")
        yield line.rpartition("=")[2]
    finally:
        process.stdin.close()
        assert process.wait(10) == 0
        process.stdout.close()


def on_a_terminal(*arguments, home, until, ends=False, **environment):
    """Run grove-tui on a terminal until `until` appears; return exit code and what was written.

    It is then ended, or waited for where it `ends` by itself.
    """
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "grove_tui", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=clean_environment(home) | {"COLUMNS": "100", "LINES": "30"} | environment,
    )
    os.close(slave)
    written = b""
    deadline = time.monotonic() + 20
    while until.encode() not in written and time.monotonic() < deadline:
        if select.select([master], [], [], 0.2)[0]:
            try:
                written += os.read(master, 65536)
            except OSError:
                break
    if not ends:
        process.terminate()
    code = process.wait(10)
    os.close(master)
    return code, written.decode("utf-8", "replace")


def test_help_answers_at_once(tmp_path):
    started = time.monotonic()
    result = run("--help", home=tmp_path)

    assert time.monotonic() - started < 0.3
    assert result.returncode == 0
    for command in ("cluster", "reconcile", "crds", "tree", "doctor"):
        assert command in result.stdout


@pytest.mark.parametrize("module", ["grove_tui.cli.main", "grove_tui.app"])
def test_nothing_heavy_is_imported_before_the_first_frame(module):
    code = f"import {module}, sys; print([m for m in {HEAVY!r} if m in sys.modules])"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.stdout.strip() == "[]"


def test_the_command_line_itself_needs_no_textual():
    code = "import grove_tui.cli.main, sys; print('textual' in sys.modules, 'yaml' in sys.modules)"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert result.stdout.strip() == "False False"


def test_only_what_was_given_is_returned():
    assert parse(["--demo", "-n", "team"]) == {
        "command": "dashboard",
        "demo": True,
        "namespace": "team",
    }
    assert parse(["--context", "c", "tree", "x", "--timeout", "5m"]) == {
        "command": "tree",
        "context": "c",
        "name": "x",
        "timeout": 300.0,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nodes", "0"], "0 is less than 1"),
        (["--nodes", "many"], "'many' is not a whole number"),
        (["--speed", "-1"], "-1 is not above 0"),
        (["cluster", "--port", "70000"], "70000 is not between 0 and 65535"),
        (["--reconcile", "maybe"], "invalid choice: 'maybe'"),
        (["-n", "a", "-A"], "not allowed with"),
        (["tree"], "NAME"),
        (["nonsense"], "nonsense"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(capsys, arguments, words):
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    captured = capsys.readouterr()
    assert caught.value.code == 2
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tree", "x", "--kubeconfig", "/none/k"], ["/none/k does not exist", "--demo"]),
        (["tree", "x"], ["o kubeconfig found", "--kubeconfig", "--demo"]),
        (["doctor", "--config", "/none/c.yaml"], ["no config file /none/c.yaml"]),
        (["doctor", "--log-file", "/none/log"], ["/none/log cannot be written"]),
        (["cluster", "--scenario", "/none/s"], ["/none/s"]),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(tmp_path, arguments, words):
    result = run(*arguments, home=tmp_path)

    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr


def test_a_file_that_is_no_kubeconfig_is_named(tmp_path):
    path = tmp_path / "kubeconfig"
    path.write_text("a: [")

    result = run("tree", "x", "--kubeconfig", str(path), home=tmp_path)

    assert result.returncode == 1
    assert f"{path} is not YAML" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cluster", "--data-dir", "{file}"], "--data-dir needs a folder, and {file} is a file."),
        (
            ["cluster", "--kubeconfig-out", "{file}/k"],
            "The kubeconfig {file}/k cannot be written: File exists.",
        ),
        (["tree", "x", "--config", "{folder}"], "The config file {folder} cannot be read: Is a"),
        (["tree", "x", "--kubeconfig", "{file}"], "Kubeconfig {file} has no contexts; log in, or"),
        (["replay", "{folder}"], "The file {folder} cannot be read: Is a directory."),
    ],
)
def test_files_that_cannot_be_used_are_told_without_programmers_words(
    tmp_path, arguments, sentence
):
    names = {"file": str(tmp_path / "file"), "folder": str(tmp_path)}
    (tmp_path / "file").write_text("contexts: []")

    result = run(*(text.format(**names) for text in arguments), home=tmp_path)

    assert result.returncode == 1
    assert result.stderr.startswith(sentence.format(**names))
    assert result.stderr.count("\n") == 1
    assert "Errno" not in result.stderr


def test_a_failing_credential_plugin_is_quoted_once(tmp_path):
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "interactiveMode": "Never",
        "command": "sh",
        "args": ["-c", "echo please log in >&2; exit 3"],
    }
    config = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"exec": plugin}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config))

    result = run("tree", "x", "--kubeconfig", str(path), home=tmp_path)

    assert result.returncode == 1
    assert result.stderr == (
        f"Context 'c' of {path} cannot be used: its credential plugin failed (3): please log in.\n"
    )


def test_an_unreachable_server_is_one_sentence(tmp_path):
    with demo_cluster(tmp_path, "--nodes", "1") as kubeconfig:
        text = Path(kubeconfig).read_text()
    path = tmp_path / "gone"
    path.write_text(text)

    result = run("tree", "x", "--kubeconfig", str(path), home=tmp_path)

    assert result.returncode == 1
    assert "does not answer" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_port_in_use_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = run("cluster", "--port", str(port), home=tmp_path)

    assert result.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_terminal_there_is_no_dashboard(tmp_path):
    result = run("--demo", home=tmp_path)

    assert result.returncode == 2
    assert "needs a terminal" in result.stderr


def test_a_dumb_terminal_shows_no_dashboard(tmp_path):
    code, written = on_a_terminal(
        "--demo", home=tmp_path, until="grove-tui tree", ends=True, TERM="dumb"
    )

    assert code == 2
    assert "TERM=dumb" in written


@pytest.mark.parametrize(
    ("text", "words"),
    [("primary: nocolour", "primary is no colour"), (None, "There is no theme mine")],
)
def test_a_theme_that_cannot_be_used_is_one_sentence(tmp_path, text, words):
    folder = tmp_path / "config" / "grove-tui" / "themes"
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "mine.yaml").write_text(text)
    empty = tmp_path / "kubeconfig"
    empty.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")

    code, written = on_a_terminal(
        *("--theme", "mine", "--kubeconfig", str(empty)),
        home=tmp_path,
        until=words,
        ends=True,
        XDG_CONFIG_HOME=str(tmp_path / "config"),
    )

    assert code == 1
    assert words in written
    assert "Traceback" not in written


def test_an_unknown_context_lists_the_known_ones(tmp_path):
    path = tmp_path / "kubeconfig"
    path.write_text("contexts: [{name: one, context: {}}, {name: two, context: {}}]\n")

    code, written = on_a_terminal(
        "--kubeconfig", str(path), "--context", "three", home=tmp_path, until="two", ends=True
    )

    assert code == 1
    assert "one, two" in written


def test_without_a_cluster_the_first_screen_offers_the_demo(tmp_path):
    code, written = on_a_terminal(home=tmp_path, until="Open the demo cluster")

    assert "There is no cluster to show" in written
    assert "Open the demo cluster" in written
    assert code in (0, -15)


def test_the_dashboard_takes_its_demo_cluster_with_it(tmp_path):
    log = tmp_path / "log"
    on_a_terminal("--demo", "--log-file", str(log), home=tmp_path, until="fake-node-003")

    cluster_log = Path(f"{log}.cluster")
    assert cluster_log.exists()
    deadline = time.monotonic() + 10
    while "--until-stdin-closes" in processes(str(log)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "--until-stdin-closes" not in processes(str(log))


def processes(mark: str) -> str:
    """Return the command lines of running processes that contain `mark`."""
    listed = subprocess.run(
        ["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True
    )
    return "\n".join(line for line in listed.stdout.splitlines() if mark in line)


def test_crds_are_yaml_documents(tmp_path):
    result = run("crds", home=tmp_path)

    documents = list(yaml.safe_load_all(result.stdout))
    assert result.returncode == 0
    assert [document["kind"] for document in documents] == ["CustomResourceDefinition"] * 4


def test_trees_are_printed_and_waited_for(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"steps:\n- apply:\n  - {MANIFEST}\n")
    arguments = ("--nodes", "3", "--reconcile", "--speed", "0", "--scenario", str(scenario))
    with demo_cluster(tmp_path, *arguments) as kubeconfig:
        name = "single-node-aggregated"

        waited = run(
            *("tree", name, "--until", "healthy", "--timeout", "20s"),
            home=tmp_path,
            KUBECONFIG=kubeconfig,
        )
        missing = run("tree", "none", home=tmp_path, KUBECONFIG=kubeconfig)
        found = run("snapshot", "-o", "json", home=tmp_path, KUBECONFIG=kubeconfig)
        late = run(
            *("tree", name, "--until", "terminated", "--timeout", "1"),
            home=tmp_path,
            KUBECONFIG=kubeconfig,
        )
        examined = run("doctor", home=tmp_path, KUBECONFIG=kubeconfig)

    assert waited.returncode == 0
    assert f"{name}-0-model-worker" in waited.stdout
    assert "healthy" in waited.stdout
    assert missing.returncode == 1
    assert name in missing.stderr
    assert name in json.dumps(json.loads(found.stdout))
    assert late.returncode == 1
    assert examined.returncode == 0
    assert "reconciles" in examined.stdout


@pytest.fixture
def root_logger(monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    level, told = root.level, logging.raiseExceptions
    yield root
    own = root.handlers[0]
    assert isinstance(own, logging.StreamHandler)
    own.stream.close()
    root.setLevel(level)
    logging.raiseExceptions = told


def test_secrets_never_reach_the_log(tmp_path, root_logger):
    path = tmp_path / "log"
    set_up_logging(Settings(log_file=str(path), log_format="json"), has_screen=False)
    import logging

    logging.getLogger("grove_tui").warning(
        "sent Authorization: Bearer abc.def with %s", "token: x1"
    )

    line = json.loads(path.read_text())
    assert line["level"] == "warning"
    assert "abc.def" not in line["message"]
    assert "x1" not in line["message"]
    assert cover_secrets("the token expired") == "the token expired"


def test_a_headless_reconciler_works_and_gives_its_lease_back(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(f"steps:\n- apply:\n  - {MANIFEST}\n")
    arguments = ("--nodes", "3", "--speed", "0", "--scenario", str(scenario))
    with demo_cluster(tmp_path, *arguments) as kubeconfig:
        reconciler = subprocess.Popen(
            [sys.executable, "-m", "grove_tui", "reconcile", "-A", "--kubeconfig", kubeconfig],
            stderr=subprocess.DEVNULL,
            env=clean_environment(tmp_path),
        )
        healthy = run(
            *("tree", "single-node-aggregated", "--until", "healthy", "--timeout", "20s"),
            home=tmp_path,
            KUBECONFIG=kubeconfig,
        )
        during = run("doctor", home=tmp_path, KUBECONFIG=kubeconfig)
        reconciler.terminate()
        code = reconciler.wait(10)
        after = run("doctor", home=tmp_path, KUBECONFIG=kubeconfig)

    assert healthy.returncode == 0
    assert code == 0
    assert "nobody" not in during.stdout
    assert "nobody" in after.stdout
