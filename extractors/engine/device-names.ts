// What processors, cards and Vulkan drivers call themselves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

export const cpuName = (): string => cpus()[0]?.model.trim() ?? 'CPU';

/** As the kernel's driver names them; none where it does not tell. */
export function nvidiaCards(): string[] {
  const folder = '/proc/driver/nvidia/gpus';
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((card) => /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, card, 'information'), 'utf8'))?.[1] ?? []);
}

/** Vulkan drivers that compute on the CPU. */
const SOFTWARE: ReadonlySet<string> = new Set(['swiftshader', 'lvp']);

/** ONNX Runtime does not say which adapter it took: on Linux the Vulkan drivers that this process has loaded tell. */
export function webgpuAdapter(): string {
  if (process.platform === 'darwin') return 'Metal';
  if (process.platform === 'win32') return 'Direct3D';
  const loaded = readFileSync('/proc/self/maps', 'utf8').matchAll(/lib(?:vk_|vulkan_)(\w+)\.so|libGLX_(nvidia)\.so/g);
  const drivers = new Set([...loaded].map((found) => found[1] ?? found[2]!));
  const names = [...drivers].map((driver) => (driver === 'nvidia' ? (nvidiaCards()[0] ?? 'NVIDIA') : SOFTWARE.has(driver) ? `${driver} (software, on the CPU)` : driver));
  return names.join(' or ') || 'Vulkan, driver unknown';
}
