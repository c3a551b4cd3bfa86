// The queue page's list of forms that wait in this browser: state, retry, removal, a file.
import * as queue from "./queue.js";
import { t } from "./words.js";

const list = document.getElementById("browser-queue");
const empty = document.getElementById("browser-empty");
const STATES = { waiting: t("○ 待传", "○ waiting"), refused: t("✕ 终端拒收", "✕ refused by the agent") };

const button = (words, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
};

queue.watch((forms) => {
  empty.hidden = forms.length > 0;
  list.replaceChildren(...forms.map((form) => {
    const line = document.createElement("li");
    line.dataset.once = form.once;
    line.dataset.state = form.state;
    const at = new Date(form.at).toLocaleString(t("zh-CN", "en-GB"));
    const mine = form.user === queue.user() ? "" : t(`待 ${form.user} 登录后补传`, `sent when ${form.user} signs in`);
    const text = document.createElement("p");
    text.textContent = [STATES[form.state], form.title, at, form.words, mine].filter(Boolean).join(" · ");
    const row = document.createElement("p");
    row.className = "row";
    row.append(button(t("重试", "Try again"), () => queue.retry(form.once)));
    if (form.state === "refused") {
      row.append(button(t("移除(先导出)", "Remove (export first)"), async () => {
        await save();
        await queue.remove(form.once);
      }));
    }
    line.append(text, row);
    return line;
  }));
});

async function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await queue.file());
  link.download = "tl-browser-queue.json";
  link.click();
  URL.revokeObjectURL(link.href);
}
document.getElementById("browser-export").addEventListener("click", save);
