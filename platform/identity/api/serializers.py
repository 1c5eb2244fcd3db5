"""Bodies of identity's own addresses, as the OpenAPI document shows them."""

from typing import Any

from rest_framework import serializers

from identity.models import SecondStepRule
from identity.services.second_step import LONGEST
from kernel.clean import NO_SUCH_FIELD


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know, as the generic addresses do."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(str(NO_SUCH_FIELD), NO_SUCH_FIELD.code)] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


class SignIn(Strict):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(max_length=20, required=False, help_text="One-time or recovery code.")


class Token(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class RoleRef(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()


class Me(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    language = serializers.CharField()
    role = RoleRef(allow_null=True)
    team = serializers.UUIDField(allow_null=True)
    permissions = serializers.DictField(child=serializers.CharField())
    workspace = serializers.DictField(child=serializers.CharField())


class Invite(Strict):
    email = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=150, required=False, default="")
    role = serializers.CharField(default="member", help_text="Key or id of a role.")
    roles = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        default=list,
        max_length=20,
        help_text="Further roles: keys or ids.",
    )
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    person = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="A name-only user who shall take over their records."
    )


class InvitationOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    user = serializers.UUIDField(source="user_id")
    email = serializers.EmailField()
    name = serializers.CharField(source="user.name")
    role = serializers.CharField(source="role.key")
    team = serializers.UUIDField(source="team_id", allow_null=True)
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class InvitationList(serializers.Serializer[Any]):
    results = InvitationOut(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    count = serializers.IntegerField()


class NewRole(Strict):
    role = serializers.CharField(help_text="Key or id of a role.")
    roles = serializers.ListField(
        child=serializers.CharField(), required=False, max_length=20,
        help_text="Further roles beside it: keys or ids; left out, those held stay.",
    )  # fmt: skip


class Leave(Strict):
    to = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Who gets the records.")
    by_kind = serializers.DictField(
        child=serializers.UUIDField(), required=False, default=dict,
        help_text="Other receivers by kind: an entity's name, led_teams, served_territories, shares, shared_views.",
    )  # fmt: skip


class PersonOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    role = serializers.CharField(source="role.key", allow_null=True)
    roles = serializers.SerializerMethodField(help_text="Further roles, by key.")

    def get_roles(self, user: Any) -> list[str]:
        return [one.role.key for one in user.further_roles.select_related("role").order_by("role__key")]


class TerritoryPeople(Strict):
    people = serializers.ListField(child=serializers.UUIDField(), max_length=1000, help_text="Everybody who serves it.")


class NewSecondStep(Strict):
    who = serializers.ChoiceField(SecondStepRule.Who.choices)
    grace_days = serializers.IntegerField(min_value=0, max_value=LONGEST, help_text="Days to set one up.")


class SecondStep(NewSecondStep):
    since = serializers.DateTimeField(help_text="When the days of grace began.")
    due = serializers.DateTimeField(help_text="From then on nobody whom it is about gets in without one.")


class Ended(serializers.Serializer[Any]):
    ended = serializers.IntegerField(help_text="How many sign-ins were ended.")
