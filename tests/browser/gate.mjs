// Measures the gate's and the laboratory's pages in a real browser: how soon a scan is painted and
// heard, how soon the camera reads our own label, how soon a pasted table stands, what becomes of
// scans without a connection, how much a person has to do, and what axe-core finds.
//
// One JSON object on standard input (see tests/src/bin/bench-gate), one on standard output with the
// figures of each part, or why it could not be measured. It decides nothing. Scans are keys, as a
// scanner that types sends them.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';

const plan = JSON.parse(readFileSync(0, 'utf8'));
const require = createRequire(join(plan.modules, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const VIEWPORT = { width: 1280, height: 900 };

// In the page, before its own scripts: when keys arrive, tones begin and changes are painted.
function watch() {
  const seen = { key: 0, tone: 0, painted: 0, code: '' };
  globalThis.tlSeen = seen;
  // The last key of a scan counts; what an earlier scan still does is none of it.
  addEventListener('keydown', (event) => {
    Object.assign(seen, { key: event.timeStamp, tone: 0, painted: 0 });
  }, true);
  const start = AudioScheduledSourceNode.prototype.start;
  const started = OscillatorNode.prototype.start;
  const heard = (call) => function begin(when = 0, ...rest) {
    if (!seen.tone) {
      const ahead = Math.max(0, when - this.context.currentTime);
      seen.tone = performance.now() + (ahead + (this.context.baseLatency || 0)) * 1000;
    }
    return call.call(this, when, ...rest);
  };
  AudioScheduledSourceNode.prototype.start = heard(start);
  if (started !== start) OscillatorNode.prototype.start = heard(started);
  // A value put into a field is no change of the tree, but is painted all the same.
  const painted = () => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { seen.painted = seen.painted || performance.now(); };
    port2.postMessage(0);
  });
  addEventListener('input', (event) => { if (!event.isTrusted) painted(); }, true);
  const begin = () => new MutationObserver(() => {
    const line = document.querySelector(`[data-streamed] [data-code="${seen.code}"]`);
    if (line && line.textContent.trim()) painted();
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
  addEventListener('DOMContentLoaded', begin);
  // A code that the camera reads opens its object: the figure has to outlive the page.
  addEventListener('tl-scan', () => {
    const about = document.getElementById('camera-about');
    if (about) sessionStorage.setItem('tlFirst', about.dataset.firstMillis);
  });
}

const launch = (args = []) => chromium.launch({
  executablePath: plan.chromium,
  // A service worker wants a certificate that the browser trusts, as a plant's devices do.
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required',
    '--ignore-certificate-errors', ...args],
});

async function opened(browser, more = {}, base = plan.base) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, viewport: VIEWPORT, locale: 'zh-CN', ...more,
  });
  context.setDefaultTimeout(15000);
  await context.addInitScript(watch);
  const page = await context.newPage();
  await page.goto(base + '/login');
  await page.selectOption('select[name=operator]', plan.operator);
  await page.fill('input[name=pin]', plan.pin);
  await Promise.all([
    page.waitForURL((url) => !url.pathname.startsWith('/login')),
    page.click('form[action="/login"] button'),
  ]);
  return { context, page };
}

async function slowed(page, rate) {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
}

const address = (letter, code) => `HTTPS://LOCALHOST/${letter}/${code}`;

/** The page listens for scans. */
const ready = (page) => page.waitForSelector('html[data-scanner=on]', { state: 'attached' });

/** Types a scan; `end` is the key after it. */
async function scan(page, letter, code, end = '') {
  await page.evaluate((wanted) => { globalThis.tlSeen.code = wanted; }, code);
  for (const sign of address(letter, code)) await page.keyboard.press(KEYS[sign] || sign);
  if (end) await page.keyboard.press(end);
}

const KEYS = { ':': 'Shift+Semicolon', '/': 'Slash', '.': 'Period', '-': 'Minus' };
for (const digit of '0123456789') KEYS[digit] = 'Digit' + digit;
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') KEYS[letter] = 'Shift+Key' + letter;

