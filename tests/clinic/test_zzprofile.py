import cProfile, pstats, time as t, random
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4
import pytest
from sqlalchemy import insert
from app.clinic.panel import panel
from app.doses.models import Dose, Event, Kind
from app.observations.models import Observation
from app.observations.catalogue import CATALOGUE
from app.audit import Means
from app.monitoring.plan import materialise
from tests.factories import *
from tests.story_time import MONDAY
LABS=["testosterone_total","testosterone_free","estradiol","igf1","hematocrit","hemoglobin","glucose_fasting","hba1c","cholesterol_total","hdl","ldl","triglycerides","alt","ast","psa"]
VALS={"testosterone_total":"700","testosterone_free":"15","estradiol":"33","igf1":"250","hematocrit":"48","hemoglobin":"15","glucose_fasting":"90","hba1c":"5.3","cholesterol_total":"190","hdl":"50","ldl":"110","triglycerides":"120","alt":"30","ast":"25","psa":"1"}
@pytest.mark.parametrize("daily",[False,True])
async def test_profile(sessions, daily):
    N=50
    async with sessions.begin() as s:
        c = await a_clinician(s)
        obs=[];doses=[];events=[]
        for i in range(N):
            p = await a_patient(s, name=f"p{i}")
            await a_care_link(s,p,c)
            lines = await a_protocol(s,p,a_line(medicine="testosterone_cypionate",route="intramuscular",amount="100",unit="mg",weekdays=(7,)), a_line(weekdays=(1,2,3,4,5)), a_line(medicine="anastrozole",route="oral",amount="0.25",unit="mg",weekdays=(1,4)))
            from app.protocols.models import Version
            from sqlalchemy import select
            v = (await s.scalars(select(Version).where(Version.patient_id==p.id))).one()
            for d in range(20,364):
                at = MONDAY+timedelta(days=d, hours=16.5)
                wd=(MONDAY.date()+timedelta(days=d)).isoweekday()
                for n,l in enumerate(lines):
                    if n==0 and wd!=7 or n==1 and wd>5 or n==2 and wd not in(1,4): continue
                    k=uuid4()
                    doses.append(dict(patient_id=p.id,id=k,line_id=l,version_id=v.id,night=at.date()-timedelta(days=1),slot=7+n,label="x",amount_value=Decimal(1),amount_unit="mg",route="x",due_at=at,closes_at=at+timedelta(hours=8),on_time_minutes=120,ladder=[0],zone="America/Denver",held=False,extra=False))
                    events.append(dict(patient_id=p.id,id=uuid4(),dose_id=k,seq=1,kind=Kind.TAKEN,taken_at=at,logged_at=at,means=Means.APP,author_id=p.id))
            def o(code,val,at):
                obs.append(dict(patient_id=p.id,id=uuid4(),panel_id=uuid4(),code=code,value=Decimal(val),unit=CATALOGUE[code].unit,collected_at=at,zone="America/Denver",day=at.date(),author_id=p.id,means=Means.APP,entered_at=at))
            for d in (-10,42,84,182,350):
                for code in LABS: o(code,VALS[code],MONDAY+timedelta(days=d))
            for d in range(0,360,1 if daily else 7):
                o("systolic",str(random.randint(110,139)),MONDAY+timedelta(days=d));o("diastolic","80",MONDAY+timedelta(days=d));o("weight","80",MONDAY+timedelta(days=d))
                for code in ("energy","sleep_quality","recovery","libido"): o(code,"7",MONDAY+timedelta(days=d))
            for d in range(0,360,14): o("headache","3",MONDAY+timedelta(days=d))
            await materialise(s,p.id,MONDAY+timedelta(days=364))
        await s.execute(insert(Observation),obs)
        await s.execute(insert(Dose),doses)
        await s.execute(insert(Event),events)
    now=MONDAY+timedelta(days=364)
    for n in range(3):
        pr=cProfile.Profile() if n==2 else None
        async with sessions.begin() as s:
            if n==0: c = await s.merge(c)
            a=t.process_time(); w=t.perf_counter()
            if pr: pr.enable()
            page=await panel(s,c,cursor=None,limit=50,now=now)
            if pr: pr.disable()
            print("daily" if daily else "weekly", "cpu",round(t.process_time()-a,2),"wall",round(t.perf_counter()-w,2), sum(r.flags for r in page.rows), sum(r.labs_overdue for r in page.rows))
    pstats.Stats(pr).sort_stats("cumtime").print_stats(45)
