// The laboratory's grid: scan a pot, type, Enter; paste a table anywhere; nothing typed is lost.
//
// Reading a cell is done here as the agent does it (page/lab/cells.json is judged by both), so that
// 500 pasted rows are painted at once; the agent's answer then has the last word. Every change goes
// to the agent as it is made and stays there, whoever signs in next.
// The first half is pure and can be imported without a page.

const MARKS = { ok: "✓", warn: "▲", bad: "✕", blank: "○", none: "—" };
const CELL_CHARS_MAX = 60;
const REPEATED_CHARS = 40;
// By spelling: of what it is taken, and how entries write it.
const UNITS = {
  "mg/kg": ["mass", "mg/kg"], ppm: ["mass", "mg/kg"], "ug/g": ["mass", "mg/kg"],
  "g/t": ["mass", "g/t"], "ug/kg": ["mass", "ug/kg"], "g/kg": ["mass", "g/kg"],
  "%": ["mass", "%"], "wt%": ["mass", "%"], "mg/l": ["volume", "mg/L"],
  "ug/ml": ["volume", "mg/L"], "ug/l": ["volume", "ug/L"], "ng/ml": ["volume", "ug/L"],
  "ng/l": ["volume", "ng/L"], "mg/m3": ["volume", "mg/m3"], "mg/nm3": ["volume", "mg/m3"],
  "ug/m3": ["volume", "ug/m3"], "ug/nm3": ["volume", "ug/m3"], "t/m3": ["other", "t/m3"],
};
const KNOWN = "mg/kg, g/t, ppm, µg/g, µg/kg, g/kg, %, mg/L, µg/L, ng/L, mg/m³, µg/m³";
const NONE = ["—", "--", "-", "–", "——", "—未测", "未测", "/", "n/a", "nm"];
const NOT_DETECTED = ["nd", "n.d.", "n.d", "未检出", "未检测出", "<lod", "<mdl"];
const BELOW_LOQ = ["<loq", "<mql", "<rql"];
const HEADERS = {
  name: ["样品", "样品名称", "样品名", "样品编号", "编号", "名称", "盲码", "样签", "sample", "samplename",
    "sampleid", "id", "name", "code", "label"],
  result: ["结果", "浓度", "含量", "测定值", "检测结果", "铊", "tl", "conc", "conc.", "concentration",
    "result", "value", "结果c", "resultc"],
  unit: ["单位", "unit", "units"],
  volume: ["定容", "定容v", "定容体积", "体积", "v", "volume"],
  dilution: ["稀释", "稀释d", "稀释倍数", "d", "dilution", "dilutiond"],
  mass: ["称样", "称样m", "称样量", "质量", "m", "mass", "weight"],
  moisture: ["水分", "水分w", "含水率", "w", "moisture", "moisturew"],
  pan: ["盘重", "皿重", "pan"],
  wet: ["盘+湿样", "湿样", "湿重", "wet", "pan+wet"],
  dry: ["盘+干样", "干样", "干重", "dry", "pan+dry"],
};

// Columns by the worksheet's kind, in the agent's order.
const FIELDS = {
  content: ["result", "unit", "volume", "dilution", "mass", "moisture", "expected"],
  moisture: ["pan", "wet", "dry"],
};

/** Full-width forms as their narrow ones, other spaces as spaces. */
export function half(text) {
  return [...text].map((c) => {
    const code = c.codePointAt(0);
    if (code === 0xfeff || code === 0x200b) return "";
    if (code >= 0xff01 && code <= 0xff5e) return String.fromCodePoint(code - 0xfee0);
    if (code === 0x3000 || code === 0xa0) return " ";
    if (c === "−") return "-";
    if (c === "、") return ",";
    return c;
  }).join("").trim();
}

/** A unit's spelling as it is looked up; null when it is none of ours, "" when there is none. */
export function readUnit(text) {
  const plain = half(text).replace(/\s/g, "").replace(/[µμ]/g, "u").replace("³", "3").toLowerCase();
  return plain === "" || plain in UNITS ? plain : null;
}

const echo = (text) => [...text].slice(0, REPEATED_CHARS).join("");
const wrong = (zh, en) => ({ mark: "bad", zh, en });
const ok = (zh, en, value) => ({ mark: "ok", zh, en, value });

