// A real browser for tests of the page: Debian's chromium, or the one that ENGRAM_TEST_CHROMIUM names.
import { existsSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { chromium, type Browser } from 'playwright-core';

const PATH = process.env['ENGRAM_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/** Undefined, said aloud, where there is none. */
export async function startBrowser(t: ExecutionContext): Promise<Browser | undefined> {
  if (!existsSync(PATH)) {
    t.log('NOT RUN: no browser. Install chromium, or name one in ENGRAM_TEST_CHROMIUM.');
    t.pass();
    return undefined;
  }
  const browser = await launchBrowser();
  t.teardown(() => browser.close());
  return browser;
}

/** Drawing by software, so that it is the same everywhere. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] });
}
