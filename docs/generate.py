"""Writes the pages of docs/reference that come from the code: `make docs`; CI compares them."""

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import generate_faults

from thothctl import errors, operations
from thothctl.adapters.bundles import TemplateBundles
from thothctl.cli.app import whole
from thothctl.cli.options import COMMON
from thothctl.model.setting import Setting, SettingValue
from thothctl.model.stack import Stack
from thothctl.operations.plan import STEPS

REFERENCE = Path(__file__).parent / "reference"
FAULTS = REFERENCE / "faults.json"
Cells = dict[str, dict[str, dict[tuple[str, str], str]]]
"""By plan and step, what became of each fault and the command that came afterwards."""
MANY = 3
"""So many services and more are not listed when all have the same default."""
NOTICE = "<!-- Written by `make docs`; change the code instead. -->\n"
SCRIPT_NOTICE = "-- Written by `make docs`; see docs/how-to/own-postgres.md.\n"
MEANING = {
    "OK": "Done, healthy, or nothing to do.",
    "INTERNAL": "A bug in thothctl, or a failure that the server did not foresee.",
    "USAGE": "The command line does not fit, or an answer is missing.",
    "CHECK_FAILED": "A check failed, nothing is installed, or `ask` found no answer.",
    "CHECK_WARNED": "A check warned, and `--strict` was given.",
    "LOCKED": "Another operation holds the lock.",
    "ENGINE": "Docker is unavailable or unsupported.",
    "INVALID_INPUT": "A setting, secret or file is invalid.",
    "NOT_HEALTHY": "Not healthy in time; nothing was rolled back.",
    "ROLLED_BACK": "The operation failed and was rolled back; the old release is healthy.",
    "NEEDS_OPERATOR": "The operation failed, and rolling back failed too.",
    "BACKUP_FAILED": "A backup failed; nothing was published.",
    "INTEGRITY": "Bytes are not what was written, or an import does not verify.",
    "INCOMPATIBLE": "Versions do not go together; nothing was changed.",
    "NO_SPACE": "Disk, memory or quota does not suffice.",
    "NETWORK": "A network, registry or proxy failed.",
    "UNFINISHED": "The journal holds an unfinished operation: `resume` or `rollback`.",
    "UPDATE_AVAILABLE": "An update is available (`upgrade --check`).",
    "INTERRUPTED": "Interrupted or declined; the journal is consistent.",
}


def pages() -> dict[str, str]:
    """Name to text of every generated page."""
    return {
        "cli.md": NOTICE + "\n".join(_cli()) + "\n",
        "exit-codes.md": NOTICE + "\n".join(_exit_codes()) + "\n",
        "faults.md": NOTICE + "\n".join(_faults()) + "\n",
        "settings.md": NOTICE + "\n".join(_settings()) + "\n",
        "postgres.sql": _database_script(),
    }


def _database_script() -> str:
    """What a PostgreSQL of the user's needs, with every default."""
    bundles = TemplateBundles()
    return SCRIPT_NOTICE + bundles.database_script(bundles.stack("thoth-ai"), {})


def _cli() -> Iterator[str]:
    yield "# Commands\n"
    yield "Every command also takes the [common options](#common-options).\n"
    commands = dict(_commands(whole()))
    for name, command in commands.items():
        yield f"## thothctl {name}\n"
        yield f"{command.help}\n"
        own = [p for p in command.params if p.name not in (*COMMON, "help")]
        if own:
            yield from _options(own)
    yield "## Common options\n"
    first = next(iter(commands.values()))
    yield from _options([p for p in first.params if p.name in COMMON])
    yield "`thothctl --version` shows the version. `NO_COLOR` turns colours off."


