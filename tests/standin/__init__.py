"""A strict provider of bulk messages over HTTP, to test and measure against.

It runs in a process of its own (`python -m tests.standin`), checks every field, keeps what it took
in a log that outlives SIGKILL, and misbehaves when told to. Free of pytest: `bench` uses it too.
"""
