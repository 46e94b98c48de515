"""NHN Cloud on loopback: Bizmessage and SMS behind one strict server (`NhnDesk`).

Tests serve it from a thread (`tests.providers.loopback.served`); `python -m tests.providers.nhn`
is the same in a process of its own, to measure against.
"""
