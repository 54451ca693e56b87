"""`clientsync menu`, answered by lines on its stdin, against the sandbox."""

import os
import subprocess
import sys
from pathlib import Path

from clientsync_tui.practice.status import Reason
from clientsync_tui.sandbox.consent.scripts import Script
from clientsync_tui.sandbox.misbehaviour.faults import Target
from tests.cli.menu.office import CLIENT_SYNC, CLIENTS, HISTORY, JOBS, UNDO, XERO, Office, busy, office
from tests.signin.keyrings import entries
from tests.support import plans

__all__ = ["busy", "office"]


def test_adding_clients_says_the_plan_and_asks(office: Office) -> None:
    office.practice.sign_in(office.ann)
    said = office.menu(*XERO, "add clients", "1,3-5", "done", "North", "y")
    assert "4 selected." in said
    assert "4 clients will be added." in said
    assert "Create accounts for 4 clients?" in said
    assert "4 clients done, 0 failed" in said
    assert {each["team"] for each in office.cli.inside("clients", "--json").json} == {"North"}
    assert len(office.statuses()) == 4
    said = office.menu(*XERO, "1", "all", "none", "all", "done", "", "l", "")
    assert "8 selected." in said and "0 selected." in said
    assert said.count(": will be done") == 8
    assert "Nothing was changed." in said
    assert len(office.statuses()) == 4


def test_without_a_sign_in_the_menu_says_so_and_continues(office: Office) -> None:
    said = office.menu(*XERO, "1", "b", "b", HISTORY)
    assert "clientsync sign-in xero" in said
    assert "History, newest first: 0" in said


def test_reconnecting_all_after_a_colleague_left(busy: Office) -> None:
    busy.practice.sandbox.fault("expire", person=busy.bob)
    busy.cli.inside("check")
    assert set(busy.statuses()) == {"expired"}
    said = busy.menu(*XERO, "reconnect all", busy.ann, "1", "y")
    assert "9 integrations will be reconnected." in said
    assert "9 integrations done, 0 failed" in said
    assert set(busy.statuses()) == {"connected"}
    assert busy.emails() == {busy.ann}
    assert "Nothing to do." in busy.menu(*XERO, "reconnect all")


def test_fix_is_chosen_by_number_and_is_for_exactly_its_integrations(busy: Office) -> None:
    assert "1. Nothing needs a fix" in busy.menu(CLIENTS, "fixes")
    busy.practice.sandbox.fault("expire", person=busy.bob)
    busy.cli.inside("check")
    said = busy.menu(CLIENTS, "fixes", "1", busy.ann, "1", "y")
    # Two people's sign-ins are held here, so the fix names whose was refused.
    assert "1. Expired: Xero · 9 · Grace Haddad's sign-in was refused · " in said
    assert "Reconnect 9 integrations?" in said and "9 integrations done, 0 failed" in said
    assert set(busy.statuses()) == {"connected"}


def test_fix_of_a_missing_permission_does_not_try_the_same_sign_in(busy: Office) -> None:
    box = busy.practice.sandbox
    answers = box.sandbox.softwares["xero"].errors
    missing = next(answer for answer in answers if answer.means is Reason.PERMISSION_MISSING)
    box.script(Script("api", Target("xero", busy.bob, box.world.id_of("xero", 0)), missing))
    busy.cli.inside("check")
    box.unscripted()
    said = busy.menu(CLIENTS, "fixes", "1", busy.bob, "1", "y")
    assert (
        "Sign in again" in said
        and "1 integration can't be reconnected. Your sign-in lacks a permission" in said
    )
    assert "broken" in busy.statuses()


def test_reassigning_from_a_colleague(busy: Office) -> None:
    said = busy.menu(*XERO, "reassign clients", f"{busy.bob}", "1", "/" + busy.ann, "1", "n")
    assert "Reassign 9 integrations?" in said and "Nothing was changed." in said
    assert busy.emails() == {busy.bob}
    said = busy.menu(*XERO, "reassign clients", "2", busy.ann, "1", "y")
    assert "You become the authenticated user" in said
    assert busy.emails() == {busy.ann}


def test_disconnecting_is_refused_by_anything_but_y(busy: Office) -> None:
    for no in ("n", "", "b", "1", "yep"):
        said = busy.menu(CLIENTS, "all clients", "1-3", "done", "disconnect", no)
        assert "Disconnect 3 integrations?" in said
        assert "Nothing was changed." in said
    # The input ends at the question.
    busy.menu(CLIENTS, "all clients", "1-3", "done", "disconnect")
    assert set(busy.statuses()) == {"connected"}
    said = busy.menu(CLIENTS, "all clients", "1-2", "done", "disconnect", "y")
    assert "2 integrations done" in said
    assert busy.statuses().count("disconnected") == 2


