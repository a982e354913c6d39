import os
import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from citymap.jobs.worker import WorkerEndedError, work
from citymap.process import die_with_parent


class Command(BaseCommand):
    help = "Runs the sweeps when they are due. One worker per database; a second one says so."

    def handle(self, *args, **options) -> None:
        # Whoever waits before a screen comes first; nothing that is owed is lost by a later second.
        os.nice(settings.CITYMAP_WORKER_NICE)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if (parent := os.getppid()) != 1:
            die_with_parent(parent)
        try:
            work(stop)
        except WorkerEndedError as error:
            raise CommandError(str(error), returncode=1) from error
