// Which devices there are to test with: TensorFlow where ENGRAM_TENSORFLOW names a build, WebGPU where there is an adapter, SwiftShader's included.
import { existsSync } from 'node:fs';
import type { ExecutionContext } from 'ava';

/** Debian's chromium brings a Vulkan driver that computes on the CPU. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Lets WebGPU find SwiftShader where the machine names no Vulkan driver; to be called before the engine is opened. */
export function offerSwiftShader(): void {
  if (existsSync(SWIFTSHADER)) process.env['VK_ICD_FILENAMES'] ??= SWIFTSHADER;
}

export function hasTensorflow(t: ExecutionContext): boolean {
  return isThere(t, process.env['ENGRAM_TENSORFLOW'] !== undefined, 'no TensorFlow. Build one with `.tooling/tensorflow.sh FOLDER` and set ENGRAM_TENSORFLOW to what it prints.');
}

/** Says aloud where something is not there. */
export function isThere(t: ExecutionContext, there: boolean, missing: string): boolean {
  if (!there) {
    t.log(`NOT RUN: ${missing}`);
    t.pass();
  }
  return there;
}
