// Pages that the service worker kept, shown while the agent is away. Such a page may have been used
// before: its forms get fresh values that make them count once, else the agent would take a new
// form for the old one. When the agent is back the page is opened anew, unless something is half
// filled in. What the page shows is as old as it says.
import { once } from "./queue.js";
import { tell } from "./feedback.js";
import { t } from "./words.js";

const PAUSE_MILLIS = 15000;
const BACK = "tl-back";

/** Whether this page is a kept one. */
export const kept = document.body.dataset.away !== undefined;
let returned = false;

/** Asks the browser to keep what is needed; without a trusted certificate it does not. */
export function register() {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" })
    .then(() => { document.documentElement.dataset.keeps = "on"; })
    .catch(() => { /* the page works, it just can't be opened anew while the agent is away */ });
}

/** Makes a kept page usable, and says that it is one. */
export function begin() {
  if (!kept) return;
  for (const field of document.querySelectorAll("[name=once]")) field.value = once();
  const since = Number(document.body.dataset.away);
  const at = since ? new Date(since).toLocaleString(t("zh-CN", "en-GB")) : "";
  tell("warn", t(`终端没有应答,显示的是 ${at} 的页面;照常扫码填表,存本机,恢复后自动补传`,
    `the agent does not answer, this is the page of ${at}; go on, forms are kept here and sent later`));
}

const typed = (it) => it.type !== "hidden" && "defaultValue" in it && it.value !== it.defaultValue;
const halfFilled = () => document.querySelector("[data-streamed] li") ||
  [...document.querySelectorAll("main form input, main form textarea")].some(typed);

/** The agent answers again. */
export function back() {
  if (!kept || returned) return;
  returned = true;
  const recent = Date.now() - Number(sessionStorage.getItem(BACK) || 0) < PAUSE_MILLIS;
  if (halfFilled() || recent) {
    return tell("good", t("终端已恢复", "the agent is back"),
      [[location.pathname + location.search, t("刷新本页", "Open this page anew")]]);
  }
  sessionStorage.setItem(BACK, String(Date.now()));
  location.reload();
}
