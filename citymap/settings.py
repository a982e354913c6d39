"""Settings, all from the environment; `docs/operations.md` explains each.

The roof: with `urls.py` and `wsgi.py` the only file that names every app.
"""

import os
import sys
from pathlib import Path

import environ
import pghistory
from csp.constants import NONCE, SELF

from citymap.logs import configure_structlog, logging_config
from citymap.vendor import vendor_dirs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# `make run` notes where its cluster listens, so that commands beside it need no environment.
_noted = BASE_DIR / "var" / "citymap.env"
if "DATABASE_URL" not in os.environ and os.access(_noted, os.R_OK):
    environ.Env.read_env(_noted)

# --- the installation ---------------------------------------------------------------------
DEMO_SECRET_KEY = "citymap-demo-secret-never-used-outside-the-demo-0123456789"
# Seals the demo's personal data; refused outside the demo (citymap/checks.py).
DEMO_PERSONAL_KEY = "YKUqdg8bAOS26bUTaIKe7OlrjKqULU7oUTadycINtbc="
CITYMAP_DEMO = env.bool("CITYMAP_DEMO", default=False)
CITYMAP_NAME = env("CITYMAP_NAME", default="")
CITYMAP_SRID = env.int("CITYMAP_SRID", default=32642)
# West, south, east, north: where the city's data may lie (read it through citymap.geo.city_bbox).
CITYMAP_BBOX = tuple(env.list("CITYMAP_BBOX", cast=float, default=[69.0, 54.8, 69.3, 55.0]))
CITYMAP_VAR = Path(env("CITYMAP_VAR", default=str(BASE_DIR / "var")))
CITYMAP_REAL_DATA = Path(env("CITYMAP_REAL_DATA", default=str(BASE_DIR.parent / "shared" / "geo")))
SECRET_KEY = env("CITYMAP_SECRET_KEY", default=DEMO_SECRET_KEY)
# Fernet keys of personal data, newest first (docs/personal-data.md).
CITYMAP_PERSONAL_KEYS = env.list("CITYMAP_PERSONAL_KEYS", default=[DEMO_PERSONAL_KEY])
DEBUG = env.bool("CITYMAP_DEBUG", default=False)
ALLOWED_HOSTS = env.list("CITYMAP_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
TESTING = "pytest" in sys.modules

# --- apps ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "citymap",
    "citymap.history",
    "citymap.calendars",
    "citymap.accounts",
    "citymap.personal",
    "citymap.notices",
    "citymap.audit",
    "citymap.directory",
    "citymap.jobs",
    "citymap.tiles",
    "citymap.places",
    "citymap.operations",
    "layers",
    "earthworks",
    "appeals",
    "planning",
    # Layers of a city's own, see docs/dev/add-a-layer.md.
    *env.list("CITYMAP_EXTRA_APPS", default=[]),
    "citymap.accounts.adminconfig.CitymapAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "pghistory",
    "pgtrigger",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    # Cached public tiles are answered before sessions and sign-in are touched.
    "citymap.tiles.middleware.CachedTileMiddleware",
    "citymap.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages, styles and JSON; tiles and static files are compressed already.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "citymap.problems.ApiProblemMiddleware",
    "citymap.problems.AddressGuardMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "citymap.accounts.signin.sessions.SessionGuardMiddleware",
    "citymap.accounts.bearer.TokenMiddleware",
    "citymap.history.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "citymap.shell.requestsize.RequestSizeMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "citymap.urls"
WSGI_APPLICATION = "citymap.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Templates of the city's own, looked for before ours.
        "DIRS": env.list("CITYMAP_TEMPLATES", default=[]),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "citymap.shell.context.shell",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- database -----------------------------------------------------------------------------
# CITYMAP_DB_ROLE is set by manage.py and the import scripts (citymap/roles.py).
_runtime_url = env("DATABASE_URL", default="")
_owner_url = env("CITYMAP_OWNER_URL", default="")
CITYMAP_HAS_OWNER = bool(_owner_url)
CITYMAP_RUNTIME_ROLE = env("CITYMAP_RUNTIME_ROLE", default="citymap")
# Tests make their own data, so they connect as the owner; see tests/README.md.
_role = env("CITYMAP_DB_ROLE", default="owner" if TESTING else "runtime")
_as_owner = _role == "owner" and CITYMAP_HAS_OWNER
_url = _owner_url if _as_owner else _runtime_url or _owner_url
if not _url:
    _url = "postgresql:///citymap"
DATABASES = {
    "default": {
        **environ.Env.db_url_config(_url),
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "CONN_MAX_AGE": env.int("CITYMAP_CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
# jit only costs here: one-row edits that mark dirty tiles took 200 times as long with it.
_options = DATABASES["default"]["OPTIONS"]
_options["options"] = f"{_options.get('options', '')} -c jit=off".strip()
# The web server: each thread of each worker process keeps one connection.
CITYMAP_WEB_WORKERS = env.int("CITYMAP_WEB_WORKERS", default=max(2, min(os.cpu_count() or 2, 8)))
CITYMAP_WEB_THREADS = env.int("CITYMAP_WEB_THREADS", default=8)
# By how much the worker yields the processor to the web server: 0 to 19, as in nice(1).
CITYMAP_WORKER_NICE = env.int("CITYMAP_WORKER_NICE", default=10)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Fires on Debian's GDAL 3.6, which does all that we ask of it.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# --- who ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
# Where staff of the city land: a name of the URL map.
STAFF_REDIRECT_URL = "desk:console"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "citymap.accounts.signin.validators.NotTheDemoPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "citymap.accounts.backends.RoleBackend",
]
# Sessions: the cookie goes with the browser; the server ends them after these times.
SESSION_COOKIE_AGE = env.int("CITYMAP_SESSION_HOURS", default=12) * 3600
CITYMAP_SESSION_IDLE_MINUTES = env.int("CITYMAP_SESSION_IDLE_MINUTES", default=60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
# Lock-out, see citymap/accounts/signin/lockout.py.
CITYMAP_SIGN_IN_LOCK_MINUTES = env.int("CITYMAP_SIGN_IN_LOCK_MINUTES", default=15)
AXES_FAILURE_LIMIT = env.int("CITYMAP_SIGN_IN_ATTEMPTS", default=5)
AXES_COOLOFF_TIME = "citymap.accounts.signin.lockout.cool_off"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username", "ip_address"]
AXES_HANDLER = "citymap.accounts.signin.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "citymap.accounts.signin.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "citymap.accounts.signin.addresses.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# The demo's logins sign in by name and password alone, unless CITYMAP_DEMO_OTP=1.
CITYMAP_SECOND_FACTOR = (
    env.bool("CITYMAP_DEMO_OTP", default=False) if CITYMAP_DEMO or TESTING else True
)
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
# Requests a minute with one token of the API, see citymap/accounts/bearer.py.
CITYMAP_TOKEN_PER_MINUTE = env.int("CITYMAP_TOKEN_PER_MINUTE", default=120)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "citymap.shell.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("CITYMAP_SECURE_COOKIES", default=False)

# --- history ------------------------------------------------------------------------------
# Who and why stand in the event row itself; pghistory's own context table can be rewritten.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField(null=False)
PGHISTORY_CONTEXT_ID_FIELD = None
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True, related_name="history_events")
# Ed25519 private key (32 bytes, hex) that signs the roots; empty: roots are not signed.
CITYMAP_HISTORY_KEY = env("CITYMAP_HISTORY_KEY", default="")

# --- language and time --------------------------------------------------------------------
LANGUAGE_CODE = env("CITYMAP_LANGUAGE", default="ru")
LANGUAGES = [("ru", "Русский"), ("kk", "Қазақша"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "citymap" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env("CITYMAP_TIME_ZONE", default="Asia/Almaty")
FORMAT_MODULE_PATH = ["citymap.formats"]

# --- static files -------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("CITYMAP_STATIC_ROOT", default=str(CITYMAP_VAR / "static")))
STATICFILES_DIRS = vendor_dirs(BASE_DIR)
STATICFILES_FINDERS = [
    "citymap.vendor.LibraryFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "citymap.vendor.HashedStaticFilesStorage"
    },
}
MEDIA_ROOT = CITYMAP_VAR / "media"
WHITENOISE_USE_FINDERS = DEBUG

# --- what a browser may do ----------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "frame-ancestors": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
# Behind a proxy that sets X-Forwarded-Proto itself (deploy/nginx): links, tile URLs too, then
# carry the scheme that readers use.
CITYMAP_BEHIND_PROXY = env.bool("CITYMAP_BEHIND_PROXY", default=False)
# How many proxies of our own stand before us: each adds the address that it saw.
CITYMAP_PROXY_COUNT = env.int("CITYMAP_PROXY_COUNT", default=1) if CITYMAP_BEHIND_PROXY else 0
if CITYMAP_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# --- mail ---------------------------------------------------------------------------------
# Where readers find this installation: links in letters, the right side of Message-IDs.
CITYMAP_URL = env("CITYMAP_URL", default="").rstrip("/")
EMAIL_FILE_PATH = str(CITYMAP_VAR / "outbox")
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
elif CITYMAP_DEMO:
    # The demo writes to nobody: its letters are files.
    EMAIL_BACKEND = "citymap.notices.mail.OutboxBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("CITYMAP_MAIL_FROM", default="citymap@localhost")
CITYMAP_MAIL_AT_ONCE = env.int("CITYMAP_MAIL_AT_ONCE", default=1)
CITYMAP_MAIL_PER_MINUTE = env.int("CITYMAP_MAIL_PER_MINUTE", default=0)
CITYMAP_ROOTS_EMAIL = env.list("CITYMAP_ROOTS_EMAIL", default=[])

# --- text messages and delivery -----------------------------------------------------------
# A telephone exchange says by this token that somebody calls; empty: none may.
# The body of one request, megabytes; deploy/nginx and citymap/shell/requestsize.py keep to it.
CITYMAP_MAX_REQUEST_MB = env.int("CITYMAP_MAX_REQUEST_MB", default=80)
CITYMAP_EXCHANGE_TOKEN = env("CITYMAP_EXCHANGE_TOKEN", default="")
CITYMAP_SMS_URL = env("CITYMAP_SMS_URL", default="")
CITYMAP_SMS_TOKEN = env("CITYMAP_SMS_TOKEN", default="")
CITYMAP_SMS_BODY = env.json(
    "CITYMAP_SMS_BODY", default={"to": "{to}", "text": "{text}", "id": "{id}"}
)
CITYMAP_SMS_ID_FIELD = env("CITYMAP_SMS_ID_FIELD", default="id")
CITYMAP_SMS_CA = env("CITYMAP_SMS_CA", default="")
CITYMAP_SMS_SECRET = env("CITYMAP_SMS_SECRET", default="")
CITYMAP_SMS_AT_ONCE = env.int("CITYMAP_SMS_AT_ONCE", default=1)
CITYMAP_SMS_PER_MINUTE = env.int("CITYMAP_SMS_PER_MINUTE", default=60)
# Seconds for one attempt to send, and for one run of the sweep that sends.
CITYMAP_NOTICES_ATTEMPT_S = env.float("CITYMAP_NOTICES_ATTEMPT_S", default=30.0)
CITYMAP_NOTICES_SWEEP_S = env.float("CITYMAP_NOTICES_SWEEP_S", default=15.0)

# --- logs: one JSON object per line -------------------------------------------------------
CITYMAP_LOG_FORMAT = env("CITYMAP_LOG_FORMAT", default="json")
LOGGING = logging_config(level=env("CITYMAP_LOG_LEVEL", default="INFO"), style=CITYMAP_LOG_FORMAT)
configure_structlog()
