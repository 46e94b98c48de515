"""`make chaos`: everything is killed at random while messages are planned and sent; then it counts.

A PostgreSQL of its own, two groups of workers, two planners, shops in which coupons keep coming,
and the providers, strict and misbehaving: the stand-in that is killed too, and those on loopback
(`town.py`) that real gateways lead to. It needs Linux (`/proc`).
"""
