"""Starts a real Kubernetes control plane from binaries, by the envtest convention.

`KUBEBUILDER_ASSETS` names a directory with etcd, kube-apiserver, kube-controller-manager and
kube-scheduler. All of them listen on loopback, keep their data in a temporary directory and end
with the test session. There is no kubelet: pods run when our simulated one says so.
"""

import base64
import json
import os
import secrets
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

RECONCILER = "system:serviceaccount:grove-tui-system:grove-tui-reconciler"
BINARIES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
START_SECONDS = 60
FIRST_WITHOUT_PLAIN_PORT = 24
"""The minor version since which controller manager and scheduler do not know `--port`."""


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane.

    Attributes:
        kubeconfig: Of a user who may do everything.
        reconciler: Kubeconfig of the ServiceAccount in `deploy/`, who may do what it is granted.
        directory: Where logs and certificates are.
    """

    kubeconfig: Path
    reconciler: Path
    directory: Path


def missing_binaries() -> str:
    """Return why no control plane can be started; empty when one can."""
    assets = os.environ.get("KUBEBUILDER_ASSETS", "")
    if not assets:
        return "KUBEBUILDER_ASSETS is not set"
    absent = [name for name in BINARIES if not (Path(assets) / name).exists()]
    return f"{assets} has no {', '.join(absent)}" if absent else ""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(directory: Path) -> Iterator[ControlPlane]:
    """Run etcd, the API server and the controller manager."""
    assets = _assets()
    certificates = _certificates(directory)
    admin, reconciler = secrets.token_hex(16), secrets.token_hex(16)
    with ExitStack() as stack:
        etcd_port = free_port()
        stack.enter_context(_process(directory, _etcd(assets, directory, etcd_port)))
        port = free_port()
        server = f"https://127.0.0.1:{port}"
        (directory / "tokens.csv").write_text(
            f'{admin},admin,admin,"system:masters"\n'
            f'{reconciler},{RECONCILER},reconciler,"system:serviceaccounts"\n'
        )
        stack.enter_context(_process(directory, _apiserver(assets, directory, etcd_port, port)))
        plane = ControlPlane(
            _write_kubeconfig(directory / "admin", server, admin, certificates),
            _write_kubeconfig(directory / "reconciler", server, reconciler, certificates),
            directory,
        )
        _wait_ready(server, admin, directory)
        stack.enter_context(_process(directory, _controller_manager(assets, plane.kubeconfig)))
        yield plane


@contextmanager
def scheduling(plane: ControlPlane) -> Iterator[None]:
    """Run Kubernetes' own scheduler for a while."""
    with _process(plane.directory, _scheduler(_assets(), plane.kubeconfig)):
        yield


def _assets() -> Path:
    return Path(os.environ["KUBEBUILDER_ASSETS"])


def _certificates(directory: Path) -> trustme.CA:
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    leaf.private_key_pem.write_to_path(str(directory / "server.key"))
    leaf.cert_chain_pems[0].write_to_path(str(directory / "server.crt"))
    return authority


def _write_kubeconfig(path: Path, server: str, token: str, authority: trustme.CA) -> Path:
    ca = base64.b64encode(authority.cert_pem.bytes()).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "envtest",
        "clusters": [
            {"name": "envtest", "cluster": {"server": server, "certificate-authority-data": ca}}
        ],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "envtest", "context": {"cluster": "envtest", "user": "admin"}}],
    }
    path.write_text(json.dumps(config))
    path.chmod(0o600)
    return path


def _etcd(assets: Path, directory: Path, port: int) -> Sequence[str]:
    return (
        str(assets / "etcd"),
        f"--data-dir={directory / 'etcd'}",
        f"--listen-client-urls=http://127.0.0.1:{port}",
        f"--advertise-client-urls=http://127.0.0.1:{port}",
        f"--listen-peer-urls=http://127.0.0.1:{free_port()}",
        "--unsafe-no-fsync",
    )


def _apiserver(assets: Path, directory: Path, etcd_port: int, port: int) -> Sequence[str]:
    return (
        str(assets / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={directory / 'server.crt'}",
        f"--tls-private-key-file={directory / 'server.key'}",
        f"--token-auth-file={directory / 'tokens.csv'}",
        f"--service-account-key-file={directory / 'server.key'}",
        f"--service-account-signing-key-file={directory / 'server.key'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--authorization-mode=RBAC",
        # Our nodes are ready when we say so; nobody here takes the taint of new nodes away.
        # As a hardened cluster has it: who sets an owner that blocks needs the right to.
        "--enable-admission-plugins=OwnerReferencesPermissionEnforcement",
        "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
        "--allow-privileged=true",
    )


def _controller_manager(assets: Path, kubeconfig: Path) -> Sequence[str]:
    # Node life cycle is left out: the nodes' kubelet is ours and writes no heartbeats.
    return (
        str(assets / "kube-controller-manager"),
        f"--kubeconfig={kubeconfig}",
        "--controllers=*,-nodelifecycle,-nodeipam,-attachdetach,-persistentvolume-binder",
        "--bind-address=127.0.0.1",
        f"--secure-port={free_port()}",
        *_no_plain_port(assets),
        "--leader-elect=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    )


def _scheduler(assets: Path, kubeconfig: Path) -> Sequence[str]:
    return (
        str(assets / "kube-scheduler"),
        f"--kubeconfig={kubeconfig}",
        "--bind-address=127.0.0.1",
        f"--secure-port={free_port()}",
        *_no_plain_port(assets),
        "--leader-elect=false",
    )


def _no_plain_port(assets: Path) -> Sequence[str]:
    """Close the port without TLS, which later versions no longer have."""
    said = subprocess.check_output([assets / "kube-apiserver", "--version"], text=True)
    minor = int(said.removeprefix("Kubernetes v1.").partition(".")[0])
    return ("--port=0",) if minor < FIRST_WITHOUT_PLAIN_PORT else ()


@contextmanager
def _process(directory: Path, command: Sequence[str]) -> Iterator[None]:
    name = Path(command[0]).name
    with (directory / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=directory, stdin=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_ready(server: str, token: str, directory: Path) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(
        f"{server}/readyz", headers={"authorization": f"Bearer {token}"}
    )
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, context=context, timeout=5) as response:
                if response.status == 200:
                    return
        except OSError:
            pass
        if time.monotonic() > deadline:
            log = (directory / "kube-apiserver.log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"kube-apiserver did not become ready:\n{log}")
        time.sleep(0.2)
