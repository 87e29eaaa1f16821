"""HTTP to the published port of an install of ours: direct, and trusting its own certificate."""

import ssl
from pathlib import Path

import httpx


def local_client(home: Path, seconds: float) -> httpx.Client:
    """A client for loopback; over TLS it accepts exactly the certificates that are served here.

    The name is not compared, for the port is asked by address; the pinned certificate is stricter.
    """
    return httpx.Client(trust_env=False, timeout=seconds, verify=_trust(home))


def _trust(home: Path) -> ssl.SSLContext | bool:
    served = list(home.glob("installs/*/tls/served/certificate.pem"))
    if not served:
        return True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for certificate in served:
        context.load_verify_locations(certificate)
    return context
