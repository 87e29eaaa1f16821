"""What a provider means by a status and an error document, in words for a user."""

import re
from http import HTTPStatus

from thoth_ai.providers.documents import count_at, dig, text_at
from thoth_ai.providers.patience import PassingError
from thoth_ai.providers.secret import Secret
from thoth_ai.providers.types import Failure, ProviderError

_USAGE_OPTION = re.compile("stream_options|include_usage")
OVERLOADED = 529
NO_QUOTA = frozenset(
    """insufficient_quota billing_hard_limit_reached billing_not_active billing_error
    quota_exceeded insufficient_balance""".split()
)
NO_MODEL = frozenset(
    """model_not_found model_not_available model_decommissioned invalid_model
    not_found_error""".split()
)
STATUS_OF = {
    "authentication_error": 401,
    "permission_error": 403,
    "billing_error": 402,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": OVERLOADED,
}
"""The status an error inside a stream would have had as a reply of its own."""
KIND_OF = {
    401: Failure.INVALID_KEY,
    402: Failure.NO_QUOTA,
    403: Failure.INVALID_KEY,
    404: Failure.NO_MODEL,
    408: Failure.TIMEOUT,
    429: Failure.RATE_LIMITED,
    504: Failure.TIMEOUT,
    OVERLOADED: Failure.RATE_LIMITED,
}
SAYS = {
    Failure.INVALID_KEY: "{} does not accept the key",
    Failure.NO_QUOTA: "the account at {} has no quota or credit left",
    Failure.NO_MODEL: "{} does not offer this model, or its base URL is wrong",
    Failure.RATE_LIMITED: "{} takes no more requests at the moment",
    Failure.TIMEOUT: "{} gave up waiting for its own model",
    Failure.NETWORK: "{} has trouble at the moment",
    Failure.BAD_REPLY: "{} did not accept the request",
}


class UsageRefusedError(ProviderError):
    """The server does not know how to be asked for the usage."""


def refusal(
    provider: str, status: int, document: object, secret: Secret, wait: float | None = None
) -> ProviderError:
    """Return the error for a reply that is none; passing ones say so by their type."""
    kind = _kind(status, document)
    message = SAYS[kind].format(provider)
    said = secret.quote(_said(document))
    message = f"{message} (status {status})" if not said else f"{message}: {said}"
    if kind in {Failure.RATE_LIMITED, Failure.TIMEOUT, Failure.NETWORK}:
        return PassingError(kind, message, wait)
    if kind is Failure.BAD_REPLY and _USAGE_OPTION.search(str(document)):
        return UsageRefusedError(kind, message)
    return ProviderError(kind, message)


def refusal_in_stream(provider: str, document: object, secret: Secret) -> ProviderError:
    """Return the error for one that came where a piece of the answer should have been."""
    status = count_at(document, "error", "code")
    named = [STATUS_OF.get(word) for word in _codes(document)]
    return refusal(provider, status or next(filter(None, named), 400), document, secret)


def _kind(status: int, document: object) -> Failure:
    codes = _codes(document)
    if codes & NO_MODEL:
        return Failure.NO_MODEL
    if codes & NO_QUOTA or _is_daily_limit(document):
        return Failure.NO_QUOTA
    if "API_KEY_INVALID" in codes:
        return Failure.INVALID_KEY
    is_of_server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return KIND_OF.get(status, Failure.NETWORK if is_of_server else Failure.BAD_REPLY)


def _codes(document: object) -> set[str]:
    """Collect the words by which providers name an error, wherever they put them."""
    error = _error(document)
    places = [text_at(part, name) for part in (error, document) for name in ("code", "type")]
    details = dig(error, "details")
    reasons = [text_at(detail, "reason") for detail in details] if isinstance(details, list) else []
    return {*places, *reasons} - {""}


def _is_daily_limit(document: object) -> bool:
    """Tell a limit that lasts the day from one that lasts a minute (Gemini)."""
    details = dig(_error(document), "details")
    return isinstance(details, list) and "PerDay" in str(details)


def _error(document: object) -> object:
    if isinstance(document, list):
        document = dig(document, 0)
    return dig(document, "error") or document


def _said(document: object) -> str:
    error = _error(document)
    if isinstance(error, str):
        return error
    words = [text_at(error, "message"), text_at(document, "message"), text_at(document, "detail")]
    return next(filter(None, words), "")
