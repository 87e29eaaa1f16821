"""Which vector store the operator chose, read from the environment."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from thoth_ai import environment
from thoth_ai.errors import ServerError

EMBEDDED, PGVECTOR, CHROMA, QDRANT = "embedded", "pgvector", "chroma", "qdrant"
USUAL_URLS = {CHROMA: "http://chroma:8000", QDRANT: "http://qdrant:6333"}
LONGEST_URL = 250


@dataclass(frozen=True, slots=True)
class VectorSettings:
    """A store, and where its server is if it has one."""

    store: str = EMBEDDED
    url: str = ""
    key: str = field(default="", repr=False)
    ca_bundle: str = ""


def from_environment() -> VectorSettings:
    """Return what `VECTOR_*` says; where there is PostgreSQL it holds the vectors by default."""
    has_postgres = bool(environment.text("POSTGRES_HOST"))
    usual = PGVECTOR if has_postgres else EMBEDDED
    store = environment.choice("VECTOR_STORE", usual, (EMBEDDED, PGVECTOR, CHROMA, QDRANT))
    if store == PGVECTOR and not has_postgres:
        raise ServerError(
            "VECTOR_STORE is pgvector, but there is no PostgreSQL.",
            hint="Set POSTGRES_HOST, or set VECTOR_STORE to embedded, chroma or qdrant.",
        )
    if store not in USUAL_URLS:
        return VectorSettings(store)
    return VectorSettings(
        store,
        _checked(environment.text("VECTOR_URL", USUAL_URLS[store]).rstrip("/")),
        environment.text("VECTOR_API_KEY"),
        environment.text("THOTH_CA_BUNDLE"),
    )


def _checked(url: str) -> str:
    if not _is_sound(url):
        raise ServerError(
            "VECTOR_URL is no address of a server.",
            hint="Set VECTOR_URL to something like http://qdrant:6333, without user or query;"
            " a key belongs into VECTOR_API_KEY.",
        )
    return url


def _is_sound(url: str) -> bool:
    """Tell an address from what is none, and from one that carries a password into logs."""
    try:
        told = urlsplit(url)
        names_a_server = told.scheme in {"http", "https"} and told.hostname and told.port != 0
    except ValueError:
        return False
    carries_more = told.username or told.password or told.query or told.fragment
    return bool(names_a_server) and not carries_more and len(url) <= LONGEST_URL
