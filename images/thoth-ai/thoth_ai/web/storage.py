"""Static files under names that change with their content, inside JavaScript modules too."""

from whitenoise.storage import (  # type: ignore[import-untyped] # it ships no types
    CompressedManifestStaticFilesStorage,
)


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # likewise
    """Rewrites what a module imports, so that a browser never mixes two versions of the page."""

    support_js_module_import_aggregation = True
