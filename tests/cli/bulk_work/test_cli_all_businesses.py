"""Apps whose one sign-in reaches every business, from setting up to disconnecting, as commands."""

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from clientsync_tui.sandbox.consent.authorise_request import HTTPS_REDIRECT
from clientsync_tui.sandbox.options import Options
from clientsync_tui.sandbox.server import Running, running
from tests.support.command import Command
from tests.support.practice import Practice

APPS = ("freshbooks", "sage")
LISTS = {
    "freshbooks": {"Chart of accounts", "Taxes", "Vendors"},
    "sage": {"Ledger accounts", "Tax rates", "Analysis types", "Vendors"},
}


@pytest.fixture
def practice(made: Callable[[Running], Practice]) -> Iterator[Practice]:
    with running(Options(softwares=APPS, organisations=6, limits=False, lines=3)) as box:
        practice = made(box)
        practice.keep_secrets()
        yield practice


@pytest.fixture
def cli(practice: Practice) -> Command:
    return Command(practice.config)


def statuses(cli: Command) -> list[tuple[str, str | None]]:
    clients = cli.inside("clients", "--json").json
    return sorted((link["status"], link["reason"]) for each in clients for link in each["integrations"])


@pytest.mark.parametrize("app", APPS)
def test_setup_says_each_step_and_what_each_scope_is_for(practice: Practice, cli: Command, app: str) -> None:
    said = cli.inside("setup", app).out
    assert "1. Open https://" in said
    for scope, purpose in practice.workplace().software(app).grant.scopes.items():
        assert f"{scope}: {purpose}" in said


@pytest.mark.parametrize("app", APPS)
def test_a_sign_ins_way_from_adding_to_disconnecting(practice: Practice, cli: Command, app: str) -> None:
    ann, bob = practice.people[:2]
    practice.sign_in(bob, software=app)
    assert cli.inside("add", app, "--all", "--json").json["failed"] == 0
    reached = len(cli.inside("clients", "--json").json)
    assert 0 < reached < 6
    practice.sign_in(ann, software=app)
    assert cli.inside("add", app, "--all", "--json").json["done"] == 6 - reached
    assert cli.inside("add", app, "--all", "--json").json["done"] == 0
    client = cli.inside("clients", "--json").json[0]["id"]
    shown, adapter = cli.inside("client", client, "--json").json, practice.workplace().software(app)
    assert shown["details"]["name"] and set(shown["lists"]) <= set(adapter.lists)
    assert {*adapter.lists.values()} == LISTS[app], "the app's own names"
    assert cli.inside("lists", "--client", client, "suppliers").out.count("Ltd") >= 1
    assert cli.inside("refresh", "--all", "--json").json["failed"] == 0
    assert cli.inside("reassign", app, "--all", "--as", ann, "--json").json["done"] == reached
    practice.sandbox.fault("expire", software=app, person=ann)
    assert cli.inside("check").code == 3
    assert set(statuses(cli)) == {("expired", "sign_in_refused")}
    practice.sign_in(ann, software=app)
    assert cli.inside("reconnect", app, "--all", "--json").json["failed"] == 0
    assert set(statuses(cli)) == {("connected", None)}
    ended = cli.inside("disconnect", "--client", client, "--yes", "--json").json
    assert ended["done"] == 1 and statuses(cli).count(("connected", None)) == 5
    assert cli.inside("sign-out", app, "--yes").code == 0


@pytest.mark.parametrize("app", APPS)
def test_the_quick_check_says_the_same_as_the_whole_one(practice: Practice, cli: Command, app: str) -> None:
    ann = practice.people[0]
    practice.add(ann, software=app)
    unpaid, gone = (practice.sandbox.world.id_of(app, place) for place in (0, 1))
    practice.sandbox.fault("close", software=app, organisation=unpaid)
    practice.sandbox.fault("remove-access", software=app, organisation=gone)
    broken = [("broken", "access_removed"), ("broken", "unpaid")]
    for words in (["check", "--quick"], ["check"]):
        assert cli.inside(*words).code == 1
        assert [each for each in statuses(cli) if each != ("connected", None)] == broken
    practice.sandbox.fault("clear", software=app)
    assert cli.inside("check").code == 0


