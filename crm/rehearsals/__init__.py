"""A past period, tick by tick: replayed, or rehearsed without leaving anything."""
