// Half-filled forms are kept on the agent for the person who fills them in, and come back when the
// same person opens the page again: a change of the user loses nobody's work.

const DELAY_MILLIS = 400;
const forms = () => [...document.querySelectorAll("form[data-draft]")];
const key = (form) => location.pathname + "#" + (form.dataset.draft || "");

const fields = (form) => {
  const values = {};
  for (const [name, value] of new FormData(form)) {
    if (name !== "once" && !/pin/i.test(name) && typeof value === "string") values[name] = value;
  }
  return values;
};

const save = (form) => fetch("/draft", {
  method: "POST",
  headers: { "HX-Request": "true" },
  body: new URLSearchParams({ path: key(form), fields: JSON.stringify(fields(form)) }),
  keepalive: true,
}).catch(() => { /* the agent is away; the form is still on the screen */ });

const pending = new Map();

/** Sends what was typed in the last moments. */
export async function flush() {
  const waiting = [...pending.entries()];
  pending.clear();
  await Promise.all(waiting.map(([form, timer]) => { clearTimeout(timer); return save(form); }));
}

const note = (event) => {
  const form = event.target.closest && event.target.closest("form[data-draft]");
  if (!form) return;
  clearTimeout(pending.get(form));
  pending.set(form, setTimeout(() => { pending.delete(form); save(form); }, DELAY_MILLIS));
};

async function restore(form, told) {
  const answer = await fetch("/draft?path=" + encodeURIComponent(key(form)));
  if (answer.status !== 200) return;
  const values = await answer.json();
  let changed = false;
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (!field || !value || !("value" in field) || field.value === value) continue;
    // What an address or the agent filled in is newer than the draft.
    const filled = field.tagName === "SELECT" ? false : Boolean(field.value);
    if (filled) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
    changed = true;
  }
  if (changed) {
    form.dispatchEvent(new Event("tl-restored", { bubbles: true }));
    told();
  }
}

/** Watches the page's forms and brings back what was left half-filled. */
export function begin(told) {
  if (!document.body.dataset.operator) return;
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  addEventListener("pagehide", () => { flush(); });
  for (const form of forms()) restore(form, told).catch(() => {});
}
