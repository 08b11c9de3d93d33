"""Every screen of the app: who sees it, where it is, and what to press to see all of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from playwright.async_api import Page

from app import clock

Steps = Callable[[Page], Awaitable[None]]


async def nothing_more(page: Page) -> None:
    """The screen is complete as it opens."""


@dataclass(frozen=True)
class Screen:
    """One state of one screen.

    name            of its picture
    who             in the cast; None is a stranger
    path            `{about}` is what belongs to the one who sees it
    ready           something that is there once the screen can be used
    steps           what is pressed then
    notifications   whether the browser allows them
    zone            where the phone is; None is where the patients live
    desk            looked at on a desk and on a tablet as well
    """

    name: str
    who: str | None
    path: str
    ready: str
    steps: Steps = nothing_more
    notifications: bool = True
    zone: str | None = None
    desk: bool = False

    def __str__(self) -> str:
        return self.name


async def two_medicines(page: Page) -> None:
    """The line editor with two lines, one of them with everything open."""
    await page.get_by_text("None: add medicines").click()
    await page.select_option("[name='lines.0.medicine']", "cjc1295_ipamorelin")
    await page.fill("[name='lines.0.amount.value']", "100")
    await page.get_by_text("Some weekdays").first.click()
    await page.get_by_text("Add another medicine").click()
    await page.select_option("[name='lines.1.medicine']", "testosterone_cypionate")
    await page.locator("[name='lines.1.when']").nth(1).check()
    await page.locator("[name='lines.1.recurrence.nights']").nth(2).check()
    await page.locator("details summary").nth(1).click()


async def a_summary(page: Page) -> None:
    """The protocol in words, before it is saved."""
    await page.click("form [type=submit]")
    await page.get_by_text("Is this what was prescribed?").wait_for()


async def a_mistake(page: Page) -> None:
    """A form sent empty."""
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def clinicians_code(page: Page) -> None:
    """The field that only clinicians fill in."""
    await page.get_by_text("I am a clinician or a companion").click()
    await page.locator("[name=invite]").wait_for()


async def seven_bedtimes(page: Page) -> None:
    """A bedtime for each night of the week."""
    await page.locator("form input[type=checkbox]").first.check()
    await page.locator("[name='bedtimes.6']").wait_for()


async def taken_earlier(page: Page) -> None:
    """The sheet that asks when and how much, with an amount that asks why."""
    await page.click("[data-do=earlier]")
    await page.locator("[name=taken_at]").wait_for()
    await page.get_by_text("Another amount, or a note").click()
    await page.fill("[name=amount]", "0.25")
    await page.locator("[name=amount_reason]").nth(3).check()


async def a_correction(page: Page) -> None:
    """What was logged, being changed."""
    await page.click("[data-do=amend]")
    await page.locator("[name=taken_at]").wait_for()


async def a_second_dose(page: Page) -> None:
    """A dose that was not planned, and the question whether it is meant."""
    await page.click("[data-do=extra]")
    await page.locator("[name=line]").first.check()
    await page.get_by_text("Log the extra dose").click()
    await page.locator("dialog").wait_for()


async def who_says_so(page: Page) -> None:
    """The rules of a dose with their source, and what is ahead."""
    await page.locator("[data-rule=gap]").wait_for()
    await page.locator("[data-notice=ahead]").first.wait_for()
    for source in await page.locator("details.source summary").all():
        await source.click()


async def all_about_the_lines(page: Page) -> None:
    """Every line with its rules, and what the first version changed."""
    for summary in await page.locator("main details summary").all():
        await summary.click()


async def putting_it_on_hold(page: Page) -> None:
    """A line on hold, and another being put on hold by a patient without a clinic."""
    await page.locator("[data-turn=hold]").wait_for()
    await page.locator("[data-do=hold]").first.click()
    await page.locator("[name=until]").wait_for()


async def what_is_proposed(page: Page) -> None:
    """The difference in plain words."""
    await page.locator("[data-change]").first.wait_for()


async def last_night(page: Page) -> None:
    """A night of the month, opened."""
    await page.locator("[data-night]:not([data-sign=none], [data-sign=planned])").last.click()
    await page.locator("[data-opened]").wait_for()


async def in_sentences(page: Page) -> None:
    """The month as a list."""
    await page.click("[data-do=as]")
    await page.locator("li[data-night]").first.wait_for()


async def a_file_with_mistakes(page: Page) -> None:
    """What would be recorded of a file, and what cannot be."""
    rows = "medicine,date,time,status\nsermorelin,2026-31-12,22:30,taken\nnothing,2026-01-05,,x\n"
    file = {"name": "history.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    await page.get_by_text("Which columns?").click()
    await page.locator("[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await page.click("form [type=submit]")
    await page.locator("[data-row]").first.wait_for()


async def the_best_days(page: Page) -> None:
    """What a visit measures, and the days that suit it, with those left out."""
    await page.locator("[data-visit] summary").first.click()
    await page.locator("[data-do=choose-day]").first.click()
    await page.get_by_text("Another day or time").first.click()
    await page.locator("form [name=at]").first.wait_for()


async def the_day_chosen(page: Page) -> None:
    """A day for a draw, as it was chosen."""
    await page.locator("[data-do=choose-day]").first.click()
    await page.get_by_text("Another day or time").first.click()
    await page.locator("form [name=day]").first.fill(f"{clock.now().date() + timedelta(days=9)}")
    await page.locator("form [type=submit]").first.click()
    await page.locator("[data-chosen]").first.wait_for()


async def into_a_panel(page: Page, panel: str, code: str, value: str) -> None:
    """A value of a marker that may be folded away."""
    field = page.locator(f"[name='{code}.value']")
    if not await field.is_visible():
        await page.get_by_text(panel, exact=True).click()
    await field.fill(value)


async def a_question_about_a_value(page: Page) -> None:
    """A report with one value that looks like another unit, and one that is unusual."""
    await page.fill("[name=day]", f"{clock.now().date() - timedelta(days=2)}")
    await page.locator("[name=time_unknown]").check()
    await page.locator("[name=fasting]").nth(2).check()
    await page.fill("[name=laboratory]", "City laboratory")
    await into_a_panel(page, "Hormones", "testosterone_total", "19,4")
    await page.select_option("[name='testosterone_total.unit']", "ng/dL")
    await page.fill("[name='estradiol.value']", "<20")
    await page.locator("[data-marker=estradiol] summary").click()
    await into_a_panel(page, "Blood count", "hematocrit", "27")
    await page.click("form [type=submit]")
    await page.locator("[data-question]").nth(1).wait_for()


async def what_is_missing(page: Page) -> None:
    """A report without a day, and with a value that is none."""
    await into_a_panel(page, "Hormones", "testosterone_total", "high")
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def when_it_was_drawn(page: Page) -> None:
    """The signs of a chart, the same as a table, and all about one result."""
    await page.get_by_text("Show as a table").click()
    await page.locator("[data-result] > summary").first.click()
    await page.locator("[data-do=correct]").first.wait_for()


async def a_result_corrected(page: Page) -> None:
    """One result being corrected, another being removed."""
    await page.locator("[data-result] > summary").first.click()
    await page.locator("[data-do=correct]").first.click()
    await page.locator("[data-result] > summary").nth(1).click()
    await page.locator("[data-do=remove]").first.click()
    await page.locator("[name=reason]").last.check()


async def why_skipped(page: Page) -> None:
    """The sheet that asks why, with an answer that calls for the clinic."""
    await page.click("[data-do=skip]")
    await page.locator("[name=reason]").nth(1).check()


async def an_invite(page: Page) -> None:
    """The list with what is left out, and the code that a clinician gives to a patient."""
    await page.locator(".night-row").first.wait_for()
    await page.get_by_text("Make an invite").click()
    await page.locator(".qr").wait_for()


async def all_of_one(page: Page) -> None:
    """Everything about a patient, with what a day holds, all of it as a table, and other days."""
    await page.locator("[data-line]").first.wait_for()
    await page.locator("[data-figures]").wait_for()
    await page.locator("[data-do=walk]").press("p")
    await page.get_by_text("Show as a table").click()
    await page.get_by_text("Delay, gaps and more").click()
    await page.click("[data-days=range]")
    await page.locator("[data-do=task]").first.click()


async def everybody_let_in(page: Page) -> None:
    """A consent being changed, another being ended, and the two ways to let somebody in."""
    await page.get_by_role("button", name="Change what").first.click()
    await page.get_by_role("button", name="End access of").nth(1).click()
    await page.get_by_text("Let a clinic in with a code").click()
    await page.get_by_text("Let a partner or a nurse look").click()
    await page.get_by_text("Make an invite").click()
    await page.locator(".qr").wait_for()


async def the_nights_before(page: Page) -> None:
    """What a companion sees of the last two weeks."""
    await page.get_by_text("The nights before").click()
    await page.locator("[data-night]").nth(1).wait_for()


async def without_answers(page: Page) -> None:
    """Questions that were sent without an answer."""
    await page.click("form [type=submit]")
    await page.locator(".error").first.wait_for()


async def a_hold_and_a_withdrawal(page: Page) -> None:
    """A proposal being taken back, and a medicine being put on hold."""
    await page.locator("[data-change]").first.wait_for()
    await page.get_by_text("Take it back").click()
    await page.get_by_text("Rules, hold or stop").click()
    await page.get_by_role("button", name="Hold: CJC").click()
    await page.locator("[name=until]").wait_for()


async def a_proposal_without_a_reason(page: Page) -> None:
    """One of several lines, and the facts of a proposal with everything open and much missing."""
    await page.locator("details.one-line > summary").last.click()
    await page.get_by_text("The lab result behind it").click()
    await page.fill("[name='because.marker']", "IGF-1")
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def what_changes(page: Page) -> None:
    """A proposal before it is sent: the difference, and a warning that wants a reason."""
    await page.fill("[name='lines.0.amount.value']", "0.05")
    await page.select_option("[name='lines.0.amount.unit']", "mg")
    await page.get_by_text("Add another medicine").click()
    await page.select_option("[name='lines.1.medicine']", "anastrozole")
    await page.fill("[name='lines.1.amount.value']", "0.5")
    await page.select_option("[name='lines.1.amount.unit']", "mg")
    await page.locator("[name='lines.1.recurrence.nights']").first.check()
    await page.fill("[name=reason]", "As discussed on Monday.")
    await page.click("form [type=submit]")
    await page.get_by_text("Please look at this").wait_for()
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def somebody_was_faster(page: Page) -> None:
    """A proposal that another one overtook while it was written."""
    await page.fill("[name=reason]", "As discussed on Monday.")
    await page.click("form [type=submit]")
    await page.locator("[data-change]").first.wait_for()
    await page.evaluate(OVERTAKE, page.url.split("/")[-2])
    await page.click("form [type=submit]")
    await page.get_by_text("go on with mine").wait_for()


# The same clinician in another window: an amount of 40 is entered while this page is open.
OVERTAKE = """async patient => {
    const path = `/api/patients/${patient}/protocol`
    const {proposed, versions} = await (await fetch(path)).json()
    const [{id, medicine, form, route, recurrence, ladder}] = proposed.lines
    const body = JSON.stringify({
        reason: 'Called the patient.', based_on: versions[0].number,
        lines: [{id, medicine, form, route, recurrence, ladder, amount: {value: '40', unit: 'ug'}}],
        overrides: [{code: 'baseline_labs_missing', reason: 'Known.'}],
    })
    const headers = {'content-type': 'application/json'}
    const answer = await fetch(`${path}/versions`, {method: 'POST', headers, body})
    if (!answer.ok) throw new Error(await answer.text())
}"""


async def what_a_version_changed(page: Page) -> None:
    """The newest version with its difference and all its lines."""
    await page.get_by_text("What it changed").first.click()
    await page.locator("[data-change]").first.wait_for()
    await page.get_by_text("All of it").click()


async def logging_for_a_patient(page: Page) -> None:
    """What a clinician says about a dose of somebody else."""
    await page.locator("[data-do=log-for]").first.click()
    await page.locator("[name=kind]").first.check()
    await page.locator("[name=taken_at]").wait_for()


async def seen_with_a_note(page: Page) -> None:
    """A flag being acknowledged, where one comes from, and those that were looked at."""
    await page.locator("[data-do=note]").first.click()
    await page.locator("[data-flag] details.source summary").first.click()
    await page.locator("[data-looked] > summary").click()
    await page.locator("[data-seen]").first.wait_for()


async def a_result_to_read_with_care(page: Page) -> None:
    """All about the newest result, and a correction offered."""
    await page.locator("[data-result] > summary").first.click()
    await page.locator("[data-do=correct]").first.wait_for()


async def rules_and_limits(page: Page) -> None:
    """A rule that was switched off, another whose days are none, and the limits as a form."""
    await page.locator("[data-rule=week-6] summary").click()
    await page.locator("[data-rule=week-6] [data-do=off]").click()
    await page.locator("[data-off] [data-do=on]").wait_for()
    await page.locator("[data-rule=week-12] summary").click()
    await page.locator("[data-rule=week-12] [data-do=change]").click()
    await page.locator("[data-rule=week-12] [name$=window_before]").fill("two")
    await page.locator("[data-rule=week-12] form [type=submit]").click()
    await page.locator("[aria-invalid=true]").first.wait_for()
    await page.click("[data-do=limits]")
    await page.locator("[name=card]").check()
    await page.fill("[name=hematocrit_red]", "<54")
    await page.locator("form:has([name=timing]) [type=submit]").click()
    await page.locator("[name=hematocrit_red][aria-invalid=true]").wait_for()


async def a_rule_of_their_own(page: Page) -> None:
    """A rule that no plan has, with much missing."""
    await page.click("[data-do=add-rule]")
    rule = page.locator("form:has([name$='.purpose'])")
    await rule.locator("[name$='.name']").fill("Liver, after a change")
    await rule.get_by_text("Liver", exact=True).click()
    await rule.get_by_text("(ALT)").click()
    await rule.get_by_text("Each change of a dose").click()
    await rule.locator("[name$=window_before]").fill("two")
    await rule.locator("[type=submit]").click()
    await rule.locator("[name$=window_before][aria-invalid=true]").wait_for()


async def entered_for_them(page: Page) -> None:
    """A measurement being entered for a patient, with everything below it unfolded."""
    await page.locator("[data-do=measure]").wait_for()
    for summary in await page.locator("main details summary").all():
        await summary.click()
    await page.click("[data-do=measure]")
    await page.fill("[name='weight.value']", "heavy")
    await page.locator("form [type=submit]").click()
    await page.locator("[aria-invalid=true]").first.wait_for()


async def told_and_compared(page: Page) -> None:
    """What a patient was told of a side effect, and a trend with its table."""
    await page.locator("[data-report] summary").first.click()
    await page.locator("[data-trend] summary").first.click()


async def because_of_a_result(page: Page) -> None:
    """A result on record chosen as the reason of a change."""
    await page.get_by_text("The lab result behind it").click()
    await page.select_option("[name='because.observation']", index=2)
    await page.locator("[data-chosen]").wait_for()


async def in_spite_of_it(page: Page) -> None:
    """Answers that stop a start, and the form that overrides them."""
    await page.get_by_text("Go on in spite of it").click()
    await page.locator("[name=reason]").wait_for()


async def a_colleague_leaves(page: Page) -> None:
    """The code for somebody new, and the last question before somebody is marked as gone."""
    await page.get_by_text("Invite a clinician").click()
    await page.locator(".qr").wait_for()
    await page.get_by_role("button", name="A colleague has left").click()


async def what_came_of_it(page: Page) -> None:
    """A task being closed without saying what came of it, and another being dated."""
    await page.locator("[data-do=close]").first.click()
    await page.locator("[data-task] form [type=submit]").first.click()
    await page.locator("[data-wrong]").wait_for()
    await page.locator("[data-do=date]").first.click()
    await page.locator("[name=due_on]").wait_for()


async def a_key_and_a_webhook(page: Page) -> None:
    """Both forms with what is missing, a question before revoking, and what was told."""
    await page.click("[data-do=add-key]")
    await page.locator("form [type=submit]").first.click()
    await page.locator("[name=name][aria-invalid=true]").wait_for()
    await page.locator("[data-key] button").first.click()
    await page.locator("[data-webhook] summary").first.click()
    await page.locator("[data-do=replay]").click()
    await page.click("[data-do=add-webhook]")
    await page.get_by_text("Some of it").click()
    await page.locator("form:has([name=url]) [type=submit]").click()
    await page.locator("[name=url][aria-invalid=true]").wait_for()


async def opened_again(page: Page) -> None:
    """From the second time on, each card has room for how much to draw."""
    await page.wait_for_load_state("networkidle")
    await page.reload()
    await page.locator("article [data-draw]").nth(2).wait_for()


async def another_spot(page: Page) -> None:
    """The map after the tap, with one spot chosen and everything known of it."""
    await page.click("[data-do=other-site]")
    await page.locator("[data-view=front]").click()
    await page.click("[data-spot=thigh_left]")
    await page.locator("[data-do=save-site]").wait_for()


async def a_spot_that_reacted(page: Page) -> None:
    """One spot of the whole map, and a reaction without its kind being noted."""
    await page.click("[data-spot=thigh_left]")
    await page.click("[data-do=reaction]")
    await page.locator("form [type=submit]").click()
    await page.locator("[data-wrong]").wait_for()


async def where_it_went(page: Page) -> None:
    """Where a dose on record went, and from which vial, being changed."""
    await page.locator("[data-do=amend]").first.click()
    await page.click("[data-do=change-vial]")
    await page.locator("[data-vial]").first.wait_for()
    await page.click("[data-do=change-site]")
    await page.locator(".body-map").wait_for()


async def supplies_being_counted(page: Page) -> None:
    """One supply being added to, one being changed, and a number that is none."""
    await page.locator("[data-consumable=syringe] [data-do=add]").click()
    await page.locator("[data-consumable=needle] [data-do=change]").click()
    await page.fill("[data-consumable=needle] [name=per_injection]", "two")
    await page.locator("[data-consumable=needle] form [type=submit]").click()
    await page.locator("[aria-invalid=true]").first.wait_for()
    await page.locator("[name=notices]").nth(1).check()


async def supplies_of_a_patient(page: Page) -> None:
    """Everything about supplies, a checklist that lacks answers, and what was answered before."""
    await page.click("#supplies > summary")
    await page.locator("[data-supplies=there]").wait_for()
    await page.locator("[data-vial] details summary").first.click()
    await page.locator("[data-do=check-source]").last.click()
    await page.locator("[data-question]").first.wait_for()
    await page.click("[data-do=attest]")
    await page.locator("[data-question] .error").first.wait_for()


async def who_has_the_lot(page: Page) -> None:
    """Who drew from a lot, with every dose, and a task that says nothing."""
    await page.fill("[name=lot]", "rt-20 41")
    await page.click("form [type=submit]")
    await page.locator("[data-patient] details summary").first.click()
    await page.fill("[name=title]", "")
    await page.locator("form:has([name=title]) [type=submit]").click()
    await page.locator("[name=title][aria-invalid=true]").wait_for()


async def what_is_gone(page: Page) -> None:
    """Everything there is, and what is gone."""
    await page.get_by_text("What is gone").click()
    await page.locator("[data-gone] p").wait_for()


async def a_label_with_mistakes(page: Page) -> None:
    """A powder that is dissolved, with a strength that could be two, and much missing."""
    await page.locator("[name=form]").first.check()
    await page.fill("[name='strengths.0.value']", "1,500")
    await page.get_by_text("The label also says").click()
    await page.locator("[name=begun]").nth(1).check()
    await page.get_by_text("Its licence, and who").click()
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def a_source_without_answers(page: Page) -> None:
    """One vial, its checklist sent empty, and what of it was wasted without a number."""
    await page.click("[data-do=check-source]")
    await page.click("[data-do=attest]")
    await page.locator("[data-question] .error").first.wait_for()
    await page.click("[data-do=wasted]")
    await page.locator("[data-action] [type=submit]").click()
    await page.locator("[data-action] [aria-invalid=true]").wait_for()


async def another_strength_typed(page: Page) -> None:
    """The first step, with ten times what the vial's record says."""
    await page.fill("[name=strength]", "2000")
    await page.select_option("[name=unit]", "mg")
    await page.click("[data-confirm='1'] [type=submit]")
    await page.locator("[name=strength][aria-invalid=true]").wait_for()


