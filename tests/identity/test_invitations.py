"""Inviting a colleague: the letter, the way in, and every way it must stay closed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from identity.models import Invitation, Role, User
from identity.services import (
    accept_invitation,
    cancel_invitation,
    invite_user,
    resend_invitation,
)
from kernel.access import Actor
from kernel.context import Tenant
from kernel.errors import Denied, Invalid
from tests.factories import PASSWORD

ActorFor = Callable[..., Actor]
ClientFor = Callable[[Any, Tenant], Client]
STRONG = "wide-river-blue-40"


def role(key: str) -> Role:
    found: Role = Role.objects.get(key=key)
    return found


def problem(error: pytest.ExceptionInfo[Invalid]) -> str:
    return next(iter(error.value.problems.values()))[0].code


@pytest.fixture
def invite(tenant: Tenant, sara: User, actor_for: ActorFor) -> Any:
    def act(email: str = "leila@example.com", **more: Any) -> tuple[Invitation, str]:
        values = {"name": "Leila", "role": role("member"), **more}
        invitation = invite_user(actor=actor_for(sara), email=email, **values)
        return invitation, secret_in(mail.outbox[-1])

    return act


def secret_in(letter: Any) -> str:
    found = re.search(r"/auth/invitation/([^/\s]+)/", letter.body)
    assert found
    return found[1]


def test_from_letter_to_signed_in(tenant: Tenant, invite: Any, client_for: ClientFor) -> None:
    invitation, secret = invite(email="  Leila@Example.com ")
    letter = mail.outbox[-1]
    assert letter.to == ["leila@example.com"]
    assert "Sara Ahmadi" in letter.subject
    assert f"http://{tenant.host}" in letter.body
    assert invitation.token_hash not in letter.body
    client = client_for(None, tenant)
    page = client.get(f"/auth/invitation/{secret}/")
    assert page.status_code == 200
    answer = client.post(f"/auth/invitation/{secret}/", {"name": "Leila Sadr", "password": STRONG})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(email="leila@example.com")
    assert (user.state, user.name, user.role.key) == ("active", "Leila Sadr", "member")
    assert EmailAddress.objects.get(user=user).verified
    assert client.get("/settings/profile/").status_code == 200


def test_a_used_link_opens_nothing(tenant: Tenant, invite: Any, client_for: ClientFor) -> None:
    _invitation, secret = invite()
    accept_invitation(token=secret, password=STRONG)
    with pytest.raises(Invalid) as error:
        accept_invitation(token=secret, password="other-password-9")
    assert problem(error) == "used"
    assert client_for(None, tenant).get(f"/auth/invitation/{secret}/").status_code == 410


def test_an_expired_link_opens_nothing(tenant: Tenant, invite: Any) -> None:
    invitation, secret = invite()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Invalid) as error:
        accept_invitation(token=secret, password=STRONG)
    assert problem(error) == "expired"
    assert User.objects.get(email="leila@example.com").state == "invited"


def test_a_link_of_another_workspace_opens_nothing(
    tenant: Tenant, other_tenant: Tenant, invite: Any, client_for: ClientFor
) -> None:
    _invitation, secret = invite()
    assert client_for(None, other_tenant).get(f"/auth/invitation/{secret}/").status_code == 410


def test_sending_again_closes_the_earlier_letter(tenant: Tenant, sara: User, invite: Any, actor_for: ActorFor) -> None:
    invitation, earlier = invite()
    resend_invitation(actor=actor_for(sara), invitation=invitation)
    with pytest.raises(Invalid) as error:
        accept_invitation(token=earlier, password=STRONG)
    assert problem(error) == "unknown"
    assert accept_invitation(token=secret_in(mail.outbox[-1]), password=STRONG).is_active


def test_taking_back_closes_the_link_and_frees_the_address(
    tenant: Tenant, sara: User, invite: Any, actor_for: ActorFor
) -> None:
    invitation, secret = invite()
    cancel_invitation(actor=actor_for(sara), invitation=invitation)
    with pytest.raises(Invalid):
        accept_invitation(token=secret, password=STRONG)
    invite()


def test_a_weak_password_says_why_and_leaves_the_invitation_open(
    tenant: Tenant, invite: Any, client_for: ClientFor
) -> None:
    _invitation, secret = invite()
    answer = client_for(None, tenant).post(f"/auth/invitation/{secret}/", {"name": "Leila", "password": "12345"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["password"]
    accept_invitation(token=secret, password=STRONG)


@pytest.mark.parametrize("email", ["", "leila", "leila@", "a b@example.com", "x" * 300 + "@example.com"])
def test_a_bad_address_is_refused(tenant: Tenant, sara: User, actor_for: ActorFor, email: str) -> None:
    with pytest.raises(Invalid) as error:
        invite_user(actor=actor_for(sara), email=email, role=role("member"))
    assert "email" in error.value.problems


def test_who_is_here_already_is_not_invited_again(tenant: Tenant, nima: User, invite: Any) -> None:
    with pytest.raises(Invalid) as error:
        invite(email="NIMA@example.com")
    assert problem(error) == "taken"
    invite()
    with pytest.raises(Invalid) as error:
        invite()
    assert problem(error) == "invited"


def test_a_name_from_an_import_becomes_the_colleague(tenant: Tenant, invite: Any) -> None:
    name = User.objects.create(name="Leila Sadr")
    _invitation, secret = invite(person=name)
    assert accept_invitation(token=secret, password=STRONG).pk == name.pk


def test_only_who_manages_people_invites(
    tenant: Tenant, mina: User, nima: User, reza: User, actor_for: ActorFor
) -> None:
    for person in (mina, nima, reza):
        with pytest.raises(Denied):
            invite_user(actor=actor_for(person), email="x@example.com", role=role("reader"))


def test_managing_people_is_not_enough_to_make_an_administrator(
    tenant: Tenant, mina: User, actor_for: ActorFor
) -> None:
    manager = role("manager")
    manager.levels = {**manager.levels, "identity.user.manage": "all"}
    manager.save()
    actor = actor_for(mina)
    invite_user(actor=actor, email="ok@example.com", role=role("member"))
    with pytest.raises(Denied):
        invite_user(actor=actor, email="x@example.com", role=role("admin"))


def test_the_letter_speaks_persian_from_right_to_left(tenant: Tenant, invite: Any) -> None:
    name = User.objects.create(name="لیلا صدر", language="fa")
    invite(person=name, name="")
    letter: Any = mail.outbox[-1]
    html = str(letter.alternatives[0][0])
    assert 'dir="rtl"' in html
    assert 'lang="fa"' in html


def test_names_cannot_smuggle_markup_or_headers(tenant: Tenant, sara: User, invite: Any) -> None:
    User.objects.filter(pk=sara.pk).update(name="Sara\r\nBcc: x@example.com <b>")
    invite()
    letter: Any = mail.outbox[-1]
    assert "\n" not in letter.subject
    assert letter.bcc == []
    assert "<b>" not in str(letter.alternatives[0][0])


def test_password_of_the_cast_is_strong(tenant: Tenant, invite: Any) -> None:
    _invitation, secret = invite()
    assert accept_invitation(token=secret, password=PASSWORD).is_active
