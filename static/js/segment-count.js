// <segment-count data-for="words" data-words="{characters} … {segments} … {encoding}" data-costly="… {letters}">
// Counts what a text message takes, as engagement/channels/sms/segments.py does (3GPP TS 23.038, 23.040).
const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");
const SINGLE = { "GSM-7": 160, "UCS-2": 70 };
const JOINED = { "GSM-7": 153, "UCS-2": 67 };

/** @returns {{encoding: string, characters: number, segments: number, offending: string[]}} */
export function count(text) {
  const letters = [...text];
  const offending = [...new Set(letters.filter((letter) => !BASIC.has(letter) && !EXTENDED.has(letter)))];
  const encoding = offending.length ? "UCS-2" : "GSM-7";
  const sizes = letters.map((letter) => (encoding === "UCS-2" ? letter.length : EXTENDED.has(letter) ? 2 : 1));
  const characters = sizes.reduce((sum, size) => sum + size, 0);
  if (characters <= SINGLE[encoding]) return { encoding, characters, segments: Math.min(characters, 1), offending };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > JOINED[encoding]) [segments, used] = [segments + 1, 0];
    used += size;
  }
  return { encoding, characters, segments, offending };
}

class SegmentCount extends HTMLElement {
  connectedCallback() {
    this.counted = (event) => event.target.id === this.dataset.for && this.show();
    document.addEventListener("input", this.counted);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("input", this.counted);
  }

  show() {
    const area = document.getElementById(this.dataset.for);
    if (!area) return;
    const found = count(area.value.replaceAll("\r\n", "\n"));
    const values = { ...found, letters: found.offending.slice(0, 5).join(" ") };
    const words = found.offending.length ? this.dataset.costly : this.dataset.words;
    this.textContent = words.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  }
}

customElements.define("segment-count", SegmentCount);
