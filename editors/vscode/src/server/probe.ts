// Whether a program is wanyan: it is asked for its version before it is trusted to be a server.

import { execFile } from 'node:child_process';

export type Probe =
  | { readonly kind: 'wanyan'; readonly version: string }
  | { readonly kind: 'other'; readonly said: string };

const TIME_LIMIT = 10_000;
const LONGEST_SHOWN = 80;

/** What the answer to `--version` tells. */
export function identify(output: string): Probe {
  const [line = ''] = output.trim().split(/\r?\n/, 1);
  const version = /^wanyan (\d+\.\d+\.\d+\S*)$/.exec(line)?.[1];
  return version === undefined ? { kind: 'other', said: line.slice(0, LONGEST_SHOWN) } : { kind: 'wanyan', version };
}

export function probe(path: string): Promise<Probe> {
  return new Promise((resolve) => {
    const child = execFile(
      path,
      ['--version'],
      { timeout: TIME_LIMIT, killSignal: 'SIGKILL', windowsHide: true, maxBuffer: 1 << 16 },
      (error, stdout, stderr) => {
        if (error !== null && stdout === '') {
          const said = stderr.trim() === '' ? error.message : stderr;
          resolve({ kind: 'other', said: said.trim().split(/\r?\n/, 1)[0]?.slice(0, LONGEST_SHOWN) ?? '' });
        } else {
          resolve(identify(stdout));
        }
      },
    );
    child.stdin?.end();
  });
}
