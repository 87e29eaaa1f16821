"""Where a repository lies, and what is said when its registry does not give it."""

import ipaddress
import re

import httpx

from thothctl.errors import IntegrityError, LoginRequiredError, NetworkError

HUB = "registry-1.docker.io"
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_MANY, FAILED = 401, 403, 404, 429, 500


class Place:
    """Where a repository lies; loopback is asked without TLS, as the engine does."""

    def __init__(self, repository: str) -> None:
        self.repository = repository
        host, _, path = repository.partition("/")
        if not path or not re.search(r"[.:]|^localhost$", host):
            host, path = "docker.io", repository if "/" in repository else f"library/{repository}"
        self.host = host
        scheme = "http" if is_loopback(host) else "https"
        self.base = f"{scheme}://{HUB if host == 'docker.io' else host}/v2/{path}"


def is_loopback(host: str) -> bool:
    """Whether this is this very machine; the port does not matter."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def refusal(place: Place, answer: httpx.Response) -> NetworkError:
    """Return the error of an answer that is none."""
    status = answer.status_code
    if status in {UNAUTHORIZED, FORBIDDEN}:
        return LoginRequiredError(
            f"{place.host} gives {place.repository} to nobody who is not signed in",
            hint=f"run `docker login {place.host}` as this user, then this command again",
        )
    if status == NOT_FOUND:
        wanted = answer.request.url.path.rpartition("/")[2]
        return NetworkError(
            f"{place.repository} has no {wanted}",
            hint="`thothctl upgrade --check` shows what is offered; look at --registry too",
        )
    if status == TOO_MANY:
        return NetworkError(
            f"{place.host} takes no more requests for now",
            hint=f"wait, or sign in: `docker login {place.host}`",
        )
    why = "it fails" if status >= FAILED else "the request is refused"
    return down(place, f"{why} (status {status})")


def down(place: Place, why: str) -> NetworkError:
    """Return the error of a registry that cannot be asked."""
    return NetworkError(
        f"the registry {place.host} does not answer: {why}",
        hint="look at the registry, the network and proxies; nothing was changed",
    )


def words(error: Exception) -> str:
    """Return what a library has to say, with a way out where we know one."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "its certificate is not trusted here; give --ca-bundle FILE"
    return str(error) or type(error).__name__


def tampered(reference: str, found: str) -> IntegrityError:
    """Return the error of bytes that are not those of their digest."""
    return IntegrityError(
        f"{reference} is not what the registry gives: that is {found}",
        hint="somebody or something changed it on the way; ask who runs the registry, pull nothing",
    )
