// What the last lines of a build say.
import test from 'ava';
import { networksBy } from '../../../pipeline/cli/build.ts';

test('what ran the networks: this machine, or the devices of workers with their documents', (t) => {
  t.is(networksBy({}), undefined);
  t.is(networksBy({ device: 'ONNX Runtime on A' }), 'ONNX Runtime on A');
  const devices = [8000, 1, 1, 1, 1, 1].map((documents, at) => ({ device: `D${at}`, documents }));
  t.is(networksBy({ devices: devices.slice(0, 2) }), 'D0 (8,000 documents), D1 (1 document)');
  t.is(networksBy({ devices }), 'D0 (8,000 documents), D1 (1 document), D2 (1 document), D3 (1 document), D4 (1 document), 1 other (1 document)');
  t.regex(networksBy({ devices: [...devices, { device: 'D6', documents: 2 }] })!, /, 2 others \(3 documents\)$/);
});
