"""Which certificates count over HTTPS: the usual ones, and those the user named."""

import ssl
from collections.abc import Mapping
from pathlib import Path

import httpx


def trust(environment: Mapping[str, str]) -> ssl.SSLContext:
    """The usual certificates, and those of --ca-bundle or SSL_CERT_FILE."""
    context = httpx.create_ssl_context(trust_env=False)
    chosen = environment.get("THOTHCTL_CA_BUNDLE") or environment.get("SSL_CERT_FILE")
    if chosen and Path(chosen).is_file():
        context.load_verify_locations(cafile=chosen)
    return context
