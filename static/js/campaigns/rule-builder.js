// <rule-builder data-estimate="/…/" data-fields="id-of-json"> around a <textarea> that holds the rules as JSON.
// Builds them with native selects and inputs, so that the keyboard does everything; the textarea is what is sent.
// Words come from data-word-… attributes; without this module the textarea itself can be edited.
const WAIT = 350;
const KINDS = ["all", "any", "none"];

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

class RuleBuilder extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.fields = JSON.parse(document.getElementById(this.dataset.fields).textContent);
    this.tree = this.read();
    if (!this.tree) return;
    this.area.hidden = true;
    this.place = make("div", { className: "rules" });
    this.area.after(this.place);
    this.draw();
    this.estimate();
  }

  word(name) {
    return this.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] ?? "";
  }

  // What is kept uses "not"; people read "none of these".
  read() {
    let given;
    try {
      given = JSON.parse(this.area.value || '{"all": []}');
    } catch {
      return null;
    }
    const node = this.open(given);
    return node.field === undefined ? node : { kind: "all", parts: [node] };
  }

  open(given) {
    if (!given || typeof given !== "object") return { kind: "all", parts: [] };
    if ("field" in given) return { ...given };
    if ("not" in given) {
      const inner = this.open(given.not);
      return inner.kind === "any" ? { kind: "none", parts: inner.parts } : { kind: "none", parts: [inner] };
    }
    const kind = "any" in given ? "any" : "all";
    return { kind, parts: (given[kind] ?? []).map((part) => this.open(part)) };
  }

  closed(node) {
    if (node.field !== undefined) {
      const rule = { field: node.field, op: node.op };
      return node.value === undefined || node.value === "" ? rule : { ...rule, value: node.value };
    }
    const parts = node.parts.map((part) => this.closed(part));
    return node.kind === "none" ? { not: { any: parts } } : { [node.kind]: parts };
  }

  changed() {
    const empty = this.tree.parts.length === 0;
    this.area.value = JSON.stringify(empty ? { all: [] } : this.closed(this.tree));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.estimate(), WAIT);
  }

  draw(focus) {
    this.place.replaceChildren(this.group(this.tree, null, 1));
    if (focus) this.place.querySelector(focus)?.focus();
  }

  group(node, parent, depth) {
    const kind = this.select(KINDS.map((one) => [one, this.word(one)]), node.kind, this.word("kind"), (value) => {
      node.kind = value;
      this.changed();
    });
    const list = make("ol", { className: "rules__list" });
    for (const part of node.parts) {
      list.append(make("li", {}, part.field === undefined ? this.group(part, node, depth + 1) : this.rule(part, node)));
    }
    const buttons = make("div", { className: "rules__buttons" }, this.button(this.word("addRule"), "rules__add", () => {
      node.parts.push(this.fresh(this.fields[0]));
      this.after(node, true);
    }));
    if (depth < 4) {
      buttons.append(this.button(this.word("addGroup"), "rules__add", () => {
        node.parts.push({ kind: "any", parts: [this.fresh(this.fields[0])] });
        this.after(node, true);
      }));
    }
    if (parent) buttons.append(this.button(this.word("removeGroup"), "rules__remove", () => this.take(node, parent)));
    const box = make("fieldset", { className: "rules__group" }, make("legend", {}, kind), list, buttons);
    node.element = box;
    return box;
  }

  rule(node, parent) {
    const field = this.fields.find((one) => one.name === node.field);
    if (!field) {
      return make("div", { className: "rules__rule" }, make("span", { className: "rules__lost", textContent: `${this.word("lost")} ${node.field}` }),
        this.button(this.word("removeRule"), "rules__remove", () => this.take(node, parent)));
    }
    const operator = field.operators.find((one) => one.name === node.op) ?? field.operators[0];
    node.op = operator.name;
    const row = make("div", { className: "rules__rule" });
    row.append(
      this.fieldSelect(node, (name) => {
        Object.assign(node, this.fresh(this.fields.find((one) => one.name === name)));
        this.redraw(row, node, parent, "select");
      }),
      this.select(field.operators.map((one) => [one.name, one.label]), node.op, this.word("operator"), (name) => {
        const next = field.operators.find((one) => one.name === name);
        if (next.takes !== operator.takes) delete node.value;
        node.op = name;
        this.redraw(row, node, parent, "select:nth-of-type(2)");
      }),
    );
    const value = this.value(node, field, operator);
    if (value) row.append(value);
    row.append(this.button(this.word("removeRule"), "rules__remove", () => this.take(node, parent)));
    return row;
  }

  redraw(row, node, parent, focus) {
    const next = this.rule(node, parent);
    row.replaceWith(next);
    next.querySelector(focus)?.focus();
    this.changed();
  }

  after(node, focusLast) {
    this.draw();
    this.changed();
    if (focusLast) [...node.element.querySelectorAll("select")].at(-2)?.focus();
  }

  take(node, parent) {
    parent.parts.splice(parent.parts.indexOf(node), 1);
    this.draw();
    this.changed();
    parent.element.querySelector(".rules__add")?.focus();
  }

  fresh(field) {
    return { field: field.name, op: field.operators[0].name, value: undefined };
  }

  fieldSelect(node, change) {
    const select = this.select([], "", this.word("field"), change);
    for (const label of new Set(this.fields.map((one) => one.group))) {
      const group = make("optgroup", { label });
      for (const one of this.fields.filter((each) => each.group === label)) {
        group.append(make("option", { value: one.name, textContent: one.label, selected: one.name === node.field }));
      }
      select.append(group);
    }
    return select;
  }

  value(node, field, operator) {
    if (!operator.takes) return null;
    if (operator.takes === "choice" || operator.takes === "choices") return this.chooser(node, field, operator.takes === "choices");
    const types = { number: "number", days: "number", date: "date" };
    const input = make("input", {
      type: types[operator.takes] ?? "text",
      value: Array.isArray(node.value) ? node.value.join(", ") : node.value ?? "",
      className: "rules__value",
      placeholder: operator.takes === "tags" ? this.word("tagsHint") : "",
    });
    if (operator.takes === "days") input.min = 1;
    if (operator.takes === "number") input.step = "any";
    input.setAttribute("aria-label", this.word("value"));
    input.addEventListener("input", () => {
      node.value = this.typed(input.value, operator.takes);
      this.changed();
    });
    return input;
  }

  typed(text, takes) {
    if (takes === "tags") return text.split(",").map((one) => one.trim()).filter(Boolean);
    if ((takes === "number" || takes === "days") && text !== "") return Number(text);
    return text;
  }

  chooser(node, field, several) {
    const chosen = [].concat(node.value ?? []);
    if (!several && !chosen.length && field.options.length) node.value = field.options[0][0];
    const select = this.select(field.options, node.value, this.word("value"), () => {
      const values = [...select.selectedOptions].map((option) => option.value);
      node.value = several ? values : values[0];
      this.changed();
    });
    if (several) {
      select.multiple = true;
      select.size = Math.min(5, Math.max(2, field.options.length));
      for (const option of select.options) option.selected = chosen.includes(option.value);
    }
    return select;
  }

  select(options, value, label, change) {
    const select = make("select", { className: "rules__select" });
    select.setAttribute("aria-label", label);
    select.append(...options.map(([name, text]) => make("option", { value: name, textContent: text, selected: name === value })));
    select.addEventListener("change", () => change(select.value));
    return select;
  }

  button(text, css, click) {
    const button = make("button", { type: "button", className: css, textContent: text });
    button.addEventListener("click", click);
    return button;
  }

  async estimate() {
    const place = document.getElementById(this.dataset.shows);
    if (!place) return;
    this.request?.abort();
    this.request = new AbortController();
    place.setAttribute("aria-busy", "true");
    const body = new FormData();
    body.set("rules", this.area.value);
    body.set("csrfmiddlewaretoken", this.closest("form").elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(this.dataset.estimate, { method: "POST", body, signal: this.request.signal });
      if (answer.ok || answer.status === 422) place.innerHTML = await answer.text();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
      return;
    }
    place.removeAttribute("aria-busy");
  }
}

customElements.define("rule-builder", RuleBuilder);
