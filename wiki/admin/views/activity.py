"""What goes on: the scheduled jobs and the record of events."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wiki.admin import event_lines, queries
from wiki.errors import NotFound
from wiki.jobs import registry, service
from wiki.jobs.registry import Job
from wiki.jobs.scheduler import is_somebody_working
from wiki.web.access import current_actor, site_admin
from wiki.web.theming import render


@site_admin
def jobs() -> ResponseReturnValue:
    """List the jobs: how each is doing and when it runs."""
    is_working = is_somebody_working()
    return render("admin/jobs.html", is_working=is_working, states=queries.job_states())


@site_admin
def job(name: str) -> ResponseReturnValue:
    """Show the history of a job."""
    listed = _listed(name)
    is_working = is_somebody_working()
    return render("admin/job.html", is_working=is_working, state=queries.job_state(listed), runs=queries.runs(listed))


@site_admin
def run_job(name: str) -> ResponseReturnValue:
    """Ask the worker to run a job now."""
    listed = _listed(name)
    service.request(listed.name, f"job:{listed.name}", current_actor().name)
    flash(f"“{listed.title}” will run as soon as the worker is free.", "success")
    return redirect(url_for("admin.jobs"), code=303)


@site_admin
def audit_log() -> ResponseReturnValue:
    """Show who did what, newest first."""
    before, subject = request.args.get("before", type=int), request.args.get("subject", "")[:100]
    found = queries.events(before, subject)
    return render(
        "admin/audit_log.html",
        lines=event_lines.lines(found.events),
        older=found.older,
        before=before,
        subject=subject,
    )


def _listed(name: str) -> Job:
    found = registry.jobs().get(name)
    if found is None or not found.is_shown:
        raise NotFound
    return found
