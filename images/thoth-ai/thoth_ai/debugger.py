"""Lets a debugger attach; only the image of the development mode has one."""

import importlib
import importlib.util
import logging
from threading import Thread

logger = logging.getLogger(__name__)


def listen(port: int) -> None:
    """Wait for a debugger beside serving: whoever was asked to end may still hold the port."""
    if importlib.util.find_spec("debugpy") is None:
        logger.warning("this image has no debugger; DEBUGGER_PORT is not used")
        return
    Thread(target=_listen, args=(port,), name="debugger", daemon=True).start()


def _listen(port: int) -> None:
    debugpy = importlib.import_module("debugpy")
    debugpy.listen(("0.0.0.0", port))  # noqa: S104 - the container's own; published on loopback
    logger.info("a debugger may attach", extra={"event": f"port {port}"})