def test_the_end_of_a_sign_in_is_forecast_by_each_apps_rule(practice: Practice, cli: Command) -> None:
    for app in APPS:
        practice.add(practice.people[0], software=app)
    found = cli.inside("clients", "--json").json
    ends = {link["software"]: link["expires_at"] for each in found for link in each["integrations"]}
    assert ends["freshbooks"] is None and ends["sage"] is not None


def test_a_redirect_to_a_page_is_pasted_and_repeated_at_each_renewal(
    practice: Practice, cli: Command
) -> None:
    text = practice.config.read_text()
    table = text.replace('client_id = "sandbox-freshbooks"', 'client_id = "sandbox-freshbooks-https"')
    practice.config.write_text(table.replace("[software.freshbooks]", f'[software.freshbooks]\nredirect_url = "{HTTPS_REDIRECT}"'))  # fmt: skip
    practice.keep_secrets()
    started = cli.start("sign-in", "freshbooks", "--no-browser", stdin=subprocess.PIPE)
    link = started.line("http")
    assert dict(parse_qsl(urlsplit(link).query))["redirect_uri"] == HTTPS_REDIRECT
    answer = httpx2.get(f"{link}&prompt=none&login_hint={practice.people[0]}", trust_env=False)
    started.say(answer.headers["location"])
    said = started.end()
    assert said.code == 0 and "Signed in as" in said.out
    assert cli.inside("organisations", "freshbooks").code == 0, "another run renews the sign-in"


def test_the_wrong_country_is_explained_and_keeps_nothing(practice: Practice, cli: Command) -> None:
    started = cli.start("sign-in", "sage", "--no-browser", stdin=subprocess.PIPE)
    link = started.line("http")
    answer = httpx2.get(f"{link}&country=de&prompt=none&login_hint={practice.people[0]}", trust_env=False)
    # The browser ends up on an address without a state. The loopback keeps waiting; pasting it ends the attempt.
    assert "country" in httpx2.get(answer.headers["location"], trust_env=False).text
    started.say(answer.headers["location"])
    said = started.end()
    assert said.code == 3 and "choose the country" in said.err and "Still waiting" in said.err
    assert cli.inside("organisations", "sage").code == 3


@pytest.mark.long
def test_one_job_reconnects_every_app_while_one_is_down_and_one_is_limited(
    made: Callable[[Running], Practice],
) -> None:
    apps = ("freshbooks", "sage", "xero", "zoho_books")
    down, limited = "sage", "freshbooks"
    with running(Options(softwares=apps, organisations=2, limits=False, lines=3)) as box:
        practice = made(box)
        # A limit without Retry-After means a pause of a minute, which is too long here.
        text = practice.config.read_text().replace("attempts = 1", "attempts = 1\nlongest_wait_s = 1.0")
        practice.config.write_text(text)
        practice.keep_secrets()
        cli, me = Command(practice.config), practice.people[0]
        for app in apps:
            practice.add(me, software=app)
        box.fault("expire", person=me)
        assert cli.inside("check").code == 3
        for app in apps:
            practice.sign_in(me, software=app)
        box.fault("unavailable", software=down)
        box.fault("limit", software=limited, seconds=3_600)
        said = cli.inside("reconnect", "--all", "--json").json
        reasons = Counter((item["outcome"], item["reason"]) for item in said["items"])
        assert reasons == {("done", None): 4, ("failed", "server_error"): 2, ("failed", "limit"): 2}
        box.fault("clear")
        (job,) = [job["id"] for job in cli.inside("jobs", "--json").json if job["kind"] == "reconnect"]
        # The program still waits out the limited app's pause, although the app would answer again.
        assert cli.inside("jobs", "retry", job, "--json").json["done"] == 6
        assert Counter(statuses(cli)) == {("connected", None): 6, ("expired", "sign_in_refused"): 2}
