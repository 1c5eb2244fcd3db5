import time, cProfile, pstats, os
import pytest
from tests.crm.imports.conftest import begin, finish, counts
from tests.crm.imports.test_real_data import DATA
pytestmark = [pytest.mark.django_db]
def test_speed(tenant, sara, actor_for):
    actor = actor_for(sara)
    for e, f in (("account","accounts"),("product","products"),("user","sales_teams")):
        finish(begin(actor, e, DATA / f"{f}.csv"), actor)
    lines = (DATA/"sales_pipeline.csv").read_text().splitlines()
    out = [lines[0]]
    for k in range(3):
        out += [f"{k}{l}" for l in lines[1:]]
    for label in ("new", "again"):
        run = begin(actor, "deal", "\n".join(out))
        t=time.time()
        pr = cProfile.Profile() if os.environ.get("PROF") else None
        if pr: pr.enable()
        run = finish(run, actor)
        if pr: pr.disable()
        dt=time.time()-t
        print(label, counts(run), round(run.rows/dt), "rows/s")
        if pr: pstats.Stats(pr).sort_stats(os.environ["PROF"]).print_stats(40)
