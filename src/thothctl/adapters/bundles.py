"""Reads stack files and renders templates; undefined names are errors."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import jinja2

from thothctl.adapters.compose_sections import sections
from thothctl.adapters.files import translated, write_durably
from thothctl.adapters.shipped import checkout, shipped
from thothctl.adapters.yaml_text import read_mapping
from thothctl.config.compose_values import compose_values, edge_values, postgres_values
from thothctl.config.dashboards import dashboard, read_rows
from thothctl.config.env_file import env_quote
from thothctl.config.monitoring import chosen, variables
from thothctl.config.mounts import mounted, mounts
from thothctl.config.quoting import compose_quoted
from thothctl.config.sizes import in_bytes
from thothctl.config.stack_file import read_stack
from thothctl.errors import UsageError
from thothctl.model.address import is_watched, published
from thothctl.model.provider_address import as_rendered
from thothctl.model.rendering import RenderContext
from thothctl.model.setting import SettingKind, SettingValue
from thothctl.model.stack import Stack, plain

MANAGED = "Rendered by thothctl; put changes of your own into compose.override.yaml."
ALONE = """\
Runs without thothctl: cp .env.example .env && docker compose up -d
# The first password: docker compose exec app cat /data/secrets/admin_password
# The API token:      docker compose exec app cat /data/secrets/api_token"""

SOURCE = ("thoth_ai/wsgi.py", "tests", "pyproject.toml")
"""What a checkout of the server has."""

KEYS_ALONE = [
    ("LLM_API_KEY", "", "Key of the language model's provider."),
    ("EMBEDDING_API_KEY", "", "Key of the embedding provider, where it is another."),
]


class TemplateBundles:
    """Answers `world.Bundles` from the shipped templates, or a stack file of the user's."""

    def __init__(self) -> None:
        self._root = shipped("templates")
        self._jinja: dict[str, jinja2.Environment] = {}

    def stack(self, reference: str) -> Stack:
        own = reference.endswith((".yaml", ".yml"))
        path = Path(reference) if own else self._root / "stacks" / f"{reference}.yaml"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in (self._root / "stacks").glob("*.yaml")))
            raise UsageError(f"there is no stack {reference}", hint=f"known stacks: {known}")
        with translated(f"read {path}"):
            text = path.read_text(encoding="utf-8")
        read = _parsed(text, path.name)
        return _placed(read, path.absolute().parent) if own else read

    def _templates(self, stack: Stack) -> jinja2.Environment:
        """A stack of the user's has its templates beside it, and may use those that are shipped."""
        own = [stack.folder] if stack.folder else []
        if stack.folder not in self._jinja:
            self._jinja[stack.folder] = jinja2.Environment(
                loader=jinja2.FileSystemLoader([*own, self._root]),
                undefined=jinja2.StrictUndefined,
                autoescape=False,  # noqa: S701 - YAML and .env, quoted by our own functions
                trim_blocks=True,
                lstrip_blocks=True,
                keep_trailing_newline=True,
            )
            self._jinja[stack.folder].filters["bytes"] = in_bytes
            self._jinja[stack.folder].filters["quoted"] = compose_quoted
        return self._jinja[stack.folder]

    def source(self, given: str) -> Path | None:
        here = checkout()
        folder = Path(given).expanduser().absolute() if given else here and here / "images/thoth-ai"
        return folder if folder and all((folder / part).exists() for part in SOURCE) else None

    def render(self, stack: Stack, context: RenderContext) -> Mapping[str, str]:
        heading = MANAGED if context.install else ALONE
        values = compose_values(stack, context)
        files = {**self._files(stack, context, values), **context.own_files}
        values["mounts"] = mounts(files, context)
        template = self._templates(stack).get_template(f"compose/{stack.name}.yaml.j2")
        compose = template.render(heading=heading, **values)
        settings = {**context.settings, "source": self._source(context.settings)}
        lines = _variables(stack, replace(context, settings=settings))
        used = [v for v in lines if _is_used(v["name"], compose)]
        env = self._templates(stack).get_template(f"env/{stack.name}.env.j2")
        return {
            **mounted(files),
            "compose.yaml": compose,
            ".env": env.render(heading=heading, variables=used, comments=context.install is None),
        }

    def _source(self, settings: Mapping[str, SettingValue]) -> str:
        return str(self.source(str(settings.get("source", ""))) or "")

    def _files(
        self, stack: Stack, context: RenderContext, values: Mapping[str, object]
    ) -> Mapping[str, str]:
        """The files that services mount from the release's folder; a template may come to none."""
        settings = stack.complete(context.settings)
        own = {
            "nginx": edge_values(settings),
            "postgres": postgres_values(settings),
            "monitoring": self._monitoring_values(settings, context),
        }
        rendered = {
            place: self._templates(stack)
            .get_template(template)
            .render({**values, **own.get(template.partition("/")[0], {})})
            for service in stack.services_for(context.settings)
            for place, template in service.files.items()
        }
        return {place: text for place, text in rendered.items() if text.strip()}

    def _monitoring_values(
        self, settings: Mapping[str, SettingValue], context: RenderContext
    ) -> Mapping[str, object]:
        if not is_watched(settings) or context.install is None:
            return {}
        panels = self._root / "monitoring/grafana/panels.yaml"
        document = read_mapping(panels.read_text(encoding="utf-8"), panels.name)
        name = context.install.name
        shown = dashboard(name, str(document["title"]), read_rows(document))
        return {**variables(chosen(settings, name)), "dashboard": shown}

    def database_script(self, stack: Stack, settings: Mapping[str, SettingValue]) -> str:
        database = next(s for s in stack.services if s.name == stack.database_service)
        chosen = stack.complete({"mode": "production", **settings})
        known = postgres_values({**chosen, "postgres.host": chosen["postgres.host"] or "yours"})
        texts = (
            self._templates(stack).get_template(name).render(known)
            for name in database.files.values()
        )
        return "\n".join(texts)

    def sections(self, files: Mapping[str, str]) -> Mapping[str, str]:
        return sections(files)

    def write(self, folder: Path, files: Mapping[str, str]) -> None:
        with translated(f"create {folder}"):
            for name in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_durably(folder / name, text)


