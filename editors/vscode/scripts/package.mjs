// Packages the extension for one platform, with the server's binary in it.
//
// usage: node scripts/package.mjs [--target TARGET] [--server BINARY] [--out FILE]
//
//   --target  a platform of vsce, such as linux-x64, win32-x64, darwin-arm64 (default: this machine's)
//   --server  the server's binary for that platform (default: $WANYAN_BIN); `none` for a package without one
//   --out     the package (default: dist/wanyan-TARGET-VERSION.vsix)
import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import { bundle } from './build.mjs';

const TARGETS = {
  'linux-x64': 'elf',
  'linux-arm64': 'elf',
  'linux-armhf': 'elf',
  'alpine-x64': 'elf',
  'alpine-arm64': 'elf',
  'darwin-x64': 'mach-o',
  'darwin-arm64': 'mach-o',
  'win32-x64': 'pe',
  'win32-arm64': 'pe',
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const project = join(root, '../..');
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const { values } = parseArgs({
  options: { target: { type: 'string' }, server: { type: 'string' }, out: { type: 'string' } },
});
const target = values.target ?? `${process.platform}-${process.arch}`;
if (!(target in TARGETS)) {
  fail(`no such target: ${target} (one of ${Object.keys(TARGETS).join(', ')})`);
}
const server = values.server ?? process.env.WANYAN_BIN;
if (server === undefined) {
  fail('name the server with --server BINARY, or --server none');
}
const out = resolve(values.out ?? join(root, 'dist', `wanyan-${target}-${manifest.version}.vsix`));

const stage = await mkdtemp(join(tmpdir(), 'wanyan-vsix-'));
try {
  const metafile = await bundle(join(stage, 'dist/extension.js'));
  const copied = ['package.nls.json', 'package.nls.zh-cn.json', 'README.md', 'CHANGELOG.md', 'language', 'snippets', 'walkthrough', 'images'];
  for (const name of copied) {
    await cp(join(root, name), join(stage, name), { recursive: true });
  }
  const { scripts: _scripts, devDependencies: _development, ...shipped } = manifest;
  await writeFile(join(stage, 'package.json'), JSON.stringify(shipped, null, 2));
  for (const { url } of manifest.contributes.tomlValidation) {
    await cp(join(project, url), join(stage, url), { recursive: true });
  }
  await writeFile(join(stage, 'LICENSE.txt'), await licence());
  await writeFile(join(stage, 'ThirdPartyNotices.txt'), await notices(metafile));
  await writeFile(join(stage, '.vscodeignore'), 'images/icon.svg\nimages/icon-512.png\n');
  if (server !== 'none') {
    await checkBinary(server, target);
    const program = join(stage, 'server', target.startsWith('win32') ? 'wanyan.exe' : 'wanyan');
    await mkdir(dirname(program));
    await copyFile(server, program);
    await chmod(program, 0o755);
  }
  await mkdir(dirname(out), { recursive: true });
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  await promisify(execFile)(
    process.execPath,
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--target', target, '--out', out],
    { cwd: stage },
  );
  console.log(`${out} (${Math.round((await stat(out)).size / 1024)} KiB)`);
} finally {
  await rm(stage, { recursive: true, force: true });
}

/** A binary of another platform would only be noticed by those who installed it. */
async function checkBinary(path, target) {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
  await file.close();
  const magic = buffer.toString('hex');
  const kind = magic === '7f454c46' ? 'elf' : magic.startsWith('4d5a') ? 'pe' : /^(cffaedfe|cafebabe)$/.test(magic) ? 'mach-o' : 'unknown';
  if (kind !== TARGETS[target]) {
    fail(`${path} is no program for ${target}: it looks like ${kind}`);
  }
}

async function licence() {
  const texts = await Promise.all(['LICENSE-MIT', 'LICENSE-APACHE'].map((name) => readFile(join(project, name), 'utf8')));
  return `wanyan is licensed under either of the MIT licence or the Apache License 2.0, at your option.\n\n${texts.join('\n\n----\n\n')}`;
}

/** The licences of what is bundled. */
async function notices({ inputs }) {
  const packages = new Set();
  for (const input of Object.keys(inputs)) {
    const name = /(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name !== undefined) {
      packages.add(name);
    }
  }
  const parts = [];
  for (const path of [...packages].sort()) {
    const folder = join(root, path);
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text = file === undefined ? `Licence: ${license}` : await readFile(join(folder, file), 'utf8');
    parts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return `This extension contains code of these packages:\n\n${parts.join('\n----\n\n')}`;
}

function fail(message) {
  console.error(`package: ${message}`);
  process.exit(2);
}
