"""The sandbox: stand-ins for the two providers, a page of phones, the demo, and a harness for tests.

Nothing of the program proper imports it. ``bot.sandbox.harness.Sandbox`` is what scenarios drive.
"""
