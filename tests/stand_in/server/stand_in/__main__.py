"""The commands of the image; what each version does wrong is told here."""

import json
import os
import signal
import sys
import threading
import urllib.request

from stand_in import database, serving

VERSION, REVISION = os.environ["VERSION"], os.environ["DATABASE_REVISION"]
TOLERATES = os.environ.get("TOLERATES") or REVISION
BROKEN, CRASHING = "1.3.0", "1.4.0"
INCOMPATIBLE = 13


def main(words: list[str]) -> int:
    """Run one command."""
    match words:
        case ["serve"]:
            return serve()
        case ["setup"] | ["migrate"]:
            return 0 if fits() else migrate(REVISION)
        case ["migrate", "--to", target]:
            return migrate(target)
        case ["migrate", "--plan", *rest]:
            return plan(rest[-1] if rest else REVISION)
        case ["revision"]:
            print(database.revision(database.connect("thoth_migrator")))
        case ["check"]:
            print(json.dumps({"problems": [], "asked": [database.counted()]}))
        case ["healthcheck"]:
            urllib.request.urlopen("http://127.0.0.1:8080/health/live/", timeout=8).close()
        case _:
            print(f"unknown command: {words}", file=sys.stderr)
            return 2
    return 0


def serve() -> int:
    """Serve as this version does: well, not at all, or for a while."""
    signal.signal(signal.SIGTERM, lambda *_: serving.end())
    if VERSION == BROKEN:
        print("this version cannot start", file=sys.stderr)
        return 1
    if VERSION == CRASHING:
        seconds = float(os.environ.get("CRASH_SECONDS") or 60)
        threading.Timer(seconds, lambda: os._exit(70)).start()
    if not fits("thoth_app"):
        print(f"the database is not at {REVISION}, which this version needs", file=sys.stderr)
        return INCOMPATIBLE
    serving.serve()
    return 0


def fits(user: str = "thoth_migrator") -> bool:
    """This version works on the database as it is."""
    return REVISION <= database.revision(database.connect(user)) <= TOLERATES


def migrate(target: str) -> int:
    """Up or down to a state; without a way back, nothing is begun."""
    held = database.connect("thoth_migrator")
    steps = database.plan(database.revision(held), target)
    if steps["direction"] == "down" and not steps["reversible"]:
        print(f"no way back from {steps['irreversible']}", file=sys.stderr)
        return INCOMPATIBLE
    database.migrate(held, target, lambda line: print(line, file=sys.stderr))
    return 0


def plan(target: str) -> int:
    """Tell what `migrate` would do."""
    print(json.dumps(database.plan(database.revision(database.connect("thoth_migrator")), target)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
