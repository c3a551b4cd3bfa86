// The gate's page: what a scan means here. It fills the slot that waits for it, presses the button
// that a command names, changes the user, or opens the object. Also the header's state and forms
// that could not be sent. What may be recorded is decided by the agent.
import { ScanListener, fits, mark, ours } from "./scan.js";
import { awake, begin, sound, tell } from "./feedback.js";
import * as queue from "./queue.js";
import * as draft from "./draft.js";
import * as away from "./away.js";
import { t } from "./words.js";

const REPEAT_MILLIS = 2000;
const POLL_MILLIS = 300;
const PILL_MILLIS = 5000;
const READ_SHOWN = 40;
const COMMANDS = {
  "0000000011": "confirm", "0000000022": "undo", "0000000033": "gross", "0000000044": "tare",
  "0000000055": "print", "0000000066": "in", "0000000077": "out", "0000000088": "lang",
};
const NAMES = {
  confirm: t("确认", "Confirm"), undo: t("撤销", "Undo"), gross: t("毛重", "Gross"),
  tare: t("皮重", "Tare"), print: t("打印", "Print"), in: t("入库", "Put in"),
  out: t("出库", "Take out"), lang: "中文/EN",
};
const body = document.body;
const badges = (body.dataset.badges || "").split(" ").filter(Boolean);
const seen = (element) => element.offsetParent !== null || element.getClientRects().length > 0;
const slots = () => [...document.querySelectorAll("[data-scan]")]
  .filter((it) => !it.disabled && !it.readOnly && seen(it));

let last = { text: "", at: -REPEAT_MILLIS };

/** A scan, wherever it came from. */
function heard(text, field) {
  const read = text.trim();
  if (!read) return;
  const now = performance.now();
  const again = read.toUpperCase() === last.text && now - last.at < REPEAT_MILLIS;
  last = { text: read.toUpperCase(), at: now };
  if (again) return sound("tick");
  const any = document.activeElement && document.activeElement.closest("[data-scan-any]");
  const code = ours(read);
  if (any && !(code && code.letter)) {
    any.value = read;
    any.dispatchEvent(new Event("input", { bubbles: true }));
    return sound("good");
  }
  if (!code) {
    const shown = [...read].slice(0, READ_SHOWN).join("");
    return tell("bad", t(`不是本系统的码:${shown}`, `not a code of this system: ${shown}`));
  }
  if (!fits(code.code)) {
    const shown = dashed(code.code);
    return tell("bad", t(`读到“${shown}”,校验位不符,请重扫或手输`,
      `read “${shown}”: the check symbol does not fit; scan again or type it`));
  }
  if (code.letter === "C") return command(COMMANDS[code.code]);
  if (badges.includes(mark(body.dataset.salt, code.code))) return change(code.code);
  fill(read, code, field);
}

const dashed = (code) => `${code.slice(0, 3)}-${code.slice(3, 6)}-${code.slice(6)}`;

async function change(badge) {
  sound("good");
  await draft.flush();
  const next = location.pathname.startsWith("/login") ? "/" : location.pathname + location.search;
  const field = document.querySelector("[name=badge]");
  if (field && location.pathname === "/login") {
    field.value = badge;
    return document.querySelector("[name=pin]").focus();
  }
  location.href = `/login?badge=${badge}&next=${encodeURIComponent(next)}`;
}

/** Presses what a command names on this page. */
function command(name) {
  if (!name) return tell("bad", t("没有这个命令码", "there is no such command"));
  const targets = [...document.querySelectorAll(`[data-command~="${name}"]`)];
  let target = targets.find((it) => seen(it) && !it.disabled);
  if (!target && name === "confirm") {
    target = [...document.querySelectorAll("main button.main")].find((it) => seen(it) && !it.disabled);
  }
  if (!target) {
    const unready = targets.some((it) => it.disabled);
    return tell("bad", unready ? t(`“${NAMES[name]}”现在不能用:秤未稳定`, `“${NAMES[name]}” can't be used now: the scale is moving`)
      : t(`此页没有“${NAMES[name]}”`, `there is no “${NAMES[name]}” on this page`));
  }
  sound("good");
  if (target.matches("input, select, textarea")) target.focus();
  else target.click();
}

const accepts = (slot, letter) =>
  !letter || !slot.dataset.scanKinds || slot.dataset.scanKinds.includes(letter);

