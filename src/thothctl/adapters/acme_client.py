"""Orders a certificate of an ACME authority; proofs become files in a folder that nginx serves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import requests
from acme import challenges, client, crypto_util, errors, messages
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from josepy.jwa import ES256
from josepy.jwk import JWK, JWKEC

from thothctl.adapters.files import translated, write_durably
from thothctl.errors import InvalidInputError, NetworkError, ThothctlError
from thothctl.model.acme import AcmeOrder, refusal
from thothctl.model.secret import Secret

AGENT = "thothctl"
PATIENCE = timedelta(seconds=120)
FOR_ALL = 0o644


@dataclass(frozen=True, slots=True)
class AcmeAccount:
    """Who orders; `trust` is a file of certificates to believe in place of the usual ones."""

    key: Secret
    trust: str = ""


def ordered(account: AcmeAccount, order: AcmeOrder, key: Secret, proofs: Path) -> str:
    """The certificate with its chain for this key; raises NetworkError or InvalidInputError."""
    with _explained(order.directory):
        acme, own = _connected(account, order)
        request = crypto_util.make_csr(key.reveal().encode(), list(order.hosts))
        asked = acme.new_order(request)
        with _proved(acme, asked, own, proofs):
            deadline = datetime.now() + PATIENCE  # noqa: DTZ005 - as the library compares it
            return str(acme.poll_and_finalize(asked, deadline).fullchain_pem)


def _connected(account: AcmeAccount, order: AcmeOrder) -> tuple[client.ClientV2, JWK]:
    """A client that the authority knows; who registers a second time is the same account."""
    pem = load_pem_private_key(account.key.reveal().encode(), password=None)
    if not isinstance(pem, ec.EllipticCurvePrivateKey):
        raise InvalidInputError(
            "the key of the ACME account is none of ours", hint="move its file away and run again"
        )
    own = JWKEC(key=pem)
    network = client.ClientNetwork(own, alg=ES256, user_agent=AGENT)
    network.verify_ssl = account.trust or True  # type: ignore[assignment]  # handed to requests
    acme = client.ClientV2(client.ClientV2.get_directory(order.directory, network), network)
    wanted = messages.NewRegistration.from_data(
        email=order.email or None, terms_of_service_agreed=True
    )
    try:
        acme.new_account(wanted)
    except errors.ConflictError as known:
        found = messages.RegistrationResource(uri=known.location, body=wanted)
        acme.query_registration(found)
    return acme, own


@contextmanager
def _proved(
    acme: client.ClientV2, asked: messages.OrderResource, own: JWK, proofs: Path
) -> Iterator[None]:
    """Leave a proof for every name as long as the body runs, and say that they are there."""
    left: list[Path] = []
    try:
        for authorization in asked.authorizations:
            if authorization.body.status == messages.STATUS_PENDING:
                challenge = _by_http(authorization)
                answer, proof = challenge.response_and_validation(own)
                left.append(_leave(proofs, challenge.chall.encode("token"), proof))
                acme.answer_challenge(challenge, answer)
        yield
    finally:
        for path in left:
            path.unlink(missing_ok=True)


def _leave(proofs: Path, name: str, proof: str) -> Path:
    folder = proofs / ".well-known" / "acme-challenge"
    with translated(f"create {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        for place in (proofs, folder.parent, folder):
            place.chmod(0o755)
    write_durably(folder / name, proof, mode=FOR_ALL)
    return folder / name


def _by_http(authorization: messages.AuthorizationResource) -> messages.ChallengeBody:
    for one in authorization.body.challenges:
        if isinstance(one.chall, challenges.HTTP01):
            return one
    name = authorization.body.identifier.value
    raise InvalidInputError(
        f"the authority does not certify {name} over HTTP",
        hint="give each name without a wildcard, or choose --tls files",
    )


@contextmanager
def _explained(directory: str) -> Iterator[None]:
    """Turn what the library raises into our errors, by the words of the ACME standard."""
    try:
        yield
    except errors.ValidationError as error:
        raise _first_no(error) from error
    except messages.Error as error:
        raise refusal(error.code or "", error.detail or "") from error
    except errors.IssuanceError as error:
        raise refusal(error.error.code or "", error.error.detail or "") from error
    except errors.TimeoutError as error:
        raise refusal("", f"no answer within {PATIENCE.seconds} s") from error
    except requests.exceptions.SSLError as error:
        raise NetworkError(
            f"the certificate of {directory} is not trusted", hint="give its authority: --ca-bundle"
        ) from error
    except requests.exceptions.RequestException as error:
        raise NetworkError(
            f"the authority at {directory} does not answer",
            hint="look at the network of this machine, its proxy and acme_directory",
        ) from error
    except (errors.Error, ValueError, KeyError) as error:
        raise refusal("", str(error)) from error


def _first_no(error: errors.ValidationError) -> ThothctlError:
    found = (
        (authorization.body.identifier.value, one.error)
        for authorization in error.failed_authzrs
        for one in authorization.body.challenges
        if one.error is not None
    )
    name, no = next(found)
    return refusal(no.code or "", f"{name}: {no.detail or ''}")
