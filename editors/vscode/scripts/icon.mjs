// Draws images/icon.png (128×128) and images/icon-512.png from images/icon.svg with Chromium.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const images = join(dirname(fileURLToPath(import.meta.url)), '../images');
const svg = await readFile(join(images, 'icon.svg'), 'utf8');
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [size, name] of [[128, 'icon.png'], [512, 'icon-512.png']]) {
  const page = await browser.newPage({ viewport: { width: 128, height: 128 }, deviceScaleFactor: size / 128 });
  await page.setContent(`<style>body{margin:0;background:transparent}svg{display:block}</style>${svg}`);
  await page.screenshot({ path: join(images, name), omitBackground: true });
  await page.close();
}
await browser.close();
