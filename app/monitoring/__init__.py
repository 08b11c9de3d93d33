"""What is measured when, and what it says: nothing of it is kept that can be worked out again.

Which file for which question. Pure ones decide; the ones named after them read the record.

What is due           `rules` a plan's rules, `due` how each stands on a day, `people` age, `visits`
                      what is drawn in one go; `treatment` reads what they follow from, `baseline`
                      whether blood was drawn before the start
The plan as rows      `plan` makes them, draws and puts off; `policy` what a clinic chooses,
                      `settings` its goals and limits; `prompts` when a visit speaks, `tick` speaks
On which morning      `draw_days` which suit the rule, `draw_notes` what to heed; `draw_facts` reads
                      the doses for it; `chosen` keeps a day and what waits, `draw_tick` speaks
When it was drawn     `intervals` the log around a draw and its place in the interval, shared by
                      planner and results; `context` what that says and when to read with care;
                      `contexts` reads the log, for many results at once
What a result says    `limits` the rules, `spans` what a bound leaves certain, `igf1` ranges by age,
                      `goals` the band beside it; `results` reads what they ask about, `changes` the
                      dose changes beside it
What asks for a look  `levels` how soon; `signals` every flag, and who has seen it
How somebody feels    `side_effects` what a report means; `courses` reads since when each line is
                      taken; `asking` asks for a check-in
How it goes           `trends` medians and versions, `body` scans, milestones, the companion card;
                      `figures` reads for both
Over HTTP             `api` with `shapes`, `draw_days_api`, `results_api`, `side_effects_api`,
                      `body_api` with `body_shapes`

Figures, words and sources stand in `data/`; `models` are the tables.
"""
