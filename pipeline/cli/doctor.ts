// `engram doctor`: which engines, stores, models and devices are there, and the one line that adds what is missing.
import type { Command } from 'commander';
import type { Finding } from '../doctor.ts';
import { addCommonOptions, addEngineOptions, addExample, configOf, type EngineFlags } from './options.ts';
import { EXIT, heading, paint, print, printJson, shorten } from './output.ts';

const DETAIL_COLUMNS = 160;

export function addDoctorCommand(program: Command): void {
  const command = program.command('doctor').description('show which parts are there and how to add the missing ones');
  addExample(addEngineOptions(addCommonOptions(command)), 'doctor', 'doctor --config configs/neo4j.yaml --json');
  command.action(async (flags: EngineFlags) => {
    const { diagnose } = await import('../doctor.ts');
    const diagnosis = await diagnose(await configOf(flags));
    if (!diagnosis.ready) process.exitCode = EXIT.unreachable;
    if (flags.json) return printJson(diagnosis);
    print(heading(`Engram ${diagnosis.engram}`));
    printFindings('Node', [diagnosis.node]);
    printFindings('Engines', diagnosis.engines);
    printFindings('Stores', diagnosis.stores);
    printFindings('Models', diagnosis.models);
    printFindings('Devices', diagnosis.devices);
    print(diagnosis.ready ? paint('Ready to build.', 'green') : paint('A needed part is missing; see above.', 'red'));
  });
}

function printFindings(title: string, findings: readonly Finding[]): void {
  print(heading(title));
  const width = Math.max(...findings.map((finding) => finding.kind.length));
  for (const { kind, available, detail, hint } of findings) {
    const mark = available ? paint('✔', 'green') : paint('–', 'yellow');
    print(`  ${mark} ${kind.padEnd(width)}  ${shorten(detail, DETAIL_COLUMNS)}`);
    if (hint && !available) print(`    ${' '.repeat(width)}  ${paint(hint, 'dim')}`);
  }
}