/**
 * What a result's cell says: mark and words in both languages, and the figure of a plain value.
 * `context` is {unit, lod, loq}: the worksheet's unit, and whether the method has these limits.
 */
export function readResult(text, unitText, context = {}) {
  const plain = half(text);
  const lower = plain.toLowerCase();
  const column = readUnit(unitText.trim() || context.unit || "");
  if (column === null) return badUnit(unitText);
  if (plain === "") {
    return { mark: "blank", zh: "结果为空;未检出请填 ND,不要留空或填 0",
      en: "the result is blank; for not detected enter ND, neither a blank nor 0" };
  }
  if ([...plain].length > CELL_CHARS_MAX) {
    return wrong(`“${echo(plain)}…”过长,不是一个结果;请核对粘贴的列`,
      `"${echo(plain)}…" is too long for a result`);
  }
  if (NONE.includes(lower)) return { mark: "none", zh: "未测", en: "not measured" };
  const noLimit = wrong(`“${echo(plain)}”没有检出限;请写成 <0.02,或在方法中录入检出限`,
    `"${echo(plain)}" has no detection limit; write it as <0.02 or enter the method's limit`);
  if (BELOW_LOQ.includes(lower)) {
    return context.lod && context.loq ? ok("低于测定下限", "below LOQ") : noLimit;
  }
  if (NOT_DETECTED.includes(lower)) return context.lod ? ok("未检出", "not detected") : noLimit;
  const word = NOT_DETECTED.filter((it) => !it.startsWith("<") && lower.startsWith(it))
    .sort((a, b) => b.length - a.length)[0];
  if (word !== undefined) {
    const rest = plain.slice(word.length).trim();
    const inner = rest.replace(/^\(+/, "").replace(/\)+$/, "").trim();
    const limit = inner.startsWith("<") ? inner.slice(1) : (inner === rest ? null : inner);
    if (limit !== null) return limitOf(limit, column, plain, "未检出", "not detected");
  }
  if (plain.startsWith("<")) {
    return limitOf(plain.slice(1), column, plain, "低于限值", "below a limit");
  }
  const marked = /^([\d.]*?)\s*L$/.exec(plain);
  if (marked) return limitOf(marked[1], column, plain, "未检出", "not detected");
  const read = figure(plain, column, plain);
  if (read.mark) return read;
  if (Number(read.digits) === 0) {
    return { mark: "warn", zh: "结果为 0;未检出请填 ND,确为 0 请确认",
      en: "the result is 0; enter ND for not detected, or confirm that it is 0", value: "0" };
  }
  return ok("", "", read.digits);
}

function limitOf(text, column, whole, zh, en) {
  const read = figure(text, column, whole);
  if (read.mark) return read;
  if (Number(read.digits) > 0) return ok(zh, en);
  return wrong(`“${echo(whole)}”中的限值须大于零;请核对`,
    `the limit in "${echo(whole)}" must be above zero`);
}

