"""Whatever a superuser does to the stored history is found; the first bad record is named."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from citymap.history.models import ChainRecord, Leaf, Node, Root
from citymap.history.proofs import prove
from citymap.history.roots import PublishedRoot
from citymap.history.sealing import seal
from citymap.history.verify import verify
from tests.citymap.history import attacks
from tests.citymap.history.attacks import ATTACKS, History
from tests.support.databases import ROOT

pytestmark = pytest.mark.django_db
SCRIPT = ROOT / "scripts" / "verify_history.py"


@pytest.fixture
def history(ledger):
    return History(ledger)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_found_without_any_root_from_outside(history, attack):
    bad = attack(history)
    verdict = verify()
    assert not verdict.holds
    assert verdict.first_bad.record == bad, verdict.faults


def test_all_is_well_when_nothing_was_touched(history):
    history.model.objects.create(number="not sealed yet")
    verdict = verify(outside=history.outside)
    assert verdict.holds, verdict.faults
    assert (verdict.roots, verdict.outside_roots) == (4, 4)
    assert verdict.records == verdict.sealed + 1
    assert verdict.newest.number == 4


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (attacks.forged_event, "an event row without a record"),
        (attacks.row_put_in, "a row was put in without an event"),
        (attacks.row_put_in_below_all, "a row was put in without an event: -7"),
        (attacks.root_edited, "root 2 does not hold"),
        (attacks.root_removed, "root 2 is missing"),
        (attacks.frontier_edited, "subtrees are not those"),
        (attacks.queue_emptied, "neither in the log nor waiting"),
        (attacks.queue_of_nothing, "a record to be sealed is missing"),
        (attacks.subtree_added, "stored subtree 8/0 has no leaves"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_other_tables_are_watched_too(history, attack, said):
    attack(history)
    assert any(said in fault.what for fault in verify().faults)


def test_a_cut_tail_is_seen_from_outside_only(history):
    attacks.cut_the_tail(history)
    assert verify().holds
    verdict = verify(outside=history.outside)
    assert not verdict.holds
    said = [fault.what for fault in verdict.faults]
    assert "root 3, kept outside, is not in the database" in said
    assert any(what.startswith("the log is cut: root 3") for what in said)


@pytest.mark.parametrize("place", [0, 4, 7])
def test_a_chain_made_anew_is_seen_from_outside_and_the_place_named(history, place):
    attacks.chain_again(history, place)
    assert verify().holds
    verdict = verify(outside=history.outside)
    sizes = [0, *(root.size for root in history.outside)]
    start = max(size for size in sizes if size <= place)
    assert verdict.first_bad.record == history.records[start].pk
    assert "kept outside, does not hold" in verdict.first_bad.what


def test_after_the_last_outside_root_it_is_not_seen(history):
    """The window that docs/history.md states."""
    history.model.objects.create(number="late")
    seal()
    history.records = list(ChainRecord.objects.order_by("pk"))
    kept = history.outside[:]
    history.outside.append(PublishedRoot.of(Root.objects.last()))
    attacks.chain_again(history, len(history.records) - 1)
    assert verify(outside=kept).holds
    assert not verify(outside=history.outside).holds


# --- commands -----------------------------------------------------------------------------
@pytest.fixture
def kept(history, tmp_path):
    path = tmp_path / "roots.jsonl"
    path.write_text("".join(f"{json.dumps(root.as_json())}\n" for root in history.outside))
    return path


def test_command_says_it_holds(history, kept):
    out = StringIO()
    call_command("verify_history", "--json", roots=kept, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["holds"], said["roots"], said["outside_roots"]) == (True, 4, 4)
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert "The history holds" in out.getvalue()
    assert "no root from outside" in out.getvalue()


def test_command_names_the_first_bad_record_and_ends_with_1(history):
    bad = attacks.edit(history)
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", stdout=out)
    assert f"first bad record: record {bad}: the payload is not what was hashed" in out.getvalue()
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", "--json", stdout=out)
    assert json.loads(out.getvalue())["first_bad"]["record"] == bad


@pytest.mark.parametrize("text", ["{", "[]\n", None])
def test_command_refuses_a_file_of_no_roots(history, tmp_path, text):
    path = tmp_path / "no.jsonl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError) as refused:
        call_command("verify_history", roots=path)
    assert refused.value.returncode == 2


# --- offline ------------------------------------------------------------------------------
def offline(*arguments) -> tuple[int, str]:
    """The script under a bare Python: no site packages, no Django, no project on the path."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def exported(tmp_path):
    def export(name: str = "history.jsonl.gz"):
        path = tmp_path / name
        call_command("export_history", path, stdout=StringIO())
        return path

    return export


