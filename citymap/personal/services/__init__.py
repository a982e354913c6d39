"""What can be done with personal data. Everything here is recorded, nothing returns in passing.

Other rooms use these functions and a foreign key to `personal.Person`, nothing else:

    person = save_person(name="...", phones=["8 701 123 45 67"], language="kk", user=operator)
    shown = reveal(person=person, fields=["name", "phones"], user=operator, why="call back")
    known = find_people(phone="8 701 123 45 67")
"""

from citymap.personal.services.erasure import Erasure, ask_erasure, erase, sweep_retention
from citymap.personal.services.exports import PersonExport, export_person
from citymap.personal.services.keys import KeyReport, keys_problem, rotate_keys
from citymap.personal.services.looks import masked_values, reveal
from citymap.personal.services.merging import merge_people
from citymap.personal.services.records import UNSET, find_people, save_person

__all__ = [
    "UNSET",
    "Erasure",
    "KeyReport",
    "PersonExport",
    "ask_erasure",
    "erase",
    "export_person",
    "find_people",
    "keys_problem",
    "masked_values",
    "merge_people",
    "reveal",
    "rotate_keys",
    "save_person",
    "sweep_retention",
]
