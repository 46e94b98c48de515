"""The app's pages."""

from django.urls import URLPattern, path

from messaging.views import history, phone, templates

app_name = "messaging"

urlpatterns: list[URLPattern] = [
    path("", history.history, name="history"),
    path("<int:pk>/", history.message, name="message"),
    path("<int:pk>/unmask/", history.unmask_message, name="unmask_message"),
    path("<int:pk>/phone/", phone.phone, name="phone"),
    path("<int:pk>/phone/unmask/", phone.unmask_phone, name="unmask_phone"),
    path("<int:pk>/tap/<int:place>/", phone.tap, name="tap"),
    path("phone/<int:pk>/", phone.customer_phone, name="customer_phone"),
    path("phone/<int:pk>/unmask/", phone.unmask_customer_phone, name="unmask_customer_phone"),
    path("templates/", templates.templates, name="templates"),
    path("templates/new/", templates.template_new, name="template_new"),
    path("templates/preview/", templates.template_preview, name="template_preview"),
    path("templates/<int:pk>/", templates.template, name="template"),
]