async def another_syringe(page: Page) -> None:
    """The syringe at its mark, and what else could be drawn with and from."""
    await page.locator("[data-syringe]").wait_for()
    await page.locator("[data-other] summary").click()


async def one_to_remove(page: Page) -> None:
    """The question before a passkey is removed."""
    await page.locator("[data-passkey] button").click()
    await page.locator("[data-do=sure]").wait_for()


async def a_private_address(page: Page) -> None:
    """A new address, shown this once, and the question before another ends."""
    await page.fill("[name=name]", "The kitchen's tablet")
    await page.click("form [type=submit]")
    await page.locator("[data-once]").wait_for()
    await page.locator("[data-feed] button").first.click()


async def a_file_that_is_none(page: Page) -> None:
    """Another file than a record, chosen to bring one back."""
    file = {"name": "photo.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04"}
    await page.locator("[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").wait_for()


async def a_missed_one(page: Page) -> None:
    """The past nights, with what can still be said about a dose that was missed."""
    await page.locator("article").first.wait_for()
    if await page.locator("article details").count():
        await page.locator("article details summary").first.click()


async def one_of_four(page: Page) -> None:
    """The check-in below the dose, its first question answered."""
    await page.locator("[data-check-in=open]").wait_for()
    await page.locator("[data-check-in] [data-step='1'] input[value='7']").click()
    await page.locator("[data-step='2']").wait_for()


