"""A stack of the user's own: its templates and sources lie beside its file."""

from pathlib import Path

from thothctl.adapters.bundles import TemplateBundles
from thothctl.model.install import Install
from thothctl.model.rendering import RenderContext

FILE = Path(__file__).parents[1] / "stand_in/stack.yaml"


def test_it_is_rendered_from_its_own_templates_and_those_of_the_product() -> None:
    bundles = TemplateBundles()
    stack = bundles.stack(str(FILE))
    context = RenderContext(
        settings={"port": 8099},
        images={"stand-in": "r/stand-in@sha256:1", "thoth-postgres": "r/p@sha256:2"},
        version="1.0.0",
        release=1,
        install=Install("shop", "u-1", str(FILE), ""),
        generations={"postgres": 1},
    )

    files = bundles.render(stack, context)

    assert stack.image("stand-in").folder == str(FILE.parent / "server")
    assert stack.image("thoth-postgres").folder == "postgres"
    assert "name: thoth-shop_postgres_g1" in files["compose.yaml"]
    assert "cap_drop: [ALL]" in files["compose.yaml"]
    assert "r/stand-in@sha256:1" in files[".env"]
    assert any(name.endswith("010-stand-in.sql") for name in files)
