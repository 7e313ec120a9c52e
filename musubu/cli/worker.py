"""`musubu worker [--once] [--media]`: carry out deadlines and let messages leave, or make films of recordings. Any
number of them may run."""

from __future__ import annotations

import argparse
import logging
import signal
import threading

from musubu.cli import django

log = logging.getLogger("worker")
PAUSE = 2.0  # seconds between looks; every scheduled act comes well within a minute of its time


def run(args: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="musubu worker")
    parser.add_argument("--once", action="store_true", help="do what is due now and stop")
    parser.add_argument("--media", action="store_true", help="make films of recordings, which takes long")
    options = parser.parse_args(args)
    django()
    from musubu.logs import traced

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        try:
            with traced("round"):
                media_once() if options.media else round_once()
        except Exception:
            log.exception("a round failed; the next one tries again")
            if options.once:
                return 1
        if options.once:
            return 0
        stop.wait(PAUSE)
    return 0


def round_once() -> None:
    """One look at everything that is due."""
    from musubu import clock
    from musubu.api import webhooks
    from musubu.billing import card_charges, card_refunds, dunning, figures, runs, trials, walks
    from musubu.contracts import clock as sandbox
    from musubu.contracts import conclusion, deadlines
    from musubu.meetings.actions import reminding
    from musubu.meetings.jobs import keeping
    from musubu.notices import actions as notices
    from musubu.operations import jobs, processes
    from musubu.parties.models import Provider

    jobs.beat("worker")
    deadlines.run_due()
    sandbox.run_pending()
    walks.go_on(runs.PREVIEW)
    walks.go_on(trials.WALK)
    walks.go_on(figures.WALK)
    for provider in Provider.objects.all():
        now = provider.sandbox_now or clock.now()
        with clock.standing_at(provider.sandbox_now):
            if not provider.sandbox:
                conclusion.conclude_due(provider, now)
            runs.watch(provider, now)
            jobs.journal_reports(provider, now)
            reminding.remind_due(provider, now)
            card_charges.charge_due(provider, now)
            card_refunds.resume(provider)
            dunning.run(provider, now)
            keeping.sweep(provider, now)
            webhooks.release(provider, now)
            while notices.deliver_due(provider, now):
                pass
    webhooks.deliver_due()
    processes.look()


def media_once() -> None:
    """Every recording that waits."""
    from musubu.meetings.jobs import processing
    from musubu.operations import jobs

    jobs.beat("media")
    while processing.run_one():
        jobs.beat("media")
