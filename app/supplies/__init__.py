"""What the patient has, how much of it is left, how far to draw it, and until when it lasts.

The label            vials, label, source_checks; over HTTP vials_api, vial_shapes, vial_answers,
                     vial_history, vial_warnings
What is in a vial    strength, dates, ledger (rules); holding, stock, undrawn (what is on record)
What a dose took     drawing, called by `app.intake`
How far to draw      catalogue, draw, draw_words, fitting (rules); kit, scene, confirmations; over
                     HTTP draw_api, draw_reading, draw_shapes
Until when it lasts  forecast, coverage (rules); needs, outlook, standing
What is pushed       notices, hours (rules); settings, looks, tick
What is counted      counting (rules); consumables; over HTTP supplies_api, supply_shapes
All of it            models; witness, for the audit
"""
