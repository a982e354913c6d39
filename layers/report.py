"""The report of an import: what was read and what became of it, layer by layer.

`read = created + updated + unchanged + merged + skipped` holds for every layer;
`retired` and `repaired` are counted beside it.
"""

from dataclasses import asdict, dataclass, field


class ReconciliationError(AssertionError):
    """A layer's figures do not add up: an object was lost on the way."""


@dataclass(slots=True)
class LayerReport:
    """Counts of objects of one layer."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    repaired: int = 0
    merged: int = 0
    skipped: int = 0

    @property
    def reconciles(self) -> bool:
        accounted = self.created + self.updated + self.unchanged + self.merged + self.skipped
        return self.read == accounted

    @property
    def wrote(self) -> bool:
        """Whether anything in the database changed."""
        return bool(self.created or self.updated or self.retired)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An object that was left out: its id in the source, its layer, and why."""

    id: str
    layer: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """The whole import."""

    layers: dict[str, LayerReport] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    merged: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def layer(self, name: str) -> LayerReport:
        """The counts of a layer, made when first asked for."""
        return self.layers.setdefault(name, LayerReport())

    def skip(self, *, id: str, layer: str, reason: str) -> None:
        """Record an object that was read and left out."""
        self.layer(layer).skipped += 1
        self.skipped.append(Skipped(id=id, layer=layer, reason=reason))

    def merge(self, *, id: str, layer: str, reason: str) -> None:
        """Record an object that was read and became part of another one."""
        self.layer(layer).merged += 1
        self.merged.append(Skipped(id=id, layer=layer, reason=reason))

    def check(self) -> None:
        """Raises ReconciliationError naming the layers whose figures do not add up."""
        wrong = [name for name, counts in self.layers.items() if not counts.reconciles]
        if wrong:
            raise ReconciliationError(
                "; ".join(f"{name}: {asdict(self.layers[name])}" for name in wrong)
            )

    def as_json(self) -> dict:
        """The JSON form that docs/operations.md describes."""
        return {
            "layers": {name: asdict(counts) for name, counts in self.layers.items()},
            "skipped": [asdict(item) for item in self.skipped],
            "merged": [asdict(item) for item in self.merged],
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
        }
