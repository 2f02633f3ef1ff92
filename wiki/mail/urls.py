"""The addresses of this room, in one table. They are the same in every theme."""

from __future__ import annotations

from flask import Blueprint

from wiki.extensions import csrf
from wiki.mail.certificates import views as certificates
from wiki.mail.folders import views as folders
from wiki.mail.oauth import views as oauth
from wiki.mail.views import accounts, archive, exports, files, imports, reading

GET, FORM, POST = ("GET",), ("GET", "POST"), ("POST",)
ACCOUNTS = "/spaces/<key>/integrations/mail-accounts"
IMPORTS = "/spaces/<key>/integrations/mailbox-import"
PROVIDERS = "/admin/mail-sign-in"
MAIL = "/spaces/<key>/mail"
# The largest number that every database has room for; a larger one names nothing.
NUMBER = "int(max=2147483647)"

blueprint = Blueprint("mail", __name__)
for rule, endpoint, view, methods in (
    (ACCOUNTS, "accounts", accounts.accounts, GET),
    (f"{ACCOUNTS}/new", "new_account", accounts.new_account, FORM),
    (f"{ACCOUNTS}/new/test", "test_new_account", accounts.test_new_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>", "account", certificates.account, GET),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/certify", "certify_account", certificates.certify_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/folders", "choose_folders", folders.choose_folders, FORM),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/folders/read", "read_server_folders", folders.read_server_folders, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/edit", "edit_account", accounts.edit_account, FORM),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/test", "test_account", accounts.test_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/enable", "enable_account", accounts.enable_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/disable", "disable_account", accounts.disable_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/remove", "remove_account", accounts.remove_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/fetch", "fetch_account", accounts.fetch_account, POST),
    (f"{ACCOUNTS}/<{NUMBER}:account_id>/sign-in", "sign_in", oauth.sign_in, POST),
    ("/mail/sign-in", "oauth_callback", oauth.callback, GET),
    (PROVIDERS, "oauth_providers", oauth.providers, GET),
    (f"{PROVIDERS}/<provider_id>", "oauth_provider", oauth.provider, FORM),
    (f"{PROVIDERS}/<provider_id>/forget", "remove_oauth_provider", oauth.remove_provider, POST),
    (IMPORTS, "imports", imports.imports, FORM),
    (f"{IMPORTS}/upload", "upload", imports.upload, POST),
    (f"{IMPORTS}/<{NUMBER}:import_id>/cancel", "cancel_import", imports.cancel, POST),
    (f"{IMPORTS}/<{NUMBER}:import_id>/resume", "resume_import", imports.resume, POST),
    (MAIL, "archive", archive.archive, GET),
    (f"{MAIL}/export", "export", exports.export, FORM),
    ("/mail/export", "export_found", exports.export_found, FORM),
    (f"{MAIL}/fetch", "fetch", archive.fetch, POST),
    (f"{MAIL}/trash", "trash_all", archive.trash_all, POST),
    (f"{MAIL}/set-aside", "set_aside", archive.set_aside, GET),
    (f"{MAIL}/set-aside/<{NUMBER}:entry_id>/raw", "set_aside_raw", archive.set_aside_raw, GET),
    (f"{MAIL}/threads/<{NUMBER}:thread_id>", "thread", reading.thread, GET),
    (f"{MAIL}/<{NUMBER}:message_id>", "message", reading.message, GET),
    (f"{MAIL}/<{NUMBER}:message_id>/headers", "headers", reading.headers, GET),
    (f"{MAIL}/<{NUMBER}:message_id>/html", "html", files.html, GET),
    (f"{MAIL}/<{NUMBER}:message_id>/raw", "raw", files.raw, GET),
    (f"{MAIL}/<{NUMBER}:message_id>/parts/<{NUMBER}:number>/inline", "inline", files.inline, GET),
    (f"{MAIL}/<{NUMBER}:message_id>/parts/<{NUMBER}:number>/<filename>", "part", files.part, GET),
    (f"{MAIL}/<{NUMBER}:message_id>/trash", "trash", archive.trash, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)

# It checks its token itself, after it knows who sends the file: wiki/mail/importing/uploads.py says why.
csrf.exempt(imports.upload)