def test_export_holds_offline(history, kept, exported):
    history.model.objects.create(number="not sealed yet")
    status, said = offline(exported(), "--roots", kept)
    assert status == 0, said
    assert "1 of them not under a root yet; 4 roots; 4 roots kept outside agree" in said
    assert offline(exported("history.jsonl"))[0] == 0


@pytest.mark.parametrize(
    "attack",
    [attacks.edit, attacks.edit_and_hash, attacks.delete_with_its_place, attacks.reorder],
)
def test_attacks_are_found_offline(history, kept, exported, attack):
    attack(history)
    path = exported()
    status, said = offline(path, "--roots", kept)
    assert (status, said[:14]) == (1, "DOES NOT HOLD ")


def test_cut_and_chained_anew_offline(history, kept, exported):
    attacks.chain_again(history, 4)
    assert offline(exported())[0] == 0
    status, said = offline(exported(), "--roots", kept)
    assert status == 1
    start = max((root.size for root in history.outside if root.size <= 4), default=0)
    assert f"first suspect: record {history.records[start].pk} " in said


def test_a_cut_tail_offline(history, kept, exported):
    attacks.cut_the_tail(history)
    assert offline(exported())[0] == 0
    assert "the log is cut" in offline(exported(), "--roots", kept)[1]


def test_two_roots_of_one_number_deny_each_other(history, kept, exported):
    """Whoever keeps both the root of then and the root of now needs no other evidence."""
    root = history.outside[1].as_json() | {"root": "00" * 32}
    with kept.open("a") as file:
        file.write(json.dumps(root) + "\n")
    status, said = offline(exported(), "--roots", kept)
    assert (status, said) == (1, "DOES NOT HOLD: two different roots of number 2 were published\n")


def test_a_cut_export_is_not_taken_for_whole(history, exported):
    path = exported("history.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert offline(path)[0] == 1


@pytest.mark.parametrize("text", ["", "{}", "x", "[1]", '{"citymap_proof": 1}', "\x00"])
def test_what_is_no_export(tmp_path, text):
    path = tmp_path / "no.jsonl"
    path.write_text(text)
    assert offline(path)[0] == 2
    assert offline(tmp_path / "absent")[0] == 2


def test_proof_for_one_record(history, kept, tmp_path):
    record = history.records[7]
    out = StringIO()
    call_command("prove_history", record.pk, stdout=out)
    path = tmp_path / "proof.json"
    path.write_text(out.getvalue())
    status, said = offline(path, "--roots", kept)
    assert status == 0
    assert "The root is among those kept outside" in said
    for change in (
        {"payload": record.payload + " "}, {"position": 6}, {"leaf": "00" * 32}, {"path": []},
    ):  # fmt: skip
        path.write_text(json.dumps(prove(record=record) | change))
        assert offline(path)[0] == 1, change


def test_public_proof_with_the_text_from_elsewhere(history, tmp_path):
    record = history.records[0]
    path, text = tmp_path / "proof.json", tmp_path / "record.json"
    path.write_text(json.dumps(prove(record=record, with_payload=False), indent=1))
    text.write_text(record.payload)
    assert offline(path)[0] == 0
    assert offline(path, "--payload", text)[0] == 0
    text.write_text(record.payload + "\n")
    assert offline(path, "--payload", text)[0] == 1


def test_no_proof_for_what_is_not_there(history):
    with pytest.raises(CommandError, match="no record 999999"):
        call_command("prove_history", 999999)
    history.model.objects.create(number="new")
    with pytest.raises(CommandError, match="not under a root yet"):
        call_command("prove_history", ChainRecord.objects.latest("pk").pk)
    assert not Node.objects.exists()
    assert Leaf.objects.exists()
