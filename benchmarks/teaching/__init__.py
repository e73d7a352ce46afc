"""Teaches the acoustic network to hear in noise; see __main__.py."""
