"""Real browsers, real push services' protocols and a desktop to press buttons on, for tests.

Nothing here knows Vesper. A test starts the parts it needs, points the app at them and then acts
as the patient would: allow notifications, wait for one, press its button.
"""