/** Fills the focused slot, the first empty one, or a list; else opens the object. */
function fill(text, code, field) {
  const all = slots().filter((it) => accepts(it, code.letter));
  const focused = all.find((it) => it === document.activeElement || it === field);
  const target = focused || all.find((it) => !it.value) || all.find((it) => it.matches("[data-scan-append]"));
  if (!target) {
    sound("good");
    location.href = "/find?code=" + encodeURIComponent(text);
    return;
  }
  if (target.form && target.form.matches("[data-stream]")) return stream(target, code);
  const others = target.form ? [...target.form.querySelectorAll("[data-scan]")] : [];
  const taken = others.some((it) => (it !== target || it.matches("[data-scan-append]")) &&
    it.value.toUpperCase().replace(/-/g, "").includes(code.code));
  if (taken) {
    return tell("warn", t(`${dashed(code.code)} 本单已扫过,不重复计`, `${dashed(code.code)} is on this form already`));
  }
  if (target.matches("[data-scan-append]")) {
    target.value = (target.value.trim() ? target.value.replace(/\s*$/, "") + "\n" : "") + code.code;
  } else {
    target.value = code.code;
  }
  target.dispatchEvent(new Event("input", { bubbles: true }));
  sound("good");
  if (target.matches("[data-scan-submit]")) return target.form.requestSubmit();
  const next = slots().find((it) => it.form === target.form && !it.value);
  if (next) next.focus({ preventScroll: true });
}

/** One scan, one record: kept in the browser first, then sent. */
async function stream(slot, code) {
  slot.value = "";
  const list = document.querySelector("[data-streamed]");
  if (list && list.querySelector(`[data-code="${code.code}"]`)) {
    return tell("warn", t(`${dashed(code.code)} 已收过`, `${dashed(code.code)} was received already`), [["/find?code=" + code.code, t("查看", "Look")]]);
  }
  sound("good");
  const body = new URLSearchParams(new FormData(slot.form));
  body.set(slot.name, code.code);
  const line = list && document.createElement("li");
  if (line) {
    line.dataset.code = code.code;
    // Seen at once; the browser's own store answers later.
    line.textContent = `${dashed(code.code)} ${t("… 记录中", "… being recorded")}`;
    list.prepend(line);
  }
  const key = await queue.add({ path: slot.form.getAttribute("action"), body, title: dashed(code.code) });
  if (line) line.dataset.once = key;
  shown(await queue.all());
}

const STATES = {
  waiting: t("○ 待传", "○ waiting"), sent: t("✓ 已记录", "✓ recorded"), refused: t("✕ 未收", "✕ refused"),
};

/** States of the lines of a stream. */
function shown(forms) {
  for (const line of document.querySelectorAll("[data-streamed] [data-once]")) {
    const form = forms.find((it) => it.once === line.dataset.once);
    const state = form ? form.state : "sent";
    line.dataset.state = state;
    line.textContent = `${dashed(line.dataset.code)} ${STATES[state]} ${form ? form.words : ""}`;
  }
  const count = document.querySelector("[data-streamed-count]");
  if (count) count.textContent = document.querySelectorAll("[data-streamed] [data-state=sent]").length;
}

/** How many slots of a form are filled, and of how many. */
function count(form) {
  const lines = [...form.querySelectorAll("[data-line]")];
  for (const line of lines) {
    const slot = line.querySelector("[data-scan]");
    line.classList.toggle("ticked", Boolean(slot && slot.value));
  }
  const list = form.querySelector("[data-scan-append]");
  const here = list ? list.value.split("\n").filter((it) => it.trim()).length
    : lines.filter((it) => it.classList.contains("ticked")).length;
  const want = form.querySelector("[data-want]");
  const of = lines.length || Number(want && want.value) || 0;
  const place = form.querySelector("[data-count]");
  if (!place) return;
  const done = of > 0 && here === of;
  place.dataset.done = String(done);
  place.textContent = of ? `${done ? "✓ " : ""}${here}/${of}` : String(here);
}

// The header: whether the agent answers, and what waits in this browser.
const pill = document.getElementById("pill");
let asServed = pill ? { className: pill.className, text: pill.textContent } : null;
let misses = away.kept ? 2 : 0;
let waiting = 0;
function paint() {
  if (!pill) return;
  const kept = t(`已存本机 ${waiting} 条`, `${waiting} kept here`);
  if (misses > 1) {
    pill.className = "pill stop";
    pill.textContent = t(`✕ 离线·${kept}`, `✕ Offline · ${kept}`);
  } else {
    pill.className = asServed.className;
    pill.textContent = asServed.text + (waiting ? ` · ${t(`浏览器待传 ${waiting}`, `browser: ${waiting}`)}` : "");
  }
}

