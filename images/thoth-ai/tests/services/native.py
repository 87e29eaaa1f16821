"""The native encoder, which `make server-dev` compiles wherever a compiler can be had."""

import os
import shutil

import pytest

from tests.services import checkout
from thoth_ai.importing.postgres import encoding


def require() -> None:
    """Skip only where no compiler can be had; elsewhere a missing encoder is a failure."""
    if encoding.NativeEncoder is not None:
        return
    installs = (
        not os.geteuid()
        and shutil.which("apt-get")
        and checkout.PROJECT.joinpath("Dockerfile").is_file()
    )
    if installs or shutil.which("cc"):
        pytest.fail("the native encoder is not compiled: run `make server-dev`")
    pytest.skip("no C compiler here, and nobody who may install one; the Python encoder is tested")
