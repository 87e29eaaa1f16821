"""Our import of a file, in a fresh process each time, as a worker that was idle."""

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from tests.bench.measuring import Measured, watched
from tests.importing import generated
from thoth_ai.importing import inspection
from thoth_ai.importing.options import Options
from thoth_ai.importing.postgres import encoding, keys, verification
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
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, what, run).result()


def _measured(what: str, run: Run) -> Measured:
    _leave_out(run)
    tables = inspection.inspect(run.made.path, Silent())
    load = Load(run.made.path, run.mark, tables, Options(), run.settings, run.mark)
    with schemas.importer(run.settings) as connection, watched() as grown:
        began, busy = time.perf_counter(), time.process_time()
        report = load.run(connection, Silent()).report
        seconds, processor = time.perf_counter() - began, time.process_time() - busy
    lost, altered = run.made.rows - report.rows, abs(report.diverted - run.made.dirt)
    return Measured(what, seconds, report.rows, lost, altered, grown[0], processor)


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
