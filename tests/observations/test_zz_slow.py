import time as sw
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4
import pytest
from sqlalchemy import event
from app.audit import Means
from app.observations.models import Observation
from tests.factories import a_patient, signed_in, a_protocol, a_line
from tests.story_time import MONDAY

async def test_slow(http, sessions, time, engine):
    async with sessions.begin() as s:
        p = await a_patient(s)
        await a_protocol(s, p, a_line())
        http.headers.update(await signed_in(s, p, time.now))
        for n in range(3000):
            code, unit, v = [("weight","kg","80.5"),("energy","{score}","5"),("libido","{score}","4"),("hematocrit","%","45"),("headache","{score}","3"),("systolic","mm[Hg]","120")][n%6]
            at = MONDAY - timedelta(hours=3*n+1)
            s.add(Observation(patient_id=p.id,id=uuid4(),panel_id=uuid4(),code=code,value=Decimal(v),unit=unit,collected_at=at,zone="America/Denver",day=at.date(),author_id=p.id,means=Means.APP,entered_at=at))
    for path in ["observations","check-ins?from=2025-11-01&to=2026-11-23","body","trends","side-effects","results","flags","labs/due"]:
        st=[]
        h=lambda *e: st.append(e[2])
        event.listen(engine.sync_engine,"before_cursor_execute",h)
        b=sw.perf_counter(); a=await http.get("/api/patients/me/"+path); t=sw.perf_counter()-b
        event.remove(engine.sync_engine,"before_cursor_execute",h)
        print("SLOW", path, a.status_code, round(t*1000), "ms", len(st), "stmts", len(a.content)//1000, "kB")
