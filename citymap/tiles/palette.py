"""Every colour of the map, by meaning: the one copy for styles, legend and CSS.

A token names a meaning (`network.heat`), a theme gives it a colour. Networks follow the
field's convention. Hues that colour-blind readers confuse differ in lightness, and every use
adds a second sign: dash, shape or text.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

# token -> (light, dark)
COLORS: Mapping[str, tuple[str, str]] = {
    # the quiet base: paper greys, pale water
    "base.ground": ("#f4f2ee", "#15181c"),
    "base.residential": ("#efece6", "#191d22"),
    "base.industrial": ("#e9e6e1", "#1c2026"),
    "base.institution": ("#ece8e4", "#1d2127"),
    "base.green": ("#e1e8d8", "#19231d"),
    "base.wood": ("#d6e0cc", "#1a261e"),
    "base.farmland": ("#f0eee4", "#171b1c"),
    "base.allotments": ("#eaebdf", "#1a1f1d"),
    "base.water": ("#c3d8e4", "#10212f"),
    "base.water_line": ("#a9c6d6", "#17303f"),
    "base.wetland": ("#dbe6e2", "#16231f"),
    "base.road": ("#ffffff", "#2c323a"),
    "base.road_major": ("#ffffff", "#3a424c"),
    "base.road_minor": ("#fbfaf8", "#262b32"),
    "base.road_casing": ("#d3cec4", "#0f1215"),
    "base.road_casing_major": ("#bdb7ab", "#0f1215"),
    "base.path": ("#cdc7bb", "#343a42"),
    "base.rail": ("#b3aea5", "#4a515a"),
    "base.building": ("#ded9d0", "#262c34"),
    "base.building_line": ("#c9c3b8", "#343c46"),
    "base.building_side": ("#dad5cc", "#2a3139"),
    "base.boundary": ("#a59c90", "#565e68"),
    "base.label": ("#2f353c", "#dde2e7"),
    "base.label_street": ("#5a5f66", "#a9b1ba"),
    "base.label_quiet": ("#66635c", "#8f979f"),
    "base.label_water": ("#47708b", "#6f9db9"),
    "base.halo": ("#f8f7f4", "#14171b"),
    # networks, by the field's convention
    "network.heat": ("#c4200f", "#ff4b3e"),
    "network.water": ("#0b4f9f", "#5ba4f5"),
    "network.sewer": ("#4d3116", "#e0bca2"),
    "network.storm_drain": ("#0f90a6", "#2bc4da"),
    "network.gas": ("#c99a00", "#ffd21f"),
    "network.power": ("#9d35dc", "#9b46f2"),
    "network.telecom": ("#239a58", "#35b868"),
    "network.unknown": ("#7c7a76", "#8d9299"),
    # grounds of the city
    "yard.fill": ("#14857f", "#4fb3aa"),
    "yard.line": ("#24655f", "#63c4ba"),
    "playground": ("#b8408f", "#f08bc8"),
    "sports_ground": ("#3f7d20", "#8fcf63"),
    "lamp": ("#b07b00", "#ffd166"),
    "waste_site": ("#6b5b4d", "#c0a891"),
    "camera": ("#1f2a36", "#e6ecf2"),
    "bus": ("#0f5fa8", "#63b3ff"),
    "snowplow": ("#4b62c9", "#93a5ff"),
    "territory": ("#8a6f93", "#b79cc1"),
    # appeals: running, overdue, waiting for verification
    "appeal.running": ("#c77700", "#ffb23e"),
    "appeal.overdue": ("#b3201f", "#ff6f66"),
    "appeal.reported": ("#2c7a3f", "#62c17a"),
    # works (look.md: planned blue, running amber, overdue red, restored green, interim hatched)
    "works.planned": ("#1f6fb5", "#5aa9ea"),
    "works.running": ("#c77700", "#ffb23e"),
    "works.overdue": ("#b3201f", "#ff6f66"),
    "works.restored": ("#2c7a3f", "#62c17a"),
    "works.interim": ("#7f8a2d", "#bcc964"),
    # yards by their place in the programme: one ramp, and a hatch for what is held
    "queue.done": ("#1b5e57", "#7fd6cb"),
    "queue.this_year": ("#2f8f83", "#55b3a6"),
    "queue.planned": ("#56a698", "#459588"),
    "queue.queued": ("#7cbcae", "#377f75"),
    "queue.held": ("#8c8577", "#8c8577"),
    "queue.not_needed": ("#d5d9d2", "#2b3331"),
    # what the reader has chosen or points at
    "ui.selected": ("#e4572e", "#ff8a5c"),
    "ui.hover": ("#e4572e", "#ff8a5c"),
}

_TOKEN = re.compile(r"\{([a-z_.]+)\}")


def color(token: str, theme: Theme) -> str:
    """The colour of a token; raises KeyError for an unknown one."""
    return COLORS[token][THEMES.index(theme)]


def resolve(value: Any, theme: Theme, words: Mapping[str, Any]) -> Any:
    """A copy of a style value with `"{token}"` replaced by its colour, or by its entry in `words`.

    Only strings that are a token as a whole are touched.
    """
    if isinstance(value, str):
        match = _TOKEN.fullmatch(value)
        if not match:
            return value
        return words[match[1]] if match[1] in words else color(match[1], theme)
    if isinstance(value, Mapping):
        return {key: resolve(item, theme, words) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, theme, words) for item in value]
    return value


def css() -> str:
    """The palette as CSS custom properties: `--network-heat`, per `data-theme`."""

    def block(selector: str, theme: Theme) -> str:
        lines = (f"  --{re.sub('[._]', '-', token)}: {color(token, theme)};" for token in COLORS)
        return "\n".join([f"{selector} {{", *lines, "}"])

    return "\n".join([block(":root", "light"), block('[data-theme="dark"]', "dark"), ""])
