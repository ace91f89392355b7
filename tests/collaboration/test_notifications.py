"""Notifications: once, in the person's language, as they wish; by e-mail to the mail server, once."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.translation import gettext as _

from collaboration.models import Notification
from collaboration.notifications import mailing, notify, see_all
from collaboration.notifications.notifying import next_digest
from collaboration.notifications.preferring import prefer
from conversations.actions.note import write_note
from engagement.events import relay
from tests.collaboration.handing import village
from tests.collaboration.test_approvals import together
from tests.factories import NOW, minutes
from tests.village.people import client_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def postbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail.outbox


@pytest.fixture
def iara():
    return person("agent", email="iara@pedralva.example", name="Iara Nunes", language="pt-br")


def tell(who, *, kind="task.assigned", title="Look", key="k", **more):
    return notify(person=who, kind=kind, title=title, url="/work/", dedupe_key=key, now=NOW, **more)


def test_the_same_key_tells_once(iara):
    assert tell(iara) is not None
    assert tell(iara, title="Again") is None
    assert [row.title for row in Notification.objects.all()] == ["Look"]
    tell(iara, key="")
    tell(iara, key="")
    assert Notification.objects.count() == 3


def test_words_are_made_in_the_person_s_language(iara):
    tell(iara, title=lambda: _("The task is made."), text=("%(name)s coordinates", {"name": "Bento"}))
    row = Notification.objects.get()
    assert (row.title, row.text) == ("A tarefa está criada.", "Bento coordena")


def test_what_nobody_wants_to_hear_is_not_written(iara):
    prefer(person=iara, chosen={"task.assigned": "none"})
    assert tell(iara) is None
    iara.is_active = False
    assert tell(iara, kind="task.done") is None
    assert Notification.objects.count() == 0


def test_an_e_mail_leaves_once_in_the_person_s_language(iara, postbox):
    tell(iara, title="Overdue")
    assert mailing.mail_due(now=NOW) == 1
    assert mailing.mail_due(now=NOW + minutes(1)) == 0
    (letter,) = postbox
    row = Notification.objects.get()
    assert letter.to == ["iara@pedralva.example"]
    assert letter.subject == "Overdue"
    assert "Olá, Iara," in letter.body
    assert f"/work/notifications/{row.pk}/" in letter.body
    assert letter.extra_headers["Message-ID"].startswith(f"<notification.{row.pk.hex}@")
    assert (row.mail, row.emailed_at) == ("sent", NOW)


def test_what_was_seen_on_the_page_is_not_sent(iara, postbox):
    tell(iara)
    see_all(person=iara, now=NOW)
    assert mailing.mail_due(now=NOW) == 0
    assert postbox == []


def test_the_page_only_means_no_e_mail(iara, postbox):
    prefer(person=iara, chosen={"task.assigned": "page"})
    tell(iara)
    assert mailing.mail_due(now=NOW) == 0
    assert Notification.objects.get().mail == "none"


def test_a_digest_gathers_a_day_and_leaves_in_the_morning_of_the_person(iara, postbox):
    prefer(person=iara, chosen={"task.assigned": "digest"})
    for number in range(3):
        tell(iara, title=f"Task {number}", key=str(number))
    morning = next_digest(iara, NOW)
    assert morning == datetime(2026, 11, 21, 10, 30, tzinfo=UTC)  # 7:30 in São Paulo
    assert mailing.mail_due(now=morning - minutes(1)) == 0
    assert mailing.mail_due(now=morning) == 1
    (letter,) = postbox
    assert letter.subject == "3 avisos para você"
    assert all(f"Task {number}" in letter.body for number in range(3))


def test_a_server_that_refuses_is_tried_again_and_then_it_is_shown(iara, settings, postbox):
    settings.EMAIL_BACKEND = "tests.collaboration.refusing.Backend"
    tell(iara)
    at = NOW
    for _attempt in range(mailing.MOST_ATTEMPTS):
        assert mailing.mail_due(now=at) == 0
        at += minutes(70)
    row = Notification.objects.get()
    assert (row.mail, row.mail_attempts) == ("failed", mailing.MOST_ATTEMPTS)
    page = client_of(iara).get(reverse("collaboration:notifications")).content.decode()
    assert "O e-mail sobre isto não saiu." in page


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_an_e_mail_once(postbox):
    who = person("agent", email="iara@pedralva.example")
    for number in range(5):
        tell(who, key=str(number))
    results = together(*[lambda: mailing.mail_due(now=NOW)] * 3)
    assert sum(results) + mailing.mail_due(now=NOW) == 5
    assert Notification.objects.filter(mail="sent").count() == 5


@pytest.mark.django_db(transaction=True)
def test_told_by_two_at_once_it_stands_once():
    who = person("agent", email="iara@pedralva.example")
    together(*[lambda: tell(who)] * 3)
    assert Notification.objects.count() == 1


def test_a_mention_in_a_note_is_told_and_leads_to_the_conversation():
    place = village()
    write_note(conversation=place.talk, author=place.caio, text="@Caio Brandt", client_key="a", now=NOW)
    place.caio.refresh_from_db()
    relay.run_pending(now=NOW + minutes(10_000))
    assert Notification.objects.count() == 0
    root = person(email="root@pedralva.example", name="Rita Root", is_superuser=True, language="pt-br")
    write_note(conversation=place.talk, author=place.caio, text="@Rita Root veja", client_key="b", now=NOW)
    relay.run_pending(now=NOW + minutes(10_000))
    row = Notification.objects.get()
    assert (row.person, row.title) == (root, "Caio Brandt citou você numa nota")
    assert row.url == reverse("conversations:conversation", args=[place.talk.pk])


# Pages


def test_opening_one_marks_it_and_goes_where_it_leads(iara):
    row = tell(iara)
    answer = client_of(iara).get(reverse("collaboration:notification", args=[row.pk]))
    assert answer.url == "/work/"
    row.refresh_from_db()
    assert row.seen_at is not None


def test_nobody_opens_another_s_news_and_none_leads_elsewhere(iara):
    row = tell(iara)
    other = person("agent", email="other@pedralva.example")
    assert client_of(other).get(reverse("collaboration:notification", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.seen_at is None
    away = notify(person=iara, kind="task.done", title="x", url="https://evil.example/", now=NOW)
    answer = client_of(iara).get(reverse("collaboration:notification", args=[away.pk]))
    assert answer.url == reverse("collaboration:notifications")


def test_the_band_counts_what_is_new_until_all_is_seen(iara):
    tell(iara, title="<img src=x>")
    browser = client_of(iara)
    page = browser.get(reverse("collaboration:notifications")).content.decode()
    assert "Avisos: 1 à espera" in page
    assert "&lt;img src=x&gt;" in page
    browser.post(reverse("collaboration:notifications-seen"))
    assert 'aria-label="Avisos"' in browser.get(reverse("home")).content.decode()


def test_preferences_are_kept_and_a_wrong_one_is_422(iara):
    browser = client_of(iara)
    url = reverse("collaboration:preferences")
    names = list(browser.get(url).context["form"].fields)
    assert "approval__requested" not in names
    chosen = dict.fromkeys(names, "page")
    assert browser.post(url, chosen | {"mention": "shout"}).status_code == 422
    assert browser.post(url, chosen | {"mention": "digest"}).status_code == 302
    assert browser.get(url).context["form"].fields["mention"].initial == "digest"


def test_older_news_are_on_further_pages(iara):
    for number in range(35):
        tell(iara, title=f"News {number}", key=str(number))
    browser = client_of(iara)
    first = browser.get(reverse("collaboration:notifications"))
    assert "News 34" in first.content.decode()
    assert "News 4<" not in first.content.decode()
    after = first.context["page"].after
    assert "News 4<" in browser.get(reverse("collaboration:notifications"), {"after": after}).content.decode()
