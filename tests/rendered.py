"""Templates as thothctl renders them: a name that is not given is an error."""

from collections.abc import Mapping

import jinja2

from thothctl.adapters.shipped import shipped


def rendered(template: str, values: Mapping[str, object]) -> str:
    """The text of one template below `templates/`."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("templates")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - configuration files, not pages
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)
