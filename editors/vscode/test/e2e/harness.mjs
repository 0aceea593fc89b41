// A real VS Code in a browser: code-server with the packaged extension, and Chromium in front of it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

/** What VS Code would otherwise show, ask or fetch. */
const QUIET = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'window.commandCenter': false,
  'git.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
  // A file on disk is the measure of what was done.
  'editor.wordWrap': 'on',
  'editor.fontSize': 16,
};

export class Editor {
  /** @type {import('playwright-core').Page} */ page;
  #browser;
  #server;

  constructor({ codeServer, vsix, pictures }) {
    Object.assign(this, { codeServer, vsix, pictures });
  }

  async start() {
    this.home = await mkdtemp(join(tmpdir(), 'wanyan-vscode-'));
    this.workspace = join(this.home, 'drafts');
    await mkdir(this.workspace);
    await mkdir(join(this.home, 'data/User'), { recursive: true });
    await mkdir(this.pictures, { recursive: true });
    await writeFile(join(this.home, 'data/User/settings.json'), JSON.stringify(QUIET, null, 2));
    const folders = ['--user-data-dir', join(this.home, 'data'), '--extensions-dir', join(this.home, 'extensions')];
    const env = { ...process.env, HOME: this.home, XDG_CONFIG_HOME: join(this.home, 'config'), XDG_DATA_HOME: join(this.home, 'share') };
    delete env.WANYAN_BIN;
    // No wanyan but the one in the package.
    this.bin = join(this.home, 'bin');
    await mkdir(this.bin);
    env.PATH = '/usr/bin:/bin';
    // The editor takes PATH from a login shell.
    env.SHELL = '/bin/bash';
    for (const name of ['.profile', '.bashrc']) {
      await writeFile(join(this.home, name), `PATH=${this.bin}:/usr/bin:/bin\n`);
    }
    const entry = join(this.codeServer, 'out/node/entry.js');
    await promisify(execFile)(process.execPath, [entry, ...folders, '--install-extension', this.vsix], { env, timeout: 120_000 });
    const port = await freePort();
    this.#server = spawn(
      process.execPath,
      [
        entry,
        ...folders,
        ...['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none', '--disable-telemetry', '--disable-update-check'],
        ...['--disable-workspace-trust', '--disable-getting-started-override', this.workspace],
      ],
      { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    let said = '';
    this.#server.stdout.on('data', (data) => (said += data));
    this.#server.stderr.on('data', (data) => (said += data));
    await until(
      () => {
        assert.equal(this.#server.exitCode, null, `code-server ended:\n${said}`);
        return said.includes('HTTP server listening');
      },
      'code-server listens',
      60_000,
    );
    this.#browser = await chromium.launch({
      // Characters in the forms of the mainland.
      env: { ...process.env, FC_LANG: 'zh-cn', LANG: 'zh_CN.UTF-8' },
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    this.page = await this.#browser.newPage({ viewport: { width: 1120, height: 680 } });
    this.page.setDefaultTimeout(15_000);
    await this.page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(this.workspace)}`, { waitUntil: 'domcontentloaded' });
    await this.page.waitForSelector('.monaco-workbench .explorer-folders-view', { timeout: 90_000 });
  }

  async stop() {
    await this.#browser?.close();
    if (this.#server !== undefined && this.#server.exitCode === null) {
      const ended = new Promise((resolve) => this.#server.once('exit', resolve));
      process.kill(-this.#server.pid, 'SIGTERM');
      const killing = setTimeout(() => process.kill(-this.#server.pid, 'SIGKILL'), 5_000);
      await ended;
      clearTimeout(killing);
    }
    if (this.home !== undefined) {
      await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }

  // --- files and settings ---

  path(name) {
    return join(this.workspace, name);
  }

  async write(name, text) {
    await mkdir(join(this.path(name), '..'), { recursive: true });
    await writeFile(this.path(name), text);
  }

  read(name) {
    return readFile(this.path(name), 'utf8');
  }

  /** The settings of the workspace; those of before are gone. */
  async set(settings) {
    await this.write('.vscode/settings.json', JSON.stringify(settings, null, 2));
  }

  // --- the keyboard ---

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  type(text) {
    return this.page.keyboard.insertText(text);
  }

  /** Letter by letter, as a person types. */
  async typeSlowly(text) {
    for (const letter of text) {
      await this.page.keyboard.press(letter);
      await this.page.waitForTimeout(120);
    }
  }

  /** A file at the top of the workspace, by the explorer. */
  async open(name) {
    const row = this.page.locator('.explorer-folders-view .monaco-list-row', { has: this.page.getByText(name, { exact: true }) });
    // What was written before the editor began to watch the folder is not seen by itself.
    await row.waitFor({ timeout: 3_000 }).catch(() => this.command('Refresh Explorer'));
    await row.dblclick();
    await this.page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
    await this.page.waitForSelector('.monaco-editor .view-line');
    await this.page.locator('.editor-instance .view-line').first().click({ position: { x: 2, y: 8 } });
    await this.top();
  }

  /** A command by what the palette calls it. */
  async command(title) {
    const name = new RegExp(`^([^:]+: )?${title}(…?（.*）|\\.\\.\\.)?$`);
    const row = this.page.locator('.quick-input-list .monaco-list-row .quick-input-list-row:first-child .label-name', { hasText: name }).first();
    for (let attempt = 1; ; attempt++) {
      await this.press('F1');
      try {
        await this.page.locator('.quick-input-widget input[type="text"]').fill(`>${title}`, { timeout: 4_000 });
        await row.click({ timeout: 4_000 });
        return;
      } catch (error) {
        // What takes the focus just then closes the palette.
        if (attempt === 3) {
          throw error;
        }
        await this.press('Escape');
      }
    }
  }

  /** Waits for the quick pick or the input of that title. */
  titled(title) {
    return this.page.locator('.quick-input-title', { hasText: title }).waitFor();
  }

  /** The quick pick's rows as text. */
  async rows() {
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    return this.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
  }

  async pick(text) {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
  }

  async answer(text) {
    await this.page.locator('.quick-input-widget input[type="text"]').fill(text);
    await this.page.waitForTimeout(200);
    await this.press('Enter');
  }

  /** Opens the list of quick fixes at the cursor. An editor that has just started may need to be asked again. */
  async quickFixes() {
    const list = this.page.locator('.action-widget').first();
    for (let attempt = 1; attempt < 4; attempt++) {
      await this.press('Control+.');
      if (await list.waitFor({ timeout: 4_000 }).then(() => true, () => false)) {
        return;
      }
    }
    assert.fail('no list of quick fixes opens');
  }

  async save() {
    await this.press('Control+s');
    await this.page.waitForSelector('.tab.active:not(.dirty)');
  }

  /** The cursor at a place, both counted from one. */
  async goTo(line, column = 1) {
    await this.top();
    for (let at = 1; at < line; at++) {
      await this.press('ArrowDown');
    }
    for (let at = 1; at < column; at++) {
      await this.press('ArrowRight');
    }
  }

  top() {
    return this.press('Control+Home');
  }

  /** Closes all editors, what was not saved is lost, and empties the workspace. */
  async clear() {
    await this.press('Escape', 'Escape');
    const dirty = this.page.locator('.tab.dirty');
    for (let left = await dirty.count(); left > 0; left--) {
      await dirty.first().click();
      await this.command('Revert and Close Editor');
      await until(async () => (await dirty.count()) < left, 'the editor is closed');
    }
    await this.command('Close All Editors');
    await this.page.waitForSelector('.editor-group-container.empty');
    for (const name of await readdir(this.workspace)) {
      await rm(join(this.workspace, name), { recursive: true });
    }
    await this.command('Clear All Notifications');
  }

  // --- what is seen ---

  squiggles(kind = 'warning') {
    return this.page.locator(`.editor-instance .squiggly-${kind}`);
  }

  /** Waits for that number of squiggles. */
  async hasSquiggles(count, kind = 'warning', limit = 15_000) {
    const squiggles = this.squiggles(kind);
    await until(async () => (await squiggles.count()) === count, `${count} squiggles (${kind})`, limit, async () => `there are ${await squiggles.count()}`);
  }

  status() {
    return this.page.locator('[id="wanyan.wanyan.wanyan.status"]');
  }

  async hasStatus(pattern) {
    await until(async () => pattern.test(await this.status().innerText()), `the status bar shows ${pattern}`, 10_000, () => this.status().innerText());
  }

  notification(text) {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** Where words stand on the screen, in the row of the editor that holds them. */
  async box(words) {
    const box = await this.page.evaluate((wanted) => {
      for (const row of document.querySelectorAll('.editor-instance .view-line')) {
        const pieces = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        for (let node = pieces.nextNode(); node !== null; node = pieces.nextNode()) {
          const at = node.data.replaceAll('\u00a0', ' ').indexOf(wanted);
          if (at >= 0) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + wanted.length);
            const { x, y, width, height } = range.getBoundingClientRect();
            return { x, y, width, height };
          }
        }
      }
      return undefined;
    }, words);
    assert.ok(box, `“${words}” is on the screen`);
    return box;
  }

  text() {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.editor-instance .view-line')]
        .map((row) => ({ top: row.getBoundingClientRect().top, text: row.textContent.replaceAll('\u00a0', ' ') }))
        .sort((one, other) => one.top - other.top)
        .map(({ text }) => text)
        .join('\n'),
    );
  }

  /** A screenshot, or a piece of one. */
  async picture(name, clip) {
    await this.page.screenshot({ path: join(this.pictures, `${name}.png`), ...(clip !== undefined && { clip }) });
  }

  // --- processes ---

  /** The servers that belong to this editor, by their number. */
  async servers() {
    return (await this.commandLines()).map((line) => Number(line.trim().split(/\s+/, 1)[0]));
  }

  /** Number and command line of each of them. */
  async commandLines() {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,args=']);
    return stdout.split('\n').filter((line) => line.includes(this.home) && /\/wanyan lsp\s*$/.test(line));
  }
}

export async function until(holds, what, limit = 10_000, otherwise = async () => '') {
  const end = Date.now() + limit;
  for (;;) {
    if (await holds()) {
      return;
    }
    if (Date.now() > end) {
      const saw = await otherwise();
      assert.fail(`not within ${limit / 1000} s: ${what}${saw === '' ? '' : ` (${saw})`}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
