"""Judges keys: what a provider's reply says of one, and a finding for each."""

import difflib
import re
from collections.abc import Mapping, Sequence

from thothctl.model.answer import JsonObject
from thothctl.model.finding import Finding, Verdict
from thothctl.model.provider import KeyClass, KeyReply, KeyRequest, KeyVerdict
from thothctl.world import World

SECONDS = 5.0
LONGEST = 160
OK, LAST_OK, REDIRECTS = 200, 299, range(300, 400)
BAD, UNAUTHORIZED, UNPAID, FORBIDDEN, PROXY, MANY = 400, 401, 402, 403, 407, 429
QUOTA = re.compile(r"quota|billing|credit|balance|insufficient|spend", re.IGNORECASE)
ACCESS = re.compile(r"model|permission|scope|not allowed|region|country|access to", re.IGNORECASE)
KEY = re.compile(r"api[ _-]?key|credential|unauthenticated", re.IGNORECASE)


def check(world: World, requests: Sequence[KeyRequest]) -> tuple[KeyVerdict, ...]:
    """Ask every provider at once; one that needs a key and has none is not asked."""
    asked = [one for one in requests if not _is_skipped(one)]
    replies = iter(world.providers.ask(asked, seconds=SECONDS) if asked else ())
    return tuple(
        KeyVerdict(KeyClass.SKIPPED, "no key is stored")
        if _is_skipped(one)
        else judge(one, next(replies))
        for one in requests
    )


def _is_skipped(request: KeyRequest) -> bool:
    return request.provider.needs_key and request.key is None


def judge(request: KeyRequest, reply: KeyReply) -> KeyVerdict:
    """The class of a key, told from the reply alone."""
    if reply.failure is not None:
        return KeyVerdict(reply.failure, reply.detail)
    if OK <= reply.status <= LAST_OK:
        return _accepted(request, reply)
    said = _said(reply)
    kind, words = _refused(request, reply, said)
    return KeyVerdict(kind, f"{words}: {said}" if said else words)


def _accepted(request: KeyRequest, reply: KeyReply) -> KeyVerdict:
    title = request.provider.title
    if reply.body is None:
        return KeyVerdict(KeyClass.NETWORK, f"what answers is not {title}; look at the base URL")
    if reply.body.get("valid") is False:
        return KeyVerdict(KeyClass.INVALID, f"{title} refuses the key")
    account = reply.body.get("data")
    left = account.get("limit_remaining") if isinstance(account, Mapping) else None
    if isinstance(left, int | float) and left <= 0:
        return KeyVerdict(KeyClass.NO_QUOTA, "the key is known; its credit is used up")
    names = models(reply.listing or reply.body)
    if request.model and names and not _offers(names, request.model):
        near = difflib.get_close_matches(request.model, names, n=3, cutoff=0.3)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        detail = f"there is no model {request.model} for this key{hint}"
        return KeyVerdict(KeyClass.NO_ACCESS, detail, names)
    return KeyVerdict(KeyClass.VALID, f"{title} answers", names)


def _refused(request: KeyRequest, reply: KeyReply, said: str) -> tuple[KeyClass, str]:
    title, status = request.provider.title, reply.status
    whole = f"{said} {reply.text}"
    refusal = f"{title} refuses the key" if request.key else f"{title} wants a key"
    named = status == BAD and KEY.search(whole)
    empty = status == UNPAID or (status == MANY and QUOTA.search(whole))
    rules = (
        (status == UNAUTHORIZED or named, KeyClass.INVALID, refusal),
        (status == FORBIDDEN and ACCESS.search(whole), KeyClass.NO_ACCESS, "the key may not do it"),
        (status == FORBIDDEN, KeyClass.INVALID, refusal),
        (empty, KeyClass.NO_QUOTA, "the key is known; its quota is used up"),
        (status == MANY, KeyClass.VALID, "the key is known; too many requests just now"),
        (status == PROXY, KeyClass.PROXY, "the proxy wants to be signed in to"),
    )
    otherwise = (KeyClass.NETWORK, _strange(title, status))
    return next(((kind, words) for applies, kind, words in rules if applies), otherwise)


def _strange(title: str, status: int) -> str:
    if status in REDIRECTS:
        return f"the base URL leads elsewhere ({status}); give the address it leads to"
    if status < 500:  # noqa: PLR2004 - below are the client's errors
        return f"this is not the API of {title} ({status}); look at the base URL"
    return f"{title} fails just now ({status})"


def _said(reply: KeyReply) -> str:
    """The provider's own sentence, short and on one line."""
    found = _sentence(reply.body or {})
    plain = "".join(c if c.isprintable() else " " for c in found)
    return " ".join(plain.split())[:LONGEST]


def _sentence(body: JsonObject) -> str:
    error = body.get("error")
    if isinstance(error, Mapping):
        return _sentence(error)
    for value in (body.get("message"), body.get("detail"), error):
        if isinstance(value, str):
            return value
    return ""


def models(listing: JsonObject) -> tuple[str, ...]:
    """The names in a provider's list of models, in its order."""
    entries = listing.get("data") or listing.get("models")
    if not isinstance(entries, list):
        return ()
    named = (e.get("id") or e.get("name") for e in entries if isinstance(e, Mapping))
    return tuple(str(name).removeprefix("models/") for name in named if name)


def _offers(names: Sequence[str], model: str) -> bool:
    """Listed as such, by an alias of a dated one, or with a tag."""
    bare = model.removeprefix("models/")
    dated = re.compile(re.escape(bare.removesuffix("-latest")) + r"-\d[\d-]*")
    alike = {bare, f"{bare}:latest", bare.partition(":")[0]}
    return any(name in alike or dated.fullmatch(name) for name in names)


def finding(use: str, request: KeyRequest, verdict: KeyVerdict) -> Finding:
    """One key as a finding of `health`."""
    name, probe = request.provider.name, f"key-{use or request.provider.name}"
    summary = f"{request.provider.title}: {verdict.detail}"
    if verdict.kind is KeyClass.VALID:
        return Finding(probe, Verdict.PASS, summary)
    if verdict.kind in {KeyClass.SKIPPED, KeyClass.NETWORK, KeyClass.PROXY}:
        return Finding(probe, Verdict.WARN, summary, advice(name, verdict.kind))
    return Finding(probe, Verdict.FAIL, summary, advice(name, verdict.kind))


def advice(provider: str, kind: KeyClass) -> str:
    """What to do about a key of this class."""
    return {
        KeyClass.NO_QUOTA: "look at the plan and the credit of your account there",
        KeyClass.NO_ACCESS: f"choose another model: `thothctl keys set {provider} --model MODEL`",
        KeyClass.NETWORK: "look at the network and the base URL, then `thothctl keys check`",
        KeyClass.PROXY: "look at HTTPS_PROXY and NO_PROXY, then `thothctl keys check`",
    }.get(kind, f"give a key that works: `thothctl keys set {provider}`")
