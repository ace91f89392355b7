"""The blueprint as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from engagement.operations.selectors.blueprint import Blueprint

_CLASSES = {
    "failing": "failing",
    "planned": "planned",
    "undocumented": "undocumented",
}


def write_mermaid(blueprint: Blueprint) -> str:
    """Return the source of the chart: a subgraph for each layer; names are quoted, so that none is taken for syntax."""
    ids = {node.id: f"c{number}" for number, node in enumerate(blueprint.nodes, 1)}
    lines = ["flowchart TB"]
    for name, label, nodes in blueprint.layers:
        lines.append(f'  subgraph {name}["{_quoted(label)}"]')
        lines += [
            f'    {ids[node.id]}["{_quoted(node.name)}"]'
            + (f":::{_CLASSES[node.state]}" if node.state in _CLASSES else "")
            for node in nodes
        ]
        lines.append("  end")
    for edge in blueprint.edges:
        arrow = "<-->" if edge.both_ways else "-->"
        if edge.state in ("planned", "undocumented"):
            arrow = "<-.->" if edge.both_ways else "-.->"
        lines.append(f'  {ids[edge.origin.id]} {arrow}|"{_quoted(edge.flow)}"| {ids[edge.target.id]}')
    lines += [
        "  classDef failing stroke:#b3341f,stroke-width:2px",
        "  classDef planned stroke-dasharray: 4 3",
        "  classDef undocumented stroke:#9a6b00,stroke-dasharray: 2 2",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a text for a quoted label: one line, no quotation mark, no entity."""
    plain = " ".join(str(text).split())
    return plain.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
