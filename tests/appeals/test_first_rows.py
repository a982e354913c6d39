"""Categories and terms of a new installation, and of later releases."""

import pytest
from django.core.management import CommandError, call_command

from appeals.first_rows import CATEGORIES_FILE, DANGER, load_categories, read_categories
from appeals.models import Category, DeadlinePolicy
from appeals.policies import NoPolicyError, procedure_term, term_for
from tests.appeals.world import MONDAY

TODAY = MONDAY.date()


def test_the_file_is_the_tree_of_the_domain():
    rows = list(read_categories())
    assert len(rows) == 90
    assert {row["code"] for row in rows} >= DANGER


def test_loading_again_changes_nothing(db):
    Category.objects.filter(code="HEAT-NONE").update(name_ru="Холодно")
    assert load_categories() == (0, 90)
    assert Category.objects.get(code="HEAT-NONE").name_ru == "Холодно"


def test_what_a_later_release_brings_is_added(db, tmp_path, capsys):
    file = tmp_path / "more.csv"
    lines = CATEGORIES_FILE.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([*lines, lines[1].replace("HEAT-NONE", "HEAT-NEW")]) + "\n")
    call_command("load_categories", file)
    assert "1 added, 90 there already" in capsys.readouterr().out
    assert Category.objects.get(code="HEAT-NEW").policies.get().amount == 24


@pytest.mark.parametrize("text", ["", "code\nX\n", "\x00"])
def test_a_file_that_is_none_is_refused(db, tmp_path, text):
    file = tmp_path / "bad.csv"
    file.write_text(text)
    with pytest.raises(CommandError):
        call_command("load_categories", file)
    with pytest.raises(CommandError):
        call_command("load_categories", tmp_path / "none.csv")


def test_a_term_for_the_body_wins_and_none_is_never_guessed(world):
    category = world.category("ROAD-POTHOLE")
    usual = category.policies.get()
    DeadlinePolicy.objects.create(
        category=category, body=world.body, amount=2, unit="working_days",
        valid_from=usual.valid_from, citation="договор",
    )  # fmt: skip
    assert term_for(category, "service_request", world.body, TODAY).term.amount == 2
    assert term_for(category, "service_request", world.other_body, TODAY).term.amount == 5
    assert term_for(category, "statutory", None, TODAY).term.amount == 15
    with pytest.raises(NoPolicyError):
        term_for(category, "service_request", None, usual.valid_from.replace(year=2019))
    with pytest.raises(NoPolicyError):
        procedure_term("no-such", TODAY)