async def what_was_edited(page: Page) -> None:
    """A day that was changed, with what stood there before, and yesterday being filled in."""
    await page.locator("[data-edited] summary").first.click()
    await page.click("[data-do=yesterday]")
    await page.locator("[data-step='1']").nth(1).wait_for()


async def help_now(page: Page) -> None:
    """A warning sign was pressed."""
    await page.click("[data-sign=leg_swelling]")
    await page.locator("[data-outcome=sent]").wait_for()


async def two_effects(page: Page) -> None:
    """The checklist with what is known of one effect, and another without its number."""
    await page.locator("[data-effect=injection_site_reaction] input").first.check()
    await page.locator("[data-effect=injection_site_reaction] input[value='4']").click()
    await page.locator("[data-effect=headache] input").first.check()
    await page.locator("form [type=submit]").click()
    await page.locator(".error").first.wait_for()


async def a_week_rhythm(page: Page) -> None:
    """Once a week, at a time of its own."""
    await page.locator("[name=rhythm]").nth(2).check()
    await page.locator("[name=asked]").nth(1).check()
    await page.locator("[name=at]").wait_for()


async def all_that_was_measured(page: Page) -> None:
    """A measurement being entered, with everything below it unfolded."""
    for summary in await page.locator("main details summary").all():
        await summary.click()
    await page.click("[data-do=measure]")
    await page.fill("[name='weight.value']", "heavy")
    await page.fill("[name='systolic.value']", "80")
    await page.fill("[name='diastolic.value']", "120")
    await page.locator("form [type=submit]").click()
    await page.locator("[aria-invalid=true]").first.wait_for()