function figure(text, column, whole) {
  const notNumber = wrong(`“${echo(whole)}”不是数字;请核对,未检出请填 ND`,
    `"${echo(whole)}" is no number; check it, for not detected enter ND`);
  const parts = /^([\d.,+-]*(?:(?<=[\d.,+-])[eE][-+]?\d+)?)(.*)$/s.exec(text.trim());
  const digits = parts[1];
  const rest = parts[2].trim();
  if (digits === "") return notNumber;
  if (digits.startsWith("-")) {
    return wrong(`“${echo(whole)}”小于零;低于检出限请填 ND`,
      `"${echo(whole)}" is below zero; below the detection limit enter ND`);
  }
  if (digits.includes(",") && !/^[1-9]\d{0,2}(,\d{3})+(\.[^,]*)?$/.test(digits)) {
    return wrong(`“${echo(whole)}”中的逗号不是千分位;小数请用点,如 0.35`,
      `the comma in "${echo(whole)}" separates no thousands; decimals take a point`);
  }
  let plain = digits.replaceAll(",", "");
  if (plain.startsWith(".")) plain = "0" + plain;
  if (!/^(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(plain)) return notNumber;
  if (rest !== "") {
    const unit = readUnit(rest);
    if (unit === null) return badUnit(rest);
    if (column && UNITS[unit][0] !== UNITS[column][0]) {
      return wrong(`单位“${echo(rest)}”与本列 ${UNITS[column][1]} 不是同一类;固体按质量,水按体积,请核对`,
        `unit "${echo(rest)}" is not of the kind of the column's ${UNITS[column][1]}: `
        + "per mass for solids, per volume for water");
    }
  }
  return { digits: plain };
}

function badUnit(text) {
  return wrong(`不认识单位“${echo(text.trim())}”;请用 ${KNOWN}`,
    `unit "${echo(text.trim())}" is unknown; use ${KNOWN}`);
}

/** Rows of cells of a pasted text; quoted cells may hold tabs and newlines; no row is dropped. */
export function readGrid(text) {
  const rows = [[]];
  let cell = "";
  let quoted = false;
  const plain = text.replace(/\r\n?/g, "\n");
  const comma = !plain.includes("\t") && /[,]/.test(plain) && plain.includes("\n");
  const delimiter = comma ? "," : "\t";
  for (let at = 0; at < plain.length; at += 1) {
    const c = plain[at];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (plain[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === delimiter) { rows.at(-1).push(cell); cell = ""; } else if (c === "\n") {
      rows.at(-1).push(cell);
      cell = "";
      rows.push([]);
    } else cell += c;
  }
  rows.at(-1).push(cell);
  while (rows.length > 0 && rows.at(-1).every((it) => it.trim() === "")) rows.pop();
  return rows;
}

/** Which column is what, by a row of headings; null when it is no row of headings. */
export function readHeader(cells) {
  const found = {};
  let unit = "";
  cells.forEach((cell, index) => {
    const plain = half(cell).toLowerCase();
    const inside = /^(.*?)\s*[([]\s*([^)\]]+)\s*[)\]]$/.exec(plain);
    const [head, within] = inside ? [inside[1], inside[2]] : [plain, ""];
    const key = head.replace(/[\s_]/g, "");
    const field = Object.keys(HEADERS).find((it) => HEADERS[it].includes(key));
    if (!field || field in found) return;
    found[field] = index;
    if (field === "result" && readUnit(within)) unit = readUnit(within);
  });
  if (!("result" in found) && !("wet" in found) && !("dry" in found) && !("pan" in found)) {
    return null;
  }
  return { columns: found, unit };
}