/** A cable to the agent that can be pulled: a TCP proxy. */
async function cable() {
  const agent = Number(new URL(plan.base).port);
  const open = new Set();
  const server = net.createServer((near) => {
    const far = net.connect(agent, '127.0.0.1');
    for (const end of [near, far]) {
      open.add(end);
      end.on('error', () => {});
      end.on('close', () => { open.delete(end); near.destroy(); far.destroy(); });
    }
    near.pipe(far).pipe(near);
  });
  const plug = (port) => new Promise((done) => { server.listen(port, '127.0.0.1', done); });
  await plug(0);
  const { port } = server.address();
  return {
    base: `https://127.0.0.1:${port}`,
    pull: () => new Promise((done) => {
      server.close(done);
      for (const end of open) end.destroy();
    }),
    plug: () => plug(port),
  };
}

const parts = {
  /** Each scan of a fresh label on the page that receives one after another. */
  async scans() {
    const browser = await launch();
    try {
      const { page } = await opened(browser);
      await page.goto(plan.base + plan.stream_page);
      await prepared(page);
      await slowed(page, plan.slow_scans);
      const painted = [];
      const tones = [];
      for (const code of plan.scans) {
        await scan(page, 'B', code);
        const seen = await page.waitForFunction(() => {
          const it = globalThis.tlSeen;
          return it.painted && it.tone ? { ...it } : null;
        }, null, { polling: 'raf' }).then((it) => it.jsonValue());
        painted.push(seen.painted - seen.key);
        tones.push(Math.max(0, seen.tone - seen.key));
      }
      await allSent(page, plan.scans.length);
      return { painted, tones };
    } finally {
      await browser.close();
    }
  },

  /** A camera that sees our own label, from its opening to the first reading. */
  async camera() {
    const drawing = await launch();
    const film = join(plan.folder, 'label.mjpeg');
    try {
      writeFileSync(film, await filmOf(drawing, plan.label_png));
    } finally {
      await drawing.close();
    }
    const browser = await launch([
      '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ]);
    try {
      const { context, page } = await opened(browser);
      await context.grantPermissions(['camera']);
      const said = [];
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      const first = [];
      for (let round = 0; round < 3; round += 1) {
        await page.goto(plan.base + '/queue');
        await page.evaluate(() => sessionStorage.removeItem('tlFirst'));
        await slowed(page, plan.slow_camera);
        await page.goto(plan.base + '/camera', { waitUntil: 'domcontentloaded' });
        const read = await page.waitForFunction(
          () => sessionStorage.getItem('tlFirst'), null, { polling: 20 },
        ).catch(async () => {
          const text = (await page.locator('body').innerText()).replace(/\s+/g, ' ').slice(0, 200);
          throw new Error(`nothing was read: ${text} ${said.slice(0, 3).join(' | ')}`);
        });
        first.push(Number(await read.jsonValue()));
      }
      return { first };
    } finally {
      await browser.close();
    }
  },

  /** Scans while the agent is not reached, then three replies that are lost. */
  async offline() {
    const browser = await launch();
    try {
      const { context, page } = await opened(browser, { serviceWorkers: 'block' });
      await page.goto(plan.base + plan.stream_page);
      await prepared(page);
      await context.setOffline(true);
      for (const code of plan.offline) await scan(page, 'B', code);
      const kept = await page.locator('[data-streamed] [data-code]').count();
      let lost = 0;
      await page.route('**/*', async (route) => {
        const request = route.request();
        const counts = request.method() === 'POST' && !/draft|login/.test(request.url());
        if (!counts || lost >= plan.lost_replies) return route.continue();
        lost += 1;
        // The agent has it; its answer never comes.
        await route.fetch();
        return route.abort('connectionreset');
      });
      await context.setOffline(false);
      await allSent(page, plan.offline.length);
      return { kept, lost };
    } finally {
      await browser.close();
    }
  },

  /** The agent goes away: the page is opened anew without it, scans are kept, nothing is doubled. */
  async away() {
    const browser = await launch();
    const link = await cable();
    try {
      const { context, page } = await opened(browser, {}, link.base);
      await page.goto(link.base + '/');
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
      // The first page was there before its worker: from now on pages are kept.
      await page.goto(link.base + '/');
      await ready(page);
      await page.waitForFunction(async (path) => Boolean(await caches.match(path)), plan.stream_page);
      await page.goto(link.base + plan.stream_page);
      await prepared(page);
      const onces = [await page.inputValue('main form [name=once]')];
      await link.pull();
      await page.reload();
      await page.waitForSelector('body[data-away]');
      await prepared(page);
      onces.push(await page.inputValue('main form [name=once]'));
      const said = (await page.locator('#problem').innerText()).trim();
      for (const code of plan.away) await scan(page, 'B', code);
      await page.waitForFunction((wanted) => document.querySelectorAll(
        '[data-streamed] [data-state=waiting]').length === wanted, plan.away.length);
      await page.reload();
      await page.waitForSelector('body[data-away]');
      // A page that was never opened: what waits is listed there.
      await page.goto(link.base + '/shift/handover');
      await page.waitForFunction((wanted) => document.querySelectorAll('#browser-queue li').length === wanted,
        plan.away.length);
      const kept = await page.locator('#browser-queue li').count();
      await link.plug();
      // It opens by itself, and what waited is sent.
      await page.waitForFunction(() => document.body.dataset.away === undefined &&
        document.body.dataset.operator, null, { timeout: 60000 });
      const opens = new URL(page.url()).pathname;
      await page.goto(link.base + '/queue');
      await page.waitForFunction(() => !document.querySelector('#browser-queue li'), null, { timeout: 60000 });
      const pages = await page.evaluate(async () => (await caches.keys()).filter((it) => it.startsWith('tl-')).length);
      await page.click('header form[action="/logout"] button');
      await page.waitForURL((url) => url.pathname === '/login');
      const left = await page.evaluate(async () => {
        const pagesOf = (await caches.keys()).filter((it) => it.startsWith('tl-pages-'));
        const held = await Promise.all(pagesOf.map(async (it) => (await (await caches.open(it)).keys()).length));
        return held.reduce((sum, it) => sum + it, 0);
      });
      await context.close();
      return { kept, said, opens, caches: pages, left, fresh: new Set(onces).size === 2 };
    } finally {
      await browser.close();
      await link.pull().catch(() => {});
    }
  },

  /** A table pasted into a worksheet. */
  async paste() {
    const browser = await launch();
    try {
      const { context, page } = await opened(browser);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.goto(plan.base + plan.worksheet);
      const rows = await page.locator('#sheet tr[data-n]').count();
      const field = page.locator('#sheet input[data-field=result]').first();
      const count = Math.min(plan.paste_rows, rows);
      const text = Array.from({ length: count }, (_, at) => `${(at % 90) + 1}.${at % 10}`).join('\n');
      await slowed(page, plan.slow_paste);
      await field.focus();
      const millis = await page.evaluate((table) => new Promise((resolve) => {
        const data = new DataTransfer();
        data.setData('text/plain', table);
        const begin = performance.now();
        document.activeElement.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
        const look = () => requestAnimationFrame(() => {
          const marks = [...document.querySelectorAll('#sheet tr[data-n] .state')];
          const done = marks.filter((it) => it.dataset.mark && it.dataset.mark !== 'blank').length;
          if (done < table.split('\n').length) return look();
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.now() - begin);
          port2.postMessage(0);
          return undefined;
        });
        look();
      }), text);
      return { millis, rows: count };
    } finally {
      await browser.close();
    }
  },

  /** What a person does to receive a load, and to enter one assay. */
  async steps() {
    const browser = await launch();
    try {
      const { page } = await opened(browser);
      const done = { scans: 0, taps: 0, words: [] };
      const scanned = async (code) => {
        done.scans += 1;
        done.words.push('scan');
        await Promise.all([page.waitForEvent('load'), scan(page, 'B', code)]);
        await ready(page);
      };
      const tap = async (selector) => {
        const target = page.locator(selector).filter({ visible: true }).first();
        await target.waitFor({ timeout: 10000 }).catch(async () => {
          const main = (await page.locator('main').innerText()).replace(/\s+/g, ' ').slice(0, 300);
          throw new Error(`${page.url()} has no ${selector}: ${main}`);
        });
        done.taps += 1;
        done.words.push((await target.innerText()).trim().split('\n')[0]);
        await Promise.all([page.waitForEvent('load'), target.click()]);
        await ready(page);
      };
      await page.goto(plan.base + '/');
      await ready(page);
      await scanned(plan.receive);
      if (await page.locator('form[action="/arrive"]').count() === 0) {
        await tap(`a[href^="/arrive"]`);
      }
      if (!await page.locator('form[action="/arrive"] [name=code]').inputValue()) {
        await scanned(plan.receive);
      }
      await tap('form[action="/arrive"] button.main');
      await tap('button[name=side][value=net]:not([disabled])');
      return done;
    } finally {
      await browser.close();
    }
  },

  /** One result in an open worksheet: scan, digits, Enter. */
  async assay() {
    const browser = await launch();
    try {
      const { page } = await opened(browser);
      await page.goto(plan.base + plan.worksheet);
      await ready(page);
      await scan(page, 'S', plan.pot);
      const row = await page.waitForFunction(() => {
        const it = document.activeElement;
        return it && it.dataset.field ? it.closest('tr').dataset.n : null;
      }).then((it) => it.jsonValue());
      await page.keyboard.type('4.2');
      await page.keyboard.press('Enter');
      await page.waitForFunction((n) => {
        const state = document.querySelector(`#sheet tr[data-n="${n}"] .state`);
        const saved = document.getElementById('saved');
        return state.dataset.mark === 'ok' && saved.classList.contains('ok');
      }, row);
      return { scans: 1, keys: '4.2 Enter' };
    } finally {
      await browser.close();
    }
  },

  /** What axe-core finds on every page that there is. */
  async axe() {
    const browser = await launch();
    try {
      const { page } = await opened(browser, { bypassCSP: true });
      const found = [];
      let pages = 0;
      const visit = async (path, width) => {
        await page.setViewportSize({ width, height: 900 });
        const answer = await page.goto(plan.base + path, { waitUntil: 'load' });
        if (answer.status() === 404) return;
        pages += 1;
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document));
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (answer.status() !== 200) found.push(`${path} at ${width} px: status ${answer.status()}`);
        if (wide > 0) found.push(`${path} at ${width} px: scrolls ${wide} px sideways`);
        for (const it of violations) {
          const where = it.nodes.slice(0, 2).map((node) => node.target.join(' ')).join('; ');
          found.push(`${path} at ${width} px: ${it.id}: ${it.help} (${where})`);
        }
      };
      for (const path of plan.pages) {
        await visit(path, 1280);
        await visit(path, 360);
      }
      return { pages, found };
    } finally {
      await browser.close();
    }
  },
};

