"""Programs of the images, as modules."""

import importlib.util
import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType


def load(path: Path) -> ModuleType:
    """One that has no ending; no bytecode is left among what images are built of."""
    loader = SourceFileLoader(path.name.replace("-", "_"), str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with suppress(SystemExit):  # some end as soon as they have run
            loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
