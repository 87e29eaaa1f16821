"""Where the files lie that services mount: in folders named for what is in them.

So a container is made anew when a file it mounts is another one, and goes on when only the number
of the release is.
"""

import hashlib
import re
from collections.abc import Mapping

from thothctl.model.rendering import RenderContext

FOLDER = "mounts/"
"""Names of files below it are seen from the install's folder, others from the release's."""
LETTERS = 12


def mounts(files: Mapping[str, str], context: RenderContext) -> dict[str, str]:
    """The folder of each first part of these places, as Compose names it from a release."""
    before = "../../" if context.install else "./"
    return {first: f"{before}{FOLDER}{name}" for first, name in _names(files).items()}


def mounted(files: Mapping[str, str]) -> dict[str, str]:
    """The files by the place where they are written."""
    names = _names(files)
    found = {}
    for place, text in files.items():
        first, _, rest = place.partition("/")
        found[f"{FOLDER}{names[first]}/{rest}"] = text
    return found


def plain_names(files: Mapping[str, str]) -> dict[str, str]:
    """The files by names that stay the same when their content changes, to be compared."""
    named = re.compile(rf"^{FOLDER}(.+?)-[0-9a-f]{{{LETTERS}}}/")
    return {named.sub(r"\1/", name): text for name, text in files.items()}


def _names(files: Mapping[str, str]) -> dict[str, str]:
    by_first: dict[str, list[str]] = {}
    for place in sorted(files):
        by_first.setdefault(place.partition("/")[0], []).append(f"{place}\0{files[place]}\0")
    return {
        first: f"{first}-{hashlib.sha256(''.join(parts).encode()).hexdigest()[:LETTERS]}"
        for first, parts in by_first.items()
    }
