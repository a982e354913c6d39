"""What history costs on a write: the same table plain, tracked, and tracked and chained."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, connection, models, transaction

from citymap.bench.context import Bench
from citymap.bench.registry import Result, benchmark
from citymap.history.benchmarks.tables import order_model, tables
from citymap.history.context import acting
from citymap.history.models import ChainRecord
from citymap.history.sealing import seal
from citymap.history.verify import verify

SECONDS = 4.0
ROUNDS = 3
CLIENTS = (1, 8)
MIXED_WRITES = 100_000
MIXED_CLIENTS = 8
VERIFIED_RECORDS = 1_000_000


@contextmanager
def tables_apart(bench: Bench, *found: type[models.Model]) -> Iterator[None]:
    """The models' tables in a database of their own: no city's history is touched."""
    environ = bench.fresh_database("bench_history")
    configuration = connection.settings_dict
    before = configuration["NAME"]
    connection.close()
    configuration["NAME"] = environ["CITYMAP_OWNER_URL"].partition("?")[0].rpartition("/")[2]
    try:
        with tables(*found):
            yield
    finally:
        connection.close()
        configuration["NAME"] = before


def one_write(model: type[models.Model], chance: random.Random, name: str) -> None:
    """What a service does: create an order, or lock one, change it and save it."""
    with transaction.atomic():
        if chance.random() < 0.3:
            model.objects.create(number=name, state="new", text="яма у дома")
            return
        row = model.objects.select_for_update().filter(number=name).first()
        if row is None:
            model.objects.create(number=name, state="new")
            return
        row.amount += 1
        row.state = "ok" if row.amount % 2 else "new"
        row.save(update_fields=["amount", "state"])


def writes_per_second(model: type[models.Model], clients: int, seconds: float = SECONDS) -> float:
    """How many writes commit in a second, each client on orders of its own."""
    counts = [0] * clients
    ready, stop = threading.Barrier(clients + 1), threading.Event()

    def work(client: int) -> None:
        chance = random.Random(client)
        connection.ensure_connection()
        ready.wait()
        while not stop.is_set():
            with acting(reason="benchmark"):
                one_write(model, chance, f"{client}-{chance.randrange(50)}")
            counts[client] += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    started = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


@benchmark("history_writes")
def history_writes(bench: Bench) -> Iterator[Result]:
    """Taken in turn, so that what else the machine does falls on all three."""
    found = plain, tracked, chained = (
        order_model("BenchPlain"),
        order_model("BenchHistory", exclude=[""]),
        order_model("BenchChain", chain="bench"),
    )
    with tables_apart(bench, *found):
        for clients in CLIENTS:
            figures: dict[type, list[float]] = {model: [] for model in found}
            for _round in range(ROUNDS):
                for model in found:
                    figures[model].append(writes_per_second(model, clients))
            best = {model: max(values) for model, values in figures.items()}
            for model, name, goal in (
                (tracked, "history", 0.7),
                (chained, "history and chain", 0.5),
            ):
                yield Result(
                    name=f"writes with {name} against plain, {clients} clients",
                    n=clients,
                    ours=best[model],
                    baseline=best[plain],
                    unit="writes/s",
                    goal=goal,
                    more_is_better=True,
                )


# --- deadlocks ----------------------------------------------------------------------------
class Mixed:
    """Writers that change several orders at a time, by all ways, while a sealer seals."""

    def __init__(self, model: type[models.Model], clients: int) -> None:
        self.model, self.clients = model, clients
        self.done = self.deadlocks = 0
        self.errors: list[str] = []
        self._lock = threading.Lock()

    def run(self, writes: int) -> None:
        """Make that many writes, shared among the clients."""
        self.model.objects.bulk_create(self.model(number=str(n)) for n in range(200))
        stop = threading.Event()
        sealer = threading.Thread(target=self._seal, args=(stop,))
        sealer.start()
        threads = [
            threading.Thread(target=self._work, args=(client, writes // self.clients))
            for client in range(self.clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stop.set()
        sealer.join()

    def _work(self, client: int, writes: int) -> None:
        chance = random.Random(client)
        kinds = (self._single, self._several, self._bulk, self._raw, self._replace)
        for _write in range(writes):
            self._try(chance.choice(kinds), chance)
        connection.close()

    def _try(self, kind: Callable[[random.Random], None], chance: random.Random) -> None:
        try:
            with acting(reason="mixed"), transaction.atomic():
                kind(chance)
        except OperationalError as error:
            with self._lock:
                self.deadlocks += "deadlock" in str(error)
                self.errors.append(str(error))
        except DatabaseError as error:
            with self._lock:
                self.errors.append(str(error))
        else:
            with self._lock:
                self.done += 1

    def _seal(self, stop: threading.Event) -> None:
        while not stop.wait(0.2):
            seal()
        seal()
        connection.close()

    # Domain rows are locked by id, as everywhere.
    def _single(self, chance: random.Random) -> None:
        row = self.model.objects.select_for_update().get(number=str(chance.randrange(150)))
        row.amount += 1
        row.save()

    def _several(self, chance: random.Random) -> None:
        numbers = [str(chance.randrange(150)) for _ in range(4)]
        rows = self.model.objects.select_for_update().filter(number__in=numbers).order_by("pk")
        for row in reversed(rows):
            row.state = "ok" if row.state == "new" else "new"
            row.save(update_fields=["state"])

    def _bulk(self, chance: random.Random) -> None:
        start = chance.randrange(140)
        numbers = [str(n) for n in range(start, start + 10)]
        rows = self.model.objects.filter(number__in=numbers)
        keys = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
        self.model.objects.filter(pk__in=keys).update(paid=chance.random() < 0.5)

    def _raw(self, chance: random.Random) -> None:
        row = self.model.objects.select_for_update().get(number=str(chance.randrange(150)))
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET amount = amount + 1 WHERE id = %s", [row.pk])  # noqa: S608

    def _replace(self, chance: random.Random) -> None:
        row = self.model.objects.create(number=f"x{chance.random()}")
        row.delete()


@benchmark("history_deadlocks")
def history_deadlocks(bench: Bench) -> Iterator[Result]:
    model = order_model("BenchMixed", chain="bench")
    with tables_apart(bench, model):
        mixed = Mixed(model, MIXED_CLIENTS)
        mixed.run(MIXED_WRITES)
        if mixed.errors:
            bench.say(f"first error: {mixed.errors[0]}")
        yield Result(
            name="deadlocks in mixed writes with history and chain, a sealer beside them",
            n=mixed.done + len(mixed.errors),
            ours=float(mixed.deadlocks),
            unit="deadlocks",
            goal=0,
        )


@benchmark("history_verify")
def history_verify(bench: Bench) -> Iterator[Result]:
    """Objects with five changes each, written set-based, sealed, verified."""
    model = order_model("BenchVerify", chain="bench")
    with tables_apart(bench, model):
        fill(model, VERIFIED_RECORDS)
        seal()
        verdict = verify()
        if not verdict.holds:
            bench.say(f"does not hold: {verdict.first_bad}")
        yield Result(name="verify_history", n=verdict.records, ours=verdict.seconds, goal=60.0)


def fill(model: type[models.Model], records: int, *, changes: int = 5) -> int:
    """Make about that many records of the chain; how many there are."""
    model.objects.bulk_create(
        (model(number=str(n), text="яма у дома") for n in range(records // changes)),
        batch_size=10_000,
    )
    for amount in range(1, changes):
        model.objects.update(amount=amount)
    return ChainRecord.objects.count()
