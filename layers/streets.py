"""Which written names mean one street: pure rules over all names of an import.

A street is known from the roads that bear its name and from the addresses that refer to it.
Names are compared within one settlement; what makes two spellings one street, in this order:
the same key (`layers.names`), a type word left out, another name of the same road (Kazakh,
former), a first name left out, one typing error in a name that hardly any address has.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from layers import names
from layers.choices import StreetKind
from layers.names import StreetName

# An address name without a road is a typing error of a road's name only when it is as rare.
TYPO_MAX_ADDRESSES = 3
# ... and long enough for one letter not to make another name of it (`Минская`, `Финская`).
TYPO_MIN_LETTERS = 6
Place = tuple[str, str]  # settlement id ('' unknown), name as written


@dataclass(slots=True)
class Written:
    """One name as written in one settlement, and what bears it."""

    text: str
    settlement: str = ""
    roads: int = 0
    addresses: int = 0
    russian: Counter = field(default_factory=Counter)
    kazakh: Counter = field(default_factory=Counter)
    others: Counter = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Known:
    """A street that the database has: its identity is kept."""

    source_id: str
    name: str
    settlement: str = ""


@dataclass(frozen=True, slots=True)
class StreetRow:
    """A street to be stored. `spellings`: the written names that mean it."""

    source_id: str
    name: str
    name_ru: str
    name_kk: str
    old_names: list[str]
    name_key: str
    kind: StreetKind
    settlement: str
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A spelling that became part of a street, and why."""

    text: str
    street: str
    reason: str


@dataclass(frozen=True, slots=True)
class Streets:
    """All streets; `street_of`: (settlement, name as written) -> source id of its street."""

    rows: list[StreetRow]
    street_of: dict[Place, str]
    merged: list[Merged]
    nameless: list[str]


@dataclass(slots=True)
class _Group:
    """Spellings with one key in one settlement."""

    key: str
    parsed: StreetName
    written: list[Written] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    reason: str = ""

    @property
    def roads(self) -> int:
        return sum(item.roads for item in self.written)

    @property
    def addresses(self) -> int:
        return sum(item.addresses for item in self.written)


def source_id_of(key: str, settlement: str) -> str:
    """A street's identity: its key, and the settlement where one is known."""
    return f"{key}@{settlement}" if settlement else key


def group_streets(written: Iterable[Written], known: Iterable[Known] = ()) -> Streets:
    """Gather all spellings into streets; the same names give the same streets and ids."""
    by_settlement: dict[str, list[Written]] = defaultdict(list)
    for item in written:
        by_settlement[item.settlement].append(item)
    known_by = _by_settlement(known, by_settlement)
    result = Streets(rows=[], street_of={}, merged=[], nameless=[])
    for settlement in sorted(by_settlement):
        _group_settlement(settlement, by_settlement[settlement], known_by[settlement], result)
    return result


def _by_settlement(
    known: Iterable[Known], written: Mapping[str, Sequence[Written]]
) -> dict[str, list[Known]]:
    """Known streets by settlement. One that was stored before its settlement's boundary was known
    goes to the settlement where most bears its name."""
    bearers: dict[str, Counter] = defaultdict(Counter)
    for settlement, items in written.items():
        for item in items:
            bearers[names.key_of(item.text)][settlement] += item.roads + item.addresses
    found: dict[str, list[Known]] = defaultdict(list)
    for street in known:
        settlement = street.settlement
        where = bearers.get(names.key_of(street.name))
        if not settlement and where and not where[""]:
            settlement = min(where, key=lambda place: (-where[place], place))
        found[settlement].append(street)
    return found


def _group_settlement(
    settlement: str, written: Sequence[Written], known: Sequence[Known], result: Streets
) -> None:
    groups: dict[str, _Group] = {}
    for item in written:
        parsed = names.parse(item.text)
        if not parsed.words:
            result.nameless.append(item.text)
            continue
        groups.setdefault(parsed.key, _Group(parsed.key, parsed)).written.append(item)
    for street in known:
        parsed = names.parse(street.name)
        groups.setdefault(parsed.key, _Group(parsed.key, parsed)).known.append(street)
    target = _targets(groups)
    joined: dict[str, list[_Group]] = defaultdict(list)
    for key in sorted(groups):
        joined[_end(target, key)].append(groups[key])
    for key in sorted(joined):
        if any(group.written for group in joined[key]):
            _add_street(settlement, joined[key], result)


def _targets(groups: Mapping[str, _Group]) -> dict[str, str]:
    """Key -> key of the group it belongs to, where that is another."""
    target: dict[str, str] = {}
    for reason, rule in _RULES:
        for key, into in rule(groups).items():
            if key not in target and _end(target, into) != key:
                target[key] = into
                groups[key].reason = reason
    return target


