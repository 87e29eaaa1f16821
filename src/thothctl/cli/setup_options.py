"""The options of `thothctl setup`: one a question, and where keys and answers come from."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from thothctl.cli.envelope import Outcome
from thothctl.world import ImagePolicy

STACK = "thoth-ai"

StackOption = Annotated[
    str, typer.Option("--stack", metavar="STACK", help="A stack's name or file.")
]
Mode = Annotated[
    str | None,
    typer.Option(metavar="MODE", help="How the stack is run: standalone, production, development."),
]
TlsOption = Annotated[
    str | None, typer.Option("--tls", metavar="KIND", help="self-signed, files, acme or off.")
]
HostName = Annotated[
    str | None, typer.Option(metavar="NAMES", help="Names that browsers use, comma separated.")
]
TlsCertificate = Annotated[
    str | None, typer.Option(metavar="FILE", help="Your certificate with its chain, as PEM.")
]
TlsKey = Annotated[
    str | None, typer.Option("--tls-key-file", metavar="FILE", help="Its private key, as PEM.")
]
AcmeEmail = Annotated[
    str | None, typer.Option(metavar="EMAIL", help="Where the ACME authority may write to.")
]
AcmeDirectory = Annotated[
    str | None, typer.Option(metavar="URL", help="The ACME authority's directory.")
]
HttpPort = Annotated[
    str | None, typer.Option(metavar="PORT", help="Second port, for redirects and ACME; 0 is none.")
]
TrustedProxies = Annotated[
    str | None, typer.Option(metavar="RANGES", help="Proxies whose word about clients counts.")
]
Public = Annotated[
    bool | None,
    typer.Option("--public/--no-public", metavar="", help="Listen on every address; takes TLS."),
]
PortOffset = Annotated[str | None, typer.Option(metavar="N", help="Added to every published port.")]
DataDir = Annotated[
    str | None, typer.Option(metavar="PATH", help="Keep data in this folder, not in volumes.")
]
Vector = Annotated[
    str | None, typer.Option(metavar="STORE", help="pgvector, chroma, qdrant or embedded.")
]
MonitoringOption = Annotated[
    bool | None,
    typer.Option("--monitoring/--no-monitoring", metavar="", help="Prometheus, alerts, Grafana."),
]
Source = Annotated[
    str | None, typer.Option(metavar="FOLDER", help="The server's source, for development.")
]
Port = Annotated[str | None, typer.Option(metavar="PORT", help="Port on this machine.")]
Bind = Annotated[str | None, typer.Option(metavar="IP", help="IP address to listen on.")]
AdminEmail = Annotated[
    str | None, typer.Option(metavar="EMAIL", help="E-mail of the administrator.")
]
LlmProvider = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who writes SQL: openai, ollama, custom, none …")
]
LlmBaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Address of the provider's API, as for an SDK.")
]
LlmModel = Annotated[str | None, typer.Option(metavar="MODEL", help="Name of the model.")]
SkipLlmKey = Annotated[
    bool, typer.Option("--skip-llm-key", metavar="", help="Go without the model's key for now.")
]
EmbeddingProvider = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who makes vectors: local, openai, cohere …")
]
EmbeddingBaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Address of the embedding provider's API.")
]
EmbeddingModel = Annotated[
    str | None, typer.Option(metavar="MODEL", help="Name of the embedding model.")
]
SkipEmbeddingKey = Annotated[
    bool,
    typer.Option("--skip-embedding-key", metavar="", help="Go without the embedding key for now."),
]
Demo = Annotated[
    bool | None,
    typer.Option("--demo/--no-demo", metavar="", help="Load the demo; alone it asks nothing."),
]
Answers = Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="Answers as YAML.")]
Images = Annotated[
    ImagePolicy,
    typer.Option(
        "--images",
        metavar="auto|registry|build",
        envvar="THOTHCTL_IMAGES",
        help="Where images come from.",
    ),
]
Registry = Annotated[
    str,
    typer.Option(
        "--registry", metavar="HOST", envvar="THOTHCTL_REGISTRY", help="Registry to pull from."
    ),
]
VersionOption = Annotated[
    str | None,
    typer.Option(
        "--version", metavar="VERSION", help="Version to begin with, from a registry; by digest."
    ),
]
LlmKeyFile = Annotated[
    Path | None,
    typer.Option("--llm-key-file", metavar="FILE", help="A file that holds the model's API key."),
]
LlmKeyStdin = Annotated[
    bool, typer.Option("--llm-key-stdin", metavar="", help="Read the model's API key from a pipe.")
]
EmbeddingKeyFile = Annotated[
    Path | None,
    typer.Option("--embedding-key-file", metavar="FILE", help="A file with the embedding API key."),
]
SecretFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--secret-file", metavar="NAME=FILE", help="A secret of your own, from a file; repeatable."
    ),
]
EnvFile = Annotated[
    Path | None,
    typer.Option("--env-file", metavar="FILE", help="Take over an .env file; says what it took."),
]
Keyring = Annotated[
    bool,
    typer.Option("--keyring", metavar="", help="Copy keys from the keyring, service thothctl."),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any setting, advanced ones too; repeatable."),
]
SaveAnswers = Annotated[
    Path | None,
    typer.Option("--save-answers", metavar="FILE", help="Write the answers, without any secret."),
]
CaBundle = Annotated[
    Path | None,
    typer.Option(
        "--ca-bundle",
        metavar="FILE",
        envvar="THOTHCTL_CA_BUNDLE",
        help="CA certificates for builds and for HTTPS.",
    ),
]

ANSWERS: dict[str, tuple[Any, object]] = {
    "mode": (Mode, None),
    "llm_provider": (LlmProvider, None),
    "llm_base_url": (LlmBaseUrl, None),
    "skip_llm_key": (SkipLlmKey, False),
    "llm_model": (LlmModel, None),
    "embedding_provider": (EmbeddingProvider, None),
    "embedding_base_url": (EmbeddingBaseUrl, None),
    "skip_embedding_key": (SkipEmbeddingKey, False),
    "embedding_model": (EmbeddingModel, None),
    "port": (Port, None),
    "bind": (Bind, None),
    "tls": (TlsOption, None),
    "host_name": (HostName, None),
    "tls_certificate": (TlsCertificate, None),
    "tls_key_file": (TlsKey, None),
    "acme_email": (AcmeEmail, None),
    "acme_directory": (AcmeDirectory, None),
    "http_port": (HttpPort, None),
    "trusted_proxies": (TrustedProxies, None),
    "public": (Public, None),
    "port_offset": (PortOffset, None),
    "data_dir": (DataDir, None),
    "vector": (Vector, None),
    "monitoring": (MonitoringOption, None),
    "source": (Source, None),
    "admin_email": (AdminEmail, None),
    "demo": (Demo, None),
}
"""The options that answer a question, by the name of their parameter."""


def asking(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Give a command that takes `**answers` an option for every question."""
    own = list(inspect.signature(function).parameters.values())
    answers = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in ANSWERS.items()
    ]
    named = [p for p in own if p.kind is not inspect.Parameter.VAR_KEYWORD]
    first, rest = named[:2], [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in named[2:]]
    function.__signature__ = inspect.Signature([*first, *answers, *rest])  # type: ignore[attr-defined]  # read by typer
    return function
