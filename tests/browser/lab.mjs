// Drives the laboratory's desk as an analyst with a scanner does, and says what came of it.
//
// One JSON object on standard input (see tests/it/lab_page.rs), one on standard output: what each
// step showed, and what is wrong on each page. It decides nothing.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const plan = JSON.parse(readFileSync(0, 'utf8'));
const require = createRequire(join(plan.modules, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const NAMES = { '/': 'Slash', '.': 'Period', '-': 'Minus', ':': 'Shift+Semicolon' };
const keyOf = (c) => NAMES[c] ?? (/[0-9]/.test(c) ? `Digit${c}` : `Shift+Key${c.toUpperCase()}`);

const browser = await chromium.launch({
  executablePath: plan.chromium,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
});
const context = await browser.newContext({
  ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 }, locale: 'zh-CN',
});
context.setDefaultTimeout(15000);
const page = await context.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(String(error)));
const asked = [];
page.on('response', (it) => { const { pathname } = new URL(it.url()); if (!/^.(scan|pill|draft)$/.test(pathname)) asked.push(`${it.status()} ${it.request().method()} ${pathname}`); });
const answer = { errors, cells: {}, pages: [] };
const ready = () => page.waitForSelector('html[data-scanner=on]', { state: 'attached' });
const open = async (path) => { await page.goto(plan.base + path); await ready(); };
const scan = async (text) => {
  for (const c of text) await page.keyboard.press(keyOf(c));
  await page.keyboard.press('Enter');
};
const here = () => new URL(page.url()).pathname;
const grid = () => page.waitForSelector('#sheet[data-ready=true]', { state: 'attached' });
const row = (n) => page.locator(`#sheet tr[data-n="${n}"]`);
const cell = (n, field) => row(n).locator(`input[data-field=${field}]`);
const saved = () => page.waitForFunction(() => document.getElementById('saved').className === 'saved ok');
const state = async (n) => ({
  mark: await row(n).locator('.state').getAttribute('data-mark'),
  words: await row(n).locator('.state').innerText(),
});
const problem = async (work) => {
  await page.evaluate(() => { document.getElementById('problem').innerHTML = ''; });
  await work();
  await page.waitForFunction(() => document.getElementById('problem').textContent.trim() !== '');
  return page.locator('#problem').innerText();
};
const type = async (n, field, text) => {
  await cell(n, field).fill(text);
  await page.keyboard.press('Enter');
};
// Sends the form of an act and waits until the agent has answered and the page stands again.
const sends = async (act) => {
  const answered = page.waitForResponse((it) => it.url().endsWith(act) && it.request().method() === 'POST');
  const loaded = page.waitForEvent('load');
  await page.click(`form[action$="${act}"] button`);
  await answered;
  await loaded;
};
const left = (name) => page.waitForURL((url) => url.pathname !== name);

async function signIn(operator) {
  await open('/login');
  const out = page.locator('header form[action="/logout"] button');
  if (await out.count()) { await out.click(); await page.waitForURL((url) => url.pathname === '/login'); await ready(); }
  await page.selectOption('[name=operator]', operator);
  await page.fill('[name=pin]', plan.pin);
  await page.click('main button.main');
  await page.waitForURL((url) => url.pathname === '/');
}

