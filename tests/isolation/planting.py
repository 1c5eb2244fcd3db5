"""A workspace whose every text field holds a mark. Where the mark is seen, something has leaked."""

import datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from crm.audit.check import JOB as CHECK_JOB
from crm.customization.derived import define_formula
from crm.customization.objects import define_object
from crm.customization.relations import define_relation
from crm.customization.services import can_have_fields, define_field
from identity.services.tokens import issue_token
from kernel import files
from kernel.access import system_actor
from kernel.context import public_context
from kernel.ids import uuid7
from kernel.models import Job
from kernel.records import create_record
from kernel.registry import registry
from tenants.archive.exporting import ref_of
from tenants.archive.selectors import EXPORT_JOB, RESTORE_JOB, UPLOADS
from tenants.models import RetiredSchema
from tenants.pool import new_name
from tenants.selectors import current_organization
from tenants.versions import version_of

#: No word of any page, hash or id begins like this.
MARK = "qzxj"
#: What the marked workspace itself is called.
SIGN = "vqkw"
_number = count(1)
#: Definitions must be whole to be read at all: one entity of the workspace's own, with one field. The
#: neighbour has one of the same names (`make_alike`), so these are no marks.
_WORDS = ("label", "label_plural", "title_label", "help")
OWN, OWN_PLURAL, OWN_RELATION = "x_planted", "x_planteds", "x_planted_r"
_DEFINED: dict[str, dict[str, Any]] = {
    # Every colleague who may see such records reads what they are called, so these words are the workspace's sign.
    "crm.CustomObject": {"name": OWN, "plural": OWN_PLURAL, **{key: {"en": f"{SIGN}0 own"} for key in _WORDS}},
    "crm.CustomField": {
        "entity": OWN,
        "name": f"{OWN}_f",
        "kind": "text",
        "options": {},
        "default": None,
        "label": {"en": f"{SIGN}0 own"},
        "help": {},
    },
    "crm.CustomRecord": {"object": OWN, "extra": {f"{OWN}_f": f"{MARK}-value"}},
    "crm.EntityLayout": {"entity": OWN},
    "kernel.RecordType": {"entity": "account", "names": {"en": f"{SIGN}0 type"}},
}


def make_alike(actor: Any) -> None:
    """The same in the neighbour's workspace: an entity of this name with these fields, so that the addresses of the
    other's open here, and only the ids are foreign."""
    words = {"en": "Ours"}
    define_object(actor=actor, name=OWN, plural=OWN_PLURAL, label=words, label_plural=words)
    define_field(actor=actor, entity=OWN, name=f"{OWN}_f", kind="text", label=words)
    define_relation(actor=actor, entity=OWN, target="account", name=OWN_RELATION, label=words)
    create_record(OWN, actor=system_actor("test"), values={"name": "Ours"})
    _calculate(actor)


def _calculate(actor: Any) -> None:
    """A calculated field for every kind of record that may have one: of no other field it is told how it came about."""
    for entity in [one.name for one in registry.entities if can_have_fields(one)]:
        define_formula(actor=actor, entity=entity, name="x_known", label={"en": "Known"}, source="1 + 1")


def own_models() -> tuple[type[models.Model], ...]:
    """Every table of ours that a workspace has, engines' included; libraries' tables hold no words of people."""
    names = {*settings.CORE_APPS, *settings.ENGINE_APPS}
    ours = [c for c in apps.get_app_configs() if c.name in names and not c.name.startswith(("django.", "allauth"))]
    return tuple(model for config in ours for model in config.get_models() if model._meta.managed)


def plant() -> dict[type[models.Model], models.Model]:
    """One row of every model, its words all marked. The workspace must be bound."""
    planted: dict[type[models.Model], models.Model] = {}
    for model in own_models():
        _plant_one(model, planted)
    return planted