def test_one_client_is_changed_and_undone(busy: Office) -> None:
    before = busy.names()
    said = busy.menu(
        CLIENTS,
        "all",
        "1",
        "set practice code",
        "B",
        "client note",
        "Ring first",
        "rename",
        "q",
        "b",
        "b",
        "b",
        UNDO,
    )
    assert "Undid the" in said
    client = busy.cli.inside("client", "B", "--json").json
    assert client["practice_code"] == "B"
    assert busy.names() == before, "the renaming was the last change"
    said = busy.menu(UNDO, UNDO, UNDO)
    assert said.count("Undid the") == 2
    assert "You have no change to undo." in said
    assert busy.cli.inside("client", "B").code == 2


def test_one_connection_is_shown_refreshed_and_set(busy: Office) -> None:
    here = (CLIENTS, "all clients", "1", "connections")
    said = busy.menu(
        *here,
        "refresh",
        "y",
        "update settings",
        "n",
        "30",
        "n",
        "Ask Bob",
        "update settings",
        "n",
        "",
        "n",
        "-",
    )
    assert "1 integration done, 0 failed" in said
    assert said.count("Status: connected") == 4
    assert said.count("Settings saved.") == 2
    assert "Refresh: automatically every 30 days" in said
    assert said.count("Integration note: Ask Bob") == 1
    assert "settings of the integration changed" in busy.menu(CLIENTS, "all clients", "1", "history")
    assert "\nTax rates: " in busy.menu(*here, "lists", "tax", "1")
    assert "https://" in busy.menu(*here, "open")


def test_clients_books_move_to_another_software(busy: Office) -> None:
    busy.practice.keep_secrets()
    busy.practice.sign_in(busy.ann, software="freeagent")
    moves = (CLIENTS, "all clients", "1", "connections", "change integration", "/freeagent", "1", "1")
    said = busy.menu(*moves, "n")
    assert "App with the client's books now: " in said
    assert "(Xero) to " in said and "(FreeAgent)." in said and "Nothing was changed." in said
    assert {link["software"] for link in busy.links()} == {"xero"}
    said = busy.menu(*moves, "y")
    assert "now uses" in said
    assert sorted(str(link["software"]) for link in busy.links() if link["status"] == "connected") == [
        "freeagent", *["xero"] * 8
    ]  # fmt: skip


def test_jobs_are_listed_and_what_failed_is_tried_again(busy: Office) -> None:
    world = busy.practice.sandbox.world
    organisation = world.id_of("xero", world.reach(world.people[1])[0])
    busy.practice.sandbox.fault("garbage", organisation=organisation)
    assert "8 integrations done, 1 failed" in busy.menu("check", "y")
    said = busy.menu(JOBS, "1", "clients of the job")
    assert "1. " in said and "failed: " in said
    busy.practice.sandbox.fault("clear")
    assert "9 integrations done, 0 failed" in busy.menu(JOBS, "1", "retry")


def test_job_that_was_cut_off_is_resumed_or_cancelled(busy: Office) -> None:
    workplace = busy.practice.workplace()
    plan = plans.check(workplace.store, None, {each.id for each in workplace.held()})
    workplace.store.jobs.create(plan, busy.ann)
    said = busy.menu(JOBS, "1", "cancel", "n", "resume", "cancel")
    assert "1 unfinished job." in said
    assert "Nothing was changed." in said
    assert "9 integrations done, 0 failed" in said
    assert "It has ended." in said
    workplace.store.jobs.create(plan, busy.ann)
    workplace.close()
    assert "Check, cancelled, 0 integrations done, 9 skipped" in busy.menu(JOBS, "1", "cancel", "y")


def test_selected_clients_change_teams_and_leave_the_list(busy: Office) -> None:
    names = busy.names()
    file = busy.practice.folder / "two.csv"
    said = busy.menu(
        CLIENTS, "all clients", names[0], "all", "/", "2,", "done", "assign team", "West", "export", str(file)
    )
    assert "2 clients assigned to West." in said
    assert "2 clients written" in said
    assert [each["team"] for each in busy.cli.inside("clients", "--json").json] == ["West"] * 2 + [None] * 7
    assert "with an active integration will stay" in busy.menu(
        CLIENTS, "all clients", "1-2", "done", "remove"
    )
    busy.cli.inside("disconnect", "--yes", "--client", names[0])
    said = busy.menu(CLIENTS, "all clients", "1-2", "done", "remove", "y", "b", "b", "b", "b", UNDO)
    assert "1 client removed from the list." in said
    assert "is on the list again" in said
    assert busy.names() == names


def test_words_filter_a_list_of_clients_and_a_mistake_is_reported(busy: Office) -> None:
    name = busy.names()[-1]
    said = busy.menu(CLIENTS, "1", f'"{name}"', "status:nonsense", "1")
    assert "All clients: 1\n" in said
    assert 'There is no status "nonsense"' in said
    assert f"\n{name}\n" in said, "the number is of what is shown"
    said = busy.menu(CLIENTS, "1", "77", "2-1")
    assert "77: choose from 1 to 9." in said
    assert "2-1: choose from 1 to 9." in said


