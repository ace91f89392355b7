import pytest

pytest.register_assert_rewrite("tests.story.chapters")