// A page at both widths, as it stands.
async function look(name) {
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(50);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    // Five hundred rows are like six: the grid's own pages answer for them.
    const rules = name === 'pasted' ? '' : axe;
    await page.evaluate(rules);
    const found = !rules ? { violations: [] } : await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    if (plan.shots) await page.screenshot({ path: join(plan.shots, `${name}-${width}.png`), fullPage: name !== 'pasted' });
    const violations = found.violations.map((it) => `${it.id}: ${it.nodes.slice(0, 2).map((node) => node.target.join(' ')).join('; ')}`);
    answer.pages.push({ name, width, scroll, violations });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function worksheet(kind, pots, more = {}) {
  await open(`/lab/new/${kind}`);
  if (more.scans) for (const it of more.scans) await scan(it);
  else await page.fill('[name=pots]', pots.join('\n'));
  if (kind === 'content') {
    await page.selectOption('[name=method]', 'icp');
    await page.fill('[name=volume]', more.volume ?? '50');
    await page.fill('[name=dilution]', more.dilution ?? '10');
    if (more.unit) await page.selectOption('[name=unit]', more.unit);
    if (more.wet) await page.uncheck('[name=dried]');
  }
  if (more.look) await look(more.look);
  const before = here();
  await page.click('button.main');
  await left(before);
  await ready();
  await grid();
  return here();
}

// What the page said when a step did not come about.
process.on('uncaughtException', async (error) => {
  const told = await page.evaluate(() => document.querySelector('main')?.innerText.slice(0, 1500)).catch(() => '');
  if (plan.shots) await page.screenshot({ path: join(plan.shots, 'failed.png') }).catch(() => {});
  const last = asked.slice(-12).join(', ');
  process.stderr.write(`${page.url()}\n${told}\n${last}\n${errors.join(' ')}\n${error.stack}\n`);
  process.exit(1);
});

// A pot is received by its scan; again is told and changes nothing.
await signIn(plan.analyst);
await open('/lab');
await look('lab-empty');
await scan(plan.scans[0]);
await page.waitForSelector('[data-received]');
answer.received = await page.locator('[data-received]').innerText();
await ready();
await scan(plan.scans[0]);
await page.waitForSelector('.warnbox[data-received]');
answer.again = await page.locator('[data-received]').innerText();

// A worksheet of two pots by their scans.
const sheet = await worksheet('content', [], { scans: plan.scans.slice(0, 2), look: 'lab-new' });
answer.tray = await page.locator('#sheet tr[data-n]').evaluateAll((rows) => rows.map((it) => it.querySelector('.kind')?.textContent ?? ''));
await look('sheet-empty');

// One result: scan, digits, Enter. The portion was weighed before.
await type(2, 'mass', '0.2000');
await page.click('h1');
await scan(plan.scans[0]);
await page.waitForFunction(() => document.activeElement?.dataset.field === 'result');
answer.assay = { row: await page.evaluate(() => document.activeElement.closest('tr').dataset.n) };
await page.keyboard.type('1.20');
await page.keyboard.press('Enter');
await page.waitForFunction(() => document.querySelector('#sheet tr[data-n="2"] .final').textContent !== '');
answer.assay.shown = await row(2).locator('.final').innerText();
answer.assay.formula = await row(2).locator('.formula').innerText();

// Typed over and undone.
await type(2, 'result', '7.7');
await page.keyboard.press('Control+z');
await saved();
answer.undone = await cell(2, 'result').inputValue();

// Cells of every kind, as the agent judges them.
await type(3, 'mass', '0.2000');
await saved();
for (const text of ['', '0', 'ND', '<0.02', '—', 'O.35', '1.2 mg/lg']) {
  const judged = page.waitForResponse((it) => it.url().endsWith('/cells'));
  await type(3, 'result', text || '1');
  await judged;
  if (text === '') {
    const emptied = page.waitForResponse((it) => it.url().endsWith('/cells'));
    await type(3, 'result', '');
    await emptied;
  }
  await saved();
  answer.cells[text] = await state(3);
}

// A blank that fails stops everything, whatever anybody states.
for (const [n, field, text] of [[3, 'result', '2.00'], [3, 'mass', '0.2000'], [4, 'result', '3.90'],
  [4, 'mass', '0.2000'], [5, 'result', '3.00'], [5, 'mass', '0.2000'], [5, 'expected', '1.00'],
  [6, 'result', '4.00'], [6, 'mass', '0.2000'], [6, 'expected', '10.0'], [1, 'result', '5.0']]) {
  await type(n, field, text);
}
await saved();
answer.blank = { stopped: await problem(() => page.click('#submit button')) };
await look('blank-failed');
await signIn(plan.lead);
await open(sheet);
await page.fill('textarea[name=words]', '空白偏高');
await sends('/deviation');
await signIn(plan.analyst);
await open(sheet);
await grid();
answer.blank.stated = await problem(() => page.click('#submit button'));
await signIn(plan.lead);
await open(sheet);
await page.fill('textarea[name=words]', '');
await sends('/deviation');

// Another failed check asks for a deviation, and only the lead may state it.
await signIn(plan.analyst);
await open(sheet);
await grid();
await type(1, 'result', '<0.01');
await saved();
answer.deviation = { asked: await problem(() => page.click('#submit button')) };
answer.deviation.analyst = await page.locator('textarea[name=words]').count();
answer.deviation.strip = await page.locator('#strip').innerText();
await look('deviation-asked');

// The first pot is measured again; both results stay.
await page.click('summary');
await page.selectOption('form[action$="/retest"] [name=n]', '2');
await page.fill('form[action$="/retest"] [name=reason]', '与平行样相差过大');
await page.click('form[action$="/retest"] button');
await page.waitForSelector('#sheet tr[data-n="7"]');
await grid();
answer.retest = { label: await row(7).locator('th').innerText() };
await type(7, 'result', '1.30');
await type(7, 'mass', '0.2000');
await saved();
await signIn(plan.lead);
await open(sheet);
await page.fill('textarea[name=words]', '称样不均,已复测');
await look('lead');
await sends('/deviation');
await signIn(plan.analyst);
await open(sheet);
await grid();
await page.click('#submit button');
await page.waitForSelector('[data-result]');
answer.submitted = await page.locator('body').innerText();
await look('submitted');

// The pot on another worksheet says that it has results.
const second = await worksheet('content', plan.codes.slice(0, 2));
answer.retest.notice = await row(2).locator('th').innerText();

// An instrument's file waits until somebody takes its lines.
await page.selectOption('#format', 'masshunter');
await page.setInputFiles('#file', plan.file);
await page.waitForSelector('.import tr[data-line]');
answer.file = { said: await page.locator('#said').innerText(), before: await cell(3, 'result').inputValue() };
await look('file');
await page.click('.import [data-all]');
await page.click('.import button[value=take]');
await page.waitForFunction(() => document.querySelector('#sheet tr[data-n="3"] input[data-field=result]')?.value !== '');
answer.file.after = await cell(3, 'result').inputValue();
answer.file.left = await page.locator('.import tr[data-line]').count();

// Moisture: wet today, dry tomorrow; the result goes on to the content of the same pot.
const moist = await worksheet('moisture', [plan.codes[2]], { look: 'moisture-new' });
await type(1, 'pan', '40.0000');
await type(1, 'wet', '65.0000');
await saved();
answer.moisture = { waits: (await state(1)).words };
await type(1, 'dry', '60.0000');
await saved();
await page.waitForFunction(() => document.querySelector('#sheet tr[data-n="1"] .final').textContent !== '');
answer.moisture.shown = await row(1).locator('.final').innerText();
await look('moisture');
await page.click('#submit button');
await page.waitForSelector('[data-result]');
answer.moisture.done = await page.locator('body').innerText();
const wet = await worksheet('content', [plan.codes[2]], { wet: true });
answer.moisture.filled = await cell(2, 'moisture').inputValue();
await type(2, 'result', '1.60');
await type(2, 'mass', '0.2000');
await saved();
await page.waitForFunction(() => document.querySelector('#sheet tr[data-n="2"] .formula').textContent !== '');
answer.moisture.formula = await row(2).locator('.formula').innerText();

// Five hundred rows out of a spreadsheet, by their pots' codes in another order.
const many = await worksheet('content', plan.many, { unit: 'mg/kg', volume: '', dilution: '' });
const table = [...plan.many].reverse().map((code, at) => `${code}\t${(at % 90) + 1}.${at % 10}`);
await page.evaluate((text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}, ['样品\t结果(mg/kg)', ...table].join('\r\n'));
await page.waitForFunction(() => /500/.test(document.getElementById('said').textContent));
answer.pasted = { said: await page.locator('#said').innerText() };
await page.waitForFunction(() => document.getElementById('saved').className === 'saved ok', null, { timeout: 60000 });
const filled = () => page.locator('#sheet tr[data-n]:not(.check) input[data-field=result]').evaluateAll((all) => all.filter((it) => it.value !== '').length);
answer.pasted.kept = await filled();
await open(many);
await grid();
answer.pasted.there = await filled();
await look('pasted');

// What is left to look at.
await open('/lab');
await look('lab');
await open('/lab/outside');
await look('outside');
await page.goto(`${plan.base}${second}/print`);
await look('print');
answer.sheets = [sheet, second, moist, wet, many];
await browser.close();
process.stdout.write(JSON.stringify(answer));
