"""What an operator says and whom they call when people are in danger. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from appeals.choices import EmergencyService


@dataclass(frozen=True, kw_only=True)
class Script:
    """Lines to say, in order, and the service that the call is passed to."""

    service: EmergencyService
    lines: Sequence[Any]


_FIRST = _("Ask whether anybody is hurt, and where exactly the caller stands.")
_AWAY = _("Ask the caller to keep away and to warn others until help is there.")
_STAY = _("Keep the line until the service has taken the call; note who took it.")
_GAS = Script(
    service=EmergencyService.GAS,
    lines=(
        _("No fire, no light switches, no telephone inside. Open the windows, leave the house."),
        _("Close the gas cock if that is safe. Warn the neighbours without the doorbell."),
        _STAY,
    ),
)
_WIRE = Script(
    service=EmergencyService.RESCUE,
    lines=(
        _FIRST,
        _("Nobody comes nearer than 8 metres to a wire on the ground."),
        _("Whoever stands near it leaves in small steps, the feet together."),
        _STAY,
    ),
)
_TRAPPED = Script(
    service=EmergencyService.RESCUE,
    lines=(
        _FIRST,
        _("Calm the person who is trapped: help is on its way, nobody opens the doors by force."),
        _STAY,
    ),
)
_WATER = Script(
    service=EmergencyService.RESCUE,
    lines=(
        _FIRST,
        _("Switch the electricity off where water comes in; go up, take documents and medicine."),
        _STAY,
    ),
)
_OPEN = Script(service=EmergencyService.RESCUE, lines=(_FIRST, _AWAY, _STAY))
_BITTEN = Script(
    service=EmergencyService.AMBULANCE,
    lines=(
        _FIRST,
        _("A bite is washed with soap for 15 minutes and seen by a doctor the same day."),
        _STAY,
    ),
)
SCRIPTS = {
    "GAS-SMELL": _GAS, "POWER-DANGER": _WIRE, "LIGHT-DANGER": _WIRE, "HOUSE-STUCK": _TRAPPED,
    "FLOOD-RIVER": _WATER, "FLOOD-HOUSE": _WATER, "DOG-ATTACK": _BITTEN,
}  # fmt: skip


def script_for(code: str) -> Script:
    """The script of a category of danger, by its code."""
    return SCRIPTS.get(code, _OPEN)
