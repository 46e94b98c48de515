#!/usr/bin/env python
"""Django's command line for Dangol."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # As a command refuses unusable arguments (`orders.management.command`).
        print("Wrong settings:", *str(error).split(), file=sys.stderr)
        sys.exit(2)
