"""SOLAPI v4: Alimtalk and text, by its public documents and its official SDKs.

Nothing here imports the SDK; the tests judge our requests by its models.
"""
