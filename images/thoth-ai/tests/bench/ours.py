"""Our import of a file, in a fresh process each time, as a worker that was idle."""

import time
from dataclasses import dataclass, replace

from tests.bench.measuring import Measured, fresh, watched
from tests.importing import generated
from tests.server import comparing
from tests.services.postgres_server import Server
from thoth_ai.importing import inspection
from thoth_ai.importing.options import Options
from thoth_ai.importing.postgres import encoding, keys, names, verification
from thoth_ai.importing.postgres.loading import Load
from thoth_ai.postgres import schemas
from thoth_ai.postgres.connecting import Postgres

ENCODERS = ("native", "python")


class Silent:
    """Hears nothing."""

    def progress(self, *_: object) -> None: ...


@dataclass(frozen=True)
class Run:
    """Which file goes where, and how much is done beside the transfer with its checks of types."""

    settings: Postgres
    made: generated.Made
    encoder: str
    profile: bool = True
    verify: bool = True
    keys: bool = True
    mark: str = "measured"


def measured(what: str, run: Run) -> Measured:
    return fresh(_measured, what, run)


def compared(server: Server, run: Run, found: Measured) -> Measured:
    """Look at every value of what was imported, and count the rows that are lost or altered."""
    tables = inspection.inspect(run.made.path, Silent())
    renaming = names.renamed(tables, Options().names)
    pairs = zip(renaming.before, renaming.after, strict=True)
    called = {before.name: after.name for before, after in pairs}
    lost = altered = 0
    for one in comparing.compared(run.made.path, server, schemas.unseen(run.mark), called):
        print(one)
        lost += max(one.missing - one.strange, 0)
        altered += one.strange + one.rejects
    return replace(found, lost=max(lost, found.lost), altered=altered)


def _measured(what: str, run: Run) -> Measured:
    _leave_out(run)
    tables = inspection.inspect(run.made.path, Silent())
    load = Load(run.made.path, run.mark, tables, Options(), run.settings, run.mark)
    with schemas.importer(run.settings) as connection, watched() as grown:
        began, busy = time.perf_counter(), time.process_time()
        report = load.run(connection, Silent()).report
        seconds, processor = time.perf_counter() - began, time.process_time() - busy
    lost = run.made.rows - report.rows
    return Measured(what, seconds, report.rows, lost, None, grown[0], processor)


def _leave_out(run: Run) -> None:
    """This process ends with the run."""
    if run.encoder == "python":
        encoding.NativeEncoder = None
    if not run.profile:
        encoding.MOST_KEPT = encoding.LEAST_KEPT = 0
    if not run.verify:
        setattr(verification, "verify", lambda *_: None)  # noqa: B010 - mypy knows its type
    if not run.keys:
        setattr(keys, "add", lambda *_: [])  # noqa: B010 - mypy knows its type
