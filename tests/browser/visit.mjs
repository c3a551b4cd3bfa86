// Opens pages in a real browser and says what a person would find wrong with them.
//
// One JSON object on standard input (see tests/src/browser.rs), one on standard output: for every
// page and width the console's errors, horizontal scroll, findings of axe-core, and how many
// elements each asked selector finds. It decides nothing.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const plan = JSON.parse(readFileSync(0, 'utf8'));
const require = createRequire(join(plan.modules, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
  executablePath: plan.chromium,
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const visits = [];
try {
  for (const width of plan.widths) {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      bypassCSP: true,
      viewport: { width, height: 900 },
      locale: plan.locale ?? 'zh-CN',
    });
    context.setDefaultTimeout(30000);
    const page = await context.newPage();
    let errors = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    let signedIn = false;
    for (const wanted of plan.pages) {
      if (wanted.signed_in && !signedIn) {
        await page.goto(plan.base + '/login');
        await page.fill('input[name=login]', plan.login);
        await page.fill('input[name=password]', plan.password);
        await Promise.all([
          page.waitForURL((url) => !url.pathname.startsWith('/login')),
          page.click('form[action="/login"] button[type=submit]'),
        ]);
        signedIn = true;
      }
      errors = [];
      const answer = await page.goto(plan.base + wanted.path, { waitUntil: 'networkidle' });
      const scroll = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      const counts = {};
      for (const selector of wanted.selectors ?? []) {
        counts[selector] = await page.locator(selector).count();
      }
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document));
      const shot = join(plan.shots, `${wanted.name}-${width}.png`);
      await page.screenshot({ path: shot, fullPage: true });
      visits.push({
        page: wanted.name,
        width,
        status: answer.status(),
        title: await page.title(),
        text: await page.evaluate(() => document.body.innerText),
        errors,
        scroll,
        counts,
        violations: found.violations.map((violation) => {
          const nodes = violation.nodes.slice(0, 3).map((node) => node.target.join(' '));
          return `${violation.id}: ${violation.help} (${nodes.join('; ')})`;
        }),
      });
    }
    await context.close();
  }
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify({ visits }));
