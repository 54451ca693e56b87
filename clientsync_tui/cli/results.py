"""Prints a plan, and the result of a job: what was done, and what failed or was skipped and why."""

from collections import Counter
from typing import Any

import click

from ..practice.plan import Plan, Will
from ..practice.status import Reason, Why
from ..store.store import Store
from ..sync import plan_words, words
from ..sync.jobs import job_words
from ..sync.jobs import jobs_as_json as shapes
from . import output
from .run_job import JobRun

MOST_SENTENCES = 3
"""How many different sentences are shown for one reason."""

Sentences = Counter[tuple[str, str | None, str]]
"""How often each outcome, reason and sentence (which may say more than the reason: which host, and why) occurred together."""

_OUTCOMES = {Will.DO: "done", Will.SKIP: "skipped", Will.CANNOT: job_words.NOT_POSSIBLE}


def show_plan(plan: Plan, as_json: bool) -> None:
    """Prints what would be done."""
    if as_json:
        output.json_document(shapes.plan(plan))
        return
    rows = [
        (
            item.will.replace("_", " "),
            item.name,
            item.software,
            plan_words.short(plan.kind, item.reason) or item.facts.remark,
        )
        for item in plan.items
    ]
    output.table(("Plan", "Client", "App", "Reason"), rows, shrink=1)
    output.say(
        f"{plan.kind}: {job_words.things(plan.kind, plan.count(Will.DO))} will be done, {plan.count(Will.SKIP):,} skipped, "
        f"{plan.count(Will.CANNOT):,} can't be done. Nothing was changed."
    )


def report(store: Store, ran: JobRun, as_json: bool) -> None:
    """Prints the result and ends the command: with 0, with 3 if items need a new sign-in, with 1 if others failed or are left,
    or by raising what stopped the job.
    """
    result = show_result(store, ran, as_json)
    if ran.trouble is not None:
        raise ran.trouble
    if someone_must_sign_in(result) or any(item.waits for item in ran.plan.items):
        raise click.exceptions.Exit(3)
    if result["failed"] or (
        ran.job and store.jobs.one(ran.job).left and not store.jobs.workers.alive(ran.job)
    ):
        raise click.exceptions.Exit(1)


def someone_must_sign_in(result: dict[str, Any]) -> bool:
    """Whether items failed because the app refused their sign-in."""
    return any(item["reason"] == Reason.SIGN_IN_REFUSED for item in result["items"])


def show_result(store: Store, ran: JobRun, as_json: bool) -> dict[str, Any]:
    """Prints the result, and returns it as in the JSON."""
    job = store.jobs.one(ran.job) if ran.job else None
    if job:
        items = store.jobs.items(job.id)
        result = shapes.outcome(job, items)
        ended = Counter(
            (job_words.item_state(item), shapes.listed(item.reason), item.says or "")
            for item in items
            if item.state in shapes.OUTCOMES
        )
    else:
        result = shapes.without_job(ran.plan)
        ended = Counter(
            (_OUTCOMES[item.will], shapes.listed(item.reason), item.says or "") for item in ran.plan.items
        )
    if as_json:
        output.json_document(result)
    _summarise(ran.plan.kind, ended, job_words.added(store.jobs, job) if job else "")
    if job and job.left:
        output.say(f"{job_words.things(job.kind, job.left)} left: clientsync jobs resume {job.id}")
    return result


def _summarise(kind: str, ended: Sentences, added: str) -> None:
    """The counts, which clients are new, then by reason what failed, was not possible, or was skipped, with the next step."""
    total: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    for (outcome, reason, _), count in ended.items():
        total[outcome] += count
        if reason:
            counts[outcome, reason] += count
    impossible = total[job_words.NOT_POSSIBLE]
    not_possible = f", {impossible:,} {job_words.NOT_POSSIBLE}" if impossible else ""
    output.say(
        f"{kind}: {job_words.things(kind, total['done'])} done, {total['failed']:,} failed{not_possible}, "
        f"{total['skipped']:,} skipped."
    )
    if added:
        output.say(f"  {added}.")
    sentences = Counter({key: count for key, count in ended.items() if key[2]})
    for (outcome, reason), count in counts.most_common():
        details = [
            text for (state, why, text), _ in sentences.most_common() if (state, why) == (outcome, reason)
        ]
        # A status's own words give the next step. Other sentences say more than their reason does.
        if reason in set(Reason) or not details:
            details = [words.REASONS[reason]]
        several = len(details) > 1
        # `no_access` also covers an app whose credentials are rejected. Then the short form "no access" would mislead.
        says_it = reason == Why.NO_ACCESS and words.REASONS[reason] not in details
        short = "" if says_it else f", {plan_words.short(kind, reason)}"
        output.say(
            f"  {count:,} {outcome}{short}: {words.REASONS[reason] if several and not says_it else details[0]}"
        )
        if says_it:
            details = details[1:]
            several = bool(details)
        for detail in details[:MOST_SENTENCES] if several else ():
            output.say(f"    {detail}")
    for (_, why, text), count in sentences.most_common():
        if why is None:
            output.say(f"  {count:,} done: {text}")
