"""The answers that nginx itself gives when a request goes no further."""

from collections.abc import Sequence
from dataclasses import dataclass

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.55 system-ui,sans-serif;max-width:25rem;margin:18vh auto 0;padding:0 1.25rem}"
    "h1{font-size:1.6rem;line-height:1.2;margin:0 0 .5rem}p{margin:0;opacity:.75}"
)
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    "<title>{title}</title><style>{style}</style><main><h1>{detail}</h1><p>{hint}</p></main></html>"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One status of nginx's own, in words for people and for programs."""

    status: int
    title: str
    detail: str
    hint: str

    def page(self) -> str:
        return PAGE.format(title=self.title, style=STYLE, detail=self.detail, hint=self.hint)


def faults() -> Sequence[Fault]:
    """Every status that nginx may answer by itself."""
    soon = "Nothing is lost. Try again in a few seconds."
    return (
        Fault(404, "Not found", "There is nothing here.", "Look at the address."),
        Fault(413, "Too large", "This is more than the server takes.", "Send a smaller file."),
        Fault(429, "Too many requests", "That was a bit fast.", "Wait a moment, then try again."),
        Fault(502, "Bad gateway", "Thoth is not answering right now.", soon),
        Fault(503, "Service unavailable", "Thoth is not available right now.", soon),
        Fault(504, "Gateway timeout", "Thoth took too long to answer.", soon),
    )