/** The last path segment of a scanned address, or the text itself; upper case, no dashes. */
export function codeOf(text) {
  const plain = half(text).toUpperCase();
  const tail = plain.includes("/") ? plain.slice(plain.lastIndexOf("/") + 1) : plain;
  return tail.replace(/[-\s]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

/** Whether a cell's text is a scan that a keyboard-like scanner typed into it. */
export function isScan(text) {
  return /HTTPS?:\/\/[^\s/]+\/[A-Z]\/[0-9A-Z-]{10,14}$/i.test(half(text));
}

// ---- the page ----

const SAVE_AFTER_MS = 250;
const RETRY_AFTER_MS = 2000;
const LINE_ROWS_MAX = 600;

function start(root) {
  const english = document.documentElement.lang === "en";
  const t = (zh, en) => (english ? en : zh);
  const base = "/lab/sheets/" + root.dataset.id;
  const may = root.dataset.write === "true";
  const rows = new Map();
  for (const tr of root.querySelectorAll("tr[data-n]")) {
    const inputs = new Map();
    for (const input of tr.querySelectorAll("input[data-field]")) {
      inputs.set(input.dataset.field, input);
    }
    rows.set(Number(tr.dataset.n), {
      n: Number(tr.dataset.n), tr, inputs, names: JSON.parse(tr.dataset.names),
      state: tr.querySelector(".state"), final: tr.querySelector(".final"),
    });
  }
  const order = [...rows.values()];
  const fields = order.length > 0 ? [...order[0].inputs.keys()] : [];
  const main = fields.includes("result") ? "result" : fields[0];
  const status = document.getElementById("saved");
  const said = document.getElementById("said");

  // -- saving --
  const waiting = new Map();
  const kept = new Map();
  let sending = null;
  let timer = 0;
  for (const row of order) {
    for (const [field, input] of row.inputs) kept.set(row.n + " " + field, input.value);
  }
  const show = (mark, words) => {
    status.className = "saved " + mark;
    status.textContent = words;
  };
  const note = (row, field) => {
    const key = row.n + " " + field;
    const text = row.inputs.get(field).value;
    if (kept.get(key) === text && !waiting.has(key)) return;
    waiting.set(key, { n: row.n, field, text });
    show("warn", t(`○ 未保存 ${waiting.size} 格`, `○ ${waiting.size} cells not kept yet`));
    clearTimeout(timer);
    timer = setTimeout(flush, SAVE_AFTER_MS);
  };
  const post = async (path, body, more = {}) => {
    const answer = await fetch(path, {
      method: "POST", body: JSON.stringify(body), keepalive: more.keepalive === true,
      headers: { "Content-Type": "application/json", "HX-Request": "true" },
    });
    const to = answer.headers.get("HX-Redirect");
    if (to) {
      leaving = true;
      location.href = to;
      return null;
    }
    if (answer.status === 422) throw new Refused(await answer.text());
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const flush = async () => {
    clearTimeout(timer);
    while (sending) await sending;
    if (waiting.size === 0) return true;
    const changes = [...waiting.values()];
    waiting.clear();
    let good = false;
    sending = (async () => {
      try {
        const view = await post(base + "/cells", { changes }, { keepalive: changes.length < 200 });
        if (view) {
          for (const it of changes) kept.set(it.n + " " + it.field, it.text);
          paint(view);
          good = true;
        }
        show("ok", t("✓ 已保存在本机", "✓ kept on this device"));
      } catch (error) {
        for (const it of changes) {
          const key = it.n + " " + it.field;
          if (!waiting.has(key)) waiting.set(key, it);
        }
        if (error instanceof Refused) {
          problem(error.html);
          show("bad", t("✕ 未保存", "✕ not kept"));
        } else {
          show("bad", t(`✕ 未保存 ${waiting.size} 格,正在重试`,
            `✕ ${waiting.size} cells not kept, trying again`));
          timer = setTimeout(flush, RETRY_AFTER_MS);
        }
      }
    })();
    await sending;
    sending = null;
    return good && waiting.size === 0;
  };
  let leaving = false;
  addEventListener("beforeunload", (event) => {
    if (waiting.size > 0 && !leaving) event.preventDefault();
  });
  addEventListener("pagehide", () => { if (waiting.size > 0) flush(); });
  // Whoever signs out or goes on: what was typed is kept first.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id === "find" || (waiting.size === 0 && !sending)) return;
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    flush().then((good) => {
      if (good || waiting.size === 0) form.requestSubmit(button);
    });
  }, true);

  // -- painting --
  const mark = (row, state, words) => {
    if (row.state.dataset.mark === state && row.said === words) return;
    row.said = words;
    row.state.dataset.mark = state;
    row.state.className = "state " + state;
    row.state.textContent = MARKS[state] + " " + words;
    const input = row.inputs.get(main);
    if (input) input.setAttribute("aria-invalid", String(state === "bad"));
  };
  const judge = (row) => {
    if (!fields.includes("result")) return;
    const unit = row.inputs.get("unit");
    const it = readResult(row.inputs.get("result").value, unit ? unit.value : "", {
      unit: root.dataset.unit, lod: root.dataset.lod === "true", loq: root.dataset.loq === "true",
    });
    mark(row, it.mark, t(it.zh, it.en));
  };
  const paint = (view) => {
    for (const it of view.rows) {
      const row = rows.get(it.n);
      // A cell that changed since is judged again with its own answer.
      if (!row || [...row.inputs.keys()].some((field) => waiting.has(it.n + " " + field))) continue;
      mark(row, it.mark, it.words);
      if (row.final.textContent !== it.shown) row.final.textContent = it.shown;
      row.final.title = it.formula;
      const formula = row.tr.querySelector(".formula");
      if (formula && formula.textContent !== it.formula) formula.textContent = it.formula;
      const confirm = row.tr.querySelector(".confirm");
      if (confirm) confirm.hidden = !it.confirm;
    }
    const strip = document.getElementById("strip");
    if (strip && view.strip !== undefined && strip.dataset.html !== view.strip) {
      strip.dataset.html = view.strip;
      const holds = strip.contains(document.activeElement);
      if (!holds) strip.innerHTML = view.strip;
    }
    const count = document.getElementById("counted");
    if (count) count.textContent = view.counted;
  };
  const problem = (html) => {
    const place = document.getElementById("problem");
    place.innerHTML = html;
    tone(220, 400);
    place.scrollIntoView({ block: "nearest" });
  };
  const say = (words, state = "ok") => {
    said.className = "said " + state;
    said.textContent = MARKS[state] + " " + words;
  };

  // -- undo --
  const past = [];
  let group = null;
  const set = (row, field, text) => {
    const input = row.inputs.get(field);
    if (!input || input.readOnly || input.value === text) return;
    if (group) group.push({ row, field, text: input.value });
    input.value = text;
    judge(row);
    note(row, field);
  };
  const together = (work) => {
    group = [];
    work();
    if (group.length > 0) past.push(group);
    group = null;
  };
  const undo = () => {
    const last = past.pop();
    if (!last) {
      say(t("没有可撤销的改动", "nothing to undo"), "warn");
      return;
    }
    for (const it of last.reverse()) set(it.row, it.field, it.text);
    last[0].row.inputs.get(last[0].field).focus();
    say(t(`已撤销 ${last.length} 格`, `${last.length} cells undone`));
  };

  // -- moving --
  let before = { input: null, text: "" };
  const at = (input) => {
    const row = rows.get(Number(input.closest("tr").dataset.n));
    return { row, field: input.dataset.field, index: order.indexOf(row) };
  };
  const go = (row, field = main) => {
    const input = row && row.inputs.get(field);
    if (!input) return false;
    input.focus();
    input.select();
    row.tr.scrollIntoView({ block: "nearest" });
    return true;
  };
  const down = (index, field, step) => {
    for (let to = index + step; to >= 0 && to < order.length; to += step) {
      if (go(order[to], field)) return true;
    }
    return false;
  };
  const commit = (input) => {
    if (before.input !== input || before.text === input.value) return;
    const { row, field } = at(input);
    past.push([{ row, field, text: before.text }]);
    before.text = input.value;
    judge(row);
    note(row, field);
  };
  const find = (text) => {
    const code = codeOf(text);
    const plain = half(text).toLowerCase();
    const fits = order.filter((row) => row.names.some((name) => (
      codeOf(name) === code || name.toLowerCase() === plain)));
    const row = fits.find((it) => it.inputs.get(main).value === "") || fits[0];
    if (row) {
      go(row);
      say(t(`${row.names[0]}:请输入结果`, `${row.names[0]}: enter the result`));
      tone(1760, 90);
      return;
    }
    const read = [...text.trim()].slice(0, REPEATED_CHARS).join("");
    say(t(`“${read}”不在本工作单上;请核对样签,或新建工作单`,
      `"${read}" is not on this worksheet; check the pot, or open another worksheet`), "bad");
    tone(220, 400);
  };
  document.getElementById("find")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const input = event.target.elements.code;
    const text = input.value;
    input.value = "";
    if (text.trim()) find(text);
  });
  root.addEventListener("focusin", (event) => {
    if (event.target.matches("input[data-field]")) {
      before = { input: event.target, text: event.target.value };
    }
  });
  root.addEventListener("input", (event) => {
    if (!event.target.matches("input[data-field]")) return;
    const { row, field } = at(event.target);
    if (isScan(event.target.value)) return;
    judge(row);
    note(row, field);
  });
  root.addEventListener("change", (event) => {
    if (event.target.matches("input[data-field]")) commit(event.target);
  });
  root.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("input[data-field]") || event.isComposing) return;
    const { index, field } = at(input);
    const column = fields.indexOf(field);
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    const ends = { ArrowLeft: whole || input.selectionEnd === 0,
      ArrowRight: whole || input.selectionStart === input.value.length };
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && plain) {
      event.preventDefault();
      const scanned = input.value;
      if (isScan(scanned)) {
        // A scanner that types like a keyboard wrote into this cell: what was there comes back.
        input.value = before.text;
        judge(at(input).row);
        waiting.delete(at(input).row.n + " " + field);
        note(at(input).row, field);
        find(scanned);
        return;
      }
      commit(input);
      if (!down(index, field, event.shiftKey ? -1 : 1)) finder()?.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      commit(input);
      down(index, field, event.key === "ArrowDown" ? 1 : -1);
    } else if (plain && ends[event.key]) {
      const to = order[index].inputs.get(fields[column + (event.key === "ArrowLeft" ? -1 : 1)]);
      if (to) {
        event.preventDefault();
        commit(input);
        to.focus();
        to.select();
      }
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = before.text;
      judge(at(input).row);
      note(at(input).row, field);
      input.select();
    }
  });
  const finder = () => document.querySelector("#find input");
  document.addEventListener("keydown", (event) => {
    if (!may || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const outside = event.target.matches("textarea, input:not([data-field])");
    if (event.key.toLowerCase() === "z" && !event.shiftKey && !outside) {
      event.preventDefault();
      if (document.activeElement.matches("input[data-field]")) commit(document.activeElement);
      undo();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (document.activeElement.matches("input[data-field]")) commit(document.activeElement);
      document.getElementById("submit")?.requestSubmit();
    }
  });

  // -- pasting --
  const paste = (text) => {
    const grid = readGrid(text).slice(0, LINE_ROWS_MAX);
    const head = grid.length > 0 ? readHeader(grid[0]) : null;
    const focused = document.activeElement.matches("input[data-field]")
      ? at(document.activeElement) : null;
    const body = head ? grid.slice(1) : grid;
    let columns = head ? head.columns : null;
    if (!columns) columns = byOrder(body, focused);
    const unmatched = [];
    let filled = 0;
    let line = 0;
    together(() => {
      let index = focused ? focused.index : 0;
      for (const cells of body) {
        line += 1;
        const cell = (field) => (columns[field] === undefined ? undefined : cells[columns[field]]);
        if (cells.every((it) => it.trim() === "")) {
          if (columns.name === undefined) index += 1;
          continue;
        }
        let row;
        if (columns.name !== undefined) {
          row = named(cell("name") ?? "");
        } else {
          row = order[index];
          index += 1;
        }
        if (!row) {
          const given = {};
          for (const field of fields) if (cell(field) !== undefined) given[field] = cell(field).trim();
          if (head && head.unit && !given.unit) given.unit = head.unit;
          unmatched.push({ line, name: (cell("name") ?? "").trim(), cells: given });
          continue;
        }
        for (const field of fields) {
          const given = cell(field);
          // A short row leaves the cells that it does not have as they are.
          if (given !== undefined) set(row, field, given.trim());
        }
        if (head && head.unit && columns.unit === undefined) set(row, "unit", head.unit);
        filled += 1;
      }
    });
    const words = t(`粘贴 ${body.length} 行:填入 ${filled} 行`, `${body.length} rows: ${filled} filled in`);
    if (unmatched.length === 0) {
      say(words);
    } else {
      say(words + t(`,${unmatched.length} 行未匹配,已放入“待确认”`,
        `, ${unmatched.length} without a row wait below`), "warn");
      flush().then(() => keepUnmatched(unmatched));
    }
  };
  const taken = new Map();
  const named = (text) => {
    const code = codeOf(text);
    const plain = half(text).toLowerCase();
    if (plain === "") return undefined;
    const key = (name) => [codeOf(name), name.toLowerCase()];
    if (taken.size === 0) {
      for (const row of order) {
        for (const name of row.names) {
          for (const it of key(name)) if (!taken.has(it)) taken.set(it, row);
        }
      }
    }
    return taken.get(plain) || taken.get(code);
  };
  const byOrder = (body, focused) => {
    const hits = body.filter((cells) => named(cells[0] ?? "")).length;
    const wide = Math.max(0, ...body.map((cells) => cells.length));
    if (wide > 1 && hits * 2 >= body.length && hits > 0) {
      const found = { name: 0 };
      // Behind the name: result and unit, or the columns of the grid in order.
      const units = body.filter((cells) => cells[2] && readUnit(cells[2])).length;
      const after = units > 0 || wide <= 3 ? fields : fields.filter((it) => it !== "unit");
      after.forEach((field, index) => { if (index + 1 < wide) found[field] = index + 1; });
      return found;
    }
    const found = {};
    const from = focused ? fields.indexOf(focused.field) : 0;
    fields.slice(from).forEach((field, index) => { if (index < wide) found[field] = index; });
    return found;
  };
  const keepUnmatched = async (lines) => {
    try {
      const answer = await post(base + "/pasted", { lines });
      if (answer) await refresh();
    } catch (error) {
      if (error instanceof Refused) problem(error.html);
      else say(t("未匹配的行未能保存,请重新粘贴", "the rows without a match were not kept; paste again"), "bad");
    }
  };
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const table = /[\t\n]/.test(text.replace(/[\r\n]+$/, ""));
    const target = event.target;
    if (target.matches?.("textarea, input:not([data-field])") && !(table && target.id === "scanned")) {
      return;
    }
    if (!may || text.trim() === "") return;
    if (!table && target.matches?.("input[data-field]")) return;
    event.preventDefault();
    paste(text);
  });

  // -- files --
  const send = async (file) => {
    const format = document.getElementById("format").value;
    say(t(`正在读取 ${file.name}`, `reading ${file.name}`));
    await flush();
    const query = new URLSearchParams({ name: file.name, format });
    try {
      const answer = await fetch(base + "/file?" + query, {
        method: "POST", body: file,
        headers: { "Content-Type": "application/octet-stream", "HX-Request": "true" },
      });
      const to = answer.headers.get("HX-Redirect");
      if (to) { location.href = to; return; }
      if (!answer.ok) { problem(await answer.text()); return; }
      const read = await answer.json();
      say(read.words, read.mark);
      await refresh();
    } catch {
      say(t(`${file.name} 没有送到本机,请再试一次`, `${file.name} did not arrive; try again`), "bad");
    }
  };
  const refresh = async () => {
    const answer = await fetch(base + "/imports", { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const place = document.getElementById("imports");
    place.innerHTML = await answer.text();
    // Its forms answer into this page, as those that came with it do.
    globalThis.htmx?.process(place);
  };
  const chooser = document.getElementById("file");
  chooser?.addEventListener("change", async () => {
    for (const file of chooser.files) await send(file);
    chooser.value = "";
  });
  root.addEventListener("dragover", (event) => { if (may) event.preventDefault(); });
  root.addEventListener("drop", async (event) => {
    if (!may) return;
    event.preventDefault();
    for (const file of event.dataTransfer.files) await send(file);
  });
  // Every heading ticks its lines at once.
  document.addEventListener("change", (event) => {
    const all = event.target.closest?.("[data-all]");
    if (!all) return;
    for (const box of all.closest("form").querySelectorAll("input[name=line]:not(:disabled)")) {
      box.checked = all.checked;
    }
  });
  // -- small acts: confirm an odd value --
  root.addEventListener("click", async (event) => {
    const button = event.target.closest(".confirm");
    if (!button) return;
    const row = rows.get(Number(button.closest("tr").dataset.n));
    await flush();
    try {
      const typed = FIELDS[root.dataset.kind].map((it) => row.inputs.get(it)?.value.trim() ?? "");
      const view = await post(base + "/confirm", { n: row.n, text: typed.join("|") });
      if (view) paint(view);
      go(row);
    } catch (error) {
      if (error instanceof Refused) problem(error.html);
    }
  });
  root.dataset.ready = "true";
}

class Refused extends Error {
  constructor(html) {
    super("refused");
    this.html = html;
  }
}

let audio = null;
function tone(hertz, millis) {
  try {
    audio = audio || new AudioContext();
    const source = audio.createOscillator();
    source.frequency.value = hertz;
    source.connect(audio.destination);
    source.start();
    source.stop(audio.currentTime + millis / 1000);
  } catch { /* a page without sound still works */ }
}

/** Numbers of the laboratory are no codes: Enter behind one sends the form as it is. */
function numbersToo() {
  addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || !field.matches?.("input[data-lab-name]")) return;
    const text = half(field.value);
    if (text === "" || codeOf(text).length === 10) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.form.requestSubmit();
  }, true);
}

if (typeof document !== "undefined") {
  numbersToo();
  const root = document.getElementById("sheet");
  if (root) start(root);
}