const json = { headers: { Accept: "application/json" } };
// A kept page has missed scans: those are over, only what comes from now on is heard.
let after = away.kept ? null : Number(body.dataset.scanAfter || 0);
async function poll() {
  try {
    const answer = await fetch(after === null ? "/pill" : "/scan?after=" + after, json);
    if (misses > 1) queue.send();
    misses = 0;
    away.back();
    if (after === null) {
      if (answer.status === 200) after = (await answer.json()).scan;
    } else if (answer.status === 200 && /json/.test(answer.headers.get("Content-Type"))) {
      const scan = await answer.json();
      after = scan.number;
      heard(scan.data);
    }
  } catch {
    misses += 1;
    if (misses === 2) paint();
  }
  setTimeout(poll, POLL_MILLIS);
}
async function refresh() {
  try {
    const answer = await fetch("/pill", json);
    if (answer.status === 200 && /json/.test(answer.headers.get("Content-Type"))) {
      const now = await answer.json();
      asServed = { className: "pill " + now.class, text: now.words };
      paint();
    }
  } catch { /* the poll says that the agent is away */ }
  setTimeout(refresh, PILL_MILLIS);
}

// A form whose answer did not come is kept and sent again; a live weight is never sent later.
let leaving = false;
function unsent(event) {
  const form = event.detail.elt.closest("form");
  if (!form) return;
  if (!form.matches("[data-queue]")) {
    return tell("bad", t("终端没有应答,本次可能未记录;请再按一次,不会重复记", "the agent did not answer; press again, nothing is recorded twice"));
  }
  const path = form.getAttribute("action");
  const values = new FormData(form, event.detail.requestConfig?.triggeringEvent?.submitter);
  const key = String(values.get("once") || queue.once());
  queue.add({ path, body: new URLSearchParams(values), title: document.title.split(" · ")[0], key })
    .then(() => {
      form.reset();
      const next = form.querySelector("[name=once]");
      if (next) next.value = queue.once();
      tell("warn", t("终端没有应答:已存本机,连上后自动补传", "the agent did not answer: kept here and sent when it does"), [["/queue", t("查看队列", "Queue")]]);
    });
}

function swapped(event) {
  if (event.target.id !== "problem" || !event.target.querySelector("[data-problem]")) return;
  sound("bad");
  event.target.scrollIntoView({ block: "nearest" });
}

/** A button that needs a still scale is grey while the scale moves. */
function scales() {
  for (const scale of document.querySelectorAll(".scale")) {
    const weight = scale.querySelector("[data-state]");
    const steady = weight && weight.dataset.state === "stable";
    const form = scale.closest("form");
    for (const button of form ? form.querySelectorAll("button[name=side]") : []) {
      button.disabled = !steady;
      button.title = steady ? "" : t("秤未稳定", "the scale is moving");
    }
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("a[href], button")) leaving = true;
  if (event.target.closest("[data-begin]")) begin();
});
document.addEventListener("input", (event) => event.target.form && count(event.target.form));
document.addEventListener("tl-restored", (event) => count(event.target));
body.addEventListener("htmx:sendError", unsent);
body.addEventListener("htmx:timeout", unsent);
body.addEventListener("htmx:afterSwap", (event) => { swapped(event); scales(); });
addEventListener("beforeunload", (event) => { if (waiting && !leaving) event.preventDefault(); });
addEventListener("tl-refused", (event) => {
  tell("bad", `${event.detail.form.title}: ${event.detail.form.words}`, [["/queue", t("查看队列", "Queue")]]);
});
addEventListener("tl-sign-in", () => {
  tell("warn", t("请重新登录,浏览器里待传的表单才会补传", "sign in again: forms wait in this browser"),
    [["/login?next=" + encodeURIComponent(location.pathname), t("登录", "Sign in")]]);
});
addEventListener("tl-scan", (event) => heard(event.detail));

new ScanListener(heard).attach();
document.documentElement.dataset.scanner = "on";
document.querySelectorAll("form").forEach(count);
scales();
const first = document.querySelector("main [data-problem]") ? "bad"
  : document.querySelector("[data-notice]") ? "warn"
    : document.querySelector("[data-entry]") ? "good" : "";
if (first) sound(first);
away.begin();
away.register();
draft.begin(() => tell("warn", t("已恢复您上次未提交的内容", "what you had not sent yet is back")));
queue.watch((forms) => {
  waiting = forms.length;
  paint();
  shown(forms);
});
queue.send();
awake();
poll();
setTimeout(refresh, PILL_MILLIS);
