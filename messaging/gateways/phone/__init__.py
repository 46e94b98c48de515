"""The built-in phone: a page that shows a customer's phone."""
