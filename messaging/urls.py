"""The app's pages."""

from django.urls import URLPattern, path

from messaging.views import (
    again,
    gateways,
    history,
    inspections,
    opt_outs,
    phone,
    points,
    sender_numbers,
    templates,
)

app_name = "messaging"

urlpatterns: list[URLPattern] = [
    path("", history.history, name="history"),
    path("<int:pk>/", history.message, name="message"),
    path("<int:pk>/unmask/", history.unmask_message, name="unmask_message"),
    path("<int:pk>/again/", again.again, name="again"),
    path("<int:pk>/phone/", phone.phone, name="phone"),
    path("<int:pk>/phone/unmask/", phone.unmask_phone, name="unmask_phone"),
    path("<int:pk>/tap/<int:place>/", phone.tap, name="tap"),
    path("phone/<int:pk>/", phone.customer_phone, name="customer_phone"),
    path("phone/<int:pk>/unmask/", phone.unmask_customer_phone, name="unmask_customer_phone"),
    path("gateways/", gateways.gateways, name="gateways"),
    path("gateways/sender-numbers/", sender_numbers.sender_numbers, name="sender_numbers"),
    path(
        "gateways/sender-numbers/ask/",
        sender_numbers.sender_numbers_ask,
        name="sender_numbers_ask",
    ),
    path(
        "gateways/sender-numbers/<int:pk>/use/",
        sender_numbers.sender_number_use,
        name="sender_number_use",
    ),
    path(
        "gateways/sender-numbers/<int:pk>/remove/",
        sender_numbers.sender_number_remove,
        name="sender_number_remove",
    ),
    path("gateways/opt-out-number/", sender_numbers.opt_out_number, name="opt_out_number"),
    path("gateways/<str:channel>/", gateways.gateway, name="gateway"),
    path("gateways/<str:channel>/check/", gateways.gateway_check, name="gateway_check"),
    path("gateways/<str:channel>/phone/", gateways.gateway_phone, name="gateway_phone"),
    path(
        "gateways/<str:channel>/disconnect/",
        gateways.gateway_disconnect,
        name="gateway_disconnect",
    ),
    path("points/", points.points, name="points"),
    path("points/recharge/", points.request_recharge, name="request_recharge"),
    path("points/recharge/<int:pk>/cancel/", points.cancel_recharge, name="cancel_recharge"),
    path("points/low/", points.low_points, name="low_points"),
    path("opt-outs/", opt_outs.opt_outs, name="opt_outs"),
    path("opt-outs/add/", opt_outs.add_opt_out, name="add_opt_out"),
    path("opt-outs/import/", opt_outs.import_opt_outs, name="import_opt_outs"),
    path("opt-outs/<int:pk>/remove/", opt_outs.remove_opt_out, name="remove_opt_out"),
    path("templates/", templates.templates, name="templates"),
    path("templates/new/", templates.template_new, name="template_new"),
    path("templates/preview/", templates.template_preview, name="template_preview"),
    path("templates/<int:pk>/", templates.template, name="template"),
    path(
        "templates/<int:pk>/<int:number>/submit/",
        inspections.template_submit,
        name="template_submit",
    ),
    path(
        "templates/<int:pk>/<int:number>/look-up/",
        inspections.template_look_up,
        name="template_look_up",
    ),
]
