"""What a build needs of this machine and must not keep: its CA bundle and pip's configuration."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
HANDED_ON = ("index-url", "extra-index-url", "proxy", "trusted-host", "timeout", "retries")


def build_secrets(folder: Path) -> Mapping[str, Path]:
    """Secret ids with their files, the written ones below `folder`."""
    found = {}
    if bundle := ca_bundle(os.environ):
        found["ca"] = bundle
    if lines := _pip_lines():
        path = folder / "pip.conf"
        path.write_text("[global]\n" + "".join(f"{line}\n" for line in lines))
        path.chmod(0o600)
        found["pip"] = path
    return found


def ca_bundle(environment: Mapping[str, str]) -> Path | None:
    """The bundle the user named, or the machine's own."""
    chosen = environment.get("THOTHCTL_CA_BUNDLE") or environment.get("SSL_CERT_FILE")
    places = [chosen] if chosen else SYSTEM_BUNDLES
    return next((Path(place) for place in places if Path(place).is_file()), None)


def _pip_lines() -> list[str]:
    """The machine's package index as pip sees it, without paths that a build cannot reach."""
    argv = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(argv, capture_output=True, text=True, check=False).stdout  # noqa: S603
    lines = []
    for line in listed.splitlines():
        key, _, quoted = line.partition("=")
        name = key.rsplit(".", 1)[-1]
        urls = [v for v in quoted.strip("'\"").split() if not v.startswith(("/", "file:"))]
        if name in HANDED_ON and urls:
            lines.append(f"{name} = {' '.join(urls)}")
    return lines
