"""Measurements and checks on real data."""
