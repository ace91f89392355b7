"""The search text of topics and posts, kept by the database itself, and the titles' trigrams."""

from django.db import migrations

SEARCH = """
CREATE FUNCTION community_search(said text, weight "char") RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT setweight(to_tsvector('portuguese', unaccent(left(said, 50000)))
        || to_tsvector('english', unaccent(left(said, 50000)))
        || to_tsvector('simple', unaccent(left(said, 1000))), weight)
$$;
CREATE FUNCTION community_topic_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := community_search(NEW.title || ' ' || NEW.about, 'A');
    RETURN NEW;
END $$;
CREATE TRIGGER topic_search BEFORE INSERT OR UPDATE OF title, about ON community_topic
    FOR EACH ROW EXECUTE FUNCTION community_topic_search();
CREATE FUNCTION community_post_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := community_search(NEW.text, 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER post_search BEFORE INSERT OR UPDATE OF text ON community_post
    FOR EACH ROW EXECUTE FUNCTION community_post_search();
CREATE INDEX topic_title_plain ON community_topic USING gin (profiles_plain(title) public.gin_trgm_ops);
"""
BACK = """
DROP INDEX topic_title_plain;
DROP FUNCTION community_topic_search() CASCADE;
DROP FUNCTION community_post_search() CASCADE;
DROP FUNCTION community_search(text, "char");
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial"), ("profiles", "0001_initial")]
    operations = [migrations.RunSQL(SEARCH, BACK)]
