"""django-post_office with the same messages: what users would take instead."""
