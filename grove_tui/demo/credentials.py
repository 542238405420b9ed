"""How clients and the API server trust each other: a CA of its own, a token, a kubeconfig."""

import base64
import json
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
_FOR_OTHERS = 0o077


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
        return cls._of(secrets.token_urlsafe(32), _new_authority())

    @classmethod
    def kept(cls, path: Path) -> "Credentials":
        """Return those that a file keeps, so that a kubeconfig outlives the server.

        What cannot be read, or others could have read, is replaced by new ones.
        """
        try:
            if path.stat().st_mode & _FOR_OTHERS:
                raise ValueError("others may have read it")
            known = json.loads(path.read_text(encoding="utf-8"))
            authority = trustme.CA.from_pem(known["ca"].encode(), known["key"].encode())
            return cls._of(str(known["token"]), authority)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            authority, token = _new_authority(), secrets.token_urlsafe(32)
            ca, key = authority.cert_pem.bytes(), authority.private_key_pem.bytes()
            kept = {"token": token, "ca": ca.decode(), "key": key.decode()}
            write_private(path, json.dumps(kept))
            return cls._of(token, authority)

    @classmethod
    def _of(cls, token: str, authority: trustme.CA) -> "Credentials":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(LOOPBACK, "localhost").configure_cert(context)
        return cls(token, authority.cert_pem.bytes(), context)


def _new_authority() -> trustme.CA:
    return trustme.CA(organization_name="grove-tui demo cluster")


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
