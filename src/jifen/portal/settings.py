"""Settings of the Django project, from the environment that `jifen portal` (or a test) prepares.

`JIFEN_PORTAL_DATA`      folder of the service: database, secret key, collected static files (needed)
`JIFEN_PORTAL_DATABASE`  `postgresql://user@host/name`; the embedded SQLite in the data folder if left out
`JIFEN_PORTAL_ORIGIN`    public address such as `https://jifen.example`; cookies and redirects are then for https only
`JIFEN_PORTAL_DEMO`      `1` marks every page and print as demonstration
`JIFEN_PORTAL_POLICIES`  folders of local policies, separated as in PATH
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jifen.charts import CSS as CHART_CSS
from jifen.portal.secret import secret_key

DATA = Path(os.environ["JIFEN_PORTAL_DATA"])
ORIGIN = os.environ.get("JIFEN_PORTAL_ORIGIN", "")
DEMO = os.environ.get("JIFEN_PORTAL_DEMO") == "1"
POLICIES = [p for p in os.environ.get("JIFEN_PORTAL_POLICIES", "").split(os.pathsep) if p]
SECRET_KEY = secret_key(DATA)
DEBUG = False

_HERE = Path(__file__).parent
_SECURE = ORIGIN.startswith("https://")
_HOST = urlsplit(ORIGIN).hostname

ALLOWED_HOSTS = [_HOST] if _HOST else ["127.0.0.1", "localhost", "[::1]", "testserver"]
if os.environ.get("JIFEN_PORTAL_HOST"):
    ALLOWED_HOSTS.append(os.environ["JIFEN_PORTAL_HOST"])
ROOT_URLCONF = "jifen.portal.urls"
WSGI_APPLICATION = "jifen.portal.wsgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "csp", "jifen.portal"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jifen.portal.middleware.limits",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jifen.portal.middleware.problems",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {
            "builtins": ["jifen.portal.templatetags.portal"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "portal.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(os.environ.get("JIFEN_PORTAL_DATABASE", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
_MADE = DATA / "made"
_MADE.mkdir(parents=True, exist_ok=True)
(_MADE / "charts.css").write_text(CHART_CSS, "utf-8")
STATICFILES_DIRS = [_HERE / "static", _MADE]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "jifen.portal.brought.Brought"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "jifen.portal.brought.Files"},
}
WHITENOISE_MAX_AGE = 300

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 800
DATA_UPLOAD_MAX_NUMBER_FILES = 2
FILE_UPLOAD_MAX_MEMORY_SIZE = 6_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "jifen.portal.middleware.csrf_failed"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = _SECURE
if ORIGIN:
    CSRF_TRUSTED_ORIGINS = [ORIGIN]
if _SECURE:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}
