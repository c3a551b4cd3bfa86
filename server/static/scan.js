// One listener for scanners that type: a scan anywhere on a page leads to its object, or fills the
// field made for it. A scan ends with Enter or Tab after a complete address of ours; no timer, so
// slow radio scanners work. Physical keys are read, so that an input method does not change them.

const ADDRESS = /HTTPS[:;]\/\/[A-Z0-9.:;-]+\/[BSMPC]\/([0-9A-Z]{10})$/;
const BEGUN = /HTTPS[:;]\/{0,2}/;
const BUFFER_MAX = 160;
const SIGNS = { Slash: "/", Period: ".", Minus: "-" };

let buffer = "";

/** The character of a physical key on the US layout, upper case. */
function symbolOf(event) {
  const code = event.code;
  if (/^Key[A-Z]$/.test(code)) return code.slice(3);
  if (/^(Digit|Numpad)[0-9]$/.test(code)) return code.slice(-1);
  // Some scanners send the colon without its shift key.
  if (code === "Semicolon") return event.shiftKey || event.key === ":" ? ":" : ";";
  return SIGNS[code] ?? "";
}

/** Takes the scanned text out of the field that it was typed into. */
function takeBack(field, length) {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  field.value = field.value.slice(0, Math.max(0, field.value.length - length));
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key !== "Enter" && event.key !== "Tab") {
    buffer = (buffer + symbolOf(event)).slice(-BUFFER_MAX);
    return;
  }
  const found = ADDRESS.exec(buffer);
  buffer = "";
  if (!found) return;
  event.preventDefault();
  const field = document.activeElement;
  takeBack(field, found[0].length);
  if (field instanceof HTMLInputElement && field.dataset.scan === "slot") {
    field.value = found[1];
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return;
  }
  location.assign("/scan?q=" + encodeURIComponent(found[0].replaceAll(";", ":")));
}

/** Whether a scanner is in the middle of an address. */
export function scanning() {
  return BEGUN.test(buffer);
}

export function listenForScans() {
  document.addEventListener("keydown", onKey, true);
}
