"""The web application, for granian (`manage.py serve`) or any other WSGI server."""

import gc
import ipaddress
import os
import sys

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.wsgi import get_wsgi_application

from citymap.process import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymap.settings")


def only_loopback(serve):
    """The demo's passwords are known: whatever listens, only this machine gets an answer."""

    def guarded(environ, start_response):
        peer = environ.get("REMOTE_ADDR", "")
        try:
            near = not peer or ipaddress.ip_address(peer).is_loopback
        except ValueError:
            near = False
        if near:
            return serve(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This is a demo: it answers this machine only.\n"]

    return guarded


def refuse_what_is_unsafe() -> None:
    """End the process with the reason when a check of settings or database fails."""
    problems = run_checks(tags=[Tags.security, Tags.database], databases=["default"])
    if serious := [problem for problem in problems if problem.is_serious()]:
        sys.exit("\n".join(str(problem) for problem in serious))


# A web worker that `manage.py serve` started never outlives it.
if os.environ.get("CITYMAP_SERVE_PID", str(os.getpid())) != str(os.getpid()):
    die_with_parent(int(os.environ["CITYMAP_SERVE_PID"]))
application = get_wsgi_application()
refuse_what_is_unsafe()
if settings.CITYMAP_DEMO:
    application = only_loopback(application)

# What is loaded by now lives as long as the process, and a request leaves few cycles behind:
# looking for garbage took a tenth of its time.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