@lru_cache(maxsize=8)
def _parsed(text: str, name: str) -> Stack:
    """One command asks for its stack many times."""
    return read_stack(read_mapping(text, name), name)


def _placed(stack: Stack, folder: Path) -> Stack:
    """A user's stack knows where its templates and the sources of its own images lie."""
    images = (
        replace(image, folder=str(folder / image.folder))
        if image.folder.startswith("./")
        else image
        for image in stack.images
    )
    return replace(stack, folder=str(folder), images=tuple(images))


def _is_used(variable: str, compose: str) -> bool:
    """What Compose itself reads, and what the rendered file names."""
    return variable.startswith("COMPOSE_") or f"${{{variable}}}" in compose


def _variables(stack: Stack, context: RenderContext) -> list[dict[str, str]]:
    """The lines of .env, in a fixed order: project, files, images, settings."""
    project = context.install.project if context.install else stack.name
    lines = [("COMPOSE_PROJECT_NAME", project, "Name of the Compose project.")]
    if context.install:
        files = "compose.yaml:compose.override.yaml"
        lines += [
            ("COMPOSE_FILE", files, "Files that Compose reads."),
            ("COMPOSE_PATH_SEPARATOR", ":", "Separator in COMPOSE_FILE, on every platform."),
        ]
    lines += [
        (stack.image(name).variable, reference, f"Image of {name}.")
        for name, reference in context.images.items()
    ]
    settings = as_rendered(published(stack.complete(context.settings)))
    lines += [
        (
            f"THOTH_{setting.word}",
            plain(settings[setting.key]),
            setting.help,
        )
        for setting in stack.settings
        if setting.kind is not SettingKind.KEY
    ]
    if context.install is None:
        lines += KEYS_ALONE
    return [
        {"name": name, "quoted": env_quote(name, value), "help": text}
        for name, value, text in lines
    ]
