"""Run the server until it is told to stop; the first line says where it is."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from provider_server.server import POLITE, ProviderServer


def main() -> None:
    """Read the script, say the address, wait for a signal."""
    options = argparse.ArgumentParser(prog="provider_server", description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--script", type=Path, help='a JSON file: {"rules": [...], "keys": {...}}')
    chosen = options.parse_args()
    told = json.loads(chosen.script.read_text()) if chosen.script else {}
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: over.set())
    rules = told.pop("rules", [POLITE])
    with ProviderServer(rules, **told, address=(chosen.host, chosen.port)) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        over.wait()


if __name__ == "__main__":
    main()
