"""The verbs of this part. Everything that changes people, roles, invitations or tokens goes through here."""

from identity.services.accounts import create_admin, create_operator, save_profile
from identity.services.invitations import (
    accept_invitation,
    cancel_invitation,
    find_invitation,
    invite_user,
    resend_invitation,
)
from identity.services.people import (
    deactivate_user,
    hand_over,
    reactivate_user,
    set_further_roles,
    set_role,
    set_team,
)
from identity.services.roles import (
    copy_role,
    create_role,
    delete_role,
    save_role_fields,
    save_role_levels,
    seed_roles,
)
from identity.services.tokens import authenticate_token, issue_token, revoke_token

__all__ = [
    "accept_invitation", "authenticate_token", "cancel_invitation", "copy_role", "create_admin", "create_operator",
    "create_role", "deactivate_user", "delete_role", "find_invitation", "hand_over", "invite_user", "issue_token",
    "reactivate_user", "resend_invitation", "revoke_token", "save_profile", "save_role_fields", "save_role_levels",
    "seed_roles", "set_further_roles", "set_role", "set_team",
]  # fmt: skip
