// What the server tells of changes: its status now, and again whenever it has changed. A stream that broke is begun anew.
import { OPERATIONS, type OutputOf } from '../client.ts';

const AGAIN_MS = 3_000;

/** @param token which the browser's own reader of such streams could not send */
export async function follow(token: string | undefined, tell: (status: OutputOf<'status'>) => void): Promise<never> {
  for (;;) {
    // That the server cannot be reached is told by whatever is asked of it meanwhile.
    await read(token, tell).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function read(token: string | undefined, tell: (status: OutputOf<'status'>) => void): Promise<void> {
  const { ok, body } = await fetch('/events', token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  if (!ok || body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop()!;
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data !== null) tell(OPERATIONS.status.response.parse(JSON.parse(data[1]!)));
    }
  }
}
