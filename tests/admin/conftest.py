"""Adam administers the site and is no super user; Root is one."""

from __future__ import annotations

import pytest

from tests.people import Person, Site
from wiki.db import transaction
from wiki.permissions import service as permissions
from wiki.permissions.actor import SYSTEM, user_token
from wiki.permissions.catalogue import Permission


@pytest.fixture
def adam(site: Site) -> Person:
    """An administrator of the site."""
    person = site.person("adam")
    with transaction():
        permissions.grant_on_site(SYSTEM, user_token(person.user_id), frozenset({Permission.SITE_ADMIN}))
    return person
