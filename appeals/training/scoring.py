"""Points for what an operator made of an invented call. Pure."""

from dataclasses import dataclass

from appeals.choices import ContactKind

# What each criterion is worth; what does not apply is left out and the rest makes 100.
WORTH = {"kind": 40, "category": 25, "place": 20, "service": 45, "speed": 15}
NEAR_M, FAR_M = 60.0, 300.0
# Seconds: all points up to the first, none from the second on.
QUICK_S, SLOW_S = 60.0, 240.0
SIBLING = 0.5


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was chosen, held against what is right; distances in metres, times in seconds."""

    kind: str
    right_kind: str
    category: int | None = None
    group: int | None = None
    right_category: int | None = None
    right_group: int | None = None
    distance_m: float | None = None
    service: str = ""
    right_service: str = ""
    seconds: float = 0.0


def points(answer: Answer) -> dict[str, float]:
    """Points by criterion, together 0 to 100; quick is worth something only when right."""
    right = answer.kind == answer.right_kind
    shares = {"kind": float(right)}
    if answer.right_kind == ContactKind.APPEAL:
        shares["category"] = _category(answer) if right else 0.0
        shares["place"] = _place(answer.distance_m) if right else 0.0
    if answer.right_kind == ContactKind.TRANSFER:
        shares["service"] = float(right and answer.service == answer.right_service)
    shares["speed"] = _between(answer.seconds, QUICK_S, SLOW_S) if right else 0.0
    whole = sum(WORTH[name] for name in shares)
    return {name: round(100 * WORTH[name] * share / whole, 1) for name, share in shares.items()}


def score(found: dict[str, float]) -> int:
    return min(100, round(sum(found.values())))


def _category(answer: Answer) -> float:
    if answer.category is not None and answer.category == answer.right_category:
        return 1.0
    same = answer.group is not None and answer.group == answer.right_group
    return SIBLING if same else 0.0


def _place(distance_m: float | None) -> float:
    return 0.0 if distance_m is None else _between(distance_m, NEAR_M, FAR_M)


def _between(value: float, whole: float, none: float) -> float:
    """1 up to `whole`, 0 from `none` on, in between a straight line."""
    return max(0.0, min(1.0, (none - value) / (none - whole)))
