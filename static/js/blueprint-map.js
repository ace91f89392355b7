// <blueprint-map>: lays out and draws the components and links that the page holds as JSON.
// dagre chooses the order of components in each group, so that few links cross; groups lie below each other.
import { Graph, layout } from "dagre";

const SVG = "http://www.w3.org/2000/svg";
const NODE = { width: 152, height: 50 };
const GAP = { x: 14, y: 18 };
const GROUP = { head: 26, gap: 52 };
const MAX_ROW = 10;
const NARROW = 600; // a phone: two in a row, as long as it takes
const ZOOM = { min: 0.15, max: 3, step: 1.2 };
const MARKS = { healthy: "●", failing: "✕", idle: "◐", planned: "◌", retired: "–", unmonitored: "○", undocumented: "?" };
const LETTERS = { name: 16, detail: 22 };

const create = (name, attributes = {}, text = "") => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
};
const shorten = (text, letters) => (text.length > letters ? `${text.slice(0, letters - 1)}…` : text);

/** Groups of nodes in the order in which they lie: layers as the server orders them, departments by name. */
export function groupNodes(drawing, by, labels) {
  if (by === "department") {
    const names = [...new Set(drawing.nodes.map((node) => node.department))].sort((a, b) => !a - !b || a.localeCompare(b));
    return names.map((name) => ({ label: name || labels.none, nodes: drawing.nodes.filter((node) => node.department === name) }));
  }
  return drawing.layers.map(({ id, label }) => ({ label, nodes: drawing.nodes.filter((node) => node.layer === id) }));
}

/** Sort the nodes of each group from left to right. Between two anchors a node can have but one rank: its group's. */
export function orderGroups(groups, edges) {
  const graph = new Graph();
  graph.setGraph({ rankdir: "TB", nodesep: GAP.x, ranksep: 40, ranker: "longest-path" });
  graph.setDefaultEdgeLabel(() => ({}));
  const rank = new Map();
  const size = { width: NODE.width, height: NODE.height };
  groups.forEach((group, index) => {
    graph.setNode(`anchor ${index}`, { width: 1, height: 1 });
    for (const node of group.nodes) {
      rank.set(node.id, index);
      graph.setNode(node.id, { ...size });
    }
  });
  graph.setNode(`anchor ${groups.length}`, { width: 1, height: 1 });
  groups.forEach((group, index) => {
    graph.setEdge(`anchor ${index}`, `anchor ${index + 1}`, { minlen: 2, weight: 1 });
    for (const node of group.nodes) {
      graph.setEdge(`anchor ${index}`, node.id, { minlen: 1, weight: 0 });
      graph.setEdge(node.id, `anchor ${index + 1}`, { minlen: 1, weight: 0 });
    }
  });
  for (const { origin, target } of edges) {
    const [from, to] = [rank.get(origin), rank.get(target)];
    if (from === to) continue;
    graph.setEdge(from < to ? origin : target, from < to ? target : origin, { minlen: 1, weight: 2 });
  }
  layout(graph);
  const place = (node) => graph.node(node.id).x;
  return groups.map((group) => ({ ...group, nodes: [...group.nodes].sort((a, b) => place(a) - place(b)) }));
}

/** Give each node its place: rows of at most `perRow`, centered, groups below each other. */
export function placeNodes(groups, perRow) {
  const widest = Math.min(perRow, Math.max(1, ...groups.map((group) => group.nodes.length)));
  const width = widest * NODE.width + (widest - 1) * GAP.x;
  const places = new Map();
  const bands = [];
  let y = 0;
  groups.forEach((group, index) => {
    bands.push({ label: group.label, y, hasRule: index > 0 });
    y += GROUP.head;
    for (let first = 0; first < group.nodes.length; first += perRow) {
      const row = group.nodes.slice(first, first + perRow);
      const left = (width - (row.length * NODE.width + (row.length - 1) * GAP.x)) / 2;
      row.forEach((node, column) => places.set(node.id, { x: left + column * (NODE.width + GAP.x), y, row: y }));
      y += NODE.height + GAP.y;
    }
    y += GROUP.gap - GAP.y;
  });
  return { places, bands, width, height: y - GROUP.gap + 8 };
}

