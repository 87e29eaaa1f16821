"""Fetches secrets from where their owner keeps them; no error repeats what was read."""

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from thothctl.adapters.files import translated
from thothctl.config.keys import clean_key
from thothctl.errors import AnswerMissingError, InvalidInputError
from thothctl.model.secret import Backend, Secret, SecretSource

PREFIX = "THOTH_SECRET_"
PASSPHRASE = "THOTHCTL_PASSPHRASE"  # noqa: S105 - the name of a variable


class SecretBackends:
    """Answers `world.SecretStores`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def fetch(self, sources: Iterable[SecretSource]) -> dict[str, Secret]:
        readers: Mapping[Backend, Callable[[SecretSource], str]] = {
            Backend.ENV: self._variable,
            Backend.COMMAND: self._command,
            Backend.VAULT: self._vault,
            Backend.AGE: self._age,
        }
        return {
            source.secret: clean_key(
                readers[source.backend](source), f"{source.secret} from {source.backend}"
            )
            for source in sources
        }

    def _variable(self, source: SecretSource) -> str:
        prefix = source.options.get("prefix", PREFIX)
        name = source.options.get("variable") or f"{prefix}{source.secret.upper()}"
        if text := self._environment.get(name):
            return text
        raise AnswerMissingError(
            f"{source.secret} comes from the variable {name}, which is not set",
            hint=f"export {name}, or name another in secret-sources.yaml",
        )

    def _command(self, source: SecretSource) -> str:
        program = source.argv[0]
        hint = f"run it yourself to see why: {' '.join(source.argv)}"
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own program, no shell
                source.argv,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=source.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InvalidInputError(
                f"{program} did not give {source.secret} within {source.seconds} s", hint=hint
            ) from None
        except OSError:
            raise InvalidInputError(
                f"{program}, which gives {source.secret}, cannot be started", hint=hint
            ) from None
        if done.returncode != 0:
            raise InvalidInputError(
                f"{program} ended with {done.returncode} instead of giving {source.secret}",
                hint=hint,
            )
        return done.stdout.decode(errors="replace")

    def _vault(self, source: SecretSource) -> str:
        from thothctl.adapters.vault import read_vault  # noqa: PLC0415 - loads HTTP

        return read_vault(source, self._environment)

    def _age(self, source: SecretSource) -> str:
        from thothctl.adapters import age_file  # noqa: PLC0415 - loads the cipher

        path = Path(source.options["file"]).expanduser()
        if identity := source.options.get("identity"):
            found = age_file.open_with_identity(path, Path(identity).expanduser())
        else:
            found = age_file.open_with_passphrase(path, self._passphrase(source))
        name = source.options.get("field", source.secret)
        if name not in found:
            raise InvalidInputError(
                f"{path} does not hold {name}", hint="export it again, or mend secret-sources.yaml"
            )
        return found[name].reveal()

    def _passphrase(self, source: SecretSource) -> Secret:
        if file := source.options.get("passphrase_file"):
            path = Path(file).expanduser()
            with translated(f"read {path}"):
                return Secret(path.read_text(encoding="utf-8", errors="replace").rstrip("\r\n"))
        if text := self._environment.get(PASSPHRASE):
            return Secret(text)
        raise AnswerMissingError(
            f"no passphrase for {source.options['file']}",
            hint=f"set {PASSPHRASE}, or name age.passphrase_file or age.identity",
        )
