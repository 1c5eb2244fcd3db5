"""Pages of people and of one's own settings, on a workspace's host (namespace `identity`)."""

from django.urls import path

from identity.views import (
    invitations,
    people,
    personal,
    record_types,
    roles,
    second_step,
    security,
    teams,
    territories,
    why,
)

#: What everybody has who can sign in, operators too.
personal_patterns = [
    path("settings/profile/", personal.profile, name="profile"),
    path("settings/security/", security.security, name="security"),
    path("settings/security/sessions/end/", security.end_others, name="end_sessions"),
    path("settings/security/sessions/<int:number>/end/", security.end_one, name="end_session"),
]

urlpatterns = [
    path("settings/people/", people.people, name="user_list"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<uuid:pk>/", people.person, name="person"),
    path("settings/people/<uuid:pk>/role/", people.role, name="person_role"),
    path("settings/people/<uuid:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("settings/people/<uuid:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("settings/people/<uuid:pk>/second-step/", second_step.reset, name="second_step_reset"),
    path("settings/people/<uuid:pk>/sessions/end/", people.end_sessions, name="person_sessions_end"),
    path("settings/invitations/<uuid:pk>/resend/", invitations.resend, name="invitation_resend"),
    path("settings/invitations/<uuid:pk>/cancel/", invitations.cancel, name="invitation_cancel"),
    path("settings/teams/new/", teams.create, name="team_new"),
    path("settings/teams/<uuid:pk>/", teams.edit, name="team_edit_page"),
    path("settings/teams/<uuid:pk>/delete/", teams.delete, name="team_delete"),
    path("settings/territories/", territories.territories, name="territory_list"),
    path("settings/territories/new/", territories.create, name="territory_new"),
    path("settings/territories/<uuid:pk>/", territories.edit, name="territory"),
    path("settings/territories/<uuid:pk>/delete/", territories.delete, name="territory_delete"),
    path("settings/second-step/", second_step.rule, name="second_step"),
    path("settings/roles/", roles.roles, name="role_list"),
    path("settings/roles/<uuid:pk>/", roles.role, name="role"),
    path("settings/roles/<uuid:pk>/delete/", roles.delete, name="role_delete"),
    path("settings/roles/<uuid:pk>/copy/", roles.copy, name="role_copy"),
    path("settings/roles/<uuid:pk>/fields/<slug:entity>/", roles.fields, name="role_fields"),
    path("settings/roles/<uuid:pk>/holders/", roles.holders, name="role_holders"),
    path("settings/record-types/", record_types.record_types, name="record_type_list"),
    path("settings/record-types/new/<slug:entity>/", record_types.create, name="record_type_new"),
    path("settings/record-types/<uuid:pk>/", record_types.edit, name="record_type"),
    path("settings/record-types/<uuid:pk>/delete/", record_types.delete, name="record_type_delete"),
    path("settings/access/", why.why, name="why"),
    *personal_patterns,
    path("settings/tokens/", personal.tokens, name="token_list"),
    path("settings/tokens/<uuid:pk>/revoke/", personal.revoke, name="token_revoke"),
]
