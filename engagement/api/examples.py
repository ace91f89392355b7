"""Examples of bodies and answers, made from the schema: each is valid by the schema that it stands beside."""

from typing import Any

_ID = "0193a3f0-5b1e-7c3a-9d42-6f1c0a7b2e10"
_BY_NAME: dict[str, str] = {
    "text": "Thank you for writing. The saddle is on its way.",
    "title": "Call Ana about the saddle",
    "name": "Ana Souza",
    "address": "ana@example.com",
    "sender_name": "Pedralva",
    "sender_address": "ana@example.com",
    "reason": "The customer asked for it",
    "currency": "BRL",
    "locale": "pt-br",
    "slug": "care",
    "queue": "care",
    "department": "finance",
    "cursor": "WyIyMDI2Il0",
    "summary": "An invoice is missing",
    "comment": "Please check the price",
    "label": "VIP",
    "country": "BR",
    "language": "pt-br",
    "budget": "1500.00",
    "amount": "1500.00",
    "objective": "Every third bicycle is serviced",
    "description": "For the newsletter",
    "sentence": "Country is “BR”",
    "version": "5e884898da28047151d0e56f8dc62927",
    "content_hash": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
    "seen_hash": "v1.1a2b3c4d5e.6f708192a3",
    "handle": "ana",
    "html": "<p>Thank you for writing.</p>",
    "about": "Saddle S2",
    "member": _ID,
}
_BY_FORMAT: dict[str, str] = {
    "uuid": _ID,
    "date-time": "2026-12-01T09:00:00Z",
    "date": "2026-12-01",
    "email": "ana@example.com",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.10",
    "decimal": "1500.00",
    "binary": "(file)",
}
_NAMES: dict[str, str] = {  # what a thing is called, by its component
    "Campaign": "Spring service",
    "CampaignDraft": "Spring service",
    "Segment": "Customers in Brazil",
    "NewSegment": "Customers in Brazil",
    "Space": "Bicycles",
    "Template": "Welcome",
    "TemplateDetail": "Welcome",
    "NewTemplate": "Welcome",
    "Channel": "Customer care",
    "Company": "Oficina Prado",
    "RuleField": "country",
    "RuleOperator": "is",
}
_DEPTH = 6


def add_examples(schema: dict[str, Any]) -> None:
    """Put an example beside every JSON body and every successful answer."""
    components = schema["components"]["schemas"]
    for methods in schema["paths"].values():
        for operation in methods.values():
            parts = list(operation.get("requestBody", {}).get("content", {}).items())
            for code, response in operation["responses"].items():
                parts += list(response.get("content", {}).items()) if code < "400" else []
            for kind, media in parts:
                if kind == "application/json" and "example" not in media and "examples" not in media:
                    media["example"] = example_of(media.get("schema", {}), components)


def example_of(
    part: dict[str, Any], components: dict[str, Any], *, name: str = "", owner: str = "", depth: int = 0
) -> Any:
    """Return a value that the schema allows. ``owner``: the component whose field it is."""
    if "$ref" in part:
        component = part["$ref"].rpartition("/")[2]
        owner = component.removeprefix("Patched").removesuffix("Request")
        return example_of(components[component], components, name=name, owner=owner, depth=depth)
    for known in ("example", "const", "default"):
        if known in part and (part[known] not in (None, "") or known != "default"):
            return part[known]
    if part.get("enum"):
        return next(one for one in part["enum"] if one not in (None, "") or len(part["enum"]) == 1)
    for several in ("allOf", "oneOf", "anyOf"):
        if part.get(several):
            return example_of(part[several][0], components, name=name, owner=owner, depth=depth)
    return _by_type(part, components, name=name, owner=owner, depth=depth)


def _by_type(part: dict[str, Any], components: dict[str, Any], *, name: str, owner: str, depth: int) -> Any:
    kinds = part.get("type", "object" if "properties" in part else "")
    kind = kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null")
    match kind:
        case "object":
            return {
                key: example_of(inner, components, name=key, owner=owner, depth=depth + 1)
                for key, inner in part.get("properties", {}).items()
                if depth < _DEPTH or key in part.get("required", ())
            }
        case "array":
            return [example_of(part.get("items", {}), components, name=name, owner=owner, depth=depth + 1)]
        case "integer" | "number":
            return part.get("minimum", min(1, part.get("maximum", 1)))
        case "boolean":
            return True
        case "string":
            return _text(part, _NAMES.get(owner, "") if name == "name" else "", name)
    return {} if not kind else None


def _text(part: dict[str, Any], known: str, name: str) -> str:
    form = str(part.get("format", ""))
    if form in _BY_FORMAT:
        return _BY_FORMAT[form]
    text = known or _BY_NAME.get(name, "")
    if not text and part.get("pattern"):
        text = "care"
    return (text or "text")[: part.get("maxLength", 1000)]