/** Chooses what a page asks for once, before the first scan. */
async function prepared(page) {
  await ready(page);
  const material = page.locator('main form [name=material]');
  if (await material.count() && !await material.first().inputValue()) {
    await material.first().selectOption({ index: 1 });
  }
  const node = page.locator('main form [name=node]');
  if (await node.count() && !await node.first().inputValue()) {
    await node.first().selectOption({ index: 1 });
  }
}

async function allSent(page, count) {
  await page.waitForFunction(
    (wanted) => document.querySelectorAll('[data-streamed] [data-state=sent]').length >= wanted,
    count, { timeout: 90000 },
  );
}

/** A film of one picture in the middle of a camera's view: frames of JPEG one behind the other. */
async function filmOf(browser, file) {
  const page = await browser.newPage();
  const source = 'data:image/png;base64,' + readFileSync(file).toString('base64');
  const jpeg = await page.evaluate(async ([picture, at]) => {
    const image = new Image();
    image.src = picture;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#777';
    pen.fillRect(0, 0, 1280, 720);
    // Whoever holds a camera aims at the code.
    pen.drawImage(image, 640 - image.width * at[0], 360 - image.height * at[1]);
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  }, [source, plan.label_qr]);
  await page.close();
  return Buffer.concat(Array.from({ length: 30 }, () => Buffer.from(jpeg, 'base64')));
}

const figures = {};
for (const name of plan.parts) {
  try {
    figures[name] = await parts[name]();
  } catch (error) {
    figures[name] = { missing: String(error.message || error).split('\n').slice(0, 3).join(' ') };
  }
}
process.stdout.write(JSON.stringify(figures));
