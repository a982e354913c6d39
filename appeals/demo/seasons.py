"""What residents complain of, by month: weights of groups of categories. Pure.

Floods come with the April melt, heat in the heating season, bursts in hard frost and when the
heating starts, snow in winter, mosquitoes and grass in summer.
"""

# Group -> weight in each month, January first.
GROUPS: dict[str, tuple[float, ...]] = {
    "HEAT": (14, 12, 8, 5, 1, 0.5, 0.5, 0.5, 5, 20, 14, 14),
    "WATER": (9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9),
    "POWER": (6, 6, 5, 5, 5, 6, 6, 5, 5, 5, 6, 6),
    "HOUSE": (13, 13, 14, 13, 12, 12, 12, 12, 12, 13, 13, 13),
    "YARD": (2, 2, 5, 9, 11, 11, 11, 10, 8, 6, 3, 2),
    "ROAD": (2, 2, 8, 14, 12, 10, 9, 9, 8, 6, 4, 2),
    "DIG": (2, 2, 4, 6, 7, 8, 8, 8, 8, 7, 4, 2),
    "LIGHT": (8, 7, 6, 5, 4, 3, 3, 5, 7, 9, 9, 9),
    "SNOW": (26, 22, 14, 1, 0, 0, 0, 0, 0, 1, 10, 24),
    "FLOOD": (0.2, 0.5, 8, 22, 3, 1, 1, 1, 0.5, 0.5, 0.3, 0.2),
    "WASTE": (5, 5, 7, 9, 11, 13, 13, 11, 8, 6, 5, 5),
    "GREEN": (3, 3, 4, 6, 9, 11, 10, 9, 7, 5, 3, 3),
    "BUS": (7, 7, 6, 6, 5, 5, 5, 6, 8, 7, 7, 7),
    "CITY": (6, 6, 6, 6, 6, 5, 5, 7, 7, 6, 6, 6),
}
# Contacts of a weekday, Monday first, and of an hour of the day.
WEEKDAYS = (1.25, 1.15, 1.1, 1.1, 1.1, 0.7, 0.6)
HOURS = (1, 1, 1, 1, 1, 2, 5, 12, 25, 35, 35, 30, 25, 25, 28, 28, 27, 25, 22, 18, 14, 9, 5, 2)
# Leaves that come up less often than their sisters.
RARE = {
    "HEAT-STEAM": 0.15, "GAS-SMELL": 0.3, "HOUSE-STUCK": 0.2, "HOUSE-FACADE": 0.2,
    "ROAD-COLLAPSE": 0.1, "LIGHT-DANGER": 0.15, "FLOOD-RIVER": 0.05, "POWER-DANGER": 0.2,
    "TREE-FELLED": 0.2, "CITY-STAFF": 0.3, "IDEA-THANKS": 0.5,
}  # fmt: skip
