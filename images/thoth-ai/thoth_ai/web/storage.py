"""Static files under names that change with their content, inside JavaScript modules too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites what a module imports, so that a browser never mixes two versions of the page."""

    support_js_module_import_aggregation = True
