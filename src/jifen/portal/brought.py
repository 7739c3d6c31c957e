"""Static files that are not the portal's own: the engine of the library, and htmx. Only these files, not the folders they lie in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django_htmx
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # it has no types

from jifen.engines.javascript import ENGINE

FILES = {
    ENGINE.name: ENGINE,
    "htmx-2.min.js": Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js",
}
"""The name under which each is served, and where it lies."""


class Brought(BaseFinder):
    """Finds them for Django."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = str(FILES[path]) if path in FILES else ""
        return ([found] if found else []) if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for name, path in FILES.items():
            yield name, FileSystemStorage(location=path.parent)


class Files(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Static files under names that change with their content, inside scripts too."""

    support_js_module_import_aggregation = True
