"""Django's settings, made from the workspace's own: nothing here needs editing.

The workspace is the one `OBSERVATORY_WORKSPACE` names, or the one the working directory lies in.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from observatory.config import open_workspace
from observatory.errors import SettingError

_named = os.environ.get("OBSERVATORY_WORKSPACE")
WORKSPACE = open_workspace(Path(_named) if _named else None)
_site = WORKSPACE.settings.site


def _secret(file: Path) -> str:
    """The key that signs sessions: made once, readable by the owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as out:
        key = secrets.token_urlsafe(48)
        out.write(key)
    return key


def _database(address: str, var: Path) -> dict[str, object]:
    """Django's database setting from an address; empty means SQLite in the workspace."""
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(var / "site.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres"):
        raise SettingError(f"site.database = {parts.scheme}://...: expected postgresql://user:password@host/name")
    options = dict(parse_qsl(parts.query))  # libpq's own words: host=/socket/folder, sslmode=verify-full
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = False
SECRET_KEY = _secret(WORKSPACE.var_dir / "secret_key")
ALLOWED_HOSTS = list(_site.hosts)
ROOT_URLCONF = "observatory.web.urls"
WSGI_APPLICATION = "observatory.web.wsgi.application"
AUTH_USER_MODEL = "review.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": _database(_site.database, WORKSPACE.var_dir)}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "django_htmx",
    "axes",
    "observatory.review",
    "observatory.programme",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "observatory.web.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "observatory.web.middleware.database_away",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "observatory.web.middleware.personal",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "observatory.web.middleware.refusals",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "observatory.review.views.frame.frame",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "observatory.review.permitted.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "review/locked_out.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = _site.session_hours * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _site.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _site.https else None
SECURE_HSTS_SECONDS = 31_536_000 if _site.https else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "observatory.review.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
X_FRAME_OPTIONS = "DENY"

LANGUAGES = [("en", "English"), ("zh-hans", "中文"), ("it", "Italiano")]
LANGUAGE_CODE = "en"
# Our words come before those that other parts of Django have for the same text.
LOCALE_PATHS = [str(Path(__file__).resolve().parents[1] / app / "locale") for app in ("review", "programme")]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
SITE_TITLE = _("Observatory of emerging professions")

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1000}},
}
STATIC_URL = "/static/"
STATIC_ROOT = str(WORKSPACE.var_dir / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = True
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
