"""Aligo's Alimtalk, by its public API page and what others who use it have published.

What no document at hand confirmed stands in `unconfirmed.py`.
"""
