"""Mounted under /api/v1/ of a workspace."""

from django.urls import path

from identity.api import views

urlpatterns = [
    path("auth/token/", views.TokenView.as_view(), name="api-token"),
    path("me/", views.MeView.as_view(), name="api-me"),
    path("invitations/", views.InvitationsView.as_view(), name="api-invitations"),
    path("invitations/<uuid:pk>/", views.InvitationView.as_view(), name="api-invitation"),
    path("invitations/<uuid:pk>/resend/", views.ResendView.as_view(), name="api-invitation-resend"),
    path("users/<uuid:pk>/role/", views.RoleView.as_view(), name="api-user-role"),
    path("users/<uuid:pk>/deactivate/", views.DeactivateView.as_view(), name="api-user-deactivate"),
    path("users/<uuid:pk>/reactivate/", views.ReactivateView.as_view(), name="api-user-reactivate"),
    path("users/<uuid:pk>/sessions/", views.SessionsView.as_view(), name="api-user-sessions"),
    path("users/<uuid:pk>/second-step/", views.SecondStepOfView.as_view(), name="api-user-second-step"),
    path("second-step/", views.SecondStepView.as_view(), name="api-second-step"),
    path("territories/<uuid:pk>/people/", views.TerritoryPeopleView.as_view(), name="api-territory-people"),
]
