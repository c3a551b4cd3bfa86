// Imports an outside laboratory's report as an analyst does, and says what each page showed.
//
// One JSON object on standard input (see tests/it/outside_report.rs), one on standard output. It
// decides nothing.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const plan = JSON.parse(readFileSync(0, 'utf8'));
const require = createRequire(join(plan.modules, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
  executablePath: plan.chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const context = await browser.newContext({
  ignoreHTTPSErrors: true, bypassCSP: true, viewport: { width: 1440, height: 900 }, locale: 'zh-CN',
});
context.setDefaultTimeout(15000);
const page = await context.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(String(error)));
const answer = { errors, pages: [] };
const words = () => page.locator('main').innerText();

async function look(name) {
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document));
    if (plan.shots) await page.screenshot({ path: join(plan.shots, `${name}-${width}.png`), fullPage: true });
    const violations = found.violations.map((it) => `${it.id}: ${it.nodes.slice(0, 2).map((node) => node.target.join(' ')).join('; ')}`);
    answer.pages.push({ name, width, scroll, violations });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function preview(pdf) {
  await page.goto(plan.base + '/submissions/import');
  await page.selectOption('[name=mapping]', 'lab-a');
  await page.setInputFiles('[name=file]', plan.table);
  if (pdf) await page.setInputFiles('[name=pdf]', plan.pdf);
  await Promise.all([page.waitForEvent('load'), page.click('main form button[type=submit]')]);
}

await page.goto(plan.base + '/login');
await page.fill('input[name=login]', plan.login);
await page.fill('input[name=password]', plan.password);
await Promise.all([
  page.waitForURL((url) => !url.pathname.startsWith('/login')),
  page.click('form[action="/login"] button[type=submit]'),
]);
await page.goto(plan.base + '/submissions/import');
await look('import');
await preview(true);
answer.preview = await words();
await look('preview');
const form = 'form[action="/submissions/import/record"] button';
await Promise.all([page.waitForURL((url) => url.pathname === '/assays'), page.click(form)]);
answer.recorded = await page.locator('body').innerText();
await look('recorded');
await preview(false);
answer.again = await words();
answer.offered = await page.locator(form).count();
const [download] = await Promise.all([
  page.waitForEvent('download'), page.click('form[action="/submissions/import/marked"] button'),
]);
answer.marked = readFileSync(await download.path()).toString('hex');
await browser.close();
process.stdout.write(JSON.stringify(answer));
