"""A person's name: two parts and the whole, always in step."""

from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from crm.services.customers import prepare_customer
from kernel.access import Actor
from kernel.errors import Invalid


def prepare_contact(contact: Contact, changed: set[str], actor: Actor) -> None:
    """The parts make the whole; a whole given alone is split after its first word."""
    if "name" in changed and contact.name and not changed & {"first_name", "last_name"}:
        first, _space, rest = contact.name.strip().partition(" ")
        contact.first_name, contact.last_name = (first[:100], rest.strip()[:100]) if rest else ("", first[:100])
    contact.name = f"{contact.first_name} {contact.last_name}".strip()
    if not contact.name:
        raise Invalid.one("last_name", "required", _("Give at least one name."))
    prepare_customer(contact, changed, actor)
