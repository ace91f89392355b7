"""Exact counts and the search text, kept by the database itself, so that no way of writing can forget them."""

from django.db import migrations

COUNTS = """
CREATE FUNCTION conversations_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.queue_id = OLD.queue_id AND NEW.status = OLD.status
        AND NEW.assignee_id IS NOT DISTINCT FROM OLD.assignee_id THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO conversations_conversationcount (queue_id, status, assignee_id, delta)
        VALUES (OLD.queue_id, OLD.status, OLD.assignee_id, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO conversations_conversationcount (queue_id, status, assignee_id, delta)
        VALUES (NEW.queue_id, NEW.status, NEW.assignee_id, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER conversation_count AFTER INSERT OR DELETE OR UPDATE OF queue_id, status, assignee_id
    ON conversations_conversation FOR EACH ROW EXECUTE FUNCTION conversations_count();
"""

# An answer that was taken back becomes an event: its words must not be found any more.
SEARCH = """
CREATE FUNCTION conversations_search(title text, body text, who text) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('simple', unaccent(left(who, 1000) || ' ' || left(title, 1000))), 'A')
        || to_tsvector('portuguese', unaccent(left(body, 100000)))
        || to_tsvector('english', unaccent(left(body, 100000)))
$$;
CREATE FUNCTION conversations_message_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'event' THEN
        NEW.search := NULL;
    ELSE
        NEW.search := conversations_search(NEW.title, NEW.text, NEW.sender_name || ' ' || NEW.sender_address);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER message_search BEFORE INSERT OR UPDATE OF title, text ON conversations_message
    FOR EACH ROW EXECUTE FUNCTION conversations_message_search();
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial")]
    operations = [
        migrations.RunSQL(COUNTS, "DROP FUNCTION conversations_count() CASCADE"),
        migrations.RunSQL(
            SEARCH,
            "DROP FUNCTION conversations_message_search() CASCADE;"
            "DROP FUNCTION conversations_search(text, text, text) CASCADE",
        ),
    ]
