"""What people may ask about certificates: one made now, and what a deletion waits for. Nothing here commits."""

from __future__ import annotations

from wiki.audit.record import record
from wiki.audit.tags import EventTag
from wiki.jobs import service as jobs
from wiki.jobs.models import JobRequest
from wiki.mail.certificates import queries, wording
from wiki.mail.models import AfterArchiving, MailAccount
from wiki.mail.subjects import CERTIFY_JOB, account_subject
from wiki.permissions.actor import Actor


def request_certificate(actor: Actor, account: MailAccount) -> JobRequest:
    """Ask the worker to certify an account now; a request that waits or runs already is given back."""
    record(
        actor,
        EventTag.MAIL_ACCOUNT_CERTIFICATE_REQUESTED,
        account_subject(account.id),
        name=account.name,
        space_id=account.space_id,
    )
    return jobs.request(CERTIFY_JOB, account_subject(account.id), actor.name, account_id=account.id)


def waiting_for(account: MailAccount) -> str:
    """What the removal of the account's mail from its server waits for, in a sentence, or ''."""
    return wording.waiting_for(
        queries.unproven_folders(account),
        removes=account.after_archiving != AfterArchiving.LEAVE,
        has_folders=queries.has_folders(account),
    )
