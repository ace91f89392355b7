"""Where there is nothing to choose from, a form says so, and who may is led to where something is made."""

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from content.models import Template as Text
from conversations.forms import HandoffForm
from engagement.channels.models import Channel
from engagement.ui.choices import Nothing
from engagement.village.models import Department
from tests.campaigns.people import ready
from tests.factories import make_channel, make_conversation, make_queue
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db
FIELD = Template("{% load ui %}{% field form.way %}")


class Form(forms.Form):
    when_empty = {"way": Nothing("No way yet.", "conversations:queues", "Queues", "conversations.change_queue")}
    way = forms.ChoiceField(choices=[], required=False)


def drawn(form, user, template=FIELD):
    request = RequestFactory().get("/")
    request.user = user
    return template.render(Context({"form": form, "request": request}))


@pytest.mark.parametrize("choices", [[], [("", "---")]])
def test_an_empty_choice_is_words(choices):
    form = Form()
    form.fields["way"].choices = choices
    shown = drawn(form, person("architect"))
    assert "No way yet." in shown
    assert '<a href="/inbox/queues/">Queues</a>' in shown
    assert "<select" not in shown
    assert "<a " not in drawn(form, person("agent"))


def test_a_choice_with_something_is_a_choice():
    form = Form()
    form.fields["way"].choices = [("", "---"), ("a", "A")]
    shown = drawn(form, person("architect"))
    assert "<select" in shown
    assert "No way yet." not in shown


def test_without_words_of_its_own_a_form_says_so_plainly():
    class Plain(forms.Form):
        way = forms.MultipleChoiceField(choices=[], widget=forms.CheckboxSelectMultiple)

    assert "There is nothing to choose from yet." in drawn(Plain(), person("agent"))


def test_a_handoff_without_another_queue_says_what_is_missing():
    channel = make_channel()
    make_queue("care", channels=(channel,), department=Department.objects.get(slug="customer-care"))
    form = HandoffForm(conversation=make_conversation(channel))
    template = Template("{% load ui %}{% field form.queue %}")
    assert "No other department has a queue yet." in drawn(form, person("architect"), template)


def test_a_campaign_without_approved_texts_says_where_they_are_written(settings):
    settings.ORGANISATION_POSTAL_ADDRESS = "Rua das Pedras 12, Belo Horizonte"
    lia = person("troubadour")
    Channel.objects.all().delete()
    page = client_of(lia).get("/admin/campaigns/campaign/add/").content.decode()
    assert page.count("No text of this kind is approved as marketing yet.") == 2
    assert '<a href="/studio/">' in page
    assert page.count("No channel sends this yet.") == 2
    ready(lia)
    page = client_of(lia).get("/admin/campaigns/campaign/add/").content.decode()
    assert page.count("No text of this kind is approved as marketing yet.") == 1
    assert Text.objects.count() == 1
