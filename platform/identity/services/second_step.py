"""The second step as the organization asks for it, and giving somebody a fresh start who has lost theirs."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from identity.addresses import workspace_url
from identity.mail import reading_as, send_letter
from identity.models import SecondStepRule, User
from identity.services.people import require_over
from identity.services.sessions import end_sessions
from identity.services.writing import lock_user
from kernel.access import Actor, require, require_open
from kernel.audit import record_act
from kernel.errors import Invalid

MANAGE = "identity.role.manage"
#: What counts; recovery codes alone do not.
STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
LONGEST = 90
#: From least to most: asking more people starts the time to set one up anew.
_WIDTH = {who: width for width, who in enumerate(SecondStepRule.Who.values)}


def second_step_rule() -> SecondStepRule:
    """The workspace's rule; "nobody" where none was ever made."""
    kept: SecondStepRule | None = SecondStepRule.objects.filter(pk=SecondStepRule.ONLY).first()
    return kept or SecondStepRule()


def has_second_step(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).exists())


def needs_second_step(user: User) -> bool:
    """Whether the rule is about this person."""
    rule = second_step_rule()
    everybody = rule.who == SecondStepRule.Who.EVERYBODY
    return everybody or (rule.who == SecondStepRule.Who.ADMINS and user.is_admin)


def keeps_second_step(authenticator: Authenticator) -> bool:
    """Whether this is the last one of somebody who must have one."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=STRONG).exclude(pk=authenticator.pk)
    return authenticator.type in STRONG and needs_second_step(authenticator.user) and not others.exists()


@transaction.atomic
def set_second_step_rule(*, actor: Actor, who: str, grace_days: int) -> SecondStepRule:
    """Say who needs a second step. Whoever asks it of others has one, or they could not take it back."""
    require(actor, MANAGE)
    require_open()
    if who not in SecondStepRule.Who.values:
        raise Invalid.one("who", "unknown", _("Choose who needs a second step."))
    if not 0 <= grace_days <= LONGEST:
        raise Invalid.one("grace_days", "out_of_range", _("Give them between 0 and 90 days."))
    if who != SecondStepRule.Who.NOBODY and not actor.system:
        _refuse_without_own(actor)
    SecondStepRule.objects.get_or_create(pk=SecondStepRule.ONLY)
    rule = SecondStepRule.objects.select_for_update().get(pk=SecondStepRule.ONLY)
    wider = _WIDTH[who] > _WIDTH[rule.who]
    told: dict[str, list[Any]] = {"who": [rule.who, who], "grace_days": [rule.grace_days, grace_days]}
    changes = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    rule.who, rule.grace_days = who, grace_days
    rule.since = timezone.now() if wider else rule.since
    rule.save()
    if changes:
        record_act("second_step_rule", actor=actor, entity="organization", changes=changes)
    return rule


def _refuse_without_own(actor: Actor) -> None:
    if not Authenticator.objects.filter(user_id=actor.user_id, type__in=STRONG).exists():
        message = _(
            "You have no second step yourself, and would lock yourself out. Set one up first, under Sign-in and"
            " security."
        )
        raise Invalid.one("who", "you_have_none", message)


@transaction.atomic
def reset_second_step(*, actor: Actor, user: User) -> User:
    """Take away every second step of somebody who lost theirs, sign them out everywhere and write to them."""
    require_open()
    user = lock_user(user)
    require_over(actor, user)
    if user.pk == actor.user_id:
        raise Invalid.one("", "yourself", _("Change your own second step under Sign-in and security."))
    if not Authenticator.objects.filter(user=user).exists():
        raise Invalid.one("", "has_none", _("This person has no second step."))
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    record_act("mfa_taken", actor=actor, entity="user", record=user)
    if user.email:
        with reading_as(user):
            sentence = str(
                _(
                    "{name} reset your second step for signing in. Your password is enough for now; set up a new second"
                    " step after signing in."
                )
            ).format(name=actor.label)
        context = {"sentence": sentence, "security": workspace_url("/settings/security/")}
        send_letter("security_notice", to=user.email, reader=user, context=context)
    return user
