"""The verbs of this part. Everything that changes people, roles, invitations or tokens goes through here."""

from identity.services.accounts import create_admin, create_operator, save_profile
from identity.services.invitations import (
    accept_invitation,
    cancel_invitation,
    find_invitation,
    invite_user,
    resend_invitation,
)
from identity.services.leaving import deactivate_user, hand_over, reactivate_user
from identity.services.people import set_further_roles, set_role, set_team
from identity.services.roles import (
    copy_role,
    create_role,
    delete_role,
    save_role_fields,
    save_role_levels,
    seed_roles,
)
from identity.services.second_step import reset_second_step, set_second_step_rule
from identity.services.sessions import end_own_session, end_sessions_of
from identity.services.territories import set_territory_people
from identity.services.tokens import authenticate_token, issue_token, revoke_token

__all__ = [
    "accept_invitation",
    "authenticate_token",
    "cancel_invitation",
    "copy_role",
    "create_admin",
    "create_operator",
    "create_role",
    "deactivate_user",
    "delete_role",
    "end_own_session",
    "end_sessions_of",
    "find_invitation",
    "hand_over",
    "invite_user",
    "issue_token",
    "reactivate_user",
    "resend_invitation",
    "reset_second_step",
    "revoke_token",
    "save_profile",
    "save_role_fields",
    "save_role_levels",
    "seed_roles",
    "set_further_roles",
    "set_role",
    "set_second_step_rule",
    "set_team",
    "set_territory_people",
]  # fmt: skip
