"""What an install keeps of its ACME authority: account, the newest certificate, the last no."""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from thothctl.adapters.certificate_files import Pair, read_pair, read_text
from thothctl.adapters.certificates import OWN, new_key
from thothctl.adapters.files import private_folder, write_durably
from thothctl.errors import InvalidInputError
from thothctl.model.acme import AcmeOrder
from thothctl.model.certificate import KeyUnreadableError, Refused
from thothctl.model.secret import Secret


@dataclass(frozen=True, slots=True)
class AcmeFolder:
    """Files that only their owner reads; the proofs lie beside it, for everybody."""

    root: Path

    @property
    def certificate(self) -> Path:
        return self.root / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.root / "key.pem"

    def account(self, directory: str) -> Secret:
        """The key of the account there; each authority knows another one."""
        short = hashlib.sha256(directory.encode()).hexdigest()[:12]
        path = self.root / f"account-{short}.key"
        if path.is_file():
            return Secret(read_text(path, KeyUnreadableError))
        private_folder(self.root)
        made = new_key()
        write_durably(path, made.reveal(), mode=OWN)
        return made

    def held(self, order: AcmeOrder, now: datetime) -> Pair | None:
        """The certificate that such an order gave, if it is good for a while."""
        with suppress(InvalidInputError, OSError, ValueError, KeyError):
            pair = read_pair(self.certificate, self.key)
            given = json.loads((self.root / "order.json").read_text(encoding="utf-8"))
            same = given["directory"] == order.directory
            same = same and set(pair.certificate.names) == set(order.hosts)
            return pair if same and not pair.certificate.is_due(now) else None
        return None

    def keep(self, order: AcmeOrder, chain: str, key: Secret) -> None:
        """Record what was given; half of it is none, for a crash came between."""
        private_folder(self.root)
        write_durably(self.key, key.reveal(), mode=OWN)
        write_durably(self.certificate, chain, mode=OWN)
        self._write("order.json", asdict(order))
        (self.root / "refused.json").unlink(missing_ok=True)

    def refuse(self, refused: Refused) -> None:
        """Record why none was given."""
        private_folder(self.root)
        self._write("refused.json", asdict(refused))

    def refused(self) -> Refused | None:
        with suppress(OSError, ValueError, TypeError):
            return Refused(**json.loads((self.root / "refused.json").read_text(encoding="utf-8")))
        return None

    def _write(self, name: str, values: dict[str, object]) -> None:
        write_durably(self.root / name, json.dumps(values) + "\n", mode=OWN)
