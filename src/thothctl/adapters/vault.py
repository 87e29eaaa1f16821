"""HashiCorp Vault's KV version 2 over HTTP."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from thothctl.adapters.key_sources import key_in_file
from thothctl.adapters.proxies import proxy_for
from thothctl.config.keys import clean_key
from thothctl.errors import AnswerMissingError, InvalidInputError, NetworkError
from thothctl.model.provider_address import is_direct
from thothctl.model.secret import Secret, SecretSource

SECONDS = 10
REFUSALS = {
    400: ("refused the request (400)", "look at vault.mount and vault.path"),
    403: ("refused the token (403)", "renew the token, or give its policy `read` on this path"),
    404: ("has nothing there (404)", "look at vault.mount and vault.path; KV version 2 is meant"),
    429: ("asks for patience (429)", "run it again later"),
    503: ("is sealed or in maintenance (503)", "unseal it, then run it again"),
}


def read_vault(source: SecretSource, environment: Mapping[str, str]) -> str:
    """One field of one entry; raises InvalidInputError or NetworkError, never with a token."""
    options = source.options
    url = _url(options)
    headers = {"X-Vault-Token": _token(options, environment).reveal(), "X-Vault-Request": "true"}
    if namespace := options.get("namespace") or environment.get("VAULT_NAMESPACE"):
        headers["X-Vault-Namespace"] = namespace
    try:
        proxy, trust = proxy_for(url, environment), _trust(options, environment)
        with httpx.Client(proxy=proxy, verify=trust, trust_env=False, timeout=SECONDS) as client:
            reply = client.get(url, headers=headers)
    except httpx.HTTPError as error:
        raise NetworkError(
            f"{source.secret}: Vault at {options['address']} did not answer: "
            f"{type(error).__name__}",
            hint="look at vault.address and vault.ca in secret-sources.yaml",
        ) from None
    return _field(source, url, reply)


def _url(options: Mapping[str, str]) -> str:
    address = options["address"].rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_direct(address)):
        raise InvalidInputError(
            "vault.address must begin with https://: the token would be readable on the way",
            hint="plain http:// is taken for this machine only",
        )
    mount, path = options.get("mount", "secret").strip("/"), options["path"].strip("/")
    return f"{address}/v1/{quote(mount)}/data/{quote(path)}"


def _token(options: Mapping[str, str], environment: Mapping[str, str]) -> Secret:
    named = options.get("token_file") or environment.get("VAULT_TOKEN_FILE")
    if named:
        return key_in_file(Path(named).expanduser())
    if text := environment.get("VAULT_TOKEN"):
        return clean_key(text, "VAULT_TOKEN")
    raise AnswerMissingError("no token for Vault", hint="set VAULT_TOKEN, or name vault.token_file")


def _trust(options: Mapping[str, str], environment: Mapping[str, str]) -> ssl.SSLContext:
    file = options.get("ca") or environment.get("VAULT_CACERT")
    try:
        return ssl.create_default_context(cafile=str(Path(file).expanduser()) if file else None)
    except OSError:  # ssl's errors are among them
        raise InvalidInputError(
            f"{file} holds no CA certificates", hint="give vault.ca a PEM file"
        ) from None


def _field(source: SecretSource, url: str, reply: httpx.Response) -> str:
    place = urlsplit(url).path
    if reply.status_code != httpx.codes.OK:
        said, hint = REFUSALS.get(
            reply.status_code, (f"answered {reply.status_code}", "look at Vault's log")
        )
        raise InvalidInputError(f"{source.secret}: Vault {said} for {place}", hint=hint)
    name = source.options.get("field", source.secret)
    try:
        value = reply.json()["data"]["data"][name]
    except (ValueError, KeyError, TypeError):
        value = None
    if not isinstance(value, str):
        raise InvalidInputError(
            f"{source.secret}: {place} in Vault has no text field {name}",
            hint=f"write it there, or name the field: secrets.{source.secret}.field",
        )
    return value
