"""The same wheel, engine and machines as the end-to-end tests."""

from e2e.conftest import engine, images, images_home, program, stack

__all__ = ["engine", "images", "images_home", "program", "stack"]
