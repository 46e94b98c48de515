"""The app's pages."""

from django.urls import URLPattern, path

from messaging.views import templates

app_name = "messaging"

urlpatterns: list[URLPattern] = [
    path("templates/", templates.templates, name="templates"),
    path("templates/new/", templates.template_new, name="template_new"),
    path("templates/preview/", templates.template_preview, name="template_preview"),
    path("templates/<int:pk>/", templates.template, name="template"),
]