def _end(target: Mapping[str, str], key: str) -> str:
    while key in target:
        key = target[key]
    return key


def _without_type(groups: Mapping[str, _Group]) -> dict[str, str]:
    by_core: dict[tuple, list[_Group]] = defaultdict(list)
    for group in groups.values():
        if group.roads and group.parsed.kind == StreetKind.STREET:
            by_core[group.parsed.core, group.parsed.area].append(group)
    found = {}
    for key, group in groups.items():
        untyped = group.parsed.kind == StreetKind.STREET and not group.parsed.sort
        typed = by_core.get((group.parsed.core, group.parsed.area), [])
        if untyped and not group.roads and len(typed) == 1:
            found[key] = typed[0].key
    return found


def _other_names(groups: Mapping[str, _Group]) -> dict[str, str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        for item in group.written:
            if item.roads:
                for text in (*item.kazakh, *item.russian, *item.others):
                    owners[names.key_of(text)].add(group.key)
    return {
        alias: next(iter(of))
        for alias, of in owners.items()
        if len(of) == 1 and alias in groups and not groups[alias].roads and alias not in of
    }


def _without_first_name(groups: Mapping[str, _Group]) -> dict[str, str]:
    return names.short_forms(group.parsed for group in groups.values())


def _typing_errors(groups: Mapping[str, _Group]) -> dict[str, str]:
    roads = [group for group in groups.values() if group.roads]
    found = {}
    for key, group in groups.items():
        if group.roads or not 0 < group.addresses <= TYPO_MAX_ADDRESSES:
            continue
        alike = [road for road in roads if _is_typo(group.parsed, road.parsed)]
        if len(alike) == 1:
            found[key] = alike[0].key
    return found


_RULES = (
    ("the type word left out", _without_type),
    ("another name of the same road", _other_names),
    ("the first name left out", _without_first_name),
    ("a typing error", _typing_errors),
)


def _is_typo(one: StreetName, other: StreetName) -> bool:
    same_rest = (one.sort or "улица", one.area, one.kind) == (
        other.sort or "улица",
        other.area,
        other.kind,
    )
    if not same_rest or len(one.words) != len(other.words):
        return False
    differing = [(a, b) for a, b in zip(one.words, other.words, strict=True) if a != b]
    return (
        len(differing) == 1
        and len(differing[0][0]) >= TYPO_MIN_LETTERS
        and names.one_letter_apart(*differing[0])
    )


def _add_street(settlement: str, groups: list[_Group], result: Streets) -> None:
    """One street of all these groups; the best known of them gives key and name."""
    main = max(groups, key=lambda g: (bool(g.known), g.roads, g.addresses, g.key))
    written = [item for group in groups for item in group.written]
    identities = sorted(street.source_id for group in groups for street in group.known)
    own = source_id_of(main.key, settlement)
    source_id = own if own in identities or not identities else identities[0]
    on_roads = [item for item in written if item.roads and names.key_of(item.text) == main.key]
    russian, kazakh, others = Counter(), Counter(), Counter()
    for item in written:
        # How often a name of the roads stands on houses says how the street is called here.
        if item in on_roads or not on_roads:
            russian[item.text] += item.addresses
        russian.update(item.russian)
        kazakh.update(item.kazakh)
        others.update(item.others)
    name_kk = _commonest(kazakh)
    name = _commonest(russian) or _commonest(Counter(item.text for item in written))
    name_ru = "" if names.is_kazakh(name) else name
    spellings = sorted({item.text for item in written})
    result.rows.append(
        StreetRow(
            source_id=source_id, name=name, name_ru=name_ru, name_kk=name_kk,
            old_names=sorted(text for text in others if text not in (name, name_kk)),
            name_key=main.key, kind=main.parsed.kind, settlement=settlement,
            spellings=tuple(spellings),
        )
    )  # fmt: skip
    for item in written:
        result.street_of[settlement, item.text] = source_id
    reasons = {
        item.text: group.reason or main.reason or "another spelling"
        for group in groups
        for item in group.written
    }
    first = name if name in reasons else spellings[0]
    result.merged.extend(
        Merged(text, name, "another spelling" if names.key_of(text) == main.key else reasons[text])
        for text in spellings
        if text != first
    )


def _commonest(counter: Counter) -> str:
    """The commonest text; of equals the longer, then the first by alphabet."""
    best = min(counter, key=lambda text: (-counter[text], -len(text), text), default="")
    return best if counter[best] > 0 else ""
