"""Django's settings, all of them from the environment."""

import secrets
from pathlib import Path

from thoth_ai import (
    database_settings,
    environment,
    json_logging,
    provider_settings,
    redis_settings,
    secret_files,
    version,
)
from thoth_ai.postgres import connecting
from thoth_ai.values import knobs
from thoth_ai.vectorstores import configuration as vector_settings

BASE_DIR = Path(__file__).resolve().parent

MODES = ("standalone", "development", "production")
BUILD = version.current()
DEPLOYMENT_MODE = environment.choice("DEPLOYMENT_MODE", "standalone", MODES)
DATA_DIR = Path(environment.text("THOTH_DATA_DIR", "/data"))
DEMO_FILE = Path(environment.text("THOTH_DEMO_FILE", str(BASE_DIR.parent / "demo.sqlite")))
LOAD_DEMO = environment.flag("THOTH_DEMO")
PORT = environment.number("PORT", 8080, lowest=1, highest=65535)
LOG_LEVEL = environment.choice(
    "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
ADMIN_EMAIL = environment.text("ADMIN_EMAIL", "admin@localhost")
API_TOKEN = environment.text("API_TOKEN") or secret_files.read(DATA_DIR, secret_files.API_TOKEN)
POSTGRES = connecting.from_environment()
REDIS = redis_settings.from_environment()
REQUESTS_AT_ONCE = environment.number("REQUESTS_AT_ONCE", 16, lowest=4, highest=256)
CACHE_SECONDS = environment.number("CACHE_TTL_SECONDS", 0, lowest=0, highest=86_400)
CORS_ORIGINS = environment.origins("CORS_ORIGINS")
USER_TOKENS = environment.flag("USER_TOKENS", default="true")
WORKER_THREADS = environment.number("WORKER_THREADS", 2, lowest=1, highest=32)
LANGUAGE_MODEL = provider_settings.language_model()
EMBEDDING = provider_settings.embedding()
VECTORS = vector_settings.from_environment()
VALUE_INDEX = knobs.from_environment()
PROMPT_TOKENS = environment.number("LLM_PROMPT_TOKENS", 12_000, lowest=1_000, highest=1_000_000)
QUERY_TIMEOUT_SECONDS = environment.number("QUERY_TIMEOUT_SECONDS", 10, lowest=1, highest=600)
QUERY_ROWS = environment.number("QUERY_ROWS", 1000, lowest=1, highest=100_000)
REQUESTS_PER_MINUTE = environment.number("API_REQUESTS_PER_MINUTE", 600, lowest=1, highest=100_000)

# Setup writes the key before the server starts; a build or a test lives with a throw-away one.
SECRET_KEY = (
    environment.text("DJANGO_SECRET_KEY")
    or secret_files.read(DATA_DIR, secret_files.SECRET_KEY)
    or secrets.token_urlsafe(32)
)
SECRET_KEY_FALLBACKS = [key for key in [environment.text("DJANGO_SECRET_KEY_FALLBACK")] if key]
DEBUG = DEPLOYMENT_MODE == "development"
DEBUGGER_PORT = environment.number("DEBUGGER_PORT", 0, lowest=0, highest=65535)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *environment.words("THOTH_ALLOWED_HOSTS")]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "thoth_ai.accounts",
    "thoth_ai.workspaces",
    "thoth_ai.questions",
    "thoth_ai.importing",
    "thoth_ai.jobs",
    "thoth_ai.web",
]
MIDDLEWARE = [
    "thoth_ai.metrics.middleware.measure",
    "thoth_ai.web.headers.content_security",
    "thoth_ai.web.cors.other_origins",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
            ]
        },
    }
]
ROOT_URLCONF = "thoth_ai.urls"
WSGI_APPLICATION = "thoth_ai.wsgi.application"

DATABASES = {"default": database_settings.chosen(DATA_DIR, POSTGRES)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "ask"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_NAME = "thoth_session"
SESSION_COOKIE_AGE = 3600 * environment.number("SESSION_HOURS", 336, lowest=1, highest=8760)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "thoth_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
if DEPLOYMENT_MODE == "production":  # only nginx can reach the server, and it sets this itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.flag("THOTH_SECURE_COOKIES")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if DEPLOYMENT_MODE == "development":  # nothing leaves the machine: mail is a part of the log
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = environment.text("THOTH_STATIC_ROOT", str(BASE_DIR.parent / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "thoth_ai.web.storage.ModuleStorage"},
}

USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

SECRETS = (
    SECRET_KEY,
    *SECRET_KEY_FALLBACKS,
    API_TOKEN,
    LANGUAGE_MODEL.key if LANGUAGE_MODEL else "",
    EMBEDDING.key,
    VECTORS.key,
    *(POSTGRES.secrets if POSTGRES else ()),
    REDIS.password if REDIS else "",
)
LOGGING = json_logging.configuration(LOG_LEVEL, SECRETS)
