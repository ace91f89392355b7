"""Templates, their revisions, and what is being written."""

from content.models.draft import Draft
from content.models.revision import Revision, Variant
from content.models.template import Kind, Purpose, Template
from content.models.test_send import TestSend

__all__ = ["Draft", "Kind", "Purpose", "Revision", "Template", "TestSend", "Variant"]
