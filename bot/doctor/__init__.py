"""The doctor: looks at an installation and says what is to be done.

``probes.py`` looks, ``accounts.py`` and ``ground.py`` decide (purely), ``round.py`` goes through all of it.
"""
