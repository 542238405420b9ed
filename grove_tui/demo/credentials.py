"""How clients and the API server trust each other: a CA of its own, a token, a kubeconfig."""

import base64
import os
import secrets
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme
import yaml

from grove_tui.demo.statuses import Json

LOOPBACK = "127.0.0.1"
CONTEXT = "grove-demo"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Credentials:
    """One server's certificate and the token that it accepts.

    Attributes:
        ca_certificate: PEM of the CA that clients verify the server by.
        tls: What the server presents.
    """

    token: str
    ca_certificate: bytes
    tls: ssl.SSLContext

    @classmethod
    def create(cls) -> "Credentials":
        """Return new credentials; nobody else has their keys."""
        authority = trustme.CA(organization_name="grove-tui demo cluster")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(LOOPBACK, "localhost").configure_cert(context)
        return cls(secrets.token_urlsafe(32), authority.cert_pem.bytes(), context)


def kubeconfig(credentials: Credentials, url: str) -> Json:
    """Return a kubeconfig whose only context is the demo cluster at `url`."""
    authority = base64.b64encode(credentials.ca_certificate).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "clusters": [
            {
                "name": CONTEXT,
                "cluster": {"server": url, "certificate-authority-data": authority},
            }
        ],
        "users": [{"name": CONTEXT, "user": {"token": credentials.token}}],
        "contexts": [
            {
                "name": CONTEXT,
                "context": {"cluster": CONTEXT, "user": CONTEXT, "namespace": "default"},
            }
        ],
    }


def write_private(path: Path, text: str) -> None:
    """Replace `path` by a file that only its owner can read, from its first moment on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_kubeconfig(path: Path, credentials: Credentials, url: str) -> None:
    """Write the kubeconfig for the demo cluster at `url`."""
    config = kubeconfig(credentials, url)
    write_private(path, yaml.dump(config, Dumper=yaml.CSafeDumper, sort_keys=False))