async def with_tables(page: Page) -> None:
    """Each trend with its table."""
    for summary in await page.locator("main details summary").all():
        await summary.click()


async def a_scan_by_region(page: Page) -> None:
    """A scan without its scanner, with the regions unfolded."""
    await page.get_by_text("Regions of the body").click()
    await page.click("form [type=submit]")
    await page.locator("[aria-invalid=true]").first.wait_for()


async def without_a_network(page: Page) -> None:
    """What is said to somebody who is offline."""
    # An answer still on its way says that the server is there: then it is said again.
    await page.wait_for_load_state("networkidle")
    await page.wait_for_function(
        """() => document.querySelector('[data-notice=offline]')
            ?? void dispatchEvent(new Event('offline'))""",
        polling=200,
    )


async def on_an_iphone(page: Page) -> None:
    """The pictures of how to put the app on the home screen."""
    agent = "Object.defineProperty(navigator, 'userAgent', {get: () => 'iPhone'})"
    await page.evaluate(f"void {agent}")
    await page.click("a[href='/settings/reminders']")
    await page.locator(".steps").wait_for()


TAKEN = "[data-do=taken-all]"
FORM = "form [type=submit]"
HEADING = "h1"

SCREENS = (
    Screen("welcome", None, "/", "a[href^='/sign-up']"),
    Screen("sign-up", None, "/sign-up", FORM),
    Screen("sign-up-clinician", None, "/sign-up", FORM, clinicians_code),
    Screen("sign-up-mistakes", None, "/sign-up", FORM, a_mistake),
    Screen("invite-companion", None, "/invite/companion#ABCD-EFGH-JK", "a[href='/sign-up']"),
    Screen("invite-patient", "newcomer", "/invite/patient#ABCD-EFGH-JK", FORM, without_answers),
    Screen("sign-in", None, "/sign-in", FORM),
    Screen("start-protocol", "newcomer", "/start/protocol", ".pick"),
    Screen("start-protocol-lines", "newcomer", "/start/protocol", ".pick", two_medicines),
    Screen("start-bedtime", "newcomer", "/start/bedtime", FORM),
    Screen("start-reminders", "newcomer", "/start/reminders", "[data-do=reminders-on]"),
    Screen("tonight-no-protocol", "newcomer", "/tonight", ".empty"),
    Screen("tonight-open", "open", "/tonight", TAKEN),
    Screen("tonight-earlier", "open", "/tonight", TAKEN, taken_earlier),
    Screen("tonight-skip", "open", "/tonight", TAKEN, why_skipped),
    Screen("tonight-one-dose", "open", "/tonight?dose={about}", TAKEN),
    Screen("tonight-several", "several", "/tonight", TAKEN),
    Screen("tonight-nothing", "nothing", "/tonight", ".empty"),
    Screen("tonight-done", "done", "/tonight", "[data-do=undo]", a_correction),
    Screen("tonight-where", "done", "/tonight", "[data-asks=site]", another_spot),
    Screen("tonight-draw", "drawing-ready", "/tonight", "[data-draw]", opened_again),
    Screen("tonight-second", "done", "/tonight", "[data-do=extra]", a_second_dose),
    Screen("tonight-rules", "rules", "/tonight", TAKEN, who_says_so),
    Screen("tonight-missed", "missed", "/tonight", "[data-do=taken-on-time]"),
    Screen("tonight-notices", "changed", "/tonight", TAKEN, notifications=False, zone="Asia/Tokyo"),
    Screen("tonight-offline", "several", "/tonight", TAKEN, without_a_network),
    Screen("coming", "several", "/coming", "[data-night]"),
    Screen("history", "steady", "/history", "[data-night]", a_missed_one),
    Screen("month", "steady", "/history/month", ".month", last_night),
    Screen("month-list", "rules", "/history/month", ".month", in_sentences),
    Screen("import", "steady", "/history/import", FORM, a_file_with_mistakes),
    Screen("travel", "rules", "/travel", "[data-nights]", zone="Asia/Kathmandu"),
    Screen("health", "measured", "/health", "[data-marker]"),
    Screen("health-labs", "measured", "/health/labs", "[data-visit]", the_best_days),
    Screen("health-enter", "measured", "/health/labs/enter", "[data-marker]", what_is_missing),
    Screen(
        "health-enter-asked", "measured", "/health/labs/enter", "[data-marker]",
        a_question_about_a_value,
    ),
    Screen("health-markers", "measured", "/health/markers", "[data-marker]"),
    Screen(
        "health-marker", "measured", "/health/marker#testosterone_total", ".chart svg",
        when_it_was_drawn,
    ),
    Screen(
        "health-correct", "measured", "/health/marker#hematocrit", ".chart svg", a_result_corrected
    ),
    Screen("health-about", "measured", "/health/about", FORM),
    Screen("health-labs-chosen", "measured", "/health/labs", "[data-visit]", the_day_chosen),
    Screen("settings", "steady", "/settings", "a[href='/settings/access']"),
    Screen("protocol", "steady", "/settings/protocol", "article", all_about_the_lines),
    Screen("protocol-hold", "rules", "/settings/protocol", "article", putting_it_on_hold),
    Screen(
        "protocol-proposed", "proposed", "/settings/protocol", "[data-do=acknowledge]",
        what_is_proposed,
    ),
    Screen("protocol-unread", "changed", "/settings/protocol", "article"),
    Screen("protocol-change", "steady", "/settings/protocol/change", "[name='lines.3.medicine']"),
    Screen("protocol-summary", "steady", "/settings/protocol/change", FORM, a_summary),
    Screen("bedtime", "steady", "/settings/nights", "[name=timezone]", seven_bedtimes),
    Screen("reminders", "open", "/settings/reminders", "[data-do=reminders-on]"),
    Screen("reminders-blocked", "steady", "/settings/reminders", HEADING, notifications=False),
    Screen("reminders-iphone", "steady", "/settings", "a[href='/settings/access']", on_an_iphone),
    Screen("devices", "steady", "/settings/devices", "[data-device]"),
    Screen("clinic", "sharing", "/settings/clinic", "article", everybody_let_in),
    Screen("access", "steady", "/settings/access", "li.entry, main ul li"),
    Screen("screening", "stopped", "/screening", FORM, without_answers),
    Screen("tonight-check-in", "asked", "/tonight", TAKEN, one_of_four),
    Screen("check-in", "felt", "/health/check-in", "[data-check-in=open]", what_was_edited),
    Screen("tracking", "felt", "/health/tracking", FORM, a_week_rhythm),
    Screen("trends", "felt", "/health/trends", "[data-trend]", with_tables),
    Screen("warning-sign", "felt", "/health/side-effects", "[data-sign]", help_now),
    Screen("side-effects", "felt", "/health/side-effects", "[data-effect]", two_effects),
    Screen("body", "felt", "/health/body", "[data-scan]", all_that_was_measured),
    Screen("body-scan", "felt", "/health/body/scan", FORM, a_scan_by_region),
    Screen("companion", "companion", "/care", "a[href^='/care/']"),
    Screen("companion-person", "companion", "/care/{about}", "[data-night]", the_nights_before),
    Screen("panel", "clinician", "/clinic", "a[href^='/clinic/patients/']", an_invite, desk=True),
    Screen(
        "patient", "clinician", "/clinic/patients/{about}", "[data-evidence=there]", all_of_one,
        desk=True,
    ),
    Screen(
        "patient-protocol", "clinician", "/clinic/patients/{about}/protocol",
        "[data-line='3']", a_proposal_without_a_reason,
    ),
    Screen(
        "patient-proposed", "clinician-proposed", "/clinic/patients/{about}", "[data-proposed]",
        a_hold_and_a_withdrawal,
    ),
    Screen("patient-see-only", "clinician-looking", "/clinic/patients/{about}/nights", ".banner"),
    Screen(
        "patient-proposal-check", "clinician-proposed", "/clinic/patients/{about}/protocol", FORM,
        what_changes,
    ),
    Screen(
        "patient-conflict", "clinician-proposed", "/clinic/patients/{about}/protocol", FORM,
        somebody_was_faster,
    ),
    Screen(
        "patient-versions", "clinician-proposed", "/clinic/patients/{about}/versions",
        "[data-version]", what_a_version_changed,
    ),
    Screen(
        "patient-nights", "clinician-proposed", "/clinic/patients/{about}/nights",
        "[data-do=log-for]", logging_for_a_patient,
    ),
    Screen(
        "patient-screening", "clinician-stopped", "/clinic/patients/{about}/screening",
        "[data-screening]", in_spite_of_it,
    ),
    Screen(
        "patient-flags", "reading", "/clinic/patients/{about}", "[data-flag]", seen_with_a_note
    ),
    Screen("patient-results", "reading", "/clinic/patients/{about}/results", "[data-marker]"),
    Screen(
        "patient-marker", "reading", "/clinic/patients/{about}/marker#testosterone_total",
        ".chart svg", a_result_to_read_with_care,
    ),
    Screen(
        "patient-labs", "reading", "/clinic/patients/{about}/labs", "[data-rule]", rules_and_limits
    ),
    Screen(
        "patient-symptoms", "reading-felt", "/clinic/patients/{about}/symptoms", "[data-trend]",
        told_and_compared,
    ),
    Screen(
        "patient-rule", "reading-felt", "/clinic/patients/{about}/labs", "[data-do=add-rule]",
        a_rule_of_their_own,
    ),
    Screen(
        "patient-body", "reading-felt", "/clinic/patients/{about}/body", "[data-scan]",
        entered_for_them,
    ),
    Screen(
        "patient-because", "reading", "/clinic/patients/{about}/protocol", FORM,
        because_of_a_result,
    ),
    Screen("colleagues", "admin", "/clinic/team", "[data-person]", a_colleague_leaves),
    Screen("tasks", "working", "/clinic/tasks?whose=all", "[data-task]", what_came_of_it),
    Screen("digest", "working", "/clinic/digest", "[data-digest]"),
    Screen("sites", "stocked", "/sites", ".body-map", a_spot_that_reacted),
    Screen("history-where", "stocked", "/history", "[data-do=amend]", where_it_went),
    Screen(
        "supplies-more", "stocked", "/supplies/more", "[data-consumable]", supplies_being_counted
    ),
    Screen(
        "patient-supplies", "shelf", "/clinic/patients/{about}", "[data-evidence=there]",
        supplies_of_a_patient, desk=True,
    ),
    Screen("recall", "shelf", "/clinic/recall", FORM, who_has_the_lot, desk=True),
    Screen("supplies", "stocked", "/supplies", "[data-line]", what_is_gone),
    Screen("supplies-new", "drawing-ready", "/supplies/new?line={about}", "[name=form]",
           a_label_with_mistakes),
    Screen("supplies-vial", "drawing-vial", "/supplies/vials/{about}", "[data-do=check-source]",
           a_source_without_answers),
    Screen("supplies-change", "drawing-vial", "/supplies/vials/{about}/change", FORM),
    Screen("draw", "drawing-ready", "/supplies/draw?line={about}", "[data-state=ready]",
           another_syringe),
    Screen("draw-label", "drawing-label", "/supplies/draw?line={about}", "[data-confirm='1']",
           another_strength_typed),
    Screen("draw-marks", "drawing-marks", "/supplies/draw?line={about}", "[data-slip]"),
    Screen("keys", "working", "/clinic/keys", "[data-webhook]", a_key_and_a_webhook),
    Screen("passkeys", "private", "/settings/passkeys", "[data-passkey]", one_to_remove),
    Screen("calendar-feeds", "private", "/settings/calendar", "[data-feed]", a_private_address),
    Screen("record", "private", "/settings/record", "[data-do=pdf]", a_file_that_is_none),
    Screen("ending", "private", "/settings/record/end", FORM, a_mistake),
    Screen("clinician-settings", "clinician", "/settings", "[name=theme]"),
)  # fmt: skip
