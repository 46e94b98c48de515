"""`make chaos`: everything is killed at random while messages are planned and sent; then it counts.

A PostgreSQL of its own, two groups of workers, two planners, shops in which coupons keep coming,
and a strict stand-in for the provider that misbehaves. It needs Linux (`/proc`).
"""
