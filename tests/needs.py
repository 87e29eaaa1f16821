"""What some tests need of the machine they run on; one skip each."""

import os
import shutil

import pytest

needs_systemctl = pytest.mark.skipif(not shutil.which("systemctl"), reason="no systemctl is here")
needs_mounts = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a file system")
needs_srv = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes folders in /srv")
