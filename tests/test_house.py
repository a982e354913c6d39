"""House rules that are not imports: keys, migrations, the contract's names, what is installed."""

import importlib.util
import re
import tomllib

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from citymap.roles import OWNER_COMMANDS, role_for_command

ROOT = settings.BASE_DIR
# From the right to the left of the house plan: a room may refer to rooms of lower rank.
RANK = {"layers": 1, "earthworks": 2, "transit": 2, "appeals": 3, "planning": 4}


def rank_of(app_label: str) -> int:
    """0 for the floor and for what others made."""
    config = apps.get_app_config(app_label)
    return RANK[app_label] if app_label in RANK else 0 if is_floor(config.name) else -1


def is_floor(name: str) -> bool:
    return name.startswith("citymap") or not (ROOT / name.replace(".", "/")).exists()


def may_refer(left: str, right: str) -> bool:
    return left == right or rank_of(right) < rank_of(left) or rank_of(right) == 0


def test_every_room_has_a_rank():
    ours = [config for config in apps.get_app_configs() if not is_floor(config.name)]
    assert {config.label for config in ours} <= set(RANK)


def test_foreign_keys_obey_the_house_plan():
    """String references count as imports."""
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        and not may_refer(model._meta.app_label, field.related_model._meta.app_label)
    ]  # fmt: skip
    assert wrong == []


def test_migration_dependencies_obey_the_house_plan():
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    wrong = [
        f"{app}.{name} -> {needed}"
        for (app, name), migration in loader.disk_migrations.items()
        for needed, _ in migration.dependencies
        if needed != "__setting__" and not may_refer(app, needed)
    ]
    assert wrong == []


def test_reaching_up_would_be_noticed():
    assert may_refer("layers", "accounts")
    assert may_refer("admin", "accounts")
    assert not may_refer("accounts", "layers")


def test_import_rules_name_every_module_of_citymap():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (plan,) = [one for one in contracts["contracts"] if one["type"] == "layers"]
    named = set(re.findall(r"citymap\.\w+", " ".join(plan["layers"])))
    there = {
        f"citymap.{path.stem}"
        for path in (ROOT / "citymap").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem != "__init__"
    }
    assert named == there


def test_import_rules_cover_every_package():
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert packages <= set(named["root_packages"])


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_psycopg_3_is_not_installed():
    """Django would use it silently instead of psycopg2."""
    assert importlib.util.find_spec("psycopg") is None
    assert importlib.util.find_spec("psycopg2") is not None


def test_owner_commands_exist():
    found = {
        path.stem
        for package in ("citymap", "layers", "earthworks", "appeals", "planning")
        for path in (ROOT / package).glob("**/management/commands/*.py")
    }
    scripts = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    libraries = {"createsuperuser", "loaddata", "makemigrations", "migrate", "pgtrigger", "test"}
    assert found | scripts | libraries >= OWNER_COMMANDS


@pytest.mark.parametrize(
    "arguments, role",
    [
        (["migrate"], "owner"),
        (["--traceback", "loaddemo", "--scale", "2"], "owner"),
        (["serve", "--port", "8000"], "runtime"),
        (["worker"], "runtime"),
        (["sweep"], "runtime"),
        ([], "runtime"),
    ],
)
def test_role_for_a_command(arguments, role):
    assert role_for_command(arguments) == role