class BlueprintMap extends HTMLElement {
  #drawing = null;
  #group = "layer";
  #view = { x: 0, y: 0, scale: 1 };
  #size = { width: 1, height: 1 };
  #source = "";
  #drag = null;
  #stage = null;
  #frame = 0;
  #hasMoved = false;

  connectedCallback() {
    this.#draw();
    this.addEventListener("pointerdown", this.#startDrag);
    this.addEventListener("wheel", this.#wheel, { passive: false });
    this.addEventListener("keydown", this.#key);
    this.addEventListener("click", this.#click, true);
    document.addEventListener("click", this.#tool);
    document.addEventListener("htmx:after:swap", this.#refresh);
    addEventListener("resize", this.#resize);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#tool);
    document.removeEventListener("htmx:after:swap", this.#refresh);
    removeEventListener("resize", this.#resize);
    removeEventListener("pointermove", this.#moveDrag);
    removeEventListener("pointerup", this.#endDrag);
  }

  #refresh = () => {
    if (!this.querySelector("svg") || this.#text() !== this.#source) this.#draw();
  };

  #resize = () => this.#draw();

  #text() {
    return document.getElementById("blueprint-drawing")?.textContent ?? "";
  }

  #draw() {
    const focused = document.activeElement?.closest?.("blueprint-map a")?.dataset.id;
    this.#source = this.#text();
    this.#drawing = JSON.parse(this.#source || "{}");
    if (!this.#drawing.nodes?.length) return;
    const groups = groupNodes(this.#drawing, this.#group, { none: this.dataset.noDepartment }).filter((one) => one.nodes.length);
    const perRow = Math.max(2, Math.min(MAX_ROW, Math.floor((this.clientWidth + GAP.x) / (NODE.width + GAP.x))));
    const isNarrow = this.clientWidth < NARROW;
    const longest = isNarrow ? perRow : Math.max(perRow, Math.ceil(Math.sqrt(this.#drawing.nodes.length)));
    const laid = placeNodes(orderGroups(groups, this.#drawing.edges), longest);
    this.#size = { width: laid.width, height: laid.height };
    this.querySelector("svg")?.remove();
    const svg = create("svg", { class: "map" });
    const defs = create("defs");
    for (const kind of ["", "--failing"]) {
      const marker = create("marker", { id: `arrow${kind}`, class: `arrow arrow${kind}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" });
      marker.append(create("path", { d: "M0 0.8 L7.2 4 L0 7.2 z" }));
      defs.append(marker);
    }
    this.#stage = create("g");
    for (const band of laid.bands) this.#drawBand(band, laid.width);
    for (const edge of this.#drawing.edges) this.#drawEdge(edge, laid.places);
    for (const node of this.#drawing.nodes) this.#drawNode(node, laid.places.get(node.id));
    svg.append(defs, this.#stage);
    this.append(svg);
    this.#fit();
    const tools = document.getElementById("map-tools");
    if (tools) tools.hidden = false;
    if (focused) this.querySelector(`a[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  #drawBand(band, width) {
    if (band.hasRule) this.#stage.append(create("line", { class: "grid", x1: 0, x2: width, y1: band.y - 14, y2: band.y - 14 }));
    this.#stage.append(create("text", { class: "label", x: 0, y: band.y + 12 }, band.label));
  }

  #drawEdge(edge, places) {
    const [from, to] = [places.get(edge.origin), places.get(edge.target)];
    if (!from || !to) return;
    const path = create("path", { class: `edge edge--${edge.state}`, d: this.#path(from, to), "data-origin": edge.origin, "data-target": edge.target });
    const mark = `url(#arrow${edge.state === "failing" ? "--failing" : ""})`;
    path.setAttribute("marker-end", mark);
    if (edge.bothWays) path.setAttribute("marker-start", mark);
    path.append(create("title", {}, [edge.flow, edge.stateLabel, edge.problem].filter(Boolean).join(" · ")));
    this.#stage.append(path);
  }

  #path(from, to) {
    const center = (place) => place.x + NODE.width / 2;
    if (from.row === to.row) {
      const y = from.y + NODE.height;
      const depth = 14 + Math.min(26, Math.abs(center(from) - center(to)) / 24);
      return `M${center(from)} ${y} C ${center(from)} ${y + depth}, ${center(to)} ${y + depth}, ${center(to)} ${y + 1}`;
    }
    const down = to.y > from.y;
    const [start, end] = down ? [from.y + NODE.height, to.y - 1] : [from.y, to.y + NODE.height + 1];
    const middle = (start + end) / 2;
    return `M${center(from)} ${start} C ${center(from)} ${middle}, ${center(to)} ${middle}, ${center(to)} ${end}`;
  }

  #drawNode(node, place) {
    const label = [node.name, node.detail, node.stateLabel, node.problem].filter(Boolean).join(", ");
    const link = create("a", { class: `node node--${node.state}`, href: node.url, "data-id": node.id, "aria-label": label, transform: `translate(${place.x} ${place.y})` });
    link.append(
      create("title", {}, label),
      create("rect", { width: NODE.width, height: NODE.height, rx: 5 }),
      create("text", { class: "ink", x: 12, y: 21 }, shorten(node.name, LETTERS.name)),
      create("text", { x: 12, y: 38 }, shorten(node.detail, LETTERS.detail)),
      create("text", { class: "node__state", x: NODE.width - 12, y: 21, "text-anchor": "end" }, MARKS[node.state] ?? ""),
    );
    link.addEventListener("focus", () => this.#highlight(node.id));
    link.addEventListener("pointerenter", () => this.#highlight(node.id));
    link.addEventListener("pointerleave", () => this.#highlight(""));
    link.addEventListener("blur", () => this.#highlight(""));
    this.#stage.append(link);
  }

  #highlight(id) {
    for (const path of this.#stage.querySelectorAll(".edge")) {
      path.classList.toggle("edge--near", id !== "" && (path.dataset.origin === id || path.dataset.target === id));
    }
  }

  #fit() {
    const width = this.clientWidth || this.#size.width;
    const scale = Math.max(ZOOM.min, Math.min(1.15, width / this.#size.width));
    const height = Math.min(1400, this.#size.height * scale + 8);
    this.style.blockSize = `${Math.ceil(height)}px`;
    this.#view = { x: (width - this.#size.width * scale) / 2, y: 0, scale };
    this.#apply();
  }

  #apply() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { x, y, scale } = this.#view;
      this.#stage?.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(4)})`);
    });
  }

  #zoom(factor, center) {
    const scale = Math.min(ZOOM.max, Math.max(ZOOM.min, this.#view.scale * factor));
    const at = center ?? { x: this.clientWidth / 2, y: this.clientHeight / 2 };
    const ratio = scale / this.#view.scale;
    this.#view = { x: at.x - (at.x - this.#view.x) * ratio, y: at.y - (at.y - this.#view.y) * ratio, scale };
    this.#apply();
  }

  #wheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the wheel alone scrolls the page
    event.preventDefault();
    const box = this.getBoundingClientRect();
    this.#zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1, { x: event.clientX - box.left, y: event.clientY - box.top });
  };

  #startDrag = (event) => {
    if (event.button !== 0) return;
    this.#drag = { x: event.clientX - this.#view.x, y: event.clientY - this.#view.y };
    this.#hasMoved = false;
    addEventListener("pointermove", this.#moveDrag);
    addEventListener("pointerup", this.#endDrag);
  };

  #moveDrag = (event) => {
    if (!this.#drag) return;
    const [x, y] = [event.clientX - this.#drag.x, event.clientY - this.#drag.y];
    if (Math.hypot(x - this.#view.x, y - this.#view.y) > 3) this.#hasMoved = true;
    if (!this.#hasMoved) return;
    this.#view = { ...this.#view, x, y };
    this.#apply();
  };

  #endDrag = () => {
    this.#drag = null;
    removeEventListener("pointermove", this.#moveDrag);
    removeEventListener("pointerup", this.#endDrag);
  };

  #click = (event) => {
    if (!this.#hasMoved) return; // the end of a drag opens nothing
    event.preventDefault();
    event.stopPropagation();
    this.#hasMoved = false;
  };

  #key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.#zoom(ZOOM.step);
    else if (event.key === "-") this.#zoom(1 / ZOOM.step);
    else if (event.key === "0") this.#fit();
    else if (/^Arrow/.test(event.key)) this.#move(event.key.slice(5).toLowerCase());
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #move(direction) {
    const nodes = [...this.querySelectorAll("a.node")];
    const current = document.activeElement?.closest?.("a.node");
    if (!nodes.includes(current)) {
      nodes[0]?.focus({ preventScroll: true });
      return;
    }
    const box = (node) => {
      const { left, top, width, height } = node.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    };
    const here = box(current);
    const horizontal = direction === "left" || direction === "right";
    const sign = direction === "right" || direction === "down" ? 1 : -1;
    let best = null;
    for (const node of nodes) {
      const there = box(node);
      const [along, across] = horizontal ? [(there.x - here.x) * sign, there.y - here.y] : [(there.y - here.y) * sign, there.x - here.x];
      if (node === current || along < 4) continue;
      const distance = along + Math.abs(across) * (horizontal ? 6 : 2);
      if (!best || distance < best.distance) best = { node, distance };
    }
    if (!best) return;
    best.node.focus({ preventScroll: true });
    this.#show(best.node);
  }

  #show(node) {
    const [outer, inner] = [this.getBoundingClientRect(), node.getBoundingClientRect()];
    const shift = (low, high, least, most) => (low < least ? least - low + 12 : high > most ? most - high - 12 : 0);
    const x = shift(inner.left, inner.right, outer.left, outer.right);
    const y = shift(inner.top, inner.bottom, outer.top, outer.bottom);
    if (x || y) this.#view = { ...this.#view, x: this.#view.x + x, y: this.#view.y + y };
    this.#apply();
  }

  #tool = (event) => {
    const button = event.target.closest?.("[data-group], [data-zoom], [data-export-png]");
    if (!button) return;
    if ("exportPng" in button.dataset) this.#exportPicture(button.dataset.name);
    else if (button.dataset.group) {
      this.#group = button.dataset.group;
      for (const one of document.querySelectorAll("[data-group]")) one.setAttribute("aria-pressed", String(one === button));
      this.#draw();
    } else if (button.dataset.zoom === "fit") this.#fit();
    else this.#zoom(button.dataset.zoom === "in" ? ZOOM.step : 1 / ZOOM.step);
  };

  /** The whole map as a PNG of twice its size, with the colors that are seen now. */
  async #exportPicture(name) {
    const copy = this.querySelector("svg").cloneNode(true);
    const seen = this.querySelectorAll("svg *");
    copy.querySelectorAll("*").forEach((element, index) => {
      const style = getComputedStyle(seen[index]);
      for (const property of ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family"]) {
        element.style.setProperty(property, style.getPropertyValue(property));
      }
    });
    const margin = 16;
    const [width, height] = [this.#size.width + 2 * margin, this.#size.height + 2 * margin];
    copy.querySelector("g").setAttribute("transform", `translate(${margin} ${margin})`);
    for (const [key, value] of Object.entries({ width, height, xmlns: SVG })) copy.setAttribute(key, value);
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    await picture.decode();
    const scale = Math.min(2, 8000 / Math.max(width, height));
    const canvas = Object.assign(document.createElement("canvas"), { width: width * scale, height: height * scale });
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(document.body).backgroundColor;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.scale(scale, scale);
    context.drawImage(picture, 0, 0, width, height);
    const link = Object.assign(document.createElement("a"), { download: name, href: canvas.toDataURL("image/png") });
    link.click();
  }
}

customElements.define("blueprint-map", BlueprintMap);