def _commands(tree: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in tree.items():
        here = (*path, name)
        if hasattr(command, "commands"):
            yield from _commands(command.commands, here)
        else:
            yield " ".join(here), command


def _options(parameters: list[Any]) -> Iterator[str]:
    yield "| option | meaning |"
    yield "|---|---|"
    for one in parameters:
        yield f"| {_spelling(one)} | {_help(one)} |"
    yield ""


def _spelling(one: Any) -> str:  # noqa: ANN401 - see above
    if one.param_type_name == "argument":
        return f"`{one.metavar or one.name.upper()}`"
    value = (one.metavar or "").replace("|", "\\|")
    flags = ", ".join([*one.opts, *one.secondary_opts])
    return f"`{flags}`" + (f" {value}" if value else "")


def _help(one: Any) -> str:  # noqa: ANN401 - see above
    return f"{one.help} (`{one.envvar}`)" if getattr(one, "envvar", None) else str(one.help)


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes\n"
    yield "Treat a code that is not listed as a failure. `code` is the word in the JSON answer.\n"
    yield "| exit | meaning | `code` |"
    yield "|---:|---|---|"
    classes = [one for one in vars(errors).values() if isinstance(one, type)]
    for exit_code in errors.ExitCode:
        words = [
            f"`{one.code}`"
            for one in classes
            if getattr(one, "exit_code", None) is exit_code and hasattr(one, "code")
        ]
        yield f"| {exit_code.value} | {MEANING[exit_code.name]} | {', '.join(words)} |"
    yield "\n`check_failed` exits with the code of the check: 3, 6, 7, 8, 13, 14 or 15."


def _settings() -> Iterator[str]:
    yield "# Settings\n"
    yield "Asked by `thothctl setup`. The first that is given counts: the flag, the variable, the"
    yield "answers file (`--answers`), what is installed, what an interrupted setup remembered, the"
    yield "default.\n"
    for path in sorted((Path(__file__).parents[1] / "templates/stacks").glob("*.yaml")):
        stack = TemplateBundles().stack(path.stem)
        yield f"## {stack.name}\n"
        yield "| key | flag | variable | default | meaning |"
        yield "|---|---|---|---|---|"
        for setting in stack.questions:
            flag, variable = f"`{setting.flag}`", f"`{setting.variable}`"
            default = _default(setting.default)
            yield f"| `{setting.key}` | {flag} | {variable} | {default} | {setting.help} |"
        yield ""
        yield from _advanced(stack)
    yield "## Of thothctl itself\n"
    yield "| variable | meaning |"
    yield "|---|---|"
    yield "| `THOTHCTL_HOME` | where settings, secrets and releases are kept |"
    yield "| `THOTHCTL_INSTALL` | the install that is meant, as `--install` |"
    yield "| `THOTHCTL_IMAGES`, `THOTHCTL_REGISTRY` | as `--images`, `--registry` |"
    yield "| `THOTHCTL_CA_BUNDLE`, `SSL_CERT_FILE` | CA certificates, as `--ca-bundle` |"
    yield "| `THOTHCTL_LLM_API_KEY`, `THOTHCTL_EMBEDDING_API_KEY` | keys, for the chosen provider |"
    yield "| `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` | the way to providers when keys are checked |"
    yield "| `DOCKER_HOST`, `DOCKER_CONTEXT` | the engine, as for `docker` |"


def _advanced(stack: Stack) -> Iterator[str]:
    """What is not asked, group by group; what every service has once."""
    yield f"### Advanced settings of {stack.name}\n"
    yield "Never asked and without a flag of their own: `setup --set KEY=VALUE`, `config set`, an"
    yield "answers file, or a variable: `THOTHCTL_` and the key in capitals, `_` for `.` and `-`."
    yield "A file may hold `services.app.memory: 2g` on one line or as nested mappings.\n"
    advanced = [setting for setting in stack.settings if setting.advanced]
    single = [one for one in advanced if not one.key.startswith("services.")]
    if single:
        yield "| key | default | meaning |"
        yield "|---|---|---|"
        for setting in single:
            yield f"| `{setting.key}` | {_default(setting.default)} | {setting.help} |"
        yield ""
    yield "| key, for each service | default | meaning |"
    yield "|---|---|---|"
    of_services = [one for one in advanced if one.key.startswith("services.")]
    for word in dict.fromkeys(one.key.rpartition(".")[2] for one in of_services):
        own = [one for one in of_services if one.key.endswith(f".{word}")]
        yield f"| `services.SERVICE.{word}` | {_defaults(own)} | {own[0].help} |"
    yield ""


def _faults() -> Iterator[str]:
    """The result of `make faults`, beside the steps that there are."""
    known: Cells = {}
    for *cell, said in json.loads(FAULTS.read_text(encoding="utf-8")):
        known.setdefault(cell[0], {}).setdefault(cell[1], {})[cell[2], cell[3]] = said
    yield "# Faults\n"
    yield "What `make faults` found: a plan is cut off at a step, then one command ends it. The"
    yield "outcome is that of the stack afterwards: the version that is expected answers, every"
    yield "row, vector and file is as before, and nothing half-made is left. A cell that has no"
    yield "outcome yet says so. Inside a step: the engine asks for parts of an image, a task of the"
    yield "step runs, or the server is at work. An engine that was killed runs again before the"
    yield "command; a disk that was full has room again. What took itself back needs no command:"
    yield "then it is only looked whether nothing is left to be done.\n"
    for plan, steps in known.items():
        yield f"## {plan[0].upper()}{plan[1:]}\n"
        yield from _fault_table(steps)
    tried = {step for steps in known.values() for step in steps}
    yield "## Steps of other plans\n"
    yield "Not in these plans, and so not in these tables: "
    yield ", ".join(f"`{name}`" for name in sorted(_steps() - tried)) + ".\n"
    yield "## Classes of faults, and the tests that prove them\n"
    yield from generate_faults.rows()


def _steps() -> set[str]:
    """Every step of ours; that of a test, say, is none."""
    for module in pkgutil.iter_modules(operations.__path__, f"{operations.__name__}."):
        importlib.import_module(module.name)
    return {name for name, kind in STEPS.items() if kind.__module__.startswith("thothctl.")}


def _fault_table(steps: dict[str, dict[tuple[str, str], str]]) -> Iterator[str]:
    columns = list(dict.fromkeys(column for cells in steps.values() for column in cells))
    yield f"| step | {' | '.join(f'{fault}, `{ending}`' for fault, ending in columns)} |"
    yield "|---|" + "---|" * len(columns)
    for step, cells in steps.items():
        yield f"| `{step}` | {' | '.join(cells.get(one, '-') for one in columns)} |"
    yield ""


def _defaults(settings: list[Setting]) -> str:
    """The default of each service, those with the same one together."""
    services: dict[str, list[str]] = {}
    for one in settings:
        services.setdefault(_default(one.default), []).append(one.key.split(".")[1])
    told = [f"{default} ({', '.join(names)})" for default, names in services.items()]
    return ", ".join(told) if len(told) > 1 or len(settings) < MANY else next(iter(services))


def _default(value: SettingValue | None) -> str:
    return f"`{value}`".lower() if value not in {None, ""} else "-"


if __name__ == "__main__":
    for file, content in pages().items():
        (REFERENCE / file).write_text(content, encoding="utf-8")
        sys.stdout.write(f"{REFERENCE / file}\n")
