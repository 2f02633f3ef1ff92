"""Every kind of event that is put on record: ``resource:what-happened``, sorted."""

from __future__ import annotations

from enum import StrEnum


class EventTag(StrEnum):
    """What happened."""

    GROUP_CREATED = "group:created"
    GROUP_DELETED = "group:deleted"
    GROUP_MEMBER_ADDED = "group:member-added"
    GROUP_MEMBER_REMOVED = "group:member-removed"
    MAIL_ACCOUNT_ADDED = "mail-account:added"
    MAIL_ACCOUNT_CHANGED = "mail-account:changed"
    MAIL_ACCOUNT_DISABLED = "mail-account:disabled"
    MAIL_ACCOUNT_ENABLED = "mail-account:enabled"
    MAIL_ACCOUNT_FETCHED = "mail-account:fetched"
    MAIL_ACCOUNT_REMOVED = "mail-account:removed"
    MAIL_ARCHIVED = "mail:archived"
    MAIL_DELETED_ON_SERVER = "mail:deleted-on-server"
    MAIL_EXPORTED = "mail:exported"
    MAIL_IMPORTED = "mail:imported"
    MAIL_IMPORT_CANCELLED = "mail:import-cancelled"
    MAIL_PURGED = "mail:purged"
    MAIL_RESTORED = "mail:restored"
    MAIL_TRASHED = "mail:trashed"
    PAGE_CHANGED = "page:changed"
    PAGE_CREATED = "page:created"
    PAGE_MOVED = "page:moved"
    PAGE_PURGED = "page:purged"
    PAGE_RESTORED = "page:restored"
    PAGE_TRASHED = "page:trashed"
    SECRETS_RESEALED = "secrets:resealed"
    SETTING_CHANGED = "setting:changed"
    SITE_PERMISSIONS_CHANGED = "site:permissions-changed"
    SITE_SET_UP = "site:set-up"
    SPACE_CHANGED = "space:changed"
    SPACE_CREATED = "space:created"
    SPACE_PERMISSIONS_CHANGED = "space:permissions-changed"
    USER_CREATED = "user:created"
    USER_DISABLED = "user:disabled"
    USER_ENABLED = "user:enabled"
    USER_PASSWORD_CHANGED = "user:password-changed"  # noqa: S105 - a tag, not a password
    USER_SIGNED_IN = "user:signed-in"
    USER_SIGNED_OUT = "user:signed-out"
    USER_SIGN_IN_FAILED = "user:sign-in-failed"
