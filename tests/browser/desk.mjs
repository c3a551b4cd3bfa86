// Drives the gate's page as a person with a scanner does, and says what came of it.
//
// One JSON object on standard input (see tests/it/gate_page.rs), one on standard output: what each
// way of scanning gave, what became of scans without a connection, and what is wrong on each page.
// It decides nothing.
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
  ignoreHTTPSErrors: true, bypassCSP: false, viewport: { width: 1280, height: 900 }, locale: 'zh-CN',
});
context.setDefaultTimeout(15000);
const page = await context.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(String(error)));
const keys = async (text, pause = 0) => {
  for (const c of text) {
    await page.keyboard.press(keyOf(c));
    if (pause) await new Promise((done) => setTimeout(done, pause));
  }
};
const told = () => page.locator('#problem').innerText();
const ready = () => page.waitForSelector('html[data-scanner=on]', { state: 'attached' });
const open = async (path) => { await page.goto(plan.base + path); await ready(); };
const answer = { scans: {}, errors };

await open('/login');
await page.selectOption('[name=operator]', plan.operator);
await page.fill('[name=pin]', plan.pin);
await page.click('main button.main');
await page.waitForURL((url) => url.pathname === '/');

// A command that this page has not: the scan was heard, and nothing leads away from the notes.
const NOTE = 'note ';
async function inNotes(name, scan) {
  await open('/shift/handover');
  await page.click('[name=remark]');
  await page.keyboard.type(NOTE);
  await scan();
  await page.waitForSelector('#problem [data-told]');
  answer.scans[name] = { told: await told(), field: await page.inputValue('[name=remark]') };
}
const cdp = await context.newCDPSession(page);
await inNotes('burst', async () => { await keys(plan.command); await page.keyboard.press('Enter'); });
await inNotes('bluetooth', async () => { await keys(plan.command, 90); await page.keyboard.press('Tab'); });
await inNotes('caps', async () => {
  for (const c of plan.command) {
    const [code, shift] = [keyOf(c).replace('Shift+', ''), keyOf(c).startsWith('Shift')];
    const text = /[A-Z]/.test(c) ? c.toLowerCase() : c;
    const more = { code, key: text, text, modifiers: shift ? 8 : 0 };
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyDown', ...more });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...more });
  }
});
await inNotes('ime', async () => {
  let composed = '';
  for (const c of plan.command) {
    const [code, shift] = [keyOf(c).replace('Shift+', ''), keyOf(c).startsWith('Shift')];
    const more = { code, key: 'Process', windowsVirtualKeyCode: 229, modifiers: shift ? 8 : 0 };
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...more });
    composed += c.toLowerCase();
    const at = composed.length;
    await cdp.send('Input.imeSetComposition', { text: composed, selectionStart: at, selectionEnd: at });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', ...more });
  }
});
await inNotes('foreign', async () => { await keys('HTTPS://WX.EXAMPLE/R/ABC'); await page.keyboard.press('Enter'); });
await inNotes('check', async () => { await keys(plan.wrong); await page.keyboard.press('Enter'); });

// A person who types gives no scan.
await open('/shift/handover');
await page.click('[name=remark]');
await page.keyboard.type('three trucks wait, scale 2 was slow: see sheet 17/B.');
await page.keyboard.press('Enter');
answer.typed = { told: await told(), field: await page.inputValue('[name=remark]') };

// Without any focus a scan opens what it names.
await open('/status');
await keys(plan.fresh);
await page.keyboard.press('Enter');
await page.waitForURL((url) => url.pathname === '/arrive');
answer.jump = await page.inputValue('[name=code]');

// Half-filled, another person, back again.
await page.fill('[name=lot]', 'LOT-7');
await page.waitForResponse((response) => response.url().endsWith('/draft') && response.request().method() === 'POST');
await page.click('header form[action="/logout"] button');
await page.waitForURL((url) => url.pathname === '/login');
await page.selectOption('[name=operator]', plan.operator);
await page.fill('[name=pin]', plan.pin);
await page.click('main button.main');
await page.waitForURL((url) => url.pathname === '/');
await open('/arrive');
await page.waitForFunction(() => document.querySelector('[name=lot]').value !== '');
answer.draft = await page.inputValue('[name=lot]');

// Twenty scans with the agent out of reach, then three answers lost on the way.
await open('/intake');
await context.setOffline(true);
for (const scan of plan.twenty) {
  await keys(scan);
  await page.keyboard.press('Enter');
}
await page.waitForFunction((n) => document.querySelectorAll('[data-streamed] [data-state=waiting]').length === n, plan.twenty.length);
answer.kept = await page.locator('[data-streamed] [data-state=waiting]').count();
await page.waitForFunction(() => document.getElementById('pill').textContent.includes('离线'));
answer.pill = await page.locator('#pill').innerText();
let lost = 0;
let posts = 0;
await context.route('**/arrive', async (route) => {
  if (route.request().method() !== 'POST') return route.continue();
  posts += 1;
  const reply = await route.fetch({ ignoreHTTPSErrors: true });
  if (lost < 3 && posts % 5 === 1) {
    lost += 1;
    return route.abort('connectionreset');
  }
  return route.fulfill({ response: reply });
});
await context.setOffline(false);
await page.waitForFunction((n) => document.querySelectorAll('[data-streamed] [data-state=sent]').length === n, plan.twenty.length, { timeout: 60000 });
answer.posts = posts;
answer.lost = lost;
await context.unroute('**/arrive');

// The same label again: at once it is a trembling hand, later it is a question.
await keys(plan.twenty[19]);
await page.keyboard.press('Enter');
await keys(plan.twenty[19]);
await page.keyboard.press('Enter');
await page.waitForSelector('#problem [data-told=warn]');
answer.again = await told();
await open('/queue');
answer.registered = await page.locator('td:text-is("登记")').count();
await open('/entry/x').catch(() => {});
await open('/');
await page.click('[data-command=undo]');
await page.waitForURL((url) => url.pathname.startsWith('/entry/'));
answer.undone = await page.locator('main').innerText();

// Every page at three widths: nothing sideways, nothing that axe finds, targets for gloves.
answer.pages = [];
for (const [width, zoom] of [[1280, 1], [360, 1], [720, 2]]) {
  await page.setViewportSize({ width: width / zoom, height: 800 });
  for (const path of plan.pages) {
    await open(path);
    await page.waitForTimeout(50);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const small = await page.evaluate(() => [...document.querySelectorAll('main button, main .button, main input:not([type=hidden]), main select, main .tile')]
      .filter((it) => it.offsetParent && it.getBoundingClientRect().height < 71.5)
      .map((it) => `${it.tagName} ${it.name || it.textContent.trim()} ${it.getBoundingClientRect().height}`));
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    if (plan.shots) await page.screenshot({ path: join(plan.shots, `${path.replace(/\W+/g, '_')}-${width}.png`), fullPage: true });
    const violations = found.violations.map((it) => `${it.id}: ${it.nodes.slice(0, 2).map((node) => node.target.join(' ')).join('; ')}`);
    answer.pages.push({ path, width, scroll, small, violations });
  }
}
await browser.close();
process.stdout.write(JSON.stringify(answer));
