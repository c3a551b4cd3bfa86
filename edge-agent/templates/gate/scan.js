// Reads scanners that type like keyboards, wherever the caret is. A scan ends with Enter, Tab or a
// complete address of ours; the time between keys means nothing. Keys are read by their place on
// the keyboard, so an input method, Caps Lock or a slow radio link change nothing. What a scan
// typed into a field is taken out again. Says what was read, decides nothing.

const SHIFTED = {
  Digit1: "!", Digit2: "@", Digit3: "#", Digit4: "$", Digit5: "%", Digit6: "^", Digit7: "&",
  Digit8: "*", Digit9: "(", Digit0: ")", Minus: "_", Equal: "+", Slash: "?", Period: ">",
  Comma: "<", Semicolon: ":", Quote: "\"", BracketLeft: "{", BracketRight: "}", Backslash: "|",
};
const PLAIN = {
  Minus: "-", Equal: "=", Slash: "/", Period: ".", Comma: ",", Semicolon: ";", Quote: "'",
  BracketLeft: "[", BracketRight: "]", Backslash: "\\", Space: " ", NumpadDivide: "/",
  NumpadDecimal: ".", NumpadSubtract: "-",
};
const SILENT = new Set(["ShiftLeft", "ShiftRight", "CapsLock", "NumLock"]);
const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BEGIN = "HTTPS://";
const FRAME = /HTTPS:\/\/[A-Z0-9.:-]+\/[BSMPC]\/[0-9A-Z]{10}$/;
const IN_TEXT = /https:\/\/[a-z0-9.:-]+\/[bsmpc]\/[0-9a-z]{10}(?![0-9a-z])/i;
const LONGEST = 512;
const SHORTEST = 9;
const STARTS = 8;

/** The character of a key by its place on a US keyboard; letters are upper case. */
export function character(event) {
  const code = event.code || "";
  if (/^Key[A-Z]$/.test(code)) return code[3];
  if (event.shiftKey && SHIFTED[code]) return SHIFTED[code];
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code);
  return digit ? digit[1] : PLAIN[code] || "";
}

/** Whether the check symbol of a code of ten symbols fits. */
export function fits(text) {
  const plain = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (plain.length !== 10) return false;
  const digits = [...plain].map((symbol) => SYMBOLS.indexOf(symbol));
  if (digits.includes(-1)) return false;
  // Nine symbols hold 45 bits: the remainder is folded, so that no number grows too large.
  const rest = digits.slice(0, 9).reduce((value, digit) => (value * 32 + digit) % 37, 0);
  return rest === digits[9];
}

/** The mark of a badge's code: 24 bits of it, so that pages need not hold the code. */
export function mark(salt, code) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${salt}/${code}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return ((hash >>> 24) ^ (hash & 0xffffff)).toString(16).padStart(6, "0");
}

/** The kind letter and the code of an address of ours or a bare code; null for anything else. */
export function ours(text) {
  const address = /^https:\/\/[^/\s]+\/([bsmpc])\/([^/\s]+)$/i.exec(text.trim());
  if (address) return { letter: address[1].toUpperCase(), code: address[2].toUpperCase() };
  const bare = text.trim().toUpperCase().replace(/[\s-]/g, "");
  return /^[0-9A-Z]{9,11}$/.test(bare) ? { letter: "", code: bare } : null;
}

const editable = (element) =>
  element instanceof HTMLTextAreaElement ||
  (element instanceof HTMLInputElement &&
    !/^(button|submit|checkbox|radio|file|range|hidden)$/.test(element.type));

/** Listens on a document and calls `heard(text, field)` for each scan. */
export class ScanListener {
  constructor(heard) {
    this.heard = heard;
    this.restoring = null;
    this.reset();
  }

  attach(root = document) {
    const on = (name, handler) => root.addEventListener(name, handler.bind(this), true);
    on("keydown", this.key);
    on("input", this.text);
    on("compositionend", this.text);
    on("pointerdown", this.reset);
  }

  reset() {
    this.buffer = "";
    this.starts = [];
    this.swallow = false;
  }

  key(event) {
    if (!event.isTrusted && !event.code) return;
    this.restoring = null;
    if (event.ctrlKey || event.metaKey || event.altKey) return void this.reset();
    if (/^(Numpad)?Enter$|^Tab$/.test(event.code)) return void this.end(event);
    // A keyboard on glass names no keys: its text is read as it arrives in the field.
    if (!event.code || SILENT.has(event.code)) return;
    const read = character(event);
    if (!read) return void this.reset();
    this.swallow = false;
    if (read === "H") this.remember(event.target);
    this.buffer += read;
    if (this.buffer.length > LONGEST) this.forget(this.buffer.length - LONGEST);
    const frame = FRAME.exec(this.buffer);
    if (frame && fits(frame[0].slice(-10))) {
      this.stop(event);
      this.fire(frame[0]);
      this.swallow = true;
    }
  }

  /** Enter or Tab: the end of a scan, or a key of its own. */
  end(event) {
    const { buffer, swallow } = this;
    const field = event.target;
    const begin = Math.max(buffer.lastIndexOf(BEGIN), buffer.lastIndexOf("HTTP://"));
    const typing = editable(field);
    if (swallow) {
      this.stop(event);
    } else if (begin >= 0 && buffer.length - begin > BEGIN.length) {
      this.stop(event);
      return this.fire(buffer.slice(begin));
    } else if (!typing && buffer.length >= SHORTEST) {
      this.stop(event);
      return this.fire(buffer);
    } else if (typing && event.code !== "Tab" && field.matches("input[data-scan]") && field.value) {
      this.stop(event);
      const typed = field.value;
      this.reset();
      return this.heard(typed, field);
    }
    this.reset();
  }

  stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  remember(field) {
    if (!editable(field)) return;
    const { value, selectionStart, selectionEnd } = field;
    this.starts.push({ at: this.buffer.length, field, value, selectionStart, selectionEnd });
    if (this.starts.length > STARTS) this.starts.shift();
  }

  forget(count) {
    this.buffer = this.buffer.slice(count);
    this.starts.forEach((start) => { start.at -= count; });
  }

  fire(text) {
    const at = this.buffer.length - text.length;
    // The last key of the frame may not be in the buffer's field yet; the start always is.
    const start = this.starts.find((it) => it.at === at);
    this.reset();
    if (start) this.restore(start);
    this.heard(text, start ? start.field : document.activeElement);
  }

  /** Gives a field the text and caret back that it had before the scan. */
  restore(start) {
    this.restoring = start;
    this.put(start);
    if (document.activeElement === start.field) {
      // An input method that is still composing lets go of its text.
      start.field.blur();
      this.put(start);
      start.field.focus({ preventScroll: true });
    }
  }

  put({ field, value, selectionStart, selectionEnd }) {
    field.value = value;
    if (selectionStart !== null) {
      try { field.setSelectionRange(selectionStart, selectionEnd); } catch { /* no caret there */ }
    }
  }

  /** Text that arrived without keys: an input method, a keyboard on glass, a paste. */
  text(event) {
    // What our own scripts put into a field was not typed.
    if (!event.isTrusted) return;
    const field = event.target;
    if (this.restoring && this.restoring.field === field) {
      if (field.value !== this.restoring.value) this.put(this.restoring);
      return;
    }
    if (!editable(field) || (event.type === "input" && event.isComposing) || this.buffer) return;
    const found = IN_TEXT.exec(field.value);
    if (!found || !fits(found[0].slice(-10))) return;
    field.value = field.value.slice(0, found.index) + field.value.slice(found.index + found[0].length);
    this.heard(found[0].toUpperCase(), field);
  }
}
