"""Settings of both profiles. Every variable read here stands in docs/operations.md; a test holds the two equal."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from settings.databases import database
from settings.environment import (
    ROOT,
    data_folder,
    flag,
    hidden,
    networks,
    number,
    secret,
    service_url,
    web_places,
    words,
)

BASE_DIR = ROOT
DATA = data_folder()
BUILD_DIR = DATA / "build"

DATABASE_URL = service_url("DATABASE_URL", "postgres", "postgresql")
ELASTICSEARCH_URL = service_url("ELASTICSEARCH_URL", "http", "https")
ELASTICSEARCH_USER = os.environ.get("ELASTICSEARCH_USER") or None
ELASTICSEARCH_PASSWORD = hidden("ELASTICSEARCH_PASSWORD")
ELASTICSEARCH_SIGN_IN = (ELASTICSEARCH_USER, ELASTICSEARCH_PASSWORD or "") if ELASTICSEARCH_USER else None
ELASTICSEARCH_API_KEY = hidden("ELASTICSEARCH_API_KEY")
ELASTICSEARCH_CA_CERTS = os.environ.get("ELASTICSEARCH_CA_CERTS") or None
ELASTICSEARCH_FINGERPRINT = os.environ.get("ELASTICSEARCH_FINGERPRINT") or None
ELASTICSEARCH_SHARDS = number("ELASTICSEARCH_SHARDS", 1, least=1)
ELASTICSEARCH_INDEX = os.environ.get("ELASTICSEARCH_INDEX") or "vankho"
# Meaning, as an option: a model in a folder, or a service that speaks OpenAI's protocol for embeddings. Neither: words alone.
MEANING_URL = service_url("MEANING_URL", "http", "https")
MEANING_MODEL = os.environ.get("MEANING_MODEL") or "default"
MEANING_API_KEY = hidden("MEANING_API_KEY")
MEANING_SECONDS = number("MEANING_SECONDS", 1, least=1)
MEANING_FOLDER = os.environ.get("MEANING_FOLDER") or None
MEANING_QUERY_PREFIX = os.environ.get("MEANING_QUERY_PREFIX") or ""
MEANING_TEXT_PREFIX = os.environ.get("MEANING_TEXT_PREFIX") or ""
TIKA_SERVER_URL = service_url("TIKA_SERVER_URL", "http", "https")
REDIS_URL = service_url("REDIS_URL", "redis", "rediss")

DEBUG = flag("DEBUG")
SECRET_KEY = secret(DATA, "SECRET_KEY")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS", [])

# An installation without a network may be declared isolated: only then may it hold state secrets (records-vn.md, 6).
ISOLATED = flag("ISOLATED_INSTALLATION")

# Keys are named here, never held: passphrases come from the environment or from files that only their owner may read.
SEAL_KEYS = Path(os.environ.get("SEAL_KEYS") or DATA / "secrets" / "seals")
SEAL_KEY_FILE = os.environ.get("SEAL_KEY_FILE") or None
SEAL_KEY_PASSPHRASE = hidden("SEAL_KEY_PASSPHRASE")
SEAL_TOKEN = os.environ.get("SEAL_TOKEN") or None
SEAL_TOKEN_KEY = os.environ.get("SEAL_TOKEN_KEY") or ""
TOKEN_LIBRARY = os.environ.get("TOKEN_LIBRARY") or None
CSC_SERVICE = service_url("CSC_SERVICE", "http", "https")
CSC_CLIENT_ID = os.environ.get("CSC_CLIENT_ID") or None
CSC_CLIENT_SECRET = hidden("CSC_CLIENT_SECRET")
CSC_SECONDS = number("CSC_SECONDS", 30, least=1)
TIMESTAMP_SERVER = service_url("TIMESTAMP_SERVER", "http", "https")
TIMESTAMP_USER = os.environ.get("TIMESTAMP_USER") or None
TIMESTAMP_PASSWORD = hidden("TIMESTAMP_PASSWORD")
TIMESTAMP_SECONDS = number("TIMESTAMP_SECONDS", 10, least=1)
# What can be proven for less than so many months is renewed at night; 0: only when a person asks.
RENEW_WITHIN_MONTHS = number("RENEW_WITHIN_MONTHS", 0)

# How many days it is kept who searched for what; 0: not at all. In the report stands what at least so many people searched for.
SEARCH_LOG_DAYS = number("SEARCH_LOG_DAYS", 180)
SEARCH_REPORT_PEOPLE = number("SEARCH_REPORT_PEOPLE", 2, least=1)

INSTALLED_APPS = [
    "repository",
    "search",
    "signing",
    "archive",
    "demo",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "repository.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "repository.middleware.ActorMiddleware",
    "repository.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "repository.middleware.RefusalMiddleware",
    "repository.middleware.PlainTextMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "settings.urls"
WSGI_APPLICATION = "settings.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "repository.pages.context.frame",
            ],
        },
    }
]

DATABASES = {"default": database(DATABASE_URL, DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA / "cache",
        # Django's 300 are full after a morning of questions, and what goes then is drawn by lot: the last check of a closed audit too.
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}

AUTH_USER_MODEL = "repository.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    # Signs nobody in: it answers who may enter the workbench.
    "repository.admin.entry.MembershipBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "repository.sign_in.NoSignUp"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_ENABLE_ADMIN = False

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BUILD_DIR / "collected"
for _folder in (BUILD_DIR / "static", STATIC_ROOT):
    _folder.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BUILD_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# Received bytes are streamed by our own upload view; what Django itself parses stays small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = DATA / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
LARGEST_FILE = number("LARGEST_FILE_MB", 4096, least=1) * 1024 * 1024

# The working copies and the archive store; the store is the primary copy of what is sealed (design, rule 2).
BLOBS = DATA / "blobs"
STORE = DATA / "store"
# What jobs make for the person who asked: exports, downloads. Made again at any time.
PRODUCTS = DATA / "products"
INDEX = DATA / "index"
# Pictures and words of pages: derived, the least used go first.
RENDITIONS = DATA / "cache" / "renditions"
RENDITIONS_MB = number("RENDITIONS_MB", 4096, least=64)

# Where jobs may ask for revocation data. Anybody may send a certificate that names an address: only what stands here is asked.
REVOCATION_ALLOWED = web_places("REVOCATION_ALLOWED")
# Private networks in which such a place may lie all the same, as on the government's own network.
REVOCATION_PRIVATE = networks("REVOCATION_PRIVATE")

HTTPS = flag("HTTPS")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_PROXY") else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

WAGTAIL_SITE_NAME = "Văn Khố"
WAGTAILADMIN_BASE_URL = words("BASE_URL", ["http://localhost:8000"])[0]
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
WAGTAIL_WORKFLOW_ENABLED = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_DATE_FORMAT = "%d/%m/%Y"
WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y %H:%M"

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "pyhanko": {"level": "ERROR"},
        "pyhanko_certvalidator": {"level": "ERROR"},
        "kombu": {"level": "ERROR"},
        "elastic_transport": {"level": "WARNING"},
    },
}
