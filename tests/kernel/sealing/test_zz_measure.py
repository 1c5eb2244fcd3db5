import time, io, json
import pytest
from datetime import timedelta
from django.db import connection, transaction
from django.utils import timezone
from kernel import sealing
from kernel.ids import uuid7
from kernel.access import system_actor
from kernel.models import AuditEntry, AuditSeal
from kernel.copying import copy_rows
from kernel.sealing import verify
from kernel.sealing.verify import Findings
from kernel.context import tenant_context
from tests.factories import page_client, api_client
from identity.models import User
pytestmark = pytest.mark.django_db(transaction=True)
COLS = ("id","at","actor_id","actor_label","source","ip","request_id","action","entity","record_id","record_label","changes","batch")
def test_m(live_tenant, capsys):
    out=open('/tmp/auditm/out3.txt','w')
    def say(*a): print(*a, file=out, flush=True)
    N=400_000; CH=20000
    with transaction.atomic(): sara=User.objects.get(email="sara@example.com")
    actors=[sara.pk]+[uuid7() for _ in range(20)]
    batch=uuid7(); recs=[uuid7() for _ in range(5000)]
    start=time.time(); copied=0.0; sealed=0.0; lines=0
    import random; random.seed(1)
    base=timezone.now()-timedelta(days=2)
    for c in range(0,N,CH):
        now=timezone.now(); rows=[]
        for i in range(c,c+CH):
            if i%10<7: rows.append((uuid7(),now,actors[0],"Sara Ahmadi","import",None,"","created","contact",uuid7(),f"Person {i}",{"first_name":[None,f"P{i}"],"last_name":[None,f"L{i}"],"email":[None,f"p{i}@example.com"],"phone":[None,f"+98612{i}"],"city":[None,"Ahvaz"],"owner":[None,str(sara.pk)]},batch))
            else: rows.append((uuid7(),now,actors[i%21],"Nima","web","10.0.0.%d"%(i%200),"r%d"%i,"changed" if i%50 else "sign_in","deal" if i%50 else "user",recs[i%5000],f"Deal {i}",{"amount":["1","2"]} if i%1000!=9 else {"close_date":["2026-01-01","2026-02-02"]},None))
        t=time.time()
        with transaction.atomic(): copy_rows(AuditEntry,COLS,rows)
        copied+=time.time()-t
        t=time.time(); lines+=sealing.seal_lines(); sealed+=time.time()-t
        if c%200000==0: say(c, 'copy rows/s',round((c+CH)/copied),'seal rows/s',round(lines/sealed) if sealed else 0)
    say('copy',round(N/copied),'seal',lines,round(lines/sealed))
    from kernel.context import operator_context
    with operator_context(), transaction.atomic(), connection.cursor() as k: k.execute('analyze kernel_audit'); k.execute('analyze kernel_audit_seal')
    with transaction.atomic(), connection.cursor() as k:
        k.execute("select 1")
        k.execute("select pg_size_pretty(pg_table_size('kernel_audit')),pg_size_pretty(pg_indexes_size('kernel_audit')),pg_size_pretty(pg_total_relation_size('kernel_audit_seal'))"); say(k.fetchone())
        k.execute("select indexrelname, pg_size_pretty(pg_relation_size(indexrelid)) from pg_stat_user_indexes where relname='kernel_audit' and schemaname=current_schema()"); say(k.fetchall())
    verify.WINDOW=timedelta()
    found=Findings(); t=time.time(); more=True
    while more:
        with transaction.atomic(): more=sealing.verify_seals(found)
    say('verify',found.lines,'faults',found.faults,round(found.lines/(time.time()-t)),'rows/s')
    t=time.time(); n=sealing.seal_lines(); say('idle seal ms',round((time.time()-t)*1000,1), n)
    c=page_client(sara,live_tenant)
    for q in ["","entity=deal","entity=deal&field=close_date","entity=deal&field=amount","action=sign_in","source=web",f"who={actors[3]}",f"who={sara.pk}&action=sign_in","ip=10.0.0.7",f"entity=deal&record={recs[5]}","since=2026-11-01&until=2026-11-30","until=2026-11-01","q=nima","q=Person 77","category=sign_ins","category=reads","category=changes","action=deleted","source=api","entity=deal&action=sign_in","entity=contact&action=changed", "who=%s&entity=account"%sara.pk, "source=import&action=changed", "entity=contact&field=x", "action=created&source=web"]:
        best=[]
        for _ in range(4):
            t=time.time(); r=c.get("/settings/audit/?"+q); best.append((time.time()-t)*1000)
        say(q or 'all', r.status_code, 'ms', [round(b) for b in best])
    from crm.audit.asking import Question, lines_for
    from kernel.access import system_actor
    for kw in ({"entity":"deal","field":"close_date"},{"entity":"contact","action":"changed"},{"source":"import","action":"changed"}):
        with transaction.atomic(): say(kw, lines_for(system_actor(),Question(**kw))[:51].explain())
