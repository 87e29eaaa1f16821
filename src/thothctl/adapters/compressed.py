"""What decompressors say of damage, told from what the disk says."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    NotImplementedError,  # zipfile raises it for a compression that it does not know
)
"""What is raised within `telling_damage` for what is broken; the disk's errors are others."""


@contextmanager
def telling_damage() -> Iterator[None]:
    """Gzip and bzip2 raise errors of the operating system for damage, without its number."""
    try:
        yield
    except lzma.LZMAError as error:
        raise EOFError(str(error)) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise EOFError(str(error)) from error
