"""Images of our own, built by folder as the product builds them."""

import os
from importlib.metadata import version
from pathlib import Path

from thothctl.adapters.docker_engine import DockerEngine
from thothctl.adapters.endpoint import child_environment, resolve
from thothctl.adapters.image_builder import ImageBuilder
from thothctl.model.stack import Image


def build(folder: str, home: Path) -> str:
    """The pinned tag; built only where the engine has no image of exactly these sources."""
    host = resolve(os.environ)
    environment = child_environment(os.environ, host)
    builder = ImageBuilder(
        home, version("thothctl"), DockerEngine(host), environment, lambda _: None
    )
    image = Image(f"thoth-{folder}", folder)
    return builder.find(image) or builder.build(image)
