// What the code of a page needs of node:crypto, where there is no Node: the bundler puts this in its place.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export function createHash(_algorithm: 'sha256') {
  const hash = sha256.create();
  return {
    update(content: string | Uint8Array) {
      hash.update(typeof content === 'string' ? utf8ToBytes(content) : content);
      return this;
    },
    digest() {
      const bytes = hash.digest();
      return {
        toString: (_encoding: 'hex', start = 0, end = bytes.length): string => bytesToHex(bytes.subarray(start, end)),
        readUInt32LE: (offset: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true),
      };
    },
  };
}
