"""One line through all five Cs, walked in a browser by those whose work it is, in a house that ``make run`` started.

Each chapter stands on those before it, so that after one that fails the rest is not told.
"""

from collections.abc import Callable

import pytest

from tests.story.chapters import campaign, community, content, conversation, leaving, oneness, organisation
from tests.story.conftest import Village

CHAPTERS = (
    organisation.what_is_counted_before_it_begins,
    content.a_troubadour_writes_a_mail_in_two_languages,
    content.and_a_text_message,
    content.a_counselor_refuses_one_with_a_reason_and_approves_the_other,
    content.the_author_mends_both_and_asks_again,
    content.the_counselor_sees_what_changed,
    campaign.an_agent_writes_down_what_customers_say_of_themselves,
    campaign.a_merchant_holds_the_marketing_of_a_customer,
    campaign.a_marketer_makes_a_segment,
    campaign.and_a_campaign_whose_page_says_what_is_missing,
    campaign.the_launch_sends_and_says_why_one_was_not_written_to,
    campaign.the_mail_arrives_with_a_way_out,
    conversation.one_answers_by_mail_and_one_by_text,
    conversation.the_answers_are_conversations_linked_to_the_campaign,
    conversation.an_agent_answers,
    conversation.a_note_mentions_a_colleague_who_is_told,
    conversation.a_task_is_made_with_a_key,
    conversation.the_customer_reads_the_answer,
    conversation.finance_takes_what_care_hands_over,
    conversation.who_handed_over_is_told,
    community.a_customer_comes_in_by_a_link_asks_and_has_an_idea,
    community.another_votes_and_answers_and_the_answer_is_accepted,
    community.a_customer_reports_a_post,
    community.a_moderator_hides_it_with_a_reason,
    community.its_author_appeals_and_another_moderator_brings_it_back,
    community.a_post_becomes_a_conversation_with_its_permalink,
    leaving.one_unsubscribes_by_the_link_in_the_mail,
    leaving.and_one_by_texting_stop,
    oneness.two_profiles_are_put_together,
    oneness.and_taken_apart,
    organisation.the_profile_tells_the_whole_story,
    organisation.the_operating_model_counts_it,
    organisation.each_role_has_its_home_and_is_refused_what_it_may_not_do,
    organisation.the_pages_speak_portuguese,
)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__)
def test_the_story(village: Village, chapter: Callable[[Village], None]) -> None:
    village.tell(chapter)
