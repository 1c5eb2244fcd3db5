"""The provider's own audit, of operators' acts: sealed by the sweep, checked by a command."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from identity.services import create_operator
from kernel import sealing
from kernel.access import system_actor
from kernel.context import tenant_context
from kernel.models import AuditEntry, AuditSeal
from tenants.tasks import sweep
from tests.factories import PASSWORD


@pytest.fixture
def operators_act(public: None) -> AuditEntry:
    AuditSeal.objects.all().delete()
    AuditEntry.objects.all().delete()
    create_operator(actor=system_actor("test"), email="op@example.com", name="Olivia", password=PASSWORD)
    return AuditEntry.objects.latest("id")


def test_the_sweep_seals_what_operators_did(operators_act: AuditEntry, other_tenant: Any) -> None:
    with tenant_context(other_tenant):
        before = AuditSeal.objects.count()
    sweep()
    assert sealing.unsealed_lines() == 0
    assert operators_act.pk in AuditSeal.objects.get().ids
    with tenant_context(other_tenant):
        assert AuditSeal.objects.count() == before, "a workspace's audit is its own affair"


def test_the_command_says_whether_it_is_whole(operators_act: AuditEntry) -> None:
    told = StringIO()
    call_command("check_audit", stdout=told)
    assert "in 1 seals" in told.getvalue()
    AuditEntry.objects.filter(pk=operators_act.pk).update(actor_label="Somebody else")
    wrong = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_audit", stdout=told, stderr=wrong)
    assert "altered" in wrong.getvalue()
    AuditEntry.objects.filter(pk=operators_act.pk).delete()
    with pytest.raises(CommandError, match="faults"):
        call_command("check_audit", stdout=told, stderr=wrong)
