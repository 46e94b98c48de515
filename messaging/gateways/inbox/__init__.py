"""The message box on the shop's own site."""