def test_codes_are_exported_and_uploaded(busy: Office) -> None:
    file = busy.practice.folder / "clients.csv"
    assert "9 clients written" in busy.menu("export", str(file))
    name = busy.names()[0]
    file.write_text(f'Client,Practice code\n"{name}",N1\n')
    assert "exists. Replace it?" in busy.menu("export", str(file), "n")
    assert f"{name}: none becomes N1" in busy.menu("upload", str(file), "l", "n")
    assert busy.cli.inside("client", "N1").code == 2
    assert "1 practice code set" in busy.menu("upload", str(file), "y")
    assert busy.cli.inside("client", "N1").code == 0


def test_views_are_saved_opened_and_forgotten(busy: Office) -> None:
    said = busy.menu(CLIENTS, "views", "save", "status:connected", "Fine", "fine", "b", "delete", "1", "fine")
    assert "Fine: 9" in said
    assert "Fine was deleted." in said


def test_signing_out_is_asked(busy: Office) -> None:
    said = busy.menu(*XERO, "sign out", busy.bob, "1", "n")
    assert "9 integrations will stop working until someone reconnects." in said
    assert "Nothing was changed." in said
    assert "Signed out " in busy.menu(*XERO, "sign out", busy.bob, "1", "y")
    assert set(busy.statuses()) == {"expired"}


def test_signing_out_says_that_the_keyring_held_no_token(busy: Office) -> None:
    for entry in Path(os.environ["TEST_KEYRING"]).iterdir():
        entry.unlink()
    assert "This keyring held no token for it" in busy.menu(*XERO, "sign out", busy.bob, "1", "y")


def test_software_is_set_up(office: Office) -> None:
    before = office.practice.config.read_text()
    said = office.menu(*XERO, "set up", "", "", "", "set up", "", "65536")
    assert "1. Open https://developer.xero.com" in said and "Client id now: sandbox-xero." in said
    assert "Nothing was changed." in said and "A port is a number from 0 to 65535." in said
    assert office.practice.config.read_text() == before
    said = office.menu(*XERO, "set up", "another-app", "8401", "", "n")
    assert "Xero is set up in" in said
    assert office.cli.inside("setup", "xero").out.endswith(
        "client_id: another-app\n  redirect: http://localhost:8401/callback\n"
    )


def test_secret_of_an_app_is_saved_in_the_keyring(office: Office) -> None:
    said = office.menu(CLIENT_SYNC, "quickbooks", "set up", "", "", "the-secret", "n")
    assert "QuickBooks Online is set up" in said
    assert "the-secret" in entries(Path(os.environ["TEST_KEYRING"])).values()
    assert "the-secret" not in said + office.practice.config.read_text()


def test_doctor_says_what_is_wrong_and_the_menu_continues(busy: Office) -> None:
    said = busy.menu("doctor", HISTORY)
    assert "ok   database" in said and "History, newest first" in said
    passphrase = busy.practice.folder / "config.toml"
    passphrase.write_text(passphrase.read_text() + '[keys]\nnonsense = "x"\n')
    said = busy.menu("doctor", HISTORY)
    assert "NOT  keys" in said and "History, newest first" in said


def test_client_is_bound_to_another_organisation(busy: Office) -> None:
    before = busy.names(), {link["organisation_id"] for link in busy.links()}
    here = (
        CLIENTS,
        "all clients",
        "1",
        "connections",
        "change integration",
        "/xero",
        "1",
        busy.ann,
        "1",
        "1",
    )
    assert "Nothing was changed." in busy.menu(*here, "n")
    assert before == (busy.names(), {link["organisation_id"] for link in busy.links()})
    assert "now uses" in busy.menu(*here, "y")
    after = {link["organisation_id"] for link in busy.links()}
    assert (len(after - before[1]), len(before[1] - after)) == (1, 1)


def test_menu_imports_no_screens(office: Office) -> None:
    code = f"""
import sys
from clientsync_tui.cli.main import root
root(["--config", {str(office.practice.config)!r}, "menu"], standalone_mode=False)
print([name for name in sys.modules if name.partition(".")[0] in ("textual", "rich")])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], input="clients\n1\nq\n", capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_menu_takes_its_answers_from_a_pipe(office: Office) -> None:
    said = office.cli.run("menu", stdin=f"{CLIENTS}\nq\n{HISTORY}\n")
    assert (said.code, said.err) == (0, "")
    assert "All clients, 0" in said.out
    assert "History, newest" not in said.out


def test_help_back_and_the_end_of_the_input(office: Office) -> None:
    said = office.menu("?", "b", "nonsense", "99", CLIENTS, "b", "q", "never read")
    assert "q: quit" in said
    assert "This is the first menu" in said
    assert said.count("Enter a number from 1 to 10") == 2
    assert said.count("\nClients\n") == 1
