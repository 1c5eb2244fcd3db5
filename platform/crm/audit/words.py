"""The words of the audit: what was done, by which door, to what that is no record."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

#: Icon and verb of every act that is written down.
ACTS: Final[Mapping[str, tuple[str, Words]]] = {
    "created": ("plus", pgettext_lazy("audit", "Created")),
    "changed": ("pencil", pgettext_lazy("audit", "Changed")),
    "deleted": ("trash-2", pgettext_lazy("audit", "Deleted")),
    "restored": ("archive-restore", pgettext_lazy("audit", "Restored")),
    "undone": ("undo-2", _("Took an act back")),
    "opened": ("eye", _("Opened the record")),
    "revealed": ("eye", _("Looked at a hidden value")),
    "export": ("download", _("Exported records")),
    "exported": ("archive", _("Made an archive of everything")),
    "downloaded": ("download", _("Downloaded an archive")),
    "went_back": ("archive-restore", _("Went back to before a restore")),
    "sign_in": ("log-in", _("Signed in")),
    "sign_in_failed": ("circle-x", _("Failed to sign in")),
    "second_step_failed": ("circle-x", _("Gave a wrong code as second step")),
    "passkey_failed": ("circle-x", _("Came with a passkey that did not fit")),
    "password_failed": ("circle-x", _("Failed to confirm the password")),
    "invitation_refused": ("circle-x", _("Came with an invitation that is no longer good")),
    "reset_refused": ("circle-x", _("Came with a password link that is not good")),
    "token_refused": ("circle-x", _("Came with an API token that is no longer good")),
    "sign_out": ("log-out", _("Signed out")),
    "password": ("key-round", _("Changed the password")),
    "password_reset": ("key-round", _("Set a new password by letter")),
    "email": ("mail", _("Changed the e-mail address")),
    "email_confirmed": ("mail", _("Confirmed the e-mail address")),
    "mfa_added": ("shield-check", _("Added a second step")),
    "mfa_removed": ("shield", _("Removed a second step")),
    "mfa_reset": ("shield", _("Made new recovery codes")),
    "mfa_taken": ("shield", _("Reset a person's second step")),
    "second_step_rule": ("shield-check", _("Changed who needs a second step")),
    "session_ended": ("log-out", _("Ended a sign-in on a device")),
    "territory_people": ("map-pin", _("Changed the people of a territory")),
    "token_issued": ("key", _("Issued an API token")),
    "token_revoked": ("key", _("Revoked an API token")),
    "invited": ("user-plus", _("Invited")),
    "uninvited": ("user", _("Cancelled an invitation")),
    "account": ("user-cog", _("Changed a person's account")),
    "handed_over": ("users", _("Handed records over")),
    "levels": ("shield", _("Changed what a role may do")),
    "view_saved": ("bookmark", _("Saved a view")),
    "view_changed": ("bookmark", _("Changed a saved view")),
    "view_deleted": ("bookmark", _("Deleted a saved view")),
    "engine_enabled": ("toggle-right", _("Switched an engine on")),
    "engine_disabled": ("toggle-right", _("Switched an engine off")),
    "engine_purged": ("trash-2", _("Erased an engine's data")),
    "state_changed": ("building", _("The workspace changed its state")),
    "signed_up": ("building", _("Signed up")),
    "audit_policy": ("settings", _("Changed the audit's policy")),
    "audit_removed": ("trash-2", _("Old lines were removed by policy")),
    "audit_checked": ("shield-check", _("Checked the audit")),
    "audit_export": ("download", _("Exported the audit")),
}

SOURCES: Final[Mapping[str, Words]] = {
    "web": pgettext_lazy("source", "Pages"), "api": pgettext_lazy("source", "API"),
    "import": pgettext_lazy("source", "Import"), "job": pgettext_lazy("source", "Background job"),
    "automation": pgettext_lazy("source", "Automation"), "system": pgettext_lazy("source", "System"),
}  # fmt: skip

#: What acts are about that is no entity of the registry.
THINGS: Final[Mapping[str, Words]] = {
    "organization": _("Organization"), "engine": _("Engine"), "audit": _("Audit"),
}  # fmt: skip

CATEGORY_WORDS: Final[Mapping[str, Words]] = {
    "changes": _("Changes"), "sign_ins": _("Sign-ins"), "reads": _("Reads and exports"),
}  # fmt: skip

#: Names in the changes of acts that are no fields.
NOTES: Final[Mapping[str, Words]] = {
    "rows": _("Rows"), "format": _("Format"), "query": _("Filter"), "columns": _("Columns"), "fields": _("Fields"),
    "archive": _("Archive"), "of": pgettext_lazy("audit", "Of"), "size": _("Size"), "schema": _("Schema"),
    "view": pgettext_lazy("audit", "View"), "token": _("Token"), "email": _("E-mail"), "name": _("Name"),
    "engine": _("Engine"), "batch": _("Act"), "lines": _("Lines"), "faults": _("Faults"), "state": _("State"),
    "language": _("Language"), "calendar": _("Calendar"), "digits": _("Digits"), "time_zone": _("Time zone"),
    "currency": _("Currency"), "weekend": _("Weekend"), "first_weekday": _("The week begins on"),
    "currency_display": _("Iranian amounts are shown in"), "fiscal_first_month": _("The fiscal year begins in"),
    "owner": _("Owner"), "reason": _("Reason"), "shared": _("Shared"), "head": _("Fingerprint"),
    "who": _("Who needs one"), "grace_days": _("Days to set one up"), "people": _("People"), "roles": _("Roles"),
    "keep_changes": _("Months changes are kept"), "keep_sign_ins": _("Months sign-ins are kept"),
    "keep_reads": _("Months reads are kept"), "opened": _("Records whose opening is noted"),
}  # fmt: skip
