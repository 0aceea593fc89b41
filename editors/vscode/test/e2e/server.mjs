// The server found, lost and found again.
import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { until } from './harness.mjs';

const REFUSAL = '这个我们处理不了。';

async function openDraft(editor) {
  await editor.write('草稿.txt', `您好，${REFUSAL}\n`);
  await editor.open('草稿.txt');
}

/** With a setting that names no server: what is said, with a way out; and after it the server comes back. */
async function isTold(editor, path, message) {
  await openDraft(editor);
  await editor.hasSquiggles(1);
  await editor.set({ 'wanyan.server.path': path });
  const told = editor.notification(message);
  await told.waitFor();
  await editor.hasSquiggles(0);
  for (const way of ['选择文件…', '打开设置', '安装说明']) {
    await told.getByText(way, { exact: true }).waitFor();
  }
  return told;
}

async function bundled(editor) {
  const folder = join(editor.home, 'extensions');
  const [name] = (await readdir(folder)).filter((entry) => entry.startsWith('wanyan.wanyan-'));
  return join(folder, name, 'server/wanyan');
}

export const tests = {
  'a killed server comes back and judges what is typed': async (editor) => {
    await openDraft(editor);
    await editor.hasSquiggles(1);
    const before = await editor.servers();
    assert.equal(before.length, 1, `servers: ${before}`);
    process.kill(before[0], 'SIGKILL');
    await until(async () => {
      const now = await editor.servers();
      return now.length === 1 && now[0] !== before[0];
    }, 'another server runs');
    await editor.press('Control+Home');
    await editor.type('您为什么不早说？\n');
    await editor.hasSquiggles(2);
    await editor.hasStatus(/婉言 2/);
  },

  'the command starts the server anew': async (editor) => {
    await openDraft(editor);
    await editor.hasSquiggles(1);
    const before = await editor.servers();
    await editor.command('重新启动语言服务器');
    await until(async () => {
      const now = await editor.servers();
      return now.length === 1 && now[0] !== before[0];
    }, 'another server runs');
    await editor.hasSquiggles(1);
  },

  'the log is shown': async (editor) => {
    await openDraft(editor);
    await editor.hasSquiggles(1);
    await editor.command('查看日志');
    // What stands in it cannot be seen here: the native module that writes logs is not built when code-server comes from npm.
    await editor.page.locator('.panel .composite.title select').first().waitFor();
    assert.equal(await editor.page.locator('.panel .composite.title select').first().evaluate((list) => list.selectedOptions[0].text), '婉言');
    await editor.command('View: Toggle Panel Visibility');
  },

  'a path that leads nowhere: message, and the way to the settings': async (editor) => {
    const told = await isTold(editor, '/nowhere/wanyan', '写的文件不存在：/nowhere/wanyan');
    await editor.picture('missing');
    await editor.hasStatus(/婉言/);
    await told.getByText('打开设置', { exact: true }).click();
    await editor.page.locator('.settings-editor .setting-item-contents', { hasText: 'Path' }).first().waitFor();
    await editor.page.waitForTimeout(500);
    await editor.picture('settings');
    await editor.press('Escape');
    await editor.set({});
    await editor.page.locator('.tab', { hasText: '草稿.txt' }).click();
    await editor.hasSquiggles(1);
  },

  'a file that is not executable: message, and the way to a guide': async (editor) => {
    const file = join(editor.home, 'wanyan-plain');
    await writeFile(file, 'no program');
    await chmod(file, 0o644);
    const told = await isTold(editor, file, '没有执行权限');
    await told.getByText('安装说明', { exact: true }).click();
    const preview = editor.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await preview.locator('h1', { hasText: '安装婉言程序' }).waitFor();
    await editor.set({});
    await editor.page.locator('.tab', { hasText: '草稿.txt' }).click();
    await editor.hasSquiggles(1);
  },

  'a wrong program: message, and another one can be chosen': async (editor) => {
    const told = await isTold(editor, '/bin/ls', '不是婉言程序：/bin/ls');
    const good = join(editor.home, 'tools/wanyan');
    await mkdir(join(good, '..'), { recursive: true });
    await copyFile(await bundled(editor), good);
    await told.getByText('选择文件…', { exact: true }).click();
    const input = editor.page.locator('.quick-input-widget input[type="text"]');
    await until(async () => (await input.inputValue()).endsWith('/drafts/'), 'the dialog is ready');
    await input.fill(good);
    await editor.page.waitForTimeout(700);
    await editor.press('Enter');
    await editor.hasSquiggles(1);
    assert.equal(JSON.parse(await editor.read('.vscode/settings.json'))['wanyan.server.path'], good);
    assert.match((await editor.commandLines()).join('\n'), /tools\/wanyan lsp/);
  },

  'a folder: message': async (editor) => {
    await isTold(editor, '/usr/bin', '是一个文件夹');
    await editor.set({});
    await editor.hasSquiggles(1);
  },

  'without a bundled server the one of PATH is taken; without both there is a message': async (editor) => {
    const own = await bundled(editor);
    await openDraft(editor);
    await editor.hasSquiggles(1);
    await rename(own, `${own}.away`);
    try {
      await editor.command('重新启动语言服务器');
      const told = editor.notification('没有找到婉言程序');
      await told.waitFor();
      for (const way of ['选择文件…', '打开设置', '安装说明']) {
        await told.getByText(way, { exact: true }).waitFor();
      }
      await copyFile(`${own}.away`, join(editor.bin, 'wanyan'));
      await editor.command('重新启动语言服务器');
      await editor.hasSquiggles(1);
    } finally {
      await rename(`${own}.away`, own);
      await rm(join(editor.bin, 'wanyan'), { force: true });
    }
    await editor.command('重新启动语言服务器');
    await until(async () => /extensions\/.*\/server\/wanyan lsp/.test((await editor.commandLines()).join('\n')), 'the bundled one runs');
    await editor.hasSquiggles(1);
  },

  'a server that keeps ending is left alone, and the user is told': async (editor) => {
    await openDraft(editor);
    await editor.hasSquiggles(1);
    const told = editor.notification('接连退出');
    for (let round = 0; round < 12 && (await told.count()) === 0; round++) {
      for (const server of await editor.servers()) {
        process.kill(server, 'SIGKILL');
      }
      await editor.page.waitForTimeout(700);
    }
    await told.waitFor();
    assert.deepEqual(await editor.servers(), []);
    await told.getByText('重新启动', { exact: true }).click();
    await editor.hasSquiggles(1);
  },
};
