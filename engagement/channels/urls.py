"""Addresses of this app's pages."""

from django.urls import path

from engagement.channels.views import channels, creation, jurisdictions, mailbox, phone, sign_up

app_name = "channels"
urlpatterns = [
    path("", channels.channels, name="channels"),
    path("new/", creation.creation, name="creation"),
    path("sign-up/", sign_up.forms, name="sign_up_forms"),
    path("sign-up/new/", sign_up.new_form, name="new_sign_up_form"),
    path("sign-up/<uuid:key>/", sign_up.sign_up_form, name="sign_up_form"),
    path("sign-up/<uuid:key>/opening/", sign_up.opening, name="sign_up_opening"),
    path("jurisdictions/", jurisdictions.jurisdictions, name="jurisdictions"),
    path("jurisdictions/<slug:code>/", jurisdictions.jurisdiction, name="jurisdiction"),
    path("jurisdictions/<slug:code>/proposal/", jurisdictions.proposal, name="jurisdiction_proposal"),
    path("jurisdictions/<slug:code>/withdrawal/", jurisdictions.withdrawal, name="jurisdiction_withdrawal"),
    path("mailbox/", mailbox.mailbox, name="mailbox"),
    path("mailbox/letter/", mailbox.letter, name="mailbox_letter"),
    path("mailbox/<uuid:key>/answer/", mailbox.answer, name="mailbox_answer"),
    path("mailbox/<uuid:key>/words/", mailbox.words, name="mailbox_words"),
    path("mailbox/<uuid:key>/files/<int:number>/", mailbox.file, name="mailbox_file"),
    path("phone/", phone.phone, name="phone"),
    path("phone/texts/", phone.texts, name="phone_texts"),
    path("<uuid:key>/", channels.channel, name="channel"),
    path("<uuid:key>/pause/", channels.pause, name="pause"),
    path("<uuid:key>/signature/", channels.signature, name="signature"),
    path("<uuid:key>/trial/", channels.trial, name="trial"),
    path("<uuid:key>/test/", channels.test_progress, name="test_progress"),
]
