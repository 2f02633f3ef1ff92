"""Every permission that exists. Names are ``resource:action``, sorted; docs/permissions.md explains them in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """A right that can be granted, in one space or (``site:``) on the whole site."""

    ATTACHMENT_ADD = "attachment:add"
    ATTACHMENT_DELETE = "attachment:delete"
    BLOG_ADD = "blog:add"
    BLOG_DELETE = "blog:delete"
    COMMENT_ADD = "comment:add"
    COMMENT_DELETE = "comment:delete"
    MAIL_DELETE = "mail:delete"
    PAGE_ADD = "page:add"
    PAGE_DELETE = "page:delete"
    PAGE_RESTRICT = "page:restrict"
    SITE_ADMIN = "site:admin"
    SITE_CREATE_SPACE = "site:create_space"
    SITE_PERSONAL_SPACE = "site:personal_space"
    SITE_USE = "site:use"
    SPACE_ADMIN = "space:admin"
    SPACE_EXPORT = "space:export"
    SPACE_VIEW = "space:view"

    @property
    def is_site_wide(self) -> bool:
        """Granted on the whole site rather than in a space."""
        return self.value.startswith("site:")


@dataclass(frozen=True)
class Column:
    """A column of the space permission matrix."""

    group: str
    label: str
    permission: Permission


# The columns in the order in which administrators know them.
SPACE_MATRIX: tuple[Column, ...] = (
    Column("Space", "View", Permission.SPACE_VIEW),
    Column("Pages", "Add", Permission.PAGE_ADD),
    Column("Pages", "Restrict", Permission.PAGE_RESTRICT),
    Column("Pages", "Delete", Permission.PAGE_DELETE),
    Column("Blog", "Add", Permission.BLOG_ADD),
    Column("Blog", "Delete", Permission.BLOG_DELETE),
    Column("Comments", "Add", Permission.COMMENT_ADD),
    Column("Comments", "Delete", Permission.COMMENT_DELETE),
    Column("Attachments", "Add", Permission.ATTACHMENT_ADD),
    Column("Attachments", "Delete", Permission.ATTACHMENT_DELETE),
    Column("Mail", "Delete", Permission.MAIL_DELETE),
    Column("Space", "Export", Permission.SPACE_EXPORT),
    Column("Space", "Admin", Permission.SPACE_ADMIN),
)

SITE_MATRIX: tuple[Column, ...] = (
    Column("Site", "Can use", Permission.SITE_USE),
    Column("Site", "Personal space", Permission.SITE_PERSONAL_SPACE),
    Column("Site", "Create space", Permission.SITE_CREATE_SPACE),
    Column("Site", "Administrator", Permission.SITE_ADMIN),
)

SPACE_PERMISSIONS = frozenset(column.permission for column in SPACE_MATRIX)
SITE_PERMISSIONS = frozenset(column.permission for column in SITE_MATRIX)

# Never given to people who have not signed in.
NEVER_ANONYMOUS = frozenset(
    {Permission.SPACE_ADMIN, Permission.SITE_ADMIN, Permission.SITE_CREATE_SPACE, Permission.SITE_PERSONAL_SPACE}
)