def _plant_one(model: type[models.Model], planted: dict[type[models.Model], models.Model]) -> models.Model:
    if model not in planted:
        values = {
            field.attname: value
            for field in model._meta.concrete_fields
            if (value := _value(field, planted)) is not None
        }
        for name in _needed(model):
            related: Any = model._meta.get_field(name).related_model
            values.setdefault(f"{name}_id", _plant_one(related, planted).pk)
        values |= _hung(model, planted) | _DEFINED.get(model._meta.label, {})
        planted[model] = model._base_manager.create(**values)
    return planted[model]


def _hung(model: type[models.Model], planted: dict[type[models.Model], models.Model]) -> dict[str, Any]:
    """What hangs on any record by its name and id hangs on the planted account: elsewhere nobody would find it."""
    on = next((one.hangs_on for one in registry.entities if one.model_class is model and one.hangs_on), None)
    account = registry.entity("account").model_class
    return {on[0]: "account", on[1]: _plant_one(account, planted).pk} if on else {}


def _needed(model: type[models.Model]) -> list[str]:
    """Relations that may each be empty, of which a check wants one: the first of the ways that it lists."""
    checks = [c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
    ways = [check.children[0] for check in checks if isinstance(check, models.Q) and check.connector == models.Q.OR]
    told: list[Any] = [pair for way in ways if isinstance(way, models.Q) for pair in way.children]
    return [name.removesuffix("__isnull") for name, empty in told if name.endswith("__isnull") and not empty]


def _value(field: Any, planted: dict[type[models.Model], models.Model]) -> Any:
    """A marked value, or None where the field's own default will do."""
    if isinstance(field, models.GeneratedField) or field.name == "deleted_at":
        return None
    if isinstance(field, models.ForeignKey):
        if field.null or field.related_model is field.model:
            return None
        return _plant_one(field.related_model, planted).pk
    if field.choices:
        return field.get_default() or next(value for value, _label in field.flatchoices if value)
    if isinstance(field, models.CharField | models.TextField):
        return _words(field)
    if isinstance(field, models.JSONField):
        return {f"{MARK}-key": f"{MARK}-value"} if not field.has_default() or field.get_default() == {} else None
    return None if field.null or field.has_default() else _plain(field)


def _words(field: Any) -> str | None:
    if isinstance(field, models.EmailField):
        return f"{MARK}{next(_number)}@secret.example"
    if isinstance(field, models.URLField):
        return f"https://{MARK}{next(_number)}.example/"
    room = field.max_length or 80
    if room <= len(MARK):  # a currency, a language
        return None
    return f"{MARK}{next(_number)}-{field.name}"[:room]


def _plain(field: Any) -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) or field.primary_key:
        return None
    plain: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
        (models.DateTimeField, timezone.now()), (models.DateField, datetime.date(2026, 1, 1)),
        (models.BooleanField, False), (models.UUIDField, uuid7()), (models.DecimalField, Decimal(1)),
        (models.IntegerField, 1), (models.BinaryField, MARK.encode()), (models.GenericIPAddressField, "192.0.2.1"),
    )  # fmt: skip
    return next(value for kind, value in plain if isinstance(field, kind))


def ids_of(planted: dict[type[models.Model], models.Model]) -> dict[str, UUID | int]:
    """Every planted row's id, by its model's label."""
    return {model._meta.label: row.pk for model, row in planted.items()}


