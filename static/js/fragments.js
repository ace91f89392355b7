// For pages outside of the navigation that only refresh a part of themselves.
import "htmx";
import "vilarejo/relative-time";
