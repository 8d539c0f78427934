#!/usr/bin/env bash
# Chromium: a worker of a page from a disk cannot import a module that the page made an address of.
#
# @sparticuz/chromium 153.0.0 (a Chromium of npm), puppeteer-core 25.16.0. A page makes a blob of a module and
# its address, and a worker (itself from a blob of the page) imports that address. On http it works. From file://
# both addresses begin with blob:null/, but the worker's opaque origin is not the page's: the import fails. A blob
# that the worker makes of the same text can be imported.
# Guessed: what works for the worker's own script, an address of a blob that the page made, works for a module.
#
# Seen:
#> http: of the page {"n":7} of the worker {"n":7}
#> file: of the page TypeError of the worker {"n":7}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
seen=$(sed -n 's/^#> //p' "$0")
cd "$folder"
npm install --silent --no-audit --no-fund --prefix "$folder" @sparticuz/chromium@153.0.0 puppeteer-core@25.16.0 >npm.txt 2>&1
cat >page.html <<'HTML'
<!doctype html><script>
const address = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
const text = 'export const n = 7;';
const tried = 'async (url) => { try { return JSON.stringify(await import(url)); } catch (error) { return error.name; } }';
const worker = new Worker(address(`
  const address = ${address}, tried = ${tried};
  onmessage = async ({ data }) => postMessage(['of the page', await tried(data.url),
    'of the worker', await tried(address(data.text))].join(' '));`));
worker.onmessage = ({ data }) => { document.title = data; };
worker.postMessage({ url: address(text), text });
</script>
HTML
cat >look.mjs <<'JS'
import chromium from '@sparticuz/chromium';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import puppeteer from 'puppeteer-core';

const server = http.createServer((_, answer) => answer.end(readFileSync('page.html')));
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const browser = await puppeteer.launch({
  args: ['--no-sandbox', '--disable-gpu'], executablePath: await chromium.executablePath(), headless: 'shell',
});
console.error(await browser.version());
for (const [name, url] of [['http', `http://127.0.0.1:${server.address().port}/`], ['file', `file://${process.cwd()}/page.html`]]) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.title, { timeout: 60000 });
  console.log(`${name}: ${await page.title()}`);
}
await browser.close();
process.exit(0);
JS
now=$(node look.mjs 2>version.txt) || { cat version.txt; exit 1; }
cat version.txt
diff <(echo "$seen") <(echo "$now")