def make(owner: Any, actor: Any) -> dict[str, Any]:
    """What must be whole to be reached at all, made as people make it: ids by the model's label, in place of planted
    ones. An import with its file, a change that can be undone, a key and a passkey of `owner`, archives."""
    from crm.imports.services.uploading import upload
    from crm.pages.views_store import save_view
    from crm.services.files import attach_file

    held = _file_field(actor)
    words = {"en": f"{SIGN}0 rel"}
    _calculate(actor)
    relation = define_relation(actor=actor, entity=OWN, target="account", name=OWN_RELATION, label=words)
    record = create_record("account", actor=actor, values={"name": f"{MARK}0 Ltd", "city": f"{MARK}0 city", **held})
    file = f"name,city\n{MARK}1 Ltd,{MARK}1 city\n".encode()
    run = upload(actor=actor, entity="account", filename=f"{MARK}1.csv", chunks=[file])
    token, _secret = issue_token(actor=actor, user=owner, name=f"{MARK}0 token")
    kind = Authenticator.Type.WEBAUTHN
    data = {"name": f"{MARK}0 passkey", "credential": _credential()}
    passkey = Authenticator.objects.create(user=owner, type=kind, data=data)
    text = SimpleUploadedFile(f"{MARK}0.txt", f"{MARK}0 text".encode())
    attached = attach_file("account", record.pk, text, actor=actor)
    return {
        "kernel.AuditEntry": record.audit_id, "crm.ImportRun": run.pk, "identity.ApiToken": token.pk,
        "mfa.Authenticator": passkey.pk, "a relation": relation.pk, "a record with a file": record.pk,
        "kernel.Job": _exported(actor), "crm.Attachment": attached.pk,
        "crm.SavedView": save_view("account", actor=actor, name=f"{MARK}0 view", params={"q": f"{MARK}0"}).pk,
        **_archives(actor),
    }  # fmt: skip


def _credential() -> dict[str, Any]:
    """What a browser answers when a passkey is made; nobody holds the key to it."""
    key, name = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}), MARK.encode()
    told = AuthenticatorData.create(
        bytes(32), AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT, 0,
        AttestedCredentialData.create(Aaguid.NONE, name, key),
    )  # fmt: skip
    said = CollectedClientData.create("webauthn.create", name, "https://passkey.example")
    whole = {"attestationObject": AttestationObject.create("none", told, {}), "clientDataJSON": said}
    return {
        "id": websafe_encode(name), "rawId": websafe_encode(name), "type": "public-key",
        "response": {part: websafe_encode(value) for part, value in whole.items()},
    }  # fmt: skip


def _exported(actor: Any) -> UUID:
    """A list that was written to a file by a job."""
    from crm.pages.export_job import ref_of as list_ref

    payload = {"entity": "account", "kind": "csv", "name": f"{MARK}0.csv"}
    done = Job.objects.create(
        kind="crm.list_export", state=Job.State.DONE, created_by_label=f"{MARK}0", created_by_id=actor.user_id,
        payload=payload, result={"rows": 1},
    )  # fmt: skip
    with files.write(list_ref(done)) as target:
        target.write(f"{MARK}0 list".encode())
    return done.pk


def _file_field(actor: Any) -> dict[str, Any]:
    """A field of files, and a file for it."""
    from crm.customization.services import define_field

    define_field(actor=actor, entity="account", kind="file", name="x_paper", label={"en": f"{SIGN}0 paper"})
    ref = files.save("fields", [f"{MARK}0 paper".encode()])
    return {"x_paper": {"ref": ref, "name": f"{MARK}0.pdf", "size": 9, "type": "application/pdf"}}


def _archives(actor: Any) -> dict[str, Any]:
    """An archive that is done, one that was uploaded, a restore and a check that wait, and a schema to go back to."""
    whole = {"size": 9, "rows": 1, "files": 1}
    done = Job.objects.create(kind=EXPORT_JOB, state=Job.State.DONE, created_by_label=f"{MARK}0", result=whole)
    with files.write(ref_of(done)) as target:
        target.write(f"{MARK}0 archive".encode())
    checking = Job.objects.create(kind=CHECK_JOB, created_by_label=f"{MARK}0", created_by_id=actor.user_id)
    waiting = Job.objects.create(kind=RESTORE_JOB, created_by_label=f"{MARK}0", created_by_id=actor.user_id)
    uploaded = files.save(UPLOADS, [f"{MARK}0 upload".encode()]).partition("/")[2]
    organization, way_back = current_organization(), new_name()
    with public_context():
        RetiredSchema.objects.create(
            schema_name=way_back, organization=organization, releases={"core": version_of("core")}, engines=[],
            drop_after=timezone.now() + datetime.timedelta(days=1),
        )  # fmt: skip
    return {
        "an archive": done.pk, "a restore": waiting.pk, "an upload": uploaded, "a way back": way_back,
        "tenants.Organization": organization.id, "an audit check": checking.pk,
    }  # fmt: skip
