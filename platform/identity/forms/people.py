"""Forms of Settings › People."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.models import Role, Team, User
from identity.selectors import grantable_roles, teams_in_order
from identity.services.leaving import Belonging
from kernel.access import Actor
from kernel.formats import num


class RoleField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class TeamField(forms.ModelChoiceField):  # type: ignore[type-arg]  # as above
    """Teams as an indented tree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Team.objects.order_by("name"), required=False, **kwargs)

    def show_tree(self, without: Team | None = None) -> None:
        rows = teams_in_order(without=without)
        self.queryset = Team.objects.filter(pk__in=[team.pk for team, _level in rows])
        depth = "\u2003"
        self.choices = [("", "—"), *((team.pk, f"{depth * level}{team.name}") for team, level in rows)]


class FurtherRoles(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # as above
    """Roles beside the main one, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Role.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
            label=_("Further roles"), help_text=_("What several roles give adds up."), **kwargs,
        )  # fmt: skip

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.label)


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(label=_("Name"), max_length=150, required=False)
    role = RoleField(label=_("Role"), queryset=Role.objects.none(), empty_label=None)
    roles = FurtherRoles()
    team = TeamField(label=_("Team"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = grantable_roles(actor)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["roles"].queryset = grantable_roles(actor)  # type: ignore[attr-defined]  # as above
        self.fields["team"].show_tree()  # type: ignore[attr-defined]  # a TeamField


class PersonForm(forms.Form):
    """Role and team of one person; empty where the actor may not decide."""

    role = RoleField(label=_("Role"), queryset=Role.objects.none(), empty_label=None)
    roles = FurtherRoles()
    team = TeamField(label=_("Team"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = grantable_roles(actor)  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["roles"].queryset = grantable_roles(actor)  # type: ignore[attr-defined]  # as above
        self.fields["team"].show_tree()  # type: ignore[attr-defined]  # a TeamField


class LeaveForm(forms.Form):
    """Who gets what hangs on a person who leaves: everything to one, or single kinds to others."""

    to = forms.ModelChoiceField(
        label=_("Hand everything over to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody for now"),
    )

    def __init__(
        self, *args: Any, leaving: User, belongings: Iterable[tuple[Belonging, int]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [kind for kind, _number in belongings]
        others = User.objects.filter(state=User.State.ACTIVE).exclude(pk=leaving.pk).order_by("name")
        people = [(person.pk, person.name) for person in others]
        self.fields["to"].queryset = others  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["to"].choices = [("", _("Nobody for now")), *people]  # type: ignore[attr-defined]  # as above
        for kind, number in belongings:
            label = _("{things} ({number})").format(things=kind.label, number=num(number))
            field = forms.ModelChoiceField(label=label, queryset=others, required=False)
            field.choices = [("", _("As above")), *people]
            self.fields[f"to_{kind.key}"] = field

    def by_kind(self) -> dict[str, User]:
        """Receivers of single kinds, where they differ."""
        chosen = {kind.key: self.cleaned_data[f"to_{kind.key}"] for kind in self.kinds}
        return {key: person for key, person in chosen.items() if person is not None}


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    parent = TeamField(label=_("Below the team"))
    manager = forms.ModelChoiceField(
        label=_("Led by"), queryset=User.objects.none(), required=False, empty_label="—",
        help_text=_("Whoever leads a team reaches its records and those of the teams below."),
    )  # fmt: skip
    region = forms.CharField(label=_("Region"), max_length=120, required=False)

    def __init__(self, *args: Any, team: Team | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = User.State.DEACTIVATED
        self.fields["manager"].queryset = User.objects.exclude(state=gone).order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["parent"].show_tree(without=team)  # type: ignore[attr-defined]  # a TeamField


class NewRoleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    like = RoleField(label=_("Start like"), queryset=Role.objects.none(), required=False, empty_label=_("With nothing"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["like"].queryset = Role.objects.exclude(key=Role.ADMIN)  # type: ignore[attr-defined]  # a ModelChoiceField
